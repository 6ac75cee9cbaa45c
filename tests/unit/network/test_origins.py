import pytest

from congestion_lab.network.maps.origins import Globe, Origins, globe_of, osm_nodes, ways_of
from congestion_lab.network.model import Lane, Link, Network, Node


@pytest.mark.parametrize(
    ("name", "nodes"),
    [("11", (11,)), ("-11", (-11,)), ("cluster_1_22_-3", (1, 22, -3)), ("12-AddedOnRampNode", ()), ("gate", ())],
)
def test_a_node_tells_what_it_is_made_of(name: str, nodes: tuple[int, ...]) -> None:
    assert osm_nodes(name) == nodes


def test_links_are_found_by_their_ways() -> None:
    lane = (Lane("l_0", 10.0, 10.0, 3.2),)
    links = {
        one.id: one
        for one in (
            Link("7#0", "1", "2", lane, ((0, 0), (1, 0)), sources=("7", "8")),
            Link("x", "2", "1", lane, ((1, 0), (0, 0)), sources=("a",)),
        )
    }
    origins = Origins(Network({one: Node(one, (0, 0), "priority") for one in ("1", "cluster_2_3")}, links, ()))
    assert ways_of(links["7#0"]) == (7, 8)
    assert ways_of(links["x"]) == ()
    assert [link.id for link in origins.links_of[8]] == ["7#0"]
    assert origins.node_of == {1: "1", 2: "cluster_2_3", 3: "cluster_2_3"}


def test_places_go_to_the_globe_and_back() -> None:
    globe = Globe("+proj=utm +zone=37 +ellps=WGS84 +datum=WGS84 +units=m +no_defs", (-200_000.0, -3_700_000.0))
    point = globe.plane(36.3, 33.5)
    assert globe.degrees(point) == pytest.approx((36.3, 33.5), abs=1e-9)


def test_a_plane_has_no_globe() -> None:
    assert globe_of(Network({}, {}, ())) is None
