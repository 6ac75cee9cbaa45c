"""Grade-separated interchanges: the through street passes over, a diamond of ramps joins it to the street below.

Ramp terminals stand to the left and right of the through street. A carriageway is left by an off-ramp before the
bridge and reached by an on-ramp behind it; beside the open road each has a lane of its own to slow down or speed up.
"""

import dataclasses
import math
from collections.abc import Iterator

from congestion_lab.core.geometry import Point, polyline_length_m
from congestion_lab.network.alignment import (
    Alignment,
    bearing,
    curve,
    cut,
    distance_to_leave,
    heading_at_start,
    offset,
    point_at,
    reversed_of,
    stepped,
    turned,
    without_repeats,
)
from congestion_lab.network.roadmodel.manifest import Manifest
from congestion_lab.network.roadmodel.roadplan import Control
from congestion_lab.network.roadmodel.roadtables import ControlRow
from congestion_lab.network.roadmodel.streets import Draft, DraftNode, Street

_COMPASS = ("e", "ne", "n", "nw", "w", "sw", "s", "se")
_AUXILIARY_SHARE = 0.45  # of what is left of a street, so that the lanes of two interchanges never meet
_AUXILIARY_LEAST_M = 40.0
_JOIN_SHARE = 2.2  # times the distance of a terminal: from there an arm runs straight to it


@dataclasses.dataclass(frozen=True, slots=True)
class _Site:
    """One interchange under construction."""

    row: ControlRow
    node: DraftNode
    came: Street  # through street, leaving the node towards `through_a`
    goes: Street  # through street, leaving the node towards `through_b`
    arms: tuple[Street, ...]
    ramp_m: float
    terminal_m: float

    @property
    def axis(self) -> float:
        """Direction of the through street at the node."""
        return bearing(point_at(self.came.line, 25.0), point_at(self.goes.line, 25.0))

    def side(self, *, left: bool) -> "_Side":
        """Return one side of the through street."""
        towards = self.axis + (math.pi / 2 if left else -math.pi / 2)
        compass = _COMPASS[round(towards / (math.pi / 4)) % 8]
        arms = tuple(arm for arm in self.arms if (turned(self.axis, heading_at_start(arm.line)) > 0) is left)
        position = stepped(self.node.position, towards, self.terminal_m)
        return _Side(f"{self.node.id}.{compass}", position, arms)

    def nose(self, street: Street) -> str:
        """Return the id of the node where the ramps of a through street part and join."""
        return f"{self.node.id}.{_far_end(street)}"


@dataclasses.dataclass(frozen=True, slots=True)
class _Side:
    terminal: str
    position: Point
    arms: tuple[Street, ...]


def _far_end(street: Street) -> str:
    return street.forward_id.rsplit("-", 1)[1]


def with_interchange(draft: Draft, row: ControlRow, manifest: Manifest) -> Draft:
    """Return the draft with a node drawn as an interchange."""
    site = _site(draft, row)
    right, left = site.side(left=False), site.side(left=True)
    streets = [_over(site), *_outer(site, site.came, manifest), *_outer(site, site.goes, manifest)]
    streets += [_arm(arm, side) for side in (right, left) for arm in side.arms]
    streets += [_below(site, right, left), *_ramps(site, right, left, manifest)]
    nodes = [*_noses(site, manifest), *(_terminal(site, side) for side in (right, left))]
    return draft.rebuilt(row.node_id, streets, nodes)


def _site(draft: Draft, row: ControlRow) -> _Site:
    streets = {_far_end(street): street for street in draft.at(row.node_id)}
    came, goes = streets.pop(row.through_a), streets.pop(row.through_b)
    ramp_m, terminal_m = row.ramp_m or 0.0, row.terminal_m or 0.0  # the tables hold both for every interchange
    return _Site(row, draft.nodes[row.node_id], came, goes, tuple(streets.values()), ramp_m, terminal_m)


def _over(site: _Site) -> Street:
    """Return the through street between the ramp noses, one storey up."""
    line = (*reversed_of(cut(site.came.line, 0, site.ramp_m)), *cut(site.goes.line, 0, site.ramp_m)[1:])
    first, last = site.nose(site.came), site.nose(site.goes)
    return dataclasses.replace(
        site.goes,
        forward_id=f"{first}-{last}",
        backward_id=f"{last}-{first}",
        from_node=first,
        to_node=last,
        line=line,
        lanes_fwd=min(site.came.lanes_bwd, site.goes.lanes_fwd),
        lanes_bwd=min(site.goes.lanes_bwd, site.came.lanes_fwd),
        level=1,
    )


def _outer(site: _Site, street: Street, manifest: Manifest) -> Iterator[Street]:
    """Yield the through street beyond its ramp noses: a piece with the extra lanes, then the rest."""
    nose, length = site.nose(street), polyline_length_m(street.line)
    split = site.ramp_m + _auxiliary_m(site, street, manifest)
    if split == site.ramp_m:
        yield dataclasses.replace(street, from_node=nose, line=cut(street.line, site.ramp_m, length))
        return
    gore = f"{nose}.gore"
    yield dataclasses.replace(
        street,
        forward_id=f"{nose}-{gore}",
        backward_id=f"{gore}-{nose}",
        from_node=nose,
        to_node=gore,
        line=cut(street.line, site.ramp_m, split),
        lanes_fwd=street.lanes_fwd and street.lanes_fwd + 1,
        lanes_bwd=street.lanes_bwd and street.lanes_bwd + 1,
    )
    yield dataclasses.replace(street, from_node=gore, line=cut(street.line, split, length))


