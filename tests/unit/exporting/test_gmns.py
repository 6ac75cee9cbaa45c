"""GMNS tables keep the published schema, and other readers find the roads."""

import json
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest

from congestion_lab.exporting.formats import export
from congestion_lab.network.lists.gmns import read_gmns
from congestion_lab.signals.planfile import PlanFile
from congestion_lab.sumo.nets.netfile import read_intersections, read_network, read_plans
from tests.gmnsschema import SCHEMAS, faults, read_tables

_NETWORK = Path(__file__).parents[3] / "networks" / "damascus" / "damascus.net.xml.gz"
Tables = dict[str, list[dict[str, str]]]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    network = read_network(_NETWORK)
    content = PlanFile("damascus", network.digest, read_intersections(_NETWORK), read_plans(_NETWORK))
    written = export(content, "gmns", tmp_path_factory.mktemp("gmns"), network=network, marking="NOT CERTIFIED: a test")
    return written.files[0].parent


@pytest.fixture(scope="module")
def tables(folder: Path) -> Tables:
    return read_tables(folder)


def test_every_table_keeps_its_schema(tables: Tables) -> None:
    assert set(tables) == set(SCHEMAS)
    assert not list(faults(tables))
    assert len(tables["signal_controller"]) == len(tables["signal_timing_plan"]) == 77
    assert {row["opt_marking"] for rows in tables.values() for row in rows} == {"NOT CERTIFIED: a test"}


@pytest.mark.parametrize(
    ("table", "column", "text"),
    [
        ("node", "x_coord", ""),
        ("node", "ctrl_type", "lights"),
        ("link", "from_node_id", "nowhere"),
        ("movement", "mvmt_id", "again"),
        ("signal_timing_plan", "cycle_length", "601"),
        ("signal_timing_phase", "ring", "1.5"),
        ("signal_phase_mvmt", "mvmt_id", "none"),
        ("signal_coordination", "offset", "-1"),
    ],
)
def test_the_validator_sees_what_is_wrong(tables: Tables, table: str, column: str, text: str) -> None:
    spoilt = {name: [dict(row) for row in rows] for name, rows in tables.items()}
    for row in spoilt[table][:2]:
        row[column] = text
    assert list(faults(spoilt))


@pytest.mark.skipif(find_spec("frictionless") is None, reason="frictionless is not installed; our own validator ran")
def test_frictionless_finds_every_table_valid(folder: Path, tmp_path: Path) -> None:
    for path in folder.iterdir():
        (tmp_path / path.name).write_bytes(path.read_bytes())
    resources = [
        {"name": name, "path": f"{name}.csv", "schema": _schema(tmp_path / f"{name}.csv", schema)}
        for name, schema in SCHEMAS.items()
    ]
    description = tmp_path / "datapackage.json"
    description.write_text(json.dumps({"name": "gmns", "resources": resources}))
    command = [sys.executable, "-W", "ignore", "-m", "frictionless", "validate", "datapackage.json", "--json"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    report = json.loads(done.stdout)
    assert report["valid"], [error["message"] for task in report["tasks"] for error in task["errors"]][:5]
    assert len(report["tasks"]) == len(SCHEMAS)


def _head(path: Path) -> list[str]:
    return path.read_text(encoding="utf-8").splitlines()[0].split(",")


def _schema(path: Path, schema: dict[str, Any]) -> dict[str, Any]:
    """The schema in the order of a table's columns, with those that are additions."""
    fields = {field["name"]: field for field in schema["fields"]}
    return schema | {"fields": [fields.get(name, {"name": name, "type": "any"}) for name in _head(path)]}


def test_clearances_are_yellow_and_all_red(tables: Tables) -> None:
    for row in tables["signal_timing_phase"]:
        assert float(row["clearance"]) == pytest.approx(float(row["opt_yellow"]) + float(row["opt_all_red"]))


def test_every_stopped_movement_has_a_phase_and_no_other_has(tables: Tables) -> None:
    served = {row["mvmt_id"] for row in tables["signal_phase_mvmt"]}
    control = {row["mvmt_id"]: row["ctrl_type"] for row in tables["movement"]}
    assert served == {name for name, kind in control.items() if kind == "signal"}


def test_the_importer_reads_the_roads(folder: Path, tables: Tables) -> None:
    found = read_gmns(folder)
    network = read_network(_NETWORK).for_cars
    assert {link.id for link in found.links} == set(network.links)
    assert {node.id for node in found.nodes.values() if node.signal} == {
        network.links[row["ib_link_id"]].to_node for row in tables["movement"]
    }
    for link in found.links:
        original = network.links[link.id]
        assert link.lanes == len(original.lanes)
        assert link.speed_kmh == pytest.approx(3.6 * original.speed_mps, abs=0.06)
    lon, lat = found.nodes["abbas_garage"].position
    assert (round(lon, 2), round(lat, 2)) == (36.32, 33.53), "Damascus, and longitude first"
