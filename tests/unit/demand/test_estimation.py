import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import sparse
from scipy.optimize import lsq_linear
from scipy.stats import norm

from congestion_lab.core.errors import DemandError
from congestion_lab.demand.estimation import estimation
from congestion_lab.demand.estimation.entropy import at_level, least_information, typical_weight
from congestion_lab.demand.estimation.estimation import (
    Observation,
    Prior,
    count_variance,
    evidence,
    least_squares,
    uncertainty,
)


def _prior(vehicles: list[float], errors: np.ndarray, *, lowest: float = 0.0, highest: float = 10.0) -> Prior:
    numbers = np.array(vehicles)
    return Prior(numbers, sparse.csr_array(errors), lowest * numbers, highest * numbers)


def _observed(seen: np.ndarray, counted: np.ndarray, variance: float | np.ndarray) -> Observation:
    return Observation(sparse.csr_array(seen), counted, np.broadcast_to(variance, counted.shape).astype(float))


def test_counts_that_determine_everything_are_met_exactly() -> None:
    truth = np.array([30.0, 5.0, 12.0])
    seen = np.array([[1.0, 0.0, 1.0], [0.0, 1.0, 1.0], [1.0, 1.0, 0.0]])
    prior = _prior([20.0, 10.0, 10.0], np.diag([10.0, 5.0, 5.0]))
    sure = _observed(seen, seen @ truth, 1e-9)
    assert least_squares(prior, sure) == pytest.approx(truth, abs=1e-4)
    assert least_information(prior, sure, weight=1e3) == pytest.approx(truth, abs=1e-3)


def test_without_counts_the_prior_is_returned() -> None:
    prior = _prior([20.0, 10.0], np.diag([10.0, 5.0]))
    nothing = _observed(np.zeros((0, 2)), np.zeros(0), 1.0)
    assert least_squares(prior, nothing) == pytest.approx(prior.vehicles)
    assert least_information(prior, nothing, weight=1.0) == pytest.approx(prior.vehicles)
    before, after = uncertainty(prior, nothing, sparse.csr_array(np.eye(2)))
    assert before == pytest.approx([10.0, 5.0])
    assert after == pytest.approx(before)


def test_one_cell_and_one_count_meet_at_their_weighted_mean() -> None:
    prior = _prior([100.0], np.array([[20.0]]))
    counted = _observed(np.array([[1.0]]), np.array([130.0]), 10.0**2)
    assert least_squares(prior, counted) == pytest.approx([(100 / 400 + 130 / 100) / (1 / 400 + 1 / 100)])
    _, after = uncertainty(prior, counted, sparse.csr_array(np.eye(1)))
    assert after == pytest.approx([(1 / 400 + 1 / 100) ** -0.5])


def test_an_error_that_cells_share_is_corrected_where_nothing_is_counted() -> None:
    common = np.array([[5.0, 1.0, 0.0], [5.0, 0.0, 1.0]])
    prior = _prior([10.0, 10.0], common)
    counted = _observed(np.array([[1.0, 0.0]]), np.array([15.0]), 1e-6)
    seen, unseen = least_squares(prior, counted)
    assert seen == pytest.approx(15.0, abs=1e-3)
    assert unseen == pytest.approx(10 + 5 * 25 / 26, abs=1e-3)


@settings(max_examples=60)
@given(st.integers(0, 2**32 - 1), st.integers(1, 6), st.integers(2, 12))
def test_bounded_least_squares_is_that_of_scipy(seed: int, counts: int, cells: int) -> None:
    random = np.random.default_rng(seed)
    vehicles = random.uniform(1, 50, cells)
    errors = np.diag(vehicles * random.uniform(0.2, 0.8, cells))
    prior = Prior(vehicles, sparse.csr_array(errors), 0.5 * vehicles, 1.5 * vehicles)
    seen = (random.random((counts, cells)) < 0.5) * random.random((counts, cells))
    counted, variance = seen @ vehicles * random.uniform(0.2, 2.5, counts), random.uniform(1, 20, counts)
    found = least_squares(prior, _observed(seen, counted, variance))
    rows = np.vstack([seen / np.sqrt(variance)[:, None], np.linalg.inv(errors)])
    wanted = np.concatenate([counted / np.sqrt(variance), np.linalg.inv(errors) @ vehicles])
    theirs = lsq_linear(rows, wanted, bounds=(prior.lower, prior.upper), method="bvls", tol=1e-12)
    assert found == pytest.approx(theirs.x, rel=1e-4, abs=1e-4)


