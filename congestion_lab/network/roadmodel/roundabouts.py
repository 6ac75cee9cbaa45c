"""Roundabouts: a square's node becomes a circulating carriageway with one node per arm."""

import dataclasses
import itertools
import math
from collections.abc import Sequence

from congestion_lab.core.geometry import Point, polyline_length_m
from congestion_lab.network.alignment import (
    arc,
    bearing,
    cut,
    distance_to_leave,
    point_at,
    stepped,
    without_repeats,
)
from congestion_lab.network.roadmodel.manifest import Manifest
from congestion_lab.network.roadmodel.roadplan import Control, Roundabout
from congestion_lab.network.roadmodel.roadtables import ControlRow
from congestion_lab.network.roadmodel.streets import Draft, DraftNode, Street

_LEAST_ARC_M = 26.0  # between two arms, so that entry and exit of neighbours do not overlap
_APPROACH_M = 18.0
_ROUNDS = 200


def with_roundabout(draft: Draft, row: ControlRow, manifest: Manifest) -> tuple[Draft, Roundabout]:
    """Return the draft with a node drawn as a roundabout, and the roundabout."""
    centre, radius = draft.nodes[row.node_id], row.radius_m or 0.0  # the tables hold it for every roundabout
    arms = sorted(draft.at(row.node_id), key=lambda arm: _angle(arm, centre.position, radius))
    angles = spread([_angle(arm, centre.position, radius) for arm in arms], _LEAST_ARC_M / radius)
    nodes = [_ring_node(centre, arm, radius, angle) for arm, angle in zip(arms, angles, strict=True)]
    laps = [*zip(nodes, angles, strict=True), (nodes[0], angles[0] + 2 * math.pi)]
    ring = [_ring_street(centre, row, manifest, start, end) for start, end in itertools.pairwise(laps)]
    streets = [_arm(arm, centre.position, radius, node) for arm, node in zip(arms, nodes, strict=True)]
    roundabout = Roundabout(tuple(node.id for node in nodes), tuple(street.forward_id for street in ring))
    return draft.rebuilt(row.node_id, [*ring, *streets], nodes), roundabout


def spread(angles: Sequence[float], least: float) -> list[float]:
    """Return ascending angles moved apart as little as needed so that neighbours stand at least so far apart.

    Args:
        angles: Ascending bearings within one turn.
        least: Smallest gap; cut to an even share of the circle where that is smaller.
    """
    count = len(angles)
    gap = min(least, 2 * math.pi / count * 0.95)
    moved = list(angles)
    for _ in range(_ROUNDS):
        for first in range(count):
            second = (first + 1) % count
            wrap = 2 * math.pi if second <= first else 0.0
            lack = gap - (moved[second] + wrap - moved[first])
            if lack > 0:
                moved[first] -= lack / 2
                moved[second] += lack / 2
    return moved


def _angle(arm: Street, centre: Point, radius: float) -> float:
    """Return the bearing at which an arm meets the ring."""
    return bearing(centre, point_at(arm.line, distance_to_leave(arm.line, centre, radius)))


def _ring_node(centre: DraftNode, arm: Street, radius: float, angle: float) -> DraftNode:
    other = arm.forward_id.rsplit("-", 1)[1]
    return dataclasses.replace(
        centre,
        id=f"{centre.id}.{other}",
        position=stepped(centre.position, angle, radius),
        control=Control.RING,
        cycle_s=0.0,
    )


def _arm(arm: Street, centre: Point, radius: float, node: DraftNode) -> Street:
    begin = distance_to_leave(arm.line, centre, radius + _APPROACH_M)
    rest = cut(arm.line, begin, polyline_length_m(arm.line))
    return dataclasses.replace(arm, from_node=node.id, line=without_repeats((node.position, *rest)))


def _ring_street(
    centre: DraftNode,
    row: ControlRow,
    manifest: Manifest,
    start: tuple[DraftNode, float],
    end: tuple[DraftNode, float],
) -> Street:
    assumed = manifest.classes["circulating"]
    inner = arc(centre.position, row.radius_m or 0.0, start[1], end[1] - start[1])[1:-1]
    return Street(
        forward_id=f"{start[0].id}-{end[0].id.rsplit('.', 1)[1]}",
        backward_id="",
        from_node=start[0].id,
        to_node=end[0].id,
        line=tuple(itertools.chain((start[0].position,), inner, (end[0].position,))),
        lanes_fwd=row.ring_lanes or 1,
        lanes_bwd=0,
        median_m=0.0,
        lane_width_m=assumed.lane_width_m,
        speed_mps=manifest.defaults.ring_speed_kmh / 3.6,
        kind="circulating",
        level=0,
        priority=assumed.priority,
        name_en=centre.name_en,
        name_ar=centre.name_ar,
        confidence="C",
    )
