"""Matrices and rankings of run sets whose figures are made up."""

import dataclasses
import itertools
import random
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from congestion_lab.core.errors import ExperimentError
from congestion_lab.experiments.matrix import JUDGED, Matrix, compare_all, verdict
from congestion_lab.experiments.ranking import Ranking, rank_by, rank_by_weights
from congestion_lab.metrics.indicators import COMPARABLE, UNSERVED, comparable, indicator
from congestion_lab.metrics.summary import RunSummary

DELAY, SPEED, STOPS = indicator("mean_delay_s"), indicator("mean_speed_kmh"), indicator("stops_per_veh")
_NOTHING = {field.name: 0 for field in dataclasses.fields(RunSummary) if field.default is dataclasses.MISSING}


def _run(delays: list[float], seeds: list[int] | None = None, **figures: float) -> dict[int, RunSummary]:
    """Return a run set whose vehicles are delayed so, by seed."""
    made = [RunSummary(**{**_NOTHING, "mean_delay_s": delay, **figures}) for delay in delays]
    return dict(zip(seeds or range(1, len(delays) + 1), made, strict=True))


def _town() -> dict[str, dict[int, RunSummary]]:
    return {
        "present": _run([30.0, 31.0, 32.0, 33.0], stops_per_veh=1.0, mean_speed_kmh=20.0),
        "good": _run([20.0, 21.5, 21.8, 23.0], stops_per_veh=0.9, mean_speed_kmh=24.0),
        "near": _run([20.5, 21.0, 22.0, 22.9], stops_per_veh=0.9, mean_speed_kmh=24.0),
        "bad": _run([40.0, 42.0, 41.0, 43.0], stops_per_veh=1.2, mean_speed_kmh=18.0),
    }


def _by_run(ranking: Ranking) -> dict[str, object]:
    return {
        place.run: dataclasses.replace(place, dominated_by=tuple(sorted(place.dominated_by)))
        for place in ranking.places
    }


def test_every_run_is_judged_against_the_baseline_on_shared_seeds() -> None:
    runs = _town() | {"fewer": _run([30.0, 33.0, 50.0], [2, 4, 9])}
    matrix = compare_all(runs, "present", [DELAY])
    assert matrix.seeds == (2, 4)
    assert matrix.left_out == {**dict.fromkeys(("present", "good", "near", "bad"), (1, 3)), "fewer": (9,)}
    assert matrix.mean("present", DELAY) == 32.0
    assert set(matrix.cells) == {(run, "mean_delay_s") for run in ("good", "near", "bad", "fewer")}
    assert matrix.cells["fewer", "mean_delay_s"].difference.mean == pytest.approx(-0.5)


def test_verdicts_know_the_direction_of_good() -> None:
    matrix = compare_all(_town(), "present", [DELAY, SPEED, UNSERVED])
    found = {
        (run, one.id): verdict(one, matrix.cells[run, one.id]) for run in matrix.others for one in matrix.indicators
    }
    assert found["good", "mean_delay_s"] == "better"
    assert found["bad", "mean_delay_s"] == "worse"
    assert found["good", "mean_speed_kmh"] == "better"
    assert found["bad", "mean_speed_kmh"] == "worse"
    assert found["good", "unserved_veh"] == "same"


def test_fewer_than_two_shared_seeds_are_refused_with_who_has_which() -> None:
    with pytest.raises(ExperimentError, match=r"share 1 seed and.*one: 1, 2; two: 2, 3"):
        compare_all({"one": _run([1.0, 2.0], [1, 2]), "two": _run([1.0, 2.0], [2, 3])}, "one", [DELAY])


def test_what_a_run_did_not_record_is_left_out_and_named() -> None:
    matrix = compare_all(_town(), "present", JUDGED)
    assert {one.id for one in matrix.unrecorded} == {"max_queue_m", "co2_per_km_g"}
    with pytest.raises(ExperimentError, match="ranked by co2_kg"):
        rank_by(matrix, indicator("co2_kg"))
    with pytest.raises(ExperimentError, match="no indicator"):
        compare_all(_town(), "present", [indicator("co2_kg")])


def test_near_runs_are_tied_and_far_ones_are_not() -> None:
    ranking = rank_by(compare_all(_town(), "present", [DELAY]), DELAY)
    ranks = {place.run: (place.rank, place.best_rank, place.worst_rank) for place in ranking.places}
    assert ranks["present"] == (3, 3, 3)
    assert ranks["bad"] == (4, 4, 4)
    assert {ranks["good"][1:], ranks["near"][1:]} == {(1, 2)}
    for place in ranking.places:
        assert sum(place.shares) == pytest.approx(1)
    assert [place.score for place in ranking.places] == sorted(place.score for place in ranking.places)


