"""Signal plans as lines of text and as values for machines."""

from collections.abc import Iterable, Iterator
from typing import Any

from congestion_lab.core.names import clean_name
from congestion_lab.signals.cycle import within_cycle_s
from congestion_lab.signals.phases import Phase, clearances, phases
from congestion_lab.signals.plan import SignalPlan
from congestion_lab.signals.retiming import at_its_longest, at_its_shortest, is_timed_by_traffic, max_gap_s


def plan_lines(plan: SignalPlan, name: str) -> Iterator[str]:
    """Yield a plan as text: a heading and the phases."""
    controller, place = clean_name(plan.controller_id), clean_name(name)
    yield f"{controller}  {place}" if place and place != controller else controller
    by_traffic = is_timed_by_traffic(plan)
    plan = at_its_longest(plan)
    greens = ", ".join(_green(plan, phase) for phase in phases(plan))
    cleared = sum(clearance.duration_s for clearance in clearances(plan))
    yield f"  {plan.control.value}, {_cycle(plan, by_traffic=by_traffic)}, clearing {cleared:g} s"
    yield f"  greens of the phases: {greens} s" if greens else "  no phase"


def _green(plan: SignalPlan, phase: Phase) -> str:
    shortest = _shortest_s(plan, phase)
    return f"{phase.green_s:g}" if shortest == phase.green_s else f"{shortest:g}-{phase.green_s:g}"


def _shortest_s(plan: SignalPlan, phase: Phase) -> float:
    return sum(at_its_shortest(plan).intervals[number].duration_s for number in phase.intervals)


def _cycle(plan: SignalPlan, *, by_traffic: bool) -> str:
    if not by_traffic:
        return f"cycle {plan.cycle_s:g} s, offset {_offset_s(plan):g} s"
    gap = max_gap_s(plan)
    return f"longest cycle {plan.cycle_s:g} s" + ("" if gap is None else f", greens end at a gap of {gap:g} s")


def _offset_s(plan: SignalPlan) -> float:
    """Return the offset as reports and certificates tell it: whole cycles of it say nothing."""
    return within_cycle_s(plan.offset_s, plan.cycle_s)


def plans_as_json(plans: Iterable[SignalPlan]) -> list[dict[str, Any]]:
    """Return cycle, offset and greens of each plan; where traffic ends the greens the longest, and the shortest too."""
    return [_plan_as_json(at_its_longest(plan)) for plan in plans]


def _plan_as_json(plan: SignalPlan) -> dict[str, Any]:
    timing = {"max_gap_s": max_gap_s(plan)} if is_timed_by_traffic(plan) else {"offset_s": _offset_s(plan)}
    return {
        "controller": plan.controller_id,
        "control": plan.control.value,
        "cycle_s": plan.cycle_s,
        **timing,
        "phases": [_phase_as_json(plan, phase) for phase in phases(plan)],
    }


def _phase_as_json(plan: SignalPlan, phase: Phase) -> dict[str, Any]:
    green = {"groups": list(phase.groups), "green_s": phase.green_s}
    return green | ({"shortest_s": _shortest_s(plan, phase)} if is_timed_by_traffic(plan) else {})
