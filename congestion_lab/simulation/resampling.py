"""A demand with vehicles left out and repeated."""

import dataclasses

import numpy as np
from numpy.typing import NDArray

from congestion_lab.simulation.traffic import Demand, Floats

Indices = NDArray[np.integer]


def resampled(demand: Demand, source: Indices, copy: Indices, departs_s: Floats) -> Demand:
    """Return a demand of the same routes and types.

    Args:
        demand: The demand that vehicles are taken from.
        source: Index of the vehicle that each is, shape (vehicles,).
        copy: 0 for the vehicle itself, 1, 2, … for its copies, which get names of their own.
        departs_s: When each wants to depart, ascending.
    """
    names = copy_names(demand.vehicle_ids, source, copy)
    counts = np.diff(demand.stop_offsets)[source]
    offsets = np.concatenate([[0], np.cumsum(counts)]).astype(np.int32)
    stops = np.repeat(demand.stop_offsets[:-1][source] - offsets[:-1], counts) + np.arange(int(offsets[-1]))
    taken = {
        name: getattr(demand, name)[source]
        for name in ("mixture", "route", "depart_lane", "depart_speed_mps", "depart_m", "arrive_m")
    }
    return dataclasses.replace(
        demand,
        vehicle_ids=names,
        demanded_s=np.asarray(departs_s, dtype=np.float64),
        stop_offsets=offsets,
        stop_leg=demand.stop_leg[stops],
        stop_s=demand.stop_s[stops],
        **taken,
    )


def copy_names(names: tuple[str, ...], source: Indices, copy: Indices) -> tuple[str, ...]:
    """Return the vehicles' names: copies carry their number behind a `+` that no other name has."""
    mark = "+"
    while any(mark in name for name in names):
        mark += "+"
    return tuple(
        names[index] if not number else f"{names[index]}{mark}{number}"
        for index, number in zip(source.tolist(), copy.tolist(), strict=True)
    )
