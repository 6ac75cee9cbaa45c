import gzip
from pathlib import Path

import pytest

from congestion_lab.core.errors import DemandError
from congestion_lab.demand.sampling import Vehicle
from congestion_lab.demand.vehicles import VehicleClass
from congestion_lab.sumo.routefile import Placement, write_routes

_CAR = VehicleClass("car", "passenger", 1.0, 4.4, 2.0, 2.4, 4.5, 0.5, 1.1, (1.0, 0.1))
_BUS = VehicleClass("bus", "bus", 3.0, 12.0, 2.5, 1.2, 4.0, 0.4, 1.3, (0.9, 0.05))
_VEHICLES = (
    Vehicle(60, "car", ("a", "b", "c")),
    Vehicle(30, "car", ("a", "b")),
    Vehicle(3700, "car", ("a", "b", "c")),
)


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
