"""Plans as phases in rings, for the formats whose controllers know nothing else."""

import unicodedata
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

from congestion_lab.core.errors import Fault, SignalPlanError
from congestion_lab.core.names import clean_name
from congestion_lab.exporting.handover import Handover, check_order
from congestion_lab.signals.cycle import within_cycle_s
from congestion_lab.signals.intersection import Intersection
from congestion_lab.signals.plan import Aspect, Control, SignalPlan
from congestion_lab.signals.retiming import at_its_longest
from congestion_lab.signals.rings.ringphases import NumberedPhase, RingBarrier
from congestion_lab.signals.rings.ringreading import faithful_rings

_HELD = frozenset({Control.FIXED, Control.ACTUATED})
SLACK_S = 0.0015  # plans are exact to a millisecond
_HINT = "export it as sumo, csv or xlsx"


@dataclass(frozen=True, slots=True)
class RingPlan:
    """One plan in rings.

    Attributes:
        plan: The plan at its longest.
        site: Its intersection.
        rings: Its phases.
        notes: What the rings do not show of the plan, a sentence each.
    """

    plan: SignalPlan
    site: Intersection
    rings: RingBarrier
    notes: tuple[str, ...]

    @property
    def source(self) -> str:
        """The plan's name in messages."""
        return f"plan {self.plan.controller_id}/{self.plan.program_id}"

    @property
    def is_actuated(self) -> bool:
        """Whether traffic ends the greens."""
        return self.plan.control is Control.ACTUATED

    @property
    def offset_s(self) -> float:
        """Start of the cycle on the reference clock, within the cycle; 0 where traffic ends the greens."""
        return 0.0 if self.is_actuated else within_cycle_s(self.plan.offset_s, self.plan.cycle_s)

    @property
    def keeps_time(self) -> bool:
        """Whether a controller runs it by a clock that it shares with others."""
        return bool(self.rings.phases) and not self.is_actuated

    @property
    def reference_s(self) -> float:
        """When the green of the phase that an offset refers to begins on the reference clock; 0 without phases."""
        reference = self.rings.coordinated
        return 0.0 if reference is None else self.on_the_clock_s(reference.start_s)

    @property
    def overlaps(self) -> tuple[str, ...]:
        """Ids of the groups that are green in phases of one ring that follow each other."""
        heads = set(self.rings.overlaps)
        return tuple(clean_name(group.id) for group in self.plan.groups if heads & set(group.heads))

    def on_the_clock_s(self, time_s: float) -> float:
        """Return a time of the cycle on the reference clock, within the cycle."""
        return within_cycle_s(time_s + self.offset_s, self.plan.cycle_s)

    def turns_on_red(self, heads: Iterable[int]) -> bool:
        """Whether any of some heads ever lets drivers pass after a full stop."""
        return Aspect.STOP_THEN_GO in self._shown(heads)

    def is_closed(self, heads: Iterable[int]) -> bool:
        """Whether some heads are red all through the cycle."""
        return self._shown(heads) == {Aspect.RED}

    def _shown(self, heads: Iterable[int]) -> set[Aspect]:
        wanted = set(heads)
        places = [place for place, group in enumerate(self.plan.groups) if wanted & set(group.heads)]
        return {each.aspects[place] for each in self.plan.intervals for place in places}

    def phases_of(self, head: int) -> tuple[list[NumberedPhase], list[NumberedPhase]]:
        """Return the phases that release a head, protected and permitted."""
        protected = [phase for phase in self.rings.phases if head in phase.protected]
        return protected, [phase for phase in self.rings.phases if head in phase.permitted]


def greens_of(plans: Iterable[RingPlan]) -> Callable[[str | None, int | None], object]:
    """Return what tells the greens of a controller's heads apart: the phases that release each."""
    by_controller = {one.plan.controller_id: one for one in plans}

    def greens(controller: str | None, head: int | None) -> object:
        plan = by_controller.get(controller or "")
        if plan is None or head is None or head in plan.rings.free:
            return ()
        return tuple(tuple(phase.number for phase in phases) for phases in plan.phases_of(head))

    return greens


