"""Options that mean the same in every command."""

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click

from congestion_lab.cli.console import set_verbosity

F = TypeVar("F", bound=Callable[..., Any])

RUNS_FOLDER = Path("runs")


def out_option(help_text: str, **settings: Any) -> Callable[[F], F]:  # noqa: ANN401 -- handed to click as they are
    """`-o/--out`: where results are written."""
    return click.option("-o", "--out", type=click.Path(path_type=Path), metavar="PATH", help=help_text, **settings)


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
    return click.option("--seed", type=click.IntRange(min=0, max=2**31 - 1), help=help_text)


def verbosity_options(function: F) -> F:
    """`-v` and `-q`: more or fewer words on stderr."""

    def apply(ctx: click.Context, _param: click.Parameter, value: int | bool) -> None:  # noqa: FBT001 -- click's signature
        counts = ctx.meta.setdefault("congestion_lab.verbosity", 0)
        ctx.meta["congestion_lab.verbosity"] = counts + (int(value) if _param.name == "verbose" else -int(value))
        set_verbosity(ctx.meta["congestion_lab.verbosity"])

    quiet = click.option("-q", "--quiet", is_flag=True, expose_value=False, callback=apply, help="Only say errors.")
    verbose = click.option("-v", "--verbose", count=True, expose_value=False, callback=apply, help="Say more; -vv all.")
    return quiet(verbose(function))
