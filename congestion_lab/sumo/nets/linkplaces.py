"""Where the links of a network lie, in the words that files of others have for them."""

import math
from collections.abc import Mapping

from congestion_lab.network.alignment import heading_at_end
from congestion_lab.network.model import Link, Network
from congestion_lab.signals.present.releasing import LinkPlace

_PASSING = 2  # neighbours of a node at which no street joins or leaves


def link_places(network: Network, known: Mapping[str, frozenset[str]]) -> Mapping[str, LinkPlace]:
    """Return where the links of a network lie, as far as movements are named by it.

    A node goes by its own id too, unless the file calls another one so.

    Args:
        network: The network.
        known: Nodes of the network by what a file calls the one at the same coordinates.
    """
    theirs = {node: {node} if node in known.get(node, {node}) else set() for node in network.nodes}
    for their, ours in known.items():
        for node in ours:
            theirs[node].add(their)
    neighbours: dict[str, set[str]] = {}
    for link in network.links.values():
        neighbours.setdefault(link.from_node, set()).add(link.to_node)
        neighbours.setdefault(link.to_node, set()).add(link.from_node)
    around = {node: frozenset(others) for node, others in neighbours.items()}
    return {link.id: _link_place(link, around, theirs) for link in network.links.values()}


def _link_place(link: Link, neighbours: Mapping[str, frozenset[str]], theirs: Mapping[str, set[str]]) -> LinkPlace:
    ends = ((link.from_node, link.to_node), (link.to_node, link.from_node))
    chains = [_along(node, other, neighbours) for node, other in ends]
    before, beyond = ({name for node in nodes for name in theirs[node]} for nodes in chains)
    names = tuple(name for name in (link.name_en, link.name_ar) if name)
    heading = 90.0 - math.degrees(heading_at_end(link.shape))
    return LinkPlace(frozenset(before), frozenset(beyond), names, heading % 360, len(link.lanes))


def _along(node: str, before: str, neighbours: Mapping[str, frozenset[str]]) -> frozenset[str]:
    """Return a node, and those beyond it as long as a street only passes through."""
    found = [node]
    while len(neighbours[node]) == _PASSING and before in neighbours[node]:
        (beyond,) = neighbours[node] - {before}
        if beyond in found:
            break
        before, node = node, beyond
        found.append(node)
    return frozenset(found)
