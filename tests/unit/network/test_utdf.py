from pathlib import Path

import pytest

from congestion_lab.core.errors import NetworkError
from congestion_lab.core.geometry import Turn
from congestion_lab.core.utdffile import FOOT_M, is_utdf
from congestion_lab.network.lists.roadlist import LaneChange, ListedLink, RoadList, paired
from congestion_lab.network.lists.utdf import read_utdf
from congestion_lab.network.lists.utdfroads import Anchor, utdf_roads
from tests import utdftown as utdf
from tests.faults import faults_of


def roads(folder: Path, content: str | None = None) -> RoadList:
    return utdf_roads(read_utdf(utdf.written(folder, content))).roads


def link(found: RoadList, name: str) -> ListedLink:
    return next(one for one in found.links if one.id == name)


def lanes(found: RoadList, before: str) -> dict[str, tuple[tuple[int, int], ...]]:
    return {turn.to_link: turn.lanes for turn in found.turns if turn.from_link == before}


def faults(folder: Path, content: str) -> list[str]:
    path = utdf.written(folder, content)
    return [str(fault).removeprefix(f"{path}:") for fault in faults_of(NetworkError, read_utdf, path)]


def test_nodes_and_links_in_metres(tmp_path: Path) -> None:
    found = roads(tmp_path)
    assert len(found.nodes) == 7
    assert [name for name, node in found.nodes.items() if node.signal] == ["2", "3"]
    assert found.nodes["4"].position == pytest.approx((3200 * FOOT_M, 200 * FOOT_M))
    assert found.nodes["2"].name == "First and Main"
    main = link(found, "1-2")
    assert (main.ends, main.lanes, main.name, main.two_way) == (("1", "2"), 4, "Main St", True)
    assert main.speed_mps == pytest.approx(35 * 0.44704)
    assert not found.degrees
    metric = roads(tmp_path, utdf.text(metric=1))
    assert metric.nodes["4"].position == (3200, 200)
    assert link(metric, "1-2").speed_mps == pytest.approx(35 / 3.6)


def test_bays_begin_late_each_where_it_does(tmp_path: Path) -> None:
    main = link(roads(tmp_path), "1-2")
    assert main.begin == (1, 2), "two lanes straight on"
    assert main.changes == (LaneChange(200 * FOOT_M, (1, 2, 3)), LaneChange(100 * FOOT_M, (0, 1, 2, 3)))
    assert link(roads(tmp_path), "5-2").changes == ()
    long_bay = {**utdf.LANES, "2": {**utdf.LANES["2"], "EBL": {**utdf.LANES["2"]["EBL"], "Storage": 1400}}}
    assert link(roads(tmp_path, utdf.text(lanes=long_bay)), "1-2").begin == (1, 2, 3), (
        "a bay as long as its link is a lane"
    )


def test_turns_leave_from_their_own_and_shared_lanes(tmp_path: Path) -> None:
    found = roads(tmp_path)
    assert lanes(found, "1-2") == {"2-6": ((0, 0),), "2-3": ((1, 0), (2, 1)), "2-5": ((3, 0),)}
    assert lanes(found, "3-2") == {"2-5": ((0, 0),), "2-1": ((0, 0), (1, 1)), "2-6": ((2, 0),)}, "right shares a lane"
    assert lanes(found, "6-2") == {"2-3": ((0, 0),), "2-5": ((0, 0),), "2-1": ((0, 1),)}, (
        "one lane for all, left inwards"
    )
    assert lanes(found, "5-2") == {"2-1": ((0, 0),), "2-6": ((0, 0),), "2-3": ((1, 1),)}
    assert lanes(found, "2-1") == {}, "nothing is told of gates"


def test_turns_into_a_link_with_a_bay_take_its_lanes_at_the_beginning(tmp_path: Path) -> None:
    found = roads(tmp_path)
    assert link(found, "4-3").begin == (0, 1)
    origin, target = link(found, "7-3"), link(found, "3-2")
    assert paired((0,), Turn.LEFT, origin, target) == ((0, 1),)
    assert paired((0, 1), Turn.STRAIGHT, link(found, "4-3"), link(found, "5-2")) == ((0, 0), (1, 1))
    assert paired((0, 1, 2), Turn.RIGHT, origin, target) == ((0, 0), (1, 1), (2, 1)), "three lanes onto two"


