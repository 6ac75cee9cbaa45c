"""Options that mean the same in every command."""

import math
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click

from congestion_lab.cli.console import set_verbosity
from congestion_lab.core.errors import Fault, InputError

F = TypeVar("F", bound=Callable[..., Any])

RUNS_FOLDER = Path("runs")
ALL = "all"
MAX_SEED = 2**31 - 1  # what SUMO takes


class FiniteRange(click.FloatRange):
    """A number within bounds; `nan` and `inf`, which no bound of click's keeps out, are none."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> float:  # noqa: ANN401
        """Return the number, or end with the word for a usage error."""
        number = float(super().convert(value, param, ctx))
        if not math.isfinite(number):
            self.fail(f"{value} is no finite number.", param, ctx)
        return number


def out_option(help_text: str, **settings: Any) -> Callable[[F], F]:  # noqa: ANN401 -- handed to click as they are
    """`-o/--out`: where results are written."""
    return click.option("-o", "--out", type=click.Path(path_type=Path), metavar="PATH", help=help_text, **settings)


def example(command: str) -> str:
    """Return the line of a help text that shows how a command is called; it is not wrapped, so it can be copied."""
    return f"\b\nExample: congestion-lab {command}"


def variant_option(function: F) -> F:
    """`--variant NAME`: which state of a network's folder."""
    text = "Variant of the network's folder, e.g. before-2025. Default: the network as it is."
    return click.option("--variant", help=text)(function)


def json_option(function: F) -> F:
    """`--json`: the result for machines, on stdout."""
    return click.option("--json", "as_json", is_flag=True, help="Print the result as JSON.")(function)


def workers_option(function: F) -> F:
    """`--workers N`: simulations at a time."""
    return click.option(
        "--workers",
        type=click.IntRange(min=1),
        default=os.cpu_count() or 1,
        show_default="number of cores",
        help="Simulations that run at a time; the result does not depend on it.",
    )(function)


def seed_option(help_text: str) -> Callable[[F], F]:
    """`--seed N`: where random choices start."""
    return click.option("--seed", type=click.IntRange(min=0, max=MAX_SEED), help=help_text)


def verbosity_options(function: F) -> F:
    """`-v` and `-q`: more or fewer words on stderr."""

    def apply(ctx: click.Context, _param: click.Parameter, value: int | bool) -> None:  # noqa: FBT001 -- click's signature
        counts = ctx.meta.setdefault("congestion_lab.verbosity", 0)
        ctx.meta["congestion_lab.verbosity"] = counts + (int(value) if _param.name == "verbose" else -int(value))
        set_verbosity(ctx.meta["congestion_lab.verbosity"])

    quiet = click.option(
        "-q", "--quiet", is_flag=True, expose_value=False, callback=apply, help="Results and errors only."
    )
    verbose = click.option("-v", "--verbose", count=True, expose_value=False, callback=apply, help="Say more; -vv all.")
    return quiet(verbose(function))


def seed_range(first: int | None, number: int) -> range:
    """Return the seeds of so many replications, beginning with the first, or with 1.

    Raises:
        UsageError: There are not so many.
    """
    begin = 1 if first is None else first
    seeds = range(begin, begin + number)
    if seeds[-1] > MAX_SEED:
        raise click.UsageError(f"--seed {first} leaves no room for {number} seeds up to {MAX_SEED}")
    return seeds


def folder_for_results(path: Path) -> Path:
    """Return a folder that results can be written to, before time is spent on them.

    Raises:
        InputError: It is a file, stands in a file, or must not be written to.
    """
    present = next(place for place in (path, *path.absolute().parents) if os.path.lexists(place))
    if not present.is_dir():
        raise _unusable(path, f"{present} is no folder")
    if not os.access(present, os.W_OK | os.X_OK):
        raise _unusable(path, f"the folder {present} must not be written to")
    return path


def file_for_results(path: Path, *sources: Path | None) -> Path:
    """Return a file that a result can be written to, before time is spent on it.

    Args:
        path: The file.
        sources: What the result is made from, which it must not take the place of.

    Raises:
        InputError: It is one of the sources, or a folder, or its folder is none or must not be written to.
    """
    if path.resolve() in {source.resolve() for source in sources if source is not None}:
        raise _unusable(path, "this is what is read; it would be overwritten")
    if path.is_dir():
        raise _unusable(path, "this is a folder; a file is written")
    folder_for_results(path.parent)
    return path


def _unusable(path: Path, rule: str) -> InputError:
    return InputError(Fault(rule, "choose another place with `-o`", str(path), key="--out"))
