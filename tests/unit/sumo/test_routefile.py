import gzip
from pathlib import Path

import pytest

from congestion_lab.core.errors import DemandError
from congestion_lab.demand.sampling import Vehicle
from congestion_lab.demand.vehicles import VehicleClass
from congestion_lab.sumo.routefile import Placement, departures, turning_flows, write_routes

_CAR = VehicleClass("car", "passenger", 1.0, 4.4, 2.0, 2.4, 4.5, 0.5, 1.1, (1.0, 0.1))
_BUS = VehicleClass("bus", "bus", 3.0, 12.0, 2.5, 1.2, 4.0, 0.4, 1.3, (0.9, 0.05))
_VEHICLES = (
    Vehicle(60, "car", ("a", "b", "c")),
    Vehicle(30, "car", ("a", "b")),
    Vehicle(3700, "car", ("a", "b", "c")),
)


def _written(folder: Path, text: str) -> Path:
    path = folder / "x.rou.xml"
    path.write_text(f"<routes>{text}</routes>", encoding="utf-8")
    return path


def test_vehicles_come_sorted_with_their_types_and_shared_routes(tmp_path: Path) -> None:
    target = tmp_path / "x.rou.xml.gz"
    write_routes(target, _VEHICLES, [_CAR, _BUS], Placement())
    text = gzip.decompress(target.read_bytes()).decode()
    assert text.count("<route ") == 2
    assert text.count("<vType ") == 1
    assert text.index('depart="30"') < text.index('depart="60"') < text.index('depart="3700"')


def test_the_bytes_are_the_same_each_time(tmp_path: Path) -> None:
    for name in ("a.rou.xml.gz", "b.rou.xml.gz"):
        write_routes(tmp_path / name, _VEHICLES, [_CAR], Placement())
    assert (tmp_path / "a.rou.xml.gz").read_bytes() == (tmp_path / "b.rou.xml.gz").read_bytes()


def test_no_vehicle_is_a_fault(tmp_path: Path) -> None:
    with pytest.raises(DemandError, match="zero"):
        write_routes(tmp_path / "x.rou.xml", (), [_CAR], Placement())
    assert not (tmp_path / "x.rou.xml").exists()


def test_turns_and_departures_of_a_period(tmp_path: Path) -> None:
    target = tmp_path / "x.rou.xml.gz"
    write_routes(target, _VEHICLES, [_CAR], Placement())
    assert turning_flows([target], 0, 3600) == {("a", "b"): 2, ("b", "c"): 1}
    assert turning_flows([target], 3600, 7200) == {("a", "b"): 1, ("b", "c"): 1}
    assert departures([target], 1800, begin_s=0, end_s=5400) == {0: 2, 1800: 0, 3600: 1}
    with pytest.raises(DemandError, match="interval"):
        departures([target], 0, begin_s=0, end_s=10)


def test_flows_and_distributions_count_by_their_share(tmp_path: Path) -> None:
    path = _written(
        tmp_path,
        '<route id="r" edges="a b"/><routeDistribution id="d"><route refId="r" probability="3"/>'
        '<route edges="a c" probability="1"/></routeDistribution>'
        '<flow id="f" begin="0" end="0:20:00" number="80" route="d"/>'
        '<flow id="g" begin="0" end="3600" vehsPerHour="36" route="r"/>'
        '<flow id="h" begin="0" end="3600" period="10"><route edges="x y"/></flow>',
    )
    turns = turning_flows([path], 600, 3600)
    assert turns == pytest.approx({("a", "b"): 30 + 30, ("a", "c"): 10, ("x", "y"): 300})


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('<trip id="t" depart="1" from="a" to="b"/>', "no route"),
        ('<vehicle id="v" depart="soon"><route edges="a b"/></vehicle>', "time"),
        ("<vehicle", "cannot be read"),
    ],
)
def test_unusable_files_are_faults(tmp_path: Path, text: str, message: str) -> None:
    with pytest.raises(DemandError, match=message):
        turning_flows([_written(tmp_path, text)], 0, 10)


def test_entities_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "x.rou.xml"
    path.write_text('<!DOCTYPE r [<!ENTITY e "x">]><routes><route id="&e;" edges="a"/></routes>', encoding="utf-8")
    with pytest.raises(DemandError, match="cannot be read"):
        turning_flows([path], 0, 10)


def test_published_vehicles_are_counted(bench_folder: Path) -> None:
    turns = turning_flows([bench_folder / "cologne3/cologne3.rou.xml.gz"], 25200, 28800)
    assert sum(turns.values()) > 5000
