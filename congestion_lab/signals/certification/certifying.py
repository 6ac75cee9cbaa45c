"""Judging plans for their certificate.

Where traffic ends the greens, every time is that of the shortest greens; what cannot be told from them is reserved.
"""

import itertools
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from congestion_lab.core.names import clean_name
from congestion_lab.signals.approaches import served
from congestion_lab.signals.certification.certificate import (
    RULES,
    Certificate,
    Judgement,
    Movement,
    Separation,
    Timeline,
    Verdict,
)
from congestion_lab.signals.certification.crossings import leg_judgements
from congestion_lab.signals.certification.doubts import DOUBTS, known_heads
from congestion_lab.signals.certification.ringsums import ring_judgements, ring_text
from congestion_lab.signals.cycle import TOLERANCE_S, within_cycle_s
from congestion_lab.signals.intersection import Intersection
from congestion_lab.signals.plan import Control, PlanSet, SignalPlan
from congestion_lab.signals.retiming import at_its_longest, at_its_shortest, is_timed_by_traffic
from congestion_lab.signals.safety.clearing import Need, required_yellow_s
from congestion_lab.signals.safety.conflicts import Gap, group_conflicts
from congestion_lab.signals.safety.laid import LaidPlan
from congestion_lab.signals.safety.rules import STANDARD_RULES, Breach, Rules, check_plan
from congestion_lab.signals.timeline import green_times, runs
from congestion_lab.signals.timing import MAX_ALL_RED_S, MAX_YELLOW_S

_BY_CHECK = {
    "served": ("head-without-group", "never-green"),
    "conflicts": ("conflicting-greens",),
    "yielding": ("green-must-yield",),
    "straight-across": ("straight-across",),
    "stated-minimum": ("stated-minimum",),
}
"""Rules that are no matter of a single time, by the names that `safety` gives to their breaches."""
_RANK = {Verdict.BREACHED: 0, Verdict.RESERVED: 1, Verdict.MET: 2}


def certify(
    plans: PlanSet, intersections: Iterable[Intersection], rules: Rules = STANDARD_RULES
) -> tuple[Certificate, ...]:
    """Return a certificate for every controller that has a plan, an intersection or both, ordered by controller id."""
    sites = {intersection.controller_id: intersection for intersection in intersections}
    planned = {plan.controller_id: plan for plan in plans}
    return tuple(
        certificate(planned[name], sites[name], rules)
        if name in planned and name in sites
        else _unknown(name, sites.get(name))
        for name in sorted(sites.keys() | planned.keys())
    )


def _unknown(controller: str, site: Intersection | None) -> Certificate:
    if site is None:
        note = "the plan has no intersection, so that nothing can be judged"
        return Certificate(
            controller, clean_name(controller), "", judgements=(Judgement("known", (), Verdict.RESERVED, note=note),)
        )
    note = "the intersection has no plan"
    return Certificate(
        controller,
        clean_name(site.name),
        clean_name(site.name_ar),
        judgements=(Judgement("known", (), Verdict.BREACHED, note=note),),
    )


def certificate(plan: SignalPlan, intersection: Intersection, rules: Rules = STANDARD_RULES) -> Certificate:
    """Return the certificate of one plan at its intersection."""
    shortest = at_its_shortest(plan)
    site = LaidPlan(shortest, intersection)
    found = list(_separations(site))
    ids = [group.id for group in plan.groups]
    judged = itertools.chain(
        known_heads(site),
        _by_check(site, check_plan(plan, intersection, rules)),
        _times(plan),
        ring_judgements(shortest, intersection),
        _yellows(site),
        (judgement for _, judgement in found),
        _greens(site, rules),
        leg_judgements(site, rules.min_walk_s),
        _cycle(plan, rules),
    )
    order = list(RULES)
    return Certificate(
        controller_id=plan.controller_id,
        name=clean_name(intersection.name),
        name_ar=clean_name(intersection.name_ar),
        program_id=plan.program_id,
        control=plan.control.value,
        cycle_s=shortest.cycle_s,
        offset_s=within_cycle_s(plan.offset_s, shortest.cycle_s),
        ring=ring_text(shortest),
        movements=tuple(_movements(site)),
        conflicts=tuple((ids[a], ids[b]) for a, b in sorted(group_conflicts(plan, intersection))),
        separations=tuple(separation for separation, _ in found),
        timelines=tuple(Timeline(name, runs(shortest, place)) for place, name in enumerate(ids)),
        judgements=tuple(sorted(judged, key=lambda each: order.index(each.rule))),
    )


def _by_check(site: LaidPlan, breaches: Sequence[Breach]) -> Iterator[Judgement]:
    for rule, names in _BY_CHECK.items():
        broken = [breach for breach in breaches if breach.rule in names]
        for breach in broken:
            at_s = None if breach.interval is None else site.plan.starts_s[breach.interval]
            yield Judgement(rule, breach.groups, Verdict.BREACHED, at_s=at_s, note=breach.message)
        doubts = [] if broken else list(DOUBTS[rule](site)) if rule in DOUBTS else []
        for groups, note in doubts:
            yield Judgement(rule, groups, Verdict.RESERVED, note=note)
        if not broken and not doubts:
            yield Judgement(rule, (), Verdict.MET)


def _times(plan: SignalPlan) -> Iterator[Judgement]:
    if plan.control is Control.FIXED:
        yield Judgement("fixed-times", (), Verdict.MET)
        return
    note = f"{plan.control.value} control: greens vary and may be left out; judged are the shortest ones, in this order"
    yield Judgement("fixed-times", (), Verdict.RESERVED, note=note)


