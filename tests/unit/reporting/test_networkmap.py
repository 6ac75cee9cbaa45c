import pytest
from defusedxml.ElementTree import fromstring

from congestion_lab.network.model import Network
from congestion_lab.reporting.drawing.mapframe import PAGE_WIDTH, beside, frame_of
from congestion_lab.reporting.maps.linkmap import LinkMap
from congestion_lab.reporting.maps.networkmap import network_svg
from congestion_lab.reporting.scales import DELAY_CHANGE, SPEED_KMH

_SVG = "{http://www.w3.org/2000/svg}"


def test_a_network_becomes_well_formed_svg(network: Network) -> None:
    root = fromstring(network_svg(network, title="Title & <more>"))
    assert len([path for path in root.iter(f"{_SVG}path") if "lanes1" in path.get("class", "") and path.get("d")]) >= 4
    assert not list(root.iter(f"{_SVG}script"))
    texts = "".join(root.itertext())
    assert "شارع بغداد" in texts
    assert "\u202e" not in texts


def test_the_frame_holds_every_point(network: Network) -> None:
    frame = frame_of(network)
    for link in network.links.values():
        for x, y in map(frame.place, link.shape):
            assert 0 <= x <= PAGE_WIDTH
            assert 0 <= y <= frame.height


def test_an_empty_network_can_be_drawn() -> None:
    assert network_svg(Network({}, {}, ())).startswith("<svg")


def test_a_line_is_moved_to_its_right_on_a_page() -> None:
    assert beside([(0.0, 0.0), (10.0, 0.0)], 2.0) == ((0.0, 2.0), (10.0, 2.0))


def test_links_are_coloured_by_class_and_the_slowest_drawn_last(network: Network) -> None:
    speeds = {"west_mid": 5.0, "mid_east": 45.0}
    svg = LinkMap(network).coloured(speeds, SPEED_KMH, "map", weight=lambda kmh: -kmh)
    classes = [path.get("class") for path in fromstring(svg).iter("path")][1:]
    assert classes == ["link w1 none", "link w1 none", "link w1 s4", "link w1 s0"]


@pytest.mark.parametrize(
    ("value", "key"), [(-100.0, "d0"), (-30.0, "d1"), (0.0, "d3"), (30.0, "d6"), (float("nan"), "none")]
)
def test_classes_include_their_lower_bound(value: float, key: str) -> None:
    assert DELAY_CHANGE.key_of(value) == key
