"""Numbers of vehicles from counts and a prior: the least information that explains the counts.

The estimate minimises Σ (x ln(x/x̂) − x + x̂)/τ + (v − Ax)ᵀW⁻¹(v − Ax)/2 over lower ≤ x ≤ upper (van Zuylen and
Willumsen 1980, with counts that may err). Its dual is smooth and has one variable per count: x = x̂·exp(τAᵀλ), cut at
the bounds. τ says how far a cell of one vehicle may go: for small changes a cell of x̂ vehicles has the variance τx̂.
"""

from dataclasses import replace

import numpy as np
from scipy import sparse
from scipy.optimize import minimize

from congestion_lab.core.errors import DemandError, Fault
from congestion_lab.demand.estimation.cells import Floats
from congestion_lab.demand.estimation.estimation import Observation, Prior

_STEEPEST = 30.0  # exponents are cut here: exp(30) is beyond every bound
_ENOUGH = 1e-7  # gradient of the dual, in standard deviations of a count, at which it has been found


def least_information(prior: Prior, observation: Observation, *, weight: float) -> Floats:
    """Return the estimate, shape (cells,).

    Args:
        prior: The prior; its covariance is not used.
        observation: The counts.
        weight: τ, above 0.

    Raises:
        DemandError: The dual has no solution that can be found.
    """
    free = (prior.lower < prior.upper) & (prior.vehicles > 0)
    scale = np.sqrt(observation.variance)
    shares = sparse.csr_array(sparse.diags_array(1.0 / scale) @ observation.seen)
    turned = sparse.csr_array(shares.T)
    wanted = observation.vehicles / scale

    def numbers(multipliers: Floats) -> Floats:
        steps = np.clip(weight * _times(turned, multipliers), -_STEEPEST, _STEEPEST)
        grown = np.clip(prior.vehicles * np.exp(steps), prior.lower, prior.upper)
        return np.where(free, grown, prior.vehicles)

    def dual(multipliers: Floats) -> tuple[float, Floats]:
        cells = numbers(multipliers)
        steps = _times(turned, multipliers)
        information = _information(cells, prior.vehicles) / weight
        value = float(multipliers @ wanted - multipliers @ multipliers / 2 + (information - steps * cells).sum())
        return -value, multipliers + _times(shares, cells) - wanted

    found = minimize(
        dual,
        np.zeros(len(wanted)),
        jac=True,
        method="L-BFGS-B",
        options={"maxiter": 5000, "maxfun": 20000, "ftol": 1e-15, "gtol": _ENOUGH, "maxcor": 30},
    )
    cells = numbers(found.x)
    if not np.isfinite(cells).all() or np.abs(found.jac).max(initial=0.0) > _accepted(wanted):
        raise DemandError(Fault(f"the entropy of the demand has no minimum: {found.message}", "try `--method gls`"))
    return cells


def at_level(prior: Prior, observation: Observation, error: float) -> Prior:
    """Return the prior scaled to the level of the counts: entropy corrects who goes where, one cell at a time.

    The factor is the least-squares one if the level of the prior is off by so much, as a share. Fixed cells stay.
    """
    free = prior.lower < prior.upper
    moves = observation.seen @ np.where(free, prior.vehicles, 0.0)
    missing = observation.vehicles - observation.seen @ prior.vehicles
    factor = 1.0 + float(moves @ (missing / observation.variance)) / (
        float(moves @ (moves / observation.variance)) + error**-2
    )
    scaled = np.clip(prior.vehicles * factor, prior.lower, prior.upper)
    return replace(prior, vehicles=scaled)


def typical_weight(prior: Prior, error: float) -> float:
    """Return τ for which the mean vehicle belongs to a cell that is off by so much, as a share."""
    total = float(prior.vehicles.sum())
    return error**2 * float((prior.vehicles**2).sum()) / total if total > 0 else error**2


def _information(cells: Floats, before: Floats) -> Floats:
    ratio = np.divide(cells, before, out=np.ones_like(cells), where=before > 0)
    logarithm = np.log(ratio, out=np.zeros_like(ratio), where=ratio > 0)
    return cells * logarithm - cells + before


def _times(matrix: sparse.csr_array, vector: Floats) -> Floats:
    return np.asarray(matrix @ vector, dtype=np.float64)


def _accepted(wanted: Floats) -> float:
    return 1e-3 * max(1.0, float(np.abs(wanted).max(initial=0.0)))
