from dataclasses import replace

from congestion_lab.network.maps.edits import JoinEdit
from congestion_lab.network.maps.joining import already_one, merged, without_room
from congestion_lab.network.maps.osm import OsmMap, OsmNode
from congestion_lab.network.model import Lane, Link, Network, Node


def street(*places_m: float, length_m: float = 5.0, kind: str = "priority") -> Network:
    """A street west to east with crossings at these places, whose links have one length in common."""
    at = {f"{number}": (x, 0.0) for number, x in enumerate(places_m, 1)}
    sides = {f"{name}{side}": (x, y) for name, (x, _) in at.items() for side, y in (("7", 90.0), ("8", -90.0))}
    ends = [(name, f"{int(name) + 1}", length_m) for name in at if f"{int(name) + 1}" in at]
    ends += [(side[0], side, 80.0) for side in sides]
    places = at | sides
    links = {}
    for start, end, length in ends:
        for one, other in ((start, end), (end, start)):
            name = f"{one}-{other}"
            links[name] = Link(name, one, other, (Lane(f"{name}_0", length, 10.0, 3.2),), (places[one], places[other]))
    nodes = {name: Node(name, point, kind if name in at else "priority") for name, point in places.items()}
    return Network(nodes, links, ())


def joined(network: Network, *apart: int) -> list[tuple[int, ...]]:
    return [edit.nodes for edit in without_room(network, apart)]


def test_junctions_without_room_between_them_are_one() -> None:
    assert joined(street(0, 20)) == [(1, 2)]
    assert joined(street(0, 20, length_m=8.0)) == []


def test_chains_grow_no_wider_than_a_junction() -> None:
    assert joined(street(0, 20, 40)) == [(1, 2, 3)]
    assert joined(street(0, 20, 40, 60)) == [(1, 2, 3)]


def test_roundabouts_and_what_a_planner_keeps_apart_stay() -> None:
    assert joined(street(0, 20, kind="roundabout")) == []
    assert joined(street(0, 20), 2) == []


def test_joins_that_share_a_node_become_one() -> None:
    joins = (JoinEdit(nodes=(1, 2)), JoinEdit(nodes=(5, 6), join=False), JoinEdit(nodes=(3, 4)), JoinEdit(nodes=(2, 3)))
    assert [edit.nodes for edit in merged(joins)] == [(1, 2, 3, 4)]


def test_two_streets_between_the_same_nodes_are_two_arms() -> None:
    """Crossing 1 has its side streets lead to one node, by two streets."""
    whole = street(0, 20)
    links = {
        name: replace(link, from_node=link.from_node.replace("17", "18"), to_node=link.to_node.replace("17", "18"))
        for name, link in whole.links.items()
    }
    assert joined(replace(whole, links=links)) == [(1, 2)]


def test_what_netconvert_joined_for_want_of_room_stays_joined() -> None:
    at = {7: 0.0, 12: 0.00005, 20: 0.01, 21: 0.0102}  # degrees: 12 is 6 m from 7, 21 is 22 m from 20
    osm = OsmMap({id: OsmNode(id, 36.3, 33.5 + north) for id, north in at.items()}, {}, ())
    names = ("cluster_12_7", "cluster_20_21", "3")
    network = Network({name: Node(name, (0.0, 0.0), "priority") for name in names}, {}, ())
    assert [edit.nodes for edit in already_one(network, osm)] == [(7, 12)]


def test_a_street_that_has_room_is_not_lost_between_two_that_become_one() -> None:
    network = street(0, 20)
    long_way = replace(network.links["1-2"], id="round the block", lanes=(Lane("round the block_0", 90.0, 10.0, 3.2),))
    assert joined(replace(network, links={**network.links, long_way.id: long_way})) == []
