"""Timing plans and phases of Synchro's combined CSV.

Times are seconds of the reference clock, modulo the cycle. A phase runs from `Start` to `End`, clearance included; it
yields at the end of its green. Local times count from the offset, which is the start of the reference phase's green.
"""

from collections.abc import Iterator, Mapping, Sequence

from congestion_lab.exporting.cells import Cell, seconds
from congestion_lab.exporting.ringtimes import RingPlan
from congestion_lab.exporting.utdf.nodes import SIGNAL, Place, Row
from congestion_lab.signals.cycle import within_cycle_s
from congestion_lab.signals.retiming import max_gap_s
from congestion_lab.signals.rings.ringphases import NumberedPhase

_PRETIMED, _ACTUATED = 0, 1
_NO_RECALL, _MAX_RECALL = 0, 3
_FIRST_GREEN = 3  # Referenced To: the start of the reference phase's green


def plan_records(plans: Sequence[RingPlan], nodes: Mapping[str, Place]) -> Iterator[Row]:
    """Yield the rows of `[Timeplans]`, under the first node of each controller."""
    for plan in plans:
        numbers = node_numbers(plan, nodes)
        data: list[tuple[str, Cell]] = [
            ("Control Type", _ACTUATED if plan.is_actuated else _PRETIMED),
            ("Cycle Length", seconds(plan.rings.cycle_s)),
            ("Lock Timings", 0),
            ("Referenced To", _FIRST_GREEN),
            ("Reference Phase", plan.rings.coordinated.number if plan.rings.coordinated else 0),
            ("Offset", seconds(plan.reference_s)),
            ("Master", 0),
            ("Yield", 0),
            *((f"Node {place}", number) for place, number in enumerate((*numbers, 0))),
        ]
        yield from ((name, numbers[0], value) for name, value in data)


def phase_records(plans: Sequence[RingPlan], nodes: Mapping[str, Place], columns: int) -> Iterator[Row]:
    """Yield the rows of `[Phases]`, one per quantity, with one column per phase number."""
    for plan in plans:
        number = node_numbers(plan, nodes)[0]
        by_number = {phase.number: _values(plan, phase) for phase in plan.rings.phases}
        for name in next(iter(by_number.values()), {}):
            cells = (by_number.get(phase, {}).get(name, "") for phase in range(1, columns + 1))
            yield name, number, *cells


def node_numbers(plan: RingPlan, nodes: Mapping[str, Place]) -> list[int]:
    """Return the numbers of the nodes that a plan's controller drives, ascending."""
    here = (place for place in nodes.values() if place.kind == SIGNAL)
    return sorted(place.number for place in here if place.controller_id == plan.plan.controller_id)


def _values(plan: RingPlan, phase: NumberedPhase) -> dict[str, Cell]:
    cycle, offset = plan.rings.cycle_s, plan.reference_s
    start = plan.on_the_clock_s(phase.start_s)
    end = plan.on_the_clock_s(phase.start_s + phase.split_s)
    green_end = plan.on_the_clock_s(phase.start_s + phase.green_s)
    dont_walk = phase.green_s - phase.walk_s if phase.walking else 0.0
    gap = max_gap_s(plan.plan) if plan.is_actuated else None
    least = max(phase.min_green_s, phase.walk_s + dont_walk) + phase.clearance_s
    times = {
        "MinGreen": phase.min_green_s,
        "MaxGreen": phase.green_s,
        **({} if gap is None else {"VehExt": gap}),
        "Yellow": phase.yellow_s,
        "AllRed": phase.all_red_s,
        "Walk": phase.walk_s,
        "DontWalk": dont_walk,
        "MinSplit": least,
        "Start": start,
        "End": end,
        "Yield": green_end,
        "Yield170": within_cycle_s(green_end - dont_walk, cycle),
        "LocalStart": within_cycle_s(start - offset, cycle),
        "LocalYield": within_cycle_s(green_end - offset, cycle),
        "LocalYield170": within_cycle_s(green_end - dont_walk - offset, cycle),
        "ActGreen": phase.green_s,
    }
    return {
        "BRP": f"{phase.barrier}{phase.ring}{phase.position}",
        "Recall": _NO_RECALL if plan.is_actuated else _MAX_RECALL,
        **{name: seconds(value) for name, value in times.items()},
        "DualEntry": 1,
        "InhibitMax": 1,
    }
