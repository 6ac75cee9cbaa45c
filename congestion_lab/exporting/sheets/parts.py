"""The parts of a timing sheet, from the head of the page down; each returns the row below itself."""

import math
from collections.abc import Callable, Iterator, Sequence

from openpyxl.styles import Alignment, Font, PatternFill

from congestion_lab.exporting import wording
from congestion_lab.exporting.cells import Cell, movements_text, seconds
from congestion_lab.exporting.sheets.layout import ASPECT_FILLS, BAR_COLUMN, BOX, Pen, second_width
from congestion_lab.signals.approaches import served
from congestion_lab.signals.cycle import DECIMALS, EXACT_S, within_cycle_s
from congestion_lab.signals.intersection import Intersection
from congestion_lab.signals.phases import phases
from congestion_lab.signals.plan import Aspect, Interval, SignalPlan
from congestion_lab.signals.retiming import is_timed_by_traffic, max_gap_s
from congestion_lab.signals.safety.conflicts import group_conflicts, intergreen_s
from congestion_lab.signals.timeline import GreenTime, green_times

_TICK_S = 10
_LONGEST_BAR_S = 600  # signals that never change may have a cycle of days; a sheet has 16,384 columns
_PATCH_WIDTH, _MATRIX_CELL_WIDTH = 1.7, 3.4
_GREY = PatternFill("solid", fgColor="FFDAD7D0")


def header(pen: Pen, row: int, plan: SignalPlan, intersection: Intersection) -> int:
    """Write names and the programme's data."""
    pen.widths(_bar_s(plan), _matrix_cell_s(plan) * (len(plan.groups) + 1))
    name = pen.language.here(intersection.name, intersection.name_ar)
    pen.title(row, name, 16)
    pen.title(row + 1, intersection.name_ar if name == intersection.name else intersection.name, 14)
    facts: list[tuple[str, Cell]] = [
        (wording.CONTROLLER, plan.controller_id),
        (wording.PROGRAMME, plan.program_id),
        (wording.CONTROL, pen.say(wording.CONTROLS[plan.control])),
        *_times(plan),
    ]
    for place, (name, value) in enumerate(facts, start=row + 3):
        pen.heading(place, 1, pen.say(name))
        pen.value(place, 2, value)
        pen.sheet.cell(place, 2).alignment = Alignment(horizontal=pen.start)
    pen.text(row + 3 + len(facts), 1, _clock(pen, plan), font=Font(size=9, italic=True))
    return row + 4 + len(facts)


def _clock(pen: Pen, plan: SignalPlan) -> str:
    """Return the unit of all times, and when a cycle begins."""
    if is_timed_by_traffic(plan):
        return pen.say(wording.IN_SECONDS)
    text = pen.say(wording.FROM_MIDNIGHT).format(offset=offset(plan), cycle=seconds(plan.cycle_s))
    return f"{pen.say(wording.IN_SECONDS)} {text}"


def offset(plan: SignalPlan) -> Cell:
    """Return a plan's offset within its cycle; nothing where traffic ends the greens, so that there is no cycle."""
    return "" if is_timed_by_traffic(plan) else seconds(within_cycle_s(plan.offset_s, plan.cycle_s))


def _times(plan: SignalPlan) -> Iterator[tuple[str, Cell]]:
    if not is_timed_by_traffic(plan):
        yield wording.CYCLE, seconds(plan.cycle_s)
        yield wording.OFFSET, offset(plan)
        return
    yield wording.LONGEST_CYCLE, seconds(plan.cycle_s)
    gap = max_gap_s(plan)
    if gap is not None:
        yield wording.MAX_GAP, seconds(gap)


