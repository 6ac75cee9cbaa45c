"""Computing the capacity analysis of an intersection (`metrics.capacity` says what is assumed)."""

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from congestion_lab.core.geometry import Turn
from congestion_lab.core.names import clean_name
from congestion_lab.metrics.capacity import Analysis, Approach, LaneGroup, Movement
from congestion_lab.metrics.discharge import Service, Stream
from congestion_lab.metrics.service import LEVELS, level_of_service
from congestion_lab.signals.intersection import Intersection, SignalHead
from congestion_lab.signals.performance.hcm import (
    PERIOD_H,
    incremental_delay_s,
    initial_queue_delay_s,
    queue_95_veh,
    unmet_hours,
)
from congestion_lab.signals.performance.streams import (
    Flows,
    by_movement,
    critical_ratios,
    lane_loads,
    levelled,
    released,
    streams,
)
from congestion_lab.signals.phases import clearance_s
from congestion_lab.signals.plan import SignalPlan


@dataclass(frozen=True, slots=True)
class Conditions:
    """What an analysis assumes beside flows and plan.

    Attributes:
        hours: Analysis period T.
        initial_queues_veh: Vehicles queueing at its start, by (inbound, outbound link).
        arrivals_on_green: Share of arrivals on green, by (inbound, outbound link); elsewhere arrivals are constant.
    """

    hours: float = PERIOD_H
    initial_queues_veh: Mapping[tuple[str, str], float] = field(default_factory=dict)
    arrivals_on_green: Mapping[tuple[str, str], float] = field(default_factory=dict)


STANDARD_CONDITIONS = Conditions()
_ROUNDS = 40  # of choosing lanes; few are needed
_SETTLED_VPH = 0.01  # a choice that changes by less is none
_LEAST_VPH = 1.0  # a lane is tried with so many vehicles, for those whose turn it is may block it


def analysed(
    plan: SignalPlan, intersection: Intersection, flows: Flows, conditions: Conditions = STANDARD_CONDITIONS
) -> Analysis:
    """Return the capacity analysis of one intersection; a responsive plan is taken with the greens that it holds.

    Args:
        plan: Its plan.
        intersection: Heads and conflicts.
        flows: Vehicles per hour by (inbound, outbound link).
        conditions: Period, initial queues and progression.
    """
    found = _balanced(plan, intersection, flows)
    groups = [_lane_group(plan, members, conditions) for members in _lane_groups(found)]
    approaches = tuple(_approach(link, groups, found) for link in sorted({group.from_link for group in groups}))
    volume, delay = _mean_delay_s(approaches)
    return Analysis(
        controller_id=plan.controller_id,
        name=clean_name(intersection.name),
        cycle_s=plan.cycle_s,
        lost_s=clearance_s(plan),
        critical_saturation=_critical_saturation(plan, intersection, flows),
        volume_vph=volume,
        delay_s=delay,
        los=level_of_service(delay),
        approaches=approaches,
    )


def _balanced(plan: SignalPlan, intersection: Intersection, flows: Flows) -> list[Stream]:
    """Return the streams with loads that leave nobody a lane of lower v/c to change to (HCM6, chapter 31).

    Movements choose in turn, each beside what the others chose, until none changes. Where turns of several lanes block
    one another there may be no such loads; then the last choices stand.
    """
    heads = [head for head in intersection.heads if not head.is_crossing]
    loads = lane_loads(heads, flows)
    choosing = [(flows.get(pair, 0.0), places) for pair, places in by_movement(heads) if len(places) > 1]
    for _ in range(_ROUNDS):
        found = _streams(plan, intersection, flows, loads)
        for flow, places in choosing:
            for place, load in zip(places, _chosen_vph(plan, flow, places, found), strict=True):
                found[place] = replace(found[place], load_vph=load)
        before, loads = loads, [one.load_vph for one in found]
        if all(abs(new - old) < _SETTLED_VPH for new, old in zip(loads, before, strict=True)):
            break
    return _streams(plan, intersection, flows, loads)


