import math
import re

import pytest

from congestion_lab.reporting.drawing.charts import seeds_chart, spread_chart
from congestion_lab.reporting.drawing.plane import Plane, round_axis, round_step
from congestion_lab.reporting.drawing.searchchart import search_chart
from congestion_lab.reporting.trials import Trial, trials_of


def _heights(path_class: str, picture: str) -> list[float]:
    found = re.search(rf'class="{path_class}" d="M([^"]*)"', picture)
    assert found is not None
    return [float(point.split()[1]) for point in found[1].split("L")]


@pytest.mark.parametrize(
    ("least", "step"), [(0.0, 1.0), (0.3, 0.5), (1.0, 1.0), (1.01, 2.0), (3.0, 5.0), (7.0, 10.0), (99.9, 100.0)]
)
def test_steps_are_round(least: float, step: float) -> None:
    assert round_step(least) == pytest.approx(step)


@pytest.mark.parametrize(("low", "high"), [(0.0, 0.0), (38.2, 41.7), (0.0, 100.0), (-3.0, 4.0), (0.11, 0.12)])
def test_an_axis_holds_all_and_says_each_tick_once(low: float, high: float) -> None:
    axis = round_axis(low, high, "s", steps=4)
    assert axis.low <= low + 1e-12
    assert axis.high >= high - 1e-12
    assert axis.ticks[0][0] == axis.low
    assert axis.ticks[-1][0] == axis.high
    said = [text for _value, text in axis.ticks]
    assert len(set(said)) == len(said)
    assert 2 <= len(said) <= 7


def test_what_lies_beyond_a_plane_is_drawn_on_its_edge() -> None:
    axis = round_axis(0.0, 10.0, "s", steps=5)
    plane = Plane(axis, axis)
    assert plane.at(50.0, -7.0) == plane.at(10.0, 0.0)


def test_the_best_so_far_never_rises() -> None:
    delays = (40.0, 43.0, 37.0, 39.0)
    trials = [Trial("x", delay, stopped=False, runs_used=place + 1) for place, delay in enumerate(delays)]
    heights = _heights("best", search_chart(trials, math.nan))
    assert heights == sorted(heights)  # down the page is up in delay
    assert heights[-1] > heights[0]


def test_a_search_is_drawn_from_its_first_candidate_on_all_seeds() -> None:
    stopped = Trial("Webster", 38.0, stopped=True, runs_used=4)
    assert search_chart([stopped], 40.0) == ""
    picture = search_chart([Trial("<b>", 40.0, stopped=False, runs_used=3), stopped], 40.0)
    assert picture.count('class="tried"') == 1
    assert picture.count('class="stopped"') == 1
    assert 'class="now"' in picture
    assert "<title>&lt;b&gt;: 40.0 s</title>" in picture


def test_plans_on_trial_are_marked_behind_the_search_by_the_mean_over_all_their_seeds() -> None:
    entries = [
        {"number": number, "origin": "x", "delays_s": {"1": delay, "2": delay}, "score": delay, "stopped": False}
        for number, delay in enumerate((40.0, 30.0))
    ]
    trials = trials_of(entries, [{"number": 1, "delays_s": {"7": 30.0, "8": 70.0}}])
    assert trials[2] == Trial("x", 40.0, stopped=False, runs_used=6, on_trial=True)
    picture = search_chart(trials, 40.0)
    assert picture.count('class="on-trial"') == 1
    assert picture.count('class="tried"') == 2
    alone, before = _heights("best", picture), _heights("best", search_chart(trials[:2], 40.0))
    assert alone[-1] == before[-1]


def test_a_seed_that_got_worse_is_told_from_the_others() -> None:
    picture = seeds_chart({1: 40.0, 2: 41.0, 9: 1.0}, {1: 38.0, 2: 42.0}, ("before", "after"))
    assert picture.count('class="line after"') == 1
    assert picture.count('class="line worse"') == 1
    assert "<title>seed 2: 42.0 s</title>" in picture
    assert "seed 9" not in picture


def test_delays_that_differ_by_rounding_only_still_have_round_ticks() -> None:
    picture = seeds_chart({1: 36.3, 2: 36.3}, {1: 36.300000000000004, 2: 36.3}, ("before", "after"))
    assert re.findall(r'text-anchor="end">([^<]*)', picture) == ["36.3", "36.4"]


def test_the_spread_of_delay_rises_to_the_share_that_is_shown() -> None:
    quantiles = [float(place**2) for place in range(101)]
    picture = spread_chart([("before", quantiles)])
    heights = _heights("line before", picture)
    assert heights == sorted(heights, reverse=True)
    assert "<title>before: 50 % of vehicles: at most 2 500 s</title>" in picture.replace("\u202f", " ")


def test_vehicles_without_any_delay_still_make_a_picture() -> None:
    assert "NaN" not in spread_chart([("before", [0.0] * 101), ("after", [0.0] * 101)])
