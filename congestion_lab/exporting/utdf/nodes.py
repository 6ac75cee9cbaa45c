"""Nodes and links of Synchro's combined CSV: signals, and the nodes that their roads come from or lead to."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from congestion_lab.core.geometry import Point
from congestion_lab.core.names import inert, shielded
from congestion_lab.exporting.cells import Cell
from congestion_lab.exporting.turnings import approach_directions
from congestion_lab.network.model import Link, Network

SIGNAL, EXTERNAL, UNSIGNALISED = 0, 1, 3
_FIRST_NEIGHBOUR = 1001  # so that signals keep their numbers whatever stands around them
_KMH = 3.6
Row = Sequence[Cell]


@dataclass(frozen=True, slots=True)
class Place:
    """One node of the file.

    Attributes:
        number: Its id in the file.
        node: Its id in the network.
        kind: Signal, external or unsignalised.
        position: Metres, as in the network.
        controller_id: Its controller; "" without a signal.
    """

    number: int
    node: str
    kind: int
    position: Point
    controller_id: str = ""


def places(network: Network, controllers: Sequence[str]) -> dict[str, Place]:
    """Return the nodes of some controllers and their neighbours, by id."""
    found: dict[str, Place] = {}
    for controller in controllers:
        ends = (network.links[link].to_node for link in network.controllers.get(controller, ()))
        for node in dict.fromkeys(ends):
            if node not in found:
                found[node] = Place(len(found) + 1, node, SIGNAL, network.nodes[node].position, controller)
    roads = [link for link in network.for_cars.links.values() if {link.from_node, link.to_node} & found.keys()]
    neighbours = dict.fromkeys(end for link in roads for end in (link.from_node, link.to_node) if end not in found)
    for number, node in enumerate(neighbours, start=_FIRST_NEIGHBOUR):
        beside = {*(link.from_node for link in roads if link.to_node == node)}
        beside |= {link.to_node for link in roads if link.from_node == node}
        kind = EXTERNAL if len(beside) == 1 else UNSIGNALISED
        found[node] = Place(number, node, kind, network.nodes[node].position)
    return found


def inbound(network: Network, nodes: Mapping[str, Place], node: str) -> list[Link]:
    """Return the links within the file that reach a node; at a signal these are all."""
    near_signal = {name for name, place in nodes.items() if place.kind == SIGNAL}
    links = (link for link in network.for_cars.links.values() if link.to_node == node)
    return [link for link in links if {link.from_node, node} & near_signal]


def node_records(nodes: Mapping[str, Place], names: Mapping[str, str], marking: str) -> Iterator[Row]:
    """Yield the rows of `[Nodes]`; signals tell their names and the marking."""
    for place in nodes.values():
        told = (names.get(place.controller_id, ""), place.controller_id) if place.controller_id else ()
        name = plain("; ".join(dict.fromkeys(filter(None, told))))
        x, y = (round(value, 2) for value in place.position)
        yield place.number, place.kind, x, y, 0, f"{flat(marking)} {name}" if marking and told else name, 0


def link_records(network: Network, nodes: Mapping[str, Place], columns: Sequence[str]) -> Iterator[Row]:
    """Yield the rows of `[Links]`, the cells of each under the directions of its approaches."""
    for place in nodes.values():
        links = inbound(network, nodes, place.node)
        directions = approach_directions(links, place.node)
        by_direction = {directions[link.id]: link for link in links}
        if not links:
            continue
        for name, values in _link_values(by_direction, nodes).items():
            yield name, place.number, *(values.get(column, "") for column in columns)


def _link_values(links: Mapping[str, Link], nodes: Mapping[str, Place]) -> dict[str, dict[str, Cell]]:
    return {
        "Up ID": {direction: nodes[link.from_node].number for direction, link in links.items()},
        "Lanes": {direction: sum(lane.for_cars for lane in link.lanes) for direction, link in links.items()},
        "Name": {direction: plain(link.name_en or link.name_ar) for direction, link in links.items()},
        "Distance": {direction: round(link.length_m, 1) for direction, link in links.items()},
        "Speed": {direction: round(_KMH * link.speed_mps) for direction, link in links.items()},
        "Time": {direction: round(link.free_flow_s, 1) for direction, link in links.items()},
    }


def plain(text: str) -> str:
    """Return a name that no reader takes for two cells, two lines or a formula."""
    return inert(flat(text))


def flat(text: str) -> str:
    """Return a line that no reader takes for two cells, however long."""
    return shielded(text.replace(",", ";").replace('"', "'"))
