"""The directorate's table of present plans: one row per phase, CSV or XLSX (docs/present-plans.md).

A row says which controller, in which order, how long green, yellow and all-red last, and which movements go. Cells that
a spreadsheet has merged, and such as hold for the whole controller, stand in the first row of each.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from congestion_lab.core.cellvalues import Cell, number_of, shown, text_of, western
from congestion_lab.core.errors import Fault, SignalPlanError
from congestion_lab.core.names import unshielded
from congestion_lab.core.tablefile import Line, read_lines
from congestion_lab.signals.plan import Aspect
from congestion_lab.signals.present.movementwords import movements_of
from congestion_lab.signals.present.planrecords import PhaseTimes, PlanRecord, PlanSource, Release
from congestion_lab.signals.rings.starts import TOLERANCE_S, RingPhase, ring_times

NEEDED = ("controller", "phase", "green_s", "yellow_s", "all_red_s", "movements")
COLUMNS = (
    *("plan", "controller", "name", "lat", "lon", "cycle_s", "offset_s", "phase", "ring", "barrier"),
    *("green_s", "yellow_s", "all_red_s", "min_green_s", "walk_s", "ped_clearance_s"),
    *("movements", "permitted", "on_red"),
)
_WHOLE = (
    "plan",
    "name",
    "lat",
    "lon",
    "cycle_s",
    "offset_s",
    "on_red",
)  # columns that hold for a controller, not for a phase
_BOUNDS: Mapping[str, tuple[float, float]] = {
    "green_s": (0.1, 600.0),
    "yellow_s": (0.0, 20.0),
    "all_red_s": (0.0, 30.0),
    "min_green_s": (0.0, 600.0),
    "walk_s": (0.0, 600.0),
    "ped_clearance_s": (0.0, 600.0),
    "cycle_s": (1.0, 3600.0),
    "lat": (-90.0, 90.0),
    "offset_s": (-3600.0, 3600.0),
    "lon": (-180.0, 180.0),
    "ring": (1.0, 16.0),
    "barrier": (1.0, 16.0),
}
_MOST_ROWS = 20_000  # phases of a city of a thousand controllers with a dozen plans each


@dataclass(frozen=True, slots=True)
class _Row:
    line: int
    cells: Mapping[str, Cell]

    def text(self, column: str) -> str:
        return unshielded(text_of(self.cells.get(column)))


def read_plan_table(path: Path, plan: str = "", sheet: str = "") -> PlanSource:
    """Read a table of plans.

    Args:
        path: CSV or XLSX.
        plan: Which of its plans; "" where it has one only.
        sheet: Sheet of a workbook; "" for the first.

    Raises:
        SignalPlanError: The table cannot be read, or a row breaks a rule; every fault is named with line and column.
    """
    lines = read_lines(path, sheet=sheet, error=SignalPlanError)
    rows, unused = _rows(lines, str(path))
    chosen = _of_plan(rows, plan, str(path))
    reader = _Reader(str(path), chosen)
    by_controller: dict[str, list[_Row]] = {}
    for row in chosen:
        by_controller.setdefault(row.text("controller"), []).append(row)
    records = [reader.record(controller, own) for controller, own in by_controller.items()]
    if reader.faults:
        raise SignalPlanError(*reader.faults)
    notes = [f"Columns that mean nothing here and were not used: {', '.join(unused)}."] if unused else []
    return PlanSource(tuple(record for record in records if record is not None), tuple(notes))


def _rows(lines: Sequence[Line], source: str) -> tuple[list[_Row], list[str]]:
    """Return the rows by column names, with what stands once for several of them in each."""
    headings = [western(text_of(cell)).casefold() for cell in lines[0].cells] if lines else []
    faults = [
        Fault(f"there is no column {name!r}", f"the columns are {', '.join(COLUMNS)}", source, 1, name)
        for name in NEEDED
        if name not in headings
    ]
    faults += [
        Fault(f"the heading {name!r} occurs {headings.count(name)} times", "keep one of the columns", source, 1, name)
        for name in COLUMNS
        if headings.count(name) > 1
    ]
    if not faults and not lines[1:]:
        faults.append(Fault("the table holds no phase", "write a row for each", source))
    if len(lines) > _MOST_ROWS:
        faults.append(Fault(f"the table has more than {_MOST_ROWS} rows", "split it by district", source))
    if faults:
        raise SignalPlanError(*faults)
    places = {name: headings.index(name) for name in COLUMNS if name in headings}
    unused = [heading for heading in headings if heading and heading not in COLUMNS]
    rows = []
    above: dict[str, Cell] = {}
    for line in lines[1:]:
        cells = {name: line.cell(at) for name, at in places.items()}
        same = not text_of(cells["controller"]) or text_of(cells["controller"]) == text_of(above.get("controller"))
        for name in ("controller", *(_WHOLE if same else ("plan",))):
            if name in cells and not text_of(cells[name]):
                cells[name] = above.get(name)
        rows.append(_Row(line.number, cells))
        above = cells
    return rows, unused


def _of_plan(rows: Sequence[_Row], plan: str, source: str) -> list[_Row]:
    names = list(dict.fromkeys(row.text("plan") for row in rows))
    if plan and plan not in names:
        raise SignalPlanError(Fault(f"there is no plan {plan!r}", f"it has {', '.join(names)}", source, key="plan"))
    if not plan and len(names) > 1:
        rule = f"the table holds {len(names)} plans: {', '.join(name or '(without name)' for name in names)}"
        raise SignalPlanError(Fault(rule, "choose one with --plan", source, key="plan"))
    return [row for row in rows if row.text("plan") == (plan or names[0])]


class _Reader:
    """Makes records of rows and collects what is wrong with them."""

    def __init__(self, source: str, rows: Sequence[_Row]) -> None:
        self.source = source
        self.faults: list[Fault] = []
        self._signs = {name: self._sign(name, rows) for name in _BOUNDS}

    def record(self, controller: str, rows: Sequence[_Row]) -> PlanRecord | None:
        """Return the plan of a controller, or None with faults."""
        before = len(self.faults)
        first = rows[0]
        if not controller:
            self._fault(first, "controller", "must not be empty", "write the id of the controller")
        ids = [western(row.text("phase")) or f"{number}" for number, row in enumerate(rows, 1)]
        for row, id_ in zip(rows, ids, strict=True):
            if ids.count(id_) > 1:
                self._fault(row, "phase", f"phase {id_!r} of {controller!r} stands twice", "number the phases")
        self._agree(controller, rows)
        phases = [self._phase(id_, row) for id_, row in zip(ids, rows, strict=True)]
        cycle, offset = self._number(first, "cycle_s"), self._number(first, "offset_s")
        lat, lon = self._number(first, "lat"), self._number(first, "lon")
        on_red = tuple(release.movement for release in self._releases(first, "on_red", None))
        if len(self.faults) > before:
            return None
        try:
            times = ring_times(self._ring_phases(phases, rows), f"{self.source}:{first.line}")
        except SignalPlanError as problem:
            self.faults += problem.faults
            return None
        if cycle is not None and abs(cycle - times.cycle_s) > TOLERANCE_S:
            rule = (
                f"green, yellow and all-red of {controller!r} add up to {times.cycle_s:g} s, the cycle is {cycle:g} s"
            )
            self._fault(first, "cycle_s", rule, "mend the cycle or a phase; or leave cycle_s empty")
            return None
        return PlanRecord(
            controller=controller,
            program=first.text("plan") or "present",
            cycle_s=times.cycle_s,
            offset_s=offset or 0.0,
            phases=tuple(replace(phase, start_s=times.starts_s[phase.id]) for phase in phases),
            name=first.text("name"),
            place=None if lat is None or lon is None else (lat, lon),
            on_red=on_red,
            line=first.line,
        )

    def _phase(self, id_: str, row: _Row) -> PhaseTimes:
        numbers = {name: self._number(row, name) for name in _BOUNDS if name.endswith("_s") and name not in _WHOLE}
        for name in NEEDED:
            if name in numbers and numbers[name] is None and not row.text(name):
                self._fault(row, name, "must not be empty", "write a number of seconds")
        releases = [*self._releases(row, "movements", None), *self._releases(row, "permitted", Aspect.PERMITTED)]
        if not releases:
            self._fault(row, "movements", "the phase releases nothing", "write for example `main_street_n: T R`")
        return PhaseTimes(
            id=id_,
            start_s=0.0,
            green_s=numbers["green_s"] or 0.0,
            yellow_s=numbers["yellow_s"] or 0.0,
            all_red_s=numbers["all_red_s"] or 0.0,
            releases=tuple(releases),
            ring=int(self._number(row, "ring") or 1),
            min_green_s=numbers["min_green_s"] or 0.0,
            walk_s=numbers["walk_s"] or 0.0,
            ped_clearance_s=numbers["ped_clearance_s"] or 0.0,
            line=row.line,
        )

    def _ring_phases(self, phases: Sequence[PhaseTimes], rows: Sequence[_Row]) -> list[RingPhase]:
        return [
            RingPhase(phase.id, phase.ring, int(self._number(row, "barrier") or 1), position, phase.split_s)
            for position, (phase, row) in enumerate(zip(phases, rows, strict=True))
        ]

    def _agree(self, controller: str, rows: Sequence[_Row]) -> None:
        """Tell of cells that hold for the controller but differ between its rows."""
        for column in _WHOLE:
            for row in rows[1:]:
                if row.text(column) != rows[0].text(column):
                    rule = f"is {row.text(column)!r} here and {rows[0].text(column)!r} in line {rows[0].line}"
                    self._fault(row, column, f"{rule}, for one controller {controller!r}", "write it once")
                    break

    def _releases(self, row: _Row, column: str, aspect: Aspect | None) -> Iterator[Release]:
        try:
            yield from (Release(movement, aspect) for movement in movements_of(row.text(column)))
        except ValueError as problem:
            self._fault(row, column, str(problem), "write approaches with turns: `main_street_n: T R; NB: L`")

    def _number(self, row: _Row, column: str) -> float | None:
        """Return a cell's number within its bounds; None where it is empty or wrong."""
        cell = row.cells.get(column)
        if not text_of(cell):
            return None
        try:
            value = number_of(cell, self._signs[column])
        except ValueError:
            self._fault(row, column, f"{shown(cell)} is no number", "write digits, for example 27.5")
            return None
        low, high = _BOUNDS[column]
        if not low <= value <= high:
            self._fault(row, column, f"{value:g} is not between {low:g} and {high:g}", "mend the cell")
            return None
        return value

    def _sign(self, column: str, rows: Sequence[_Row]) -> str:
        """Return the decimal sign of a column; no number here is so large that it could be one of thousands."""
        texts = [western(cell) for row in rows if isinstance(cell := row.cells.get(column), str)]
        signs = [sign for sign in ".," if any(sign in text for text in texts)]
        if len(signs) > 1:
            rule = "has decimal points and decimal commas"
            self.faults.append(Fault(rule, "write one of them in the whole column", self.source, key=column))
        return signs[0] if len(signs) == 1 else "."

    def _fault(self, row: _Row, column: str, rule: str, hint: str) -> None:
        fault = Fault(rule, hint, self.source, row.line, column)
        if fault not in self.faults:
            self.faults.append(fault)