def _streams(plan: SignalPlan, intersection: Intersection, flows: Flows, loads: Sequence[float]) -> list[Stream]:
    heads = [head for head in intersection.heads if not head.is_crossing]
    shares = released(plan, intersection, heads, loads)
    return [
        Stream(head, load, load / flows[head.from_link, head.to_link] if load > 0 else 0.0, share)
        for head, load, share in zip(heads, loads, shares, strict=True)
    ]


def _chosen_vph(plan: SignalPlan, flow: float, places: Sequence[int], found: Sequence[Stream]) -> list[float]:
    """Return what of a movement takes each of its lanes beside the streams that are there."""
    present, worth = [], []
    for one in (found[place] for place in places):
        lane = (one.head.from_link, one.head.from_lane)
        others = [each for each in found if each is not one and (each.head.from_link, each.head.from_lane) == lane]
        tried = replace(one, load_vph=max(one.load_vph, _LEAST_VPH))
        present.append(sum(each.load_vph for each in others))
        worth.append(Service(plan, [*others, tried], [one.head.from_lane]).capacity_vph)
    return levelled(flow, present, worth)


def _critical_saturation(plan: SignalPlan, intersection: Intersection, flows: Flows) -> float:
    load, lost = streams(plan, intersection, flows), clearance_s(plan)
    if not load.loaded.any() or lost >= plan.cycle_s:
        return math.nan
    return float(critical_ratios(load).sum()) * plan.cycle_s / (plan.cycle_s - lost)


def _lane_groups(found: Iterable[Stream]) -> Iterator[list[Stream]]:
    """Yield the streams of each lane group: lanes of one link that serve the same movements."""
    lanes: dict[tuple[str, int], list[Stream]] = {}
    for stream in found:
        lanes.setdefault((stream.head.from_link, stream.head.from_lane), []).append(stream)
    groups: dict[tuple[str, frozenset[str]], list[Stream]] = {}
    for (link, _), members in sorted(lanes.items()):
        key = (link, frozenset(stream.head.to_link for stream in members))
        groups.setdefault(key, []).extend(members)
    yield from groups.values()


def _lane_group(plan: SignalPlan, members: Sequence[Stream], conditions: Conditions) -> LaneGroup:
    lanes = sorted({stream.head.from_lane for stream in members})
    turns = {stream.head.to_link: stream.head.turn or Turn.STRAIGHT for stream in members}
    volume = sum(stream.load_vph for stream in members)
    service = Service(plan, members, lanes)
    capacity, hours = service.capacity_vph, conditions.hours
    degree = volume / capacity if capacity > 0 else math.inf
    met = _weighted(members, conditions.arrivals_on_green)
    queue = _initial_queue(members, conditions)
    unmet = unmet_hours(volume, capacity, queue, hours=hours) / hours
    steady, saturated = service.queue(volume, met), service.queue(capacity, met)
    uniform = saturated.delay_s * unmet + steady.delay_s * (1 - unmet) if unmet > 0 else steady.delay_s
    random = float(incremental_delay_s(degree, capacity, hours=hours)) if capacity > 0 else math.inf
    lasting = initial_queue_delay_s(volume, capacity, queue, hours=hours) if capacity > 0 else math.inf
    mean = steady.back_veh / len(lanes) + service.random_queue_veh(degree, queue, hours)
    return LaneGroup(
        from_link=members[0].head.from_link,
        lanes=tuple(lanes),
        to_links=tuple(turns),
        turns=tuple(turns.values()),
        volume_vph=volume,
        saturation_vph=service.saturation_vph,
        green_s=capacity * plan.cycle_s / service.saturation_vph,
        capacity_vph=capacity,
        saturation=degree,
        arrivals_on_green=service.green_share if met is None else met,
        platoon_ratio=1.0 if met is None else _ratio(met, service.green_share),
        measured_arrivals=met is not None,
        progression_factor=_ratio(steady.delay_s, service.queue(volume, None).delay_s),
        uniform_delay_s=uniform,
        incremental_delay_s=random,
        initial_queue_delay_s=lasting,
        los=LEVELS[-1] if degree > 1 else level_of_service(uniform + random + lasting),
        queue_50_veh=mean,
        queue_95_veh=queue_95_veh(mean) if math.isfinite(mean) else math.inf,
    )


