"""A list of roads made into a net by netconvert: links as they are listed, turns as they are told."""

import tempfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from xml.sax.saxutils import quoteattr

from congestion_lab.core.errors import Fault, NetworkError
from congestion_lab.core.files import write_text
from congestion_lab.core.names import clean_name
from congestion_lab.network.lists.roadlist import ListedLink, ListedNode, ListedTurn, RoadList
from congestion_lab.network.model import Network
from congestion_lab.sumo.building.importsettings import SETTINGS, Setting
from congestion_lab.sumo.building.netconvert import without_header
from congestion_lab.sumo.building.networkbuild import with_programs
from congestion_lab.sumo.building.osmimport import strongly_connected
from congestion_lab.sumo.building.startplans import start_plans
from congestion_lab.sumo.installation import binary
from congestion_lab.sumo.nets.netfile import read_intersections, read_network
from congestion_lab.sumo.process import run_program

_TIMEOUT_S = 3600.0
# What tables say already, netconvert must not guess or change: nodes, ids and projections of planes.
_ONLY_MAPS = ("osm.", "geometry.remove", "junctions.join", "max-join-ids", "proj.utm", "output.original", "ramps.")
_DEGREES = Setting("proj.utm", "true", "metres, by the zone the network lies in")


@dataclass(frozen=True)
class BuiltList:
    """A net that was built from a list.

    Attributes:
        text: The net, plain XML.
        network: What it holds.
        settings: What netconvert was told.
        lost: How many of the listed links were taken out because nobody could get there or away.
    """

    text: str
    network: Network
    settings: tuple[Setting, ...]
    lost: int


def build_list(roads: RoadList) -> BuiltList:
    """Build a net of a list, with a first plan for each signal.

    Raises:
        NetworkError: No link is listed, or none could be driven round.
        SumoFailedError: netconvert refused the list.
    """
    if not roads.links:
        raise NetworkError(Fault("no road is left to build", "the list needs links for cars"))
    kept = tuple(one for one in SETTINGS if not one.option.startswith(_ONLY_MAPS))
    settings = (*kept, _DEGREES) if roads.degrees else kept
    with tempfile.TemporaryDirectory() as scratch:
        names = ("nod", "edg", "con")
        nodes, edges, turns = (Path(scratch) / f"list.{name}.xml" for name in names)
        raw = Path(scratch) / "list.net.xml"
        used = {end for link in roads.links for end in link.ends}
        write_text(nodes, _document("nodes", (_node(node) for node in roads.nodes.values() if node.id in used)))
        write_text(edges, _document("edges", map(_edge, roads.links)))
        write_text(turns, _document("connections", _connections(roads)))
        files = (f"--node-files={nodes}", f"--edge-files={edges}", f"--connection-files={turns}")
        run_program([binary("netconvert"), *files, f"--output-file={raw}", *map(str, settings)], timeout_s=_TIMEOUT_S)
        network = strongly_connected(raw, read_network(raw))
        plans = start_plans(read_intersections(raw), network)
        text = with_programs(without_header(raw.read_text(encoding="utf-8")), plans)
    lost = sum(link.id not in network.links for link in roads.links)
    return BuiltList(text, network, settings, lost)


def _document(root: str, lines: Iterable[str]) -> str:
    return f"<{root}>\n" + "\n".join(lines) + f"\n</{root}>\n"


def _element(tag: str, inside: str = "", /, **attributes: str) -> str:
    names = {"from_": "from", "type_": "type"}
    said = " ".join(f"{names.get(key, key)}={quoteattr(text)}" for key, text in attributes.items() if text)
    return f"<{tag} {said}>{inside}</{tag}>" if inside else f"<{tag} {said}/>"


def _node(node: ListedNode) -> str:
    x, y = node.position
    name = _element("param", key="name:en", value=clean_name(node.name)) if node.name else ""
    kind = "traffic_light" if node.signal else "priority"
    return _element("node", name, id=node.id, x=f"{x:.8f}", y=f"{y:.8f}", type_=kind)


def _edge(link: ListedLink) -> str:
    return _element(
        "edge",
        "".join(_splits(link)),
        id=link.id,
        from_=link.ends[0],
        to=link.ends[1],
        name=clean_name(link.name),
        type_=clean_name(link.kind),
        numLanes=f"{link.lanes}",
        speed=f"{link.speed_mps:.2f}",
        spreadType="right" if link.two_way else "center",
        shape=" ".join(f"{x:.8f},{y:.8f}" for x, y in link.shape),
    )


def _splits(link: ListedLink) -> Iterator[str]:
    """Yield the places at which a link has other lanes; the part that reaches its end keeps its id."""
    if not link.changes:
        return
    parts = [f"{link.id}.{number}" for number in range(1, len(link.changes) + 1)] + [link.id]
    places = ["0", *(f"{-change.from_end_m:.2f}" for change in link.changes)]
    lanes = [link.lanes_at_begin, *(change.lanes for change in link.changes)]
    for number, (place, some) in enumerate(zip(places, lanes, strict=True)):
        yield _element(
            "split",
            pos=place,
            lanes=" ".join(map(str, some)),
            id=f"{link.id}.split{number}",
            idBefore=parts[number - 1] if number else "",
            idAfter=parts[number],
        )


def _connections(roads: RoadList) -> Iterator[str]:
    links = {link.id: link for link in roads.links}
    for turn in roads.turns:
        if turn.from_link in links and turn.to_link in links:
            yield from _turn(turn, links[turn.to_link])
    for before, after in roads.banned:
        if before in links and after in links:
            yield _element("delete", from_=before, to=_first_part(links[after]))


def _turn(turn: ListedTurn, target: ListedLink) -> Iterator[str]:
    ends = {"from_": turn.from_link, "to": _first_part(target)}
    if not turn.lanes:
        yield _element("connection", **ends)
    at_begin: Sequence[int] = target.lanes_at_begin
    for lane, other in turn.lanes:
        yield _element("connection", **ends, fromLane=f"{lane}", toLane=f"{at_begin.index(other)}")


def _first_part(link: ListedLink) -> str:
    return f"{link.id}.1" if link.changes else link.id
