"""SUMO's demand as flat arrays: every vehicle with its time, type, route and calls."""

import itertools
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

import numpy as np

from congestion_lab.core.errors import DemandError, Fault
from congestion_lab.simulation.spec import SimulationInputs
from congestion_lab.simulation.traffic import Demand, Roads
from congestion_lab.sumo.files.clock import moment_s
from congestion_lab.sumo.files.records import Record, records
from congestion_lab.sumo.routes.departing import Departure, Window, copies, flow_departures, quotas, single_departure
from congestion_lab.sumo.routes.triprouting import Trip, named, trip_of, ways
from congestion_lab.sumo.traffic.calls import STOPPING_PLACES, Call, Calls
from congestion_lab.sumo.traffic.places import Place, Places
from congestion_lab.sumo.traffic.roads import offsets
from congestion_lab.sumo.traffic.vehicletypes import TypeBook
from congestion_lab.sumo.traffic.ways import RouteBook, has_route, stops_of

_VEHICLES = ("vehicle", "trip", "flow")
_TYPES = ("vType", "vTypeDistribution")
_ROUTES = ("route", "routeDistribution")
_TRAVELLERS = ("person", "personFlow", "container", "containerFlow")
_REFUSED = ("rerouter", "calibrator", "variableSpeedSign")  # they change who drives where, or how fast, on the way
_READ = frozenset((*_VEHICLES, *_TYPES, *_ROUTES, *_TRAVELLERS, *_REFUSED, *STOPPING_PLACES, "taz"))
_NAMED = 5  # faults of one file that are named one by one


class _Asked(NamedTuple):
    """A vehicle, trip or flow, where it stands, and its departures in the period."""

    record: Record
    source: Path
    departures: tuple[Departure, ...]


class _Vehicle(NamedTuple):
    id: str
    demanded_s: float
    mixture: int
    route: int
    place: Place
    calls: tuple[Call, ...]


@dataclass
class _Reading:
    """What was read so far.

    Attributes:
        window: The period and the factor on the demand.
        quotas: How many vehicles the factor makes of the next vehicle or trip.
        context: Types, stopping places and zones, which the router of trips needs.
        left_out: What is not modelled, by kind, with numbers.
    """

    window: Window
    quotas: Iterator[int]
    types: TypeBook
    routes: RouteBook
    places: Places
    calls: Calls
    asked: list[_Asked] = field(default_factory=list)
    context: list[Record] = field(default_factory=list)
    left_out: dict[str, int] = field(default_factory=dict)
    faults: dict[Path, list[Fault]] = field(default_factory=dict)

    def refuse(self, problem: ValueError, record: Record, source: Path) -> None:
        """Note a fault."""
        rule = f"{record.tag} {record.get('id')!r}: {problem}"
        hint = "mend the demand, or simulate it with SUMO"
        self.faults.setdefault(source, []).append(Fault(rule, hint, str(source), record.line, record.tag))


def read_demand(inputs: SimulationInputs, roads: Roads, cache: Path) -> tuple[Demand, tuple[str, ...]]:
    """Return everybody who departs in the period, and notes on what was left out or simplified.

    Flows that SUMO draws at random come at even times, and routes of a distribution in turn by their shares: both are
    what SUMO's draws are on average. Vehicles that know only where they go take the way that is fastest on empty roads,
    where SUMO sends them around the queues of the moment (see `triprouting`).

    Args:
        inputs: Files and times; links are closed already.
        roads: The network.
        cache: Folder for ways that had to be found.

    Raises:
        DemandError: Files that are damaged, name what is not there, or change traffic on the way; every fault is named.
        SumoFailedError: The router of trips failed.
    """
    places = Places(roads)
    window = Window(inputs.begin_s, inputs.horizon_s, inputs.scale)
    reading = _Reading(window, quotas(inputs.scale), TypeBook(), RouteBook(roads), places, Calls(places))
    for path in (*inputs.additional_files, *inputs.route_files):
        _read_file(reading, path)
    vehicles = _vehicles(reading, _found(reading, inputs.net_file, cache))
    if reading.faults:
        raise DemandError(*_shown(reading.faults))
    return _demand(reading, vehicles), tuple(_notes(reading))


def _shown(faults: Mapping[Path, list[Fault]]) -> Iterator[Fault]:
    for source, found in faults.items():
        yield from found[:_NAMED]
        if len(found) > _NAMED:
            yield Fault(f"{len(found) - _NAMED} more faults like these", source=str(source))


def _read_file(reading: _Reading, path: Path) -> None:
    for record in records(path, _READ, roots=(), error=DemandError):
        try:
            _read(reading, record, path)
        except ValueError as problem:
            reading.refuse(problem, record, path)


