"""What is read must be what SUMO itself makes of the same files."""

import math
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from congestion_lab.core.errors import DemandError
from congestion_lab.signals.plan import Control, PlanSet
from congestion_lab.signals.responsive import responsive
from congestion_lab.simulation.spec import SimulationInputs
from congestion_lab.simulation.traffic import DepartLane, Traffic
from congestion_lab.sumo.files.records import Record, records
from congestion_lab.sumo.installation import binary
from congestion_lab.sumo.nets.netfile import read_plans
from congestion_lab.sumo.nets.programs import write_programs
from congestion_lab.sumo.process import run_program
from congestion_lab.sumo.traffic.reading import read_traffic
from tests.roads import crossing, inputs, routes

PLACES = (
    '<busStop id="bs" lane="east_out_0" startPos="50" endPos="70"/>',
    '<taz id="za" edges="west_in"/><taz id="zb" edges="north_out"/>',
    '<vType id="slow" vClass="truck" maxSpeed="5"/>',
    '<vTypeDistribution id="mix" vTypes="slow DEFAULT_VEHTYPE" probabilities="1 3"/>',
    '<route id="wn" edges="west_in north_out"/>',
)
DEMAND = (
    '<route id="we" edges="west_in east_out"><stop edge="east_out" endPos="40" duration="7"/></route>',
    '<flow id="ft" begin="0" end="40" period="15" from="south_in" to="east_out" type="mix"/>',
    '<trip id="t0" depart="begin" from="west_in" to="north_out"/>',
    '<trip id="t1" depart="1" from="west_in" to="north_out" departLane="first" departSpeed="0" arrivalPos="-20"/>',
    '<trip id="t2" depart="2" fromTaz="za" toTaz="zb"/>',
    '<vehicle id="v1" depart="3" route="we" departPos="30"><stop busStop="bs" duration="5"/></vehicle>',
    '<vehicle id="v2" depart="3.5" route="wn" departPos="-30"/>',
    '<trip id="t3" depart="5" from="west_in" to="east_out"><stop busStop="bs" duration="5"/></trip>',
    '<vehicle id="v3" depart="6" arrivalEdge="0" arrivalPos="100"><route edges="west_in east_out"/></vehicle>',
    '<flow id="fn" begin="10" end="50" number="3" route="wn"/>',
    '<vehicle id="late" depart="300" route="wn"/>',
)


def scenario(folder: Path, *lines: str, **more: object) -> SimulationInputs:
    net = crossing(folder)
    return inputs(net, routes(folder, *lines), end_s=300.0, **more)  # type: ignore[arg-type] # keyword by keyword as the caller says


def read(folder: Path, *lines: str, **more: object) -> Traffic:
    return read_traffic(scenario(folder, *lines, **more), cache=folder / "cache")


def row(traffic: Traffic, vehicle: str) -> int:
    return traffic.demand.vehicle_ids.index(vehicle)


def links(traffic: Traffic, vehicle: str) -> str:
    demand, route = traffic.demand, traffic.demand.route[row(traffic, vehicle)]
    passed = demand.route_links[demand.route_offsets[route] : demand.route_offsets[route + 1]]
    return " ".join(traffic.roads.link_ids[link] for link in passed)


def stops(traffic: Traffic, vehicle: str) -> list[tuple[int, float]]:
    demand, index = traffic.demand, row(traffic, vehicle)
    own = slice(demand.stop_offsets[index], demand.stop_offsets[index + 1])
    return list(zip(demand.stop_leg[own].tolist(), demand.stop_s[own].tolist(), strict=True))


def simulated(folder: Path, given: SimulationInputs) -> tuple[dict[str, Record], dict[str, str]]:
    """What SUMO itself says of each vehicle, and the links it drove."""
    additional = [part for path in given.additional_files for part in ("--additional-files", path)]
    run_program(
        [
            *(binary("sumo"), "--net-file", given.net_file, "--route-files", given.route_files[0], "--no-step-log"),
            *("--begin", str(given.begin_s), "--end", str(given.horizon_s), "--scale", str(given.scale)),
            *("--tripinfo-output", folder / "trips.xml", "--vehroute-output", folder / "routes.xml"),
            *additional,
        ]
    )
    trips = {one.get("id"): one for one in records(folder / "trips.xml", ("tripinfo",), roots=(), error=DemandError)}
    driven = {
        one.get("id"): next(child.get("edges") for child in one.children if child.tag == "route")
        for one in records(folder / "routes.xml", ("vehicle",), roots=(), error=DemandError)
    }
    return trips, driven


