"""What is printed at the end of a study: nothing is claimed that was not measured, and what to type next fits."""

import shlex
from collections.abc import Sequence
from pathlib import Path

import pandas as pd
import pytest
from rich.console import Console

from congestion_lab.cli.studywords import certificates_of, conclusion, next_steps
from congestion_lab.core.geometry import Turn
from congestion_lab.experiments.comparison import paired
from congestion_lab.experiments.runset import RunSet
from congestion_lab.experiments.spec import Experiment, load_experiment
from congestion_lab.metrics.indicators import indicator
from congestion_lab.optimization.search.agreement import Agreement
from congestion_lab.optimization.search.candidates import PRESENT
from congestion_lab.optimization.search.levels import Climb
from congestion_lab.optimization.search.race import Candidate, Entrant
from congestion_lab.optimization.search.trial import Tried
from congestion_lab.optimization.study.simulating import delays_by_seed
from congestion_lab.optimization.study.studysummary import StudySummary
from congestion_lab.signals.certification.certificate import Certificate, Judgement, Verdict
from congestion_lab.signals.intersection import Intersection, SignalHead
from congestion_lab.signals.plan import Aspect, Control, Interval, PlanSet, SignalGroup, SignalPlan
from congestion_lab.signals.planfile import PlanFile, write_plan_file
from congestion_lab.simulation.result import Failure, Outcome, Provenance, RunResult, Status
from congestion_lab.simulation.spec import Controller
from congestion_lab.simulation.tables import TRIPS
from tests.fakes import inputs

G, Y, R = Aspect.GREEN, Aspect.YELLOW, Aspect.RED
BEFORE_S = (80.0, 82.0, 84.0)


def plans(first_s: float) -> PlanSet:
    rows = ((first_s, (G, R)), (3, (Y, R)), (3, (R, R)), (77 - first_s, (R, G)), (3, (R, Y)), (4, (R, R)))
    groups = (SignalGroup("a", (0,)), SignalGroup("b", (1,)))
    intervals = tuple(Interval(duration, aspects) for duration, aspects in rows)
    return PlanSet((SignalPlan("c", "0", Control.FIXED, 0.0, groups, intervals),))


def site() -> Intersection:
    heads = tuple(SignalHead(index, f"c{index}", 0, "out", Turn.STRAIGHT, 13.9, 20.0) for index in (0, 1))
    return Intersection("c", "c", "", heads, frozenset({(0, 1)}), frozenset())


def run_set(folder: Path, label: str, delays_s: Sequence[float], *, jammed: bool, failed: int) -> RunSet:
    outcomes: list[Outcome] = [Failure("", "toy", 200 + number, "EngineError", "no") for number in range(failed)]
    for number, delay in enumerate(delays_s):
        place = folder / label / str(number)
        place.mkdir(parents=True)
        row = dict.fromkeys(TRIPS.names, 1.0) | {"vehicle_id": "v", "vehicle_class": "car", "time_loss_s": delay}
        TRIPS.conform(pd.DataFrame([row])).to_parquet(place / "trips.parquet")
        status = Status.GRIDLOCK if jammed and number == 1 else Status.COMPLETED
        provenance = Provenance("fake", "1", "0", (), 0.1, 0.1)
        outcomes.append(RunResult("", "toy", 101 + number, status, 3600, 3600, 0, 0, 0, place, provenance=provenance))
    return RunSet(label, inputs(), Controller.PLANS, tuple(outcomes))


def study(
    folder: Path,
    after_s: Sequence[float] = (40.0, 43.0, 41.0),
    origin: str = "webster",
    *,
    rank: float | None = 0.9,
    jammed: bool = False,
    failed: int = 0,
    trial: Sequence[Tried] = (),
) -> StudySummary:
    found = plans(30 if origin == PRESENT else 40)
    for name, content in (("present-plan.json", plans(30)), ("best-plan.json", found)):
        write_plan_file(folder / name, PlanFile("toy", "", (site(),), content, {}))
    before = run_set(folder, "present", BEFORE_S, jammed=False, failed=0)
    after = run_set(folder, "best", after_s, jammed=jammed, failed=failed)
    line, agreed = (_candidate(found, origin),), Agreement(8, rank, 1.0, 0.1)
    climb = Climb(line, (), agreed, "none", "the simulations are used up", tuple(trial))
    sides = [delays_by_seed(side) for side in (before, after)]
    difference = paired(*sides) if len(sides[1]) == len(sides[0]) else None
    return StudySummary(folder, 14, 8, climb.best, {1: 80.0}, before, after, climb, difference)