def _weighted(members: Sequence[Stream], known: Mapping[tuple[str, str], float]) -> float | None:
    """Return the share of a lane group's arrivals that meets a green, by load; None where it is not known."""
    pairs = [
        (stream.load_vph, known[stream.head.from_link, stream.head.to_link])
        for stream in members
        if (stream.head.from_link, stream.head.to_link) in known
    ]
    weight = sum(load for load, _ in pairs)
    return min(1.0, sum(load * share for load, share in pairs) / weight) if weight > 0 else None


def _initial_queue(members: Sequence[Stream], conditions: Conditions) -> float:
    """Return the queue at the start of all movements that a lane group serves, as its lanes share their loads."""
    return sum(
        conditions.initial_queues_veh.get((stream.head.from_link, stream.head.to_link), 0.0) * stream.share_of_movement
        for stream in members
    )


def _ratio(one: float, other: float) -> float:
    return one / other if 0 < other < math.inf and math.isfinite(one) else 1.0


def _approach(link: str, groups: Sequence[LaneGroup], found: Sequence[Stream]) -> Approach:
    own = tuple(group for group in groups if group.from_link == link)
    heads = [stream.head for stream in found if stream.head.from_link == link]
    volume, delay = _mean_delay_s(own)
    return Approach(
        from_link=link,
        name=clean_name(heads[0].approach_name) or clean_name(link),
        volume_vph=volume,
        delay_s=delay,
        los=level_of_service(delay),
        lane_groups=own,
        movements=tuple(_movement(head, own, found) for head in {head.to_link: head for head in heads}.values()),
    )


def _movement(head: SignalHead, groups: Sequence[LaneGroup], found: Sequence[Stream]) -> Movement:
    serving = [group for group in groups if head.to_link in group.to_links]
    loads = [_load(group, head.to_link, found) for group in serving]
    volume = sum(loads)
    delay = (
        sum(load * group.delay_s for load, group in zip(loads, serving, strict=True)) / volume if volume else math.nan
    )
    used = [group for load, group in zip(loads, serving, strict=True) if load > 0] or serving
    degree = max(group.saturation for group in used)
    weighted = [(load if volume else 1.0, group) for load, group in zip(loads, serving, strict=True)]
    return Movement(
        from_link=head.from_link,
        to_link=head.to_link,
        turn=head.turn or Turn.STRAIGHT,
        volume_vph=volume,
        saturation=degree,
        arrivals_on_green=sum(load * group.arrivals_on_green for load, group in weighted) / (volume or len(weighted)),
        measured_arrivals=all(group.measured_arrivals for group in used),
        delay_s=delay,
        los=LEVELS[-1] if degree > 1 and volume else level_of_service(delay),
        queue_50_veh=max(group.queue_50_veh for group in used),
        queue_95_veh=max(group.queue_95_veh for group in used),
    )


def _load(group: LaneGroup, to_link: str, found: Sequence[Stream]) -> float:
    return sum(
        stream.load_vph
        for stream in found
        if stream.head.from_link == group.from_link
        and stream.head.from_lane in group.lanes
        and stream.head.to_link == to_link
    )


def _mean_delay_s(parts: Sequence[LaneGroup] | Sequence[Approach]) -> tuple[float, float]:
    """Return volume and mean delay, weighted by volume; NaN delay without vehicles."""
    volume = sum(part.volume_vph for part in parts)
    total = sum(part.volume_vph * part.delay_s for part in parts if part.volume_vph > 0)
    return volume, total / volume if volume > 0 else math.nan
