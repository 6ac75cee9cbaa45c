"""What the program says, and where: results on stdout, everything else on stderr."""

import enum
import json
import logging
import math
import os
import re
import sys
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING

from rich.cells import cell_len
from rich.console import Console
from rich.logging import RichHandler
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn
from typing_extensions import override

from congestion_lab.core.names import printable

if TYPE_CHECKING:
    from rich.console import ConsoleOptions
    from rich.table import Column, Table

_log = logging.getLogger("congestion_lab")
_WIDEST = 1000  # columns
# A word with the space before it; a command, alone on its line or in backticks, is one, because it is to be copied, and
# so is the remark behind it, of which a shell would take a second line for another command.
_WORD = re.compile(r"(\s*)((?<!\S)congestion-lab .*?(?=\s+# |$)|(?<!\S)# .*\S|(?:`[^`]*`|\S)+)")
_LONGEST_WORD = 16  # columns; of columns that fold, longer ids and paths go on in the next line where room is short
_HANGING = 2  # columns by which lines that go on are set in


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
    """Print a result; tables fit the terminal as long as no figure would be cut, lines of text are folded for it."""
    if isinstance(table_or_text, str):
        _print(_out, table_or_text)
    else:
        _fit(table_or_text)
        _out.print(table_or_text, crop=False)


def width() -> int:
    """Return how many columns a result may take."""
    return _out.width


def _fit(table: "Table") -> None:
    """Make a table as narrow as the terminal, as far as its words and figures allow: these are never cut.

    Columns that fold share the room: what one does not need, others take.
    """
    options = _out.options.update(width=_WIDEST)
    bounds = [_bounds(column, options) for column in table.columns]

    def take(widths: Iterable[int]) -> int:
        """Give the columns their widths, and return that of the table."""
        for column, width in zip(table.columns, widths, strict=True):
            column.width = width
        return _out.measure(table, options=options).maximum

    if table.box and take(least for least, _ in bounds) > _out.width:
        table.padding = 0  # the box still parts the columns
    levels = range(max((most for _, most in bounds), default=0), 0, -1)
    shares = ([min(most, max(least, level)) for least, most in bounds] for level in levels)
    table.width = next((found for found in map(take, shares) if found <= _out.width), None)
    if table.width is None:
        table.width = take(least for least, _ in bounds)


def _bounds(column: "Column", options: "ConsoleOptions") -> tuple[int, int]:
    """Return the least width that cuts no word of a column, and the most that it can use."""
    cells = [_out.measure(cell, options=options) for cell in (column.header, *column.cells)]
    floor = column.min_width or 0
    most = max(floor, *(cell.maximum for cell in cells))
    most = min(most, column.max_width or most)
    word = max(cell.minimum for cell in cells)
    word = min(word, _LONGEST_WORD) if column.overflow == "fold" else word
    return (most if column.no_wrap else min(most, max(floor, word))), most


def _print(console: Console, text: str, head: str = "") -> None:
    """Print text that neither the terminal nor the markup of tables obeys; names in it come from files of others.

    People get it folded between words, programs and files get each line whole.
    """
    lines = f"{head}{printable(text)}".split("\n")
    folded = [part for line in lines for part in (fold(line, console.width) if console.is_terminal else (line,))]
    shown = "\n".join(folded)[len(head) :]
    console.print(f"[bold red]{head}[/]{escape(shown)}" if head else escape(shown), soft_wrap=True)


def fold(line: str, columns: int) -> Iterator[str]:
    """Yield a line of text in lines that fit so many columns, unless a word alone is wider; no word is cut."""
    indent = " " * (len(line) - len(line.lstrip()) + _HANGING)
    current = ""
    for space, word in _WORD.findall(line):
        if current.strip() and cell_len(current + space + word) > columns:
            yield current
            current = indent + word
        else:
            current += space + word
    yield current


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
        _print(_err, text)


def detail(text: str) -> None:
    """Tell what `-v` asks for."""
    if _log.isEnabledFor(logging.INFO):
        _print(_err, text)


def explain(text: str) -> None:
    """Tell how a command is used."""
    _print(_err, text)


def complain(text: str) -> None:
    """Tell what went wrong."""
    _print(_err, text, head="error: ")


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
