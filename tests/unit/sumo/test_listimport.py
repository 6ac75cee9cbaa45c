from pathlib import Path

import pytest

from congestion_lab.core import rows
from congestion_lab.core.errors import NetworkError
from congestion_lab.network.checks import connected
from congestion_lab.network.lists.gmns import is_gmns, read_gmns
from congestion_lab.network.lists.utdfroads import Anchor
from congestion_lab.network.model import Network
from congestion_lab.signals.safety.rules import check as check_plans
from congestion_lab.sumo.building.importfolder import Imported, write_import
from congestion_lab.sumo.building.listimport import import_gmns, import_utdf
from congestion_lab.sumo.nets.netfile import read_intersections, read_plans
from tests import utdftown

NODES = """\
node_id,name,x_coord,y_coord,ctrl_type
1,west,36.300,33.500,
2,centre,36.303,33.500,signal
3,east,36.306,33.500,
4,south,36.303,33.497,
5,north,36.303,33.503,
"""
LINKS = """\
link_id,name,from_node_id,to_node_id,directed,lanes,free_speed,facility_type,allowed_uses,geometry
a,شارع <b>,1,2,false,2,30,primary,auto,
b,Main,2,3,false,2,30,primary,"auto,bike","LINESTRING (36.303 33.5, 36.3045 33.5002, 36.306 33.5)"
c,Side,4,2,false,,,residential,,
d,Side,2,5,0,1,25,residential,all,
w,Walk,1,5,false,1,3,path,walk,
"""


def folder(
    tmp_path: Path, *, nodes: str = NODES, links: str = LINKS, config: str = "speed,crs\nmph,EPSG:4326\n"
) -> Path:
    place = tmp_path / "town"
    place.mkdir()
    (place / "node.csv").write_text(nodes, encoding="utf-8")
    (place / "link.csv").write_text(links, encoding="utf-8")
    if config:
        (place / "config.csv").write_text(config, encoding="utf-8")
    return place


def imported(place: Path) -> tuple[Imported, Network]:
    return import_gmns(place, lambda _text: None)


def test_tables_become_a_network(tmp_path: Path) -> None:
    made, network = imported(folder(tmp_path))
    assert set(network.links) == {"a", "-a", "b", "-b", "c", "-c", "d", "-d"}
    assert list(connected(network)) == []
    assert len(network.links["a"].lanes) == 2
    assert network.links["a"].speed_mps == pytest.approx(30 * 1.609344 / 3.6, abs=0.01)
    assert network.links["c"].speed_mps == pytest.approx(50 / 3.6, abs=0.01)
    assert network.links["a"].name_en == "شارع <b>"
    assert len(network.links["b"].shape) == 3
    assert list(network.controllers) == ["2"]
    assert made.left_out == {"link not for cars": 1}
    assert made.assumptions[:2] == (
        "1 of 5 links have no number of lanes; one is assumed.",
        "1 of 5 links have no speed; 50 km/h is assumed.",
    )
    net = write_import(made, tmp_path / "out", "")
    assert check_plans(read_plans(net), read_intersections(net)) == ()


def test_places_are_found_again_on_the_globe(tmp_path: Path) -> None:
    text = LINKS.replace("d,Side,2,5,0,1,25", "d,Side,2,5,0,1,100")
    (one,) = imported(folder(tmp_path, links=text))[0].quality.by_rule["speeds"][:1]
    assert one.degrees == pytest.approx((36.303, 33.5015), abs=0.0005)


def test_a_plane_without_a_system_stays_a_plane(tmp_path: Path) -> None:
    nodes = NODES.replace("36.30", "10").replace("33.50", "20").replace("33.497", "19700")
    nodes = "node_id,x_coord,y_coord\n1,0,0\n2,300,0\n3,600,0\n4,300,-300\n5,300,300\n"
    plain = LINKS.replace(',"LINESTRING (36.303 33.5, 36.3045 33.5002, 36.306 33.5)"', ",")
    made, network = imported(folder(tmp_path, nodes=nodes, links=plain, config=""))
    assert network.projection == ""
    assert any("metres on a plane" in line for line in made.assumptions)
    assert any("km/h is assumed" in line for line in made.assumptions)
    assert not network.controllers


