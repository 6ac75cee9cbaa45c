"""How uncertain a prior is, and which of its errors come together."""

from dataclasses import dataclass, fields, replace

import numpy as np
from scipy import sparse

from congestion_lab.demand.estimation.cells import Cells

_PARTS = ("level", "slice", "origin", "destination", "pair", "cell")
STRUCTURES = {
    "of all kinds": (0.25, 0.10, 0.15, 0.15, 0.25, 0.10),
    "mostly of the level": (0.70, 0.05, 0.05, 0.05, 0.10, 0.05),
    "mostly of times": (0.15, 0.60, 0.05, 0.05, 0.10, 0.05),
    "mostly of zones": (0.10, 0.05, 0.35, 0.35, 0.10, 0.05),
    "mostly of pairs": (0.05, 0.05, 0.10, 0.10, 0.60, 0.10),
}
"""What a prior's errors may be common to: shares of their variance, in the order of the parts of a `Spread`."""


@dataclass(frozen=True, slots=True)
class Spread:
    """Standard deviations of a prior's relative errors, each common to the vehicles that share what it is named for.

    The errors add up: a cell of pair p from o to d in slice t is off by level + slice t + origin o + destination d +
    pair p + its own. A count somewhere so says something about trips that never pass it.

    Attributes:
        level: Of everything together.
        slice: Of a slice of departure.
        origin: Of all trips from a zone.
        destination: Of all trips to a zone.
        pair: Of a pair of zones.
        cell: Of one route in one slice.
    """

    level: float
    slice: float
    origin: float
    destination: float
    pair: float
    cell: float

    @property
    def total(self) -> float:
        """The standard deviation of one cell's relative error."""
        return float(np.sqrt(sum(getattr(self, field.name) ** 2 for field in fields(self))))


def spread_of(error: float, structure: str) -> Spread:
    """Return the spread of a prior whose cells are off by so much, as a share and as a standard deviation."""
    return Spread(**{name: error * share**0.5 for name, share in zip(_PARTS, STRUCTURES[structure], strict=True)})


def own_spread_of(error: float) -> Spread:
    """Return the part of a spread that is not common to everybody or to a time of day: what only local counts tell."""
    return replace(spread_of(error, "of all kinds"), level=0.0, slice=0.0)


def error_factor(cells: Cells, spread: Spread) -> sparse.csr_array:
    """Return F of the prior's covariance V = F·Fᵀ in vehicles², shape (cells, independent errors).

    Cells that are fixed have none.
    """
    rows = np.arange(len(cells.pair))
    ends = cells.pairs[cells.pair]
    blocks = [
        (spread.level, np.zeros_like(rows)),
        (spread.slice, cells.slice),
        (spread.origin, ends[:, 0]),
        (spread.destination, ends[:, 1]),
        (spread.pair, cells.pair),
        (spread.cell, rows),
    ]
    scale = np.where(cells.fixed, 0.0, cells.vehicles)
    parts = [sparse.csr_array((deviation * scale, (rows, columns))) for deviation, columns in blocks]
    return sparse.csr_array(sparse.hstack(parts))
