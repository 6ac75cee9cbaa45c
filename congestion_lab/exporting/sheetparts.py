"""The parts of a timing sheet, from the head of the page down; each returns the row below itself."""

import math
from collections.abc import Callable, Iterator, Sequence

from openpyxl.styles import Alignment, Font, PatternFill

from congestion_lab.exporting.cells import Cell, movements_text, seconds
from congestion_lab.exporting.sheetlayout import ASPECT_FILLS, BAR_COLUMN, BOX, Pen
from congestion_lab.signals.approaches import served
from congestion_lab.signals.conflicts import group_conflicts, intergreen_s
from congestion_lab.signals.intersection import Intersection
from congestion_lab.signals.plan import Aspect, SignalPlan
from congestion_lab.signals.retiming import is_timed_by_traffic, max_gap_s
from congestion_lab.signals.timeline import GreenTime, green_times

_GROUP_COLUMNS = ("Group", "Movements", "Right of way", "Green from", "Green to", "Green", "Yellow", "All-red", "Split")
_INTERVAL_COLUMNS = ("Interval", "Groups with green", "Kind", "From", "To", "Length", "Minimum", "Maximum")
_TICK_S = 10
_LONGEST_BAR_S = 600  # signals that never change may have a cycle of days; a sheet has 16,384 columns
_MATRIX_CELL = 2  # seconds of the bar that one cell of a matrix is wide
_GREY = PatternFill("solid", fgColor="FFDAD7D0")
_WORDS = {
    Aspect.GREEN: "green",
    Aspect.PERMITTED: "permitted green",
    Aspect.YELLOW: "yellow",
    Aspect.RED: "red",
    Aspect.RED_YELLOW: "red and yellow",
    Aspect.STOP_THEN_GO: "go after a stop",
    Aspect.FLASHING: "flashing",
    Aspect.DARK: "dark",
}


def header(pen: Pen, plan: SignalPlan, intersection: Intersection) -> int:
    """Write names and the programme's data."""
    pen.widths(_bar_s(plan))
    pen.text(1, 1, intersection.name, font=Font(size=16, bold=True))
    pen.text(2, 1, intersection.name_ar, font=Font(size=14))
    facts: list[tuple[str, Cell]] = [
        ("Controller", plan.controller_id),
        ("Programme", plan.program_id),
        ("Control", plan.control.value),
        *_times(plan),
    ]
    for row, (name, value) in enumerate(facts, start=4):
        pen.heading(row, 1, name)
        pen.value(row, 2, value)
        pen.sheet.cell(row, 2).alignment = Alignment(horizontal="left")
    return 4 + len(facts)


def offset(plan: SignalPlan) -> Cell:
    """Return a plan's offset within its cycle; nothing where traffic ends the greens, so that there is no cycle."""
    return "" if is_timed_by_traffic(plan) else seconds(plan.offset_s % plan.cycle_s)


def _times(plan: SignalPlan) -> Iterator[tuple[str, Cell]]:
    if not is_timed_by_traffic(plan):
        yield "Cycle (s)", seconds(plan.cycle_s)
        yield "Offset (s)", offset(plan)
        return
    yield "Longest cycle (s)", seconds(plan.cycle_s)
    gap = max_gap_s(plan)
    if gap is not None:
        yield "Green ends at a gap of (s)", seconds(gap)


def group_table(pen: Pen, row: int, plan: SignalPlan, intersection: Intersection) -> int:
    """Write one row per group: its greens in figures, and second by second as coloured cells."""
    _headings(pen, row, _GROUP_COLUMNS)
    for second in range(0, _bar_s(plan), _TICK_S):
        pen.text(row, BAR_COLUMN + second, str(second), font=Font(size=8, color="FF5C5952"))
    for place, group in enumerate(plan.groups):
        row += 1
        pen.value(row, 1, group.id)
        pen.value(row, 2, movements_text(served(group, intersection)))
        pen.sheet.cell(row, 2).alignment = Alignment(wrap_text=True, vertical="top")
        _write_greens(pen, row, green_times(plan, place))
        for second, aspect in enumerate(aspect_each_second(plan, place)):
            pen.second(row, second, aspect)
    if plan.cycle_s > _LONGEST_BAR_S:
        pen.text(row + 1, BAR_COLUMN, f"the first {_LONGEST_BAR_S} s of the cycle", font=Font(size=8, italic=True))
    return _key(pen, row + 1, plan)


def _bar_s(plan: SignalPlan) -> int:
    return min(math.ceil(plan.cycle_s), _LONGEST_BAR_S)


