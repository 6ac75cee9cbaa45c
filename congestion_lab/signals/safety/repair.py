"""A plan mended so that it keeps the safety rules: same phases, same order, clearances and shortest greens made right.

The clearances are built anew between the phases: yellow for the fastest head that ends, then red until every
conflicting head may enter; where people on foot end with a phase, their signal turns red early enough within it.
Red-and-yellow is left out. Turns that must give way become permitted. What the clearances and shortest greens need is
taken from the longest greens, so that the cycle stays as it was wherever it can.
"""

import dataclasses
import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from congestion_lab.core.errors import Fault, SignalPlanError
from congestion_lab.signals.cycle import TOLERANCE_S
from congestion_lab.signals.intersection import Intersection, SignalHead
from congestion_lab.signals.phases import MIN_GREEN_S, phases, stated_min_s
from congestion_lab.signals.plan import Aspect, Control, Interval, SignalGroup, SignalPlan
from congestion_lab.signals.retiming import at_its_shortest
from congestion_lab.signals.safety.apart import never_together
from congestion_lab.signals.safety.clearing import required_yellow_s
from congestion_lab.signals.safety.rules import (
    ERROR,
    STANDARD_RULES,
    Rules,
    check_plan,
    intergreen_shortages,
)
from congestion_lab.signals.timeline import green_times
from congestion_lab.signals.timing import pedestrian_clearance_s

Shown = tuple[Aspect, ...]  # one aspect per head
_MAX_ROUNDS = 500  # every round adds a second or more where one was lacking; no plan lacks that much
_CHANGING = frozenset({Aspect.YELLOW, Aspect.RED_YELLOW})


@dataclass(frozen=True, slots=True)
class _Stage:
    """A phase, head by head.

    Attributes:
        shown: What each head shows.
        duration_s: Its length.
        red_s: All-red before it.
        source: The interval it begins with, stating the shortest length of the whole stage.
        spare_s: By how much it lasts longer where traffic decides; what is mended is its shortest length.
    """

    shown: Shown
    duration_s: float
    red_s: float
    source: Interval
    spare_s: float = 0.0


@dataclass(frozen=True, slots=True)
class _Step:
    """An interval of the new ring and the stage that it is part of, or leads to."""

    shown: Shown
    duration_s: float
    stage: int
    green: bool


def repaired(plan: SignalPlan, intersection: Intersection, rules: Rules = STANDARD_RULES) -> SignalPlan:
    """Return the plan with every error and, where the cycle has room, every warning mended; without any, as it is.

    Raises:
        SignalPlanError: It cannot be mended: a head is never green or belongs to no group, paths that cross without a
            right of way are green only together, the plan jumps between its intervals, or an error would remain.
    """
    if not check_plan(plan, intersection, rules):
        return plan
    made = _repaired(plan, intersection, rules)
    left = [breach for breach in check_plan(made, intersection, rules) if breach.severity == ERROR]
    if left:
        source = f"plan {plan.controller_id}/{plan.program_id}"
        raise SignalPlanError(*(Fault(breach.message, "design the phases anew", source) for breach in left))
    return made


def _repaired(plan: SignalPlan, intersection: Intersection, rules: Rules) -> SignalPlan:
    faults = list(_hopeless(plan, intersection))
    if faults:
        raise SignalPlanError(*faults)
    mended = _legal(_yielding(_stages(plan), intersection), plan, intersection, rules)
    if any(stage.spare_s for stage in mended):
        return _plan([_spared(stage) for stage in mended], plan, intersection, rules)
    target = min(max(plan.cycle_s, rules.min_cycle_s), rules.max_cycle_s)
    return _plan(_with_cycle(mended, target, plan, intersection, rules), plan, intersection, rules)


def _hopeless(plan: SignalPlan, intersection: Intersection) -> Iterator[Fault]:
    source = f"plan {plan.controller_id}/{plan.program_id}"
    for breach in check_plan(plan, intersection):
        if breach.rule in {"never-green", "head-without-group"}:
            yield Fault(breach.message, "give it a green in one phase at least", source)
    if plan.jumps:
        yield Fault("the plan jumps between its intervals", "write it as one ring", source)


