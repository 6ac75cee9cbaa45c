import json
from pathlib import Path

import pytest

from congestion_lab.core.errors import ScenarioError
from congestion_lab.experiments.spec import Experiment, json_schema, load_experiment

_ROOT = Path(__file__).parents[3]
_COLOGNE = """\
# cologne3-signals.yaml
name: cologne3-signals
scenario: cologne3.yaml
search: {signals: all, sumo_runs: 200, seeds: [1, 2, 3]}
confirm: {seeds: [101, 102, 103, 104, 105]}
"""


def _load(folder: Path, text: str) -> Experiment:
    (folder / "cologne3.yaml").touch()
    path = folder / "experiment.yaml"
    path.write_text(text, encoding="utf-8")
    return load_experiment(path)


def test_the_plain_experiment_loads(tmp_path: Path) -> None:
    experiment = _load(tmp_path, _COLOGNE)
    assert experiment.scenario == tmp_path / "cologne3.yaml"
    assert experiment.search.signals == "all"
    assert experiment.search.sumo_runs == 200
    assert experiment.search.seeds == (1, 2, 3)
    assert experiment.confirm.seeds == (101, 102, 103, 104, 105)


def test_everything_but_name_and_scenario_has_a_default(tmp_path: Path) -> None:
    experiment = _load(tmp_path, "name: x\nscenario: cologne3.yaml\n")
    assert not {*experiment.search.seeds} & {*experiment.confirm.seeds}


def test_signals_may_be_listed(tmp_path: Path) -> None:
    assert _load(tmp_path, _COLOGNE.replace("all", "[a, b]")).search.signals == ("a", "b")


def test_controllers_stay_fixed_and_phases_as_they_are_unless_said_otherwise(tmp_path: Path) -> None:
    plain = _load(tmp_path, _COLOGNE).search
    wider = _load(tmp_path, _COLOGNE.replace("signals: all", "control: [fixed, actuated], phases: vary")).search
    assert (plain.control, plain.phases) == (("fixed",), "keep")
    assert (wider.control, wider.phases) == (("fixed", "actuated"), "vary")


@pytest.mark.parametrize(
    ("change", "key", "rule"),
    [
        (("[101, 102", "[3, 1"), "", "both searched and confirmed on: 1, 3"),
        (("signals: all", "signals: some"), "search.signals", "'all'"),
        (("signals: all", "signals: []"), "search.signals", "at least 1 item"),
        (("signals: all", "signals: 7"), "search.signals", "valid tuple"),
        (("signals: all", "signals: [a, a]"), "search.signals", "more than once"),
        (("signals: all", "control: [nema]"), "search.control[0]", "'fixed' or 'actuated'"),
        (("signals: all", "control: []"), "search.control", "at least 1 item"),
        (("signals: all", "control: [fixed, fixed]"), "search.control", "more than once"),
        (("signals: all", "phases: maybe"), "search.phases", "'keep' or 'vary'"),
        (("sumo_runs: 200", "sumo_runs: 5"), "search", "too few"),
        (("sumo_runs: 200", "sumo_runs: many"), "search.sumo_runs", "valid integer"),
        (("sumo_runs: 200", "max_cycle_s: 30"), "search", "above"),
        (("sumo_runs: 200", "max_cycle: 30"), "search.max_cycle", "unknown key"),
        (("[1, 2, 3]", "[1, 1, 3]"), "search.seeds", "more than once"),
        (("[1, 2, 3]", "[-1]"), "search.seeds[0]", "greater than"),
        (("[101, 102, 103, 104, 105]", "[101]"), "confirm.seeds", "at least 2 items"),
        (("cologne3.yaml\nsearch", "none.yaml\nsearch"), "scenario", "there is no file"),
        (("name: cologne3-signals", "name: .."), "name", "no safe file name"),
    ],
)
def test_a_broken_rule_is_told(tmp_path: Path, change: tuple[str, str], key: str, rule: str) -> None:
    text = _COLOGNE.replace(*change)
    assert text != _COLOGNE
    with pytest.raises(ScenarioError) as caught:
        _load(tmp_path, text)
    assert [fault.key for fault in caught.value.faults] == [key]
    assert rule in caught.value.faults[0].rule


def test_the_schema_for_editors_is_in_step() -> None:
    assert json.loads((_ROOT / "docs/schema/experiment.json").read_text()) == json_schema()


@pytest.mark.parametrize("path", sorted((_ROOT / "experiments").glob("*.yaml")), ids=lambda path: path.stem)
def test_shipped_experiments_load(path: Path) -> None:
    assert load_experiment(path).name == path.stem
