"""Trips of a table that says in which interval they depart and of which class they are, as vehicles."""

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from congestion_lab.core.errors import DemandError, Fault
from congestion_lab.core.seeds import derived_seed
from congestion_lab.core.times import clock_from_seconds
from congestion_lab.demand.trips.assumptions import Assumptions
from congestion_lab.demand.trips.matrix import ODMatrix
from congestion_lab.demand.trips.odtable import ODCell, ODTable, matrix_of
from congestion_lab.demand.trips.profile import Profile
from congestion_lab.demand.trips.sampling import Indices, RouteFlow, Vehicle, drawn_class
from congestion_lab.demand.trips.zones import Zone

_PEAK_S = 3600.0
Shares = Mapping[str, Mapping[str, float]]


@dataclass(frozen=True, eq=False)
class TripSlice:
    """The trips of one interval and class.

    Attributes:
        matrix: Trips between zones.
        profile: When they depart: evenly in the table's interval, or by the assumptions where it names none.
        vehicle_class: Their class; "" where the table leaves it to the assumptions' shares.
    """

    matrix: ODMatrix
    profile: Profile
    vehicle_class: str


def trip_slices(table: ODTable, zones: Sequence[Zone], assumptions: Assumptions, source: str) -> tuple[TripSlice, ...]:
    """Return the trips of a table by interval and class, in the order of both.

    Args:
        table: The table.
        zones: Zones of the model.
        assumptions: Profile and classes of the model.
        source: What messages call the table.

    Raises:
        DemandError: Intervals leave the model's period, classes are unknown, or no trip leaves its zone.
    """
    if faults := [*_misfits(table.cells, assumptions, source)]:
        raise DemandError(*faults)
    grouped: dict[tuple[float, float, str], list[ODCell]] = {}
    for cell in table.cells:
        grouped.setdefault((*_interval(cell, assumptions.profile), cell.kind), []).append(cell)
    slices = []
    for begin_s, end_s, kind in sorted(grouped):
        cells = tuple(grouped[begin_s, end_s, kind])
        even = cells[0].begin_s is not None
        profile = Profile(begin_s, end_s - begin_s, (1.0,)) if even else assumptions.profile
        slices.append(TripSlice(matrix_of(ODTable(cells), zones), profile, kind))
    if sum(one.matrix.total for one in slices) <= 0:
        raise DemandError(Fault("the table holds no trip between two zones", "compare with the zones", source))
    return tuple(slices)


def all_trips(slices: Sequence[TripSlice]) -> ODMatrix:
    """Return the trips of all intervals and classes as one matrix."""
    first = slices[0].matrix
    trips = np.sum([one.matrix.trips for one in slices], axis=0)
    return ODMatrix(first.zones, trips, sum(one.matrix.intrazonal for one in slices))


def peak_hour_share(slices: Sequence[TripSlice]) -> float:
    """Return the share of the busiest sixty minutes in all trips; demand is even within an interval."""
    parts = [part for one in slices for part in _even_parts(one)]
    starts = {begin_s for begin_s, _end_s, _trips in parts} | {end_s - _PEAK_S for _begin_s, end_s, _trips in parts}
    total = sum(trips for _begin_s, _end_s, trips in parts)
    return max(sum(_within(part, start) for part in parts) for start in sorted(starts)) / total


def mean_pcu(slices: Sequence[TripSlice], shares: Shares, pcu: Mapping[str, float]) -> dict[str, float]:
    """Return the passenger cars per vehicle by where trips run.

    Args:
        slices: The trips.
        shares: Shares of the classes by where trips run, for slices that name no class.
        pcu: Passenger cars per vehicle by class.
    """
    mixed = {kind: sum(share * pcu[name] for name, share in by_class.items()) for kind, by_class in shares.items()}
    cars, trips = dict.fromkeys(shares, 0.0), dict.fromkeys(shares, 0.0)
    for one in slices:
        for origin, destination in np.argwhere(one.matrix.trips > 0).tolist():
            kind, number = one.matrix.kind(origin, destination), float(one.matrix.trips[origin, destination])
            trips[kind] += number
            cars[kind] += number * (pcu[one.vehicle_class] if one.vehicle_class else mixed[kind])
    return {kind: cars[kind] / trips[kind] if trips[kind] else mixed[kind] for kind in shares}