def test_curves_are_drawn_from_both_ends_alike(tmp_path: Path) -> None:
    found = roads(tmp_path)
    there, back = link(found, "2-3").shape, link(found, "3-2").shape
    assert len(there) == 9
    for one, other in zip(there, back[::-1], strict=True):
        assert one == pytest.approx(other)
    assert there[0] == pytest.approx((0, 0))
    assert link(found, "1-2").shape == ()


def test_what_the_file_does_not_say_is_told(tmp_path: Path) -> None:
    told = utdf_roads(read_utdf(utdf.written(tmp_path))).assumed
    assert (
        told[0]
        == "Coordinates are feet, and miles per hour on a plane of the file's own, so places have no link to a map."
    )
    assert "5 of 12 links have no lane groups; SUMO's usual turns are assumed there." in told
    assert told[-1].startswith("Not used for roads: [Network] yellowTime; [Lanes] Phase1, PermPhase1, Allow RTOR;")
    content = (
        utdf.text().replace("Distance,1,1500", "Distance,1,3000").replace("Speed,4,", "Speed,4,,")
        + "\n[Odd]\nRECORDNAME,INTID\nWhy,1\n"
    )
    more = utdf_roads(read_utdf(utdf.written(tmp_path, content))).assumed
    assert any("[Odd] Why" in one for one in more)


def test_an_anchor_gives_places(tmp_path: Path) -> None:
    found = utdf_roads(read_utdf(utdf.written(tmp_path)), Anchor("2", 33.5, 36.3)).roads
    assert found.degrees
    assert found.nodes["2"].position == pytest.approx((36.3, 33.5))
    lon, lat = found.nodes["5"].position
    assert lon == pytest.approx(36.3)
    assert (lat - 33.5) * 110_900 == pytest.approx(1200 * FOOT_M, rel=0.001)
    assert Anchor.read(" 3, 33.5,36.25") == Anchor("3", 33.5, 36.25)
    for wrong in ("3", "3,a,b", "3,95,36", "3,33.5,200", "3,nan,36"):
        with pytest.raises(NetworkError, match="no node with its place"):
            Anchor.read(wrong)


def test_the_older_layout(tmp_path: Path) -> None:
    content = (
        "[Layout]\nLayout Data\nINTID,INTNAME,TYPE,X,Y,Z,NID,SID,EID,WID,NNAME,SNAME,ENAME,WNAME\n"
        "1,Main,0,0,0,0,2,,3,,First,,Main,\n2,,1,0,900,0,,1,,,,First,,\n3,,1,900,0,0,,,,1,,,,Main\n"
    )
    found = roads(tmp_path, content)
    assert {one.id: one.name for one in found.links} == {"2-1": "First", "3-1": "Main", "1-2": "First", "1-3": "Main"}
    assert found.nodes["1"].name == "Main"


def test_every_fault_is_told(tmp_path: Path) -> None:
    content = (
        "[Nodes]\nINTID,TYPE,X,Y\n1,0,zero,0\n2,1,10,\n2,1,20,0\n,1,5,5\n"
        "[Links]\nRECORDNAME,INTID,NB,EB\nUp ID,1,2,9\nLanes,1,99,1.5\n"
    )
    assert faults(tmp_path, content) == [
        "3: `X`: 'zero' is no number — mend the cell",
        "4: `Y`: must not be empty",
        "5: `INTID`: the node '2' stands twice — give each node an id of its own",
        "6: `INTID`: must not be empty",
        "10: `1 NB lanes`: 99 is not between 0 and 12 — mend the cell",
        "10: `1 EB lanes`: 1.5 is no whole number — mend the cell",
        "9: `1 EB Up ID`: there is no node '9' — export the whole network, or take the row out",
    ]
    twice = "[Nodes]\nINTID,TYPE,X,Y\n1,0,0,0\n2,1,10,0\n[Links]\nRECORDNAME,INTID,NB,NE\nUp ID,1,2,2\n"
    assert "a link from 2 to 1 stands twice, as NB and NE" in faults(tmp_path, twice)[0]
    assert "there is nothing in [Links]" in faults(tmp_path, "[Nodes]\nINTID,X,Y\n1,0,0\n")[0]
    assert is_utdf(utdf.written(tmp_path))
    assert not is_utdf(tmp_path)
