"""Building a demand: zones and assumptions in, vehicles with routes out."""

import math
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from congestion_lab.core.errors import DemandError, Fault
from congestion_lab.core.geometry import Point
from congestion_lab.demand.trips.assumptions import Assumptions, model_names, read_model
from congestion_lab.demand.trips.connectors import (
    Connector,
    Site,
    district_connectors,
    gate_connector,
    street_flows,
    streets,
)
from congestion_lab.demand.trips.matrix import GATE, LOCAL, THROUGH, ODMatrix, period_matrix
from congestion_lab.demand.trips.odreading import read_od
from congestion_lab.demand.trips.replacing import LineTraffic
from congestion_lab.demand.trips.sampling import RouteFlow, Vehicle, sampled_vehicles
from congestion_lab.demand.trips.tabledtrips import all_trips, mean_pcu, peak_hour_share, sliced_vehicles, trip_slices
from congestion_lab.demand.trips.zones import Zone, read_zones
from congestion_lab.network.geography import plane_position
from congestion_lab.network.model import Link, Network
from congestion_lab.network.roadmodel.manifest import MANIFEST, read_manifest
from congestion_lab.sumo.demand.assignment import Settings, assigned, on_routes, route_shares
from congestion_lab.sumo.demand.lineroutes import with_lines
from congestion_lab.sumo.nets.netfile import read_network
from congestion_lab.sumo.routes.routefile import Placement, write_routes

_PRESENT = "present"


@dataclass(frozen=True, slots=True)
class Built:
    """A demand as it was built.

    Attributes:
        routes: The route file.
        line_traffic: What the lines drive, and replace of the trips, by class; empty where the model has no lines.
        vehicles: How many the file holds by class, those of the lines among them; every class of the model.
        trips: Trips between zones in the period, before lines replaced some; not necessarily whole.
        intrazonal: Trips within a zone, which are left out.
    """

    routes: Path
    line_traffic: tuple[LineTraffic, ...]
    vehicles: Mapping[str, int]
    trips: float
    intrazonal: float


def build(
    folder: Path,
    model: str = "am-peak",
    variant: str | None = None,
    *,
    trips: Path | None = None,
    target: Path | None = None,
) -> Built:
    """Build the demand of a network folder.

    Args:
        folder: Network folder with the built network and `demand/`.
        model: Name of the demand model.
        variant: Network variant, or None for the present one.
        trips: Table of the trips between zones (CSV, XLSX, OMX), instead of those that the assumptions generate.
        target: Route file to write; None for the model's own in the folder.

    Raises:
        DemandError: Zones, assumptions or trips are faulty, do not fit the network, or demand is zero.
        NetworkError: The network cannot be read; build it first.
        SumoFailedError: SUMO's assignment failed.
    """
    _require_demand(folder)
    manifest = read_manifest(folder / MANIFEST)
    chosen = variant or _PRESENT
    if chosen not in manifest.variants:
        rule = f"the network has no variant {chosen!r}"
        raise DemandError(Fault(rule, f"choose one of {', '.join(manifest.variants)}", str(folder), key="variant"))
    suffix = "" if chosen == _PRESENT else f"-{chosen}"
    assumptions = read_model(folder, model)
    zones = read_zones(folder / "demand" / assumptions.zones)
    net = folder / manifest.variants[chosen].file
    made = _generated(net, zones, assumptions) if trips is None else _tabled(net, zones, assumptions, trips)
    of_trips, matrix = made
    vehicles, traffic = with_lines(of_trips, net, folder / "demand", assumptions)
    target = target or folder / "demand" / f"{model}{suffix}.rou.xml.gz"
    placement = Placement(arrival_m=assumptions.connectors.arrival_m.value)
    write_routes(target, vehicles, assumptions.vehicle_classes, placement)
    counts = Counter(vehicle.vehicle_class for vehicle in vehicles)
    by_class = {name: counts[name] for name in assumptions.classes}
    return Built(target, traffic, by_class, matrix.total, matrix.intrazonal)


def _require_demand(folder: Path) -> None:
    """Refuse a folder that was imported and got no demand yet, with all that it lacks, or one that is not there."""
    if not folder.is_dir():
        raise DemandError(Fault("there is no such folder", f"name a network folder, with {MANIFEST}", str(folder)))
    parts = {MANIFEST: MANIFEST, "demand/zones.csv": "demand/*.csv", "demand/<model>.yaml": "demand/*.yaml"}
    lacking = [name for name, pattern in parts.items() if not any(folder.glob(pattern))]
    if lacking:
        hint = "docs/your-own-city.md says how to write them"
        raise DemandError(Fault(f"the folder lacks {', '.join(lacking)}", hint, str(folder)))


def _generated(net: Path, zones: Sequence[Zone], assumptions: Assumptions) -> tuple[tuple[Vehicle, ...], ODMatrix]:
    """Return the vehicles that the assumptions generate, and their trips between zones."""
    matrix = period_matrix(zones, assumptions)
    flows = route_flows(net, matrix, assumptions)
    shares = _class_shares(assumptions)
    return sampled_vehicles(flows, assumptions.profile, shares, assumptions.seed.value), matrix


