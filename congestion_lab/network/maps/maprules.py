"""Checks of an imported network against the map: what was lost, what was guessed, what contradicts itself."""

import itertools
import math
from collections.abc import Callable, Iterable, Iterator, Mapping
from types import MappingProxyType

from congestion_lab.network.alignment import bearing, turned
from congestion_lab.network.checks import Severity, middle
from congestion_lab.network.maps.edits import JoinEdit, RoadEdit, SignalEdit, TurnEdit
from congestion_lab.network.maps.issues import Issue, issue
from congestion_lab.network.maps.lostroads import connected_groups
from congestion_lab.network.maps.mapfacts import MapFacts
from congestion_lab.network.maps.origins import osm_nodes
from congestion_lab.network.maps.osm import OsmWay
from congestion_lab.network.model import Link, Network

_LONG_M = 100.0  # a part of so much street is more than a car park
_CLOSE_M = 12.0  # two cars; junctions nearer than that block each other
_ARMS = 3
_NAMED = 3  # ways named in one message
_HEAD_ON = math.radians(150)

MapRule = Callable[[MapFacts], Iterator[Issue]]


def disconnected(facts: MapFacts) -> Iterator[Issue]:
    """Yield parts of the map that are not in the network; short pieces that joined junctions swallowed are none."""
    for part in facts.missing:
        more = f" and {len(part.ways) - _NAMED} more" if len(part.ways) > _NAMED else ""
        names = ", ".join(map(_name, part.ways[:_NAMED])) + more
        what = (
            "are not in the network, though they touch it"
            if part.touches
            else "reach the edge of the map, touch the network nowhere and are not in it"
            if part.at_edge
            else "touch the network nowhere and are not in it"
        )
        message = f"{part.length_m:.0f} m of street {what}: {names}"
        way = part.ways[0].id
        yield issue("disconnected", _severity(facts, part.length_m), f"{way}", message, facts.place_of_way(way))


def _name(way: OsmWay) -> str:
    """Return what a way is called: its id, its class and the name of its street."""
    name = way.tags.get("name:en", "") or way.tags.get("name:ar", "")
    kind = way.tags["highway"]
    return f"way {way.id} ({kind} {name})" if name else f"way {way.id} ({kind})"


def _severity(facts: MapFacts, length_m: float) -> Severity:
    """Return how bad it is that so much street is not in the network; where much is lost, every part of it counts."""
    return Severity.WARNING if length_m >= _LONG_M or facts.lost.is_much else Severity.INFO


def unreachable(facts: MapFacts) -> Iterator[Issue]:
    """Yield streets that were taken out because nobody could get there, or away from there."""
    for part in _parts_of_links(facts.unreached):
        length = sum(link.length_m for link in part)
        more = f" (with {len(part) - 1} more links)" if len(part) > 1 else ""
        message = f"{length:.0f} m cannot be reached from the network or do not lead back to it; taken out{more}"
        yield issue("unreachable", _severity(facts, length), part[0].id, message, middle(part[0]))


def _parts_of_links(links: Iterable[Link]) -> list[list[Link]]:
    """Return links in groups that share nodes, the longest of each group first."""
    numbers = {link.id: number for number, link in enumerate(links)}
    by_number = {numbers[link.id]: link for link in links}
    names = {
        node: number for number, node in enumerate({end for link in links for end in (link.from_node, link.to_node)})
    }
    ways = {one: OsmWay(one, (names[link.from_node], names[link.to_node]), {}) for one, link in by_number.items()}
    parts = ([by_number[way.id] for way in part] for part in connected_groups(ways))
    return [sorted(part, key=lambda link: (-link.length_m, link.id)) for part in parts]


def one_lane_two_way(facts: MapFacts) -> Iterator[Issue]:
    """Yield two-way roads of one lane: each direction got a lane at walking pace, so that capacity does not double."""
    message = "is a two-way road of one lane; each direction has a lane at 15 km/h, together about one lane's capacity"
    for way in sorted(facts.scoped.one_lane & facts.origins.links_of.keys()):
        yield issue("one_lane_two_way", Severity.WARNING, f"{way}", message, facts.place_of_way(way))


def signals_lost(facts: MapFacts) -> Iterator[Issue]:
    """Yield mapped signals that control nothing in the network."""
    ends = _ends(facts)
    for node in facts.places.stray:
        where = "at the edge of the map" if ends & set(_ways_at(facts, node)) else "between junctions"
        message = f"is a mapped signal {where}, with no junction within reach; it is not in the network"
        yield issue("signals_lost", Severity.WARNING, f"{node}", message, facts.place_of_node(node))
    controlled = {facts.network.links[link].to_node for links in facts.network.controllers.values() for link in links}
    for node in sorted(facts.places.junctions):
        place = facts.origins.node_of.get(node)
        if place not in controlled and node not in facts.changed.unsignalled:
            what = "the junction is no junction of the network" if place is None else "nothing is controlled there"
            message = f"is the junction of a mapped signal, but {what}"
            yield issue("signals_lost", Severity.WARNING, f"{node}", message, facts.place_of_node(node))


def _ends(facts: MapFacts) -> frozenset[int]:
    """Return the ways that end where the map was cut."""
    arms = facts.scoped.map.arms
    ways = facts.scoped.map.ways.values()
    return facts.scoped.cut | {way.id for way in ways if 1 in {arms[way.nodes[0]], arms[way.nodes[-1]]}}


def _ways_at(facts: MapFacts, node: int) -> Iterator[int]:
    return (way.id for way in facts.scoped.map.ways.values() if node in way.nodes)


