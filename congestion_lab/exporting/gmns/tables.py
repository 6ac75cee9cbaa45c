"""Plans as signal tables of the General Modeling Network Specification (GMNS 0.96), with the roads they refer to.

https://github.com/zephyr-data-specs/GMNS. Columns that begin with `opt_` are additions, as the specification's own
examples have them: GMNS knows yellow and all-red only together (`clearance`).
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from congestion_lab.core.errors import Fault
from congestion_lab.core.names import inert, shielded
from congestion_lab.exporting.cells import Cell, seconds
from congestion_lab.exporting.gmns.roads import (
    CONFIG_COLUMNS,
    LINK_COLUMNS,
    MOVEMENT_COLUMNS,
    NODE_COLUMNS,
    config_row,
    link_rows,
    movement_id,
    movement_rows,
    node_rows,
    signal_turnings,
)
from congestion_lab.exporting.handover import Handover, Written
from congestion_lab.exporting.ringtimes import RingPlan, remarks, ring_plans, unwritable_ids
from congestion_lab.exporting.tablefile import write_table
from congestion_lab.exporting.turnings import Turning
from congestion_lab.signals.plan import Aspect
from congestion_lab.signals.retiming import max_gap_s
from congestion_lab.signals.rings.ringphases import NumberedPhase

_EVERY_DAY = "11111111_0000_2400"  # Sunday to Saturday and holidays, all day
_LONGEST_CYCLE_S, _LONGEST_STEP_S = 600.0, 120.0  # bounds of the schema
_CONTROLLER = ("controller_id",)
_PLAN = ("timing_plan_id", "controller_id", "time_day", "cycle_length", "opt_programme", "opt_control")
_PHASE = (
    "timing_phase_id",
    "timing_plan_id",
    "signal_phase_num",
    "min_green",
    "max_green",
    "extension",
    "clearance",
    "walk_time",
    "ped_clearance",
    "ring",
    "barrier",
    "position",
    "opt_yellow",
    "opt_all_red",
)
_SERVED = ("signal_phase_mvmt_id", "timing_phase_id", "mvmt_id", "link_id", "protection")
_COORDINATION = (
    "coordination_id",
    "timing_plan_id",
    "controller_id",
    "coord_contr_id",
    "coord_phase",
    "coord_ref_to",
    "offset",
)
Row = Sequence[Cell]


@dataclass(frozen=True, slots=True)
class _Served:
    """A phase that releases a movement."""

    phase: NumberedPhase
    turning: Turning
    protection: str


def write_gmns(handover: Handover, stem: Path) -> Written:
    """Write the tables into the folder `<stem>-gmns`.

    Raises:
        SignalPlanError: A plan cannot be told in phases of rings, or exceeds the bounds of the specification.
    """
    network = handover.roads("gmns")
    plans = ring_plans(handover, _faults, turns_on_red=True)
    turnings = signal_turnings(network, plans)
    tables: Mapping[str, tuple[Sequence[str], Iterable[Row]]] = {
        "config": (CONFIG_COLUMNS, [config_row(network, handover.scenario)]),
        "node": (NODE_COLUMNS, node_rows(network)),
        "link": (LINK_COLUMNS, link_rows(network)),
        "movement": (MOVEMENT_COLUMNS, movement_rows(network, turnings, plans)),
        "signal_controller": (_CONTROLLER, ((shielded(plan.plan.controller_id),) for plan in plans)),
        "signal_timing_plan": (_PLAN, map(_plan_row, plans)),
        "signal_timing_phase": (_PHASE, (_phase_row(plan, phase) for plan in plans for phase in plan.rings.phases)),
        "signal_phase_mvmt": (_SERVED, _served_rows(plans, turnings)),
        "signal_coordination": (_COORDINATION, _coordination_rows(plans)),
    }
    folder = stem.with_name(f"{stem.name}-gmns")
    files = []
    for name, (columns, rows) in tables.items():
        files.append(folder / f"{name}.csv")
        write_table(files[-1], columns, rows, handover.marking, column="opt_marking", for_people=False)
    return Written(tuple(files), remarks("gmns", plans))


def _plan_id(plan: RingPlan) -> str:
    return shielded(f"{plan.plan.controller_id}/{plan.plan.program_id}")


def _phase_id(plan: RingPlan, phase: NumberedPhase) -> str:
    return f"{_plan_id(plan)}/{phase.number}"


def _plan_row(plan: RingPlan) -> Row:
    controller, control = shielded(plan.plan.controller_id), plan.plan.control.value
    return _plan_id(plan), controller, _EVERY_DAY, seconds(plan.rings.cycle_s), inert(plan.plan.program_id), control


def _phase_row(plan: RingPlan, phase: NumberedPhase) -> Row:
    bounds: tuple[Cell, Cell, Cell] = (seconds(phase.green_s), "", "")  # "green time for a fixed time signal"
    if plan.is_actuated:
        gap = max_gap_s(plan.plan)
        bounds = (seconds(phase.min_green_s), seconds(phase.green_s), "" if gap is None else seconds(gap))
    walk: tuple[Cell, Cell] = ("", "")
    if phase.walking:
        walk = (seconds(phase.walk_s), seconds(phase.green_s - phase.walk_s))
    return (
        _phase_id(plan, phase),
        _plan_id(plan),
        phase.number,
        *bounds,
        seconds(phase.clearance_s),
        *walk,
        phase.ring,
        phase.barrier,
        phase.position,
        seconds(phase.yellow_s),
        seconds(phase.all_red_s),
    )


def _served_rows(plans: Sequence[RingPlan], turnings: Mapping[str, Sequence[Turning]]) -> Iterator[Row]:
    by_controller: dict[str, list[tuple[str, Turning]]] = {}
    for node, some in turnings.items():
        for one in some:
            by_controller.setdefault(one.controller_id, []).append((node, one))
    for plan in plans:
        for node, one in by_controller.get(plan.plan.controller_id, ()):
            for served in _served(plan, one):
                phase, movement = _phase_id(plan, served.phase), movement_id(node, one)
                yield f"{phase}/{one.code}/{shielded(node)}", phase, movement, "", served.protection


def _served(plan: RingPlan, turning: Turning) -> Iterator[_Served]:
    for phase in plan.rings.phases:
        kind = "protected" if set(turning.heads) & set(phase.protected) else "permitted"
        if set(turning.heads) & {*phase.protected, *phase.permitted}:
            yield _Served(phase, turning, kind)
        elif _passes_on_red(plan, turning, phase):
            yield _Served(phase, turning, "rtor")


def _passes_on_red(plan: RingPlan, turning: Turning, phase: NumberedPhase) -> bool:
    """Whether a movement may pass after a stop when the green of a phase begins."""
    places = [place for place, group in enumerate(plan.plan.groups) if set(group.heads) & set(turning.heads)]
    shown = plan.plan.intervals[plan.plan.interval_at(phase.start_s)].aspects
    return any(shown[place] is Aspect.STOP_THEN_GO for place in places)


def _coordination_rows(plans: Iterable[RingPlan]) -> Iterator[Row]:
    for plan in plans:
        phase, name = plan.rings.coordinated, _plan_id(plan)
        if phase is not None and plan.keeps_time:
            times = ("", phase.number, "begin_of_green", seconds(plan.reference_s))
            yield name, name, shielded(plan.plan.controller_id), *times


def _faults(plan: RingPlan) -> Iterator[Fault]:
    yield from unwritable_ids(plan)
    bounds = [("the cycle", plan.rings.cycle_s, _LONGEST_CYCLE_S)]
    for phase in plan.rings.phases:
        bounds.append((f"the clearance of phase {phase.number}", phase.clearance_s, _LONGEST_STEP_S))
        if phase.walking:
            bounds.append((f"the walk of phase {phase.number}", phase.walk_s, _LONGEST_STEP_S))
            bounds.append(
                (f"the green after walk of phase {phase.number}", phase.green_s - phase.walk_s, _LONGEST_STEP_S)
            )
    for what, value, most in bounds:
        if value > most:
            rule = f"{what} is {value:g} s; GMNS holds {most:g} s"
            yield Fault(rule, "export it as sumo, csv or xlsx", plan.source)
