"""`network import`: a folder that every other command can use, or a word that says what is wrong."""

import gzip
import json
from pathlib import Path

import pytest

from tests import maps, roads
from tests.cli.conftest import Run
from tests.overpass import serving

EVIL = "<img src=x onerror=alert(1)>"


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def files(folder: Path) -> set[Path]:
    return set(folder.rglob("*"))


def test_a_map_becomes_a_folder_that_can_be_checked_drawn_and_simulated(run: Run, here: Path) -> None:
    maps.written(
        here, maps.town(nodes={11: maps.SIGNAL}, ways={101: {"lanes": "1"}, 102: {"name": EVIL}}), "town.osm.pbf"
    )
    ended = run("network", "import", "town.osm.pbf")
    assert ended.code == 0, ended.err
    assert "one_lane_two_way" in ended.out
    assert "0 errors, 1 warnings" in ended.out
    assert "report: town/quality.html" in ended.out
    assert run("network", "check", "town").code == 0
    assert run("network", "show", "town", "-o", "town.svg").code == 0
    assert EVIL not in Path("town/quality.html").read_text()
    assert EVIL not in Path("town.svg").read_text()
    links = [
        one.split('"')[0]
        for one in gzip.decompress(Path("town/roads.net.xml.gz").read_bytes()).decode().split('<edge id="')[1:]
    ]
    row = [link for link in links if link.startswith("102")]
    roads.routes(here, roads.flow("f", " ".join(sorted(row)), 20, end_s=300))
    Path("s.yaml").write_text(
        "name: s\nnetwork: {file: town/roads.net.xml.gz}\ndemand: {routes: [demand.rou.xml]}\n"
        'period: {begin: "00:00", end: "00:06"}\n'
    )
    done = run("simulate", "s.yaml", "--seeds", "1", "--json")
    assert done.code == 0, done.err


def test_the_result_for_machines(run: Run, here: Path) -> None:
    maps.written(here, maps.town(ways={101: {"lanes": "1"}}))
    told = run("network", "import", "town.osm", "-o", "out", "--json").json
    assert told["net"] == "out/roads.net.xml.gz"
    assert told["quality"]["counts"] == {"error": 0, "warning": 1, "info": 0}
    (one,) = told["quality"]["findings"]
    assert one["rule"] == "one_lane_two_way"
    assert one["map"].startswith("https://www.openstreetmap.org/?mlat=33.5")
    assert one["repair"]
    assert json.loads(Path("out/quality.json").read_text()) == told["quality"]


def test_edits_are_kept_and_applied_on_every_import(run: Run, here: Path) -> None:
    maps.written(here, maps.town(ways={101: {"lanes": "1"}}))
    Path("mine.yaml").write_text("roads:\n  - {way: 101, lanes: 1, why: seen}\n")
    first = run("network", "import", "town.osm", "-o", "out", "--edits", "mine.yaml")
    assert "edit     way 101: lanes 1 (seen)" in first.out
    assert "one_lane_two_way" not in first.out
    maps.written(here, maps.town(ways={101: {"lanes": "1"}, 103: {"maxspeed": "300"}}))
    again = run("network", "import", "town.osm", "-o", "out", "--fix")
    assert "edit     way 101: lanes 1 (seen)" in again.out
    assert "repaired way 103: speed_kmh 40.0 (was 300 km/h)" in again.out
    assert "103" in Path("out/fixes.yaml").read_text()
    assert "103" not in Path("out/edits.yaml").read_text()


def test_a_net_is_imported_too(run: Run, here: Path) -> None:
    roads.avenue(here / "avenue")
    ended = run("network", "import", "avenue/roads.net.xml", "-o", "out")
    assert ended.code == 0, ended.err
    assert "states no licence" in Path("out/LICENSE").read_text()
    assert run("network", "check", "out").code == run("network", "check", "avenue/roads.net.xml").code


