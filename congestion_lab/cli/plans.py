"""Signal plans as lines of text and as values for machines."""

from collections.abc import Iterable, Iterator
from typing import Any

from congestion_lab.signals.phases import clearances, phases
from congestion_lab.signals.plan import Aspect, SignalPlan

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
    greens = ", ".join(f"{phase.green_s:g}" for phase in phases(plan))
    cleared = sum(clearance.duration_s for clearance in clearances(plan))
    yield f"  {plan.control.value}, cycle {plan.cycle_s:g} s, offset {plan.offset_s:g} s, clearing {cleared:g} s"
    yield f"  greens of the phases: {greens} s" if greens else "  no phase"
    width = max((len(group.id) for group in plan.groups), default=0)
    for position, group in enumerate(plan.groups):
        yield f"  {group.id:<{width}} {_bar(plan, position)}"
    yield "  █ protected  ▒ permitted  - yellow  · red"
    yield ""


def plans_as_json(plans: Iterable[SignalPlan]) -> list[dict[str, Any]]:
    """Return cycle, offset and greens of each plan."""
    return [
        {
            "controller": plan.controller_id,
            "control": plan.control.value,
            "cycle_s": plan.cycle_s,
            "offset_s": plan.offset_s,
            "phases": [{"groups": list(phase.groups), "green_s": phase.green_s} for phase in phases(plan)],
        }
        for plan in plans
    ]


def _bar(plan: SignalPlan, group: int) -> str:
    """Return what a group shows over the cycle, sampled in the middle of each column."""
    ends, time = [], 0.0
    for interval in plan.intervals:
        time += interval.duration_s
        ends.append((time, _LETTERS[interval.aspects[group]]))
    instants = ((column + 0.5) * plan.cycle_s / _BAR_COLUMNS for column in range(_BAR_COLUMNS))
    return "".join(next(letter for end, letter in ends if instant < end) for instant in instants)