def _read(reading: _Reading, record: Record, path: Path) -> None:
    if record.tag in _VEHICLES:
        if departures := tuple(_departures(reading, record)):
            reading.asked.append(_Asked(record, path, departures))
    elif record.tag in _ROUTES:
        reading.routes.define(record)
    elif record.tag in _TRAVELLERS:
        _leave_out(reading, f"<{record.tag}>")
    elif record.tag in _REFUSED:
        raise ValueError("changes traffic on the way, which only SUMO can simulate")
    else:
        reading.context.append(record)
        if record.tag in _TYPES:
            reading.types.define(record)
        elif record.tag in STOPPING_PLACES:
            reading.calls.define(record)


def _departures(reading: _Reading, record: Record) -> Iterator[Departure]:
    if record.tag == "flow":
        yield from flow_departures(record, reading.window)
        return
    single = tuple(single_departure(record, reading.window))
    for name, kind, demanded_s in single:
        for copy in copies(name, next(reading.quotas)):
            yield copy, kind, demanded_s
    if not single and moment_s(record.get("depart")) is None:
        _leave_out(reading, f"<{record.tag} depart={record.get('depart')!r}>")


def _leave_out(reading: _Reading, what: str) -> None:
    reading.left_out[what] = reading.left_out.get(what, 0) + 1


def _found(reading: _Reading, net: Path, cache: Path) -> Mapping[Trip, str]:
    """Return the ways of those who have no route of their own."""
    trips = dict.fromkeys(trip_of(one.record) for one in reading.asked if not has_route(one.record))
    return ways(net, reading.context, tuple(trips), cache) if trips else {}


def _vehicles(reading: _Reading, found: Mapping[Trip, str]) -> list[_Vehicle]:
    vehicles: list[_Vehicle] = []
    for asked in reading.asked:
        try:
            vehicles += _vehicles_of(reading, asked, found)
        except ValueError as problem:
            reading.refuse(problem, asked.record, asked.source)
    return sorted(vehicles, key=lambda one: one.demanded_s)


def _vehicles_of(reading: _Reading, asked: _Asked, found: Mapping[Trip, str]) -> Iterator[_Vehicle]:
    record = asked.record
    way = None if has_route(record) else _way(trip_of(record), found)
    stops = (*reading.routes.stops.get(record.get("route"), ()), *stops_of(record))
    for name, kind, demanded_s in asked.departures:
        mixture = reading.types.mixture(kind, record.get("speedFactor"))
        route = reading.routes.route(record, way)
        links = reading.routes.routes[route]
        place = reading.places.place(record, links, *reading.types.size_and_class(mixture))
        yield _Vehicle(name, demanded_s, mixture, route, place, reading.calls.of(stops, links, demanded_s))


def _way(trip: Trip, found: Mapping[Trip, str]) -> str:
    if trip not in found:
        raise ValueError(f"there is no way {named(trip)}")
    return found[trip]


def _demand(reading: _Reading, vehicles: list[_Vehicle]) -> Demand:
    routes = reading.routes.routes
    return Demand(
        vehicle_ids=tuple(one.id for one in vehicles),
        demanded_s=np.array([one.demanded_s for one in vehicles], dtype=np.float64),
        mixture=np.array([one.mixture for one in vehicles], dtype=np.int32),
        mixtures=tuple(reading.types.mixtures),
        types=tuple(reading.types.types),
        route=np.array([one.route for one in vehicles], dtype=np.int32),
        route_offsets=offsets(map(len, routes)),
        route_links=np.fromiter(itertools.chain.from_iterable(routes), dtype=np.int32),
        depart_lane=np.array([one.place.lane for one in vehicles], dtype=np.int32),
        depart_speed_mps=np.array([one.place.speed_mps for one in vehicles], dtype=np.float64),
        depart_m=np.array([one.place.depart_m for one in vehicles], dtype=np.float64),
        arrive_m=np.array([one.place.arrive_m for one in vehicles], dtype=np.float64),
        stop_offsets=offsets(len(one.calls) for one in vehicles),
        stop_leg=np.array([call.leg for one in vehicles for call in one.calls], dtype=np.int32),
        stop_s=np.array([call.duration_s for one in vehicles for call in one.calls], dtype=np.float64),
    )


def _notes(reading: _Reading) -> Iterable[str]:
    if routed := sum(len(asked.departures) for asked in reading.asked if not has_route(asked.record)):
        yield f"{routed} vehicles without routes take the fastest way on empty roads; SUMO sends them around queues"
    for what, number in reading.left_out.items():
        yield f"{number} {what} are left out: travellers and goods, and vehicles that wait for them, are not modelled"
    for name, model in reading.types.other_models.items():
        yield f"the type {name!r} follows others by Krauss's model with the settings of its {model}"
    if reading.calls.beside:
        yield f"{reading.calls.beside} stops beside the road are taken as stops on it"
    if reading.calls.passed:
        yield f"{reading.calls.passed} points that are to be passed at a given speed are left out"
