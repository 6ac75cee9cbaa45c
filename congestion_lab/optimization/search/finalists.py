"""Who goes on to SUMO: not the best few, which are often the same plan over and over, but the best that differ."""

from collections.abc import Iterator, Sequence

import numpy as np

from congestion_lab.optimization.search.discrepancy import Floats

_APART = 0.03  # coordinates by which plans differ that are not one and the same: a twentieth of the cycle, half a green
_LEAST_MARGIN, _MOST_MARGIN = 0.005, 0.05  # of the delay, between plans that count as equal


def distinct(coordinates: Floats, count: int) -> list[int]:
    """Return the first rows, up to a number of them, that are apart from all that come before."""
    kept: list[int] = []
    for row, place in enumerate(coordinates):
        if len(kept) == count:
            break
        if not kept or _nearest(place, coordinates[kept]) >= _APART:
            kept.append(row)
    return kept


def finalists(expected_s: Floats, coordinates: Floats, known: Floats, count: int, *, error: float) -> list[int]:
    """Return the rows that SUMO should judge: the best, then those that tell most.

    Among plans whose expected delays differ by less than the expectation errs, those farthest from all that SUMO has
    judged come first; then the others in the order of their delays.

    Args:
        expected_s: Expected delays, ascending.
        coordinates: Where the plans stand, shape (plans, features).
        known: Where the plans stand that SUMO has judged, shape (plans, features).
        count: Number of rows wanted.
        error: Standard error of the logarithm of the expected delays.
    """
    margin = min(_MOST_MARGIN, max(_LEAST_MARGIN, error))
    equal = [row for row in range(len(expected_s)) if expected_s[row] <= (1 + margin) * expected_s[0]]
    order = [*_farthest(coordinates, known, equal), *range(len(equal), len(expected_s))]
    return order[:count]


def _farthest(coordinates: Floats, known: Floats, rows: Sequence[int]) -> Iterator[int]:
    """Yield the first row, then always the one that is farthest from all known and yielded ones."""
    left = list(rows)
    row = left.pop(0) if left else None
    while row is not None:
        yield row
        known = np.vstack([known, coordinates[row]])
        row = max(left, key=lambda one: _nearest(coordinates[one], known), default=None)
        left = [one for one in left if one != row]


def _nearest(place: Floats, others: Floats) -> float:
    return float(np.sqrt(((others - place) ** 2).sum(axis=1).min()))