def signals_guessed(facts: MapFacts) -> Iterator[Issue]:
    """Yield signals that no map and no planner told of."""
    message = "is a guessed signal: large roads cross here, but the map shows no signal"
    for controller, inbound in facts.network.controllers.items():
        nodes = {facts.network.links[link].to_node for link in inbound}
        sources = {part for node in nodes for part in osm_nodes(node)}
        if not sources & facts.places.junctions:
            point = facts.network.nodes[min(nodes)].position
            yield issue("signals_guessed", Severity.WARNING, controller, message, point)


def close_junctions(facts: MapFacts) -> Iterator[Issue]:
    """Yield pairs of junctions that a link of less than two cars joins."""
    network, neighbours = facts.network, _neighbours(facts.network)
    seen = set()
    for link in sorted(network.links.values(), key=lambda each: each.id):
        pair = frozenset((link.from_node, link.to_node))
        gap = math.dist(network.nodes[link.from_node].position, network.nodes[link.to_node].position)
        if gap > _CLOSE_M or pair in seen or len(pair) == 1 or any(_is_ring(network, node) for node in pair):
            continue
        seen.add(pair)
        if all(len(neighbours[node]) >= _ARMS for node in pair):
            sources = tuple(sorted(part for node in pair for part in osm_nodes(node)))
            edit = JoinEdit(nodes=sources, why="close together") if len(sources) > 1 else None
            message = f"joins two junctions that are {gap:.0f} m apart: nodes {', '.join(map(str, sources))}"
            yield issue("close_junctions", Severity.WARNING, link.id, message, middle(link), edit=edit)


def _is_ring(network: Network, node: str) -> bool:
    return network.nodes[node].kind == "roundabout"


def _neighbours(network: Network) -> Mapping[str, set[str]]:
    """Return the other nodes that each node is joined to."""
    found: dict[str, set[str]] = {}
    for link in network.links.values():
        found.setdefault(link.from_node, set()).add(link.to_node)
        found.setdefault(link.to_node, set()).add(link.from_node)
    return found


def against_neighbours(facts: MapFacts) -> Iterator[Issue]:
    """Yield one-ways of one street that meet head on, or part from one point, with no other way on along the street."""
    links = facts.network.links.values()
    for end, outward in (("meet head on", False), ("part", True)):
        near, far = _by_street(links, outward=outward), _by_street(links, outward=not outward)
        for street, group in sorted(near.items()):
            if street in far:  # the street goes on, as divided roads do at a junction
                continue
            for one, other in itertools.combinations(group, 2):
                if abs(turned(_heading(one, outward=outward), _heading(other, outward=outward))) > _HEAD_ON:
                    message = f"and {other.id!r} are one-ways of one street that {end} at node {street[0]}"
                    point = facts.network.nodes[street[0]].position
                    yield issue("against_neighbours", Severity.WARNING, one.id, message, point)


def _by_street(links: Iterable[Link], *, outward: bool) -> Mapping[tuple[str, str, str], list[Link]]:
    """Return links with a name by the node that they leave, or reach, and the street."""
    at: dict[tuple[str, str, str], list[Link]] = {}
    for link in links:
        if link.name_en or link.name_ar:
            node = link.from_node if outward else link.to_node
            at.setdefault((node, link.name_en, link.name_ar), []).append(link)
    return at


def _heading(link: Link, *, outward: bool) -> float:
    return bearing(*(link.shape[:2] if outward else link.shape[-2:]))


def tags_unclear(facts: MapFacts) -> Iterator[Issue]:
    """Yield ways whose lanes or speed cannot be read; the usual of their class is taken."""
    for way, text in sorted(facts.scoped.unclear.items()):
        message = f"has {text}, which cannot be read; the usual of its class is taken"
        yield issue("tags_unclear", Severity.WARNING, f"{way}", message, facts.place_of_way(way))


def cut_ways(facts: MapFacts) -> Iterator[Issue]:
    """Yield ways of which the extract holds a part only."""
    for way in sorted(facts.scoped.cut & facts.origins.links_of.keys()):
        message = f"lacks {facts.osm.missing_nodes[way]} points in the extract; its longest part is in the network"
        yield issue("cut_ways", Severity.INFO, f"{way}", message, facts.place_of_way(way))


def edits_lost(facts: MapFacts) -> Iterator[Issue]:
    """Yield edits that found nothing on this map to change."""
    centre = next(iter(facts.network.nodes.values())).position
    for edit, reason in facts.changed.lost:
        match edit:
            case RoadEdit(way=number) | SignalEdit(node=number) | TurnEdit(via=number):
                place = f"{number}"
            case JoinEdit(nodes=nodes):
                place = f"{nodes[0]}"
        yield issue("edits_lost", Severity.ERROR, place, f"is named by an edit, but {reason}", centre)


def unsafe_plans(facts: MapFacts) -> Iterator[Issue]:
    """Yield signals whose first plan is not safe."""
    for controller, what in sorted(facts.unsafe.items()):
        node = facts.network.links[facts.network.controllers[controller][0]].to_node
        point = facts.network.nodes[node].position
        yield issue("unsafe_plans", Severity.ERROR, controller, f"has no safe plan: {what}", point)


MAP_RULES: Mapping[str, MapRule] = MappingProxyType(
    {
        "against_neighbours": against_neighbours,
        "close_junctions": close_junctions,
        "cut_ways": cut_ways,
        "disconnected": disconnected,
        "edits_lost": edits_lost,
        "one_lane_two_way": one_lane_two_way,
        "signals_guessed": signals_guessed,
        "signals_lost": signals_lost,
        "tags_unclear": tags_unclear,
        "unreachable": unreachable,
        "unsafe_plans": unsafe_plans,
    }
)
