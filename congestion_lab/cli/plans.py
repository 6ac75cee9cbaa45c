"""Signal plans as lines of text and as values for machines."""

from collections.abc import Iterable, Iterator
from typing import Any

from congestion_lab.signals.phases import Phase, clearances, phases
from congestion_lab.signals.plan import Aspect, SignalPlan
from congestion_lab.signals.retiming import at_its_longest, at_its_shortest, is_timed_by_traffic, max_gap_s

_LETTERS = {
    Aspect.RED: "·",
    Aspect.RED_YELLOW: "/",
    Aspect.YELLOW: "-",
    Aspect.GREEN: "█",
    Aspect.PERMITTED: "▒",
    Aspect.STOP_THEN_GO: "▫",
    Aspect.FLASHING: "*",
    Aspect.DARK: " ",
}
_BAR_COLUMNS = 60


def plan_lines(plan: SignalPlan, name: str) -> Iterator[str]:
    """Yield a plan as text: a heading, the phases, and one bar per signal group."""
    heading = f"{plan.controller_id}  {name}" if name and name != plan.controller_id else plan.controller_id
    yield heading
    by_traffic = is_timed_by_traffic(plan)
    plan = at_its_longest(plan)
    greens = ", ".join(_green(plan, phase) for phase in phases(plan))
    cleared = sum(clearance.duration_s for clearance in clearances(plan))
    yield f"  {plan.control.value}, {_cycle(plan, by_traffic=by_traffic)}, clearing {cleared:g} s"
    yield f"  greens of the phases: {greens} s" if greens else "  no phase"
    width = max((len(group.id) for group in plan.groups), default=0)
    for position, group in enumerate(plan.groups):
        yield f"  {group.id:<{width}} {_bar(plan, position)}"
    yield "  █ protected  ▒ permitted  - yellow  · red"
    yield ""


def _green(plan: SignalPlan, phase: Phase) -> str:
    shortest = _shortest_s(plan, phase)
    return f"{phase.green_s:g}" if shortest == phase.green_s else f"{shortest:g}-{phase.green_s:g}"


def _shortest_s(plan: SignalPlan, phase: Phase) -> float:
    return sum(at_its_shortest(plan).intervals[number].duration_s for number in phase.intervals)


def _cycle(plan: SignalPlan, *, by_traffic: bool) -> str:
    if not by_traffic:
        return f"cycle {plan.cycle_s:g} s, offset {plan.offset_s:g} s"
    gap = max_gap_s(plan)
    return f"longest cycle {plan.cycle_s:g} s" + ("" if gap is None else f", greens end at a gap of {gap:g} s")


def plans_as_json(plans: Iterable[SignalPlan]) -> list[dict[str, Any]]:
    """Return cycle, offset and greens of each plan; where traffic ends the greens the longest, and the shortest too."""
    return [_plan_as_json(at_its_longest(plan)) for plan in plans]


def _plan_as_json(plan: SignalPlan) -> dict[str, Any]:
    timing = {"max_gap_s": max_gap_s(plan)} if is_timed_by_traffic(plan) else {"offset_s": plan.offset_s}
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


def _bar(plan: SignalPlan, group: int) -> str:
    """Return what a group shows over the cycle, sampled in the middle of each column."""
    ends, time = [], 0.0
    for interval in plan.intervals:
        time += interval.duration_s
        ends.append((time, _LETTERS[interval.aspects[group]]))
    instants = ((column + 0.5) * plan.cycle_s / _BAR_COLUMNS for column in range(_BAR_COLUMNS))
    return "".join(next(letter for end, letter in ends if instant < end) for instant in instants)