def _stages(plan: SignalPlan) -> list[_Stage]:
    """Return the phases, and the clearing intervals without which some head would never be green."""
    pieces = [phase.intervals for phase in phases(plan)]
    inside = {number for numbers in pieces for number in numbers}
    served = {group for number in inside for group in _green(plan.intervals[number].aspects)}
    for number, interval in enumerate(plan.intervals):
        if number not in inside and _green(interval.aspects) - served:
            pieces.append((number,))
            served |= _green(interval.aspects)
    return [_stage(plan, numbers) for numbers in sorted(pieces)]


def _stage(plan: SignalPlan, numbers: tuple[int, ...]) -> _Stage:
    first = plan.intervals[numbers[0]]
    stated = dataclasses.replace(first, min_s=stated_min_s(plan, numbers) or None)
    length, shortest = (
        sum(each.intervals[number].duration_s for number in numbers) for each in (plan, at_its_shortest(plan))
    )
    return _Stage(_by_head(plan, first), shortest, 0.0, stated, max(0.0, length - shortest))


def _spared(stage: _Stage) -> _Stage:
    """Return a stage of a plan that traffic times as long as it was, stating the shortest length it may have."""
    source = dataclasses.replace(stage.source, min_s=stage.duration_s)
    return dataclasses.replace(stage, duration_s=stage.duration_s + stage.spare_s, source=source)


def _green(shown: Sequence[Aspect]) -> frozenset[int]:
    return frozenset(place for place, aspect in enumerate(shown) if aspect.is_green)


def _by_head(plan: SignalPlan, interval: Interval) -> Shown:
    shown = {
        head: Aspect.RED if aspect in _CHANGING else aspect
        for group, aspect in zip(plan.groups, interval.aspects, strict=True)
        for head in group.heads
    }
    return tuple(shown.get(head, Aspect.RED) for head in range(max(shown) + 1))


def _yielding(stages: Sequence[_Stage], intersection: Intersection) -> list[_Stage]:
    """Return the stages with turns permitted that must give way, and without crossing paths that nobody yields on."""
    apart = never_together(intersection)
    mended: list[_Stage] = []
    for number, stage in enumerate(stages):
        shown = list(stage.shown)
        for first, second in sorted(intersection.yields):
            if (min(first, second), max(first, second)) not in apart and shown[first] is Aspect.GREEN:
                shown[first] = Aspect.PERMITTED if shown[second].is_green else Aspect.GREEN
        for pair in sorted(intersection.conflicts):
            lit = [shown[head] for head in pair]
            if all(aspect.is_green for aspect in lit) and (pair in apart or Aspect.PERMITTED not in lit):
                others = (*mended, *stages[number + 1 :])
                shown[_spare(pair, others, intersection)] = Aspect.RED
        mended.append(dataclasses.replace(stage, shown=tuple(shown)))
    return mended


def _spare(pair: tuple[int, int], others: Sequence[_Stage], intersection: Intersection) -> int:
    """Return the head of a pair that is green in another stage too."""
    for head in reversed(pair):
        if any(other.shown[head].is_green for other in others):
            return head
    rule = f"heads {pair[0]} and {pair[1]} cross, neither may give way, and they are green only together"
    raise SignalPlanError(Fault(rule, "give them phases of their own", intersection.controller_id))


def _legal(stages: Sequence[_Stage], plan: SignalPlan, intersection: Intersection, rules: Rules) -> list[_Stage]:
    """Return the stages with all-reds and greens long enough."""
    mended = list(stages)
    for _ in range(_MAX_ROUNDS):
        lacking = _lacking(mended, plan, intersection, rules)
        if not lacking:
            return mended
        for (stage, field), seconds in lacking.items():
            longer = getattr(mended[stage], field) + math.ceil(seconds - TOLERANCE_S)
            mended[stage] = dataclasses.replace(mended[stage], **{field: longer})
    rule = "no clearances were found that keep the rules"
    raise SignalPlanError(Fault(rule, "design the phases anew", f"plan {plan.controller_id}/{plan.program_id}"))


