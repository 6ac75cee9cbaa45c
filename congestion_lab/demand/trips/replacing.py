"""Vehicles of lines instead of vehicles of the same class that drove by the trips between zones."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from congestion_lab.demand.trips.sampling import Vehicle


@dataclass(frozen=True, slots=True)
class LineTraffic:
    """What lines of a class drive, beside what trips of the class did.

    Attributes:
        vehicle_class: The class.
        lines_km: Vehicle-kilometres of the lines.
        trips_km: Vehicle-kilometres of the trips before any was replaced.
    """

    vehicle_class: str
    lines_km: float
    trips_km: float

    @property
    def replaced_share(self) -> float:
        """Share of the trips' kilometres that the lines take over, at most 1; 0 where there are no trips."""
        return min(1.0, self.lines_km / self.trips_km) if self.trips_km > 0 else 0.0

    @property
    def added_km(self) -> float:
        """Kilometres that the lines drive beyond all trips of the class."""
        return max(0.0, self.lines_km - self.trips_km)


def line_traffic(
    vehicles: Sequence[Vehicle], lines: Sequence[Vehicle], lengths_m: Mapping[str, float]
) -> tuple[LineTraffic, ...]:
    """Return what lines drive beside trips, a row for each class that lines have.

    Args:
        vehicles: Vehicles of trips.
        lines: Vehicles of lines.
        lengths_m: Lengths of links.
    """
    by_trips, by_lines = _driven_m(vehicles, lengths_m), _driven_m(lines, lengths_m)
    return tuple(LineTraffic(name, by_lines[name] / 1000, by_trips.get(name, 0.0) / 1000) for name in sorted(by_lines))


def without_replaced(
    vehicles: Sequence[Vehicle], traffic: Sequence[LineTraffic], lengths_m: Mapping[str, float]
) -> tuple[Vehicle, ...]:
    """Return the vehicles of trips that are left when lines take over as many vehicle-kilometres of each class.

    A class counts for the same number of passenger cars on a line and off it, so its passenger-car kilometres stay
    what they were. Of each class, vehicles are taken out at even steps in the order given; nobody else changes. Where
    the lines drive farther than all trips of their class did, none of these is left.

    Args:
        vehicles: Vehicles of trips.
        traffic: What the lines drive beside them.
        lengths_m: Lengths of links.
    """
    shares = {one.vehicle_class: one.replaced_share for one in traffic}
    return tuple(_thinned(vehicles, shares, lengths_m))


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
