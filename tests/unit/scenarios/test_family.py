from pathlib import Path

import pytest

from congestion_lab.core.errors import Fault, ScenarioError
from congestion_lab.scenarios.family import Family, json_schema, load_scenario_file
from congestion_lab.scenarios.schema import Scenario, load_scenario
from tests.faults import faults_of

_ROOT = Path(__file__).parents[3]
_DAY = """\
name: city-day
description: all day long
network: {folder: city}
closures: [a]
periods:
  morning:
    demand: {model: am-peak}
    period: {begin: 07:30, end: 08:30, warm_up: 00:30}
  friday:
    description: the holiday
    demand: {model: friday, scale: 0.5}
    period: {begin: 17:00, end: 18:00}
    closures: [b, c]
    signals: {controller: actuated}
simulation: {step_s: 0.5}
"""
_MORNING = """\
name: city-day-morning
description: all day long
network: {folder: city}
closures: [a]
demand: {model: am-peak}
period: {begin: 07:30, end: 08:30, warm_up: 00:30}
simulation: {step_s: 0.5}
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "city" / "demand").mkdir(parents=True)
    for name in ("city.net.xml.gz", "demand/am-peak.rou.xml.gz", "demand/friday.rou.xml.gz"):
        (tmp_path / "city" / name).touch()
    return tmp_path


def _load(folder: Path, text: str) -> Scenario | Family:
    path = folder / "day.yaml"
    path.write_text(text, encoding="utf-8")
    return load_scenario_file(path)


def _scenarios(folder: Path, text: str) -> dict[str, Scenario]:
    loaded = _load(folder, text)
    assert isinstance(loaded, Family)
    return dict(loaded.scenarios)


def _faults(folder: Path, text: str) -> tuple[Fault, ...]:
    return faults_of(ScenarioError, _load, folder, text)


def test_a_period_is_the_scenario_that_one_would_write_by_hand(folder: Path) -> None:
    by_hand = folder / "by-hand.yaml"
    by_hand.write_text(_MORNING, encoding="utf-8")
    assert _scenarios(folder, _DAY)["morning"].model_dump() == load_scenario(by_hand).model_dump()


def test_a_period_overrides_what_it_says_and_shares_the_rest(folder: Path) -> None:
    scenarios = _scenarios(folder, _DAY)
    assert list(scenarios) == ["morning", "friday"]
    friday = scenarios["friday"]
    assert (friday.name, friday.description, friday.closures) == ("city-day-friday", "the holiday", ("b", "c"))
    assert (friday.demand.scale, friday.period.begin, friday.signals.controller) == (0.5, 61_200, "actuated")
    assert (friday.simulation.step_s, friday.network) == (0.5, scenarios["morning"].network)
    assert friday.route_files == (folder / "city/demand/friday.rou.xml.gz",)


def test_a_period_may_open_what_is_closed_otherwise(folder: Path) -> None:
    assert _scenarios(folder, _DAY.replace("closures: [b, c]", "closures: []"))["friday"].closures == ()


def test_a_file_without_periods_is_one_scenario(folder: Path) -> None:
    loaded = _load(folder, _MORNING)
    assert isinstance(loaded, Scenario)
    assert loaded.name == "city-day-morning"


def test_all_faults_of_all_periods_come_at_once_with_line_and_key(folder: Path) -> None:
    text = (
        _DAY.replace("model: am-peak}", "modell: am-peak}")
        .replace("end: 18:00", "end: 16:00")
        .replace("{folder: city}", "{folder: town}")
        .replace("signals:", "area: {links: [a]}\n    signal:")
    )
    told = {(fault.line, fault.key): fault for fault in _faults(folder, text)}
    assert set(told) == {
        (3, "network.folder"),
        (7, "periods.morning.demand.modell"),
        (12, "periods.friday.period"),
        (14, "periods.friday.area"),
        (15, "periods.friday.signal"),
    }
    assert told[7, "periods.morning.demand.modell"].hint == "did you mean `model`?"
    assert told[15, "periods.friday.signal"].hint == "did you mean `signals`?"
    assert "demand, period, closures, signals" in told[14, "periods.friday.area"].hint


def test_a_period_may_be_called_like_a_section(folder: Path) -> None:
    (fault,) = _faults(folder, _DAY.replace("  friday:", "  demand:").replace("signals:", "signal:"))
    assert (fault.key, fault.hint) == ("periods.demand.signal", "did you mean `signals`?")


@pytest.mark.parametrize("key", ["demand", "period"])
def test_demand_and_period_stand_in_the_periods_only(folder: Path, key: str) -> None:
    own = {"demand": "demand: {model: am-peak}\n", "period": "period: {begin: 07:00}\n"}[key]
    (fault,) = _faults(folder, own + _DAY)
    assert (fault.line, fault.key) == (1, key)
    assert "has no" in fault.rule
    assert fault.hint == "move it into each of `periods`"


@pytest.mark.parametrize(
    ("change", "line", "key", "rule"),
    [
        (("model: friday", "model: sunday"), 9, "periods.friday", "is not built"),
        (("  friday:", "  Morning:"), 9, "periods.Morning", "'Morning' differs from 'morning' in capitals only"),
        (("  friday:", "  all:"), 9, "periods.all", "stands for all of them"),
        (("  friday:", "  a/b:"), 9, "periods.a/b", "no safe file name"),
        (("name: city-day", f"name: {'x' * 76}"), 9, "periods.friday", "no safe file name"),
        (("    demand: {model: am-peak}\n", ""), 6, "periods.morning.demand", "missing"),
        (("  friday:", "  morning:"), 9, "periods.morning", "stands twice"),
    ],
)
def test_a_broken_rule_is_told_at_its_period(
    folder: Path, change: tuple[str, str], line: int, key: str, rule: str
) -> None:
    text = _DAY.replace(*change)
    assert text != _DAY
    told = [(fault.line, fault.key) for fault in _faults(folder, text) if rule in fault.rule]
    assert (line, key) in told


def test_a_family_needs_a_period(folder: Path) -> None:
    head = _DAY.partition("periods:")[0]
    (fault,) = _faults(folder, f"{head}periods: {{}}\n")
    assert (fault.line, fault.key) == (5, "periods")


def test_the_schema_for_editors_knows_both_kinds() -> None:
    schema = json_schema()
    assert schema["anyOf"] == [{"$ref": "#/$defs/Scenario"}, {"$ref": "#/$defs/DaySituation"}]


@pytest.mark.parametrize("name", ["damascus-day", "damascus-centre-day"])
def test_the_shipped_days_hold_five_times_of_day(name: str) -> None:
    loaded = load_scenario_file(_ROOT / "scenarios" / f"{name}.yaml")
    assert isinstance(loaded, Family)
    assert list(loaded.scenarios) == ["am-peak", "midday", "pm-peak", "evening", "friday"]
    for period, scenario in loaded.scenarios.items():
        assert scenario.demand.model == period


@pytest.mark.parametrize(("day", "plain"), [("damascus-day", "damascus"), ("damascus-centre-day", "damascus-centre")])
def test_the_morning_of_a_shipped_day_is_the_shipped_morning(day: str, plain: str) -> None:
    loaded = load_scenario_file(_ROOT / "scenarios" / f"{day}.yaml")
    assert isinstance(loaded, Family)
    morning = load_scenario(_ROOT / "scenarios" / f"{plain}-am-peak.yaml")
    said = {"name", "description"}
    assert loaded.scenarios["am-peak"].model_dump(exclude=said) == morning.model_dump(exclude=said)