def sliced_vehicles(
    slices: Sequence[TripSlice], flows: Sequence[Sequence[RouteFlow]], shares: Shares, seed: int
) -> tuple[Vehicle, ...]:
    """Return whole vehicles, by departure; every slice has its trips to within one vehicle, and so have all together.

    Args:
        slices: The trips.
        flows: Route flows of each slice; their order is part of the result.
        shares: Shares of the classes by kind of flow, for slices that name no class.
        seed: Seed of the mixing.
    """
    every = [flow for group in flows for flow in group]
    chosen = _whole_units([flow.vehicles for flow in every])
    ends = np.searchsorted(chosen, np.cumsum([len(group) for group in flows]))
    times = np.random.default_rng(derived_seed(seed, "departures"))
    classes = np.random.default_rng(derived_seed(seed, "classes"))
    vehicles = []
    for one, mine in zip(slices, np.split(chosen, ends[:-1]), strict=True):
        order = times.permutation(len(mine))
        departs = np.floor(one.profile.times_s((order + 0.5) / max(len(mine), 1))).astype(int)
        for index, depart, draw in zip(mine, departs, classes.random(len(mine)), strict=True):
            flow = every[index]
            name = one.vehicle_class or drawn_class(shares[flow.kind], draw)
            vehicles.append(Vehicle(int(depart), name, flow.links))
    return tuple(sorted(vehicles, key=lambda one: (one.depart_s, one.links, one.vehicle_class)))


def _whole_units(weights: Sequence[float]) -> Indices:
    """Return the index of the weight in which the middle of each whole unit of their running sum lies.

    So any neighbours get the sum of their weights to within one, whatever the total is rounded to.
    """
    running = np.cumsum(np.asarray(weights, dtype=np.float64))
    middles = np.arange(math.ceil(running[-1] - 0.5) if len(running) else 0) + 0.5
    return np.searchsorted(running, middles, side="right")


def _interval(cell: ODCell, profile: Profile) -> tuple[float, float]:
    if cell.begin_s is None or cell.end_s is None:
        return profile.begin_s, profile.end_s
    return cell.begin_s, cell.end_s


def _misfits(cells: Sequence[ODCell], assumptions: Assumptions, source: str) -> Iterator[Fault]:
    profile, known = assumptions.profile, assumptions.classes
    for kind in sorted({cell.kind for cell in cells} - {"", *known}):
        yield Fault(f"there is no class {kind!r}", f"the assumptions have {', '.join(known)}", source, key="class")
    period = f"{clock_from_seconds(profile.begin_s)} to {clock_from_seconds(profile.end_s)}"
    for begin_s, end_s in sorted({_interval(cell, profile) for cell in cells}):
        if begin_s < profile.begin_s or end_s > profile.end_s:
            rule = (
                f"the interval {clock_from_seconds(begin_s)} to {clock_from_seconds(end_s)} leaves the model's period"
            )
            yield Fault(rule, f"take out what lies outside {period}", source, key="begin")


def _even_parts(one: TripSlice) -> Iterator[tuple[float, float, float]]:
    """Yield stretches of even demand: begin, end, trips."""
    whole, profile = sum(one.profile.weights), one.profile
    for place, weight in enumerate(profile.weights):
        begin_s = profile.begin_s + place * profile.interval_s
        yield begin_s, begin_s + profile.interval_s, one.matrix.total * weight / whole


def _within(part: tuple[float, float, float], start_s: float) -> float:
    begin_s, end_s, trips = part
    shared_s = min(end_s, start_s + _PEAK_S) - max(begin_s, start_s)
    return trips * max(0.0, shared_s) / (end_s - begin_s)
