import dataclasses
import gzip
import shutil
from pathlib import Path

import pytest

from congestion_lab.core.errors import InputError, NetworkError, ScenarioError
from congestion_lab.scenarios.schema import Scenario, load_scenario
from congestion_lab.sumo.files.outline import with_digest
from congestion_lab.sumo.installation import binary
from congestion_lab.sumo.preparing.prepare import _notes, prepare, require_signals
from congestion_lab.sumo.process import run_program

_SCENARIO = """\
name: grid
network: {file: grid.net.xml}
demand: {routes: [grid.rou.xml]}
period: {begin: 00:10, end: 00:20, warm_up: 00:05}
"""


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("grid")
    options = ("--grid.number", "2", "--grid.attach-length", "100")
    run_program([binary("netgenerate"), "--grid", *options, "--output-file", folder / "grid.net.xml"])
    lit = ("--tls.set", "A0", "--output-file", folder / "lit.net.xml")
    run_program([binary("netgenerate"), "--grid", *options, *lit])
    return folder


@pytest.fixture
def folder(made: Path, tmp_path: Path) -> Path:
    for name in ("grid.net.xml", "lit.net.xml"):
        shutil.copy(made / name, tmp_path / name)
    _write_routes(tmp_path, ("600", "700"))
    return tmp_path


def _write_routes(folder: Path, departures: tuple[str, ...], links: str = "A0A1 A1B1") -> None:
    vehicles = "\n".join(
        f'<vehicle id="{n}" depart="{depart}"><route edges="{links}"/></vehicle>' for n, depart in enumerate(departures)
    )
    (folder / "grid.rou.xml").write_text(f"<routes>\n{vehicles}\n</routes>\n")


def _scenario(folder: Path, text: str = _SCENARIO) -> Scenario:
    (folder / "grid.yaml").write_text(text)
    return load_scenario(folder / "grid.yaml")


def test_the_inputs_of_a_plain_scenario(folder: Path) -> None:
    inputs = prepare(_scenario(folder), cache=folder / "cache")
    assert inputs.net_file == folder / "grid.net.xml"
    assert (inputs.begin_s, inputs.analysis_begin_s, inputs.end_s, inputs.limit_s) == (300, 600, 1200, 1200)
    assert inputs.digest
    assert not (folder / "cache").exists()


def test_without_an_end_a_run_is_cut_off_two_hours_after_the_last_departure_or_at_the_limit(folder: Path) -> None:
    text = _SCENARIO.replace(", end: 00:20", "")
    inputs = prepare(_scenario(folder, text), cache=folder / "cache")
    assert (inputs.end_s, inputs.limit_s) == (None, 700 + 7200)
    text = _SCENARIO.replace("end: 00:20", "limit: 01:00")
    assert prepare(_scenario(folder, text), cache=folder / "cache").limit_s == 600 + 3600


def test_the_digest_depends_on_contents_and_settings_but_not_on_the_place(folder: Path, tmp_path: Path) -> None:
    first = prepare(_scenario(folder), cache=folder / "cache").digest
    elsewhere = tmp_path / "elsewhere"
    shutil.copytree(folder, elsewhere, ignore=shutil.ignore_patterns("elsewhere"))
    assert prepare(_scenario(elsewhere), cache=elsewhere / "cache").digest == first
    scaled = _SCENARIO.replace("grid.rou.xml]", "grid.rou.xml], scale: 1.5")
    assert prepare(_scenario(folder, scaled), cache=folder / "cache").digest != first
    _write_routes(folder, ("600", "701"))
    assert prepare(_scenario(folder), cache=folder / "cache").digest != first


def test_a_net_that_is_no_sumo_net(folder: Path) -> None:
    (folder / "grid.net.xml").write_text('<?xml version="1.0"?>\n<osm version="0.6"><node id="1"/></osm>')
    with pytest.raises(NetworkError, match="no SUMO net: its root element is <osm>"):
        prepare(_scenario(folder), cache=folder / "cache")
    (folder / "grid.net.xml").write_text("<net/>")
    with pytest.raises(NetworkError, match="has no link"):
        prepare(_scenario(folder), cache=folder / "cache")


def test_routes_and_closures_on_links_that_do_not_exist_come_together(folder: Path) -> None:
    _write_routes(folder, ("600", "700"), "A0A1 nowhere")
    scenario = _scenario(folder, f"{_SCENARIO}closures: [elsewhere]\n")
    with pytest.raises(ScenarioError) as caught:
        prepare(scenario, cache=folder / "cache")
    assert [fault.key for fault in caught.value.faults] == ["closures", "edges"]
    assert "'nowhere' is not in the network (2 mentions)" in caught.value.faults[1].rule
    assert caught.value.faults[1].line == 2


def test_zero_demand_in_the_period(folder: Path) -> None:
    _write_routes(folder, ("300", "1200"))
    with pytest.raises(ScenarioError, match="no vehicle departs in the period"):
        prepare(_scenario(folder), cache=folder / "cache")


def test_unsafe_files_are_refused_before_anything_is_read_and_all_are_named(folder: Path) -> None:
    bomb = b'<!DOCTYPE routes [<!ENTITY x SYSTEM "file:///etc/passwd">]><routes>&x;</routes>'
    (folder / "grid.rou.xml").write_bytes(gzip.compress(bomb))
    (folder / "out.add.xml").write_text('<additional><edgeData id="d" file="../d.xml"/></additional>')
    with pytest.raises(InputError) as caught:
        prepare(_scenario(folder, f"{_SCENARIO}additional: [out.add.xml]\n"), cache=folder / "cache")
    assert [Path(fault.source).name for fault in caught.value.faults] == ["grid.rou.xml", "out.add.xml"]


def test_outputs_of_the_scenario_are_not_written(folder: Path) -> None:
    (folder / "out.add.xml").write_text('<additional><edgeData id="d" file="d.xml"/></additional>')
    inputs = prepare(_scenario(folder, f"{_SCENARIO}additional: [out.add.xml]\n"), cache=folder / "cache")
    assert inputs.additional_files[0].is_relative_to(folder / "cache")
    files = ("--net-file", inputs.net_file, "--route-files", inputs.route_files[0])
    run_program([binary("sumo"), *files, "--additional-files", inputs.additional_files[0], "--no-step-log"])
    assert not list(folder.rglob("d.xml"))


def test_signals_are_required_where_they_are_to_be_searched(folder: Path) -> None:
    with pytest.raises(NetworkError, match="no signals"):
        require_signals(prepare(_scenario(folder), cache=folder / "cache"))
    lit = _SCENARIO.replace("grid.net.xml", "lit.net.xml")
    require_signals(prepare(_scenario(folder, lit), cache=folder / "cache"))


def test_what_a_network_folder_says_that_it_rests_on_goes_along_and_changes_no_digest() -> None:
    scenario = load_scenario(Path(__file__).parents[3] / "scenarios" / "damascus-am-peak.yaml")
    notes = _notes(scenario)
    assert any("present plans are assumed" in note for note in notes)
    assert any("demand is a model" in note for note in notes)


def test_notes_are_no_part_of_the_digest(folder: Path) -> None:
    inputs = prepare(_scenario(folder), cache=folder / "cache")
    assert inputs.notes == ()
    assert with_digest(dataclasses.replace(inputs, notes=("x",))).digest == inputs.digest
