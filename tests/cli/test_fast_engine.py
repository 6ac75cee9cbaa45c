"""The fast engine behind the same commands."""

import json
from pathlib import Path

import pytest

from tests import roads
from tests.cli.conftest import Run

_ONE = ("--seeds", "1", "--workers", "1")


@pytest.mark.usefixtures("town")
def test_simulate_on_the_fast_engine(run: Run) -> None:
    told = run("simulate", "town.yaml", "--engine", "queue", *_ONE, "--json").json
    assert told["run_set"] == "runs/town-queue"
    assert told["label"] == "town, queue model"
    assert told["status"] == {"1": "completed"}
    assert told["gridlock_on"] == {}
    assert told["indicators"]["mean_delay_s"]["1"] > 0
    assert told["indicators"]["max_queue_m"]["1"] > 0
    assert told["indicators"]["co2_kg"] == {}
    again = run("simulate", "town.yaml", "--engine", "queue", *_ONE)
    assert "default drivers" in again.err
    assert "Carbon dioxide" not in again.out


def test_drivers_are_calibrated_and_used(run: Run, town: Path) -> None:
    before = run("simulate", "town.yaml", "--engine", "queue", *_ONE, "-o", "before", "--json").json
    told = run("calibrate", "town.yaml", "--seeds", "2", "--json").json
    assert told["seeds"] == [1, 2]
    assert told["fit"]["misfit_after"] <= told["fit"]["misfit_before"]
    assert (told["agrees"], "agrees with SUMO here" in told["verdict"]) == (True, True)
    kept = Path(told["calibration"])
    assert kept.parent == Path("runs/.calibration")
    assert json.loads(kept.read_text())["digest"] == kept.stem == told["digest"]

    slow = json.loads(kept.read_text())
    slow["parameters"]["headway_factor"] = 1.8  # unlike any fit
    kept.write_text(json.dumps(slow))
    used = run("simulate", "town.yaml", "--engine", "queue", *_ONE, "-o", "after", "--json")
    assert "drivers calibrated to town" in used.err
    assert "do not use it alone" not in used.err
    delays = [one["indicators"]["mean_delay_s"]["1"] for one in (before, used.json)]
    assert delays[0] < delays[1]

    slow["fit"]["delay_after_s"] = 3 * slow["fit"]["observed_delay_s"] + 5
    kept.write_text(json.dumps(slow))
    doubted = run("simulate", "town.yaml", "--engine", "queue", *_ONE, "-o", "doubted")
    assert doubted.code == 0
    assert "does not agree with SUMO here" in doubted.err
    assert "do not use it alone" in doubted.err

    (town / "longer.yaml").write_text((town / "town.yaml").read_text().replace("00:06", "00:07"))
    other = run("simulate", "longer.yaml", "--engine", "queue", *_ONE, "--calibration", str(kept), "-o", "other")
    assert other.code == 0
    assert "fitted to another scenario" in other.err


@pytest.mark.usefixtures("town")
def test_figures_of_a_calibration_are_shown(run: Run) -> None:
    shown = run("calibrate", "town.yaml", "--seeds", "1", "-o", "drivers.json")
    assert shown.code == 0, shown.err
    assert "Mean delay per demanded vehicle (s)" in " ".join(shown.out.split())
    assert "calibration: drivers.json" in shown.out
    assert "well enough to search with (a mean at most 25 % off, movements at most 100 % off): mean delay" in " ".join(
        shown.out.split()
    )


@pytest.mark.usefixtures("town")
def test_a_comparison_of_engines_says_so(run: Run) -> None:
    run("simulate", "town.yaml", *_ONE, "-o", "sumo")
    run("simulate", "town.yaml", "--engine", "queue", *_ONE, "-o", "queue")
    (compared,) = run("compare", "sumo", "queue", "--json").json
    assert (compared["same_scenario"], compared["same_engine"]) == (True, False)
    assert "different engines" in " ".join(run("compare", "sumo", "queue").out.split())
    assert run("report", "queue", "-o", "queue.html").code == 0
    assert "queue model, not SUMO" in Path("queue.html").read_text()
    assert run("report", "sumo", "queue", "-o", "both.html").code == 0
    assert "different engines" in Path("both.html").read_text()


def test_a_network_that_jams_names_the_place(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    roads.ring(tmp_path / "ring")
    roads.ring_routes(tmp_path / "ring")
    monkeypatch.chdir(tmp_path / "ring")
    Path("ring.yaml").write_text(
        "name: ring\nnetwork: {file: roads.net.xml}\ndemand: {routes: [demand.rou.xml]}\n"
        'period: {begin: "00:00", end: "01:00"}\n'
    )
    jammed = run("simulate", "ring.yaml", "--engine", "queue", *_ONE, "--json")
    assert jammed.json["status"] == {"1": "gridlock"}
    place = jammed.json["gridlock_on"]["1"]
    assert place in {"ab", "bc", "cd", "da"}
    assert f"gridlock, which began on the link {place!r}" in jammed.err
    run("report", "runs/ring-queue", "-o", "ring.html")
    assert f"the gridlock began on the link {place}" in Path("ring.html").read_text()


@pytest.mark.parametrize(
    ("settings", "told"),
    [
        ("signals: {controller: max_pressure}", "`signals.controller`: the fast engine has no controller"),
        ("simulation: {mesoscopic: true}", "`simulation.mesoscopic`"),
    ],
)
def test_what_only_sumo_can_simulate_is_refused(run: Run, town: Path, settings: str, told: str) -> None:
    (town / "other.yaml").write_text((town / "town.yaml").read_text() + settings)
    for command in (("simulate", "other.yaml", "--engine", "queue"), ("calibrate", "other.yaml")):
        refused = run(*command)
        assert refused.code == 3
        assert told in refused.err
        assert "--engine sumo" in refused.err


@pytest.mark.usefixtures("town")
@pytest.mark.parametrize("more", [("--engine", "queue", "--gui"), ("--calibration", "c.json")])
def test_options_of_the_other_engine_are_wrong_usage(run: Run, more: tuple[str, ...]) -> None:
    assert run("simulate", "town.yaml", *more).code == 2


def test_a_damaged_calibration_is_refused(run: Run, town: Path) -> None:
    (town / "c.json").write_text('{"format": 1, "colour": "blue"}')
    refused = run("simulate", "town.yaml", "--engine", "queue", "--calibration", "c.json")
    assert refused.code == 3
    assert "c.json:1: `colour`: unknown key" in refused.err
    assert "`parameters`: this key is missing" in refused.err


def test_the_doctor_loads_the_fast_engine(run: Run) -> None:
    findings = {one["what"]: one for one in json.loads(run("doctor", "--json").out)}
    assert findings["fast engine"]["ok"]
    assert "kept in" in findings["fast engine"]["found"]