def test_equal_runs_share_their_rank_in_every_resample() -> None:
    runs = _town() | {"twin": _town()["good"]}
    ranking = rank_by(compare_all(runs, "present", [DELAY]), DELAY)
    twins = [place for place in ranking.places if place.run in {"good", "twin"}]
    assert twins[0].rank == twins[1].rank
    assert twins[0].shares == twins[1].shares
    assert [ranking.is_tied(place, 1) for place in ranking.places] == [place.shares[0] == 1 for place in ranking.places]
    assert not any(ranking.is_tied(place, 2) for place in ranking.places)


def test_a_higher_speed_ranks_higher() -> None:
    ranking = rank_by(compare_all(_town(), "present", [SPEED]), SPEED)
    assert [place.run for place in ranking.places][-2:] == ["present", "bad"]
    assert ranking.places[0].score == 24.0


def test_weights_by_hand() -> None:
    matrix = compare_all(_town(), "present", [DELAY, SPEED])
    ranking = rank_by_weights(matrix, {DELAY: 3.0, SPEED: 1.0})
    scores = {place.run: place.score for place in ranking.places}
    # delay: mean 31.5 -> 21.575; speed: 20 -> 24 km/h, a fifth better
    assert scores["good"] == pytest.approx(0.75 * (21.575 - 31.5) / 31.5 - 0.25 * 0.2)
    assert scores["present"] == 0
    assert ranking.by == {DELAY: 0.75, SPEED: 0.25}


def test_a_weight_on_what_the_baseline_lacks_is_refused() -> None:
    runs = {"dry": _run([1.0, 2.0]), "jam": _run([1.0, 2.0], unfinished_veh=3)}
    matrix = compare_all(runs, "dry", [DELAY, UNSERVED])
    with pytest.raises(ExperimentError, match="unserved_veh cannot be weighed: it is 0 in the baseline 'dry'"):
        rank_by_weights(matrix, {DELAY: 1.0, UNSERVED: 1.0})
    both = compare_all({name: _run([1.0, 2.0 + place]) for place, name in enumerate("ab")}, "a", [DELAY, UNSERVED])
    assert rank_by_weights(both, {DELAY: 1.0, UNSERVED: 1.0}).places[0].run == "a"


def test_who_is_nowhere_better_is_dominated() -> None:
    runs = _town() | {"mixed": _run([29.0] * 4, stops_per_veh=1.1, mean_speed_kmh=18.0)}
    matrix = compare_all(runs, "present", [DELAY, STOPS])
    assert set(matrix.dominating("bad")) == {"present", "good", "near", "mixed"}
    assert set(matrix.dominating("mixed")) == {"good", "near"}
    assert matrix.dominating("near") == ("good",) or matrix.dominating("good") == ("near",)
    equal = compare_all({"a": _run([1.0, 2.0]), "b": _run([1.0, 2.0])}, "a", [DELAY])
    assert equal.dominating("a") == equal.dominating("b") == ()


delays = st.lists(st.floats(1, 100), min_size=3, max_size=3)


@settings(max_examples=30)
@given(st.lists(delays, min_size=3, max_size=4), st.randoms(use_true_random=False))
def test_permuting_runs_permutes_results(found: list[list[float]], order: random.Random) -> None:
    runs = {f"run{place}": _run(values, stops_per_veh=values[0]) for place, values in enumerate(found)}
    shuffled = list(runs)
    order.shuffle(shuffled)
    matrices: list[Matrix] = [
        compare_all({name: runs[name] for name in names}, "run0", [DELAY, STOPS]) for names in (list(runs), shuffled)
    ]
    assert matrices[0].cells == matrices[1].cells
    for ranked in (lambda one: rank_by(one, DELAY), lambda one: rank_by_weights(one, {DELAY: 1.0, STOPS: 2.0})):
        first, second = (_by_run(ranked(one)) for one in matrices)
        assert first == second


def test_ranks_that_are_open_hold_together() -> None:
    for names in itertools.combinations(_town(), 3):
        ranking = rank_by(compare_all({name: _town()[name] for name in names}, names[0], [DELAY]), DELAY)
        assert all(place.best_rank <= place.rank <= place.worst_rank for place in ranking.places)


def test_an_indicator_is_found_by_its_id_or_by_what_only_it_holds() -> None:
    assert comparable("delay") == comparable("mean_delay_s") == DELAY
    assert comparable("unserved") == UNSERVED
    assert all(comparable(one.id) == one for one in COMPARABLE)
    with pytest.raises(KeyError, match=r"may be any of mean_travel_time_s, p95_travel_time_s"):
        comparable("travel_time_s")
    for unknown in ("", "beauty", "demanded_veh"):
        with pytest.raises(KeyError, match="is none of mean_delay_s"):
            comparable(unknown)


@pytest.mark.parametrize("name", ["comparing-runs.md", "comparing-runs.ar.md"])
def test_the_guides_name_every_indicator(name: str) -> None:
    guide = (Path(__file__).parents[3] / "docs" / name).read_text(encoding="utf-8")
    for one in COMPARABLE:
        assert f"`{one.id}`" in guide, one.id
