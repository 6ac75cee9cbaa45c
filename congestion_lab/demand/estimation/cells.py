"""Cells: vehicles of one route that depart in one slice of time, the smallest groups whose number is estimated."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class Cells:
    """How a demand falls into cells. A pair is an origin and a destination zone.

    Attributes:
        of_vehicle: Cell of each vehicle, shape (vehicles,).
        pair: Pair of each cell, shape (cells,).
        slice: Slice of departure of each cell, shape (cells,).
        fixed: Cells whose number is not estimated, shape (cells,).
        pairs: Origin and destination of each pair as indices of zones, shape (pairs, 2).
        zones: Names of the zones.
        edges_s: Bounds of the slices, shape (slices + 1,).
    """

    of_vehicle: Ints
    pair: Ints
    slice: Ints
    fixed: Flags
    pairs: Ints
    zones: tuple[str, ...]
    edges_s: Floats

    @cached_property
    def vehicles(self) -> Floats:
        """Vehicles of each cell in the prior, shape (cells,)."""
        return np.bincount(self.of_vehicle, minlength=len(self.pair)).astype(np.float64)

    def by_pair(self, vehicles: Floats) -> Floats:
        """Return how many of the vehicles, given by cell, belong to each pair."""
        return np.bincount(self.pair, weights=vehicles, minlength=len(self.pairs)).astype(np.float64)

    def by_slice(self, vehicles: Floats) -> Floats:
        """Return how many of the vehicles, given by cell, depart in each slice."""
        return np.bincount(self.slice, weights=vehicles, minlength=len(self.edges_s) - 1).astype(np.float64)


def slice_edges_s(begin_s: float, end_s: float, length_s: float) -> Floats:
    """Return the bounds of equal slices over a period; the last may be shorter."""
    edges = np.arange(begin_s, end_s, length_s, dtype=np.float64)
    return np.append(edges, end_s)


def cells_of(
    routes: NDArray[np.integer],
    ends: Sequence[tuple[str, str]],
    departs_s: Floats,
    edges_s: Floats,
    fixed: Flags,
) -> Cells:
    """Return the cells of a demand.

    Args:
        routes: Route of each vehicle.
        ends: Origin and destination zone of each route.
        departs_s: When each vehicle wants to depart.
        edges_s: Bounds of the slices; whoever departs outside them belongs to the first or the last.
        fixed: Vehicles that stay as they are.
    """
    slices = np.clip(np.searchsorted(edges_s, departs_s, side="right") - 1, 0, len(edges_s) - 2)
    keys = np.stack([routes.astype(np.int64), slices.astype(np.int64), fixed.astype(np.int64)], axis=1)
    groups, of_vehicle = np.unique(keys, axis=0, return_inverse=True)
    zones = sorted({name for pair in ends for name in pair})
    number = {name: index for index, name in enumerate(zones)}
    by_route = np.array([[number[a], number[b]] for a, b in ends], dtype=np.int64).reshape(-1, 2)
    pairs, pair = np.unique(by_route[groups[:, 0]], axis=0, return_inverse=True)
    return Cells(of_vehicle.ravel(), pair.ravel(), groups[:, 1], groups[:, 2] > 0, pairs, tuple(zones), edges_s)
