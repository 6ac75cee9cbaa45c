from collections.abc import Sequence
from itertools import pairwise

import pytest

from congestion_lab.core.errors import NetworkError
from congestion_lab.core.geometry import Turn
from congestion_lab.network.courses import CourseFinder
from congestion_lab.network.model import Connection, Lane, Link, Network, Node


def _link(name: str, length_m: float, classes: frozenset[str]) -> Link:
    start, end = name.split("-")
    lane = Lane(f"{name}_0", length_m, 10.0, 3.0, classes)
    return Link(name, start, end, (lane,), ((0.0, 0.0), (length_m, 0.0)))


def _network(
    links: dict[str, float], banned: Sequence[tuple[str, str]] = (), classes: dict[str, frozenset[str]] | None = None
) -> Network:
    """Links `from-to` with their lengths; all turns but the banned ones are there."""
    made = {name: _link(name, length_m, (classes or {}).get(name, frozenset())) for name, length_m in links.items()}
    pairs = [(a, b) for a in made.values() for b in made.values() if a.to_node == b.from_node]
    paths = [Connection(a.id, 0, b.id, 0, Turn.STRAIGHT) for a, b in pairs if (a.id, b.id) not in banned]
    nodes = {end: Node(end, (0.0, 0.0), "priority") for one in made.values() for end in (one.from_node, one.to_node)}
    return Network(nodes, made, tuple(paths))


def _course(network: Network, points: str) -> str:
    return " ".join(CourseFinder(network, "bus", network.links).course(points.split()))


_SQUARE = {"a-b": 100.0, "b-c": 100.0, "a-d": 80.0, "d-c": 80.0, "c-e": 100.0, "c-a": 50.0}


def test_the_quickest_way_is_taken() -> None:
    assert _course(_network(_SQUARE), "a e") == "a-d d-c c-e"


def test_points_between_are_passed_in_order() -> None:
    assert _course(_network(_SQUARE), "a b e") == "a-b b-c c-e"
    assert _course(_network(_SQUARE), "b d e") == "b-c c-a a-d d-c c-e"


def test_a_link_is_a_point_too() -> None:
    assert _course(_network(_SQUARE), "a b-c e") == "a-b b-c c-e"
    assert _course(_network(_SQUARE), "a-b c") == "a-b b-c"


def test_banned_turns_are_not_driven() -> None:
    assert _course(_network(_SQUARE, banned=[("d-c", "c-e")]), "a e") == "a-b b-c c-e"


def test_lanes_of_others_are_not_driven() -> None:
    trams = {"d-c": frozenset({"tram"})}
    assert _course(_network(_SQUARE, classes=trams), "a e") == "a-b b-c c-e"


def test_the_same_way_is_found_whatever_the_order_of_the_links() -> None:
    even = {"a-b": 100.0, "b-e": 100.0, "a-d": 100.0, "d-e": 100.0}
    assert _course(_network(even), "a e") == _course(_network(dict(reversed(even.items()))), "a e")


def test_a_point_is_all_that_the_network_makes_of_it() -> None:
    """A roundabout `r`: one enters at one of its nodes and leaves at another."""
    ring = {"a-r.w": 100.0, "r.w-r.s": 20.0, "r.s-r.e": 20.0, "r.e-r.w": 20.0, "r.e-b": 100.0, "r.s-c": 100.0}
    assert _course(_network(ring), "a r b") == "a-r.w r.w-r.s r.s-r.e r.e-b"
    assert _course(_network(ring), "r b") == "r.e-b"
    assert _course(_network(ring), "a r") == "a-r.w"


def test_where_a_course_breaks_is_named() -> None:
    with pytest.raises(NetworkError, match="no way leads from 'e' to 'a'") as caught:
        _course(_network(_SQUARE), "a c e a")
    assert len(caught.value.faults) == 1
    with pytest.raises(NetworkError, match="no way leads from 'e' to 'a'"):
        _course(_network(_SQUARE), "e a")


def test_every_unknown_point_is_named_once() -> None:
    with pytest.raises(NetworkError) as caught:
        _course(_network(_SQUARE), "a atlantis x atlantis e")
    assert [fault.rule.split()[-1] for fault in caught.value.faults] == ["'atlantis'", "'x'"]


def test_what_is_not_fit_to_begin_or_end_on_is_taken_off() -> None:
    network = _network({"a-b": 10.0, "b-c": 100.0, "c-d": 10.0, "d-e": 100.0, "e-f": 10.0})
    fit = {name for name, link in network.links.items() if link.length_m > 50}
    assert CourseFinder(network, "bus", fit).course(["a", "f"]) == ("b-c", "c-d", "d-e")
    with pytest.raises(NetworkError, match="fit to begin"):
        CourseFinder(network, "bus", ()).course(["a", "f"])


def test_consecutive_links_are_joined() -> None:
    network = _network(_SQUARE)
    links = _course(network, "b d b e").split()
    assert all(pair in network.movements for pair in pairwise(links))
