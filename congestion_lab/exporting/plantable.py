"""The table that present plans are read from, filled with the plans that the signals have: to be corrected and read."""

import csv
import io
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path

from openpyxl import Workbook
from openpyxl.styles import Font
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet

from congestion_lab.core.errors import SignalPlanError
from congestion_lab.core.files import write_text, written_whole
from congestion_lab.core.geometry import Turn
from congestion_lab.core.movementcodes import LETTERS
from congestion_lab.core.names import clean_name, shielded
from congestion_lab.exporting.cells import Cell, seconds
from congestion_lab.signals.cycle import within_cycle_s
from congestion_lab.signals.intersection import Intersection, SignalHead
from congestion_lab.signals.phases import Phase, phases, stated_min_s
from congestion_lab.signals.plan import Aspect, Control, PlanSet, SignalPlan
from congestion_lab.signals.present.phasing import plan_of_phases
from congestion_lab.signals.present.planrecords import PlanRecord
from congestion_lab.signals.present.plantable import COLUMNS, read_plan_table
from congestion_lab.signals.present.releasing import released
from congestion_lab.signals.retiming import at_its_longest
from congestion_lab.signals.sameness import shows_the_same

_APPROACHES = ("controller", "name", "name_ar", "approach", "street", "turns")
_WIDE = frozenset({"movements", "permitted", "on_red", "name", "name_ar", "approach", "street"})
_BYTE_ORDER_MARK = "\ufeff"  # without it Excel takes Arabic for Latin-1
_PLAN = "present"

Row = dict[str, Cell]