def test_everybody_departs_as_in_sumo(tmp_path: Path) -> None:
    places = routes(tmp_path, *PLACES, name="places.add.xml")
    given = scenario(tmp_path, *DEMAND, additional_files=(places,))
    traffic = read_traffic(given, cache=tmp_path / "cache")
    trips, driven = simulated(tmp_path, given)
    assert set(traffic.demand.vehicle_ids) == set(trips)
    assert traffic.demand.demanded_s.tolist() == sorted(traffic.demand.demanded_s)
    for name, trip in trips.items():
        index = row(traffic, name)
        wanted_s = trip.number("depart") - trip.number("departDelay")
        assert traffic.demand.demanded_s[index] == pytest.approx(0 if name == "t0" else wanted_s, abs=0.01), name
        assert driven[name].startswith(links(traffic, name)), name
        assert traffic.demand.arrive_m[index] == pytest.approx(trip.number("arrivalPos"), abs=0.01), name
        assert sum(length for _, length in stops(traffic, name)) == trip.number("stopTime"), name
        types = {traffic.demand.types[one].id for one, _ in traffic.demand.mixtures[traffic.demand.mixture[index]]}
        assert trip.get("vType").partition("@")[0] in types, name
        if not name.startswith("ft"):  # types of different lengths
            assert traffic.demand.depart_m[index] == pytest.approx(trip.number("departPos"), abs=0.01), name


def test_places_and_speeds_at_entry_are_told(tmp_path: Path) -> None:
    places = routes(tmp_path, *PLACES, name="places.add.xml")
    traffic = read(tmp_path, *DEMAND, additional_files=(places,))
    lanes, speeds = traffic.demand.depart_lane, traffic.demand.depart_speed_mps
    assert lanes[row(traffic, "t0")] == DepartLane.BEST
    assert lanes[row(traffic, "t1")] == 0
    assert math.isnan(speeds[row(traffic, "t0")])
    assert speeds[row(traffic, "t1")] == 0
    assert links(traffic, "v3") == "west_in"
    assert stops(traffic, "v1") == [(1, 7), (1, 5)]


@pytest.mark.parametrize("scale", [0.3, 0.75, 1.3, 2.5])
def test_scaled_vehicles_are_those_of_sumo(tmp_path: Path, scale: float) -> None:
    vehicle = '<vehicle id="v{0}" depart="{0}"><route edges="west_in east_out"/></vehicle>'
    given = scenario(tmp_path, *(vehicle.format(one) for one in range(25)), begin_s=2.0, scale=scale)
    trips, _ = simulated(tmp_path, given)
    assert set(read_traffic(given, cache=tmp_path).demand.vehicle_ids) == set(trips)


def test_scaled_flows_are_those_of_sumo(tmp_path: Path) -> None:
    given = scenario(
        tmp_path,
        '<flow id="n" begin="0" end="40" number="10"><route edges="west_in east_out"/></flow>',
        '<flow id="p" begin="0" end="40" period="4"><route edges="south_in north_out"/></flow>',
        scale=1.5,
    )
    trips, _ = simulated(tmp_path, given)
    assert set(read_traffic(given, cache=tmp_path).demand.vehicle_ids) == set(trips)


def test_vehicles_before_and_after_the_run_are_left_out(tmp_path: Path) -> None:
    vehicle = '<vehicle id="at{0}" depart="{0}"><route edges="west_in east_out"/></vehicle>'
    lines = [vehicle.format(time) for time in (50, 100, 299.9, 300)]
    assert read(tmp_path, *lines, begin_s=100.0).demand.vehicle_ids == ("at100", "at299.9")


def test_routes_of_a_distribution_come_by_their_shares(tmp_path: Path) -> None:
    traffic = read(
        tmp_path,
        '<route id="we" edges="west_in east_out"/><route id="wn" edges="west_in north_out"/>',
        '<routeDistribution id="both" routes="we wn" probabilities="1 3"/>',
        '<flow id="f" begin="0" end="200" number="100" route="both"/>',
        '<flow id="g" begin="0" end="200" number="10"><routeDistribution>'
        '<route edges="south_in north_out" probability="1"/><route refId="we" probability="1"/>'
        "</routeDistribution></flow>",
    )
    driven = [links(traffic, name) for name in traffic.demand.vehicle_ids]
    assert driven.count("west_in north_out") == 75
    assert driven.count("south_in north_out") == 5
    assert driven.count("west_in east_out") == 30


def test_a_timetable_holds_vehicles_until_its_time(tmp_path: Path) -> None:
    stop = '<stop lane="west_in_0" endPos="139" {}/>'
    vehicle = '<vehicle id="{}" depart="10"><route edges="west_in east_out"/>{}</vehicle>'
    traffic = read(
        tmp_path,
        vehicle.format("early", stop.format('until="60"')),
        vehicle.format("late", stop.format('until="15" duration="4"')),
    )
    assert stops(traffic, "early")[0][1] == pytest.approx(60 - 10 - 139 / 13.9)
    assert stops(traffic, "late") == [(0, 4)]


