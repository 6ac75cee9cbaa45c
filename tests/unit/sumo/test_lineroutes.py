import gzip
import re
import shutil
from itertools import pairwise
from pathlib import Path

import pytest

from congestion_lab.core.errors import DemandError
from congestion_lab.demand.trips.assumptions import Assumptions, Figure, Lines, read_assumptions
from congestion_lab.demand.trips.sampling import Vehicle
from congestion_lab.network.model import Network
from congestion_lab.sumo.demand.demandbuild import build
from congestion_lab.sumo.demand.lineroutes import line_courses, line_vehicles, stop_places, with_lines
from congestion_lab.sumo.nets.netfile import read_network
from tests import junctions
from tests.junctions import Street

_DAMASCUS = Path(__file__).parents[3] / "networks/damascus"
_SHIPPED = read_assumptions(_DAMASCUS / "demand/am-peak.yaml")
_HEADING = "id,name_en,name_ar,class,course,vph,confidence,source\n"


def _lines(**changed: object) -> Lines:
    figures = {
        "stop_spacing_m": 300.0,
        "stop_length_m": 15.0,
        "clear_after_m": 30.0,
        "clear_before_m": 60.0,
        "served_share": 0.5,
        "dwell_mean_s": 15.0,
        "dwell_deviation_s": 8.0,
        "stopping": "lane",
    }
    return Lines(
        table="lines.csv",
        **{name: Figure(value=value, assumption="for a test") for name, value in (figures | changed).items()},
    )


def _with(lines: Lines | None) -> Assumptions:
    return _SHIPPED.model_copy(update={"lines": lines})


def _street(folder: Path, *, lanes: int = 2, kind: str = "", turns: str = "both") -> Network:
    """A street a b c d e of links of 100, 400, 1000 and 200 m; at `c` it goes on from both lanes, or from the left."""
    nodes = {"a": (0.0, 0.0), "b": (100.0, 0.0), "c": (500.0, 0.0), "d": (1500.0, 0.0), "e": (1700.0, 0.0)}
    links = {f"{one}{two}": Street(one, two, lanes) for one, two in pairwise("abcde")}
    links["cd"] = Street("c", "d", lanes, shape=f'type="{kind}"' if kind else "")
    left = [f'<connection from="cd" to="de" fromLane="{lanes - 1}" toLane="{lanes - 1}"/>'] if turns == "left" else []
    return read_network(junctions.built(folder, nodes, links, connections=left))


_COURSE = ("ab", "bc", "cd", "de")


def test_stops_lie_so_far_apart_and_clear_of_junctions(tmp_path: Path) -> None:
    network = _street(tmp_path)
    places = stop_places(network, _COURSE, _lines(), "delivery")
    begins_m = {"bc": network.links["ab"].length_m, "cd": sum(network.links[one].length_m for one in ("ab", "bc"))}
    along_m = [begins_m[place.link] + place.end_m for place in places]
    assert len(places) == 4
    assert along_m[0] == pytest.approx(300.0)
    assert all(second - first >= 300.0 - 1e-6 for first, second in pairwise(along_m))
    for place in places:
        assert place.begin_m >= 30.0
        assert place.end_m <= network.links[place.link].length_m - 60.0
        assert place.end_m - place.begin_m == pytest.approx(15.0)
        assert place.lane == 0


def test_no_stop_on_the_first_and_last_link(tmp_path: Path) -> None:
    places = stop_places(_street(tmp_path), _COURSE, _lines(stop_spacing_m=20.0, clear_before_m=5.0), "delivery")
    assert {place.link for place in places} == {"bc", "cd"}


@pytest.mark.parametrize("kind", ["expressway", "ramp", "circulating", "tunnel", "bridge", "highway.motorway"])
def test_no_stop_where_nothing_opens_onto_the_street(tmp_path: Path, kind: str) -> None:
    places = stop_places(_street(tmp_path, kind=kind), _COURSE, _lines(), "delivery")
    assert {place.link for place in places} == {"bc"}


def test_no_stop_at_the_kerb_where_the_course_goes_on_from_another_lane(tmp_path: Path) -> None:
    places = stop_places(_street(tmp_path, turns="left"), _COURSE, _lines(), "delivery")
    assert {place.link for place in places} == {"bc"}


def test_links_too_short_have_none(tmp_path: Path) -> None:
    places = stop_places(_street(tmp_path), _COURSE, _lines(clear_after_m=200.0, clear_before_m=200.0), "delivery")
    assert {place.link for place in places} == {"cd"}


def _folder(folder: Path, *rows: str) -> Path:
    (folder / "lines.csv").write_text(_HEADING + "\n".join(rows) + "\n", encoding="utf-8")
    return folder


_ROW = "main,Main,الرئيسي,microbus,a e,60,C,assumed"


def test_a_line_has_its_length_time_and_stops(tmp_path: Path) -> None:
    network = _street(tmp_path / "net")
    (course,) = line_courses(network, _folder(tmp_path, _ROW), _with(_lines()))
    assert course.links == _COURSE
    assert course.length_m == pytest.approx(sum(network.links[name].length_m for name in _COURSE))
    assert course.free_flow_s == pytest.approx(course.length_m / 13.89)
    assert course.dwell_s == pytest.approx(4 * 0.5 * 15.0)