def _lacking(
    stages: Sequence[_Stage], plan: SignalPlan, intersection: Intersection, rules: Rules
) -> dict[tuple[int, str], float]:
    """Return the seconds lacking, by stage and by what should be longer."""
    steps = _steps(stages, intersection)
    draft = _drafted(steps, plan)
    lacking: dict[tuple[int, str], float] = {}

    def note(key: tuple[int, str], seconds: float) -> None:
        lacking[key] = max(lacking.get(key, 0.0), seconds)

    for gap, need in intergreen_shortages(draft, intersection).values():
        note((steps[gap.interval].stage, "red_s"), need - gap.duration_s)
    for number, stage in enumerate(stages):
        if (stage.source.min_s or 0.0) > stage.duration_s + TOLERANCE_S:
            note((number, "duration_s"), (stage.source.min_s or 0.0) - stage.duration_s)
    for number, group in enumerate(draft.groups):
        least = _least_green_s(_heads(group, intersection), rules)
        for time in green_times(draft, number):
            if time.green_s < least - TOLERANCE_S:
                note((steps[draft.interval_at(time.start_s)].stage, "duration_s"), least - time.green_s)
    return lacking


def _heads(group: SignalGroup, intersection: Intersection) -> list[SignalHead]:
    return [head for head in intersection.heads if head.index in group.heads]


def _least_green_s(heads: Sequence[SignalHead], rules: Rules) -> float:
    if not heads:
        return 0.0
    return rules.min_walk_s if any(head.is_crossing for head in heads) else rules.min_green_s


def _steps(stages: Sequence[_Stage], intersection: Intersection) -> list[_Step]:
    """Return the ring of stages with everything that has to happen between them."""
    if len(stages) == 1:
        return [_Step(stages[0].shown, stages[0].duration_s, 0, green=True)]
    steps: list[_Step] = []
    for number, stage in enumerate(stages):
        after = stages[(number + 1) % len(stages)]
        steps += _served(number, stage, after, intersection)
        steps += _cleared((number + 1) % len(stages), stage, after, intersection)
    return steps


def _served(number: int, stage: _Stage, after: _Stage, intersection: Intersection) -> Iterator[_Step]:
    """Yield the green, in two parts where people on foot need time before the vehicles beside them stop."""
    ending = _ending(stage, after, intersection)
    walking = [head for head in ending if head.index in intersection.crossings]
    crossing = max((pedestrian_clearance_s(head.path_length_m) for head in walking), default=0.0)
    early = max(0, math.ceil(crossing - TOLERANCE_S) - math.ceil(required_yellow_s(ending)))
    if not early:
        yield _Step(stage.shown, stage.duration_s, number, green=True)
        return
    stopped = {head.index for head in walking}
    rest = tuple(Aspect.RED if head in stopped else aspect for head, aspect in enumerate(stage.shown))
    yield _Step(stage.shown, max(1.0, stage.duration_s - early), number, green=True)
    yield _Step(rest, float(early), number, green=True)


def _cleared(target: int, stage: _Stage, after: _Stage, intersection: Intersection) -> Iterator[_Step]:
    """Yield yellow and all-red."""
    ending = _ending(stage, after, intersection)
    yellow = {head.index for head in ending if not head.is_crossing}
    length = math.ceil(required_yellow_s(ending) - TOLERANCE_S)
    if length:
        yield _Step(_between(stage.shown, after.shown, yellow), float(length), target, green=False)
    if after.red_s:
        yield _Step(_between(stage.shown, after.shown, set()), after.red_s, target, green=False)


def _ending(stage: _Stage, after: _Stage, intersection: Intersection) -> list[SignalHead]:
    ending = _green(stage.shown) - _green(after.shown)
    return [head for head in intersection.heads if head.index in ending]