def _tabled(
    net: Path, zones: Sequence[Zone], assumptions: Assumptions, trips: Path
) -> tuple[tuple[Vehicle, ...], ODMatrix]:
    """Return the vehicles of a table of trips, on routes of one equilibrium of all of them, and these trips."""
    slices = trip_slices(read_od(trips, {zone.id for zone in zones}), zones, assumptions, str(trips))
    matrix = all_trips(slices)
    connectors, shares = zone_connectors(read_network(net), zones, assumptions), _class_shares(assumptions)
    routes = route_shares(
        net,
        [one for group in connectors.values() for one in group],
        street_flows(matrix, connectors),
        _settings(assumptions),
        peak_hour_share=peak_hour_share(slices),
        pcu=mean_pcu(slices, shares, {name: figures.pcu.value for name, figures in assumptions.classes.items()}),
    )
    flows = [on_routes(street_flows(one.matrix, connectors), routes) for one in slices]
    return sliced_vehicles(slices, flows, shares, assumptions.seed.value), matrix


def route_flows(net: Path, matrix: ODMatrix, assumptions: Assumptions) -> tuple[RouteFlow, ...]:
    """Return the route flows of the period's trips on a network.

    Raises:
        DemandError: Zones do not fit the network, demand is zero, or a zone cannot be reached.
        NetworkError: The network cannot be read.
        SumoFailedError: SUMO's assignment failed.
    """
    connectors = zone_connectors(read_network(net), matrix.zones, assumptions)
    flows = street_flows(matrix, connectors)
    return assigned(
        net,
        [one for group in connectors.values() for one in group],
        flows,
        _settings(assumptions),
        peak_hour_share=assumptions.profile.peak_hour_share(),
        pcu={kind: _mean_pcu(assumptions, kind) for kind in (LOCAL, GATE, THROUGH)},
    )


def zone_connectors(
    network: Network, zones: Sequence[Zone], assumptions: Assumptions
) -> dict[str, tuple[Connector, ...]]:
    """Return the streets on which each zone's trips begin and end.

    Raises:
        DemandError: A gate's node has no link in or out, or the network has no geographic projection.
    """
    figures = assumptions.connectors
    candidates = streets([*_sites(network, figures.shortest_link_m.value)])
    place = _placed(network)
    found: dict[str, tuple[Connector, ...]] = {}
    for zone in zones:
        if zone.is_gate:
            found[zone.id] = (_gate(network, zone),)
        else:
            centroid = place((zone.lon, zone.lat))
            found[zone.id] = district_connectors(
                zone, centroid, candidates, count=figures.per_zone.value, reach_m=figures.reach_m.value
            )
    return found


def zones_of_links(network: Network, folder: Path, model: str) -> dict[str, str]:
    """Return the zone of each link on which the trips of a network folder's demand model may begin or end.

    A link that serves several belongs to the gate among them, or else to the first district of the table. Empty where
    the folder holds the vehicles of the model only, not what they were built from.

    Raises:
        DemandError: The folder's zones or the model are faulty, or do not fit the network.
    """
    if model not in model_names(folder):
        return {}
    assumptions = read_model(folder, model)
    zones = read_zones(folder / "demand" / assumptions.zones)
    connectors = zone_connectors(network, zones, assumptions)
    found: dict[str, str] = {}
    for zone in sorted(zones, key=lambda one: not one.is_gate):
        for link in (link for one in connectors[zone.id] for link in (*one.origins, *one.destinations)):
            found.setdefault(link, zone.id)
    return found


def _gate(network: Network, zone: Zone) -> Connector:
    entering = sorted(link.id for link in network.links.values() if link.from_node == zone.node)
    leaving = sorted(link.id for link in network.links.values() if link.to_node == zone.node)
    return gate_connector(zone, entering, leaving)


def _sites(network: Network, shortest_m: float) -> Iterator[Site]:
    for link in sorted(network.links.values(), key=lambda one: one.id):
        if link.length_m >= shortest_m and link.has_frontage:
            yield Site(link.id, _midpoint(link), _heading(link))


def _midpoint(link: Link) -> Point:
    (x0, y0), (x1, y1) = link.shape[0], link.shape[-1]
    return (x0 + x1) / 2, (y0 + y1) / 2


def _heading(link: Link) -> Point:
    (x0, y0), (x1, y1) = link.shape[0], link.shape[-1]
    length = math.dist((x0, y0), (x1, y1)) or 1.0
    return (x1 - x0) / length, (y1 - y0) / length


def _placed(network: Network) -> Callable[[Point], Point]:
    place = plane_position(network)
    if place is None:
        rule = "the network has no geographic projection, so zones cannot be placed on it"
        raise DemandError(Fault(rule, "build or import it with a projection"))
    return place


def _settings(assumptions: Assumptions) -> Settings:
    figures = assumptions.assignment
    return Settings(
        method=figures.method.value,
        iterations=figures.iterations.value,
        alternatives=figures.alternatives.value,
        tls_penalty_s=figures.tls_penalty_s.value,
        minor_penalty_s=figures.minor_penalty_s.value,
        seed=assumptions.seed.value,
    )


def _class_shares(assumptions: Assumptions) -> dict[str, Mapping[str, float]]:
    shares = assumptions.shares
    return {LOCAL: shares.local.value, GATE: shares.gate.value, THROUGH: shares.through.value}


def _mean_pcu(assumptions: Assumptions, kind: str) -> float:
    shares = _class_shares(assumptions)[kind]
    return sum(share * assumptions.classes[name].pcu.value for name, share in shares.items())
