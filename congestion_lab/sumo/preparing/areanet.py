"""The roads, signals and roadside things of an area, cut out of a net so that what remains is as it was."""

import tempfile
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from xml.etree.ElementTree import Element, ElementTree  # builds and writes; parsing is done under guard

from congestion_lab.core.errors import EngineError
from congestion_lab.network.model import Network
from congestion_lab.sumo.files.xmlfiles import elements, starts, tree
from congestion_lab.sumo.installation import binary
from congestion_lab.sumo.process import run_program

# No shift, and no speed limits of netconvert's own across the junctions.
_AS_IT_WAS = (
    *("--offset.disable-normalization", "--junctions.limit-turn-speed", "-1"),
    *("--xml-validation", "never", "--no-warnings"),
)

LanePair = tuple[str, str, str, str]  # from link and lane, to link and lane

_TRAFFIC = frozenset({"vehicle", "trip", "flow", "route", "routeDistribution", "person", "personFlow", "container"})
_LINK_WORDS = ("edge", "edges", "from", "to", "via")
_LANE_WORDS = ("lane", "lanes")


def links_at(network: Network, controller: str) -> frozenset[str]:
    """Return the links that a signal controller lets traffic out of and into."""
    return frozenset(
        link
        for connection in network.connections
        if connection.controller_id == controller
        for link in (connection.from_link, connection.to_link)
    )


def cut_net(net_file: Path, network: Network, inside: Collection[str], target: Path) -> None:
    """Write the net of the links inside; signals that lose approaches are taken out, all others stay as they are.

    Raises:
        EngineError: netconvert failed, or changed what signals show.
    """
    with tempfile.TemporaryDirectory() as scratch:
        keep, part, free = (Path(scratch) / name for name in ("keep.txt", "part.net.xml", "free.net.xml"))
        keep.write_text("\n".join(f"edge:{link}" for link in sorted(inside)), encoding="utf-8")
        _netconvert(net_file, part, "--keep-edges.input-file", str(keep))
        left = {start.attributes["id"] for start in starts(part) if start.tag == "junction"}
        unset = sorted(_junctions_losing_links(network, inside) & left)
        if unset:
            _netconvert(part, free, "--tls.unset", ",".join(unset))
        root = tree(free if unset else part)
    _restore_lanes(root, net_file)
    _restore_programmes(root, net_file)
    ElementTree(root).write(target, encoding="utf-8", xml_declaration=True)


def _netconvert(source: Path, target: Path, *options: str) -> None:
    command: list[str | Path] = [binary("netconvert"), "--sumo-net-file", source, "--output-file", target, *options]
    run_program([*command, *_AS_IT_WAS])


def _junctions_losing_links(network: Network, inside: Collection[str]) -> set[str]:
    """Return the junctions of the controllers that lose a link."""
    lost = {controller for controller in network.controllers if not links_at(network, controller) <= set(inside)}
    return {
        network.links[connection.from_link].to_node
        for connection in network.connections
        if connection.controller_id in lost
    }


def _restore_lanes(root: Element, net_file: Path) -> None:
    """Give lanes their length in the whole net, and those across junctions their speed too.

    netconvert draws the junctions at the rim smaller, which lengthens the links there, and sets turning speeds anew.
    """
    before: dict[str, Mapping[str, str]] = {}
    connections: list[Mapping[str, str]] = []
    for start in starts(net_file):
        if start.tag == "lane":
            before[start.attributes["id"]] = start.attributes
        elif start.tag == "connection":
            connections.append(start.attributes)
    lanes = {lane.get("id", ""): lane for lane in root.iter("lane")}
    for name in lanes.keys() & before.keys():
        if not name.startswith(":"):  # names inside junctions are given anew
            lanes[name].set("length", before[name]["length"])
    was = _crossings(connections)
    for path, crossing in _crossings([connection.attrib for connection in root.iter("connection")]).items():
        for new, old in zip(crossing, was.get(path, ()), strict=False):
            for word in ("speed", "length"):
                lanes[new].set(word, before[old][word])


def _restore_programmes(root: Element, net_file: Path) -> None:
    """Give programmes back what netconvert forgets: the shortest and longest durations of fixed-time phases."""
    before = {
        (old.get("id"), old.get("programID")): [dict(phase.attrib) for phase in old.iter("phase")]
        for old in elements(net_file, ("tlLogic",))
    }
    for programme in root.iter("tlLogic"):
        phases = before[programme.get("id"), programme.get("programID")]
        for phase, as_it_was in zip(programme.iter("phase"), phases, strict=True):
            if phase.get("state") != as_it_was["state"]:
                raise EngineError(f"netconvert changed the programme of {programme.get('id')} while cutting the area")
            phase.attrib.update(as_it_was)


def _crossings(connections: Sequence[Mapping[str, str]]) -> Mapping[LanePair, tuple[str, ...]]:
    """Return the lanes across the junctions, in order, by the path they serve."""
    onward = {f"{c['from']}_{c['fromLane']}": c.get("via", "") for c in connections if c["from"].startswith(":")}
    found = {}
    for connection in connections:
        lanes, via = [], connection.get("via", "")
        while via and not connection["from"].startswith(":"):
            lanes.append(via)
            via = onward.get(via, "")
        if lanes:
            found[connection["from"], connection["fromLane"], connection["to"], connection["toLane"]] = tuple(lanes)
    return found


def cut_additional(path: Path, controllers: Collection[str], inside: Collection[str], target: Path) -> None:
    """Write what an additional file says of the area: types, and stops, detectors and programmes that stand inside.

    Vehicles are left out: they come with the trips.
    """
    root = tree(path)
    for child in list(root):
        if child.tag in _TRAFFIC or not _stands_inside(child, controllers, inside):
            root.remove(child)
    ElementTree(root).write(target, encoding="utf-8", xml_declaration=True)


def _stands_inside(element: Element, controllers: Collection[str], inside: Collection[str]) -> bool:
    return all(
        (part.tag != "tlLogic" or part.get("id") in controllers)
        and part.get("tl", part.get("tlID")) in {None, *controllers}
        and all(link in inside for link in links_named(part))
        for part in element.iter()
    )


def links_named(element: Element) -> list[str]:
    """Return the links that an element's own attributes name."""
    links = [link for word in _LINK_WORDS for link in element.get(word, "").split()]
    return links + [lane.rpartition("_")[0] for word in _LANE_WORDS for lane in element.get(word, "").split()]
