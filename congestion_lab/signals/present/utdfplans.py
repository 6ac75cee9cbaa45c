"""Plans in a UTDF file (Synchro): sections [Timeplans], [Phases] and [Lanes], made into plan records.

UTDF has no public specification; what codes mean here was seen in files: BRP is barrier, ring and position; Start, End,
Yield and Offset are times on the common clock, modulo the cycle; Yield = End - Yellow - AllRed.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from congestion_lab.core.errors import Fault, SignalPlanError
from congestion_lab.core.geometry import Point
from congestion_lab.core.utdffile import (
    CellReader,
    Cells,
    SectionRow,
    Sections,
    by_intersection,
    read_sections,
)
from congestion_lab.signals.cycle import DECIMALS, apart_s, within_cycle_s
from congestion_lab.signals.present.planrecords import PhaseTimes, PlanRecord, PlanSource, Release
from congestion_lab.signals.present.utdfclock import TOLERANCE_S, UtdfPhase, event_s, ring_starts, timed
from congestion_lab.signals.present.utdfmovements import Movements, movements

_LONGEST_S = 600.0
_SOME = 8  # phases that a message names
_CONTROL = {1: "actuated", 2: "semi-actuated", 3: "actuated-coordinated"}  # 0 is pretimed


def read_utdf_plans(path: Path) -> PlanSource:
    """Read the plans of a UTDF file.

    An intersection whose phases do not fit together is no record; the notes say why.

    Raises:
        SignalPlanError: The file cannot be read, has no timings, or cells are no numbers; every fault is named.
    """
    sections = read_sections(path, SignalPlanError)
    missing = [f"[{name.title()}]" for name in ("timeplans", "phases", "lanes") if name not in sections.by_name]
    if missing:
        rule = f"there is no section {', '.join(missing)}, so nothing tells the timings"
        raise SignalPlanError(Fault(rule, "export the file with lanes, timing and phasing", str(path)))
    reader = _Reader(sections)
    records = tuple(reader.records())
    if reader.cells.faults:
        raise SignalPlanError(*reader.cells.faults)
    return PlanSource(records, tuple(reader.notes), reader.positions)


class _Reader:
    """Reads the sections and collects faults and notes."""

    def __init__(self, sections: Sections) -> None:
        self.cells = CellReader(sections.source)
        self.notes: list[str] = []
        tables = (sections.by_name.get(name) for name in ("timeplans", "phases", "lanes"))
        found = [by_intersection(one, self.cells.faults, sections.source) for one in tables]
        self._plans, self._phases, self._lanes = found
        nodes = (*sections.rows("nodes"), *sections.rows("layout"))
        described = {row.cells.get("INTID", ""): _description(row.cells) for row in nodes}
        self._names = {node: text for node, text in described.items() if text}
        self._aliases = {node: frozenset(map(str.strip, text.split(";"))) for node, text in self._names.items()}
        self.positions = dict(self._placed(sections, nodes))

    def records(self) -> Iterator[PlanRecord]:
        """Yield the plans that can be used."""
        for node in dict.fromkeys((*self._phases, *self._plans)):
            if node not in self._plans or node not in self._phases:
                lacks = "timing plan" if node not in self._plans else "phases"
                self.notes.append(f"Intersection {node} was not used: it has no {lacks}.")
                continue
            try:
                yield self._record(node, self._plans[node].get("DATA", {}))
            except SignalPlanError as problem:
                told = "; ".join(fault.rule for fault in problem.faults)
                self.notes.append(f"Intersection {node} was not used: {told}.")

    def _record(self, node: str, plan: Cells) -> PlanRecord:
        cycle = self.cells.value(plan, "cycle length", node, low=1, high=3600)
        if cycle is None:
            raise SignalPlanError(Fault("it has no cycle length"))
        phases = [*self._served(node, cycle)]
        if not phases:
            raise SignalPlanError(Fault("it has no phase with a green"))
        notes = [*self._notes(node, plan)]
        offset = self._offset_s(node, plan, phases, cycle, notes)
        served = frozenset(phase.times.id for phase in phases)
        released = self._released((node, *_further(node, plan)), served)
        times = [replace(one, releases=released.by_phase.get(one.id, ())) for one in timed(phases, offset, cycle)]
        idle = [one.id for one in times if not one.releases]
        notes += [f"phases that release no movement: {', '.join(idle[:_SOME])}."] if idle else []
        return PlanRecord(
            controller=node,
            program="utdf",
            cycle_s=cycle,
            offset_s=offset,
            phases=tuple(times),
            name=self._names.get(node, ""),
            aliases=self._aliases.get(node, frozenset()),
            on_red=released.on_red,
            free=released.free,
            notes=(*notes, *released.notes),
            line=next(iter(plan.values()))[1],
        )

    def _notes(self, node: str, plan: Cells) -> Iterator[str]:
        control = self.cells.value(plan, "control type", node, low=0, high=9)
        if control:
            kind = _CONTROL.get(int(control), f"of control type {control:g}")
            yield f"the controller is {kind}; the plan runs its splits as fixed times."

    def _released(self, nodes: Sequence[str], phases: frozenset[str]) -> Movements:
        """Return what phases release at the nodes of one controller."""
        found = [
            movements(self._lanes.get(node, {}), phases, node=node, names=self._aliases, reader=self.cells)
            for node in nodes
        ]
        by_phase: dict[str, tuple[Release, ...]] = {}
        for phase, releases in (item for one in found for item in one.by_phase.items()):
            by_phase[phase] = by_phase.get(phase, ()) + releases
        return Movements(
            by_phase,
            tuple(movement for one in found for movement in one.on_red),
            tuple(movement for one in found for movement in one.free),
            tuple(note for one in found for note in one.notes),
        )

    def _placed(self, sections: Sections, nodes: Iterable[SectionRow]) -> Iterator[tuple[str, Point]]:
        """Yield the positions of nodes on the file's plane, metres."""
        metres = sections.metres
        for row in nodes:
            x, y = (self.cells.number(row.cells.get(key, ""), row.line, key, low=-1e8, high=1e8) for key in "XY")
            if x is not None and y is not None:
                yield row.cells.get("INTID", ""), (x * metres, y * metres)

    def _served(self, node: str, cycle_s: float) -> Iterator[UtdfPhase]:
        """Yield the phases that have a split."""
        for column, cells in self._phases[node].items():
            names = ("mingreen", "maxgreen", "yellow", "allred", "walk", "dontwalk", "start", "end")
            found = {name: self.cells.value(cells, name, f"{node} {column}", low=0, high=_LONGEST_S) for name in names}
            start, end, longest = found["start"], found["end"], found["maxgreen"]
            clock = start is not None and end is not None
            if longest is None and not clock:
                continue
            number = column.removeprefix("D")
            brp = self.cells.value(cells, "brp", f"{node} {column}", low=111, high=9999)
            if brp is None:
                raise SignalPlanError(Fault(f"phase {number} has times and no BRP, so no ring"))
            yellow, red = found["yellow"] or 0.0, found["allred"] or 0.0
            green = longest or 0.0
            if start is not None and end is not None:
                green = round(((end - start) % cycle_s or cycle_s) - yellow - red, DECIMALS)
            if green <= 0:
                raise SignalPlanError(Fault(f"phase {number} has {green:g} s of green"))
            times = PhaseTimes(
                id=number,
                start_s=start or 0.0,
                green_s=green,
                yellow_s=yellow,
                all_red_s=red,
                releases=(),
                ring=int(brp) // 10 % 10,
                min_green_s=found["mingreen"] or 0.0,
                walk_s=found["walk"] or 0.0,
                ped_clearance_s=found["dontwalk"] or 0.0,
                line=next(iter(cells.values()))[1],
            )
            yield UtdfPhase(times, int(brp) // 100, int(brp) % 10, clock)

    def _offset_s(self, node: str, plan: Cells, phases: Sequence[UtdfPhase], cycle_s: float, notes: list[str]) -> float:
        """Return when the cycle begins on the common clock, with the first phase of the first ring.

        Start and End say it; without them, Offset does with the phase and moment that it refers to.
        """
        stated = self.cells.value(plan, "offset", node, low=-3600, high=3600)
        clocked = all(phase.clock for phase in phases)
        begins = {phase.times.id: phase.times.start_s for phase in phases} if clocked else ring_starts(phases, cycle_s)
        reference = int(self.cells.value(plan, "reference phase", node, low=0, high=9999) or 0)
        referred = int(self.cells.value(plan, "referenced to", node, low=0, high=9) or 0)
        event = event_s(phases, begins, cycle_s, reference=reference, referred=referred)
        if not clocked:
            if stated is None or event is None:
                notes.append("it states no offset with a reference; 0 s is assumed.")
                return 0.0
            return within_cycle_s(stated - event, cycle_s)
        if stated is not None and event is not None and apart_s(event, stated, cycle_s) > TOLERANCE_S:
            told = f"its Offset is {stated:g} s, but Start and End put what it refers to at {event:g} s"
            notes.append(f"{told}; Start and End hold.")
        try:
            ring_starts(phases, cycle_s)
        except SignalPlanError as problem:
            notes.append(f"{'; '.join(fault.rule for fault in problem.faults)}; Start and End hold.")
        first = min(phases, key=lambda one: (one.barrier, one.times.ring, one.position))
        return within_cycle_s(first.times.start_s, cycle_s)


def _description(cells: Mapping[str, str]) -> str:
    return cells.get("DESCRIPTION", "") or cells.get("INTNAME", "")


def _further(node: str, plan: Cells) -> list[str]:
    """Return the nodes that a controller runs besides its first one."""
    nodes = [text for record, (text, _) in plan.items() if record.startswith("node ")]
    return [text for text in dict.fromkeys(nodes) if text not in {"", "0", node}]
