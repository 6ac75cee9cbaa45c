"""Junctions that are one: between them no car finds room to stand, so that traffic in one locks the other."""

import math
from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from itertools import combinations

from congestion_lab.network.maps.edits import JoinEdit
from congestion_lab.network.maps.origins import osm_nodes
from congestion_lab.network.maps.osm import OsmMap, distance_m
from congestion_lab.network.model import Network

NO_ROOM_M = 7.5  # a car and its gap
_WIDEST_M = 40.0  # what a driver still sees as one junction
_ARMS = 3


def without_room(network: Network, apart: Collection[int] = ()) -> tuple[JoinEdit, ...]:
    """Return the junctions of an imported network that are to be made one.

    Two are one where a link between them holds no car. Chains grow only as wide as one junction may be, shortest links
    first; the nodes of roundabouts stay, so do those that a planner keeps apart, and no street that has room is lost
    because both its ends became one.

    Args:
        network: What was imported.
        apart: Nodes of the map that are kept apart.
    """
    arms = _arms(network)
    groups: dict[str, frozenset[str]] = {}
    for link in sorted(network.links.values(), key=lambda each: (each.length_m, each.id)):
        ends = (link.from_node, link.to_node)
        if link.length_m >= NO_ROOM_M or any(not _is_junction(network, arms, end, apart) for end in ends):
            continue
        joined = groups.get(ends[0], frozenset(ends[:1])) | groups.get(ends[1], frozenset(ends[1:]))
        if _width_m(network, joined) <= _WIDEST_M and _longest_m(network, joined) <= _WIDEST_M:
            groups |= dict.fromkeys(joined, joined)
    found = {group for group in groups.values() if len(group) > 1}
    parts = (sorted(part for node in group for part in osm_nodes(node)) for group in found)
    return tuple(JoinEdit(nodes=tuple(nodes), why="no room between them") for nodes in sorted(parts) if len(nodes) > 1)


def already_one(network: Network, osm: OsmMap) -> tuple[JoinEdit, ...]:
    """Return the junctions that netconvert made of several nodes of the map between which no car finds room.

    Whether it joins two nodes by itself depends on what is joined around them; told, it joins them always.
    """
    groups = sorted(sorted(osm_nodes(node)) for node in network.nodes)
    return tuple(
        JoinEdit(nodes=tuple(group), why="no room between them")
        for group in groups
        if len(group) > 1 and all(distance_m(osm.nodes[a], osm.nodes[b]) < NO_ROOM_M for a, b in combinations(group, 2))
    )


def merged(joins: Iterable[JoinEdit]) -> tuple[JoinEdit, ...]:
    """Return joins such that no node is in two of them; what keeps apart is passed over."""
    groups: list[tuple[set[int], str]] = []
    for edit in joins:
        if edit.join:
            touching = [group for group in groups if group[0] & set(edit.nodes)]
            groups = [group for group in groups if group not in touching]
            groups.append((set(edit.nodes).union(*(nodes for nodes, _ in touching)), edit.why))
    return tuple(JoinEdit(nodes=tuple(sorted(nodes)), why=why) for nodes, why in groups)


def _arms(network: Network) -> Counter[str]:
    """Return how many streets meet at each node: both directions of a street are one, parallel streets are several."""
    directed = Counter((link.from_node, link.to_node) for link in network.links.values())
    streets = {frozenset(ends): max(count, directed[ends[::-1]]) for ends, count in directed.items()}
    arms: Counter[str] = Counter()
    for ends, count in streets.items():
        arms.update(dict.fromkeys(ends, count))
    return arms


def _is_junction(network: Network, arms: Mapping[str, int], node: str, apart: Collection[int]) -> bool:
    free = not set(osm_nodes(node)) & set(apart)
    return free and bool(osm_nodes(node)) and arms[node] >= _ARMS and network.nodes[node].kind != "roundabout"


def _width_m(network: Network, nodes: Iterable[str]) -> float:
    places = [network.nodes[node].position for node in nodes]
    return max((math.dist(a, b) for a, b in combinations(places, 2)), default=0.0)


def _longest_m(network: Network, nodes: Collection[str]) -> float:
    """Return the length of the longest link that both begins and ends at these nodes."""
    inside = (link.length_m for link in network.links.values() if link.from_node in nodes and link.to_node in nodes)
    return max(inside, default=0.0)
