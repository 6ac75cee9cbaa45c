"""How engines agree, and what SUMO said of plans that did not run on all seeds."""

import math

import numpy as np
import pytest
from scipy.stats import spearmanr

from congestion_lab.optimization.search.agreement import agreement, measured
from congestion_lab.optimization.search.race import Candidate, Entrant
from congestion_lab.signals.plan import Aspect, Control, Interval, PlanSet, SignalGroup, SignalPlan


def candidate(number: int, delays_s: dict[int, float], *, stopped: bool = False) -> Candidate:
    interval = Interval(10.0 + number, (Aspect.GREEN,))
    plans = PlanSet((SignalPlan("c", "0", Control.FIXED, 0.0, (SignalGroup("a", (0,)),), (interval,)),))
    return Candidate(number, Entrant(plans, "x"), delays_s, stopped, 0.0)


def test_rank_correlation_is_spearmans_also_with_ties() -> None:
    first, second = np.array([30.0, 40.0, 40.0, 55.0, 60.0, 20.0]), np.array([33.0, 47.0, 41.0, 70.0, 66.0, 33.0])
    found = agreement(first, second)
    assert found.plans == 6
    assert found.rank_correlation == pytest.approx(spearmanr(first, second).statistic)
    assert found.ratio == pytest.approx(math.exp(np.log(second / first).mean()))


@pytest.mark.parametrize("pair", [([1.0, 2.0, 3.0], [1.0, 2.0, 3.0]), ([5.0] * 6, [1.0, 2.0, 3.0, 4.0, 5.0, 6.0])])
def test_too_few_plans_or_no_difference_have_no_rank_correlation(pair: tuple[list[float], list[float]]) -> None:
    assert agreement(np.array(pair[0]), np.array(pair[1])).rank_correlation is None


def test_no_plans_at_all_say_nothing() -> None:
    found = agreement(np.empty(0), np.empty(0))
    assert (found.plans, found.rank_correlation, found.error) == (0, None, math.inf)


def test_a_plan_stopped_on_an_easy_seed_does_not_look_better_than_it_is() -> None:
    complete = [candidate(0, {1: 30.0, 2: 40.0, 3: 50.0}), candidate(1, {1: 32.0, 2: 42.0, 3: 52.0})]
    said = measured([*complete, candidate(2, {1: 31.0}, stopped=True), candidate(3, {3: 60.0}, stopped=True)])
    assert said.delays_s == pytest.approx([40.0, 42.0, 41.0, 50.0])
    assert said.seeds.tolist() == [3, 3, 1, 1]


def test_a_plan_that_jams_on_a_seed_does_not_make_that_seed_look_hard() -> None:
    said = measured(
        [candidate(0, {1: 30.0, 2: 40.0}), candidate(1, {1: 31.0, 2: 400.0}), candidate(2, {2: 41.0}, stopped=True)]
    )
    assert said.delays_s == pytest.approx([35.0, 215.5, 36.0])


def test_plans_of_which_a_run_failed_are_left_out() -> None:
    said = measured([candidate(0, {1: math.inf, 2: 40.0}), candidate(1, {1: 32.0, 2: 42.0})])
    assert said.delays_s == pytest.approx([37.0])
    assert len(measured([candidate(0, {1: math.inf})]).plans) == 0
