"""A road plan as SUMO's plain XML: nodes, edges, edge types and connections."""

import itertools
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from xml.sax.saxutils import quoteattr

from pyproj import Transformer

from congestion_lab.core.files import write_text
from congestion_lab.core.geometry import Point
from congestion_lab.network.roadmodel.roadplan import Control, LanePath, PlanLink, PlanNode, RoadPlan

_NODE_TYPES = {
    Control.PRIORITY: "priority",
    Control.SIGNAL: "traffic_light",
    Control.RING: "priority",
    Control.MERGE: "priority",
    Control.DEAD_END: "priority",
}


@dataclass(frozen=True, slots=True)
class PlainFiles:
    """The four files that netconvert reads."""

    nodes: Path
    edges: Path
    types: Path
    connections: Path


def write_plain(plan: RoadPlan, folder: Path) -> PlainFiles:
    """Write a road plan as plain XML into a folder."""
    files = PlainFiles(*(folder / f"plan.{part}.xml" for part in ("nod", "edg", "typ", "con")))
    write_text(files.nodes, _document("nodes", itertools.chain([_location(plan)], map(_node, plan.nodes))))
    rings = (
        _element("roundabout", nodes=" ".join(ring.nodes), edges=" ".join(ring.links)) for ring in plan.roundabouts
    )
    write_text(files.edges, _document("edges", itertools.chain(map(_edge, plan.links), rings)))
    kinds = sorted({_kind(link) for link in plan.links})
    write_text(files.types, _document("types", (_element("type", id=kind) for kind in kinds)))
    write_text(files.connections, _document("connections", map(_connection, plan.paths)))
    return files


def _document(root: str, lines: Iterable[str]) -> str:
    body = "\n".join(f"    {line}" for line in lines)
    return f'<?xml version="1.0" encoding="UTF-8"?>\n<{root}>\n{body}\n</{root}>\n'


def _element(tag: str, children: str = "", /, **attributes: str) -> str:
    names = {"from_": "from", "type_": "type"}
    text = "".join(f" {names.get(key, key)}={quoteattr(value)}" for key, value in attributes.items())
    return f"<{tag}{text}>{children}</{tag}>" if children else f"<{tag}{text}/>"


def _params(**texts: str) -> str:
    return "".join(_element("param", key=key.replace("_", ":"), value=text) for key, text in texts.items() if text)


def _location(plan: RoadPlan) -> str:
    xs, ys = zip(*(node.position for node in plan.nodes), strict=True)
    box = (min(xs), min(ys), max(xs), max(ys))
    inverse = Transformer.from_crs(plan.projection, "EPSG:4326", always_xy=True)
    corners = [inverse.transform(x + plan.origin[0], y + plan.origin[1]) for x, y in (box[:2], box[2:])]
    return _element(
        "location",
        netOffset=f"{-plan.origin[0]:.2f},{-plan.origin[1]:.2f}",
        convBoundary=",".join(f"{value:.2f}" for value in box),
        origBoundary=",".join(f"{value:.6f}" for value in itertools.chain(*corners)),
        projParameter=plan.projection,
    )


def _node(node: PlanNode) -> str:
    signal = {"tl": node.id} if node.control is Control.SIGNAL else {}
    x, y = node.position
    return _element(
        "node",
        _params(name_en=node.name_en, name_ar=node.name_ar),
        id=node.id,
        x=f"{x:.2f}",
        y=f"{y:.2f}",
        type_=_NODE_TYPES[node.control],
        **signal,
    )


def _edge(link: PlanLink) -> str:
    return _element(
        "edge",
        _params(name_ar=link.name_ar, level=str(link.level), confidence=link.confidence),
        id=link.id,
        from_=link.from_node,
        to=link.to_node,
        numLanes=str(link.lanes),
        speed=f"{link.speed_mps:.2f}",
        priority=str(link.priority),
        width=f"{link.lane_width_m:.2f}",
        type_=_kind(link),
        name=link.name_en,
        spreadType="right",
        shape=_shape(link.shape),
    )


def _kind(link: PlanLink) -> str:
    """Return the class of a link; one that passes over says so, because checks compare what lies on one level."""
    return "bridge" if link.level > 0 else link.kind


def _shape(points: Iterable[Point]) -> str:
    return " ".join(f"{x:.2f},{y:.2f}" for x, y in points)


def _connection(path: LanePath) -> str:
    return _element(
        "connection",
        from_=path.from_link,
        to=path.to_link,
        fromLane=str(path.from_lane),
        toLane=str(path.to_lane),
    )