def test_corrections_are_not_dropped_where_they_cannot_be_applied(run: Run, here: Path) -> None:
    roads.avenue(here / "avenue")
    maps.written(here, maps.town())
    Path("mine.yaml").write_text("roads:\n  - {way: 101, lanes: 2}\n")
    assert run("network", "import", "town.osm", "-o", "out", "--edits", "mine.yaml").code == 0
    before = {path.name: path.read_bytes() for path in Path("out").iterdir()}
    for more in ((), ("--fix",)):
        ended = run("network", "import", "avenue/roads.net.xml", "-o", "out", *more)
        assert ended.code == 3
        assert ("edits are for maps and tables" if not more else "only maps of OpenStreetMap") in ended.err
    assert {path.name: path.read_bytes() for path in Path("out").iterdir()} == before


_BOMB = '<!DOCTYPE r [<!ENTITY a "aaaaaaaa">]>\n<osm version="0.6"><note>&a;</note></osm>'
REFUSED = {
    "unknown kind": ("town.shp", b"x", ("town.shp", "'.shp' is no kind of map", ".osm.pbf")),
    "no suffix": ("town", b"x", ("town", "is no kind of map")),
    "pbf cut off": ("town.osm.pbf", b"\0\0\0\x0d\x0a\x09OSMHeader", ("town.osm.pbf", "cut off")),
    "damaged gzip": ("town.osm.gz", b"\x1f\x8b\x08\0\0\0\0\0\0\x03nonsense", ("town.osm.gz", "unpacked")),
    "entities": ("town.osm", _BOMB.encode(), ("town.osm:1", "document type")),
    "page of excuses": ("town.osm", b"<html>busy</html>", ("town.osm:1", "<html>")),
    "empty box": ("town.osm", maps.document().encode(), ("town.osm", "holds no road")),
    "ways without points": (
        "town.osm",
        maps.document(maps.way(1, [5, 6], {"highway": "primary"})).encode(),
        ("no road with its points",),
    ),
    "net cut off": ("town.net.xml", b"<net><edge", ("town.net.xml", "well-formed")),
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_cannot_be_imported_is_refused_and_nothing_is_left(run: Run, here: Path, case: str) -> None:
    name, content, told = REFUSED[case]
    (here / name).write_bytes(content)
    before = files(here)
    ended = run("network", "import", name, "-o", "out")
    assert ended.code == 3, ended
    assert ended.out == ""
    assert "Traceback" not in ended.err
    for part in told:
        assert part in ended.err, ended.err
    assert files(here) == before


def test_a_folder_of_somebody_else_is_left_alone(run: Run, here: Path) -> None:
    maps.written(here, maps.town())
    Path("out").mkdir()
    Path("out/notes.txt").write_text("mine")
    ended = run("network", "import", "town.osm", "-o", "out")
    assert ended.code == 3
    assert "holds files that no import wrote" in ended.err
    assert [path.name for path in Path("out").iterdir()] == ["notes.txt"]


def test_faulty_edits_leave_the_earlier_import(run: Run, here: Path) -> None:
    maps.written(here, maps.town())
    assert run("network", "import", "town.osm", "-o", "out").code == 0
    before = {path.name: path.read_bytes() for path in Path("out").iterdir()}
    Path("mine.yaml").write_text("roads:\n  - {way: 101, lanes: 99}\n")
    ended = run("network", "import", "town.osm", "-o", "out", "--edits", "mine.yaml")
    assert ended.code == 3
    assert "mine.yaml:2: `roads.0.lanes`" in ended.err
    assert {path.name: path.read_bytes() for path in Path("out").iterdir()} == before


def test_nothing_to_import_is_wrong_usage(run: Run) -> None:
    assert run("network", "import").code == 2


_BOX = ("--bbox", "36.299,33.499,36.305,33.505")


def test_a_map_is_asked_of_a_server_and_kept_for_days_without_one(run: Run, here: Path) -> None:
    with serving() as server:
        server.body = maps.town()
        asked = run("network", "import", *_BOX, "--overpass", server.url, "-o", "out")
    assert asked.code == 0, asked.err
    assert "ODbL" in Path("out/LICENSE").read_text()
    told = json.loads(Path("out/provenance.json").read_text())["origin"]
    assert told["source"] == "Overpass, box 36.299,33.499,36.305,33.505"
    offline = run("network", "import", *_BOX, "--overpass", server.url, "-o", "out")
    assert offline.code == 0
    assert "no answer from the server" in offline.err
    assert "is used instead: runs/.maps/overpass-" in offline.err
    assert "kept answer" in json.loads(Path("out/provenance.json").read_text())["origin"]["source"]
    blank = run("network", "import", "--place", " ", "--overpass", server.url, "-o", "blank")
    assert (blank.code, blank.err) == (3, "error: `--place`: the place has no name — write a town or district\n")
    other = run("network", "import", "--place", "Damascus", "--overpass", server.url, "-o", "other")
    assert other.code == 3
    assert "no answer from the server" in other.err
    assert not (here / "other").exists()


def test_an_empty_box_does_not_replace_what_was_kept(run: Run, here: Path) -> None:
    with serving() as server:
        server.body = maps.document()
        ended = run("network", "import", *_BOX, "--overpass", server.url, "-o", "out")
    assert ended.code == 3
    assert "box 36.299,33.499,36.305,33.505: holds no road" in ended.err
    assert not (here / "out").exists()
    assert list((here / "runs" / ".maps").iterdir()) == []


def test_a_place_names_its_folder(run: Run, here: Path) -> None:
    with serving() as server:
        server.body = maps.town()
        assert run("network", "import", "--place", "Ar Raqqah / الرقة", "--overpass", server.url).code == 0
    assert (here / "Ar-Raqqah-الرقة" / "roads.net.xml.gz").is_file()


def test_one_source_at_a_time(run: Run) -> None:
    assert run("network", "import", "town.osm", "--place", "x").code == 2
    assert run("network", "import", "--bbox", "1,2,3", "-o", "out").code == 3


def test_a_folder_without_tables_is_refused(run: Run, here: Path) -> None:
    (here / "tables").mkdir()
    ended = run("network", "import", "tables", "-o", "out")
    assert ended.code == 3
    assert "tables: there is nothing in this folder that can be imported" in ended.err


def test_a_road_that_the_edge_cuts_off_is_named_first(run: Run, here: Path) -> None:
    road = [
        maps.point(700, 6, 6),
        maps.point(701, 6, 10),
        maps.way(400, [700, 701], {"highway": "primary", "name": EVIL}),
    ]
    path = maps.written(here, maps.town(lines=road))
    ended = run("network", "import", path.name, "-o", "out")
    first = ended.out.splitlines()[0]
    assert first.startswith("warning  Left out: 371 m of 2.8 km of streets (13\u202f%), the most important: ")
    assert "(primary, 371 m)" in first
    assert "a larger extract would keep it" in first
    assert "disconnected               1   a larger extract keeps what its edge cuts off" in ended.out
    told = run("network", "import", path.name, "-o", "out", "--lang", "ar", "--json").json
    (street,) = told["quality"]["streets_left_out"]["streets"]
    assert (street["highway"], round(street["length_m"])) == ("primary", 371)
    assert run("network", "import", path.name, "-o", "out", "--lang", "ar").out.splitlines()[0] == first


def test_roads_whose_points_the_map_lacks_are_told(run: Run, here: Path) -> None:
    path = maps.written(here, maps.town())
    text = path.read_text()
    way, end = text.index("<way"), text.index("</way>")
    path.write_text(text[:way] + text[way:end].replace('<nd ref="', '<nd ref="999') + text[end:])
    ended = run("network", "import", path.name, "-o", "out")
    assert ended.code == 0, ended.err
    assert "Not taken in: points are not in the extract (1)." in ended.out


def test_relations_that_refer_to_each_other_and_to_nothing_do_no_harm(run: Run, here: Path) -> None:
    path = maps.written(here, maps.town())
    assert run("network", "import", path.name, "-o", "plain").code == 0
    circle = "".join(
        f'<relation id="{one}"><member type="relation" ref="{other}" role="via"/>'
        f'<member type="way" ref="987654" role="from"/><tag k="type" v="restriction"/>'
        f'<tag k="restriction" v="no_left_turn"/></relation>'
        for one, other in ((1, 2), (2, 1), (3, 3))
    )
    path.write_text(path.read_text().replace("</osm>", circle + "</osm>"))
    ended = run("network", "import", path.name, "-o", "out")
    assert ended.code == 0, ended.err
    plain, out = (gzip.decompress(Path(name, "roads.net.xml.gz").read_bytes()) for name in ("plain", "out"))
    assert out == plain