def _yellows(site: LaidPlan) -> Iterator[Judgement]:
    for place, group in enumerate(site.plan.groups):
        needed = required_yellow_s(site.group_heads(place))
        greens = green_times(site.plan, place)
        if needed == 0 or not greens or all(site.green[place]):
            continue
        least = min(greens, key=lambda green: green.yellow_s)
        longest = max(greens, key=lambda green: green.yellow_s)
        if longest.yellow_s > MAX_YELLOW_S + TOLERANCE_S:
            note = f"{longest.yellow_s:g} s; never more than {MAX_YELLOW_S:g} s"
            yield Judgement("yellow", (group.id,), Verdict.BREACHED, needed, longest.yellow_s, longest.end_s, note)
        else:
            yield _timed("yellow", (group.id,), needed, least.yellow_s, least.end_s)


def _timed(rule: str, subject: tuple[str, ...], required_s: float, provided_s: float, at_s: float) -> Judgement:
    verdict = Verdict.MET if provided_s >= required_s - TOLERANCE_S else Verdict.BREACHED
    return Judgement(rule, subject, verdict, required_s, provided_s, at_s)


def _separations(site: LaidPlan) -> Iterator[tuple[Separation, Judgement]]:
    """Yield the worst pair of heads of each pair of groups, people on foot and vehicles apart."""
    worst: dict[tuple[str, tuple[str, ...]], tuple[Separation, Judgement]] = {}
    for pair in site.placed(site.intersection.conflicts):
        for clearing, entering in (pair, pair[::-1]):
            found = _separation(site, clearing, entering)
            if found is not None:
                key = (found[1].rule, found[1].subject)
                worst[key] = min(found, worst.get(key, found), key=_badness)
    yield from (worst[key] for key in sorted(worst))


def _badness(found: tuple[Separation, Judgement]) -> tuple[int, float]:
    return _RANK[found[1].verdict], found[0].slack_s


def _separation(site: LaidPlan, clearing: int, entering: int) -> tuple[Separation, Judgement] | None:
    tightest = site.tightest(clearing, entering)
    if tightest is None:
        return None
    gap, need = tightest
    at_s = site.plan.starts_s[gap.interval]
    names = tuple(site.plan.groups[site.place[head]].id for head in (clearing, entering))
    cell = Separation(
        clearing=names[0],
        entering=names[1],
        required_s=need.total_s,
        provided_s=gap.duration_s,
        at_s=at_s,
        yellow_s=need.yellow_s,
        red_s=need.red_s,
        clearing_m=need.clearing_m,
        entering_m=need.entering_m,
        measured=need.measured,
    )
    rule = "pedestrian-clearance" if need.walking else "intergreen"
    judged = _timed(rule, names, need.total_s, gap.duration_s, at_s)
    verdict = Verdict.RESERVED if _in_doubt(need, gap.duration_s) else judged.verdict
    return cell, replace(judged, verdict=verdict, note=_note(need, judged, gap))


def _in_doubt(need: Need, provided_s: float) -> bool:
    """Whether no more is missing than what is beyond a usual all-red, or the way is not known."""
    if provided_s < need.usual_s - TOLERANCE_S:
        return False
    return need.clearing_m <= 0 or provided_s < need.total_s - TOLERANCE_S


def _note(need: Need, judged: Judgement, gap: Gap) -> str:
    if need.clearing_m <= 0:
        return "the way to be cleared is not known"
    if judged.verdict is Verdict.MET:
        return ""
    if need.usual_s < need.total_s:
        return (
            f"clearing {need.clearing_m:.0f} m takes {need.red_s:.1f} s of red; "
            f"an all-red is usually at most {MAX_ALL_RED_S:g} s"
        )
    waiting = f"nothing held group {judged.subject[-1]} at its stop line, so that it may wait before the conflict area"
    return "" if gap.held else waiting


def _greens(site: LaidPlan, rules: Rules) -> Iterator[Judgement]:
    for place, group in enumerate(site.plan.groups):
        heads = site.group_heads(place)
        greens = green_times(site.plan, place)
        if not heads or not greens:
            continue
        least = min(greens, key=lambda green: green.green_s)
        walking = any(head.is_crossing for head in heads)
        rule, needed = ("walk", rules.min_walk_s) if walking else ("minimum-green", rules.min_green_s)
        yield _timed(rule, (group.id,), needed, least.green_s, least.start_s)


def _cycle(plan: SignalPlan, rules: Rules) -> Iterator[Judgement]:
    if len(plan.intervals) == 1:
        yield Judgement("cycle", (), Verdict.MET, note="the signals never change")
        return
    shortest, longest = at_its_shortest(plan).cycle_s, at_its_longest(plan).cycle_s
    within = rules.min_cycle_s <= shortest and longest <= rules.max_cycle_s
    note = f"at least {rules.min_cycle_s:g} s, at most {rules.max_cycle_s:g} s"
    if is_timed_by_traffic(plan):
        note += f"; traffic makes it {shortest:g} to {longest:g} s"
    verdict = Verdict.MET if within else Verdict.BREACHED
    limit, given = (rules.min_cycle_s, shortest) if shortest < rules.min_cycle_s else (rules.max_cycle_s, longest)
    yield Judgement("cycle", (), verdict, limit, given, note=note)


def _movements(site: LaidPlan) -> Iterator[Movement]:
    for place, group in enumerate(site.plan.groups):
        ways = list(dict.fromkeys(green.right_of_way for green in green_times(site.plan, place)))
        way = ways[0] if len(ways) == 1 else "permitted and protected" if ways else "never"
        for approach in served(group, site.intersection):
            heads = [head for head in site.group_heads(place) if head.from_link == approach.from_link]
            lanes = len({head.from_lane for head in heads}) if approach.turns else 0
            speed = max(head.approach_speed_mps for head in heads)
            yield Movement(group.id, approach.from_link, approach.name, approach.turns, lanes, speed, way)