def group_table(pen: Pen, row: int, plan: SignalPlan, intersection: Intersection) -> int:
    """Write one row per group: its greens in figures, and second by second as coloured cells."""
    headings(pen, row, wording.GROUP_COLUMNS, figures_from=4)
    for second in range(0, _bar_s(plan), _TICK_S):
        pen.text(row, BAR_COLUMN + second, str(second), font=Font(size=8, color="FF5C5952"))
    for place, group in enumerate(plan.groups):
        row += 1
        pen.value(row, 1, group.id)
        pen.value(row, 2, movements_text(served(group, intersection), pen.language))
        _write_greens(pen, row, green_times(plan, place))
        for second, aspect in enumerate(aspect_each_second(plan, place)):
            pen.second(row, second, aspect)
    if plan.cycle_s > _LONGEST_BAR_S:
        text = pen.say(wording.FIRST_SECONDS).format(seconds=_LONGEST_BAR_S)
        pen.text(row + 1, BAR_COLUMN, text, font=Font(size=8, italic=True))
    return _key(pen, row + 1, plan)


def _bar_s(plan: SignalPlan) -> int:
    return min(math.ceil(plan.cycle_s), _LONGEST_BAR_S)


def aspect_each_second(plan: SignalPlan, group: int) -> list[Aspect]:
    """Return what a group shows in the middle of each second of the cycle, as far as a bar is drawn."""
    last_s = plan.cycle_s - EXACT_S  # of a cycle that ends within a second
    middles = (min(second + 0.5, last_s) for second in range(_bar_s(plan)))
    return [plan.intervals[plan.interval_at(middle)].aspects[group] for middle in middles]


def interval_table(pen: Pen, row: int, plan: SignalPlan) -> int:
    """Write one row per interval of the cycle; starts, ends and their sum follow the lengths."""
    headings(pen, row, wording.INTERVAL_COLUMNS, figures_from=4)
    first = row + 1
    phased = {number for phase in phases(plan) for number in phase.intervals}
    for number, interval in enumerate(plan.intervals, start=1):
        row += 1
        green = [g.id for g, aspect in zip(plan.groups, interval.aspects, strict=True) if aspect.is_green]
        kind = pen.say(wording.GREEN_KIND if number - 1 in phased else wording.INTERGREEN_KIND)
        bounds = ("" if value is None else seconds(value) for value in (interval.min_s, interval.max_s))
        for column, value in zip(
            (1, 2, 3, 6, 7, 8), (number, ", ".join(green), kind, _exact(interval), *bounds), strict=True
        ):
            pen.value(row, column, value)
        pen.formula(row, 4, "0" if row == first else f"E{row - 1}")
        pen.formula(row, 5, f"D{row}+F{row}")
    pen.value(row + 1, 5, pen.say(wording.SUM))
    pen.formula(row + 1, 6, f"SUM(F{first}:F{row})")
    is_the_cycle(pen, row + 1, 7, f"F{row + 1}", plan.cycle_s)
    return row + 2


def is_the_cycle(pen: Pen, row: int, column: int, summed: str, cycle_s: float) -> None:
    """Write whether a sum is the cycle; it changes when somebody changes a figure."""
    yes, no = (pen.say(text).replace('"', '""') for text in (wording.IS_THE_CYCLE, wording.IS_NOT_THE_CYCLE))
    pen.formula(row, column, f'IF(ABS({summed}-{round(cycle_s, DECIMALS)})<0.05,"{yes}","{no}")')


def _exact(interval: Interval) -> float:
    return round(interval.duration_s, DECIMALS)


def conflict_matrices(pen: Pen, row: int, plan: SignalPlan, intersection: Intersection) -> int:
    """Write below the bar which groups conflict, and the intergreen from each clearing to each entering group."""
    conflicts = group_conflicts(plan, intersection)

    def conflict(clearing: int, entering: int) -> str | float:
        return "x" if _together(conflicts, clearing, entering) else ""

    def intergreen(clearing: int, entering: int) -> str | float:
        if not _together(conflicts, clearing, entering):
            return ""
        time = intergreen_s(plan, clearing, entering)
        return "–" if time is None else seconds(time)

    row = _matrix(pen, row, pen.say(wording.CONFLICTS), plan, conflict)
    return _matrix(pen, row + 1, pen.say(wording.INTERGREENS), plan, intergreen)


