"""What makes a plan safe: named rules, each checked over the whole cycle, each breach told with its place.

Within an interval nothing changes, so that a rule which holds in every interval holds in every second. Where traffic
ends the greens, every green is taken as short as the plan allows: longer ones only lengthen what is cleared meanwhile.
"""

import itertools
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from operator import itemgetter

from congestion_lab.signals.cycle import TOLERANCE_S
from congestion_lab.signals.intersection import Intersection
from congestion_lab.signals.phases import phases, stated_min_s
from congestion_lab.signals.plan import Aspect, Control, PlanSet, SignalPlan
from congestion_lab.signals.retiming import at_its_longest, at_its_shortest
from congestion_lab.signals.safety.apart import never_together
from congestion_lab.signals.safety.clearing import Need, required_yellow_s
from congestion_lab.signals.safety.conflicts import Gap
from congestion_lab.signals.safety.laid import LaidPlan
from congestion_lab.signals.timeline import green_times
from congestion_lab.signals.timing import (
    MAX_YELLOW_S,
    MIN_YELLOW_S,
    WALK_S,
)

ERROR = "error"  # dangerous or unusable whatever the guideline
WARNING = "warning"  # short of the guideline
_SERVED = frozenset({Aspect.GREEN, Aspect.PERMITTED, Aspect.STOP_THEN_GO, Aspect.FLASHING, Aspect.DARK})


@dataclass(frozen=True, slots=True)
class Rules:
    """The bounds that plans are held to.

    Attributes:
        min_green_s: Shortest vehicle green (FHWA Traffic Signal Timing Manual, 2nd ed., table 5-3).
        min_walk_s: Shortest pedestrian green (MUTCD 4E.06).
        min_cycle_s: Shortest cycle (NTCIP 1202 patternCycleTime).
        max_cycle_s: Longest cycle: beyond it people on foot stop waiting (FHWA, ibid., chapter 6).
    """

    min_green_s: float = 5.0
    min_walk_s: float = WALK_S
    min_cycle_s: float = 30.0
    max_cycle_s: float = 180.0


@dataclass(frozen=True, slots=True)
class Breach:
    """One rule broken at one place.

    Attributes:
        rule: Name of the rule.
        controller_id: The intersection.
        groups: Ids of the groups concerned.
        interval: Number of the interval where it shows, if it has one.
        message: What is wrong, with the values.
        severity: `error` or `warning`.
        times: How many greens of the cycle break the rule so; interval and message are those of the worst.
    """

    rule: str
    controller_id: str
    groups: tuple[str, ...]
    interval: int | None
    message: str
    severity: str
    times: int = 1


_NO_PLAN = "the intersection has no plan"
_NO_INTERSECTION = "the plan belongs to no intersection"
STANDARD_RULES = Rules()


def check(plans: PlanSet, intersections: Iterable[Intersection], rules: Rules = STANDARD_RULES) -> tuple[Breach, ...]:
    """Return every breach, by controller."""
    sites = {intersection.controller_id: intersection for intersection in intersections}
    planned = {plan.controller_id: plan for plan in plans}
    breaches: list[Breach] = []
    for controller in sorted(sites.keys() | planned.keys()):
        if controller not in planned:
            breaches.append(Breach("plan-missing", controller, (), None, _NO_PLAN, WARNING))
        elif controller not in sites:
            breaches.append(Breach("intersection-unknown", controller, (), None, _NO_INTERSECTION, ERROR))
        else:
            breaches += check_plan(planned[controller], sites[controller], rules)
    return tuple(breaches)


def check_plan(plan: SignalPlan, intersection: Intersection, rules: Rules = STANDARD_RULES) -> tuple[Breach, ...]:
    """Return every breach of one plan; one that traffic times is judged with every green as short as it may get."""
    site = LaidPlan(at_its_shortest(plan), intersection)
    found = itertools.chain(
        _unserved(site),
        _conflicting_greens(site),
        _greens_that_must_yield(site),
        _straight_across(site),
        _worst_of_each(_short_greens(site, rules)),
        _stated_minimums(site),
        _worst_of_each(_yellows(site)),
        _intergreens(site),
        _cycle(plan, rules),
    )
    return tuple(found)


