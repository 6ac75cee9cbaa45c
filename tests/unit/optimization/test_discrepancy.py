"""The correction of the fast engine: constant unless something else predicts clearly better what it has not seen."""

import math

import numpy as np
import pytest

from congestion_lab.optimization.search.discrepancy import Correction, Floats, Samples, fitted, places
from congestion_lab.optimization.space.space import decision_space
from congestion_lab.signals.plan import Aspect, Control, Interval, PlanSet, SignalGroup, SignalPlan


def samples(places: Floats, fast_s: Floats, sumo_s: Floats, seeds: float = 3.0) -> Samples:
    return Samples(places, fast_s, sumo_s, np.full(len(fast_s), seeds))


def drawn(count: int, seed: int = 1) -> tuple[Floats, Floats]:
    random = np.random.default_rng(seed)
    return random.random((count, 3)), 20 + 40 * random.random(count)


def test_nothing_known_corrects_nothing() -> None:
    correction = fitted(samples(np.empty((0, 3)), np.empty(0), np.empty(0)))
    assert correction.expected_s(np.zeros((2, 3)), np.array([10.0, 20.0])).tolist() == [10.0, 20.0]
    assert math.isinf(correction.error)


def test_a_constant_factor_is_found_and_nothing_more() -> None:
    where, fast_s = drawn(12)
    correction = fitted(samples(where, fast_s, 1.3 * fast_s))
    assert correction.kind == "constant"
    assert correction.expected_s(where, fast_s) == pytest.approx(1.3 * fast_s)
    assert correction.error == pytest.approx(0.0, abs=1e-9)


def test_noise_alone_is_not_taken_for_a_pattern() -> None:
    kinds = []
    for seed in range(20):
        where, fast_s = drawn(12, seed)
        noise = np.exp(0.05 * np.random.default_rng(100 + seed).standard_normal(12))
        kinds.append(fitted(samples(where, fast_s, fast_s * noise)).kind)
    assert kinds.count("constant") >= 15


def test_what_follows_the_place_is_learnt_and_fades_far_away() -> None:
    where, fast_s = drawn(20)
    sumo_s = fast_s * np.exp(0.6 * np.sin(3 * where[:, 1]))
    correction = fitted(samples(where, fast_s, sumo_s))
    assert correction.kind == "place"
    fresh, fresh_s = drawn(50, seed=2)
    truth_s = fresh_s * np.exp(0.6 * np.sin(3 * fresh[:, 1]))
    plain = fitted(samples(where[:5], fast_s[:5], sumo_s[:5]))
    assert plain.kind == "constant"
    misses = [np.abs(np.log(one.expected_s(fresh, fresh_s) / truth_s)).mean() for one in (correction, plain)]
    assert misses[0] < 0.5 * misses[1]
    far = correction.expected_s(np.full((1, 3), 100.0), np.array([10.0]))
    assert far == pytest.approx(10.0 * math.exp(correction.mean))


def test_the_error_is_that_of_leaving_one_out() -> None:
    where, fast_s = drawn(8)
    ratios = 0.1 * np.random.default_rng(3).standard_normal(8)
    correction = fitted(samples(where, fast_s, fast_s * np.exp(ratios)))
    assert correction.kind == "constant"
    misses = [ratios[row] - np.delete(ratios, row).mean() for row in range(8)]
    assert correction.error == pytest.approx(np.sqrt(np.mean(np.square(misses))))


def test_a_plan_that_ran_on_more_seeds_counts_more() -> None:
    where, _ = drawn(2)
    found = fitted(Samples(where, np.array([10.0, 10.0]), np.array([10.0, 20.0]), np.array([3.0, 1.0])))
    assert isinstance(found, Correction)
    assert found.mean == pytest.approx(math.log(2) / 4)


def test_offsets_a_cycle_apart_are_one_place_and_spaces_are_two() -> None:
    green, red = Aspect.GREEN, Aspect.RED
    intervals = (Interval(40.0, (green, red)), Interval(40.0, (red, green)))
    groups = (SignalGroup("a", (0,)), SignalGroup("b", (1,)))
    plans = PlanSet(tuple(SignalPlan(name, "0", Control.FIXED, 0.0, groups, intervals) for name in ("a", "b")))
    space = decision_space(plans, cycle_bounds_s=(50, 140))
    offset = space.names.index("b.offset")
    points = [[0.5] * space.dimension for _ in range(3)]
    points[0][offset], points[1][offset], points[2][offset] = 0.2, 0.7, 0.45
    where = places(space, [tuple(point) for point in points])
    assert where[0] == pytest.approx(where[1])
    assert np.linalg.norm(where[0] - where[2]) > 0.1
    assert np.linalg.norm(places(space, [tuple(points[0])], home=1)[0] - where[0]) == pytest.approx(0.25)