def _together(conflicts: frozenset[tuple[int, int]], first: int, second: int) -> bool:
    return (min(first, second), max(first, second)) in conflicts


def headings(pen: Pen, row: int, names: Sequence[str], *, figures_from: int) -> None:
    """Write the headings of a table's columns; from one of them on, columns hold figures."""
    for column, name in enumerate(names, start=1):
        pen.heading(row, column, pen.say(name), over_numbers=column >= figures_from)


def _write_greens(pen: Pen, row: int, greens: Sequence[GreenTime]) -> None:
    """Write the greens of a group; several in one cycle share a cell each, separated by a slash."""
    ways = (pen.say(green.right_of_way) for green in greens)
    pen.value(row, 3, " / ".join(ways) or pen.say(wording.NEVER))
    for column, name in enumerate(("start_s", "end_s", "green_s", "yellow_s", "all_red_s", "green_and_clearance_s"), 4):
        times = [seconds(getattr(green, name)) for green in greens]
        pen.value(row, column, times[0] if len(times) == 1 else " / ".join(map(str, times)))
    if len(greens) == 1:
        pen.formula(row, 9, f"F{row}+G{row}+H{row}")


def _key(pen: Pen, row: int, plan: SignalPlan) -> int:
    """Write what the colours of the bar mean, as far as they occur."""
    shown = {aspect for interval in plan.intervals for aspect in interval.aspects}
    column = BAR_COLUMN
    for aspect, words in ((each, pen.say(words)) for each, words in wording.ASPECTS.items() if each in shown):
        patch = math.ceil(_PATCH_WIDTH / second_width(_bar_s(plan)))
        for place in range(patch):
            pen.sheet.cell(row + 1, column + place).fill = ASPECT_FILLS[aspect]
        pen.text(row + 1, column + patch, words, font=Font(size=8, color="FF5C5952"))
        column += patch + math.ceil((3 + len(words)) / second_width(_bar_s(plan)))
    return row + 2


def _matrix(pen: Pen, row: int, title: str, plan: SignalPlan, content: Callable[[int, int], str | float]) -> int:
    pen.text(row, BAR_COLUMN, title, font=Font(size=10, bold=True))
    pen.sheet.cell(row, BAR_COLUMN).alignment += Alignment(wrap_text=True, vertical="bottom")
    end = BAR_COLUMN + _bar_s(plan) - 1
    pen.sheet.merge_cells(start_row=row, end_row=row + 1, start_column=BAR_COLUMN, end_column=end)
    breadth, row = _matrix_cell_s(plan), row + 2
    for place, group in enumerate(plan.groups):
        _matrix_cell(pen, row, place + 1, group.id, breadth)
        _matrix_cell(pen, row + 1 + place, 0, group.id, breadth)
        for other in range(len(plan.groups)):
            _matrix_cell(pen, row + 1 + place, other + 1, "" if place == other else content(place, other), breadth)
        pen.sheet.cell(row + 1 + place, BAR_COLUMN + breadth * (place + 1)).fill = _GREY
    return row + 1 + len(plan.groups)


def _matrix_cell(pen: Pen, row: int, place: int, value: str | float, breadth: int) -> None:
    column = BAR_COLUMN + breadth * place
    if isinstance(value, str):
        pen.text(row, column, value)
    else:
        pen.value(row, column, value)
    cell = pen.sheet.cell(row, column)
    cell.border, cell.alignment = BOX, Alignment(horizontal="center", shrink_to_fit=True)
    pen.sheet.merge_cells(start_row=row, end_row=row, start_column=column, end_column=column + breadth - 1)


def _matrix_cell_s(plan: SignalPlan) -> int:
    """Return over how many seconds of the bar a cell of a matrix reaches."""
    return math.ceil(_MATRIX_CELL_WIDTH / second_width(_bar_s(plan)))
