"""Who passed where in a simulation, and which counts would have seen it."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy import sparse

from congestion_lab.demand.cells import Floats, Ints
from congestion_lab.demand.counts import Count

NOWHERE = -1


@dataclass(frozen=True, eq=False)
class Sightings:
    """Vehicles that left links at their end, where cameras and loops of intersections stand, or ended their trip there.

    Attributes:
        links: Names of the links.
        kinds: Names of the vehicle classes.
        vehicle: Who passed, shape (sightings,).
        kind: Index of the class, shape (sightings,).
        link: Index of the link, shape (sightings,).
        onto: Index of the next link, or `NOWHERE` where the trip ended, shape (sightings,).
        left_s: When, seconds after midnight, shape (sightings,).
        vehicles: How many vehicles there were to see.
    """

    links: tuple[str, ...]
    kinds: tuple[str, ...]
    vehicle: Ints
    kind: Ints
    link: Ints
    onto: Ints
    left_s: Floats
    vehicles: int


def seen_by(counts: Sequence[Count], sightings: Sightings) -> sparse.csr_array:
    """Return how often each count sees each vehicle, shape (counts, vehicles).

    Links and classes that the simulation does not have see nobody.
    """
    order = np.argsort(sightings.link, kind="stable")
    starts = np.searchsorted(sightings.link[order], np.arange(len(sightings.links) + 1))
    place = {name: index for index, name in enumerate(sightings.links)}
    kinds = {name: index for index, name in enumerate(sightings.kinds)}
    rows, columns = [], []
    for number, count in enumerate(counts):
        link = place.get(count.link)
        if link is not None:
            mine = order[starts[link] : starts[link + 1]]
            vehicles = sightings.vehicle[mine[_counted(count, sightings, mine, place, kinds)]]
            rows.append(np.full(len(vehicles), number))
            columns.append(vehicles)
    if not rows:
        return sparse.csr_array((len(counts), sightings.vehicles))
    places = (np.concatenate(rows), np.concatenate(columns))
    return sparse.csr_array((np.ones(len(places[0])), places), shape=(len(counts), sightings.vehicles))


def _counted(
    count: Count, sightings: Sightings, mine: Ints, place: dict[str, int], kinds: dict[str, int]
) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    seen = (sightings.left_s[mine] >= count.begin_s) & (sightings.left_s[mine] < count.end_s)
    if count.onto:
        seen &= sightings.onto[mine] == place.get(count.onto, len(place))
    if count.kind:
        seen &= sightings.kind[mine] == kinds.get(count.kind, len(kinds))
    return seen
