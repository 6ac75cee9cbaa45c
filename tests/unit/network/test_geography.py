import pytest
from pyproj import Proj

from congestion_lab.core.errors import NetworkError
from congestion_lab.network.geography import earth_position, link_middles, links_within, plane_position
from congestion_lab.network.model import Lane, Link, Network, Node

LANES = (Lane("lane", 100, 13.9, 3.2),)
UTM_37 = "+proj=utm +zone=37 +datum=WGS84 +units=m"
OFFSET = (-240_652.0, -3_704_578.0)


def network(projection: str = UTM_37) -> Network:
    """A bent link `near` whose corners lie far from its middle, and a link `far`."""
    nodes = {name: Node(name, (x, 0.0), "priority") for name, x in {"a": 0.0, "b": 100.0, "c": 900.0}.items()}
    shapes = {"near": ((0.0, 0.0), (0.0, 10.0), (100.0, 10.0), (100.0, 0.0)), "far": ((100.0, 0.0), (900.0, 0.0))}
    ends = {"near": ("a", "b"), "far": ("b", "c")}
    links = {name: Link(name, *ends[name], LANES, shape) for name, shape in shapes.items()}
    return Network(nodes, links, (), projection, OFFSET)


def test_a_link_counts_where_half_of_it_lies() -> None:
    assert link_middles(network()) == {"near": (50.0, 10.0), "far": (500.0, 0.0)}
    assert links_within(network(), (50.0, 0.0), 10.0) == {"near"}
    assert links_within(network(), (50.0, 0.0), 9.9) == frozenset()
    assert links_within(network(), (50.0, 0.0), 450.0) == {"near", "far"}


def test_points_on_earth_and_on_the_plane_are_each_other_s_inverse() -> None:
    to_plane, to_earth = plane_position(network()), earth_position(network())
    assert to_plane is not None
    assert to_earth is not None
    x, y = to_plane((36.2920, 33.5145))
    assert (x - OFFSET[0], y - OFFSET[1]) == pytest.approx(Proj(UTM_37)(36.2920, 33.5145))
    assert to_earth((x, y)) == pytest.approx((36.2920, 33.5145))
    assert plane_position(network(projection="")) is None


def test_a_projection_that_nobody_knows_is_told() -> None:
    for of in (plane_position, earth_position):
        with pytest.raises(NetworkError, match="unknown to PROJ"):
            of(network(projection="+proj=utm +zone=99"))
