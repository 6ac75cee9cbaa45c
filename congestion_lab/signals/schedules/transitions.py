"""Switching from one plan to another at one intersection: when it happens, and whether it is safe.

Within either plan nothing changes by the switch; what has to be judged is what spans it: greens, yellows and clearances
that begin under the one plan and end under the other.
"""

import enum
import itertools
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from congestion_lab.signals.cycle import TOLERANCE_S, within_cycle_s
from congestion_lab.signals.intersection import Intersection
from congestion_lab.signals.phases import phases
from congestion_lab.signals.plan import Aspect, Control, Interval, SignalGroup, SignalPlan
from congestion_lab.signals.safety.apart import left_that_yields
from congestion_lab.signals.safety.clearing import required_yellow_s
from congestion_lab.signals.safety.conflicts import Gap, is_trapped
from congestion_lab.signals.safety.laid import LaidPlan, slack_s, urgency
from congestion_lab.signals.safety.rules import ERROR, STANDARD_RULES, WARNING, Breach, Rules
from congestion_lab.signals.timing import MAX_YELLOW_S


class Procedure(enum.Enum):
    """How a controller changes from one plan to another."""

    SWITCH_POINT = "switch-point"  # the running plan goes on to the start of its first green, where the next one begins
    IMMEDIATE = "immediate"  # at the second that is asked for, wherever the plans are


@dataclass(frozen=True, slots=True)
class Transition:
    """One switch at one intersection.

    Attributes:
        controller_id: The intersection.
        at_s: When it is asked for, seconds since midnight.
        wait_s: How much longer the running plan goes on.
        stretch_s: How much longer the first green of the new plan lasts, until it is in step with the clock.
        breaches: What is not safe about it.
    """

    controller_id: str
    at_s: float
    wait_s: float
    stretch_s: float
    breaches: tuple[Breach, ...]


def switch_point_s(plan: SignalPlan) -> float:
    """Return the second of the cycle at which a plan's first green begins: there one plan may follow another."""
    found = phases(plan)
    return plan.starts_s[found[0].intervals[0]] if found else 0.0


def transition(
    old: SignalPlan,
    new: SignalPlan,
    intersection: Intersection,
    *,
    at_s: float,
    procedure: Procedure,
    rules: Rules = STANDARD_RULES,
) -> Transition:
    """Return when and how one plan follows another, and what is not safe about it.

    Args:
        old: The plan that runs.
        new: The plan that follows.
        intersection: Their intersection.
        at_s: When the switch is asked for, seconds since midnight.
        procedure: How the controller does it.
        rules: Bounds of greens.
    """
    if procedure is Procedure.IMMEDIATE:
        leaves, begins = (within_cycle_s(at_s - plan.offset_s, plan.cycle_s) for plan in (old, new))
        wait = stretch = 0.0
    else:
        leaves, begins = switch_point_s(old), switch_point_s(new)
        wait = within_cycle_s(leaves + old.offset_s - at_s, old.cycle_s)
        stretch = within_cycle_s(begins + new.offset_s - (at_s + wait), new.cycle_s)
    breaches = breaches_at(old, new, intersection, leaves_s=leaves, begins_s=begins, rules=rules)
    return Transition(old.controller_id, at_s, wait, stretch, breaches)


def breaches_at(
    old: SignalPlan,
    new: SignalPlan,
    intersection: Intersection,
    *,
    leaves_s: float,
    begins_s: float,
    rules: Rules = STANDARD_RULES,
) -> tuple[Breach, ...]:
    """Return what is not safe where one plan is left at a second of its cycle and another begun at one of its own."""
    name = old.controller_id
    if not old.control is new.control is Control.FIXED:
        message = "greens that follow the traffic have no known place at a switch"
        return (Breach("fixed-times", name, (), None, message, ERROR),)
    if _heads(old) != _heads(new):
        message = "the two plans drive different signal heads"
        return (Breach("heads", name, (), None, message, ERROR),)
    before, after = _until(old, leaves_s), _until(new, begins_s)
    heads = _heads(old)
    joined = replace(
        old,
        groups=tuple(SignalGroup(str(head), (head,)) for head in heads),
        intervals=(*_by_head(old, before, heads), *_by_head(new, after, heads)),
    )
    site, switch = LaidPlan(joined, intersection), len(before)
    plans = [LaidPlan(plan, intersection) for plan in (old, new)]
    return (*_gaps(site, switch, plans), *_traps(site, switch), *_yellows(site, switch), *_greens(site, switch, rules))


def _heads(plan: SignalPlan) -> tuple[int, ...]:
    return tuple(sorted(plan.places))


