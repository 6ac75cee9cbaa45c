"""A SUMO network read into the program's own values: roads, intersections and the plans they run."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from congestion_lab.core.digests import digest_of_file
from congestion_lab.core.geometry import Point
from congestion_lab.network.model import Connection, Lane, Link, Network, Node
from congestion_lab.signals.intersection import Intersection
from congestion_lab.signals.plan import PlanSet
from congestion_lab.sumo.files.records import Record
from congestion_lab.sumo.nets.heads import intersections
from congestion_lab.sumo.nets.netrecords import converted, lane_width_m, net_records, points, turn_of
from congestion_lab.sumo.nets.programs import running_plans
from congestion_lab.sumo.nets.vehicleclasses import CLASSES

_NOBODY = frozenset({"none"})  # a lane that no vehicle may use


def read_network(path: Path) -> Network:
    """Return the roads of a SUMO network; links inside junctions are left out.

    Raises:
        NetworkError: The file is no SUMO network or is damaged; every fault is named.
    """
    net = net_records(path, roads_only=True)
    nodes = {node.id: node for node in converted(net, net.junctions, lambda record: _node(record, net.circulating))}
    links = {link.id: link for link in converted(net, net.links, lambda record: _link(record, nodes))}
    projection = net.location.get("projParameter") if net.location else ""
    offsets = converted(net, [net.location] if net.location else [], _offset)
    roads = (path for path in net.connections if path.get("from") in links and path.get("to") in links)
    return Network(
        nodes=nodes,
        links=links,
        connections=converted(net, roads, _connection),
        projection="" if projection in {"!", "-"} else projection,
        offset=offsets[0] if offsets else (0.0, 0.0),
        digest=digest_of_file(path),
    )


def _offset(location: Record) -> Point:
    return next(iter(points(location.get("netOffset"))), (0.0, 0.0))


def _node(junction: Record, circulating: frozenset[str]) -> Node:
    position = (junction.number("x"), junction.number("y"))
    return Node(junction.get("id"), position, _node_kind(junction, circulating))


def _node_kind(junction: Record, circulating: frozenset[str]) -> str:
    kind = junction.get("type")
    if kind.startswith("traffic_light"):
        return "signal"
    return "roundabout" if junction.get("id") in circulating else kind


def _link(edge: Record, nodes: Mapping[str, Node]) -> Link:
    ends = (edge.get("from"), edge.get("to"))
    lanes = tuple(_lane(lane) for lane in edge.children if lane.tag == "lane")
    if not lanes or any(end not in nodes for end in ends):
        raise ValueError(
            f"a link has lanes and joins two junctions; this has {len(lanes)} and joins {ends[0]!r}, {ends[1]!r}"
        )
    parameters = edge.parameters()
    return Link(
        id=edge.get("id"),
        from_node=ends[0],
        to_node=ends[1],
        lanes=lanes,
        shape=_centre_line(edge) or tuple(nodes[end].position for end in ends),
        name_en=edge.get("name") or parameters.get("name:en", ""),
        name_ar=parameters.get("name:ar", ""),
        kind=edge.get("type"),
        level=_level(parameters.get("level", "")),
        sources=_sources(edge),
    )


def _level(text: str) -> int:
    try:
        return int(text)
    except ValueError:  # none is given, or several by parts of the link
        return 0


def _sources(edge: Record) -> tuple[str, ...]:
    """Return the ids on the map of the ways that a link was made from, as netconvert notes them on its lanes."""
    noted = (lane.parameters().get("origId", "") for lane in edge.children if lane.tag == "lane")
    return tuple(dict.fromkeys(name for text in noted for name in text.split()))


def _centre_line(edge: Record) -> tuple[Point, ...]:
    """Return the middle of the carriageway; the shape of an edge itself may be its left border."""
    shapes = [points(lane.get("shape")) for lane in edge.children if lane.tag == "lane"]
    first, second = shapes[(len(shapes) - 1) // 2], shapes[len(shapes) // 2]
    if len(first) != len(second):
        return second
    return tuple(((a[0] + b[0]) / 2, (a[1] + b[1]) / 2) for a, b in zip(first, second, strict=True))


def _lane(lane: Record) -> Lane:
    return Lane(
        id=lane.get("id"),
        length_m=lane.number("length"),
        speed_mps=lane.number("speed"),
        width_m=lane_width_m(lane),
        classes=_classes(lane),
    )


def _classes(lane: Record) -> frozenset[str]:
    """Return who may use a lane; empty means everybody."""
    if "allow" in lane.attributes:
        allowed = frozenset(lane.get("allow").split())
        return frozenset() if "all" in allowed else allowed or _NOBODY
    barred = frozenset(lane.get("disallow").split())
    if "all" in barred:
        return _NOBODY
    return frozenset(CLASSES) - barred if barred else frozenset()


def _connection(record: Record) -> Connection:
    controlled = record.get("tl") and record.get("linkIndex")
    return Connection(
        from_link=record.get("from"),
        from_lane=int(record.number("fromLane")),
        to_link=record.get("to"),
        to_lane=int(record.number("toLane")),
        turn=turn_of(record),
        controller_id=record.get("tl") if controlled else None,
        signal_index=int(record.number("linkIndex")) if controlled else None,
    )


def read_intersections(path: Path) -> tuple[Intersection, ...]:
    """Return every signal-controlled intersection of a SUMO network, ordered by controller id.

    Raises:
        NetworkError: The file is no SUMO network or is damaged.
    """
    return intersections(net_records(path))


def read_plans(net: Path, additional: Sequence[Path] = ()) -> PlanSet:
    """Return the plans that SUMO would run: the last one loaded of each controller, the network's own first.

    Raises:
        NetworkError: The file is no SUMO network.
        SignalPlanError: A programme, in the network or an additional file, cannot be read.
    """
    return running_plans(net_records(net).programmes, net, additional)
