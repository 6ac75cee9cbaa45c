"""A scenario's vehicles left out and repeated, as a route file."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import NamedTuple
from xml.sax.saxutils import quoteattr

from congestion_lab.core.errors import DemandError
from congestion_lab.core.files import written_whole
from congestion_lab.simulation.resampling import Indices
from congestion_lab.simulation.spec import SimulationInputs
from congestion_lab.simulation.traffic import Demand, Floats
from congestion_lab.sumo.files.records import Record, records
from congestion_lab.sumo.routes.departing import Window, copies, flow_departures, quotas, single_departure
from congestion_lab.sumo.routes.routefile import packed
from congestion_lab.sumo.routes.triprouting import as_xml
from congestion_lab.sumo.traffic.ways import has_route, stops_of

_VEHICLES = ("vehicle", "trip", "flow")
_TYPES = ("vType", "vTypeDistribution")
_TAU_S = 1.0  # SUMO's default of a passenger car
_OWN = frozenset({"id", "depart", "route", "type"})
_RATES = frozenset({"begin", "end", "number", "period", "vehsPerHour", "perHour", "probability"})
_WAY = frozenset({"from", "to", "via", "fromTaz", "toTaz", "fromJunction", "toJunction", "departEdge", "arrivalEdge"})


@dataclass(frozen=True, eq=False)
class Resampling:
    """Which vehicles are written.

    Attributes:
        demand: The demand as it was read from the scenario's files.
        links: Names of the links.
        source: Vehicle that each is, or is a copy of.
        names: Name of each.
        departs_s: When each departs, ascending.
        time_gaps: Factor on the time gap (tau) of each type, by its id.
    """

    demand: Demand
    links: Sequence[str]
    source: Indices
    names: Sequence[str]
    departs_s: Floats
    time_gaps: Mapping[str, float] = field(default_factory=dict)


class _Asked(NamedTuple):
    record: Record
    type: str
    stops: tuple[Record, ...]


def write_resampled(target: Path, inputs: SimulationInputs, chosen: Resampling) -> None:
    """Write the chosen vehicles with the types of the route files; `.gz` by the name, the same bytes each time.

    Vehicles with a route get the one that was read for them; those that know only where they go stay so. Types in
    additional files stay there.

    Args:
        target: Route file.
        inputs: The scenario that the demand was read from.
        chosen: The vehicles.

    Raises:
        DemandError: The files cannot be read any more.
    """
    text = "\n".join(_lines(inputs, chosen)) + "\n"
    with written_whole(target) as temporary:
        temporary.write_bytes(packed(text.encode(), zipped=target.suffix == ".gz"))


def _lines(inputs: SimulationInputs, chosen: Resampling) -> Iterator[str]:
    demand = chosen.demand
    asked = _asked(inputs, {demand.vehicle_ids[index] for index in chosen.source.tolist()})
    yield "<routes>"
    for path in inputs.route_files:
        for kind in records(path, _TYPES, roots=(), error=DemandError):
            yield as_xml(_retimed(kind, chosen.time_gaps))
    routed = {index for index in chosen.source.tolist() if has_route(asked[demand.vehicle_ids[index]].record)}
    routes = dict.fromkeys(sorted(int(demand.route[index]) for index in routed))
    ids = {route: f"r{number}" for number, route in enumerate(routes)}
    for route, name in ids.items():
        links = demand.route_links[demand.route_offsets[route] : demand.route_offsets[route + 1]]
        yield f'<route id="{name}" edges={quoteattr(" ".join(chosen.links[link] for link in links))}/>'
    for index, name, depart_s in zip(chosen.source.tolist(), chosen.names, chosen.departs_s.tolist(), strict=True):
        route_id = ids[int(demand.route[index])] if index in routed else ""
        yield _vehicle(asked[demand.vehicle_ids[index]], name, depart_s, route_id)
    yield "</routes>"


def unwritten_types(inputs: SimulationInputs, types: Iterable[str]) -> tuple[str, ...]:
    """Return those types that the route files do not define themselves, so that they cannot be changed there."""
    defined = {
        one.get("id")
        for path in inputs.route_files
        for kind in records(path, _TYPES, roots=(), error=DemandError)
        for one in (kind, *kind.children)
    }
    return tuple(name for name in types if name not in defined)


def _retimed(kind: Record, time_gaps: Mapping[str, float]) -> Record:
    """Return a type, or a distribution of types, with other time gaps."""
    children = tuple(_retimed(child, time_gaps) if child.tag == "vType" else child for child in kind.children)
    if kind.tag != "vType" or kind.get("id") not in time_gaps:
        return replace(kind, children=children)
    tau = time_gaps[kind.get("id")] * float(kind.get("tau") or _TAU_S)
    return replace(kind, attributes={**kind.attributes, "tau": f"{tau:.4g}"}, children=children)


def _vehicle(asked: _Asked, name: str, depart_s: float, route_id: str) -> str:
    tag = "vehicle" if route_id else "trip"
    dropped = _OWN | _RATES | (_WAY if route_id else frozenset())
    kept = "".join(f" {key}={quoteattr(text)}" for key, text in asked.record.attributes.items() if key not in dropped)
    route = f" route={quoteattr(route_id)}" if route_id else ""
    own = [child for child in asked.record.children if child.tag not in {"route", "routeDistribution", "stop"}]
    inside = "".join(map(as_xml, (*asked.stops, *own)))
    head = (
        f"{tag} id={quoteattr(name)} type={quoteattr(asked.type)} depart={quoteattr(f'{depart_s:.15g}')}{route}{kept}"
    )
    return f"<{head}>{inside}</{tag}>" if inside else f"<{head}/>"


def _asked(inputs: SimulationInputs, wanted: set[str]) -> Mapping[str, _Asked]:
    """Return what the files say of each wanted vehicle, by the name that it gets in a run."""
    window = Window(inputs.begin_s, inputs.horizon_s, inputs.scale)
    factors = quotas(inputs.scale)
    found: dict[str, _Asked] = {}
    stops: dict[str, tuple[Record, ...]] = {}
    for path in (*inputs.additional_files, *inputs.route_files):
        for record in records(path, (*_VEHICLES, "route"), roots=(), error=DemandError):
            if record.tag == "route":
                stops[record.get("id")] = stops_of(record)
                continue
            for name, kind in _names(record, window, factors):
                if name in wanted:
                    found[name] = _Asked(record, kind, (*stops.get(record.get("route"), ()), *stops_of(record)))
    return found


def _names(record: Record, window: Window, factors: Iterator[int]) -> Iterator[tuple[str, str]]:
    if record.tag == "flow":
        yield from ((name, kind) for name, kind, _ in flow_departures(record, window))
        return
    for name, kind, _ in single_departure(record, window):
        for copy in copies(name, next(factors)):
            yield copy, kind