def test_bounds_hold_and_fixed_cells_stay() -> None:
    vehicles = np.array([10.0, 10.0, 10.0])
    prior = Prior(vehicles, sparse.csr_array(np.diag([5.0, 5.0, 0.0])), vehicles * [0.5, 0.5, 1], vehicles * [2, 2, 1])
    many = _observed(np.array([[1.0, 0.0, 1.0], [0.0, 1.0, 0.0]]), np.array([500.0, 0.0]), 0.01)
    for found in (least_squares(prior, many), least_information(prior, many, weight=5.0)):
        assert found == pytest.approx([20.0, 5.0, 10.0])


def test_bounds_that_change_one_at_a_time_come_to_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    random = np.random.default_rng(3)
    vehicles = random.uniform(1, 50, 30)
    common = np.hstack([0.3 * vehicles[:, None], np.diag(0.3 * vehicles)])
    prior = Prior(vehicles, sparse.csr_array(common), 0.8 * vehicles, 1.2 * vehicles)
    seen = (random.random((8, 30)) < 0.3).astype(float)
    counted = _observed(seen, seen @ vehicles * random.uniform(0.3, 2, 8), 4.0)
    at_once = least_squares(prior, counted)
    monkeypatch.setattr(estimation, "_BULK_ROUNDS", 0)
    assert least_squares(prior, counted) == pytest.approx(at_once)
    monkeypatch.setattr(estimation, "_MOST_ROUNDS", 1)
    with pytest.raises(DemandError, match="do not settle"):
        least_squares(prior, counted)


def test_entropy_and_least_squares_agree_on_small_changes() -> None:
    random = np.random.default_rng(5)
    vehicles, weight = random.uniform(50, 100, 12), 0.5
    seen = (random.random((4, 12)) < 0.4).astype(float)
    counted = _observed(seen, seen @ vehicles * (1 + 1e-3 * random.standard_normal(4)), 25.0)
    prior = _prior(vehicles.tolist(), np.diag(np.sqrt(weight * vehicles)))
    changes = [least_squares(prior, counted) - vehicles, least_information(prior, counted, weight=weight) - vehicles]
    assert changes[1] == pytest.approx(changes[0], rel=1e-2, abs=1e-4)


def test_entropy_multiplies_all_cells_that_the_same_counts_see_by_one_factor() -> None:
    prior = _prior([10.0, 40.0, 7.0], np.diag([1.0, 1.0, 1.0]))
    counted = _observed(np.array([[1.0, 1.0, 0.0]]), np.array([75.0]), 1e-6)
    assert least_information(prior, counted, weight=1.0) == pytest.approx([15.0, 60.0, 7.0], rel=1e-4)


def test_the_level_is_that_of_the_counts_if_they_are_sure() -> None:
    prior = _prior([10.0, 40.0], np.diag([1.0, 1.0]))
    counted = _observed(np.array([[1.0, 0.0]]), np.array([15.0]), 1e-9)
    assert at_level(prior, counted, 0.4).vehicles == pytest.approx([15.0, 60.0])
    unsure = _observed(np.array([[1.0, 0.0]]), np.array([15.0]), 1e9)
    assert at_level(prior, unsure, 0.4).vehicles == pytest.approx(prior.vehicles, rel=1e-6)


def test_the_weight_gives_cells_of_one_size_the_error_asked_for() -> None:
    prior = _prior([25.0] * 4, np.eye(4))
    assert typical_weight(prior, 0.4) * 25.0 == pytest.approx((0.4 * 25.0) ** 2)


def test_the_likelier_prior_is_the_one_whose_errors_come_together_as_they_did() -> None:
    vehicles, seen = np.full(20, 50.0), np.eye(20)
    together, apart = 10.0 * np.ones((20, 1)), 10.0 * np.eye(20)
    random = np.random.default_rng(1)
    for off, likely in ((np.full(20, 10.0), together), (10 * random.standard_normal(20), apart)):
        counted = _observed(seen, vehicles + off, 4.0)
        other = apart if likely is together else together
        better, worse = (evidence(_prior(vehicles.tolist(), errors), counted) for errors in (likely, other))
        assert better > worse + 5
    nothing = _observed(np.zeros((0, 20)), np.zeros(0), 1.0)
    assert evidence(_prior(vehicles.tolist(), apart), nothing) == 0.0


def test_the_evidence_is_the_density_of_the_counts() -> None:
    prior = _prior([100.0], np.array([[20.0]]))
    for value in (60.0, 130.0):
        counted = _observed(np.array([[1.0]]), np.array([value]), 100.0)
        expected = norm.logpdf(value, 100.0, np.sqrt(500.0)) + 0.5 * np.log(2 * np.pi)
        assert evidence(prior, counted) == pytest.approx(expected)


def test_counts_err_by_chance_and_by_share() -> None:
    assert count_variance(np.array([0.0, 100.0]), 0.1) == pytest.approx([1.0, 200.0])
