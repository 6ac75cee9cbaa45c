import dataclasses
import shutil
from pathlib import Path
from xml.etree.ElementTree import Element

import pytest
from pyproj import Proj

from congestion_lab.core.errors import ScenarioError
from congestion_lab.core.geometry import Turn
from congestion_lab.network.model import Connection, Lane, Link, Network, Node
from congestion_lab.scenarios.schema import Area, Scenario, load_scenario
from congestion_lab.simulation.spec import SimulationInputs
from congestion_lab.sumo.files.outline import with_digest
from congestion_lab.sumo.files.xmlfiles import elements, tree
from congestion_lab.sumo.installation import binary
from congestion_lab.sumo.nets.netfile import read_network, read_plans
from congestion_lab.sumo.preparing.areanet import _restore_programmes, links_at
from congestion_lab.sumo.preparing.areatrips import Stretch, stretches
from congestion_lab.sumo.preparing.prepare import prepare
from congestion_lab.sumo.preparing.subarea import cut, links_inside
from congestion_lab.sumo.process import run_program
from tests import roads

_SIDE = 4
_AREA = "area: {links: [%s]}\n"


def test_a_route_is_clipped_to_its_stretches_inside() -> None:
    links, left_s = ["a", "b", "c", "d", "e", "b"], [10, 20, 30, 40, 50, 60]
    assert list(stretches(links, left_s, 5, {"b", "c", "e"})) == [
        Stretch(1, ("b", "c"), 10),
        Stretch(4, ("e", "b"), 40),
    ]
    assert list(stretches(links, left_s, 5, {"a"})) == [Stretch(0, ("a",), 5)]


def test_what_a_vehicle_never_reached_is_no_trip() -> None:
    assert list(stretches(["a", "b", "c"], [10, -1, -1], 5, {"c"})) == []