def test_every_fault_comes_at_once(tmp_path: Path) -> None:
    nodes = NODES + "5,again,x,33.5,\n"
    links = LINKS + "e e,,1,99,false,2,900,,,POINT\na,,1,2,true,-1,10,,,\n"
    with pytest.raises(NetworkError) as caught:
        read_gmns(folder(tmp_path, nodes=nodes, links=links, config="speed,crs\nknots,EPSG:0\n"))
    told = str(caught.value)
    for part in (
        "the unit of speed 'knots' is unknown",
        "the coordinate system 'EPSG:0' is unknown",
        "node.csv:7: `x_coord`: 'x' is not a number",
        "node.csv: the id '5' stands twice",
        "link.csv:7: `link_id`: 'e e' is no id",
        "link.csv:7: `geometry`: is no WKT line",
        "link.csv:7: `free_speed`: 900 km/h is no speed limit",
        "link.csv:7: `from_node_id, to_node_id`: there is no node '99'",
        "link.csv:8: `lanes`: -1 is not between 0 and 12",
        "link.csv: the id 'a' stands twice",
    ):
        assert part in told, told


def test_missing_columns_are_told(tmp_path: Path) -> None:
    with pytest.raises(NetworkError, match="columns are missing: from_node_id, to_node_id"):
        read_gmns(folder(tmp_path, links="link_id\n1\n"))


def test_nothing_for_cars_is_refused(tmp_path: Path) -> None:
    with pytest.raises(NetworkError, match="no link is for cars"):
        imported(folder(tmp_path, links=LINKS.splitlines()[0] + "\nw,Walk,1,5,false,1,3,path,walk,\n"))


def test_a_folder_is_known_by_its_tables(tmp_path: Path) -> None:
    assert not is_gmns(tmp_path)
    assert is_gmns(folder(tmp_path))


LANES = """\
lane_id,link_id,lane_num,allowed_uses
1,c,-1,auto
2,c,1,
3,c,2,"auto,bike"
4,c,3,bus
"""
SEGMENTS = """\
segment_id,link_id,ref_node_id,start_lr,end_lr,l_lanes_added,r_lanes_added
1,c,4,250,400,1,
2,c,2,0,30,,1
3,c,4,100,200,,
"""
MOVEMENTS = """\
mvmt_id,node_id,ib_link_id,start_ib_lane,end_ib_lane,ob_link_id,type,allowed_uses
1,2,c,-1,,a,left,
2,2,c,1,2,d,thru,auto
3,2,c,3,,b,right,
4,2,c,1,,b,right,bike
5,1,c,1,,b,right,
"""
DIRECTED = LINKS.replace("c,Side,4,2,false", "c,Side,4,2,true").replace("d,Side,2,5,0,1", "d,Side,2,5,0,2")


def with_details(place: Path, **tables: str) -> Path:
    for name, text in tables.items():
        (place / f"{name}.csv").write_text(text, encoding="utf-8")
    return place


def test_lanes_segments_and_movements(tmp_path: Path) -> None:
    links = DIRECTED + "e,Side,2,4,true,1,,residential,,\n"
    place = with_details(
        folder(tmp_path, links=links), lane=LANES, segment=SEGMENTS, movement=MOVEMENTS, zone="zone_id\n"
    )
    made, network = imported(place)
    parts = [network.links[name] for name in ("c.1", "c.2", "c")]
    assert [len(one.lanes) for one in parts] == [2, 3, 4], (
        "a left turn lane from 250 m on, a right one in the last 30 m"
    )
    assert parts[1].from_node == parts[0].to_node
    assert parts[2].length_m < 31
    lanes: dict[str, set[int]] = {}
    for path in network.connections:
        if path.from_link == "c":
            lanes.setdefault(path.to_link, set()).add(path.from_lane)
    assert lanes == {"-a": {3}, "d": {1, 2}, "b": {0}}, "no turn but those listed, each from its lanes"
    assert made.left_out["lane not for cars"] == 1
    assert made.left_out["movement not for cars"] == 1
    assert (
        "In the folder and not used for roads: zone.csv, 1 rows of segment.csv that change no lane." in made.assumptions
    )
    assert "Movements whose links do not meet at their node, not used: line 6." in made.assumptions


def test_lanes_that_end(tmp_path: Path) -> None:
    lanes = "lane_id,link_id,lane_num\n1,c,1\n2,c,2\n3,c,3\n"
    segments = "segment_id,link_id,ref_node_id,start_lr,end_lr,r_lanes_added\n1,c,4,0,328.084,-2\n"
    links = DIRECTED + "e,Side,2,4,true,1,,residential,,\n"
    config = "speed,crs,short_length\nmph,EPSG:4326,feet\n"
    place = with_details(folder(tmp_path, links=links, config=config), lane=lanes, segment=segments)
    _, network = imported(place)
    assert [len(network.links[name].lanes) for name in ("c.1", "c")] == [1, 3]
    assert network.links["c.1"].length_m == pytest.approx(100, abs=10)