def test_vehicles_are_named_by_their_line_and_the_same_each_time(tmp_path: Path) -> None:
    network, assumptions = _street(tmp_path / "net"), _with(_lines())
    courses = line_courses(network, _folder(tmp_path, _ROW), assumptions)
    vehicles = [*line_vehicles(courses[0], assumptions)]
    assert vehicles == [*line_vehicles(courses[0], assumptions)]
    assert len(vehicles) == 180  # three hours
    assert [one.id for one in vehicles[:2]] == ["main.1", "main.2"]
    assert {one.vehicle_class for one in vehicles} == {"microbus"}
    stops = [len(one.stops) for one in vehicles]
    assert sum(stops) == pytest.approx(0.5 * 4 * 180, rel=0.15)
    assert {stop.in_bay for one in vehicles for stop in one.stops} == {False}


def test_another_line_does_not_change_the_first(tmp_path: Path) -> None:
    network, assumptions = _street(tmp_path / "net"), _with(_lines())
    alone = line_courses(network, _folder(tmp_path, _ROW), assumptions)
    beside = line_courses(network, _folder(tmp_path, _ROW.replace("main", "other", 1), _ROW), assumptions)
    assert [*line_vehicles(alone[0], assumptions)] == [*line_vehicles(beside[1], assumptions)]


def test_bays_are_an_option(tmp_path: Path) -> None:
    network, assumptions = _street(tmp_path / "net"), _with(_lines(stopping="bay", served_share=1.0))
    (course,) = line_courses(network, _folder(tmp_path, _ROW), assumptions)
    assert {stop.in_bay for one in line_vehicles(course, assumptions) for stop in one.stops} == {True}


def test_every_faulty_course_is_named_with_its_line(tmp_path: Path) -> None:
    back, lost = (_ROW.replace("main", name, 1).replace("a e", way) for name, way in (("b", "e a"), ("l", "a z")))
    with pytest.raises(DemandError) as caught:
        line_courses(_street(tmp_path / "net"), _folder(tmp_path, _ROW, back, lost), _with(_lines()))
    told = [(fault.line, fault.key, fault.rule) for fault in caught.value.faults]
    assert told == [(3, "course", "no way leads from 'e' to 'a'"), (4, "course", "there is no node or link 'z'")]
    assert caught.value.faults[0].source == str(tmp_path / "lines.csv")


def test_without_lines_the_vehicles_stay_as_they_are(tmp_path: Path) -> None:
    vehicles = (Vehicle(1, "car", ("ab",)),)
    assert with_lines(vehicles, tmp_path / "nowhere.net.xml", tmp_path, _with(None)) == (vehicles, ())


def test_a_missing_table_is_a_fault(tmp_path: Path) -> None:
    with pytest.raises(DemandError, match=r"lines\.csv"):
        line_courses(_street(tmp_path / "net"), tmp_path, _with(_lines()))


def _city(folder: Path, rows: str) -> Path:
    """Damascus with lines and hardly any other trips."""
    (folder / "demand").mkdir(parents=True)
    for name in ("network.yaml", "damascus.net.xml.gz", "demand/zones.csv"):
        shutil.copy(_DAMASCUS / name, folder / name)
    (folder / "demand/am-peak.yaml").write_text(
        _assumptions_without_lines()
        + "\nlines:\n  table: lines.csv\n"
        + "".join(f"  {name}: {{value: {value}, assumption: for a test}}\n" for name, value in _FIGURES.items()),
        encoding="utf-8",
    )
    (folder / "demand/lines.csv").write_text(_HEADING + rows, encoding="utf-8")
    (folder / "trips.csv").write_text("origin,destination,vehicles\nmidan,shaalan,300\n", encoding="utf-8")
    return folder


_FIGURES = {
    "stop_spacing_m": 400,
    "stop_length_m": 15,
    "clear_after_m": 30,
    "clear_before_m": 50,
    "served_share": 0.5,
    "dwell_mean_s": 15,
    "dwell_deviation_s": 8,
    "stopping": "lane",
}


def _assumptions_without_lines() -> str:
    text = (_DAMASCUS / "demand/am-peak.yaml").read_text(encoding="utf-8")
    return re.sub(r"(?m)^lines:\n(?:[ #].*\n|\n(?=[ ]))+", "", text)


def test_the_built_demand_holds_the_lines_in_order_of_departure(tmp_path: Path) -> None:
    city = _city(tmp_path / "city", "midan,Midan,الميدان,microbus,midan_s bab_musalla,10,C,assumed\n")
    first = build(city, trips=city / "trips.csv", target=tmp_path / "first.rou.xml.gz").routes
    second = build(city, trips=city / "trips.csv", target=tmp_path / "second.rou.xml.gz").routes
    assert first.read_bytes() == second.read_bytes()
    text = gzip.decompress(first.read_bytes()).decode()
    departs = [int(depart) for depart in re.findall(r'<vehicle [^>]*depart="(\d+)"', text)]
    assert departs == sorted(departs)
    assert len(re.findall(r'<vehicle id="midan\.\d+" type="microbus"', text)) == 30
    others = re.findall(r'<vehicle id="\d+" type="(\w+)"', text)
    assert 300 - others.count("microbus") >= 200
    assert len(others) < 300  # lines took over some
    assert text.count("<stop ") > 30
