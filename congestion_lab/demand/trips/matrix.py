"""Origin-destination matrices of a time of day, from zones and assumptions."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from congestion_lab.core.errors import DemandError, Fault
from congestion_lab.demand.trips.assumptions import Assumptions, Directions
from congestion_lab.demand.trips.gravity import Matrix, Vector, balanced, deterrence
from congestion_lab.demand.trips.zones import Zone, straight_km

LOCAL, GATE, THROUGH = "local", "gate", "through"


@dataclass(frozen=True)
class ODMatrix:
    """Vehicle trips between zones over a period.

    Attributes:
        zones: Rows and columns, in order.
        trips: Vehicles from row to column, not necessarily whole.
        intrazonal: Trips that stayed in their zone and were taken out.
    """

    zones: tuple[Zone, ...]
    trips: Matrix
    intrazonal: float = 0.0

    @cached_property
    def total(self) -> float:
        """All trips."""
        return float(self.trips.sum())

    def kind(self, origin: int, destination: int) -> str:
        """Return where trips between two zones run: local, gate or through."""
        gates = self.zones[origin].is_gate + self.zones[destination].is_gate
        return (LOCAL, GATE, THROUGH)[gates]


def period_matrix(zones: Sequence[Zone], assumptions: Assumptions) -> ODMatrix:
    """Return all vehicle trips of the period: to work, to visits, home from both, and through.

    Raises:
        DemandError: Figures are missing for a zone or name an unknown one, or the demand is zero or endless.
    """
    _check_zones(zones, assumptions)
    work = _both_ways(_outward(zones, assumptions, _jobs(zones, assumptions)), assumptions.work)
    visits = _outward(zones, assumptions, _of(zones, assumptions.visits.attraction.value))
    people = work + _both_ways(visits, assumptions.visits)
    trips = assumptions.level.value * (people + _through(zones, assumptions))
    intrazonal = float(np.trace(trips))
    np.fill_diagonal(trips, 0.0)
    if not 0 < trips.sum() < np.inf:
        rule = "demand is zero" if not trips.any() else "demand is beyond all numbers"
        raise DemandError(Fault(rule, "mend `level`, the trip rates, or figures of zones"))
    return ODMatrix(tuple(zones), trips, intrazonal)


def straight_distances_km(zones: Sequence[Zone]) -> Matrix:
    """Return the straight distances between all centroids, 0 on the diagonal."""
    return np.array([[straight_km(a, b) for b in zones] for a in zones])


def _both_ways(outward: Matrix, directions: Directions) -> Matrix:
    """Return trips out and home: those homeward are the transposed ones outward."""
    return directions.toward.value * outward + directions.homeward.value * outward.T


def _outward(zones: Sequence[Zone], assumptions: Assumptions, attracted: Vector) -> Matrix:
    """Return all trips of people who live in the zones to what draws them, by the gravity model."""
    figures, generation = assumptions.distribution, assumptions.generation
    straight = straight_distances_km(zones)
    np.fill_diagonal(straight, figures.intrazonal_km.value)
    seed = deterrence(figures.detour_factor.value * straight, figures.impedance_per_km.value)
    seed[np.ix_(_gates(zones), _gates(zones))] = 0.0  # traffic between gates has figures of its own
    rate = generation.vehicle_trips_per_1000_residents.value
    produced = rate * _of(zones, generation.residents.value) + _of(zones, generation.gate_inbound_veh.value)
    return balanced(seed, produced, attracted)


def _jobs(zones: Sequence[Zone], assumptions: Assumptions) -> Vector:
    generation = assumptions.generation
    return _of(zones, generation.jobs.value) + _of(zones, generation.gate_outbound_jobs.value)


def _through(zones: Sequence[Zone], assumptions: Assumptions) -> Matrix:
    entering = _of(zones, assumptions.through.entering_veh.value)
    if np.count_nonzero(entering) < 2:  # noqa: PLR2004 - one gate alone has nowhere to go through to
        return np.zeros((len(zones), len(zones)))
    return balanced(1.0 - np.eye(len(zones)), entering, entering)


def _of(zones: Sequence[Zone], figures: Mapping[str, float]) -> Vector:
    return np.array([figures.get(zone.id, 0.0) for zone in zones])


def _gates(zones: Sequence[Zone]) -> NDArray[np.intp]:
    return np.flatnonzero([zone.is_gate for zone in zones])


def _check_zones(zones: Sequence[Zone], assumptions: Assumptions) -> None:
    if faults := [*_zone_faults(zones, assumptions)]:
        raise DemandError(*faults)


def _zone_faults(zones: Sequence[Zone], assumptions: Assumptions) -> Iterator[Fault]:
    generation = assumptions.generation
    gates = {zone.id for zone in zones if zone.is_gate}
    districts = {zone.id for zone in zones if not zone.is_gate}
    yield from _faults("generation.residents", generation.residents.value, districts, complete=True)
    yield from _faults("generation.jobs", generation.jobs.value, districts, complete=True)
    yield from _faults("generation.gate_inbound_veh", generation.gate_inbound_veh.value, gates, complete=True)
    yield from _faults("generation.gate_outbound_jobs", generation.gate_outbound_jobs.value, gates, complete=True)
    yield from _faults("visits.attraction", assumptions.visits.attraction.value, districts | gates, complete=True)
    yield from _faults("through.entering_veh", assumptions.through.entering_veh.value, gates, complete=False)


def _faults(key: str, figures: Mapping[str, float], known: set[str], *, complete: bool) -> Iterator[Fault]:
    for name in sorted(set(figures) - known):
        yield Fault(f"{name!r} is no zone that has this figure", "compare with the zone table", key=f"{key}.{name}")
    for name in sorted(known - set(figures)) if complete else ():
        yield Fault(f"no figure for the zone {name!r}", "write 0 if there is none", key=f"{key}.{name}")
