"""From numbers of vehicles that are not whole to vehicles that are: those of the prior, left out or repeated."""

from dataclasses import dataclass

import numpy as np

from congestion_lab.core.seeds import derived_seed
from congestion_lab.demand.estimation.cells import Cells, Flags, Floats, Ints
from congestion_lab.demand.trips.sampling import systematic

_SECOND = 1.0


@dataclass(frozen=True, eq=False)
class Realised:
    """Vehicles of a demand that was scaled.

    Attributes:
        source: Vehicle of the prior that each is, or is a copy of, shape (vehicles,).
        copy: Number of the copy, 0 for the prior's own vehicle, shape (vehicles,).
        departs_s: When each wants to depart, ascending, shape (vehicles,).
    """

    source: Ints
    copy: Ints
    departs_s: Floats


def realised(cells: Cells, departs_s: Floats, vehicles: Floats, seed: int) -> Realised:
    """Return whole vehicles for numbers per cell.

    Vehicles are taken at even steps along the prior, ordered by pair, slice and cell, so that every group of neighbours
    gets its number to within one. The first of a vehicle keeps its time of departure; its copies depart at some time in
    the slice. Fixed cells are taken as they are.

    Args:
        cells: The prior's cells.
        departs_s: When the prior's vehicles depart.
        vehicles: Wanted number of each cell.
        seed: Draws the departures of copies.
    """
    order = np.lexsort((departs_s, cells.of_vehicle, cells.slice[cells.of_vehicle], cells.pair[cells.of_vehicle]))
    free = ~cells.fixed[cells.of_vehicle[order]]
    each = np.divide(vehicles, cells.vehicles, out=np.zeros_like(vehicles), where=cells.vehicles > 0)
    taken = order[free][systematic(each[cells.of_vehicle[order][free]].tolist())]
    source = np.concatenate([taken, np.flatnonzero(cells.fixed[cells.of_vehicle])])
    source = np.sort(source)
    first = np.searchsorted(source, source, side="left")
    copy = np.arange(len(source)) - first
    departs = np.where(copy == 0, departs_s[source], _anywhere(cells, source, seed))
    by_time = np.lexsort((copy, source, departs))
    return Realised(source[by_time], copy[by_time], departs[by_time])


def _anywhere(cells: Cells, source: Ints, seed: int) -> Floats:
    """Return a whole second within the slice of each vehicle."""
    slices = cells.slice[cells.of_vehicle[source]]
    begin_s, end_s = cells.edges_s[slices], cells.edges_s[slices + 1]
    drawn = np.random.default_rng(derived_seed(seed, "departures of copies")).random(len(source))
    departs: Floats = np.minimum(np.floor(begin_s + drawn * (end_s - begin_s)), end_s - _SECOND)
    return departs


def recreated(routes: Ints, departs_s: Floats, kept: Flags, wanted_routes: Ints, wanted_departs_s: Floats) -> Realised:
    """Return some of the prior's vehicles as they are, and others made anew on the prior's routes.

    A new vehicle is a copy of the prior's vehicle on the same route that departs nearest in turn, so that classes keep
    their shares.

    Args:
        routes: Route of each vehicle of the prior.
        departs_s: When each departs.
        kept: Which stay, shape as `routes`.
        wanted_routes: Routes of the new vehicles, all of which the prior has.
        wanted_departs_s: When they depart.
    """
    order = np.lexsort((departs_s, routes))
    starts = np.searchsorted(routes[order], wanted_routes, side="left")
    sizes = np.searchsorted(routes[order], wanted_routes, side="right") - starts
    by_route = np.lexsort((wanted_departs_s, wanted_routes))
    turn = np.empty(len(by_route), dtype=np.int64)
    turn[by_route] = np.arange(len(by_route)) - np.searchsorted(wanted_routes[by_route], wanted_routes[by_route])
    made = order[starts + turn % np.maximum(sizes, 1)]
    source = np.concatenate([np.flatnonzero(kept), made])
    departs = np.concatenate([departs_s[kept], wanted_departs_s])
    anew = np.arange(len(source)) >= len(source) - len(made)
    by_source = np.lexsort((departs, anew, source))
    source, departs = source[by_source], departs[by_source]
    copy = np.arange(len(source)) - np.searchsorted(source, source, side="left")
    by_time = np.lexsort((copy, source, departs))
    return Realised(source[by_time], copy[by_time], departs[by_time])
