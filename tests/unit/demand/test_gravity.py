import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from congestion_lab.core.errors import DemandError
from congestion_lab.demand.trips.gravity import balanced, deterrence

_sums = arrays(np.float64, 4, elements=st.floats(1, 1000))


@given(_sums, _sums)
def test_balancing_meets_both_sums(productions: np.ndarray, attractions: np.ndarray) -> None:
    cost_km = np.abs(np.subtract.outer(np.arange(4.0), np.arange(4.0)))
    trips = balanced(deterrence(cost_km, 0.3), productions, attractions)
    assert trips.sum(axis=1) == pytest.approx(productions, rel=1e-6)
    assert trips.sum(axis=0) == pytest.approx(attractions * productions.sum() / attractions.sum(), rel=1e-6)


def test_farther_is_rarer() -> None:
    trips = balanced(deterrence(np.array([[1.0, 5.0], [5.0, 1.0]]), 0.5), np.full(2, 100.0), np.full(2, 1.0))
    assert trips[0, 0] > trips[0, 1]
    # two symmetric zones: the ratio is that of the deterrence, e^(0.5 * 4)
    assert trips[0, 0] / trips[0, 1] == pytest.approx(np.exp(2.0))


@pytest.mark.parametrize(
    ("productions", "attractions", "message"),
    [([0, 0], [1, 1], "demand is zero"), ([1, 1], [0, 0], "demand is zero"), ([-1, 2], [1, 1], "negative")],
)
def test_impossible_sums_are_faults(productions: list[float], attractions: list[float], message: str) -> None:
    with pytest.raises(DemandError, match=message):
        balanced(np.ones((2, 2)), np.array(productions, float), np.array(attractions, float))


def test_a_zone_without_destination_does_not_balance() -> None:
    with pytest.raises(DemandError, match="balance"):
        balanced(np.array([[0.0, 0.0], [1.0, 1.0]]), np.array([5.0, 5.0]), np.array([1.0, 1.0]))
