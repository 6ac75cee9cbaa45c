"""SUMO's demand as flat arrays: every vehicle with its time, type, route and calls."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

import numpy as np

from congestion_lab.core.errors import DemandError, Fault
from congestion_lab.simulation.spec import SimulationInputs
from congestion_lab.simulation.traffic import Demand, Roads
from congestion_lab.sumo.clock import moment_s
from congestion_lab.sumo.demanded import Departure, Window, flow_departures, scaled_names, single_departure
from congestion_lab.sumo.records import Record, records
from congestion_lab.sumo.trafficplaces import Place, Places, position_m
from congestion_lab.sumo.trafficroads import offsets
from congestion_lab.sumo.trafficroutes import RouteBook, has_route
from congestion_lab.sumo.traffictypes import TypeBook

_VEHICLES = ("vehicle", "trip", "flow")
_STOPPING_PLACES = ("busStop", "trainStop", "containerStop", "chargingStation", "parkingArea")
_TRAVELLERS = ("person", "personFlow", "container", "containerFlow")
_REFUSED = ("rerouter", "calibrator", "variableSpeedSign")  # they change who drives where, or how fast, on the way
_DEFINITIONS = ("vType", "vTypeDistribution", "route", "routeDistribution")
_READ = frozenset((*_VEHICLES, *_STOPPING_PLACES, *_TRAVELLERS, *_REFUSED, *_DEFINITIONS))
_NAMED = 5  # faults of one file that are named one by one

Router = Callable[[], Mapping[str, str]]


class _Stop(NamedTuple):
    leg: int
    duration_s: float


class _Vehicle(NamedTuple):
    id: str
    demanded_s: float
    mixture: int
    route: int
    place: Place
    stops: tuple[_Stop, ...]


@dataclass
class _Reading:
    """What was read so far.

    Attributes:
        window: The period and the factor on the demand.
        found: Finds the routes of vehicles that have none; asked at most once.
        singles: Vehicles and trips in the period so far, before the factor.
    """

    window: Window
    roads: Roads
    found: Router
    types: TypeBook
    routes: RouteBook
    places: Places
    vehicles: list[_Vehicle] = field(default_factory=list)
    stopping: dict[str, tuple[str, float]] = field(default_factory=dict)
    left_out: dict[str, int] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)
    singles: int = 0


def read_demand(inputs: SimulationInputs, roads: Roads, found: Router) -> tuple[Demand, tuple[str, ...]]:
    """Return everybody who departs in the period, and notes on what was left out or simplified.

    Flows that SUMO draws at random come at even times, and routes of a distribution in turn by their shares: both are
    what SUMO's draws are on average.

    Args:
        inputs: Files and times; links are closed already.
        roads: The network.
        found: Returns the routes of those who know only where they go, by id; asked once if there are any.

    Raises:
        DemandError: Files that are damaged, name what is not there, or change routes on the way; every fault is named.
    """
    window = Window(inputs.begin_s, inputs.horizon_s, inputs.scale)
    reading = _Reading(window, roads, found, TypeBook(), RouteBook(roads), Places(roads))
    for path in (*inputs.additional_files, *inputs.route_files):
        _read_file(reading, path)
    if reading.faults:
        raise DemandError(*reading.faults)
    return _demand(reading), tuple(_notes(reading))


def _read_file(reading: _Reading, path: Path) -> None:
    faults: list[Fault] = []
    for record in records(path, _READ, roots=(), error=DemandError):
        try:
            _read(reading, record)
        except ValueError as problem:
            rule = f"{record.tag} {record.get('id')!r}: {problem}"
            faults.append(Fault(rule, "mend the demand", str(path), record.line, record.tag))
    reading.faults += faults[:_NAMED]
    if len(faults) > _NAMED:
        reading.faults.append(Fault(f"{len(faults) - _NAMED} more faults of this kind", source=str(path)))


def _read(reading: _Reading, record: Record) -> None:
    if record.tag in _VEHICLES:
        reading.vehicles += _vehicles(reading, record)
    elif record.tag in ("vType", "vTypeDistribution"):
        reading.types.define(record)
    elif record.tag in ("route", "routeDistribution"):
        reading.routes.define(record)
    elif record.tag in _STOPPING_PLACES:
        reading.stopping[record.get("id")] = _stopping_place(record)
    elif record.tag in _TRAVELLERS:
        reading.left_out[record.tag] = reading.left_out.get(record.tag, 0) + 1
    else:
        raise ValueError("changes traffic on the way, which only SUMO can simulate")


def _stopping_place(record: Record) -> tuple[str, float]:
    return record.get("lane"), record.number("endPos") if "endPos" in record.attributes else -1.0


def _vehicles(reading: _Reading, record: Record) -> Iterator[_Vehicle]:
    for name, kind, demanded_s in _departures(reading, record):
        mixture = reading.types.mixture(kind, record.get("speedFactor"))
        links = None if has_route(record) else reading.found().get(record.get("id"))
        route = reading.routes.route(record, links)
        length_m = reading.types.mean_length_m(mixture)
        place = reading.places.place(record, reading.routes.routes[route], length_m)
        yield _Vehicle(name, demanded_s, mixture, route, place, _stops(reading, record, route, demanded_s))


def _departures(reading: _Reading, record: Record) -> Iterator[Departure]:
    if record.tag == "flow":
        yield from flow_departures(record, reading.window)
        return
    if moment_s(record.get("depart")) is None:
        key = f"vehicles that depart {record.get('depart')!r}"
        reading.left_out[key] = reading.left_out.get(key, 0) + 1
    for name, kind, demanded_s in single_departure(record, reading.window):
        for copy in scaled_names(name, reading.singles, reading.window.scale):
            yield copy, kind, demanded_s
        reading.singles += 1


def _stops(reading: _Reading, record: Record, route: int, demanded_s: float) -> tuple[_Stop, ...]:
    wanted = [*reading.routes.stops.get(record.get("route"), ()), *(one for one in _stop_records(record))]
    links = reading.routes.routes[route]
    stops: list[_Stop] = []
    leg, reached_m = 0, 0.0
    for stop in wanted:
        link, end_m = _stop_place(reading, stop)
        index = reading.places.link(link)
        leg = _next_leg(links, index, leg if end_m >= reached_m or links[leg] != index else leg + 1, link)
        reached_m = end_m
        stops.append(_Stop(leg, _duration_s(reading, stop, links[: leg + 1], demanded_s)))
    return tuple(stops)


def _stop_records(record: Record) -> Iterator[Record]:
    for part in (record, *(child for child in record.children if child.tag == "route")):
        yield from (child for child in part.children if child.tag == "stop")


def _stop_place(reading: _Reading, stop: Record) -> tuple[str, float]:
    """Return the link of a stop and the position of its end."""
    named = next((stop.get(kind) for kind in _STOPPING_PLACES if stop.get(kind)), "")
    if named and named not in reading.stopping:
        raise ValueError(f"stops at {named!r}, which is not defined")
    lane, end_m = reading.stopping[named] if named else (stop.get("lane"), None)
    link = lane.rpartition("_")[0] or stop.get("edge")
    if end_m is None:
        end_m = stop.number("endPos") if "endPos" in stop.attributes else -1.0
    return link, position_m(end_m, reading.places.length_m(link))


def _next_leg(links: tuple[int, ...], link: int, leg: int, name: str) -> int:
    try:
        return links.index(link, leg)
    except ValueError:
        raise ValueError(f"stops on {name!r}, which is not on its way from there on") from None


def _duration_s(reading: _Reading, stop: Record, way: Iterable[int], demanded_s: float) -> float:
    """Return how long a vehicle stands: its duration, or until the time it may leave if it came at free flow."""
    duration_s = moment_s(stop.get("duration"))
    until_s = moment_s(stop.get("until"))
    if until_s is None:
        if duration_s is None:
            raise ValueError("stops without a duration, until something else lets it go")
        return duration_s
    arrives_s = demanded_s + sum(reading.places.travel_s(link) for link in way)
    return max(duration_s or 0.0, until_s - arrives_s)


def _demand(reading: _Reading) -> Demand:
    vehicles = sorted(reading.vehicles, key=lambda one: one.demanded_s)
    routes = reading.routes.routes
    return Demand(
        vehicle_ids=tuple(one.id for one in vehicles),
        demanded_s=np.array([one.demanded_s for one in vehicles], dtype=np.float64),
        mixture=np.array([one.mixture for one in vehicles], dtype=np.int32),
        mixtures=tuple(reading.types.mixtures),
        types=tuple(reading.types.types),
        route=np.array([one.route for one in vehicles], dtype=np.int32),
        route_offsets=offsets(map(len, routes)),
        route_links=np.array([link for route in routes for link in route], dtype=np.int32),
        depart_lane=np.array([one.place.lane for one in vehicles], dtype=np.int32),
        depart_speed_mps=np.array([one.place.speed_mps for one in vehicles], dtype=np.float64),
        depart_m=np.array([one.place.depart_m for one in vehicles], dtype=np.float64),
        arrive_m=np.array([one.place.arrive_m for one in vehicles], dtype=np.float64),
        stop_offsets=offsets(len(one.stops) for one in vehicles),
        stop_leg=np.array([stop.leg for one in vehicles for stop in one.stops], dtype=np.int32),
        stop_s=np.array([stop.duration_s for one in vehicles for stop in one.stops], dtype=np.float64),
    )


def _notes(reading: _Reading) -> Iterator[str]:
    for what, number in reading.left_out.items():
        yield f"{number} of {what} are left out: they depend on people or goods, which are not modelled"
