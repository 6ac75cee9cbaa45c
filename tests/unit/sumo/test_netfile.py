import gzip
import re
from pathlib import Path

import pytest

from congestion_lab.core.errors import NetworkError
from congestion_lab.core.geometry import Turn
from congestion_lab.sumo.installation import binary
from congestion_lab.sumo.nets.netfile import read_intersections, read_network, read_plans
from congestion_lab.sumo.process import run_program

_NODES = """<nodes>
<node id="c" x="0" y="0" type="traffic_light"/><node id="n" x="0" y="200"/><node id="s" x="0" y="-200"/>
<node id="e" x="200" y="0"/><node id="w" x="-200" y="0"/></nodes>"""
_EDGES = "<edges>{}</edges>".format(
    "".join(
        f'<edge id="{a}{b}" from="{a}" to="{b}" numLanes="2" speed="13.89" sidewalkWidth="2" name="{name}">'
        f'<param key="name:ar" value="{arabic}"/></edge>'
        for arm, name, arabic in (
            ("n", "North &amp; Co", "شمال"),
            ("s", "South", "جنوب"),
            ("e", "East", "شرق"),
            ("w", "West", "غرب"),
        )
        for a, b in ((arm, "c"), ("c", arm))
    )
)


@pytest.fixture(scope="module")
def crossroads(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("crossroads")
    (folder / "n.xml").write_text(_NODES, encoding="utf-8")
    (folder / "e.xml").write_text(_EDGES, encoding="utf-8")
    net = folder / "c.net.xml"
    command = [binary("netconvert"), "-n", folder / "n.xml", "-e", folder / "e.xml", "-o", net, "--crossings.guess"]
    run_program(command)
    return net


def test_roads_with_their_names_and_lanes(crossroads: Path) -> None:
    network = read_network(crossroads)
    assert set(network.nodes) == {"c", "n", "s", "e", "w"}
    assert network.nodes["c"].kind == "signal"
    link = network.links["nc"]
    assert (link.from_node, link.to_node, link.name_en, link.name_ar) == ("n", "c", "North & Co", "شمال")
    assert link.lanes[0].classes == {"pedestrian"}
    assert all("pedestrian" not in lane.classes for lane in link.lanes[1:])
    assert link.speed_mps == pytest.approx(13.89)
    turns = {path.to_link: path.turn for path in network.connections if path.from_link == "nc"}
    assert turns == {"cw": Turn.RIGHT, "cs": Turn.STRAIGHT, "ce": Turn.LEFT, "cn": Turn.U_TURN}
    assert set(network.controllers) == {"c"}


def test_legs_with_a_mapped_crossing_are_left_to_its_signal(crossroads: Path) -> None:
    (site,) = read_intersections(crossroads)
    assert site.legs == ()
    assert any(head.is_crossing for head in site.heads)


def test_an_intersection_knows_its_crossings_conflicts_and_yields(crossroads: Path) -> None:
    (site,) = read_intersections(crossroads)
    (plan,) = read_plans(crossroads)
    assert site.name == "North & Co x East"
    assert site.name_ar == "شمال x شرق"
    named = {(head.approach_name, head.approach_name_ar) for head in site.heads if not head.is_crossing}
    assert ("North & Co", "شمال") in named
    assert site.head_count == sum(len(group.heads) for group in plan.groups)
    crossings = [head for head in site.heads if head.is_crossing]
    assert len(crossings) == 4
    assert all(10 < head.path_length_m < 20 for head in crossings)

    def index(a: str, b: str) -> int:
        return next(head.index for head in site.heads if (head.from_link, head.to_link) == (a, b))

    assert site.in_conflict(index("nc", "cs"), index("ec", "cw"))
    assert not site.in_conflict(index("nc", "cs"), index("sc", "cn"))
    assert (index("nc", "ce"), index("sc", "cn")) in site.yields
    assert (index("sc", "cn"), index("nc", "ce")) not in site.yields
    right = index("nc", "cw")
    assert any((right, crossing.index) in site.yields for crossing in crossings)


def test_paths_inside_are_measured_over_all_their_parts(crossroads: Path) -> None:
    (site,) = read_intersections(crossroads)
    left = next(head for head in site.heads if (head.from_link, head.to_link) == ("nc", "ce"))
    across = next(head for head in site.heads if (head.from_link, head.to_link) == ("nc", "cs"))
    assert left.path_length_m > 0.6 * across.path_length_m > 10


def test_plain_and_packed_files_read_alike(crossroads: Path, tmp_path: Path) -> None:
    packed = tmp_path / "c.net.xml.gz"
    packed.write_bytes(gzip.compress(crossroads.read_bytes()))
    assert read_network(packed).links == read_network(crossroads).links


@pytest.mark.parametrize(
    ("pattern", "replacement", "told"),
    [
        (r"<net ", "<routes ", "not <net>"),
        (r'length="[^"]*"', "", "length=None"),
        (r"^<\?xml[^>]*>", '<?xml version="1.0"?><!DOCTYPE net SYSTEM "http://x/y.dtd">', "document type"),
        (r"</net>", "", "no well-formed XML"),
        (r'length="[^"]*"', 'length="nan"', "length='nan'; it must be a finite number"),
        (r'netOffset="[^"]*"', 'netOffset="0;0"', "the shape '0;0' is no list of points"),
        (r'shape="[^"]*"', 'shape="1,2 inf,2"', "the shape '1,2 inf,2' is no list of points"),
        (r'<edge id="nc" from="n"', '<edge id="nc" from="gone"', "'gone'"),
    ],
)
def test_a_file_that_is_no_sound_network_is_refused(
    crossroads: Path, tmp_path: Path, pattern: str, replacement: str, told: str
) -> None:
    broken = tmp_path / "broken.net.xml"
    broken.write_text(re.sub(pattern, replacement, crossroads.read_text(encoding="utf-8")), encoding="utf-8")
    with pytest.raises(NetworkError, match=re.escape(told)) as caught:
        read_network(broken)
    assert caught.value.faults[0].hint
    assert caught.value.faults[0].line


def test_a_missing_file_is_an_input_fault(tmp_path: Path) -> None:
    with pytest.raises(NetworkError, match="cannot be read"):
        read_network(tmp_path / "none.net.xml")


def test_joined_controllers_have_their_conflicts_at_every_junction(bench_folder: Path) -> None:
    sites = {
        site.controller_id: site
        for site in read_intersections(bench_folder / "bologna_acosta/acosta_buslanes.net.xml.gz")
    }
    joined = sites["221"]
    assert joined.conflicts
    assert joined.head_count == len({head.index for head in joined.heads})
