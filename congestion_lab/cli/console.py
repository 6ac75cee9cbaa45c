"""What the program says, and where: results on stdout, everything else on stderr."""

import enum
import json
import logging
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from rich.console import Console
from rich.logging import RichHandler
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn

if TYPE_CHECKING:
    from rich.table import Table


class Exit(enum.IntEnum):
    """Exit codes."""

    OK = 0
    USAGE = 2
    BAD_INPUT = 3
    ENGINE_FAILED = 4
    SOME_RUNS_FAILED = 5
    INTERRUPTED = 130


_out = Console(highlight=False)
_err = Console(stderr=True, highlight=False)


def say(table_or_text: "Table | str") -> None:
    """Print a result."""
    _out.print(escape(table_or_text) if isinstance(table_or_text, str) else table_or_text, soft_wrap=True)


def say_json(value: object) -> None:
    """Print a result for machines."""
    sys.stdout.write(json.dumps(value, indent=2, ensure_ascii=False) + "\n")


def remark(text: str) -> None:
    """Tell something beside the result."""
    _err.print(escape(text), soft_wrap=True)


def complain(text: str) -> None:
    """Tell what went wrong."""
    _err.print(f"[bold red]error:[/] {escape(text)}", soft_wrap=True)


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
    """Show progress bars on stderr while the block runs; nothing where stderr is no terminal."""
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=_err, disable=not _err.is_terminal) as bars:
        yield bars