def _candidate(found: PlanSet, origin: str) -> Candidate:
    return Candidate(1, Entrant(found, origin), {1: 40.0}, stopped=False, score=40.0)


def experiment(folder: Path, search: str = "sumo_runs: 14") -> Experiment:
    (folder / "town.yaml").touch()
    text = f"name: toy\nscenario: town.yaml\nsearch: {{{search}}}\n"
    (folder / "toy.yaml").write_text(text)
    return load_experiment(folder / "toy.yaml")


def rows(
    folder: Path,
    summary: StudySummary,
    search: str = "sumo_runs: 14",
    judged: Sequence[Certificate] | None = None,
) -> dict[str, str]:
    """What is printed, by its label; further doubts behind the first."""
    console = Console(width=2000)
    with console.capture() as captured:
        console.print(conclusion(experiment(folder, search), summary, judged or certificates_of(summary)))
    found: dict[str, str] = {}
    label = ""
    for line in captured.get().splitlines():
        label = line[:11].strip() or label
        found[label] = f"{found[label]} | {line[11:].strip()}" if label in found else line[11:].strip()
    return found


MODEL = "the interval covers chance in the traffic, not errors of the model: demand, present plans and drivers"


def test_a_better_plan_is_told_with_its_interval_and_seeds(tmp_path: Path) -> None:
    told = rows(tmp_path, study(tmp_path))
    assert told["found"].startswith("new plans for 1 of 1 controllers, from: webster; 8 plans tried in 14 simulations")
    assert told["proven"].startswith("mean delay 49.0 % lower on 3 unseen seeds: 42.3 s instead of 83.0 s per demanded")
    assert "(95 % interval of the change -45.8 … -35.5 s)" in told["proven"]
    assert told["uncertain"] == MODEL


_BOTH = "sumo_runs: 40, minutes: 5, signals: [a, b], control: [fixed, actuated], phases: vary"


@pytest.mark.parametrize(
    ("search", "asked", "bound"),
    [
        ("sumo_runs: 14", "all signals of toy: fixed control", "14 simulations"),
        ("minutes: 5, signals: [a]", "1 signal of toy: fixed control", "5 min"),
        (_BOTH, "2 signals of toy: fixed or actuated control, phases varied", "40 simulations and 5 min"),
    ],
)
def test_what_was_asked_is_said_again(tmp_path: Path, search: str, asked: str, bound: str) -> None:
    told = rows(tmp_path, study(tmp_path), search)["asked"]
    assert told == f"better timings of {asked}, cycles of 40 to 160 s, in at most {bound}"


def test_who_was_on_trial_is_told_the_proposed_plan_first_and_a_budget_without_a_trial(tmp_path: Path) -> None:
    proposed, jams = _candidate(plans(40), "webster"), _candidate(plans(35), "step")
    trial = [Tried(proposed, {7: 41.0, 8: 42.0}), Tried(jams, {7: 80.0})]
    told = rows(tmp_path, study(tmp_path, trial=trial))["on trial"]
    first, second = told.split(" | ")
    assert first == "webster: 41.0 s over 3 seeds, 2 of them new"
    assert second == "step: 60.0 s over 2 seeds, 1 of them new"


def test_a_budget_that_holds_no_trial_is_told(tmp_path: Path) -> None:
    told = rows(tmp_path, study(tmp_path))["on trial"]
    assert told == "nothing: the budget is too small for it, so seeds 1, 2, 3 alone chose the plan"
    other = tmp_path / "other"
    other.mkdir()
    assert "on trial" not in rows(other, study(other, BEFORE_S, PRESENT))


def test_what_is_not_proven_is_not_claimed(tmp_path: Path) -> None:
    unclear = rows(tmp_path, study(tmp_path, (70.0, 95.0, 78.0)))
    assert unclear["proven"].startswith("nothing about the mean delay on 3 unseen seeds: the 95 % interval")
    assert unclear["proven"].endswith("holds 0")