def ring_plans(
    handover: Handover, check: Callable[[RingPlan], Iterable[Fault]], *, turns_on_red: bool = False
) -> list[RingPlan]:
    """Return all plans in rings.

    Args:
        handover: The plans.
        check: Yields what else the format cannot hold of a plan.
        turns_on_red: Whether the format tells of turns on red by itself.

    Raises:
        SignalPlanError: Some plans cannot be held; every reason is told.
    """
    found: list[RingPlan] = []
    faults: list[Fault] = []
    for plan, site in handover:
        try:
            found.append(_ring_plan(plan, site, turns_on_red=turns_on_red))
            faults += check(found[-1])
        except SignalPlanError as problem:
            faults += problem.faults
    if faults:
        raise SignalPlanError(*faults)
    return found


def remarks(format: str, plans: Sequence[RingPlan]) -> tuple[str, ...]:
    """Return what the rings of some plans do not show, controller by controller, and which groups are overlaps."""
    notes = [f"{format}: {one.plan.controller_id}: {note}" for one in plans for note in one.notes]
    overlaps = dict.fromkeys(f"{one.plan.controller_id} {', '.join(one.overlaps)}" for one in plans if one.overlaps)
    if overlaps:
        notes.append(f"{format}: overlaps, green in phases that follow each other: {'; '.join(overlaps)}")
    return tuple(notes)


def finer_than(plan: RingPlan, step_s: float, *, whole: bool) -> Iterator[Fault]:
    """Yield the times of a plan that are no multiples of a step: rounding could shorten a green or a clearance.

    Args:
        plan: The plan.
        step_s: The step.
        whole: Whether cycle, splits and offset have to be whole seconds.
    """
    step = 1.0 if whole else step_s
    yield from off_step(plan, "the cycle", plan.rings.cycle_s, step)
    yield from off_step(plan, "the offset", plan.offset_s, step)
    for phase in plan.rings.phases:
        name = f"phase {phase.number}"
        yield from off_step(plan, f"the split of {name}", phase.split_s, step)
        yield from off_step(plan, f"the yellow of {name}", phase.yellow_s, step_s)
        yield from off_step(plan, f"the all-red of {name}", phase.all_red_s, step_s)
        yield from off_step(plan, f"the walk of {name}", phase.walk_s, step_s)


def off_step(plan: RingPlan, what: str, value_s: float, step_s: float) -> Iterator[Fault]:
    """Yield a time of a plan if it is no multiple of a step."""
    if abs(value_s - round(value_s / step_s) * step_s) > SLACK_S:
        rule = f"{what} is {value_s:g} s; the format counts it in steps of {step_s:g} s and nothing is rounded"
        yield Fault(rule, "retime the plan in such steps, or export it as sumo, vissig, csv or xlsx", plan.source)


def unwritable_ids(plan: RingPlan) -> Iterator[Fault]:
    """Yield ids of a plan that tables would not give back: no reader keeps control characters as they are."""
    for what, name in (("controller", plan.plan.controller_id), ("programme", plan.plan.program_id)):
        if any(unicodedata.category(char) == "Cc" for char in name):
            rule = f"the id of the {what}, {name!r}, has control characters"
            yield Fault(rule, "rename it in the plan file", f"plan {clean_name(plan.plan.controller_id)}")


def _ring_plan(plan: SignalPlan, site: Intersection, *, turns_on_red: bool) -> RingPlan:
    if plan.control not in _HELD:
        rule = f"{plan.control.value} control has no phases in rings that could be entered elsewhere"
        raise SignalPlanError(Fault(rule, _HINT, f"plan {plan.controller_id}/{plan.program_id}"))
    check_order(plan, _HINT)
    rings, departures = faithful_rings(plan, site)
    told = Aspect.STOP_THEN_GO if turns_on_red else None
    notes = [str(departure) for departure in departures if departure.planned is not told]
    if not rings.phases:
        notes.append("its signals never change, so there is no phase to tell")
    return RingPlan(at_its_longest(plan), site, rings, tuple(notes))
