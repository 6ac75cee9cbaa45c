"""Plans in GMNS 0.96 tables, made into plan records.

Where the tables do not part yellow from all-red, 1 s of the clearance is taken as all-red and the rest, from 3 to 6 s,
as yellow.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path

from congestion_lab.core.errors import Fault, SignalPlanError
from congestion_lab.core.rows import grouped
from congestion_lab.signals.cycle import DECIMALS, within_cycle_s
from congestion_lab.signals.plan import Aspect
from congestion_lab.signals.present.gmnsrows import PhaseRelease, TimingPhase, TimingPlan
from congestion_lab.signals.present.gmnstimings import GmnsTimings, read_timings
from congestion_lab.signals.present.planrecords import Movement, PhaseTimes, PlanRecord, PlanSource, Release
from congestion_lab.signals.rings.starts import TOLERANCE_S, RingPhase, RingTimes, ring_times
from congestion_lab.signals.timing import MAX_YELLOW_S, MIN_YELLOW_S

_ALL_RED_S = 1.0  # least all-red in use; what is more, is yellow


def read_gmns_plans(folder: Path, plan: str = "") -> PlanSource:
    """Read the plans of a folder of GMNS tables.

    Args:
        folder: The folder.
        plan: Which plan of each controller: its `timing_plan_id`, `timeday_id` or `time_day`; "" where each has one.

    Raises:
        SignalPlanError: The tables cannot be used, or a controller has several plans; every fault is named.
    """
    timings = read_timings(folder)
    maker = _Maker(timings)
    chosen = _chosen(timings.plans, plan, folder)
    records: list[PlanRecord] = []
    notes = []
    for one in chosen:
        try:
            records.append(maker.record(one))
        except SignalPlanError as problem:
            told = "; ".join(fault.rule for fault in problem.faults)
            notes.append(f"Timing plan {one.id} of controller {one.controller} was not used: {told}.")
    without = sorted({one.controller for one in timings.plans} - {one.controller for one in chosen})
    notes += [f"Controllers without a plan {plan!r}: {', '.join(without)}."] if without else []
    return PlanSource(tuple(records), tuple(notes))


def _chosen(plans: Sequence[TimingPlan], wanted: str, folder: Path) -> list[TimingPlan]:
    """Return one plan of each controller."""
    source = f"{folder / 'signal_timing_plan.csv'}"
    by_controller = grouped((plan.controller, plan) for plan in plans if not wanted or wanted in plan.times)
    told = ", ".join(dict.fromkeys(" ".join(plan.times) for plan in plans))
    if wanted and not by_controller:
        raise SignalPlanError(Fault(f"there is no plan {wanted!r}", f"they are {told}", source, key="timing_plan_id"))
    several = [controller for controller, own in by_controller.items() if len(own) > 1]
    if several:
        rule = f"controllers have several plans: {', '.join(several)}"
        hint = f"choose one with --plan, by its id or time: {told}"
        raise SignalPlanError(Fault(rule, hint, source, key="timing_plan_id"))
    return [own[0] for own in by_controller.values()]


class _Maker:
    """Makes plan records of rows."""

    def __init__(self, timings: GmnsTimings) -> None:
        self._movements = timings.movements
        self._phases = grouped((phase.plan, phase) for phase in timings.phases)
        self._releases = grouped((release.phase, release) for release in timings.releases)
        self._coordinations = {(one.plan, one.controller): one for one in timings.coordinations}

    def record(self, plan: TimingPlan) -> PlanRecord:
        """Return a plan.

        Raises:
            SignalPlanError: Its phases do not fit together.
        """
        notes: list[str] = []
        phases = self._phases.get(plan.id, [])
        greens = _fitting(phases, plan.cycle_s, notes)
        served = [phase for phase in phases if greens[phase.id] > 0]
        times = _ring(served, greens)
        timed = [self._timed(phase, greens[phase.id], times) for phase in served]
        if any(phase.yellow_s is None or phase.all_red_s is None for phase in served):
            told = f"{_ALL_RED_S:g} s of it is taken as all-red, the rest as yellow"
            notes.append(f"the tables do not part yellow from all-red: of each clearance {told}.")
        nodes = [node for phase in served for _, node in self._named(phase)]
        node = nodes[0] if nodes else ""
        on_red = [
            self._movements.by_id[one.movement][0]
            for one in self._of(served)
            if one.movement and one.shown is Aspect.STOP_THEN_GO
        ]
        crossed = [one.link for one in self._of(served) if not one.movement]
        if crossed:
            notes.append(f"people cross by the walk of each phase; links named for them are not used: {len(crossed)}.")
        return PlanRecord(
            controller=plan.controller,
            program=plan.id,
            cycle_s=times.cycle_s,
            offset_s=self._offset_s(plan, served, timed, times.cycle_s, notes),
            phases=tuple(timed),
            name=self._movements.names.get(node, ""),
            place=self._movements.places.get(node),
            on_red=tuple(dict.fromkeys(on_red)),
            free=self._free(served, frozenset(nodes)),
            notes=tuple(notes),
        )

    def _of(self, phases: Sequence[TimingPhase]) -> list[PhaseRelease]:
        return [one for phase in phases for one in self._releases.get(phase.id, ())]

    def _named(self, phase: TimingPhase) -> list[tuple[Release, str]]:
        """Return what a phase releases, and the node of each movement."""
        found = []
        for one in self._of([phase]):
            if one.movement and one.shown is not Aspect.STOP_THEN_GO:
                movement, node = self._movements.by_id[one.movement]
                found.append((Release(movement, one.shown), node))
        return found

    def _free(self, phases: Sequence[TimingPhase], nodes: frozenset[str]) -> tuple[Movement, ...]:
        """Return the movements of these nodes that no signal holds."""
        released = {one.movement for one in self._of(phases)}
        known = self._movements
        return tuple(
            movement
            for name, (movement, node) in known.by_id.items()
            if node in nodes and name in known.uncontrolled and name not in released
        )

    def _timed(self, phase: TimingPhase, green_s: float, times: RingTimes) -> PhaseTimes:
        yellow, red = _clearing_s(phase)
        return PhaseTimes(
            id=phase.id,
            start_s=times.starts_s[phase.id],
            green_s=green_s,
            yellow_s=yellow,
            all_red_s=red,
            releases=tuple(release for release, _ in self._named(phase)),
            ring=phase.ring,
            walk_s=phase.walk_s,
            ped_clearance_s=phase.ped_clearance_s,
        )

    def _offset_s(
        self,
        plan: TimingPlan,
        phases: Sequence[TimingPhase],
        timed: Sequence[PhaseTimes],
        cycle_s: float,
        notes: list[str],
    ) -> float:
        """Return when the cycle begins on the common clock."""
        stated = self._coordinations.get((plan.id, plan.controller))
        if stated is None:
            notes.append("no coordination is stated; an offset of 0 s is assumed.")
            return 0.0
        if stated.master and stated.master != plan.controller:
            notes.append(f"its offset is relative to controller {stated.master}; it is taken as on the common clock.")
        named = [times for phase, times in zip(phases, timed, strict=True) if phase.number == stated.phase]
        if not named:
            notes.append("its offset refers to no phase of the plan; it is taken as the start of the cycle.")
            return stated.offset_s
        spans = {"begin_of_yellow": named[0].green_s, "begin_of_red": named[0].green_s + named[0].yellow_s}
        event = named[0].start_s + spans.get(stated.reference, 0.0)
        return within_cycle_s(stated.offset_s - event, cycle_s)


def _fitting(phases: Sequence[TimingPhase], cycle_s: float | None, notes: list[str]) -> Mapping[str, float]:
    """Return the green of each phase: `min_green`, as fixed-time signals have it, or the longest where those fit.

    Raises:
        SignalPlanError: Neither fills the cycle.
    """
    shortest = {phase.id: phase.green_s for phase in phases}
    longest = {phase.id: phase.green_s if phase.longest_s is None else phase.longest_s for phase in phases}
    if cycle_s is None:
        notes.append("no cycle is stated; that of the phases is taken.")
        return shortest
    faults: list[Fault] = []
    for greens in (shortest, longest):
        try:
            total = _ring([phase for phase in phases if greens[phase.id] > 0], greens).cycle_s
        except SignalPlanError as problem:
            faults += problem.faults
            continue
        if abs(total - cycle_s) <= TOLERANCE_S * len(phases):
            if greens is not shortest and longest != shortest:
                notes.append("the greens are `max_green`, which fill the cycle; `min_green` do not.")
            return greens
        faults.append(Fault(f"its phases take {total:g} s, its cycle is {cycle_s:g} s"))
    raise SignalPlanError(*dict.fromkeys(faults))


def _ring(phases: Sequence[TimingPhase], greens_s: Mapping[str, float]) -> RingTimes:
    return ring_times(
        [
            RingPhase(
                one.id, one.ring, one.barrier, one.position, round(greens_s[one.id] + sum(_clearing_s(one)), DECIMALS)
            )
            for one in phases
        ]
    )


def _clearing_s(phase: TimingPhase) -> tuple[float, float]:
    """Return yellow and all-red."""
    if phase.yellow_s is not None:
        return phase.yellow_s, max(0.0, round(phase.clearance_s - phase.yellow_s, DECIMALS))
    if phase.all_red_s is not None:
        return max(0.0, round(phase.clearance_s - phase.all_red_s, DECIMALS)), phase.all_red_s
    yellow = min(phase.clearance_s, MAX_YELLOW_S, max(MIN_YELLOW_S, phase.clearance_s - _ALL_RED_S))
    return yellow, round(phase.clearance_s - yellow, DECIMALS)
