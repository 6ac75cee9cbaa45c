"""From flows that are not whole to vehicles that are: the same ones each time."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from congestion_lab.core.seeds import derived_seed
from congestion_lab.demand.trips.dwell import Dwell
from congestion_lab.demand.trips.profile import Profile

Indices = NDArray[np.intp]


@dataclass(frozen=True, slots=True)
class RouteFlow:
    """Vehicles on one route over the whole period.

    Attributes:
        links: Links from origin to destination.
        vehicles: Number, not necessarily whole.
        kind: Where the trip runs, which decides the mix of classes.
    """

    links: tuple[str, ...]
    vehicles: float
    kind: str


@dataclass(frozen=True, slots=True)
class Vehicle:
    """One vehicle with its route.

    Attributes:
        depart_s: When it departs; whole seconds since midnight.
        vehicle_class: Id of its class.
        links: Its route.
        id: Its name; "" for any number.
        stops: Where it stops on its way, in order.
    """

    depart_s: int
    vehicle_class: str
    links: tuple[str, ...]
    id: str = ""
    stops: tuple[Dwell, ...] = ()


def sampled_vehicles(
    flows: Sequence[RouteFlow], profile: Profile, shares: Mapping[str, Mapping[str, float]], seed: int
) -> tuple[Vehicle, ...]:
    """Return whole vehicles for flows, by departure.

    Routes are drawn at even steps along their cumulated flow, so every group of neighbouring flows gets its number to
    within one vehicle; departures take every quantile of the profile once, in a mixed order.

    Args:
        flows: Route flows; their order is part of the result.
        profile: When vehicles depart.
        shares: Shares of the classes by kind of flow.
        seed: Seed of the mixing.
    """
    chosen = systematic([flow.vehicles for flow in flows])
    order = np.random.default_rng(derived_seed(seed, "departures")).permutation(len(chosen))
    departs = np.floor(profile.times_s((order + 0.5) / max(len(chosen), 1))).astype(int)
    draws = np.random.default_rng(derived_seed(seed, "classes")).random(len(chosen))
    vehicles = [
        Vehicle(int(depart), drawn_class(shares[flows[index].kind], draw), flows[index].links)
        for index, depart, draw in zip(chosen, departs, draws, strict=True)
    ]
    return tuple(sorted(vehicles, key=lambda one: (one.depart_s, one.links, one.vehicle_class)))


def systematic(weights: Sequence[float]) -> Indices:
    """Return the index of the weight that each whole unit of their sum falls on (systematic sampling)."""
    cumulative = np.cumsum(np.asarray(weights, dtype=np.float64))
    count = round(float(cumulative[-1])) if len(cumulative) else 0
    points = (np.arange(count) + 0.5) / max(count, 1) * (cumulative[-1] if count else 0.0)
    return np.searchsorted(cumulative, points, side="right")


def drawn_class(shares: Mapping[str, float], draw: float) -> str:
    """Return the class on which a draw from 0 to 1 falls."""
    names = list(shares)
    found = int(np.searchsorted(np.cumsum(list(shares.values())), draw, side="right"))
    return names[min(found, len(names) - 1)]