def _breach(
    site: LaidPlan, rule: str, groups: tuple[str, ...], interval: int | None, message: str, *, severity: str = ERROR
) -> Breach:
    return Breach(rule, site.plan.controller_id, groups, interval, message, severity=severity)


def _unserved(site: LaidPlan) -> Iterator[Breach]:
    for index in sorted(site.heads):
        if index not in site.place:
            yield _breach(site, "head-without-group", (), None, f"signal head {index} belongs to no group")
    for number, group in enumerate(site.plan.groups):
        shown = {interval.aspects[number] for interval in site.plan.intervals}
        if site.group_heads(number) and not shown & _SERVED:
            yield _breach(site, "never-green", (group.id,), None, f"group {group.id} never gets green")


def _conflicting_greens(site: LaidPlan) -> Iterator[Breach]:
    for first, second in site.placed(site.intersection.conflicts):
        shown = zip(site.column(first), site.column(second), strict=True)
        for number, pair in enumerate(shown):
            if pair == (Aspect.GREEN, Aspect.GREEN):
                message = f"heads {first} and {second} cross and both show protected green in interval {number}"
                yield _breach(site, "conflicting-greens", site.names(first, second), number, message)


def _greens_that_must_yield(site: LaidPlan) -> Iterator[Breach]:
    yields = site.intersection.yields
    one_sided = ((first, second) for first, second in yields if (second, first) not in yields)
    for first, second in site.placed(one_sided):
        shown = zip(site.column(first), site.column(second), strict=True)
        for number, pair in enumerate(shown):
            if pair == (Aspect.GREEN, Aspect.PERMITTED) and site.intersection.in_conflict(first, second):
                message = f"head {first} shows protected green in interval {number} but must give way to head {second}"
                yield _breach(site, "green-must-yield", site.names(first, second), number, message)


def _straight_across(site: LaidPlan) -> Iterator[Breach]:
    for first, second in site.placed(never_together(site.intersection)):
        shown = zip(site.column(first), site.column(second), strict=True)
        for number, pair in enumerate(shown):
            if all(aspect.is_green for aspect in pair) and pair != (Aspect.GREEN, Aspect.GREEN):
                message = (
                    f"heads {first} and {second} meet from the side or straight on, both green in interval {number}"
                )
                yield _breach(site, "straight-across", site.names(first, second), number, message)


def _stated_minimums(site: LaidPlan) -> Iterator[Breach]:
    """Yield phases of fixed plans that are shorter than the plan itself allows, e.g. for people who cross beside."""
    if site.plan.control is not Control.FIXED:
        return  # the clock of a responsive controller decides
    for phase in phases(site.plan):
        least = stated_min_s(site.plan, phase.intervals)
        if phase.green_s < least - TOLERANCE_S:
            first = phase.intervals[0]
            message = f"the phase at interval {first} lasts {phase.green_s:g} s; the plan states {least:g} s or more"
            yield _breach(site, "stated-minimum", phase.groups, first, message, severity=WARNING)


def _short_greens(site: LaidPlan, rules: Rules) -> Iterator[tuple[float, Breach]]:
    """Yield greens that are too short, with the seconds that they lack."""
    for number, group in enumerate(site.plan.groups):
        heads = site.group_heads(number)
        if not heads:
            continue
        walking = any(head.is_crossing for head in heads)
        least = rules.min_walk_s if walking else rules.min_green_s
        for time in green_times(site.plan, number):
            if time.green_s < least - TOLERANCE_S:
                message = f"group {group.id} is green for {time.green_s:g} s; at least {least:g} s are needed"
                interval = site.plan.interval_at(time.start_s)
                breach = _breach(site, "minimum-green", (group.id,), interval, message, severity=WARNING)
                yield least - time.green_s, breach


def _yellows(site: LaidPlan) -> Iterator[tuple[float, Breach]]:
    """Yield yellows that are too short or too long, with the seconds between them and what they should be."""
    for number, group in enumerate(site.plan.groups):
        need = required_yellow_s(site.group_heads(number))
        if need == 0 or all(site.green[number]):
            continue
        for time in green_times(site.plan, number):
            if fault := _yellow_fault(time.yellow_s, need):
                rule, message, severity = fault
                interval = site.plan.interval_at(time.end_s)
                breach = _breach(site, rule, (group.id,), interval, f"group {group.id} {message}", severity=severity)
                yield abs(time.yellow_s - need), breach


