import gzip
from dataclasses import replace
from pathlib import Path
from typing import get_args

import pytest

from congestion_lab.core.errors import DemandError
from congestion_lab.demand.trips.assumptions import ClassFigures
from congestion_lab.demand.trips.dwell import Dwell, StopPlace
from congestion_lab.demand.trips.sampling import Vehicle
from congestion_lab.demand.trips.vehicles import VehicleClass
from congestion_lab.simulation.spec import Detail, RunSpec
from congestion_lab.simulation.tables import EMISSIONS
from congestion_lab.sumo.routes.routefile import Placement, write_routes
from congestion_lab.sumo.running.engine import SumoEngine
from tests import roads

_CAR = VehicleClass("car", "passenger", 1.0, 4.4, 2.0, 2.4, 4.5, 0.5, 1.1, (1.0, 0.1))
_MOTORCYCLE = VehicleClass("motorcycle", "motorcycle", 0.24, 2.2, 1.0, 3.0, 6.0, 0.5, 1.0, (1.0, 0.15))
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


def test_vehicles_of_lines_keep_their_names_and_stops_among_the_others(tmp_path: Path) -> None:
    stops = (Dwell(StopPlace("b", 0, 85.0, 100.04), 12), Dwell(StopPlace("c", 1, 20.0, 35.0), 7, in_bay=True))
    line = Vehicle(45, "bus", ("a", "b", "c"), "jabal.1", stops)
    target = tmp_path / "x.rou.xml"
    write_routes(target, [line, *_VEHICLES], [_CAR, _BUS], Placement())
    (written,) = (one for one in target.read_text().splitlines() if 'id="jabal.1"' in one)
    assert written.endswith(
        '<stop lane="b_0" startPos="85.0" endPos="100.0" duration="12"/>'
        '<stop lane="c_1" startPos="20.0" endPos="35.0" duration="7" parking="true"/></vehicle>'
    )
    names = [one.split('"')[1] for one in target.read_text().splitlines() if one.startswith("<vehicle")]
    assert names == ["0", "jabal.1", "1", "2"]  # the others are numbered as they would be without it


def test_every_shape_is_one_that_sumo_knows_with_its_emissions(tmp_path: Path) -> None:
    net = roads.road(tmp_path)
    shapes = get_args(ClassFigures.model_fields["shape"].annotation)
    kinds = [replace(_CAR, id=shape, shape=shape) for shape in shapes]
    target = tmp_path / "x.rou.xml"
    vehicles = [Vehicle(10 * at, shape, ("main",)) for at, shape in enumerate(shapes)]
    write_routes(target, vehicles, kinds, Placement(arrival_m=900))
    result = SumoEngine().run(
        RunSpec(roads.inputs(net, target, end_s=300), 1, "sumo", SumoEngine().version, detail=Detail.FULL),
        tmp_path / "run",
    )
    emitted = result.table(EMISSIONS).set_index("vehicle_id")["co2_g"]
    assert len(emitted) == len(shapes)
    assert (emitted > 0).all()
    by_class = dict(zip(shapes, emitted[[str(at) for at in range(len(shapes))]], strict=True))
    assert by_class["motorcycle"] < by_class["passenger"] < by_class["bus"]


def test_a_motorcycle_is_written_with_its_size(tmp_path: Path) -> None:
    target = tmp_path / "x.rou.xml"
    write_routes(target, [Vehicle(1, "motorcycle", ("a",))], [_MOTORCYCLE], Placement())
    assert '<vType id="motorcycle" vClass="motorcycle" length="2.2" minGap="1"' in target.read_text()
