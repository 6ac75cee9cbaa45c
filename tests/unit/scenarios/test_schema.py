import json
from pathlib import Path

import pytest

from congestion_lab.core.errors import Fault, ScenarioError
from congestion_lab.scenarios.family import json_schema, load_scenario_file
from congestion_lab.scenarios.schema import Scenario, load_scenario
from tests.faults import faults_of

_ROOT = Path(__file__).parents[3]
_COLOGNE = """\
# cologne3.yaml
name: cologne3
network: {file: cologne3.net.xml.gz}
demand: {routes: [cologne3.rou.xml.gz]}
period: {begin: "07:00", end: "08:00"}
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name in ("cologne3.net.xml.gz", "cologne3.rou.xml.gz", "types.add.xml", "plan.json"):
        (tmp_path / name).touch()
    city = tmp_path / "city"
    (city / "demand").mkdir(parents=True)
    for name in (
        "city.net.xml.gz",
        "city-old.net.xml.gz",
        "demand/am-peak.rou.xml.gz",
        "demand/am-peak-old.rou.xml.gz",
    ):
        (city / name).touch()
    return tmp_path


def _load(folder: Path, text: str) -> Scenario:
    path = folder / "scenario.yaml"
    path.write_text(text, encoding="utf-8")
    return load_scenario(path)


def _faults(folder: Path, text: str) -> tuple[Fault, ...]:
    return faults_of(ScenarioError, _load, folder, text)


def test_the_plain_scenario_loads_with_paths_beside_it(folder: Path) -> None:
    scenario = _load(folder, _COLOGNE)
    assert scenario.network.net_file == folder / "cologne3.net.xml.gz"
    assert scenario.route_files == (folder / "cologne3.rou.xml.gz",)
    assert (scenario.period.begin, scenario.period.end, scenario.period.warm_up) == (25200, 28800, 0)
    assert scenario.plan_file is None
    assert scenario.simulation.teleport_s is None


def test_additional_files_stand_beside_demand_or_in_it(folder: Path) -> None:
    inner = _COLOGNE.replace("gz]}", "gz], additional: [types.add.xml]}")
    outer = f"{_COLOGNE}additional: [types.add.xml]\n"
    assert _load(folder, inner).additional_files == _load(folder, outer).additional_files == (folder / "types.add.xml",)


def test_a_network_folder_gives_net_and_demand_of_its_variant(folder: Path) -> None:
    text = "name: x\nnetwork: {folder: city, variant: old}\ndemand: {model: am-peak}\nperiod: {begin: 07:30}\n"
    scenario = _load(folder, text)
    assert scenario.network.net_file == folder / "city/city-old.net.xml.gz"
    assert scenario.route_files == (folder / "city/demand/am-peak-old.rou.xml.gz",)


def test_end_may_be_left_out(folder: Path) -> None:
    assert _load(folder, _COLOGNE.replace(', end: "08:00"', "")).period.end is None


def test_all_faults_of_a_file_come_at_once_with_line_key_and_next_step(folder: Path) -> None:
    faults = _faults(
        folder,
        """\
name: a/b
network: {fil: cologne3.net.xml.gz}
demand:
  routes: [cologne3.ruo.xml.gz]
  scale: "2"
period: {begin: 25200, end: 30 min}
closure: [a]
name: again
""",
    )
    told = {(fault.line, fault.key): fault for fault in faults}
    assert set(told) == {
        (1, "name"),
        (2, "network.fil"),
        (4, "demand.routes[0]"),
        (5, "demand.scale"),
        (6, "period.begin"),
        (6, "period.end"),
        (7, "closure"),
        (8, "name"),
    }
    assert told[2, "network.fil"].hint == "did you mean `file`?"
    assert told[7, "closure"].hint == "did you mean `closures`?"
    assert "'cologne3.rou.xml.gz'" in told[4, "demand.routes[0]"].hint
    assert all(fault.source.endswith("scenario.yaml") for fault in faults)


@pytest.mark.parametrize(
    ("change", "key", "rule"),
    [
        (('end: "08:00"', 'end: "07:00"'), "period", "the period is empty"),
        (('end: "08:00"', 'limit: "00:00"'), "period", "the period is empty"),
        (('end: "08:00"', 'end: "08:00", limit: "01:00"'), "period", "without `end`"),
        (('begin: "07:00"', 'begin: "00:10", warm_up: "00:20"'), "period", "before midnight"),
        (('begin: "07:00"', "begin: 7h"), "period.begin", "is not a time"),
        (('begin: "07:00", ', ""), "period.begin", "missing"),
        (("file: cologne3.net.xml.gz", "file: none.net.xml"), "network.file", "there is no file"),
        (("file: cologne3.net.xml.gz", "folder: nowhere"), "network.folder", "there is no folder"),
        (("file: cologne3.net.xml.gz", "folder: city, variant: new"), "network", "is not built"),
        (("file: cologne3.net.xml.gz", "file: cologne3.net.xml.gz, folder: city"), "network", "either"),
        (("file: cologne3.net.xml.gz", "file: cologne3.net.xml.gz, variant: old"), "network", "variants"),
        (("routes: [cologne3.rou.xml.gz]", "model: am-peak"), "", "needs a network `folder`"),
        (("routes: [cologne3.rou.xml.gz]", "routes: []"), "demand", "either"),
        (("gz]}", "gz], scale: 0}"), "demand.scale", "greater than 0"),
        (("gz]}", "gz], scale: .nan}"), "demand.scale", "finite"),
        (("# cologne3.yaml", "signals: {controller: magic}"), "signals.controller", "'plans'"),
        (("# cologne3.yaml", "area: {polygon: [[33, 36], [33, 37]]}"), "area", "three different corners"),
        (("# cologne3.yaml", "area: {polygon: [[36, 133], [36, 134], [136, 133]]}"), "area.polygon[2][0]", "less than"),
        (("# cologne3.yaml", "area: {links: []}"), "area", "empty"),
        (("# cologne3.yaml", "area: {}"), "area", "either"),
        (("gz]}", "gz, cologne3.rou.xml.gz]}"), "demand.routes", "more than once"),
        (("gz]}", "gz], additional: [types.add.xml]}\nadditional: [types.add.xml]"), "", "more than once"),
        (("# cologne3.yaml", "closures: [a, a]"), "closures", "more than once"),
        (("# cologne3.yaml", "simulation: {step_s: 0.0004}"), "simulation.step_s", "greater than or equal to 0.001"),
        (("# cologne3.yaml", "simulation: {step_ms: 500}"), "simulation.step_ms", "unknown key"),
        (("name: cologne3", "name: ../up"), "name", "no safe file name"),
        (("name: cologne3", "name: [1]"), "name", "string"),
    ],
)
def test_a_broken_rule_is_told(folder: Path, change: tuple[str, str], key: str, rule: str) -> None:
    text = _COLOGNE.replace(*change)
    assert text != _COLOGNE
    faults = _faults(folder, text)
    assert [fault.key for fault in faults] == [key]
    assert rule in faults[0].rule
    assert faults[0].line is not None or not key


def test_the_schema_for_editors_is_in_step() -> None:
    assert json.loads((_ROOT / "docs/schema/scenario.json").read_text()) == json_schema()


@pytest.mark.parametrize("path", sorted((_ROOT / "scenarios").glob("*.yaml")), ids=lambda path: path.stem)
def test_shipped_scenarios_load(path: Path) -> None:
    assert load_scenario_file(path).name == path.stem