def _worst_of_each(found: Iterable[tuple[float, Breach]]) -> Iterator[Breach]:
    """Yield for each rule, group and severity the breach that misses most, saying of how many greens."""
    alike: dict[tuple[str, tuple[str, ...], str], list[tuple[float, Breach]]] = {}
    for miss_s, breach in found:
        alike.setdefault((breach.rule, breach.groups, breach.severity), []).append((miss_s, breach))
    for same in alike.values():
        _, worst = max(same, key=itemgetter(0))
        times = len(same)
        message = worst.message if times == 1 else f"{worst.message} (the worst of {times} such greens)"
        yield replace(worst, message=message, times=times)


def _yellow_fault(shown_s: float, need_s: float) -> tuple[str, str, str] | None:
    if shown_s == 0:
        return "yellow-missing", f"ends green without yellow; {need_s:.1f} s are needed", ERROR
    if shown_s < MIN_YELLOW_S - TOLERANCE_S:
        return "yellow-too-short", f"has {shown_s:g} s of yellow; never less than {MIN_YELLOW_S:g} s", ERROR
    if shown_s < need_s - TOLERANCE_S:
        return "yellow-too-short", f"has {shown_s:g} s of yellow; its speed needs {need_s:.1f} s", WARNING
    if shown_s > MAX_YELLOW_S + TOLERANCE_S:
        return "yellow-too-long", f"has {shown_s:g} s of yellow; never more than {MAX_YELLOW_S:g} s", WARNING
    return None


def intergreen_shortages(plan: SignalPlan, intersection: Intersection) -> dict[tuple[int, int], tuple[Gap, float]]:
    """Return where a plan leaves less time between conflicting heads than the first needs to clear.

    Returns:
        (clearing head, entering head) -> (the gap, the time needed in seconds, with an all-red of at most 6 s).
    """
    short = _shortages(LaidPlan(at_its_shortest(plan), intersection))
    return {pair: (gap, need.usual_s) for pair, (gap, need) in short.items()}


def _shortages(site: LaidPlan) -> dict[tuple[int, int], tuple[Gap, Need]]:
    pairs = (both for pair in site.placed(site.intersection.conflicts) for both in (pair, pair[::-1]))
    found = ((pair, site.tightest(*pair)) for pair in pairs)
    return {
        pair: tightest
        for pair, tightest in found
        if tightest is not None and tightest[0].duration_s < tightest[1].usual_s - TOLERANCE_S
    }


def _intergreens(site: LaidPlan) -> Iterator[Breach]:
    """Yield the worst shortage of each pair of groups, people on foot and vehicles apart."""
    worst: dict[tuple[str, tuple[str, ...]], tuple[Gap, Need]] = {}
    for (clearing, entering), (gap, need) in _shortages(site).items():
        key = ("pedestrian-clearance" if need.walking else "intergreen", site.names(clearing, entering))
        if key not in worst or need.total_s - gap.duration_s > worst[key][1].total_s - worst[key][0].duration_s:
            worst[key] = (gap, need)
    for (rule, groups), (gap, need) in worst.items():
        severity = WARNING if rule == "intergreen" and gap.duration_s >= MIN_YELLOW_S - TOLERANCE_S else ERROR
        message = (
            f"{gap.duration_s:g} s from group {groups[0]} to group {groups[-1]}; clearing takes {need.total_s:.1f} s"
        )
        yield _breach(site, rule, groups, gap.interval, message, severity=severity)


def _cycle(plan: SignalPlan, rules: Rules) -> Sequence[Breach]:
    """Return the breach of the cycle's bounds; where traffic decides, people wait for the longest cycle."""
    shortest, longest = plan.cycle_s, at_its_longest(plan).cycle_s
    if len(plan.intervals) == 1 or (rules.min_cycle_s <= shortest and longest <= rules.max_cycle_s):
        return ()
    message = f"the cycle of {longest:g} s is outside {rules.min_cycle_s:g}-{rules.max_cycle_s:g} s"
    return (Breach("cycle-bounds", plan.controller_id, (), None, message, WARNING),)
