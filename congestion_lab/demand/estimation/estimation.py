"""Numbers of vehicles from counts and a prior: generalised least squares between bounds.

The estimate minimises (x − x̂)ᵀV⁻¹(x − x̂) + (v − Ax)ᵀW⁻¹(v − Ax) over lower ≤ x ≤ upper (Cascetta 1984), where x̂ is
the prior, v the counts and A the share of each cell's vehicles that each count sees. There are far fewer counts than
cells, so it is solved in the space of the counts: V is never inverted.
"""

from dataclasses import dataclass

import numpy as np
from scipy import sparse
from scipy.linalg import cho_factor, cho_solve

from congestion_lab.core.errors import DemandError, Fault
from congestion_lab.demand.estimation.cells import Flags, Floats

_TOLERANCE = 1e-9  # vehicles, relative to the largest number
_BULK_ROUNDS = 40  # rounds in which all bounds change at once, which nearly always settles
_MOST_ROUNDS = 2000
_JITTER = 1e-10  # of the mean diagonal: keeps the factorisation of repeated counts positive


@dataclass(frozen=True, eq=False)
class Observation:
    """What was counted, and who is counted there.

    Attributes:
        seen: A: share of each cell's vehicles that each count sees, shape (counts, cells).
        vehicles: v: the counts, shape (counts,).
        variance: Diagonal of W, shape (counts,).
    """

    seen: sparse.csr_array
    vehicles: Floats
    variance: Floats


@dataclass(frozen=True, eq=False)
class Prior:
    """What was believed before counting.

    Attributes:
        vehicles: x̂, shape (cells,).
        factor: F of the covariance V = F·Fᵀ, shape (cells, errors); see `spread.error_factor`.
        lower: Lowest numbers allowed, shape (cells,).
        upper: Highest numbers allowed, shape (cells,).
    """

    vehicles: Floats
    factor: sparse.csr_array
    lower: Floats
    upper: Floats


def count_variance(vehicles: Floats, relative_error: float) -> Floats:
    """Return the variance of counts: miscounting by a share of the count, and the chance of who comes today (Poisson).

    Args:
        vehicles: How many are expected; what was counted would give more weight to those that came out too low.
        relative_error: Standard deviation of miscounting, as a share.
    """
    return np.maximum(vehicles, 1.0) + (relative_error * vehicles) ** 2


def least_squares(prior: Prior, observation: Observation) -> Floats:
    """Return the estimate of generalised least squares, shape (cells,).

    Cells are held at bounds by a primal-dual active set (Hintermüller, Ito and Kunisch 2002): a cell is released when
    its bound no longer holds it back. Should that go in circles, bounds change one at a time.

    Raises:
        DemandError: The bounds do not settle.
    """
    free = (prior.lower < prior.upper) & (np.diff(prior.factor.indptr) > 0)
    tolerance = _TOLERANCE * max(1.0, float(prior.vehicles.max(initial=0.0)))
    at_lower, at_upper = np.zeros_like(free), np.zeros_like(free)
    for number in range(_MOST_ROUNDS):
        estimate, pull = _held(prior, observation, at_lower, at_upper)
        new_lower = free & ((at_lower & (pull > 0)) | (~at_lower & ~at_upper & (estimate < prior.lower - tolerance)))
        new_upper = free & ((at_upper & (pull < 0)) | (~at_lower & ~at_upper & (estimate > prior.upper + tolerance)))
        if np.array_equal(new_lower, at_lower) and np.array_equal(new_upper, at_upper):
            return np.where(free, np.clip(estimate, prior.lower, prior.upper), estimate)
        if number < _BULK_ROUNDS:
            at_lower, at_upper = new_lower, new_upper
        else:
            _change_one(at_lower, at_upper, new_lower, new_upper)
    raise DemandError(Fault("the bounds of the estimate do not settle", "widen the bounds or the prior's error"))


def evidence(prior: Prior, observation: Observation) -> float:
    """Return the logarithm of how likely the counts were under the prior, up to a constant; bounds left aside.

    Of priors that differ in their covariance, the likeliest says best which errors come together (MacKay 1992).
    """
    part = sparse.csr_array(observation.seen @ prior.factor)
    missing = observation.vehicles - observation.seen @ prior.vehicles
    if not len(missing):
        return 0.0
    factor, lower = cho_factor(_covariance(part, observation.variance), lower=True)
    return -0.5 * float(missing @ cho_solve((factor, lower), missing)) - float(np.log(np.diag(factor)).sum())


def uncertainty(prior: Prior, observation: Observation, groups: sparse.csr_array) -> tuple[Floats, Floats]:
    """Return the standard deviation of sums of cells before and after counting, bounds left aside.

    Args:
        prior: The prior.
        observation: The counts.
        groups: Which cells each sum adds up, shape (sums, cells).
    """
    spread = sparse.csr_array(groups @ prior.factor)
    before = np.asarray(spread.multiply(spread).sum(axis=1)).ravel()
    part = sparse.csr_array(observation.seen @ prior.factor)
    cross = sparse.csr_array(spread @ part.T).toarray()
    gained = np.einsum("ij,ji->i", cross, _solved(_covariance(part, observation.variance), cross.T))
    return np.sqrt(before), np.sqrt(np.maximum(before - gained, 0.0))


def _held(prior: Prior, observation: Observation, at_lower: Flags, at_upper: Flags) -> tuple[Floats, Floats]:
    """Return the estimate with some cells held at bounds, and how hard each bound pulls."""
    held = np.flatnonzero(at_lower | at_upper)
    bounds = np.where(at_lower, prior.lower, prior.upper)[held]
    pick = sparse.csr_array((np.ones(len(held)), (np.arange(len(held)), held)), shape=(len(held), len(at_lower)))
    rows = sparse.csr_array(sparse.vstack([observation.seen, pick]))
    wanted = np.concatenate([observation.vehicles, bounds]) - rows @ prior.vehicles
    part = sparse.csr_array(rows @ prior.factor)
    variance = np.concatenate([observation.variance, np.zeros(len(held))])
    weights = _solved(_covariance(part, variance), wanted)
    estimate = prior.vehicles + prior.factor @ (part.T @ weights)
    pull = np.zeros(len(estimate))
    pull[held] = weights[len(observation.vehicles) :]
    estimate[held] = bounds
    return estimate, pull


def _solved(matrix: Floats, wanted: Floats) -> Floats:
    if len(matrix) == 0:
        return np.zeros_like(wanted)
    found: Floats = cho_solve(cho_factor(matrix, lower=True), wanted)
    return found


def _covariance(part: sparse.csr_array, variance: Floats) -> Floats:
    """Return the covariance of what is counted, positive also where counts repeat each other.

    Args:
        part: What the independent errors of the prior do to each count, shape (counts, errors).
        variance: Of the counts.
    """
    matrix: Floats = sparse.csr_array(part @ part.T).toarray()
    matrix[np.diag_indices(len(matrix))] += variance + _JITTER * float(np.trace(matrix)) / max(len(matrix), 1)
    return matrix


def _change_one(at_lower: Flags, at_upper: Flags, new_lower: Flags, new_upper: Flags) -> None:
    """Take over the first difference only."""
    place = int(np.flatnonzero((at_lower != new_lower) | (at_upper != new_upper))[0])
    at_lower[place], at_upper[place] = new_lower[place], new_upper[place]
