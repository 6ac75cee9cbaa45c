"""`plan schedule cost`: the switch of a schedule, simulated on a scenario's traffic."""

import json
import os
from dataclasses import replace
from pathlib import Path

import pytest

from congestion_lab.core.digests import digest_of_file
from congestion_lab.signals.plan import Control, PlanSet
from congestion_lab.signals.planfile import PlanFile, read_plan_file, write_plan_file
from congestion_lab.sumo.nets.netfile import read_intersections, read_plans
from tests import roads
from tests.cli.conftest import Run

_WEEK = """\
name: week
day_types:
  - name: every-day
    weekdays: [sunday, monday, tuesday, wednesday, thursday, friday, saturday]
    switches:
      - {at: "00:00", plans: night.json}
      - {at: "06:30", plans: day.json}
      - {at: "12:00", plans: day.json}
"""
_COST = ("plan", "schedule", "cost", "week.yaml", "town.yaml", "--day-type", "every-day", "--window", "2")


@pytest.fixture
def week(town: Path) -> Path:
    """A schedule for the town, from its own plans to longer greens of the avenue; we are in its folder."""
    net = town / "roads.net.xml"
    longer = PlanSet(tuple(replace(plan, offset_s=7.0) for plan in roads.with_greens(net, (25.0, 51.0))))
    for name, plans in (("night", read_plans(net)), ("day", longer)):
        write_plan_file(town / f"{name}.json", PlanFile("town", digest_of_file(net), read_intersections(net), plans))
    (town / "week.yaml").write_text(_WEEK, encoding="utf-8")
    return town / "week.yaml"


@pytest.mark.usefixtures("week")
def test_a_switch_is_simulated_and_what_it_costs_is_told(run: Run) -> None:
    told = run(*_COST, "--at", "06:30", "--seeds", "2", "--workers", "1", "--json").json
    assert (told["old"], told["new"], told["procedure"]) == ("night", "day", "switch-point")
    assert (told["simulated_at"], told["window_s"]) == ("00:03", 120)  # the middle of the scenario
    assert set(told["delay_s"]) == {"old", "new", "switch-point", "immediate"}
    assert all(set(values) == {"1", "2"} for values in told["delay_s"].values())
    assert [(one["side"], one["base"]) for one in told["changes"]] == [
        ("new", "old"),
        ("switch-point", "old"),
        ("switch-point", "new"),
        ("switch-point", "immediate"),
    ]
    transition = told["changes"][-1]["delay_s"]
    expected = [told["delay_s"]["switch-point"][seed] - told["delay_s"]["immediate"][seed] for seed in ("1", "2")]
    assert transition["change"] == pytest.approx(sum(expected) / 2)
    assert transition["low"] < transition["change"] < transition["high"]
    assert [one["minute"] for one in told["minutes"]] == [-2, -1, 0, 1]
    for check in told["checks"].values():
        assert (check["runs"], check["controllers"], check["as_predicted"]) == (2, 2, 2)
        assert check["departures"] == check["conflicts"] == []


@pytest.mark.usefixtures("week")
def test_it_is_shown_as_tables_and_runs_are_kept(run: Run, town: Path) -> None:
    first = run(*_COST, "--at", "06:30", "--seeds", "1", "--into", "00:02:30")
    assert first.code == 0, first.err
    for words in (
        "night → day, simulated at 00:02:30",
        "old plans kept",
        "switched at once",
        "one seed",
        "not arrived",
    ):
        assert words in first.out
    assert "2 of 2 controllers showed every second what is predicted; no conflicting greens" in first.out
    assert max(len(line.rstrip()) for line in first.out.splitlines() if "controllers showed" not in line) <= 80
    kept = _written(town / "runs/.switches")
    assert len(kept) == 4
    assert run(*_COST, "--at", "06:30", "--seeds", "1", "--into", "00:02:30").out == first.out
    assert _written(town / "runs/.switches") == kept


def _written(store: Path) -> dict[str, int]:
    """Return when each run of a folder was simulated."""
    return {file.parent.name: file.stat().st_mtime_ns for file in store.glob("*/run.json")}


