"""Vehicles of lines instead of vehicles of the same class that drove by the trips between zones."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence

from congestion_lab.demand.sampling import Vehicle


def without_replaced(
    vehicles: Sequence[Vehicle], lines: Sequence[Vehicle], lengths_m: Mapping[str, float]
) -> tuple[Vehicle, ...]:
    """Return the vehicles of trips that are left when lines take over as many vehicle-kilometres of each class.

    A class counts for the same number of passenger cars on a line and off it, so its passenger-car kilometres stay
    what they were. Of each class, vehicles are taken out at even steps in the order given; nobody else changes. Where
    the lines drive farther than all trips of their class did, none of these is left.

    Args:
        vehicles: Vehicles of trips.
        lines: Vehicles of lines.
        lengths_m: Lengths of links.
    """
    shares = replaced_shares(vehicles, lines, lengths_m)
    return tuple(_thinned(vehicles, shares, lengths_m))


def replaced_shares(
    vehicles: Sequence[Vehicle], lines: Sequence[Vehicle], lengths_m: Mapping[str, float]
) -> dict[str, float]:
    """Return the share of each class's vehicle-kilometres that lines take over, at most 1, by class."""
    by_trips, by_lines = _driven_m(vehicles, lengths_m), _driven_m(lines, lengths_m)
    return {name: min(1.0, by_lines.get(name, 0.0) / driven_m) for name, driven_m in by_trips.items() if driven_m > 0}


def _thinned(
    vehicles: Sequence[Vehicle], shares: Mapping[str, float], lengths_m: Mapping[str, float]
) -> Iterator[Vehicle]:
    owed_m: dict[str, float] = defaultdict(float)
    for one in vehicles:
        share, length_m = shares.get(one.vehicle_class, 0.0), _length_m(one, lengths_m)
        owed_m[one.vehicle_class] += share * length_m
        if share == 1 or (share > 0 and owed_m[one.vehicle_class] >= length_m / 2):
            owed_m[one.vehicle_class] -= length_m
        else:
            yield one


def _driven_m(vehicles: Sequence[Vehicle], lengths_m: Mapping[str, float]) -> dict[str, float]:
    driven_m: dict[str, float] = defaultdict(float)
    for one in vehicles:
        driven_m[one.vehicle_class] += _length_m(one, lengths_m)
    return driven_m


def _length_m(vehicle: Vehicle, lengths_m: Mapping[str, float]) -> float:
    return sum(lengths_m[link] for link in vehicle.links)
