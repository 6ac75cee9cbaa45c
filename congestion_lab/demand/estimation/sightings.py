"""Who passed where in a simulation, and which counts would have seen it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from scipy import sparse

from congestion_lab.demand.counts.counts import Count
from congestion_lab.demand.estimation.cells import Floats, Ints

NOWHERE = -1
CYCLE_S = 120.0  # about the longest cycle in use (FHWA, Traffic Signal Timing Manual): who waits longer missed a green


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
        ready_s: When they could have left had nobody been ahead; when they left where that is not known.
        left_s: When they left, seconds after midnight; infinite for those who did not, shape (sightings,).
        vehicles: How many vehicles there were to see.
    """

    links: tuple[str, ...]
    kinds: tuple[str, ...]
    vehicle: Ints
    kind: Ints
    link: Ints
    onto: Ints
    ready_s: Floats
    left_s: Floats
    vehicles: int


def seen_by(counts: Sequence[Count], sightings: Sightings) -> sparse.csr_array:
    """Return how often each count sees each vehicle, shape (counts, vehicles).

    Links and classes that the simulation does not have see nobody.
    """
    rows, columns = [np.zeros(0, dtype=np.int64)], [np.zeros(0, dtype=np.int64)]
    for number, (count, mine) in enumerate(_at_their_places(counts, sightings)):
        passed = (sightings.left_s[mine] >= count.begin_s) & (sightings.left_s[mine] < count.end_s)
        columns.append(sightings.vehicle[mine[passed]])
        rows.append(np.full(len(columns[-1]), number))
    places = (np.concatenate(rows), np.concatenate(columns))
    return sparse.csr_array((np.ones(len(places[0])), places), shape=(len(counts), sightings.vehicles))


def queued_at(counts: Sequence[Count], sightings: Sightings) -> Floats:
    """Return how many stand at each count's place when its interval ends, ready to leave since a cycle or more.

    Whoever waits for the next green only is no sign of a lack of capacity.
    """
    found = [
        int(((sightings.ready_s[mine] < count.end_s - CYCLE_S) & (sightings.left_s[mine] >= count.end_s)).sum())
        for count, mine in _at_their_places(counts, sightings)
    ]
    return np.array(found, dtype=np.float64)


def _at_their_places(counts: Sequence[Count], sightings: Sightings) -> Iterator[tuple[Count, Ints]]:
    """Yield every count with the sightings of its link, its turn and its class at any time."""
    order = np.argsort(sightings.link, kind="stable")
    starts = np.searchsorted(sightings.link[order], np.arange(len(sightings.links) + 1))
    place = {name: index for index, name in enumerate(sightings.links)}
    kinds = {name: index for index, name in enumerate(sightings.kinds)}
    for count in counts:
        link = place.get(count.link)
        mine = order[:0] if link is None else order[starts[link] : starts[link + 1]]
        if count.onto:
            mine = mine[sightings.onto[mine] == place.get(count.onto, len(place))]
        if count.kind:
            mine = mine[sightings.kind[mine] == kinds.get(count.kind, len(kinds))]
        yield count, mine
