"""A folder of GMNS 0.96 tables of signal timings: plans, phases, what these release, and coordination."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from congestion_lab.core.errors import Fault, SignalPlanError
from congestion_lab.core.rows import gmns_table
from congestion_lab.signals.present.gmnsmovements import GmnsMovements, read_movements
from congestion_lab.signals.present.gmnsrows import (
    Coordination,
    PhaseRelease,
    TimingPhase,
    TimingPlan,
    coordination_row,
    phase_row,
    plan_row,
    release_row,
)

FILES = ("signal_timing_plan.csv", "signal_timing_phase.csv", "signal_phase_mvmt.csv", "movement.csv")
_COORDINATION = "signal_coordination.csv"
_PHASE_COLUMNS = ("timing_phase_id", "timing_plan_id", "signal_phase_num", "min_green", "ring", "barrier", "position")


@dataclass(frozen=True, slots=True)
class GmnsTimings:
    """The tables of a folder.

    Attributes:
        plans: Timing plans.
        phases: Their phases.
        releases: What those release.
        coordinations: Offsets.
        movements: Movements, and where their nodes lie.
    """

    plans: tuple[TimingPlan, ...]
    phases: tuple[TimingPhase, ...]
    releases: tuple[PhaseRelease, ...]
    coordinations: tuple[Coordination, ...]
    movements: GmnsMovements


def read_timings(folder: Path) -> GmnsTimings:
    """Read the tables of a folder.

    Raises:
        SignalPlanError: A table is missing, breaks the specification, or names what is not there; every fault is named.
    """
    missing = [name for name in FILES if not (folder / name).is_file()]
    if missing:
        rule = f"there is no {', '.join(missing)}"
        raise SignalPlanError(Fault(rule, f"plans need {', '.join(FILES)}", str(folder)))
    faults: list[Fault] = []
    movements = read_movements(folder, faults)
    plans = gmns_table(folder / FILES[0], plan_row, ("timing_plan_id", "controller_id"), faults)
    phases = gmns_table(folder / FILES[1], phase_row, _PHASE_COLUMNS, faults)
    releases = gmns_table(folder / FILES[2], release_row, ("signal_phase_mvmt_id", "timing_phase_id"), faults)
    coordinations: list[tuple[int, Coordination]] = []
    if (folder / _COORDINATION).is_file():
        columns = ("coordination_id", "timing_plan_id", "controller_id")
        coordinations = gmns_table(folder / _COORDINATION, coordination_row, columns, faults)
    faults += _unknown(folder, [plan for _, plan in plans], phases, releases, movements)
    faults += _misplaced(folder, [plan for _, plan in plans], coordinations)
    if faults:
        raise SignalPlanError(*faults)
    return GmnsTimings(
        plans=tuple(plan for _, plan in plans),
        phases=tuple(phase for _, phase in phases),
        releases=tuple(release for _, release in releases),
        coordinations=tuple(one for _, one in coordinations),
        movements=movements,
    )


def _unknown(
    folder: Path,
    plans: Sequence[TimingPlan],
    phases: Sequence[tuple[int, TimingPhase]],
    releases: Sequence[tuple[int, PhaseRelease]],
    known: GmnsMovements,
) -> Iterator[Fault]:
    """Yield what rows say of rows that are not there, and ids that stand twice."""
    plan_ids, phase_ids = [plan.id for plan in plans], [phase.id for _, phase in phases]
    for file, ids, key in (
        ("signal_timing_plan.csv", plan_ids, "timing_plan_id"),
        ("signal_timing_phase.csv", phase_ids, "timing_phase_id"),
    ):
        for name in sorted(one for one, count in Counter(ids).items() if count > 1):
            yield Fault(f"the id {name!r} stands twice", "give each row an id of its own", f"{folder / file}", key=key)
    known_plans, known_phases = set(plan_ids), set(phase_ids)
    for line, phase in phases:
        if phase.plan not in known_plans:
            hint, source = "add it to signal_timing_plan.csv", f"{folder / 'signal_timing_phase.csv'}"
            yield Fault(f"there is no timing plan {phase.plan!r}", hint, source, line, "timing_plan_id")
    for line, release in releases:
        source = f"{folder / 'signal_phase_mvmt.csv'}"
        if release.phase not in known_phases:
            hint = "add it to signal_timing_phase.csv"
            yield Fault(f"there is no timing phase {release.phase!r}", hint, source, line, "timing_phase_id")
        if release.movement and release.movement not in known.by_id:
            yield Fault(f"there is no movement {release.movement!r}", "add it to movement.csv", source, line, "mvmt_id")


def _misplaced(
    folder: Path, plans: Sequence[TimingPlan], coordinations: Sequence[tuple[int, Coordination]]
) -> Iterator[Fault]:
    """Yield coordinations of what is no plan of their controller, and those of a plan that has one already."""
    source = f"{folder / _COORDINATION}"
    known, told = {(plan.id, plan.controller) for plan in plans}, set()
    for line, one in coordinations:
        place = (one.plan, one.controller)
        if place not in known:
            rule = f"controller {one.controller!r} has no timing plan {one.plan!r}"
            yield Fault(rule, "add it to signal_timing_plan.csv", source, line, "timing_plan_id")
        if place in told:
            rule = f"the timing plan {one.plan!r} of controller {one.controller!r} is coordinated twice"
            yield Fault(rule, "keep one of the two rows", source, line, "timing_plan_id")
        told.add(place)
