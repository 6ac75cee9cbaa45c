"""What an intersection has to serve: traffic streams with their flow, lane and the phases that release them."""

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import linprog

from congestion_lab.core.geometry import Turn
from congestion_lab.signals.intersection import Intersection, SignalHead
from congestion_lab.signals.phases import phases
from congestion_lab.signals.plan import Aspect, SignalPlan

SATURATION_VPH = 1800.0  # per lane: 1,900 pc/h (HCM 2010, base) less some heavy vehicles and parking
_TURN_FACTORS = {Turn.STRAIGHT: 1.0, Turn.LEFT: 0.95, Turn.RIGHT: 0.85, Turn.U_TURN: 0.75}
# HCM 2010 chapter 18: f_LT = 1/1.05, f_RT = 1/1.18; a U-turn is taken slower than either
_CRITICAL_GAP_S = 4.5  # permitted left turn, HCM 2010 exhibit 18-23 text
_FOLLOW_UP_S = 2.5  # the same
_LEAST_PERMITTED = 0.1  # share of the saturation flow that gets through at the change of phases at worst ("sneakers")
_ROUNDING = 1e-12  # of numbers that are added and taken away again
Flows = Mapping[tuple[str, str], float]
"""Vehicles per hour by (inbound link, outbound link)."""
Lane = tuple[str, int]


@dataclass(frozen=True)
class Streams:
    """The streams of one intersection as arrays over streams (rows) and phases.

    Attributes:
        links: Inbound and outbound link of each stream.
        flows_vph: Flow of each stream.
        ratios: Flow of its lane over the lane's saturation flow.
        saturation_vph: Saturation flow of its lane.
        served: Share of the saturation flow that each phase releases: 0 where red, 1 where protected.
        served_between_s: Green in the intergreens, weighted the same way, seconds per cycle.
    """

    links: tuple[tuple[str, str], ...]
    flows_vph: NDArray[np.float64]
    ratios: NDArray[np.float64]
    saturation_vph: NDArray[np.float64]
    served: NDArray[np.float64]
    served_between_s: NDArray[np.float64]

    @cached_property
    def loaded(self) -> NDArray[np.bool_]:
        """Streams that have traffic and a phase that releases them."""
        return np.asarray((self.flows_vph > 0) & (self.served.max(axis=1, initial=0.0) > 0))


def streams(plan: SignalPlan, intersection: Intersection, flows: Flows) -> Streams:
    """Return the streams of an intersection under the phases of a plan.

    Movements share the lanes that they may use so that the busiest lane is as light as possible; a stream is one
    movement on one lane. Permitted greens release what gaps in the conflicting flow allow.
    """
    heads = [head for head in intersection.heads if not head.is_crossing]
    loads = lane_loads(heads, flows)
    lanes: dict[Lane, float] = {}
    for head, load in zip(heads, loads, strict=True):
        lanes[_lane(head)] = lanes.get(_lane(head), 0.0) + load
    saturation = np.array([saturation_vph(head) for head in heads])
    weights = released(plan, intersection, heads, loads)
    between = np.ones(len(plan.intervals), dtype=bool)
    ring = phases(plan)
    served = np.zeros((len(heads), len(ring)))
    for number, phase in enumerate(ring):
        served[:, number] = weights[:, phase.intervals[0]]
        between[list(phase.intervals)] = False
    durations = np.array([interval.duration_s for interval in plan.intervals])
    return Streams(
        links=tuple((head.from_link, head.to_link) for head in heads),
        flows_vph=np.array(loads),
        ratios=np.array([lanes[_lane(head)] for head in heads]) / saturation,
        saturation_vph=saturation,
        served=served,
        served_between_s=weights[:, between] @ durations[between],
    )


def critical_ratios(streams: Streams) -> NDArray[np.float64]:
    """Return the least share of the cycle that each phase needs to serve all streams just so (Allsop 1972).

    Where every stream has one phase these are the critical flow ratios of Webster's method; a stream that several
    phases release needs their sum only.
    """
    phase_count = streams.served.shape[1]
    if not streams.loaded.any():
        return np.zeros(phase_count)
    found = linprog(np.ones(phase_count), A_ub=-streams.served[streams.loaded], b_ub=-streams.ratios[streams.loaded])
    return np.asarray(found.x)


