"""Connectors: the streets on which the trips of a zone begin and end."""

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from congestion_lab.core.errors import DemandError, Fault
from congestion_lab.core.geometry import Point
from congestion_lab.demand.trips.matrix import ODMatrix
from congestion_lab.demand.trips.zones import Zone

_SAME_STREET_M = 40.0  # opposite carriageways of one street have their midpoints this close
_OPPOSITE_COS = -0.9


@dataclass(frozen=True, slots=True)
class Site:
    """A link on which trips may begin or end.

    Attributes:
        link: Its id.
        midpoint: Easting and northing, metres.
        heading: Unit vector of its direction.
    """

    link: str
    midpoint: Point
    heading: Point


@dataclass(frozen=True, slots=True)
class Connector:
    """A street of a zone: one link, or two of opposite direction, of which drivers choose the better.

    Attributes:
        id: Unique id.
        zone: Id of its zone.
        origins: Links on which trips may begin.
        destinations: Links on which trips may end.
    """

    id: str
    zone: str
    origins: tuple[str, ...]
    destinations: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class StreetFlow:
    """Trips from one street to another.

    Attributes:
        origin: Id of the connector that they leave.
        destination: Id of the connector that they reach.
        vehicles: Number over the period, not necessarily whole.
        kind: Where they run: local, gate or through.
    """

    origin: str
    destination: str
    vehicles: float
    kind: str


def streets(sites: Sequence[Site]) -> tuple[tuple[Site, ...], ...]:
    """Group links that are the two directions of one street."""
    groups: list[tuple[Site, ...]] = []
    paired: set[str] = set()
    for index, site in enumerate(sites):
        if site.link not in paired:
            partner = next((o for o in sites[index + 1 :] if o.link not in paired and _opposite(site, o)), None)
            group = (site,) if partner is None else (site, partner)
            paired.update(one.link for one in group)
            groups.append(group)
    return tuple(groups)


def district_connectors(
    zone: Zone, centroid: Point, candidates: Sequence[tuple[Site, ...]], *, count: int, reach_m: float
) -> tuple[Connector, ...]:
    """Return the streets nearest to a district's centroid as its connectors, possibly none."""
    ranked = sorted((math.dist(centroid, street[0].midpoint), index) for index, street in enumerate(candidates))
    nearest = [candidates[index] for distance, index in ranked[:count] if distance <= reach_m]
    return tuple(
        Connector(f"{zone.id}.{number}", zone.id, tuple(s.link for s in street), tuple(s.link for s in street))
        for number, street in enumerate(nearest)
    )


def gate_connector(zone: Zone, entering: Sequence[str], leaving: Sequence[str]) -> Connector:
    """Return the one connector of a gate.

    Raises:
        DemandError: Nothing enters or leaves at its node.
    """
    if not entering or not leaving:
        rule = f"the gate {zone.id!r} needs a link in and a link out at its node {zone.node!r}"
        raise DemandError(Fault(rule, "compare `node` with the network's gates", key=zone.id))
    return Connector(f"{zone.id}.0", zone.id, tuple(entering), tuple(leaving))


def street_flows(matrix: ODMatrix, connectors: Mapping[str, Sequence[Connector]]) -> tuple[StreetFlow, ...]:
    """Spread every pair of zones over their streets, so that all streets of a zone carry equally much.

    Instead of all combinations, which would leave crumbs of trips on each, street i of the origin goes with the
    streets i + shift of the destination, and the shift moves on from pair to pair.

    Raises:
        DemandError: A zone with trips has no street.
    """
    if faults := [*_unconnected(matrix, connectors)]:
        raise DemandError(*faults)
    flows = []
    for origin, destination in np.argwhere(matrix.trips > 0).tolist():
        first, second = (connectors[matrix.zones[index].id] for index in (origin, destination))
        pairs = max(len(first), len(second))
        share = float(matrix.trips[origin, destination]) / pairs
        kind = matrix.kind(origin, destination)
        for k in range(pairs):
            end = second[(k + origin + destination) % len(second)]
            flows.append(StreetFlow(first[k % len(first)].id, end.id, share, kind))
    return tuple(flows)


def _unconnected(matrix: ODMatrix, connectors: Mapping[str, Sequence[Connector]]) -> Iterator[Fault]:
    used = matrix.trips.sum(axis=0) + matrix.trips.sum(axis=1)
    for zone, trips in zip(matrix.zones, used, strict=True):
        if trips > 0 and not connectors.get(zone.id):
            rule = f"no street within reach of the zone {zone.id!r}"
            yield Fault(rule, "raise `connectors.reach_m` or move its centroid", key=zone.id)


def _opposite(first: Site, second: Site) -> bool:
    cosine = first.heading[0] * second.heading[0] + first.heading[1] * second.heading[1]
    return cosine < _OPPOSITE_COS and math.dist(first.midpoint, second.midpoint) <= _SAME_STREET_M