def aspect_each_second(plan: SignalPlan, group: int) -> list[Aspect]:
    """Return what a group shows in the middle of each second of the cycle, as far as a bar is drawn."""
    ends, end = [], 0.0
    for interval in plan.intervals:
        end += interval.duration_s
        ends.append(end)
    middles = (min(second + 0.5, end) for second in range(_bar_s(plan)))
    return [plan.intervals[next(i for i, e in enumerate(ends) if middle <= e)].aspects[group] for middle in middles]


def interval_table(pen: Pen, row: int, plan: SignalPlan) -> int:
    """Write one row per interval of the cycle."""
    _headings(pen, row, _INTERVAL_COLUMNS)
    start = 0.0
    for number, interval in enumerate(plan.intervals, start=1):
        row += 1
        green = [g.id for g, aspect in zip(plan.groups, interval.aspects, strict=True) if aspect.is_green]
        kind = "intergreen" if Aspect.YELLOW in interval.aspects or not green else "green"
        end = start + interval.duration_s
        bounds = ("" if value is None else seconds(value) for value in (interval.min_s, interval.max_s))
        times = (seconds(start), seconds(end), seconds(interval.duration_s), *bounds)
        for column, value in enumerate((number, ", ".join(green), kind, *times), start=1):
            pen.value(row, column, value)
        start = end
    return row + 1


def conflict_matrices(pen: Pen, row: int, plan: SignalPlan, intersection: Intersection) -> int:
    """Write which groups conflict, and the intergreen from each clearing to each entering group."""
    conflicts = group_conflicts(plan, intersection)

    def conflict(clearing: int, entering: int) -> str | float:
        return "x" if _together(conflicts, clearing, entering) else ""

    def intergreen(clearing: int, entering: int) -> str | float:
        time = intergreen_s(plan, clearing, entering) if _together(conflicts, clearing, entering) else None
        return "" if time is None else seconds(time)

    row = _matrix(pen, row, "Conflicts between groups (x = paths cross or merge)", plan, conflict)
    return _matrix(pen, row + 1, "Intergreen (s) from the clearing group (row) to the entering group", plan, intergreen)


def _together(conflicts: frozenset[tuple[int, int]], first: int, second: int) -> bool:
    return (min(first, second), max(first, second)) in conflicts


def _headings(pen: Pen, row: int, names: Sequence[str]) -> None:
    for column, name in enumerate(names, start=1):
        pen.heading(row, column, name)


def _write_greens(pen: Pen, row: int, greens: Sequence[GreenTime]) -> None:
    """Write the greens of a group; several in one cycle share a cell each, separated by a slash."""
    ways = (green.right_of_way for green in greens)
    pen.value(row, 3, " / ".join(ways) or "never")
    for column, name in enumerate(("start_s", "end_s", "green_s", "yellow_s", "all_red_s", "split_s"), start=4):
        times = [seconds(getattr(green, name)) for green in greens]
        pen.value(row, column, times[0] if len(times) == 1 else " / ".join(map(str, times)))


def _key(pen: Pen, row: int, plan: SignalPlan) -> int:
    """Write what the colours of the bar mean, as far as they occur."""
    shown = {aspect for interval in plan.intervals for aspect in interval.aspects}
    column = BAR_COLUMN
    for aspect in (each for each in _WORDS if each in shown):
        pen.sheet.cell(row + 1, column).fill = ASPECT_FILLS[aspect]
        pen.text(row + 1, column + 1, _WORDS[aspect], font=Font(size=8, color="FF5C5952"))
        column += 4 + len(_WORDS[aspect])
    return row + 2


def _matrix(pen: Pen, row: int, title: str, plan: SignalPlan, content: Callable[[int, int], str | float]) -> int:
    pen.text(row, 1, title, font=Font(size=10, bold=True))
    for place, group in enumerate(plan.groups):
        _matrix_cell(pen, row + 1, place, group.id)
        pen.value(row + 2 + place, 1, group.id)
        for other in range(len(plan.groups)):
            _matrix_cell(pen, row + 2 + place, other, "" if place == other else content(place, other))
        pen.sheet.cell(row + 2 + place, _matrix_column(place)).fill = _GREY
    return row + 2 + len(plan.groups)


def _matrix_cell(pen: Pen, row: int, place: int, value: str | float) -> None:
    column = _matrix_column(place)
    pen.value(row, column, value)
    cell = pen.sheet.cell(row, column)
    cell.border, cell.alignment = BOX, Alignment(horizontal="center", shrink_to_fit=True)
    pen.sheet.merge_cells(start_row=row, end_row=row, start_column=column, end_column=column + _MATRIX_CELL - 1)


def _matrix_column(place: int) -> int:
    return BAR_COLUMN + _MATRIX_CELL * place
