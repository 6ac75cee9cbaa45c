import xml.etree.ElementTree as ET

from congestion_lab.network.model import Lane, Link, Network, Node
from congestion_lab.reporting.maps.cameramap import Camera, camera_svg

_SVG = "{http://www.w3.org/2000/svg}"


def _network() -> Network:
    nodes = {name: Node(name, place, "priority") for name, place in {"a": (0.0, 0.0), "b": (900.0, 300.0)}.items()}
    links = {
        name: Link(
            name, start, end, (Lane(f"{name}_0", 900, 14, 3.2),), (nodes[start].position, nodes[end].position), street
        )
        for name, start, end, street in (("<ab>", "a", "b", "Main"), ("ba", "b", "a", ""))
    }
    return Network(nodes, links, ())


def test_cameras_are_numbered_and_their_names_are_text() -> None:
    cameras = [
        Camera("b", frozenset({"<ab>"}), "", exists=True),
        Camera("<ab>", frozenset({"<ab>"}), "+50 %"),
        Camera("ba", frozenset({"ba"}), "+20 %"),
    ]
    tree = ET.fromstring(camera_svg(_network(), cameras, {"<ab>": 100.0}, title="<b>&"))  # noqa: S314 -- ours
    texts = ["".join(one.itertext()) for one in tree.iter(f"{_SVG}text")]
    assert [text for text in texts if text in {"1", "2"}] == ["1", "2"]
    assert texts[texts.index("1  Main") + 1] == "<ab>  +50 %"
    assert texts[texts.index("2  ba") + 1] == "+20 %"
    assert texts[texts.index("•  Main") + 1] == "b"
    assert "<b>&" in texts
    circles = [(float(one.get("cx", "nan")), float(one.get("cy", "nan"))) for one in tree.iter(f"{_SVG}circle")]
    assert len(set(circles)) == 3  # numbers do not cover each other
    widths = [float(one.get("stroke-width", "0")) for one in tree.iter(f"{_SVG}path") if one.get("class") == "watched"]
    assert len(widths) == 2


def test_a_map_without_cameras_is_a_map() -> None:
    ET.fromstring(camera_svg(_network(), [], {}))  # noqa: S314 -- ours
