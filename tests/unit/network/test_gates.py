"""Ends of roads, at which gates may stand."""

import pytest

from congestion_lab.network.gates import road_ends
from congestion_lab.network.model import Lane, Link, Network, Node

_UTM = "+proj=utm +zone=37 +ellps=WGS84 +datum=WGS84 +units=m +no_defs"


def _network(*pairs: str, footways: tuple[str, ...] = (), wide: tuple[str, ...] = (), projection: str = "") -> Network:
    """A cross with the arms w, e, s and n, a cul-de-sac c inside it, and a footway's end f far out."""
    places = {"x": (0.0, 0.0), "w": (-500.0, 0.0), "e": (500.0, 0.0), "s": (0.0, -500.0), "n": (0.0, 500.0)}
    places |= {"c": (100.0, 100.0), "f": (900.0, 900.0)}
    links = {}
    for pair in pairs:
        classes = frozenset({"pedestrian"}) if pair in footways else frozenset[str]()
        lanes = tuple(Lane(f"{pair}_{index}", 500, 14, 3, classes) for index in range(2 if pair in wide else 1))
        links[pair] = Link(pair, pair[0], pair[1], lanes, (places[pair[0]], places[pair[1]]), f"Road {pair[0]}")
    nodes = {name: Node(name, place, "priority") for name, place in places.items()}
    return Network(nodes, links, (), projection, (-500_000.0, -3_800_000.0))


_CROSS = ("wx", "xw", "ex", "xe", "sx", "xn", "cx", "xc", "xf", "fx")


def test_ends_of_roads_come_widest_first_and_cul_de_sacs_last() -> None:
    ends = road_ends(_network(*_CROSS, footways=("xf", "fx"), wide=("ex", "xe")))
    assert [end.node for end in ends] == ["e", "w", "c", "n", "s"]
    east, west, inside, north, south = ends
    assert (east.lanes_in, east.lanes_out, east.links_in, east.links_out) == (2, 2, ("ex",), ("xe",))
    assert (west.street_en, west.from_rim_m, west.lat) == ("Road w", 0, None)
    assert inside.from_rim_m == pytest.approx(300 / 2**0.5)
    assert [end.both_ways for end in (east, west, inside, north, south)] == [True, True, True, False, False]
    assert (north.links_in, south.links_out) == ((), ())


def test_a_network_of_one_node_has_no_rim_and_a_road_end() -> None:
    lane = Lane("l_0", 100, 14, 3, frozenset())
    loop = Link("l", "x", "x", (lane,), ((0.0, 0.0), (50.0, 50.0), (0.0, 0.0)))
    (end,) = road_ends(Network({"x": Node("x", (0.0, 0.0), "priority")}, {"l": loop}, ()))
    assert (end.node, end.from_rim_m) == ("x", 0.0)


def test_ends_lie_on_earth_where_the_network_does() -> None:
    (east,) = (end for end in road_ends(_network(*_CROSS, projection=_UTM)) if end.node == "e")
    assert east.lat == pytest.approx(34.34, abs=0.01)
    assert east.lon == pytest.approx(39.005, abs=0.002)


def test_a_network_without_roads_has_no_ends() -> None:
    assert road_ends(_network()) == ()
    assert road_ends(_network("xf", footways=("xf",))) == ()