def _until(plan: SignalPlan, second_s: float) -> list[Interval]:
    """Return a whole cycle that begins and ends at a second of it."""
    tail: list[Interval] = []
    head: list[Interval] = []
    start = 0.0
    for interval in plan.intervals:
        cut = min(max(second_s - start, 0.0), interval.duration_s)
        if cut > 0:
            tail.append(replace(interval, duration_s=cut))
        if interval.duration_s - cut > 0:
            head.append(replace(interval, duration_s=interval.duration_s - cut))
        start += interval.duration_s
    return [*head, *tail]


def _by_head(plan: SignalPlan, intervals: Sequence[Interval], heads: Sequence[int]) -> Iterator[Interval]:
    place = plan.places
    for interval in intervals:
        yield Interval(interval.duration_s, tuple(interval.aspects[place[head]] for head in heads))


def _gaps(site: LaidPlan, switch: int, plans: Sequence[LaidPlan]) -> Iterator[Breach]:
    """Yield what clears under the old plan for less time than it has to before the new one lets others go."""
    for pair in site.placed(site.intersection.conflicts):
        for clearing, entering in (pair, pair[::-1]):
            spanning = (each for each in site.separations(clearing, entering) if _spans(each[0], switch))
            tightest = min(spanning, key=urgency, default=None)
            if tightest is None or slack_s(tightest) >= -TOLERANCE_S:
                continue
            gap, need = tightest
            usual = gap.duration_s >= need.usual_s - TOLERANCE_S
            if usual and any(_leaves_s(plan, clearing, entering) <= gap.duration_s + TOLERANCE_S for plan in plans):
                continue  # it lacks red beyond a usual one, but no more than a plan does: no matter of the switch
            message = (
                f"{gap.duration_s:g} s from head {clearing} to head {entering} across the switch; "
                f"{need.total_s:.1f} s are needed"
            )
            rule = "pedestrian-clearance" if need.walking else "intergreen"
            names = (str(clearing), str(entering))
            yield Breach(rule, site.plan.controller_id, names, switch, message, WARNING if usual else ERROR)


def _leaves_s(plan: LaidPlan, clearing: int, entering: int) -> float:
    tightest = plan.tightest(clearing, entering)
    return math.inf if tightest is None else tightest[0].duration_s


def _spans(gap: Gap, switch: int) -> bool:
    """Whether a gap begins under the old plan, or with it, and ends under the new one."""
    return 1 <= gap.since <= switch <= gap.interval


def _traps(site: LaidPlan, switch: int) -> Iterator[Breach]:
    for turning, oncoming in site.placed(left_that_yields(site.intersection)):
        if is_trapped(site.column(turning), site.column(oncoming), switch):
            message = f"head {turning} turns left and loses its green at the switch while head {oncoming} keeps its own"
            names = (str(turning), str(oncoming))
            yield Breach("yellow-trap", site.plan.controller_id, names, switch, message, WARNING)


def _yellows(site: LaidPlan, switch: int) -> Iterator[Breach]:
    for head, column in _columns(site):
        needed = required_yellow_s(site.heads.get(head, ()))
        ends = [n for n in range(1, switch + 1) if column[n - 1].is_green and not column[n].is_green]
        if not ends or needed == 0:
            continue
        stop = next((n for n in range(ends[-1], len(column)) if column[n] is not Aspect.YELLOW), len(column))
        length = sum(site.durations[ends[-1] : stop])
        if stop >= switch and length < needed - TOLERANCE_S:
            message = f"head {head} shows {length:g} s of yellow across the switch; its speed needs {needed:.1f} s"
            yield Breach("yellow-too-short", site.plan.controller_id, (str(head),), switch, message, ERROR)
        if stop > switch and length > MAX_YELLOW_S + TOLERANCE_S:
            message = f"head {head} shows {length:g} s of yellow across the switch; never more than {MAX_YELLOW_S:g} s"
            yield Breach("yellow-too-long", site.plan.controller_id, (str(head),), switch, message, WARNING)


def _greens(site: LaidPlan, switch: int, rules: Rules) -> Iterator[Breach]:
    for head, column in _columns(site):
        heads = site.heads.get(head, ())
        if not heads:
            continue
        least = rules.min_walk_s if any(one.is_crossing for one in heads) else rules.min_green_s
        for green, run in itertools.groupby(range(len(column)), key=lambda number: column[number].is_green):
            numbers = list(run)
            cut = numbers[0] == 0 or numbers[-1] == len(column) - 1  # it is longer than what is seen of it
            length = sum(site.durations[number] for number in numbers)
            spans = numbers[0] <= switch <= numbers[-1] + 1
            if green and spans and not cut and length < least - TOLERANCE_S:
                message = f"head {head} is green for {length:g} s across the switch; at least {least:g} s are needed"
                yield Breach("minimum-green", site.plan.controller_id, (str(head),), switch, message, WARNING)


def _columns(site: LaidPlan) -> Iterator[tuple[int, tuple[Aspect, ...]]]:
    return ((head, site.column(head)) for head in sorted(site.place))
