"""The gravity model: who travels where, balanced so that every zone sends and receives what it should."""

import numpy as np
from numpy.typing import NDArray

from congestion_lab.core.errors import DemandError, Fault

Matrix = NDArray[np.float64]
Vector = NDArray[np.float64]

_TOLERANCE = 1e-9  # relative error of the row sums at which balancing ends
_MAX_ROUNDS = 1000


def deterrence(cost_km: Matrix, per_km: float) -> Matrix:
    """Return how willingly a distance is travelled: exp(-β·d) (Wilson 1967)."""
    return np.exp(-per_km * cost_km)


def balanced(seed: Matrix, productions: Vector, attractions: Vector) -> Matrix:
    """Scale rows and columns of a seed matrix until they add up to the given sums (Furness 1965).

    Attractions are first scaled to the sum of productions, so they may be mere weights.

    Raises:
        DemandError: Nothing is produced or attracted, or no scaling meets the sums.
    """
    _check(seed, productions, attractions)
    targets = attractions * productions.sum() / attractions.sum()
    columns = np.ones_like(targets)
    for _ in range(_MAX_ROUNDS):
        rows = _ratio(productions, seed @ columns)
        columns = _ratio(targets, rows @ seed)
        trips = rows[:, None] * seed * columns[None, :]
        if np.abs(trips.sum(axis=1) - productions).max() <= _TOLERANCE * productions.sum():
            return trips
    rule = f"the matrix does not balance within {_MAX_ROUNDS} rounds"
    raise DemandError(Fault(rule, "zones that produce trips need a destination they can reach"))


def _check(seed: Matrix, productions: Vector, attractions: Vector) -> None:
    faults = []
    if (seed < 0).any() or (productions < 0).any() or (attractions < 0).any():
        faults.append(Fault("a negative number of trips", "seeds, productions and attractions are 0 or more"))
    if productions.sum() <= 0:
        faults.append(Fault("no zone produces a trip: demand is zero", "raise residents, trip rate or level"))
    if attractions.sum() <= 0:
        faults.append(Fault("no zone attracts a trip: demand is zero", "give at least one zone jobs"))
    if faults:
        raise DemandError(*faults)


def _ratio(wanted: Vector, found: Vector) -> Vector:
    return np.divide(wanted, found, out=np.zeros_like(wanted), where=found > 0)
