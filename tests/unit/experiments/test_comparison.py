"""Paired differences against values worked out by hand."""

import math

import pytest

from congestion_lab.core.errors import ExperimentError
from congestion_lab.experiments.comparison import paired


def test_interval_by_hand() -> None:
    # differences -2, -4, -6: mean -4, sd 2, t(0.975, 2) = 4.3027 -> half width 4.3027 * 2 / sqrt(3) = 4.9683
    difference = paired({1: 10.0, 2: 12.0, 3: 14.0}, {1: 8.0, 2: 8.0, 3: 8.0})
    assert difference.mean == pytest.approx(-4)
    assert (difference.low, difference.high) == pytest.approx((-8.9683, 0.9683), abs=1e-4)
    assert not difference.significant
    assert difference.relative == pytest.approx(-1 / 3)


def test_a_constant_gain_is_significant() -> None:
    assert paired({1: 10.0, 2: 12.0}, {1: 9.0, 2: 11.0}).significant


def test_pairing_removes_what_both_sides_share() -> None:
    before = {1: 10.0, 2: 50.0, 3: 90.0}
    difference = paired(before, {1: 9.0, 2: 48.9, 3: 89.1})
    assert difference.significant
    assert difference.before_sd > 10 * (difference.high - difference.low)


def test_one_seed_shows_nothing() -> None:
    difference = paired({1: 10.0}, {1: 5.0})
    assert not difference.significant
    assert (difference.low, difference.high) == (-math.inf, math.inf)


@pytest.mark.parametrize(("before", "after"), [({1: 1.0}, {2: 1.0}), ({}, {})])
def test_seeds_must_match(before: dict[int, float], after: dict[int, float]) -> None:
    with pytest.raises(ExperimentError, match="same seeds"):
        paired(before, after)