def diamond(folder: Path) -> Path:
    """From `in` to `out` over `n` or, a little longer, over `s`."""
    ends = {"in": ("a", "b"), "n1": ("b", "n"), "n2": ("n", "c"), "s1": ("b", "s"), "s2": ("s", "c"), "out": ("c", "d")}
    at = {"a": (-100, 0), "b": (0, 0), "n": (100, 50), "s": (100, -60), "c": (200, 0), "d": (300, 0)}
    nodes = "".join(f'<node id="{name}" x="{x}" y="{y}"/>' for name, (x, y) in at.items())
    edges = "".join(f'<edge id="{name}" from="{a}" to="{b}"/>' for name, (a, b) in ends.items())
    (folder / "n.nod.xml").write_text(f"<nodes>{nodes}</nodes>")
    (folder / "n.edg.xml").write_text(f"<edges>{edges}</edges>")
    net = folder / "diamond.net.xml"
    run_program([binary("netconvert"), "-n", folder / "n.nod.xml", "-e", folder / "n.edg.xml", "-o", net])
    return net


@pytest.mark.parametrize(("closed", "way"), [("n2", "in s1 s2 out"), ("s1", "in n1 n2 out")])
def test_who_meets_a_closed_link_goes_another_way(tmp_path: Path, closed: str, way: str) -> None:
    vehicle, trip = '<vehicle id="v" depart="1"><route edges="in n1 n2 out"/></vehicle>', '<trip id="t" depart="2" {}/>'
    demand = routes(tmp_path, vehicle, trip.format('from="in" to="out"'))
    traffic = read_traffic(inputs(diamond(tmp_path), demand, end_s=300.0, closed_links=(closed,)), cache=tmp_path)
    assert [links(traffic, one) for one in ("v", "t")] == [way, way]


@pytest.mark.parametrize("more", ["", 'via="n2"', 'type="DEFAULT_BIKETYPE"'])
def test_trips_go_the_way_that_sumo_finds(tmp_path: Path, more: str) -> None:
    demand = routes(tmp_path, f'<trip id="t" depart="2" from="in" to="out" {more}/>')
    given = inputs(diamond(tmp_path), demand, end_s=300.0)
    _, driven = simulated(tmp_path, given)
    assert links(read_traffic(given, cache=tmp_path), "t") == driven["t"]


def test_who_finds_no_way_is_told(tmp_path: Path) -> None:
    demand = routes(tmp_path, '<vehicle id="v" depart="1"><route edges="in n1 n2 out"/></vehicle>')
    given = inputs(diamond(tmp_path), demand, end_s=300.0, closed_links=("n2", "s2"))
    with pytest.raises(DemandError, match="no way from 'in' to 'out'"):
        read_traffic(given, cache=tmp_path)


def test_ways_are_found_once(tmp_path: Path) -> None:
    given = scenario(
        tmp_path, *(f'<trip id="{one}" depart="{one}" from="west_in" to="north_out"/>' for one in ("1", "2"))
    )
    first = read_traffic(given, cache=tmp_path / "cache")
    (kept,) = (tmp_path / "cache" / "ways").iterdir()
    written = kept.stat().st_mtime_ns
    again = read_traffic(given, cache=tmp_path / "cache")
    assert kept.stat().st_mtime_ns == written
    assert np.array_equal(first.demand.route_links, again.demand.route_links)
    assert links(again, "2") == "west_in north_out"


def test_ways_on_empty_roads_are_noted(tmp_path: Path) -> None:
    trip, flow = '<trip id="t" depart="1" {}/>', '<flow id="f" begin="0" end="9" number="3" {}/>'
    routed = '<vehicle id="v" depart="1"><route edges="west_in north_out"/></vehicle>'
    ends = 'from="west_in" to="north_out"'
    (note,) = read(tmp_path, routed, trip.format(ends), flow.format(ends)).notes
    assert note.startswith("4 vehicles without routes")
    assert read(tmp_path, routed).notes == ()


def test_where_queues_stay_short_sumo_takes_the_ways_on_empty_roads(bench_folder: Path, tmp_path: Path) -> None:
    """The present plans of this corridor send 5 % of its vehicles on detours; gap-based control sends nobody."""
    folder = bench_folder / "ingolstadt7"
    net, demand = next(folder.glob("*.net.xml.gz")), next(folder.glob("*.rou.xml.gz"))
    given = inputs(net, demand, begin_s=57600.0, end_s=61200.0)
    plans = PlanSet(tuple(responsive(plan, Control.ACTUATED) for plan in read_plans(net)))
    programs = tmp_path / "programs.add.xml"
    write_programs(plans, programs, program_id="short")
    _, driven = simulated(tmp_path, replace(given, additional_files=(programs,)))
    traffic = read_traffic(given, cache=tmp_path)
    same = [links(traffic, name) == way for name, way in driven.items()]
    assert len(same) > 2500
    assert sum(same) >= 0.99 * len(same)