@pytest.mark.usefixtures("week")
def test_runs_that_nobody_asked_for_longest_go_but_not_from_a_folder_of_ones_own(
    run: Run, town: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("congestion_lab.cli.plan.schedulecost._MOST_BYTES", 0)
    asked = (*_COST, "--seeds", "1", "--into", "00:02:30", "--at")
    stores = {"runs/.switches": (), "mine": ("-o", "mine")}
    for store, named in stores.items():
        assert run(*asked, "06:30", *named).code == 0
        for place in Path(store).iterdir():
            os.utime(place, (0, 0))
        first = _written(town / store)
        assert run(*asked, "06:30", *named).code == 0
        assert _written(town / store) == first, "asked for now, so kept"
        for place in Path(store).iterdir():
            os.utime(place, (0, 0))
        assert run(*asked, "00:00", *named).code == 0
        assert (first.keys() <= _written(town / store).keys()) == (store == "mine")


@pytest.mark.usefixtures("week")
def test_a_switch_at_midnight_follows_the_last_plans_of_the_day(run: Run) -> None:
    told = run(*_COST, "--at", "00:00", "--seeds", "1", "--json").json
    assert (told["old"], told["new"]) == ("day", "night")


@pytest.mark.usefixtures("week")
@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("--at", "12:00"), "no plan of every-day changes at 12:00; switches: 00:00, 06:30"),
        (("--at", "07:00"), "no plan of every-day changes at 07:00; switches: 00:00, 06:30"),
        (("--at", "noon"), "--at: 'noon' is not a time"),
        (("--at", "06:30", "--into", "soon"), "--into: 'soon' is not a time"),
        (("--at", "06:30", "--into", "00:05"), "analyses 00:00 to 00:06, which does not hold 2 minutes before and"),
        (("--at", "06:30", "--window", "4"), "choose --into and --window"),
        (("--at", "06:30", "--day-type", "holiday"), "no day type holiday; it has every-day"),
    ],
)
def test_what_cannot_be_simulated_is_refused_at_once(run: Run, arguments: tuple[str, ...], told: str) -> None:
    ended = run(*_COST, *arguments)
    assert ended.code == 2
    assert told in " ".join(ended.err.split())


@pytest.mark.usefixtures("week")
def test_an_open_end_has_no_middle(run: Run, town: Path) -> None:
    scenario = town / "town.yaml"
    scenario.write_text(scenario.read_text(encoding="utf-8").replace(', end: "00:06"', ""), encoding="utf-8")
    ended = run(*_COST, "--at", "06:30")
    assert ended.code == 2
    assert "town has no end" in ended.err
    told = run(*_COST, "--at", "06:30", "--into", "00:03", "--seeds", "1", "--json").json
    assert told["not_arrived"] == dict.fromkeys(told["delay_s"], 0.0)


@pytest.mark.usefixtures("week")
def test_plans_of_another_network_or_without_known_times_are_refused(run: Run, town: Path) -> None:
    day = read_plan_file(town / "day.json")
    (first, *others) = day.plans
    write_plan_file(town / "day.json", replace(day, plans=PlanSet((replace(first, control=Control.ACTUATED), *others))))
    ended = run(*_COST, "--at", "06:30")
    assert ended.code == 3
    assert "actuated control has no known place at a switch" in ended.err
    slow = replace(first, intervals=(replace(first.intervals[0], duration_s=25.5), *first.intervals[1:]))
    write_plan_file(town / "day.json", replace(day, plans=PlanSet((slow, *others))))
    ended = run(*_COST, "--at", "06:30")
    assert ended.code == 3
    told = f"day.json: `plan {first.controller_id}`: an interval lasts 25.5 s, between steps of 1 s"
    assert told in ended.err
    assert "shorter steps" in ended.err
    for name in ("night", "day"):
        content = json.loads((town / f"{name}.json").read_text(encoding="utf-8"))
        (town / f"{name}.json").write_text(json.dumps(content | {"network_digest": "0"}), encoding="utf-8")
    ended = run(*_COST, "--at", "06:30")
    assert ended.code == 3
    assert "made for another network than town has" in ended.err


@pytest.mark.usefixtures("week")
def test_a_scenario_that_switches_its_signals_itself_is_refused(run: Run, town: Path) -> None:
    (town / "own.add.xml").write_text('<additional><WAUT startProg="0" refTime="0" id="w"/></additional>')
    scenario = town / "town.yaml"
    scenario.write_text(scenario.read_text(encoding="utf-8") + "additional: [own.add.xml]\n", encoding="utf-8")
    ended = run(*_COST, "--at", "06:30")
    assert ended.code == 3
    assert "by the clock" in ended.err