def _between(before: Shown, after: Shown, yellow: set[int]) -> Shown:
    """Return what heads show between two stages: who goes on has the weaker of both greens, nobody starts."""
    shown = []
    for head, (was, will) in enumerate(zip(before, after, strict=True)):
        if head in yellow:
            shown.append(Aspect.YELLOW)
        elif was.is_green and will.is_green:
            shown.append(was if was is will else Aspect.PERMITTED)
        else:
            shown.append(Aspect.RED if was.is_green else was)
    return tuple(shown)


def _with_cycle(
    stages: Sequence[_Stage], target_s: float, plan: SignalPlan, intersection: Intersection, rules: Rules
) -> list[_Stage]:
    """Return the stages with greens lengthened or shortened by whole seconds towards a cycle, as far as they may."""

    def cycle(candidate: Sequence[_Stage]) -> float:
        return sum(step.duration_s for step in _steps(candidate, intersection))

    def longest(candidate: Sequence[_Stage]) -> list[int]:
        return sorted(range(len(candidate)), key=lambda number: -candidate[number].duration_s)

    best = list(stages)
    if (missing := target_s - cycle(best)) > 0:
        return _longer(best, longest(best)[0], missing)
    cut = max(1.0, (cycle(best) - target_s) // len(best))
    while (excess := cycle(best) - target_s) > 0:
        step = min(cut, excess)
        shorter = (_longer(best, number, -step) for number in longest(best) if _spares(best[number], step))
        legal = (option for option in shorter if not _lacking(option, plan, intersection, rules))
        found = next((option for option in legal if cycle(option) < cycle(best)), None)
        if found is None and cut == 1.0:
            return best
        best, cut = (found, cut) if found is not None else (best, max(1.0, cut // 2))
    return best


def _spares(stage: _Stage, cut_s: float) -> bool:
    return stage.duration_s - cut_s >= max(MIN_GREEN_S, stage.source.min_s or 0.0)


def _longer(stages: Sequence[_Stage], number: int, seconds: float) -> list[_Stage]:
    longer = list(stages)
    longer[number] = dataclasses.replace(longer[number], duration_s=longer[number].duration_s + seconds)
    return longer


def _drafted(
    steps: Sequence[_Step], plan: SignalPlan, interval_of: Callable[[_Step], Interval] | None = None
) -> SignalPlan:
    """Return the plan of some steps; heads that always agree form a group."""
    columns: dict[Shown, list[int]] = {}
    for head, column in enumerate(zip(*(step.shown for step in steps), strict=True)):
        columns.setdefault(column, []).append(head)
    groups = tuple(SignalGroup(str(heads[0]), tuple(heads)) for heads in columns.values())
    intervals = []
    for step in steps:
        shown = tuple(step.shown[group.heads[0]] for group in groups)
        plain = Interval(step.duration_s, shown)
        intervals.append(plain if interval_of is None else dataclasses.replace(interval_of(step), aspects=shown))
    return dataclasses.replace(plan, groups=groups, intervals=tuple(intervals))


def _plan(stages: Sequence[_Stage], plan: SignalPlan, intersection: Intersection, rules: Rules) -> SignalPlan:
    """Return the finished plan, in which each green states the shortest length that keeps the rules."""
    steps = _steps(stages, intersection)

    def interval_of(step: _Step) -> Interval:
        clearing = plan.control is not Control.FIXED and step.shown != stages[step.stage].shown
        if not step.green or clearing:
            return Interval(step.duration_s, ())
        lone = [head for head in intersection.heads if _only_here(head.index, step, steps)]
        source = stages[step.stage].source
        least = max([min(step.duration_s, MIN_GREEN_S), source.min_s or 0.0, _least_green_s(lone, rules)])
        most = None if source.max_s is None else max(source.max_s, step.duration_s)
        return Interval(step.duration_s, (), min_s=min(least, step.duration_s), max_s=most)

    return _drafted(steps, plan, interval_of)


def _only_here(head: int, step: _Step, steps: Sequence[_Step]) -> bool:
    """Whether a head is green in a step, and neither just before nor just after."""
    number = next(place for place, other in enumerate(steps) if other is step)
    around = (steps[number - 1], steps[(number + 1) % len(steps)])
    return step.shown[head].is_green and not any(other.shown[head].is_green for other in around)