def test_what_is_not_modelled_is_told(tmp_path: Path) -> None:
    traffic = read(
        tmp_path,
        '<vehicle id="v" depart="1"><route edges="west_in east_out"/>'
        '<stop lane="west_in_0" endPos="50" duration="5" parking="true"/>'
        '<stop lane="west_in_0" endPos="90" speed="3"/></vehicle>',
        '<vehicle id="w" depart="triggered"><route edges="west_in east_out"/></vehicle>',
        '<person id="p" depart="2"><walk edges="west_in"/></person>',
        '<vType id="wise" carFollowModel="IDM"/>',
    )
    assert stops(traffic, "v") == [(0, 5)]
    assert traffic.demand.vehicle_ids == ("v",)
    assert [note.split()[0] for note in traffic.notes] == ["1", "1", "the", "1", "1"]


@pytest.mark.parametrize(
    ("line", "rule"),
    [
        ('<vehicle id="v" depart="1"><route edges="west_in north_out west_in"/></vehicle>', "no path joins"),
        ('<vehicle id="v" depart="1"><route edges="nowhere"/></vehicle>', "nowhere"),
        ('<vehicle id="v" depart="1" route="nobody"/>', "'nobody' is not defined"),
        ('<vehicle id="v" depart="1" type="ghost"><route edges="west_in"/></vehicle>', "ghost"),
        ('<vehicle id="v" depart="1" departLane="7"><route edges="west_in"/></vehicle>', "lane '7'"),
        ('<vehicle id="v" depart="1" departPos="x"><route edges="west_in"/></vehicle>', "departPos='x'"),
        ('<vehicle id="v" depart="1" departEdge="x"><route edges="west_in"/></vehicle>', "departEdge"),
        ('<vehicle id="v" depart="1"><route edges="west_in"/><stop edge="east_out" duration="1"/></vehicle>', "way"),
        ('<vehicle id="v" depart="1"><route edges="west_in"/><stop busStop="no" duration="1"/></vehicle>', "'no'"),
        ('<vehicle id="v" depart="1"><route edges="west_in"/><stop edge="west_in"/></vehicle>', "without a duration"),
        ('<trip id="v" depart="1" from="east_out" to="west_in"/>', "no way from 'east_out' to 'west_in'"),
        ('<flow id="v" begin="0" end="9" number="many"><route edges="west_in"/></flow>', "many"),
        ('<rerouter id="r" edges="west_in"/>', "changes traffic on the way"),
    ],
)
def test_faults_name_their_line(tmp_path: Path, line: str, rule: str) -> None:
    good = '<vehicle id="good" depart="0"><route edges="west_in"/></vehicle>'
    with pytest.raises(DemandError, match=rule) as caught:
        read(tmp_path, good, line)
    (fault,) = caught.value.faults
    assert (fault.line, Path(fault.source).name) == (3, "demand.rou.xml")


def test_all_faults_come_at_once_and_many_are_counted(tmp_path: Path) -> None:
    bad = [f'<vehicle id="{one}" depart="1" type="ghost"><route edges="west_in"/></vehicle>' for one in range(8)]
    with pytest.raises(DemandError) as caught:
        read(tmp_path, *bad)
    assert len(caught.value.faults) == 6
    assert "3 more" in caught.value.faults[-1].rule


@pytest.mark.parametrize("name", ["cologne3", "ingolstadt1", "bologna_acosta"])
def test_published_scenarios_are_read_whole(bench_folder: Path, tmp_path: Path, name: str) -> None:
    folder = bench_folder / name
    nets, demand = sorted(folder.glob("*.net.xml.gz")), sorted(folder.glob("*.rou.xml.gz"))
    additional = tuple(sorted(folder.glob("*.add.xml.gz"), reverse=True))
    given = inputs(nets[0], demand[0], end_s=None, limit_s=1e6, route_files=tuple(demand), additional_files=additional)
    traffic = read_traffic(given, cache=tmp_path)
    vehicles = {"cologne3": 4494, "ingolstadt1": 1716, "bologna_acosta": 8622 + 157}
    assert len(traffic.demand.vehicle_ids) == vehicles[name]
    assert len(traffic.demand.stop_s) == (542 if name == "bologna_acosta" else 0)
    assert [note.split()[0] for note in traffic.notes] == (["1716"] if name == "ingolstadt1" else [])