@pytest.fixture(scope="module")
def grid(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A grid of signals with traffic right through it, buses that stop, and a programme of its own."""
    folder = tmp_path_factory.mktemp("grid")
    size = ("--grid.number", str(_SIDE), "--grid.length", "150", "--grid.attach-length", "100")
    kind = ("--default-junction-type", "traffic_light", "--default.lanenumber", "2")
    run_program([binary("netgenerate"), "--grid", *size, *kind, "--output-file", folder / "grid.net.xml"])
    across = "left1A1 A1B1 B1C1 C1D1 D1right1"
    upwards = "bottom1B0 B0B1 B1B2 B2B3 B3top1"
    bus_stop = '<stop busStop="s" duration="5"/>'
    vehicles = "\n".join(
        _vehicle(f"x{n}", f'type="car" depart="{8 * n}" departLane="best" departSpeed="0"', across)
        + _vehicle(f"y{n}", f'type="van" depart="{8 * n + 3}"', upwards, bus_stop)
        for n in range(60)
    )
    types = '<vTypeDistribution id="mix"><vType id="car" length="4"/><vType id="van" length="7"/></vTypeDistribution>'
    (folder / "grid.rou.xml").write_text(f"<routes>\n{types}\n{vehicles}\n</routes>\n")
    stops = '<busStop id="s" lane="B1B2_0" startPos="20" endPos="60"/>\n<busStop id="far" lane="C3D3_0"/>'
    (folder / "stops.add.xml").write_text(f"<additional>\n{stops}\n</additional>\n")
    return folder


def _vehicle(name: str, words: str, links: str, stop: str = "") -> str:
    return f'<vehicle id="{name}" {words}><route edges="{links}"/>{stop}</vehicle>'


def _scenario(folder: Path, name: str, area: str, scale: float = 1.0) -> Scenario:
    path = folder / f"{name}.yaml"
    path.write_text(
        f"name: {name}\nnetwork: {{file: grid.net.xml}}\n"
        f"demand: {{routes: [grid.rou.xml], additional: [stops.add.xml], scale: {scale}}}\n"
        f"period: {{begin: 00:00, end: 00:20}}\n{area}"
    )
    return load_scenario(path)


@pytest.fixture(scope="module")
def whole(grid: Path) -> SimulationInputs:
    return prepare(_scenario(grid, "whole", ""), cache=grid / "cache")


@pytest.fixture(scope="module")
def inside(whole: SimulationInputs) -> frozenset[str]:
    """All links at one junction, so that its neighbours lose most of theirs."""
    return links_at(read_network(whole.net_file), "B1")


@pytest.fixture(scope="module", params=["mesoscopic", "microscopic"])
def part(grid: Path, inside: frozenset[str], request: pytest.FixtureRequest) -> SimulationInputs:
    area = _AREA % ", ".join(sorted(inside))
    timed = area.replace("}", f", entry_times: {request.param}}}")
    return prepare(_scenario(grid, "part", timed), cache=grid / "cache")


def test_exactly_the_links_are_left_as_they_were(
    whole: SimulationInputs, part: SimulationInputs, inside: frozenset[str]
) -> None:
    before, after = read_network(whole.net_file), read_network(part.net_file)
    assert set(after.links) == inside
    assert {link: after.links[link].lanes for link in inside} == {link: before.links[link].lanes for link in inside}
    assert set(after.movements) == {pair for pair in before.movements if set(pair) <= inside}
    assert after.offset == before.offset


def test_a_complete_signal_keeps_its_plan_and_a_broken_one_is_taken_out(
    whole: SimulationInputs, part: SimulationInputs
) -> None:
    before, after = read_plans(whole.net_file), read_plans(part.net_file)
    assert [plan.controller_id for plan in after] == ["B1"]
    assert after.plan_of("B1") == before.plan_of("B1")


def test_speeds_across_the_junction_are_kept(whole: SimulationInputs, part: SimulationInputs) -> None:
    def crossing(path: Path) -> dict[tuple[str | None, ...], tuple[str | None, ...]]:
        speed = {lane.get("id"): (lane.get("speed"), lane.get("length")) for lane in elements(path, ["lane"])}
        words = ("from", "fromLane", "to", "toLane")
        return {
            tuple(c.get(w) for w in words): speed[c.get("via")] for c in elements(path, ["connection"]) if c.get("via")
        }

    before, after = crossing(whole.net_file), crossing(part.net_file)
    assert after
    assert all(before[path] == speed for path, speed in after.items())


def test_through_traffic_enters_when_it_really_arrives(part: SimulationInputs) -> None:
    trips = [_Trip.of(trip) for trip in elements(part.route_files[0], ["vehicle"])]
    assert len(trips) == 120
    assert trips == sorted(trips, key=lambda trip: trip.depart)
    first, bus = (next(trip for trip in trips if trip.id == name) for name in ("x0", "y0"))
    assert first.links == "A1B1 B1C1"
    assert 100 / 13.9 < first.depart < 100 / 13.9 + 60  # the free drive to A1, and at most a red there
    assert (first.stops, bus.stops) == (0, 1)


@dataclasses.dataclass(frozen=True)
class _Trip:
    id: str
    depart: float
    links: str
    stops: int

    @classmethod
    def of(cls, trip: Element) -> "_Trip":
        route = trip.find("route")
        assert route is not None
        return cls(trip.get("id", ""), float(trip.get("depart", "")), route.get("edges", ""), len(trip.findall("stop")))


def test_who_found_no_room_to_depart_inside_is_still_demanded(grid: Path, tmp_path: Path) -> None:
    crowd = "\n".join(_vehicle(f"v{n}", 'depart="1195"', "B1C1 C1D1") for n in range(40))
    (tmp_path / "grid.rou.xml").write_text(f"<routes>\n{crowd}\n</routes>\n")
    for name in ("grid.net.xml", "stops.add.xml"):
        shutil.copy(grid / name, tmp_path / name)
    area = _AREA % "B1C1"
    part = prepare(_scenario(tmp_path, "crowd", area), cache=tmp_path / "cache")
    assert sum(1 for _ in elements(part.route_files[0], ["vehicle"])) == 40
    doubled = _scenario(tmp_path, "crowd", area, scale=2.0)
    part = prepare(doubled, cache=tmp_path / "cache")
    assert len({trip.get("id") for trip in elements(part.route_files[0], ["vehicle"])}) == 80


@pytest.mark.parametrize("scale", [1.0, 1.5])
def test_vehicles_of_flows_that_found_no_room_are_still_demanded(tmp_path: Path, scale: float) -> None:
    net = roads.crossing(tmp_path)
    demand = roads.routes(tmp_path, roads.flow("west", "west_in east_out", 200, end_s=200))
    whole = with_digest(roads.inputs(net, demand, end_s=200, scale=scale))
    area = Area(links=("west_in", "east_out", "south_in", "north_out"))
    trips = [dict(trip.attrib) for trip in elements(cut(whole, area, tmp_path / "cache").route_files[0], ["vehicle"])]
    departs = {trip["id"]: float(trip["depart"]) for trip in trips}
    times = (number / scale for number in range(int(200 * scale)))
    expected = {f"west.{number}": at for number, at in enumerate(times) if at <= 199}  # SUMO's last whole step
    assert departs == pytest.approx(expected, abs=0.3)  # it adds up rounded spacings
    assert not any("number" in trip for trip in trips)


def test_trips_avoid_links_that_are_closed(grid: Path, inside: frozenset[str]) -> None:
    area = _AREA % ", ".join(sorted(inside)) + "closures: [B1C1, C3D3]\n"
    part = prepare(_scenario(grid, "closed", area), cache=grid / "cache")
    assert part.closed_links == ("B1C1",)
    links = {link for trip in elements(part.route_files[0], ["vehicle"]) for link in _Trip.of(trip).links.split()}
    assert links
    assert "B1C1" not in links


def test_the_cut_runs_in_bare_sumo_with_its_types_and_stops(part: SimulationInputs, tmp_path: Path) -> None:
    files = ("--net-file", part.net_file, "--route-files", part.route_files[0])
    more = (
        "--additional-files",
        ",".join(map(str, part.additional_files)),
        "--tripinfo-output",
        tmp_path / "trips.xml",
    )
    run_program([binary("sumo"), *files, *more, "--no-step-log"])
    types = {trip.get("vType") for trip in elements(tmp_path / "trips.xml", ["tripinfo"])}
    assert types == {"car", "van"}
    assert [stop.get("id") for stop in elements(part.additional_files[0], ["busStop"])] == ["s"]


def test_a_cut_is_made_once_and_is_the_same_elsewhere(
    grid: Path, inside: frozenset[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    scenario = _scenario(grid, "part", _AREA % ", ".join(sorted(inside)))
    first = prepare(scenario, cache=grid / "cache")
    anew = prepare(scenario, cache=tmp_path / "other")
    assert anew.digest == first.digest
    monkeypatch.setattr("congestion_lab.sumo.preparing.subarea._make", lambda *_: pytest.fail("cut again"))
    assert prepare(scenario, cache=grid / "cache") == first


def test_the_same_cut_serves_scenarios_of_other_names_and_no_other_content(
    grid: Path, inside: frozenset[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    area = _AREA % ", ".join(sorted(inside))
    first = prepare(_scenario(grid, "part", area), cache=tmp_path)
    monkeypatch.setattr("congestion_lab.sumo.preparing.subarea._make", lambda *_: pytest.fail("cut again"))
    sibling = prepare(_scenario(grid, "sibling", area), cache=tmp_path)
    assert (sibling.name, sibling.net_file, sibling.route_files) == ("sibling", first.net_file, first.route_files)
    smaller = _AREA % ", ".join(sorted(inside)[1:])
    others = [(area, 1.5), (smaller, 1.0), (area.replace("}", ", entry_times: microscopic}"), 1.0)]
    for other, scale in [*others, (area + "closures: [B1C1]\n", 1.0)]:
        with pytest.raises(pytest.fail.Exception, match="cut again"):
            prepare(_scenario(grid, "part", other, scale), cache=tmp_path)


def test_areas_that_cannot_be_cut(grid: Path) -> None:
    square = "area: {polygon: [[33.5, 36.2], [33.6, 36.2], [33.6, 36.3]]}\n"
    with pytest.raises(ScenarioError, match="no geographic coordinates"):
        prepare(_scenario(grid, "bad", square), cache=grid / "cache")
    with pytest.raises(ScenarioError, match="'nowhere' is not in the network"):
        prepare(_scenario(grid, "bad", _AREA % "nowhere"), cache=grid / "cache")
    with pytest.raises(ScenarioError, match="no trip passes the area"):
        prepare(_scenario(grid, "bad", _AREA % "C3D3"), cache=grid / "cache")


def test_a_polygon_takes_junctions_with_all_their_approaches() -> None:
    """A street west to east: a roundabout of two nodes, a signal, a signal with one approach of three inside."""
    spots = {"w": -500, "r1": 0, "r2": 40, "m": 300, "s": 600, "m2": 900, "t": 1200, "e": 1600}
    kinds = {"r1": "roundabout", "r2": "roundabout", "s": "signal", "t": "signal"}
    east, north, offset = 700_000.0, 3_700_000.0, (-600_000.0, -3_000_000.0)
    nodes = {n: Node(n, (east + offset[0] + x, north + offset[1]), kinds.get(n, "priority")) for n, x in spots.items()}
    pairs = [("w", "r1"), ("r1", "r2"), ("r2", "r1"), ("r2", "m"), ("m", "s"), ("s", "m2"), ("m2", "t"), ("e", "t")]
    lanes = (Lane("lane", 100, 13.9, 3.2),)
    links = {a + b: Link(a + b, a, b, lanes, (nodes[a].position, nodes[b].position)) for a, b in pairs}
    connections = (
        Connection("ms", 0, "sm2", 0, Turn.STRAIGHT, "s", 0),
        Connection("m2t", 0, "te", 0, Turn.STRAIGHT, "t", 0),
        Connection("et", 0, "tm2", 0, Turn.STRAIGHT, "t", 1),
    )
    projection = "+proj=utm +zone=37 +datum=WGS84 +units=m"
    network = Network(nodes, links, connections, projection, offset)
    to_degrees = Proj(projection)
    corners = [(east - 10, north - 50), (east + 500, north - 50), (east + 500, north + 50), (east - 10, north + 50)]
    polygon = tuple(to_degrees(x, y, inverse=True)[::-1] for x, y in corners)
    assert links_inside(network, Area(polygon=polygon)) == {"wr1", "r1r2", "r2r1", "r2m", "ms", "sm2"}


@pytest.mark.parametrize(
    ("polygon", "rule"),
    [
        ("[[50.0, 6.0], [50.0, 6.1], [50.1, 6.1]]", "no link lies in the polygon"),
        ("[[50.9, 6.8], [51.0, 7.1], [50.9, 7.1], [51.0, 6.8]]", "cross each other"),
    ],
)
def test_polygons_that_hold_nothing_or_cross_themselves(
    bench_folder: Path, tmp_path: Path, polygon: str, rule: str
) -> None:
    with pytest.raises(ScenarioError, match=rule):
        prepare(_cologne(bench_folder, tmp_path, polygon), cache=tmp_path / "cache")


def _cologne(bench_folder: Path, folder: Path, polygon: str) -> Scenario:
    path = folder / "cologne3.yaml"
    base = bench_folder / "cologne3/cologne3"
    path.write_text(
        f"name: cologne3\nnetwork: {{file: {base}.net.xml.gz}}\ndemand: {{routes: [{base}.rou.xml.gz]}}\n"
        f"period: {{begin: 07:00, end: 08:00}}\narea: {{polygon: {polygon}}}\n"
    )
    return load_scenario(path)


def test_a_fixed_time_phase_keeps_its_stated_minimum(tmp_path: Path) -> None:
    programme = '<tlLogic id="x" type="static" programID="0" offset="0"><phase duration="30" state="Gr"{}/></tlLogic>'
    net = tmp_path / "whole.net.xml"
    net.write_text(f"<net>{programme}</net>".format(' minDur="15"'))
    cut = tmp_path / "part.net.xml"
    cut.write_text(f"<net>{programme}</net>".format(""))
    root = tree(cut)
    _restore_programmes(root, net)
    assert [phase.get("minDur") for phase in root.iter("phase")] == ["15"]