def write_plan_table(path: Path, plans: PlanSet, intersections: Sequence[Intersection]) -> tuple[str, ...]:
    """Write the table, CSV or XLSX by its name, and return the controllers whose plan it cannot hold exactly.

    A workbook has a second sheet with every approach and its turns, as the table names them.
    """
    sites = {site.controller_id: site for site in intersections}
    placed = [(at_its_longest(plan), sites[plan.controller_id]) for plan in plans if plan.controller_id in sites]
    writers = [_Writer(plan, site) for plan, site in placed]
    rows = [row for writer in writers for row in writer.rows()]
    if path.suffix.lower() == ".csv":
        stream = io.StringIO()
        writer = csv.DictWriter(stream, COLUMNS, lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
        write_text(path, _BYTE_ORDER_MARK + stream.getvalue())
    else:
        _write_book(path, rows, [row for writer in writers for row in writer.approaches()])
    return _inexact(path, plans, sites)


def _inexact(path: Path, plans: PlanSet, sites: Mapping[str, Intersection]) -> tuple[str, ...]:
    """Return the controllers whose plan, read back, shows something else."""
    read = {record.controller: record for record in read_plan_table(path).records}
    wanted = [plan for plan in plans if plan.controller_id in sites]
    return tuple(
        plan.controller_id
        for plan in wanted
        if plan.control is not Control.FIXED
        or not _is_shown(plan, read.get(plan.controller_id), sites[plan.controller_id])
    )


def _is_shown(plan: SignalPlan, record: PlanRecord | None, site: Intersection) -> bool:
    if record is None:
        return False
    laid = released(record, site, {})
    times = (record.program, record.cycle_s, record.offset_s)
    try:
        made = plan_of_phases(site, *times, laid.phases, on_red=laid.on_red, free=laid.free)
    except SignalPlanError:
        return False
    return shows_the_same(plan, made)


class _Writer:
    """Writes the rows of one controller."""

    def __init__(self, plan: SignalPlan, site: Intersection) -> None:
        self._plan = plan
        self._site = site
        self._heads = [head for head in site.heads if not head.is_crossing]
        self._place = plan.places
        self._words = dict(self._named())

    def rows(self) -> Iterator[Row]:
        """Yield a row per phase; what holds for the controller stands in its first one."""
        found = phases(self._plan)
        for number, phase in enumerate(found):
            row: Row = {"plan": _PLAN, "controller": shielded(self._plan.controller_id)}
            if number == 0:
                begin = self._plan.offset_s + self._plan.starts_s[phase.intervals[0]]
                row |= {"name": shielded(clean_name(self._site.name)), "cycle_s": seconds(self._plan.cycle_s)}
                row |= {"offset_s": seconds(within_cycle_s(begin, self._plan.cycle_s)), "on_red": self._on_red()}
            yield row | {"phase": number + 1} | self._cells(phase, found[(number + 1) % len(found)])

    def approaches(self) -> Iterator[Row]:
        """Yield a row per approach, with its turns."""
        site = self._site
        for link in dict.fromkeys(head.from_link for head in self._heads):
            heads = [head for head in self._heads if head.from_link == link]
            turns = " ".join(dict.fromkeys(self._words[head] for head in heads))
            names = (site.controller_id, clean_name(site.name), clean_name(site.name_ar), link)
            texts = (*names, clean_name(heads[0].approach_name), turns)
            yield dict(zip(_APPROACHES, map(shielded, texts), strict=True))

    def _cells(self, phase: Phase, following: Phase) -> Row:
        intervals = self._plan.intervals
        begin, end = phase.intervals[-1] + 1, following.intervals[0]
        between = [intervals[(begin + step) % len(intervals)] for step in range((end - begin) % len(intervals))]
        yellow = sum(each.duration_s for each in between if Aspect.YELLOW in each.aspects)
        shown = intervals[phase.intervals[0]].aspects
        walks = any(head.is_crossing and self._shows(head, shown, Aspect.GREEN) for head in self._site.heads)
        return {
            "green_s": seconds(phase.green_s),
            "yellow_s": seconds(yellow),
            "all_red_s": seconds(sum(each.duration_s for each in between) - yellow),
            "min_green_s": seconds(stated_min_s(self._plan, phase.intervals)),
            "walk_s": seconds(phase.green_s) if walks else "",
            "movements": self._movements(head for head in self._heads if self._shows(head, shown, Aspect.GREEN)),
            "permitted": self._movements(head for head in self._heads if self._shows(head, shown, Aspect.PERMITTED)),
        }

    def _shows(self, head: SignalHead, shown: Sequence[Aspect], aspect: Aspect) -> bool:
        return head.index in self._place and shown[self._place[head.index]] is aspect

    def _on_red(self) -> str:
        going = Aspect.STOP_THEN_GO
        some = (
            head for head in self._heads if any(self._shows(head, each.aspects, going) for each in self._plan.intervals)
        )
        return self._movements(some)

    def _movements(self, heads: Iterable[SignalHead]) -> str:
        told: dict[str, dict[str, None]] = {}
        for head in heads:
            told.setdefault(head.from_link, {})[self._words[head]] = None
        return shielded("; ".join(f"{link}: {' '.join(words)}" for link, words in told.items()))

    def _named(self) -> Iterator[tuple[SignalHead, str]]:
        """Yield the turn of each head; its outbound link where it leads to several; its lane where lanes differ."""
        for head in self._heads:
            alike = [one for one in self._heads if one.from_link == head.from_link and one.turn is head.turn]
            several = len({one.to_link for one in alike}) > 1 or head.turn is None
            word = f">{head.to_link}" if several else LETTERS[head.turn or Turn.STRAIGHT]
            same = [one for one in alike if one.to_link == head.to_link]
            lanes_differ = len({self._place.get(one.index) for one in same}) > 1
            yield head, f"{word}@{head.from_lane + 1}" if lanes_differ else word


def _write_book(path: Path, rows: Iterable[Row], approaches: Iterable[Row]) -> None:
    book = Workbook()
    _fill(book.worksheets[0], "Plans", COLUMNS, rows)
    _fill(book.create_sheet(), "Approaches", _APPROACHES, approaches)
    with written_whole(path) as temporary:
        book.save(temporary)


def _fill(sheet: Worksheet, title: str, columns: Sequence[str], rows: Iterable[Row]) -> None:
    sheet.title = title
    for column, name in enumerate(columns, start=1):
        sheet.cell(1, column, name).font = Font(bold=True)
        sheet.column_dimensions[get_column_letter(column)].width = 36 if name in _WIDE else 13
    for number, row in enumerate(rows, start=2):
        for column, name in enumerate(columns, start=1):
            cell = sheet.cell(number, column, row.get(name, "") if row.get(name, "") != "" else None)
            if isinstance(cell.value, str):
                cell.data_type = "s"  # text, whatever it begins with
    sheet.freeze_panes = "A2"