def test_faults_of_lanes_segments_and_movements(tmp_path: Path) -> None:
    place = with_details(
        folder(tmp_path, config="speed,crs,short_length\nmph,EPSG:4326,ells\n"),
        lane="lane_id,link_id,lane_num\n1,zz,one\n",
        segment="segment_id,link_id,ref_node_id,start_lr,end_lr,l_lanes_added\n1,a,1,90,20,2\n",
        movement="mvmt_id,node_id,ib_link_id,ob_link_id,start_ib_lane\n1,77,a,yy,left\n",
    )
    with pytest.raises(NetworkError) as told:
        read_gmns(place)
    assert [str(fault).removeprefix(f"{place}/") for fault in told.value.faults] == [
        "config.csv: `short_length`: the unit of short lengths 'ells' is unknown — use m or ft",
        "lane.csv:2: `lane_num`: 'one' is not a whole number",
        "segment.csv:2: `end_lr`: 20 m lies before the start, 90 m",
        "movement.csv:2: `start_ib_lane`: 'left' is not a whole number",
        "lane.csv: `link_id`: there is no link 'zz' — add it to link.csv",
        "movement.csv: `ob_link_id`: there is no link 'yy' — add it to link.csv",
        "movement.csv: `node_id`: there is no node '77' — add it to node.csv",
    ]


def test_a_utdf_file_becomes_a_network(tmp_path: Path) -> None:
    made, network = import_utdf(utdftown.written(tmp_path), lambda _text: None)
    assert list(network.controllers) == ["2", "3"]
    assert list(connected(network)) == []
    assert [len(network.links[name].lanes) for name in ("1-2.1", "1-2.2", "1-2")] == [2, 3, 4]
    assert network.links["1-2"].length_m < 100 * 0.3048
    assert network.links["3-2"].name_en == "Main St"
    turns = {(path.from_lane, path.to_link) for path in network.connections if path.from_link == "1-2"}
    assert turns == {(0, "2-6"), (1, "2-3"), (2, "2-3"), (3, "2-5")}
    assert network.projection == ""
    assert made.origin.kind == "utdf"
    assert made.assumptions[-1] == "Timings in the source are taken over by `congestion-lab plan import`."
    plans = read_plans(write_import(made, tmp_path / "net", ""))
    assert {plan.controller_id for plan in plans} == {"2", "3"}


def test_a_utdf_file_with_an_anchor_lies_on_the_map(tmp_path: Path) -> None:
    path = utdftown.written(tmp_path)
    _, network = import_utdf(path, lambda _text: None, Anchor("2", 33.5, 36.3))
    assert "+proj=utm +zone=37" in network.projection
    with pytest.raises(NetworkError, match="there is no node '9'"):
        import_utdf(path, lambda _text: None, Anchor("9", 33.5, 36.3))


def test_tables_are_bounded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rows, "_LARGEST_BYTES", 50)
    with pytest.raises(NetworkError, match=r"node\.csv: the table is too large"):
        read_gmns(folder(tmp_path))


def test_links_that_nobody_can_reach_are_counted(tmp_path: Path) -> None:
    nodes = NODES + "8,,36.400,33.5,\n9,,36.403,33.5,\n"
    links = LINKS + "x,Far,8,9,false,1,30,,,\ny,One way,5,4,true,1,30,,,\n"
    made, network = imported(folder(tmp_path, nodes=nodes, links=links))
    assert not {"x", "-x"} & network.links.keys()
    assert "y" in network.links
    assert made.left_out == {"link not for cars": 1, "link that cannot be reached or left": 3}, (
        "-d too, by U-turns only"
    )
    assert made.assumptions[-1] == "Left out: 1 × link not for cars, 3 × link that cannot be reached or left."


def test_names_and_classes_with_control_characters_become_text(tmp_path: Path) -> None:
    spoilt = LINKS.replace("b,Main", "b,Ma\0in\x1b[31m").replace("residential,all", "resi\x01dential,all")
    _made, network = imported(folder(tmp_path, links=spoilt))
    assert network.links["b"].name_en == "Main[31m"
    assert network.links["d"].kind == "residential"
