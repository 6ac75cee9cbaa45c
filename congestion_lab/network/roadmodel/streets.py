"""Streets as centre lines, both directions together, while a road plan is being drawn."""

import dataclasses
import datetime as dt
import itertools
import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from pyproj import Transformer

from congestion_lab.core.geometry import Point
from congestion_lab.network.alignment import Alignment, bearing, curve, reversed_of, turned, without_repeats
from congestion_lab.network.roadmodel.roadplan import Control
from congestion_lab.network.roadmodel.roadtables import LinkRow, NodeRow, Position, RoadTables

_MPS = 1 / 3.6
_STRAIGHT_ON = math.radians(60)  # a street that bends more than this at a node is drawn with a corner
_HANDLE_M = 140.0


@dataclass(frozen=True, slots=True)
class Street:
    """A street between two nodes of the draft.

    Attributes:
        forward_id: Id of the link along the centre line.
        backward_id: Id of the link against it.
        from_node: Node where the centre line begins.
        to_node: Node where it ends.
        line: Centre line.
        lanes_fwd: Lanes along the centre line.
        lanes_bwd: Lanes against it.
        median_m: Width between the carriageways.
        lane_width_m: Width of a lane.
        speed_mps: Speed limit.
        kind: Road class.
        level: Storeys above ground.
        priority: Rank where no signal stands.
        name_en: Name in English.
        name_ar: Name in Arabic.
        confidence: A, B or C.
    """

    forward_id: str
    backward_id: str
    from_node: str
    to_node: str
    line: Alignment
    lanes_fwd: int
    lanes_bwd: int
    median_m: float
    lane_width_m: float
    speed_mps: float
    kind: str
    level: int
    priority: int
    name_en: str
    name_ar: str
    confidence: str

    @property
    def one_way(self) -> bool:
        """Whether it is driven one way only."""
        return not (self.lanes_fwd and self.lanes_bwd)

    def turned_about(self) -> "Street":
        """Return the same street with its centre line the other way round."""
        return dataclasses.replace(
            self,
            forward_id=self.backward_id,
            backward_id=self.forward_id,
            from_node=self.to_node,
            to_node=self.from_node,
            line=reversed_of(self.line),
            lanes_fwd=self.lanes_bwd,
            lanes_bwd=self.lanes_fwd,
        )

    def leaving(self, node_id: str) -> "Street":
        """Return the street so that its centre line begins at one of its nodes."""
        return self if self.from_node == node_id else self.turned_about()


@dataclass(frozen=True, slots=True)
class DraftNode:
    """A node of the draft."""

    id: str
    position: Point
    control: Control
    name_en: str
    name_ar: str
    cycle_s: float = 0.0
    u_turn: bool = False


@dataclass(frozen=True, slots=True)
class Draft:
    """Nodes and streets under construction."""

    nodes: Mapping[str, DraftNode]
    streets: tuple[Street, ...]

    def at(self, node_id: str) -> tuple[Street, ...]:
        """Return the streets of a node, each beginning there."""
        return tuple(s.leaving(node_id) for s in self.streets if node_id in (s.from_node, s.to_node))

    def rebuilt(
        self, node_id: str, streets: Iterable[Street], nodes: Iterable[DraftNode], *, keep_node: bool = False
    ) -> "Draft":
        """Return the draft with a node and its streets replaced."""
        kept_nodes = {key: node for key, node in self.nodes.items() if keep_node or key != node_id}
        others = tuple(s for s in self.streets if node_id not in (s.from_node, s.to_node))
        return Draft({**kept_nodes, **{node.id: node for node in nodes}}, (*others, *streets))


def drafted(tables: RoadTables, as_of: dt.date) -> tuple[Draft, Point]:
    """Return nodes and streets as of a day, and the projected origin of their coordinates."""
    transformer = Transformer.from_crs("EPSG:4326", tables.manifest.projection, always_xy=True)

    def projected(position: Position) -> Point:
        x, y = transformer.transform(position[1], position[0])
        return float(x), float(y)

    absolute = {row.id: projected(row.position) for row in tables.nodes}
    links = _links_as_of(tables, as_of)
    vias = [[projected(position) for position in link.via] for link in links]
    points = [*absolute.values(), *itertools.chain.from_iterable(vias)]
    origin = (math.floor(min(x for x, _ in points)) - 200.0, math.floor(min(y for _, y in points)) - 200.0)

    def local(point: Point) -> Point:
        return point[0] - origin[0], point[1] - origin[1]

    controls = {row.node_id: row for row in tables.controls}
    nodes = {}
    for row in tables.nodes:
        control = controls.get(row.id)
        nodes[row.id] = DraftNode(
            row.id,
            local(absolute[row.id]),
            _control_of(row, control.control if control else ""),
            row.name_en,
            row.name_ar,
            (control and control.cycle_s) or 0.0,
            u_turn=control is not None and control.control == "u_turn",
        )
    streets = tuple(
        _street(tables, link, nodes, tuple(local(point) for point in via))
        for link, via in zip(links, vias, strict=True)
    )
    return Draft(nodes, streets), origin


