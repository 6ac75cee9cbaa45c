"""Links closed to traffic: nobody may drive them, and whoever was to finds another way.

Closed lanes get no permissions in a copy of the network, so signals and junctions stay as they are. Only vehicles whose
route passes a closed link choose anew, by the fastest way at free flow from their first to their last link; everybody
else keeps to the route of the demand. Stops on the way are kept.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from xml.etree.ElementTree import Element, ElementTree, tostring  # only writes: parsing is defused

from defusedxml.ElementTree import iterparse

from congestion_lab.core.errors import DemandError, Fault, NetworkError
from congestion_lab.simulation.spec import SimulationInputs
from congestion_lab.sumo.files.xmlfiles import tree, unpacked

_SHOWN = 5  # faults of one kind that are named


def with_closures(inputs: SimulationInputs, folder: Path) -> SimulationInputs:
    """Return inputs with their closed links taken out of use, by files written into a folder.

    Raises:
        NetworkError: A closed link is not in the network.
        DemandError: Vehicles are to start or end on a closed link, or a distribution of routes passes one.
    """
    if not inputs.closed_links:
        return inputs
    net = folder / "closed.net.xml"
    _write_closed(inputs.net_file, net, inputs.closed_links)
    routes: list[Path] = []
    faults: list[Fault] = []
    for number, path in enumerate(inputs.route_files):
        target = folder / f"closed-{number}.rou.xml"
        faults += _write_rerouted(path, target, frozenset(inputs.closed_links))
        routes.append(target)
    if faults:
        raise DemandError(*faults)
    return replace(inputs, net_file=net, route_files=tuple(routes), closed_links=())


def _write_closed(path: Path, target: Path, closed: Iterable[str]) -> None:
    root = tree(path)
    links = {edge.get("id", ""): edge for edge in root.iter("edge")}
    if missing := sorted(set(closed) - links.keys()):
        rule, hint = "the network has no link {!r} to close", "name a link of the network"
        raise NetworkError(*(Fault(rule.format(name), hint, str(path), key="closures") for name in missing))
    for lane in (lane for name in closed for lane in links[name].iter("lane")):
        lane.attrib.pop("allow", None)
        lane.set("disallow", "all")
    ElementTree(root).write(target, encoding="utf-8", xml_declaration=True)


def _write_rerouted(path: Path, target: Path, closed: frozenset[str]) -> list[Fault]:
    stranded: list[str] = []
    with target.open("wb") as stream:
        stream.write(b"<routes>\n")
        for element in _rerouted(path, closed, stranded):
            stream.write(tostring(element, encoding="utf-8").strip() + b"\n")
        stream.write(b"</routes>\n")
    if not stranded:
        return []
    named = ", ".join(stranded[:_SHOWN])
    rule = f"{len(stranded)} vehicles or flows start, call or end on a closed link: {named}"
    return [Fault(rule, "open the link, or take them out of the demand", str(path), key="closures")]


def _rerouted(path: Path, closed: frozenset[str], stranded: list[str]) -> Iterator[Element]:
    named_routes: dict[str, list[str]] = {}
    for element in _children(path):
        if element.tag == "route":
            named_routes[element.get("id", "")] = element.get("edges", "").split()
        elif element.tag in ("vehicle", "trip", "flow"):
            links = _links(element, named_routes)
            if closed & set(_fixed(element, links)):
                stranded.append(element.get("id", ""))
            elif closed & set(links):
                _free(element, links)
        yield element


def _links(element: Element, named_routes: Mapping[str, list[str]]) -> list[str]:
    """Return the links of a fixed route; a distribution of routes counts as all of its links."""
    own = [route.get("edges", "").split() for route in element.iter("route")]
    return (
        own[0] if len(own) == 1 else named_routes.get(element.get("route", ""), [link for some in own for link in some])
    )


def _fixed(element: Element, links: list[str]) -> list[str]:
    """Return the links that a vehicle cannot give up: ends, calls, and any link of a distribution of routes."""
    if element.find("routeDistribution") is not None:
        return links
    stops = [stop.get("edge") or stop.get("lane", "").rpartition("_")[0] for stop in element.iter("stop")]
    ends = [*links[:1], *links[-1:], element.get("from", ""), element.get("to", "")]
    return [*ends, *element.get("via", "").split(), *stops]


def _free(element: Element, links: list[str]) -> None:
    """Leave a vehicle its ends and stops only, so that SUMO finds its way."""
    for route in element.findall("route"):
        element.remove(route)
    element.attrib.pop("route", None)
    element.tag = "flow" if element.tag == "flow" else "trip"
    element.set("from", links[0])
    element.set("to", links[-1])


def _children(path: Path) -> Iterator[Element]:
    with unpacked(path) as stream:
        depth = 0
        for event, element in iterparse(stream, events=("start", "end")):
            depth += 1 if event == "start" else -1
            if event == "end" and depth == 1:
                yield element
                element.clear()
