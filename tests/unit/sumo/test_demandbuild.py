import gzip
import re
import shutil
from pathlib import Path

import pytest

from congestion_lab.core.errors import DemandError
from congestion_lab.demand.trips.assumptions import read_assumptions
from congestion_lab.demand.trips.zones import Zone, read_zones
from congestion_lab.network.model import Network
from congestion_lab.sumo.demand.demandbuild import build, zone_connectors

_DAMASCUS = Path(__file__).parents[3] / "networks/damascus"
_ASSUMPTIONS = read_assumptions(_DAMASCUS / "demand/am-peak.yaml")


def test_every_zone_has_streets_of_its_own(damascus: Network) -> None:
    zones = read_zones(_DAMASCUS / "demand/zones.csv")
    found = zone_connectors(damascus, zones, _ASSUMPTIONS)
    for zone in zones:
        assert len(found[zone.id]) >= (1 if zone.is_gate else 3)
    kinds = {damascus.links[link].kind for z in zones if not z.is_gate for c in found[z.id] for link in c.origins}
    assert kinds <= {"arterial", "street", "local"}


def test_a_gate_at_an_unknown_node_is_a_fault(damascus: Network) -> None:
    with pytest.raises(DemandError, match="atlantis"):
        zone_connectors(damascus, [Zone("g", "", "", "gate", 33.5, 36.3, "atlantis")], _ASSUMPTIONS)


def test_a_network_without_projection_cannot_hold_zones(damascus: Network) -> None:
    plain = Network(damascus.nodes, damascus.links, damascus.connections)
    with pytest.raises(DemandError, match="projection"):
        zone_connectors(plain, [], _ASSUMPTIONS)


def test_unknown_models_and_variants_are_faults(tmp_path: Path) -> None:
    (tmp_path / "demand").mkdir()
    shutil.copy(_DAMASCUS / "network.yaml", tmp_path)
    for name in ("am-peak.yaml", "zones.csv"):
        shutil.copy(_DAMASCUS / "demand" / name, tmp_path / "demand")
    with pytest.raises(DemandError, match="pm-peak"):
        build(tmp_path, "pm-peak")
    with pytest.raises(DemandError, match="before-1900"):
        build(tmp_path, variant="before-1900")
    manifest = tmp_path / "network.yaml"
    manifest.write_text(manifest.read_text(encoding="utf-8").replace("  present: {", "  today: {"), encoding="utf-8")
    with pytest.raises(DemandError, match=r"'present'.*choose one of today, before-2025"):
        build(tmp_path)


def test_trips_of_a_table_become_vehicles(tmp_path: Path) -> None:
    trips = tmp_path / "trips.csv"
    trips.write_text("origin,destination,vehicles\nmidan,shaalan,30\ngate_homs,mezzeh,20\nmidan,midan,7\n")
    made = build(_DAMASCUS, trips=trips, target=tmp_path / "trips.rou.xml.gz")
    with gzip.open(made.routes, "rt") as stream:
        text = stream.read()
    of_all = re.findall(r'<vehicle id="[^"]+" type="(\w+)"', text)
    assert {name: of_all.count(name) for name in _ASSUMPTIONS.classes} == made.vehicles
    assert (made.trips, made.intrazonal) == (50, 7)
    classes = re.findall(r'<vehicle id="\d+" type="(\w+)"', text)
    assert {"car", "taxi"} <= set(classes) <= {"car", "taxi", "truck", "motorcycle"}  # lines take over the others
    assert 35 <= len(classes) < 50
    assert '<vehicle id="jaramana-out.1" type="microbus"' in text


_BY_INTERVAL_AND_CLASS = """origin,destination,vehicles,begin,end,class
midan,shaalan,30,07:00,07:15,car
midan,shaalan,12.4,07:15,08:00,car
midan,shaalan,4.3,07:00,08:00,taxi
gate_homs,mezzeh,20,07:00,07:15,car
gate_homs,mezzeh,9.8,07:00,08:00,truck
mezzeh,midan,15,,,
"""


def test_trips_of_a_table_depart_in_its_intervals_and_are_of_its_classes(tmp_path: Path) -> None:
    trips = tmp_path / "trips.csv"
    trips.write_text(_BY_INTERVAL_AND_CLASS)
    target = build(_DAMASCUS, trips=trips, target=tmp_path / "trips.rou.xml.gz").routes
    with gzip.open(target, "rt") as stream:
        text = stream.read()
    made = re.findall(r'<vehicle id="\d+" type="(\w+)" route="\d+" depart="(\d+)"', text)
    departs = [(kind, int(depart) / 3600) for kind, depart in made]
    asked = {("car", 7, 7.25): 50, ("car", 7.25, 8): 12.4, ("taxi", 7, 8): 4.3, ("truck", 7, 8): 9.8}
    free = 15  # of any class, at any time of the model's period
    for (kind, begin_h, end_h), wanted in asked.items():
        found = sum(one == kind and begin_h <= depart < end_h for one, depart in departs)
        assert wanted - 1 <= found <= wanted + 1 + free


@pytest.mark.parametrize(
    ("rows", "told"),
    [
        ("origin,destination,vehicles,begin,end\nmidan,shaalan,30,09:00,10:00\n", "leaves the model's period"),
        ("origin,destination,vehicles,class\nmidan,shaalan,30,tram\n", "there is no class 'tram'"),
        ("origin,destination,vehicles\nmidan,midan,30\n", "no trip between two zones"),
        ("origin,destination,vehicles\nmidan,atlantis,30\n", "no zone 'atlantis'"),
    ],
)
def test_tables_of_trips_that_do_not_fit_are_faults(tmp_path: Path, rows: str, told: str) -> None:
    trips = tmp_path / "trips.csv"
    trips.write_text(rows)
    with pytest.raises(DemandError, match=told):
        build(_DAMASCUS, trips=trips, target=tmp_path / "trips.rou.xml.gz")
    assert not (tmp_path / "trips.rou.xml.gz").exists()