def _links_as_of(tables: RoadTables, as_of: dt.date) -> list[LinkRow]:
    lanes = {
        (change.from_id, change.to_id): (change.lanes_fwd, change.lanes_bwd)
        for change in sorted(tables.changes, key=lambda change: change.date)
        if change.date <= as_of
    }
    current = []
    for link in tables.links:
        forward, backward = lanes.get((link.from_id, link.to_id), (link.lanes_fwd, link.lanes_bwd))
        current.append(dataclasses.replace(link, lanes_fwd=forward, lanes_bwd=backward))
    return current


def _control_of(row: NodeRow, control: str) -> Control:
    by_name = {"signal": Control.SIGNAL, "priority": Control.PRIORITY, "u_turn": Control.PRIORITY}
    if control in by_name:
        return by_name[control]
    return Control.DEAD_END if row.kind == "end" else Control.MERGE


def _street(tables: RoadTables, link: LinkRow, nodes: Mapping[str, DraftNode], via: Alignment) -> Street:
    assumed = tables.manifest.classes[link.road_class]
    ends = nodes[link.from_id].position, nodes[link.to_id].position
    return Street(
        forward_id=f"{link.from_id}-{link.to_id}",
        backward_id=f"{link.to_id}-{link.from_id}",
        from_node=link.from_id,
        to_node=link.to_id,
        line=without_repeats((ends[0], *via, ends[1])),
        lanes_fwd=link.lanes_fwd,
        lanes_bwd=link.lanes_bwd,
        median_m=assumed.median_m if link.median_m is None else link.median_m,
        lane_width_m=assumed.lane_width_m,
        speed_mps=link.speed_kmh * _MPS,
        kind=link.road_class,
        level=link.level,
        priority=assumed.priority,
        name_en=link.name_en,
        name_ar=link.name_ar,
        confidence=link.confidence,
    )


@dataclass(frozen=True, slots=True)
class Bends:
    """How streets run through nodes.

    Attributes:
        corners: Nodes where each street ends straight: roundabouts and forks.
        through: The two neighbours that the through street of an interchange joins, by node.
    """

    corners: frozenset[str]
    through: Mapping[str, tuple[str, str]]


def smoothed(draft: Draft, bends: Bends) -> Draft:
    """Return the draft with straight streets bent so that they pass through their nodes without a corner.

    Streets with a sourced alignment keep it.
    """
    return Draft(draft.nodes, tuple(_bent(draft, street, bends) for street in draft.streets))


def _bent(draft: Draft, street: Street, bends: Bends) -> Street:
    if len(street.line) > 2:  # noqa: PLR2004 - more than two points: the alignment is known
        return street
    start, end = street.line
    leaving = _tangent(draft, street, bends)
    arriving = _tangent(draft, street.turned_about(), bends) + math.pi
    handle = min(math.dist(start, end) / 3, _HANDLE_M)
    if max(abs(turned(bearing(start, end), angle)) for angle in (leaving, arriving)) < math.radians(1):
        return street
    return dataclasses.replace(street, line=curve(start, leaving, end, arriving, handle))


def _tangent(draft: Draft, street: Street, bends: Bends) -> float:
    """Return the direction in which a street leaves its first node if the street opposite is to run on smoothly."""
    ahead = bearing(street.line[0], street.line[1])
    if street.from_node in bends.corners:
        return ahead
    opposite = _opposite(draft, street, bends)
    if opposite is None:
        return ahead
    bend = _bend(opposite, ahead)
    return ahead - bend * (1.0 if len(opposite.line) > 2 else 0.5)  # noqa: PLR2004 - its alignment is known: all for us


def _opposite(draft: Draft, street: Street, bends: Bends) -> Street | None:
    """Return the street that runs on from the first node of another, if any does."""
    others = [s for s in draft.at(street.from_node) if s.forward_id != street.forward_id and s.level == street.level]
    pair = bends.through.get(street.from_node, ())
    if street.to_node in pair:
        return next((s for s in others if s.to_node in pair), None)
    ahead = bearing(street.line[0], street.line[1])
    onward = [s for s in others if s.to_node not in pair and abs(_bend(s, ahead)) <= _STRAIGHT_ON]
    return min(onward, key=lambda s: (s.kind != street.kind, abs(_bend(s, ahead))), default=None)


def _bend(opposite: Street, ahead: float) -> float:
    return turned(bearing(opposite.line[0], opposite.line[1]) + math.pi, ahead)