def test_a_worse_plan_is_called_worse(tmp_path: Path) -> None:
    told = rows(tmp_path, study(tmp_path, (90.0, 93.0, 94.0)))
    assert "mean delay 12.4 % HIGHER on 3 unseen seeds" in told["proven"]
    assert (
        "worse with the new plans, each by its own 95 % interval: Mean delay per demanded vehicle" in told["uncertain"]
    )


def test_present_plans_that_nothing_beats_prove_nothing(tmp_path: Path) -> None:
    told = rows(tmp_path, study(tmp_path, BEFORE_S, PRESENT))
    assert told["found"].startswith("nothing better than the present plans, so best-plan.json holds them")
    assert told["proven"] == "nothing: both sides ran the same plans"


def test_a_total_that_rises_because_more_get_in_is_no_word_against_a_plan(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rising = paired({1: 1, 2: 1.1}, {1: 2, 2: 2.1})
    found = [(indicator(name), rising) for name in ("co2_kg", "nox_kg", "fuel_kg", "co2_per_km_g")]
    monkeypatch.setattr("congestion_lab.cli.studywords.paired_indicators", lambda *_: found)
    told = rows(tmp_path, study(tmp_path))["uncertain"].split(" | ")
    assert told[0] == "worse with the new plans, each by its own 95 % interval: Carbon dioxide per kilometre"


def test_jams_failures_and_a_fast_engine_that_ranks_poorly_are_doubts(tmp_path: Path) -> None:
    told = rows(tmp_path, study(tmp_path, (40.0, 43.0), rank=0.42, jammed=True, failed=1))
    assert told["proven"] == "nothing: fewer than two unseen seeds finished on both sides"
    assert told["uncertain"].split(" | ") == [
        "the plans found end in gridlock on seed 102",
        "1 simulation of the confirmation failed and count on neither side",
        "the fast engine ranks plans only roughly as SUMO does (0.42): it may have missed better ones",
        MODEL,
    ]


def certificates(*verdicts: Verdict) -> list[Certificate]:
    return [
        Certificate(f"k{number}", "", "", judgements=(Judgement("cycle", (), verdict),))
        for number, verdict in enumerate(verdicts)
    ]


@pytest.mark.parametrize(
    ("verdicts", "told"),
    [
        ([Verdict.MET] * 3, "all 3 controllers"),
        ([Verdict.MET, Verdict.BREACHED], "1 of 2 controllers; a rule is breached or cannot be judged at k1"),
        (
            [Verdict.RESERVED] * 7,
            "0 of 7 controllers; a rule is breached or cannot be judged at k0, k1, k2, k3, k4, k5, …",
        ),
    ],
)
def test_who_is_not_certified_is_named_and_the_commands_fit(
    tmp_path: Path, verdicts: Sequence[Verdict], told: str
) -> None:
    summary, judged = study(tmp_path), certificates(*verdicts)
    assert rows(tmp_path, summary, judged=judged)["certified"] == told
    lines = list(next_steps("optimize toy.yaml", summary, judged))
    uncertified = Verdict.MET is not verdicts[-1]
    assert any("plan certify" in line for line in lines) is uncertified
    assert ["--uncertified" in line for line in lines if "plan export" in line] == [uncertified]


def test_where_nothing_is_proven_a_longer_search_is_offered_and_no_export(tmp_path: Path) -> None:
    summary = study(tmp_path, (70.0, 95.0, 78.0))
    lines = list(next_steps("optimize 'a b.yaml' --period noon", summary, certificates_of(summary)))
    assert not any("export" in line for line in lines)
    offered = [certificates(*judged) for judged in ([Verdict.MET], [Verdict.MET, Verdict.BREACHED])]
    told = [any("plan certify" in line for line in next_steps("optimize x", summary, one)) for one in offered]
    assert told == [False, True], "what is not certified is looked into, proven or not"
    again = next(line for line in lines if "optimize" in line)
    assert shlex.split(again, comments=True) == [
        *("congestion-lab", "optimize", "a b.yaml", "--period", "noon", "--sumo-runs", "28", "-o", f"{tmp_path}-28")
    ]
