"""Signal timing sheets as a workbook: one sheet per intersection, as a signal engineer files them."""

import re
from collections.abc import Iterable, Sequence
from pathlib import Path

from openpyxl import Workbook
from openpyxl.worksheet.worksheet import Worksheet

from congestion_lab.core.files import written_whole
from congestion_lab.core.names import clean_name, inert
from congestion_lab.exporting.cells import seconds
from congestion_lab.exporting.handover import Handover, Written
from congestion_lab.exporting.sheets.layout import Pen, page_setup
from congestion_lab.exporting.sheets.parts import (
    conflict_matrices,
    group_table,
    header,
    headings,
    interval_table,
    offset,
)
from congestion_lab.exporting.sheets.phases import phase_table
from congestion_lab.exporting.wording import CONTROLS, OVERVIEW, OVERVIEW_COLUMNS, TITLE
from congestion_lab.signals.intersection import Intersection
from congestion_lab.signals.plan import SignalPlan
from congestion_lab.signals.retiming import at_its_longest

_FORBIDDEN = re.compile(r"[\[\]:*?/\\']")
_LONGEST_TITLE = 31  # Excel's bound
_RESERVED = "history"  # Excel keeps this name for itself


def write_xlsx(handover: Handover, stem: Path) -> Written:
    """Write `<stem>-timing-sheets.xlsx`; where traffic ends the greens, it shows the longest cycle."""
    pairs = [(at_its_longest(plan), intersection) for plan, intersection in handover]
    titles = sheet_titles((plan.controller_id for plan, _ in pairs), handover.language.say(OVERVIEW))
    book = Workbook()
    _overview(book.worksheets[0], pairs, titles, handover)
    for (plan, intersection), title in zip(pairs, titles, strict=True):
        _timing_sheet(book.create_sheet(title), plan, intersection, handover)
    target = stem.with_name(f"{stem.name}-timing-sheets.xlsx")
    with written_whole(target) as temporary:
        book.save(temporary)
    return Written((target,))


def sheet_titles(names: Iterable[str], first: str = OVERVIEW) -> list[str]:
    """Return a legal sheet title for each name, no two alike to Excel, which ignores case, none like the first."""
    taken = {first.lower(), _RESERVED}
    titles = []
    for name in names:
        title = _free_title(_FORBIDDEN.sub("-", clean_name(name)).strip() or "-", taken)
        taken.add(title.lower())
        titles.append(title)
    return titles


def _free_title(name: str, taken: set[str]) -> str:
    title, count = name[:_LONGEST_TITLE], 1
    while title.lower() in taken:
        count += 1
        suffix = f" ({count})"
        title = name[: _LONGEST_TITLE - len(suffix)] + suffix
    return title


def _overview(
    sheet: Worksheet, pairs: Sequence[tuple[SignalPlan, Intersection]], titles: Sequence[str], handover: Handover
) -> None:
    pen = Pen(sheet, handover.language)
    sheet.title = pen.say(OVERVIEW)
    top = _marked(pen, handover)
    for letter, width in zip("ABCDEFG", (24, 52, 36, 14, 10, 10, 10), strict=True):
        sheet.column_dimensions[letter].width = width
    pen.title(top, pen.say(TITLE), 16)
    headings(pen, top + 2, OVERVIEW_COLUMNS, figures_from=5)
    for row, ((plan, intersection), title) in enumerate(zip(pairs, titles, strict=True), start=top + 3):
        times = (seconds(plan.cycle_s), offset(plan), len(plan.groups))
        names = (title, inert(intersection.name), inert(intersection.name_ar), pen.say(CONTROLS[plan.control]))
        for column, value in enumerate((*names, *times), start=1):
            pen.value(row, column, value)
        link = sheet.cell(row, 1)
        link.hyperlink = f"#'{title}'!A1"
    sheet.freeze_panes = f"A{top + 3}"
    page_setup(sheet, handover.language)


def _timing_sheet(sheet: Worksheet, plan: SignalPlan, intersection: Intersection, handover: Handover) -> None:
    pen = Pen(sheet, handover.language)
    row = header(pen, _marked(pen, handover), plan, intersection)
    row = group_table(pen, row + 1, plan, intersection)
    conflict_matrices(pen, row + 1, plan, intersection)
    row = interval_table(pen, row + 1, plan)
    phase_table(pen, row + 1, plan, intersection)
    page_setup(sheet, handover.language)


def _marked(pen: Pen, handover: Handover) -> int:
    """Write the marking, if there is one, and return the row below."""
    if not handover.marking:
        return 1
    pen.marking(1, handover.language.retell(handover.marking))
    return 2
