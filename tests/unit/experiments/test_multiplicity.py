"""Families of comparisons against SciPy and against figures worked out by hand."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from congestion_lab.experiments.multiplicity import holm, judged, paired_p_value

_BEFORE = {1: 30.0, 2: 31.5, 3: 29.0, 4: 33.0}
_AFTER = {1: 27.0, 2: 30.0, 3: 27.5, 4: 31.5}

p_values = st.lists(st.floats(0, 1), min_size=1, max_size=8)


def test_holm_by_hand() -> None:
    # ascending 0.005, 0.01, 0.03, 0.04 times 4, 3, 2, 1: 0.02, 0.03, 0.06, 0.04, and none below the one before it
    assert holm([0.01, 0.04, 0.03, 0.005]) == pytest.approx([0.03, 0.06, 0.06, 0.02])
    assert holm([0.6, 0.7]) == [1.0, 1.0]
    assert holm([]) == []


def test_what_has_no_p_value_stays_without_and_counts() -> None:
    adjusted = holm([math.nan, 0.02])
    assert math.isnan(adjusted[0])
    assert adjusted[1] == pytest.approx(0.04)


@given(p_values)
def test_holm_lies_between_nothing_and_bonferroni(found: list[float]) -> None:
    for plain, adjusted in zip(found, holm(found), strict=True):
        assert plain <= adjusted <= min(1.0, len(found) * plain) + 1e-15


@given(p_values, st.randoms(use_true_random=False))
def test_holm_knows_no_order(found: list[float], random: object) -> None:
    order = list(range(len(found)))
    random.shuffle(order)  # type: ignore[attr-defined] # hypothesis gives a random.Random
    adjusted = holm(found)
    assert holm([found[place] for place in order]) == [adjusted[place] for place in order]


def test_p_values_are_those_of_scipy() -> None:
    expected = stats.ttest_rel([*_AFTER.values()], [*_BEFORE.values()]).pvalue
    assert paired_p_value(_BEFORE, _AFTER) == pytest.approx(expected, rel=1e-12)


def test_p_values_at_the_edges() -> None:
    assert paired_p_value({1: 4.0, 2: 5.0}, {1: 4.0, 2: 5.0}) == 1.0
    assert paired_p_value({1: 4.0, 2: 5.0}, {1: 3.0, 2: 4.0}) == 0.0
    assert math.isnan(paired_p_value({1: 4.0}, {1: 3.0}))


def test_intervals_hold_at_once_by_bonferroni() -> None:
    cells = judged([(_BEFORE, _AFTER)] * 3)
    change = [_AFTER[seed] - _BEFORE[seed] for seed in _BEFORE]
    expected = stats.t.interval(1 - 0.05 / 3, 3, stats.tmean(change), stats.sem(change))
    for cell in cells:
        assert (cell.difference.low, cell.difference.high) == pytest.approx(expected)
    assert cells[0].adjusted_p == pytest.approx(3 * cells[0].p_value)


def test_one_comparison_is_judged_as_it_is_alone() -> None:
    (cell,) = judged([(_BEFORE, _AFTER)])
    assert cell.adjusted_p == cell.p_value
    assert cell.significant == cell.difference.significant


@given(st.lists(st.tuples(*[st.floats(-50, 50)] * 4), min_size=1, max_size=6))
def test_an_interval_that_excludes_no_change_is_always_significant(changes: list[tuple[float, ...]]) -> None:
    zero = dict.fromkeys(range(4), 0.0)
    cells = judged([(zero, dict(enumerate(change))) for change in changes])
    for cell in cells:
        clear = min(abs(cell.difference.low), abs(cell.difference.high)) > 1e-9
        assert cell.significant or not (cell.difference.significant and clear)


def test_the_family_makes_a_verdict_harder() -> None:
    near = {1: 29.5, 2: 30.0, 3: 28.0, 4: 31.4}
    assert judged([(_BEFORE, near)])[0].significant
    assert not judged([(_BEFORE, near)] + [(_BEFORE, _BEFORE)] * 20)[0].significant


def test_families_in_which_nothing_changed_are_rarely_judged_to_have() -> None:
    chance, families = np.random.default_rng(1), 300

    def wrong() -> bool:
        """Whether any of six runs of noise passes for better or worse than one baseline of noise."""
        baseline = dict(enumerate(chance.normal(size=5)))
        pairs = [(baseline, dict(enumerate(chance.normal(size=5)))) for _run in range(6)]
        return any(cell.significant for cell in judged(pairs))

    rate = sum(wrong() for _family in range(families)) / families
    assert 0.005 < rate < 0.05 + 3 * math.sqrt(0.05 * 0.95 / families)  # some 0.2 without correction
