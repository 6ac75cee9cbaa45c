from pathlib import Path

import pytest

from congestion_lab.core.errors import InputError, NetworkError
from congestion_lab.network.maps.osm import OsmMap, Restriction, TurnRule
from congestion_lab.sumo.building.osmfile import is_osm, read_osm
from tests import maps


def reading(folder: Path, text: str, name: str = "town.osm") -> OsmMap:
    return read_osm(maps.written(folder, text, name))


@pytest.mark.parametrize(
    "name", ["town.osm", "town.osm.xml", "town.osm.gz", "town.osm.xml.gz", "town.osm.bz2", "town.osm.pbf"]
)
def test_every_container_holds_the_same_town(tmp_path: Path, name: str) -> None:
    osm = reading(tmp_path, maps.town(nodes={11: maps.SIGNAL}), name)
    assert sorted(osm.ways) == [100, 101, 102, 103, 200, 201, 202, 203]
    assert osm.ways[100].nodes == (0, 1, 2, 3)
    assert osm.ways[100].tags["name"] == "Street 100"
    assert osm.nodes[11].tags == maps.SIGNAL
    assert osm.nodes[11].lat == pytest.approx(33.501)
    assert len(osm.nodes) == 16
    assert osm.arms[11] == 4
    assert osm.arms[0] == 2


def test_what_is_no_road_is_passed_over(tmp_path: Path) -> None:
    house = maps.way(900, [0, 1, 10], {"building": "yes"})
    osm = reading(tmp_path, maps.town(lines=[house, maps.point(77, 9, 9, {"amenity": "cafe"})]))
    assert 900 not in osm.ways
    assert 77 not in osm.nodes


def test_turn_restrictions_are_read_as_far_as_they_are_whole(tmp_path: Path) -> None:
    lines = [
        maps.restriction(1, "no_left_turn", 101, maps.at(11), 201),
        maps.restriction(2, "only_straight_on", 102, maps.at(22), 102),
        maps.restriction(3, "no_u_turn", 101, '<member type="way" ref="201" role="via"/>', 101),
        maps.restriction(4, "no_left_turn", 101, "", 201),
        maps.restriction(5, "give_way", 101, maps.at(11), 201),
        maps.restriction(6, "no_entry", 101, maps.at(11), 201).replace(
            "</relation>", '<tag k="except" v="bicycle; motorcar"/></relation>'
        ),
    ]
    osm = reading(tmp_path, maps.town(lines=lines))
    assert osm.restrictions == (
        Restriction(1, TurnRule.NO, "no_left_turn", 101, 11, 201),
        Restriction(2, TurnRule.ONLY, "only_straight_on", 102, 22, 102),
        Restriction(3, TurnRule.NO, "no_u_turn", 101, None, 101),
    )
    assert osm.unreadable == (4, 5)


def test_relations_that_hold_one_another_do_no_harm(tmp_path: Path) -> None:
    cycle = [
        f'<relation id="{one}"><member type="relation" ref="{other}" role="from"/>'
        '<tag k="type" v="restriction"/><tag k="restriction" v="no_left_turn"/></relation>'
        for one, other in ((1, 2), (2, 1), (3, 3))
    ]
    osm = reading(tmp_path, maps.town(lines=cycle))
    assert osm.unreadable == (1, 2, 3)
    assert len(osm.ways) == 8


def test_missing_points_are_counted(tmp_path: Path) -> None:
    osm = reading(tmp_path, maps.town(without=[3, 13]))
    assert osm.missing_nodes == {100: 1, 101: 1, 203: 2}


def test_ids_that_an_editor_gave_to_what_is_new_are_read(tmp_path: Path) -> None:
    text = maps.document(maps.point(-1, 0, 0), maps.point(-2, 0, 1), maps.way(-3, [-1, -2], {"highway": "primary"}))
    assert list(reading(tmp_path, text).ways) == [-3]


_BOMB = '<!DOCTYPE r [<!ENTITY a "aaaaaaaa"><!ENTITY b "&a;&a;&a;&a;">]>\n<osm version="0.6"><note>&b;</note></osm>'
_HTML = "<html><body>The server is probably too busy to handle your request.</body></html>"
BAD = {
    "no map": ("town.osm", "name,length\n", "well-formed"),
    "another root": ("town.osm", _HTML, "root element is <html>"),
    "cut off": ("town.osm", maps.town()[:900], "well-formed"),
    "entities": ("town.osm", _BOMB, "document type"),
    "no road": ("town.osm", maps.document(maps.point(1, 0, 0)), "holds no road"),
    "nothing": ("town.osm", maps.document(), "holds no road"),
    "roads without points": (
        "town.osm",
        maps.document(maps.way(1, [5, 6], {"highway": "primary"})),
        "no road with its points",
    ),
    "no place": ("town.osm", maps.town().replace('lat="33.500000"', 'lat="north"', 1), "cannot be read"),
    "broken off by the server": (
        "town.osm",
        maps.town(lines=["<remark>runtime error: Query timed out</remark>"]),
        "ended its answer early",
    ),
    "unknown suffix": ("town.shp", maps.town(), "'.shp' is no kind of map"),
}


@pytest.mark.parametrize("case", BAD)
def test_what_cannot_be_used_is_refused(tmp_path: Path, case: str) -> None:
    name, text, told = BAD[case]
    path = tmp_path / name
    path.write_text(text)
    with pytest.raises(InputError) as caught:
        read_osm(path)
    assert told in str(caught.value)
    assert name in str(caught.value)


@pytest.mark.parametrize("name", ["town.osm.pbf", "town.osm.gz", "town.osm.bz2"])
@pytest.mark.parametrize("share", [0.1, 0.5, 0.95])
def test_a_file_that_is_cut_off_is_refused(tmp_path: Path, name: str, share: float) -> None:
    path = maps.written(tmp_path, maps.town(), name)
    whole = path.read_bytes()
    path.write_bytes(whole[: int(share * len(whole))])
    with pytest.raises(InputError):
        read_osm(path)


@pytest.mark.parametrize("name", ["town.osm.pbf", "town.osm.gz", "town.osm.bz2"])
def test_a_damaged_file_is_refused(tmp_path: Path, name: str) -> None:
    path = maps.written(tmp_path, maps.town(), name)
    whole = bytearray(path.read_bytes())
    middle = len(whole) // 2
    whole[middle : middle + 20] = bytes(20)
    path.write_bytes(whole)
    with pytest.raises(InputError):
        read_osm(path)


def test_a_missing_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(NetworkError, match="there is no such file"):
        read_osm(tmp_path / "town.osm")


def test_a_name_tells_a_map() -> None:
    assert is_osm(Path("Damascus.OSM.PBF"))
    assert not is_osm(Path("roads.net.xml.gz"))
