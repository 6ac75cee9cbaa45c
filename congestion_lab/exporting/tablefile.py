"""Tables as CSV files that spreadsheets open as they are meant."""

import csv
import io
from collections.abc import Iterable, Sequence
from pathlib import Path

from congestion_lab.core.files import write_text
from congestion_lab.core.names import shielded
from congestion_lab.exporting.cells import Cell

_BYTE_ORDER_MARK = "\ufeff"  # without it Excel takes Arabic for Latin-1


def write_table(
    target: Path,
    columns: Sequence[str],
    rows: Iterable[Sequence[Cell]],
    marking: str = "",
    *,
    column: str = "marking",
    for_people: bool = True,
) -> None:
    """Write a table whole.

    Args:
        target: The file.
        columns: Names of the columns.
        rows: Its rows; texts from maps have to be inert already.
        marking: A line that a last column repeats in every row; without one there is no such column.
        column: Name of that column.
        for_people: Whether a mark tells spreadsheets the encoding; programs may take it for a part of the first name.
    """
    stream = io.StringIO(newline="")
    writer = csv.writer(stream)
    last: tuple[str, ...] = (shielded(marking),) if marking else ()
    writer.writerow((*columns, column) if marking else columns)
    writer.writerows((*row, *last) for row in rows)
    write_text(target, (_BYTE_ORDER_MARK if for_people else "") + stream.getvalue())