def lane_loads(heads: Sequence[SignalHead], flows: Flows) -> list[float]:
    """Return the flow of each (movement, lane): those with the least choice of lanes first, each levels its lanes."""
    loads = [0.0] * len(heads)
    on_lane: dict[Lane, float] = {}
    for movement, indices in by_movement(heads):
        present = [on_lane.get(_lane(heads[index]), 0.0) for index in indices]
        shares = levelled(flows.get(movement, 0.0), present, [1.0] * len(indices))
        for index, load in zip(indices, shares, strict=True):
            loads[index] = load
            on_lane[_lane(heads[index])] = on_lane.get(_lane(heads[index]), 0.0) + load
    return loads


def by_movement(heads: Sequence[SignalHead]) -> list[tuple[tuple[str, str], list[int]]]:
    """Return the places of the heads of each movement (inbound, outbound link), the least choice of lanes first."""
    movements: dict[tuple[str, str], list[int]] = {}
    for index, head in enumerate(heads):
        movements.setdefault((head.from_link, head.to_link), []).append(index)
    return sorted(movements.items(), key=lambda item: (len(item[1]), item[0]))


def levelled(flow: float, present: Sequence[float], worth: Sequence[float]) -> list[float]:
    """Pour a flow onto lanes so that they come level for their worth, starting with the emptiest.

    Args:
        flow: What is poured.
        present: What is on each lane already.
        worth: What each lane is filled in proportion to; those of none are used only if all are such.
    """
    if not any(worth):
        return levelled(flow, present, [1.0] * len(worth))
    order = sorted((load / one, load, one) for load, one in zip(present, worth, strict=True) if one > 0)
    levels = [
        (flow + sum(load for _, load, _ in order[:count])) / sum(one for _, _, one in order[:count])
        for count in range(1, len(order) + 1)
    ]
    level = next(
        found for found, (height, _, _) in zip(reversed(levels), reversed(order), strict=True) if found >= height
    )
    shares = [level * one - load for load, one in zip(present, worth, strict=True)]
    rounding = _ROUNDING * (flow + sum(present))  # no trace of vehicles may stay: it could block a lane
    return [share if share > rounding else 0.0 for share in shares]


def _lane(head: SignalHead) -> Lane:
    return head.from_link, head.from_lane


def saturation_vph(head: SignalHead) -> float:
    """Return the saturation flow of a lane that only this head's movement uses."""
    return SATURATION_VPH * _TURN_FACTORS[head.turn or Turn.STRAIGHT]


def released(
    plan: SignalPlan, intersection: Intersection, heads: Sequence[SignalHead], loads: Sequence[float]
) -> NDArray[np.float64]:
    """Return the share of the saturation flow that each interval (column) releases for each head (row).

    Args:
        plan: The plan.
        intersection: Its intersection.
        heads: Vehicle heads.
        loads: Flow of each head's movement on its lane, vehicles per hour.
    """
    group_of = {index: number for number, group in enumerate(plan.groups) for index in group.heads}
    rows = [
        list(_released(plan, group_of, head, _gap_share(_yielded_vph(head, intersection, heads, loads))))
        for head in heads
    ]
    return np.array(rows, dtype=float).reshape(len(heads), len(plan.intervals))


def _released(plan: SignalPlan, group_of: Mapping[int, int], head: SignalHead, gap_share: float) -> Iterator[float]:
    shares = {Aspect.GREEN: 1.0, Aspect.PERMITTED: gap_share}
    for interval in plan.intervals:
        yield shares.get(interval.aspects[group_of[head.index]], 0.0) if head.index in group_of else 0.0


def _yielded_vph(
    head: SignalHead, intersection: Intersection, heads: Sequence[SignalHead], loads: Sequence[float]
) -> float:
    """Flow that a head must give way to."""
    pairs = zip(heads, loads, strict=True)
    return sum(load for other, load in pairs if (head.index, other.index) in intersection.yields)


def _gap_share(conflicting_vph: float) -> float:
    """Share of the saturation flow that finds a gap in a conflicting flow (HCM 2010 equation 18-A, Siegloch's form)."""
    if conflicting_vph <= 0:
        return 1.0
    rate = conflicting_vph / 3600
    capacity_vph = conflicting_vph * math.exp(-rate * _CRITICAL_GAP_S) / (1 - math.exp(-rate * _FOLLOW_UP_S))
    return max(_LEAST_PERMITTED, min(1.0, capacity_vph / SATURATION_VPH))
