"""What the program says, and where: results on stdout, everything else on stderr."""

import enum
import json
import logging
import math
import os
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING

from rich.console import Console
from rich.logging import RichHandler
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn
from typing_extensions import override

from congestion_lab.core.names import printable

if TYPE_CHECKING:
    from rich.table import Table

_log = logging.getLogger("congestion_lab")
_WIDEST = 1000  # columns


class Exit(enum.IntEnum):
    """Exit codes."""

    OK = 0
    USAGE = 2
    BAD_INPUT = 3
    ENGINE_FAILED = 4
    SOME_RUNS_FAILED = 5
    INTERRUPTED = 130


class _Results(Console):
    """Standard output, whose reader may leave early (`| head -1`) without changing how the command ends."""

    @override
    def on_broken_pipe(self) -> None:
        drop_output()


_out = _Results(highlight=False, emoji=False)
_err = Console(stderr=True, highlight=False, emoji=False)


def say(table_or_text: "Table | str") -> None:
    """Print a result; tables fit the terminal as long as no figure would be cut, lines of text stay whole."""
    if isinstance(table_or_text, str):
        _out.print(_plain(table_or_text), soft_wrap=True)
    else:
        needed = _out.measure(table_or_text, options=_out.options.update(width=_WIDEST)).minimum
        if needed > _out.width:
            table_or_text.width = needed
        _out.print(table_or_text, crop=False)


def _plain(text: str) -> str:
    """Return text that neither the terminal nor the markup of tables obeys; names in it come from files of others."""
    return escape(printable(text))


def counted(count: int, noun: str, nouns: str = "") -> str:
    """Return how many there are of something, e.g. `1 run` or `1,200 runs`; its plural is named unless -s makes it."""
    return f"{count:,} {noun if count == 1 else nouns or f'{noun}s'}"


def say_json(value: object) -> None:
    """Print a result for machines; what is no finite number is null, because JSON has none."""
    text = json.dumps(_finite(value), indent=2, ensure_ascii=False, allow_nan=False)
    try:
        sys.stdout.write(text + "\n")
        sys.stdout.flush()
    except BrokenPipeError:
        drop_output()


def drop_output() -> None:
    """Send whatever is still printed to nowhere: nobody reads it, or it cannot be written."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, sys.stdout.fileno())
    os.close(nowhere)


def remark(text: str) -> None:
    """Tell something beside the result, unless `-q` asks for errors only."""
    if _log.isEnabledFor(logging.WARNING):
        _err.print(_plain(text), soft_wrap=True)


def detail(text: str) -> None:
    """Tell what `-v` asks for."""
    if _log.isEnabledFor(logging.INFO):
        _err.print(_plain(text), soft_wrap=True)


def complain(text: str) -> None:
    """Tell what went wrong."""
    _err.print(f"[bold red]error:[/] {_plain(text)}", soft_wrap=True)


def set_verbosity(verbosity: int) -> None:
    """Show warnings (0), information (1), everything (2) or errors only (-1)."""
    levels = {-1: logging.ERROR, 0: logging.WARNING, 1: logging.INFO}
    logging.basicConfig(
        level=levels.get(max(-1, verbosity), logging.DEBUG),
        format="%(message)s",
        handlers=[RichHandler(console=_err, show_path=False, show_time=False)],
        force=True,
    )


@contextmanager
def progress() -> Iterator[Progress]:
    """Show progress bars on stderr while the block runs; nothing with `-q` or where stderr is no terminal."""
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        TimeRemainingColumn(),
    )
    shown = _err.is_terminal and _log.isEnabledFor(logging.WARNING)
    with Progress(*columns, console=_err, disable=not shown) as bars:
        yield bars


def _finite(value: object) -> object:
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, Mapping):
        return {key: _finite(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_finite(item) for item in value]
    return value