def _auxiliary_m(site: _Site, street: Street, manifest: Manifest) -> float:
    left = polyline_length_m(street.line) - site.ramp_m
    length = min(manifest.defaults.acceleration_lane_m, _AUXILIARY_SHARE * left)
    return length if length >= _AUXILIARY_LEAST_M else 0.0


def _arm(arm: Street, side: _Side) -> Street:
    """Return a street of the lower level, led to its ramp terminal."""
    centre = arm.line[0]
    length = polyline_length_m(arm.line)
    begin = min(distance_to_leave(arm.line, centre, _JOIN_SHARE * math.dist(centre, side.position)), length / 2)
    rest = cut(arm.line, begin, length)
    return dataclasses.replace(arm, from_node=side.terminal, line=without_repeats((side.position, *rest)))


def _below(site: _Site, right: _Side, left: _Side) -> Street:
    """Return the street that joins the two terminals under the bridge."""
    widest = max(site.arms, key=lambda arm: arm.lanes_fwd + arm.lanes_bwd)
    return dataclasses.replace(
        widest,
        forward_id=f"{right.terminal}-{left.terminal}",
        backward_id=f"{left.terminal}-{right.terminal}",
        from_node=right.terminal,
        to_node=left.terminal,
        line=(right.position, site.node.position, left.position),
        lanes_fwd=max(2, widest.lanes_fwd),
        lanes_bwd=max(2, widest.lanes_bwd),
        level=0,
    )


def _ramps(site: _Site, right: _Side, left: _Side, manifest: Manifest) -> Iterator[Street]:
    came, goes = site.nose(site.came), site.nose(site.goes)
    before, behind = _edge(site, site.came, out=False), _edge(site, site.goes, out=True)
    yield _ramp(site, came, right.terminal, _down(before, right.position, site.axis), manifest)
    yield _ramp(site, right.terminal, goes, _up(right.position, behind, site.axis), manifest)
    before, behind = _edge(site, site.goes, out=False), _edge(site, site.came, out=True)
    yield _ramp(site, goes, left.terminal, _down(before, left.position, site.axis + math.pi), manifest)
    yield _ramp(site, left.terminal, came, _up(left.position, behind, site.axis + math.pi), manifest)


def _edge(site: _Site, street: Street, *, out: bool) -> tuple[Point, float]:
    """Return where a ramp touches a carriageway at its nose, and the carriageway's direction there."""
    lanes = street.lanes_fwd if out else street.lanes_bwd
    aside = street.median_m / 2 + (lanes + 0.5) * street.lane_width_m
    near = cut(street.line, site.ramp_m - 10, site.ramp_m + 10)
    line = offset(near if out else reversed_of(near), aside)
    return point_at(line, polyline_length_m(line) / 2), bearing(line[0], line[-1])


def _down(nose: tuple[Point, float], terminal: Point, axis: float) -> Alignment:
    return curve(nose[0], nose[1], terminal, axis, math.dist(nose[0], terminal) / 3)


def _up(terminal: Point, nose: tuple[Point, float], axis: float) -> Alignment:
    return curve(terminal, axis, nose[0], nose[1], math.dist(nose[0], terminal) / 3)


def _ramp(site: _Site, start: str, end: str, line: Alignment, manifest: Manifest) -> Street:
    assumed = manifest.classes["ramp"]
    return dataclasses.replace(
        site.goes,
        forward_id=f"{start}-{end}",
        backward_id=f"{end}-{start}",
        from_node=start,
        to_node=end,
        line=line,
        lanes_fwd=1,
        lanes_bwd=0,
        median_m=0.0,
        lane_width_m=assumed.lane_width_m,
        speed_mps=manifest.defaults.ramp_speed_kmh / 3.6,
        kind="ramp",
        level=0,
        priority=assumed.priority,
        name_en=f"{site.node.name_en}, ramp",
        name_ar=site.node.name_ar,
        confidence="C",
    )


def _noses(site: _Site, manifest: Manifest) -> Iterator[DraftNode]:
    for street in (site.came, site.goes):
        nose, auxiliary = site.nose(street), _auxiliary_m(site, street, manifest)
        node = dataclasses.replace(
            site.node, id=nose, position=point_at(street.line, site.ramp_m), control=Control.MERGE, cycle_s=0.0
        )
        yield node
        if auxiliary:
            yield dataclasses.replace(node, id=f"{nose}.gore", position=point_at(street.line, site.ramp_m + auxiliary))


def _terminal(site: _Site, side: _Side) -> DraftNode:
    """Return a ramp terminal; without a street of its own nothing crosses there, so it needs no signal."""
    control = Control.SIGNAL if side.arms else Control.PRIORITY
    compass = side.terminal.rsplit(".", 1)[1].upper()
    return dataclasses.replace(
        site.node,
        id=side.terminal,
        position=side.position,
        control=control,
        name_en=f"{site.node.name_en}, {compass} ramps",
        cycle_s=(site.row.cycle_s or 0.0) if side.arms else 0.0,
    )
