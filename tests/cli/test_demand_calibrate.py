"""Demand calibrated to counts, from the table to a scenario that simulates."""

import csv
import gzip
from pathlib import Path

import pytest

from congestion_lab.cli import console
from tests.cli.conftest import Run

_HEAD = "link_id,ib_link_id,ob_link_id,begin,end,class,vehicles\n"
_ROWS = ("w1,,,00:00,00:05,,36\n", "w2,,,00:00,00:05,,32\n", "w3,,,00:00,00:05,,28\n", ",s1,n1,00:00,00:05,,15\n")
_QUICK = ("--counts", "counts.csv", "--slice", "5", "--seed", "3")


@pytest.fixture
def counts(town: Path) -> Path:
    """Fewer along the avenue than the demand has."""
    target = town / "counts.csv"
    target.write_text(_HEAD + "".join(_ROWS))
    return target


@pytest.mark.usefixtures("counts")
def test_demand_is_calibrated_and_its_scenario_simulates(run: Run, town: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    told = run("demand", "calibrate", "town.yaml", *_QUICK, "--hold-out", "0.25", "--json").json
    folder = Path("runs/town-calibrated")
    assert told["scenario"] == str(folder / "scenario.yaml")
    assert told["vehicles"]["calibrated"] < told["vehicles"]["prior"] == 180
    fitted = told["agreement"]["fitted_to"]
    assert list(fitted) == ["prior", "calibrated", "calibrated in SUMO"]
    assert fitted["calibrated"]["mean_geh"] < fitted["prior"]["mean_geh"]
    assert told["agreement"]["held_out"]["prior"]["points"] == 1
    assert len(told["provenance"]["held_out_links"]) == 1
    assert told["provenance"]["settings"]["seed"] == 3
    assert set(told["unseen_zones"]) >= {"s2", "n2"}

    for name in ("report.html", "links.csv", "pairs.csv", "zones.csv", "calibration.json", "demand.rou.xml.gz"):
        assert (folder / name).is_file(), name
    with (folder / "links.csv").open() as stream:
        rows = list(csv.DictReader(stream))
    assert len(rows) == 4
    assert float(rows[0]["counted_vph"]) > 0
    assert run("scenario", "validate", told["scenario"]).code == 0
    made = run("simulate", told["scenario"], "--engine", "queue", "--seeds", "1", "--workers", "1", "--json").json
    assert made["status"] == {"1": "completed"}

    monkeypatch.setattr(console._out, "_force_terminal", True)
    monkeypatch.setattr(console._out, "width", 80)
    again = run("demand", "calibrate", "town.yaml", *_QUICK, "--hold-out", "0.25", "-o", "again")
    assert again.code == 0
    assert max(len(line.rstrip()) for line in again.out.splitlines()) <= 80
    assert "zones that no count sees: " in again.out
    assert (town / "again" / "demand.rou.xml.gz").read_bytes() == (town / folder / "demand.rou.xml.gz").read_bytes()


@pytest.mark.usefixtures("counts")
@pytest.mark.parametrize("method", ["entropy", "routesampler"])
def test_other_methods(run: Run, method: str) -> None:
    ended = run("demand", "calibrate", "town.yaml", *_QUICK, "--method", method, "--sumo-runs", "0", "--json")
    assert ended.json["provenance"]["settings"]["method"] == method
    agreement = ended.json["agreement"]["fitted_to"]
    assert agreement["calibrated"]["mean_geh"] < agreement["prior"]["mean_geh"]
    assert ended.json["agreement"]["held_out"]["prior"]["geh_share"] is None
    assert any("No link was held out" in note for note in ended.json["notes"])


@pytest.mark.parametrize(
    ("rows", "told"),
    [
        ("x9,,,00:00,00:05,,20\n", "the scenario has no link 'x9'"),
        ("w2,,,00:00,01:05,,20\n", "not within the analysed period 00:00 to 00:06"),
        ("w2,,,00:00,00:05,tram,20\n", "the demand has no class 'tram'"),
        ("w2,,,0,00:05,,20\n", "counts.csv:2: `begin`: '0' is no time like 07:30 — mend the row"),
        ("", "the table holds no row of data"),
        (",n1,w2,00:00,00:05,,20\n", "no vehicle passes any counted link"),
    ],
)
def test_counts_that_do_not_fit_are_refused(run: Run, town: Path, rows: str, told: str) -> None:
    (town / "counts.csv").write_text(_HEAD + rows)
    ended = run("demand", "calibrate", "town.yaml", *_QUICK)
    assert ended.code == 3
    assert told in ended.err
    assert "--leave-out" not in ended.err
    assert not (town / "runs" / "town-calibrated").exists()


def test_counts_outside_are_left_out_only_if_asked(run: Run, counts: Path) -> None:
    counts.write_text(_HEAD + _ROWS[0] + "x9,,,00:00,00:05,,20\n")
    ended = run("demand", "calibrate", "town.yaml", *_QUICK, "--only-inside", "--sumo-runs", "0")
    assert ended.code == 0, ended.err
    assert "1 of 2 counts lie outside the scenario" in ended.err
    counts.write_text(_HEAD + "x9,,,00:00,00:05,,20\n")
    assert "no count is left" in run("demand", "calibrate", "town.yaml", *_QUICK, "--only-inside").err


def test_too_few_links_to_hold_any_out(run: Run, counts: Path) -> None:
    counts.write_text(_HEAD + _ROWS[0])
    ended = run("demand", "calibrate", "town.yaml", *_QUICK, "--hold-out", "0.2")
    assert ended.code == 3
    assert "0.2 of 1 counted links" in ended.err


@pytest.mark.usefixtures("counts")
def test_headways_follow_the_discharge_that_was_observed(run: Run, town: Path) -> None:
    (town / "greens.csv").write_text("link_id,lanes,green_s,vehicles\nw1,1,30,12\nw1,1,30,13\n")
    options = (*_QUICK, "--discharge", "greens.csv", "--sumo-runs", "0", "--json")
    refused = run("demand", "calibrate", "town.yaml", *options)
    assert refused.code == 3
    assert "the route files do not define the types DEFAULT_VEHTYPE" in refused.err

    routes = town / "demand.rou.xml"
    kind = '<routes>\n<vType id="car" tau="1.2"/>'
    routes.write_text(routes.read_text().replace("<routes>", kind).replace("<flow ", '<flow type="car" '))
    told = run("demand", "calibrate", "town.yaml", *options).json["provenance"]
    assert told["saturation_headways"][0]["headway_s"] == pytest.approx(30 / 12.5)
    assert told["time_gap_factor"] > 1
    with gzip.open("runs/town-calibrated/demand.rou.xml.gz", "rt") as stream:
        assert f'tau="{1.2 * told["time_gap_factor"]:.4g}"' in stream.read()


_FOLDER = """\
name: town
title: {en: Town, ar: مدينة}
licence: CC0-1.0
attribution: invented
projection: "+proj=utm +zone=37 +ellps=WGS84 +datum=WGS84 +units=m +no_defs"
variants: {present: {date: "2026-03-01", file: town.net.xml.gz}}
assumptions: [invented]
classes: {}
defaults: {pocket_m: 60, pocket_needs_m: 80, ramp_speed_kmh: 40, ring_speed_kmh: 35, acceleration_lane_m: 180}
"""


@pytest.mark.usefixtures("counts")
def test_a_folder_with_vehicles_but_without_their_model_is_told(run: Run, town: Path) -> None:
    (town / "network.yaml").write_text(_FOLDER)
    (town / "demand").mkdir()
    for source, target in (("roads.net.xml", "town.net.xml.gz"), ("demand.rou.xml", "demand/rush.rou.xml.gz")):
        (town / target).write_bytes(gzip.compress((town / source).read_bytes()))
    text = (town / "town.yaml").read_text()
    for old, new in (("{file: roads.net.xml}", "{folder: .}"), ("{routes: [demand.rou.xml]}", "{model: rush}")):
        assert old in text
        text = text.replace(old, new)
    (town / "town.yaml").write_text(text)
    ended = run("demand", "calibrate", "town.yaml", *_QUICK, "--sumo-runs", "0", "--json")
    assert ended.code == 0, ended.err
    told = "holds the vehicles of the demand model 'rush', but not rush.yaml and its zones"
    assert f"{told}: every link on which trips begin or end" in ended.err
    assert any(told in note and "a zone of its own" in note for note in ended.json["notes"])
    assert "Every link on which trips begin or end is taken as a zone of its own" in Path(
        "runs/town-calibrated/report.html"
    ).read_text(encoding="utf-8")
