"""Trips clipped to an area, with the times at which one simulation of the whole network saw them enter it."""

import itertools
import math
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from xml.etree.ElementTree import Element, SubElement, tostring  # builds and writes; parsing is done under guard

from congestion_lab.core.files import written_whole
from congestion_lab.simulation.spec import SimulationInputs
from congestion_lab.sumo.files.clock import moment_s, seconds
from congestion_lab.sumo.files.xmlfiles import elements, starts
from congestion_lab.sumo.installation import binary
from congestion_lab.sumo.preparing.areanet import links_named
from congestion_lab.sumo.process import run_program

_SEED = 42  # of the one simulation that gives the entry times
_TELEPORT_S = 300  # SUMO's default: one locked queue must not hide the entry times of everybody behind it
_NEVER = "-1"  # what SUMO gives as the departure of a vehicle that found no room
_TYPES = ("vType", "vTypeDistribution")
_STOPPING_PLACES = frozenset({"busStop", "trainStop", "containerStop", "chargingStation", "parkingArea"})
_RECORDED = frozenset({"arrival", "routeLength", "speedFactor", "route"})  # what happened, not what was asked for
_RATES = frozenset({"begin", "end", "number", "period", "vehsPerHour", "perHour", "probability"})  # of flows
_RECORDED_AT_STOP = frozenset({"started", "ended", "initialPersons", "initialContainers"})
_DEPARTURE = frozenset({"departLane", "departPos", "departPosLat", "departSpeed", "departEdge"})
_ARRIVAL = frozenset({"arrivalLane", "arrivalPos", "arrivalPosLat", "arrivalSpeed", "arrivalEdge"})
_ENTERING = {"departLane": "best", "departSpeed": "max"}  # who enters the area on the move goes on moving


@dataclass(frozen=True, slots=True)
class Stretch:
    """A part of a route inside the area.

    Attributes:
        first: Position of its first link in the route.
        links: Its links.
        entry_s: When the vehicle reached it.
    """

    first: int
    links: tuple[str, ...]
    entry_s: float


@dataclass(frozen=True, slots=True)
class Driven:
    """What the simulation of the whole network leaves in a folder."""

    folder: Path

    @property
    def routes(self) -> Path:
        """When each vehicle left each link."""
        return self.folder / "vehroutes.xml"

    @property
    def trips(self) -> Path:
        """One row per vehicle, also those that found no room to depart."""
        return self.folder / "tripinfo.xml"


def simulate_whole(whole: SimulationInputs, folder: Path, *, mesoscopic: bool) -> Driven:
    """Simulate a scenario once and record how each vehicle drove.

    Raises:
        EngineError: SUMO failed.
    """
    driven = Driven(folder)
    files = {"--route-files": whole.route_files, "--additional-files": whole.additional_files}
    run_program(
        [
            *(binary("sumo"), "--net-file", whole.net_file, "--seed", str(_SEED), "--scale", repr(whole.scale)),
            *itertools.chain.from_iterable((name, ",".join(map(str, paths))) for name, paths in files.items() if paths),
            *("--begin", repr(whole.begin_s), "--end", repr(whole.horizon_s), "--step-length", repr(whole.step_s)),
            *(("--mesosim", "--meso-junction-control") if mesoscopic else ()),
            *("--time-to-teleport", str(_TELEPORT_S), "--xml-validation", "never", "--no-step-log", "--no-warnings"),
            *("--vehroute-output", driven.routes, "--vehroute-output.exit-times", "--vehroute-output.last-route"),
            *("--vehroute-output.write-unfinished", "--vehroute-output.intended-depart"),
            *("--tripinfo-output", driven.trips, "--tripinfo-output.write-undeparted"),
        ],
        cwd=folder,  # where devices of vehicles write what has no name
    )
    return driven


def write_trips(whole: SimulationInputs, driven: Driven, inside: Collection[str], target: Path) -> None:
    """Write the vehicle types and the clipped trips, by entry time.

    Vehicles that found no room to depart by the end belong to the area if their route begins in it.
    """
    places = dict(_stopping_places(whole.additional_files))
    links = frozenset(inside)
    found = itertools.chain(
        _driven_trips(driven.routes, links, places),
        _waiting_trips(whole, driven, links, places),
        _waiting_of_flows(whole, driven, links, places),
    )
    trips = sorted(trip for trip in found if whole.begin_s <= trip[0] < whole.horizon_s)
    with written_whole(target) as temporary, temporary.open("w", encoding="utf-8") as stream:
        stream.write("<routes>\n")
        stream.writelines(f"{_text(kind)}\n" for path in whole.route_files for kind in elements(path, _TYPES))
        stream.writelines(f"{text}\n" for _entry_s, _id, text in trips)
        stream.write("</routes>\n")


def stretches(
    links: Sequence[str], left_s: Sequence[float], depart_s: float, inside: Collection[str]
) -> Iterator[Stretch]:
    """Yield the parts of a route inside an area that the vehicle reached.

    Args:
        links: The route.
        left_s: When the vehicle left each link; negative where it did not.
        depart_s: When it was to depart.
        inside: Links of the area.
    """
    for within, part in itertools.groupby(enumerate(links), key=lambda item: item[1] in inside):
        if within:
            positions = list(part)
            first = positions[0][0]
            entry_s = depart_s if first == 0 else left_s[first - 1]
            if entry_s >= 0:
                yield Stretch(first, tuple(link for _, link in positions), entry_s)


Trip = tuple[float, str, str]  # entry time, id, and the element as text


def _driven_trips(routes: Path, inside: Collection[str], places: Mapping[str, str]) -> Iterator[Trip]:
    for vehicle in elements(routes, ["vehicle"]):
        route = vehicle.find("route")
        links = [] if route is None else route.get("edges", "").split()
        left_s = [] if route is None else [seconds(time) for time in route.get("exitTimes", "").split()]
        found = stretches(links, left_s, _departure_s(vehicle), inside)
        for number, stretch in enumerate(found):
            trip = _trip(vehicle, stretch, number, len(links), places)
            yield stretch.entry_s, trip.get("id", ""), _text(trip)


def _waiting_trips(
    whole: SimulationInputs, driven: Driven, inside: Collection[str], places: Mapping[str, str]
) -> Iterator[Trip]:
    waiting = _waiting_copies(driven, whole.scale)
    if not waiting:
        return
    written: set[str] = set()
    named = dict(_named_routes((*whole.additional_files, *whole.route_files)))
    for path in whole.route_files:
        for vehicle in elements(path, ["vehicle"]):
            links = _links_of(vehicle, named)
            if links and links[0] in inside:
                stretch = Stretch(0, _leading(links, inside), _departure_s(vehicle))
                for name in sorted(waiting.get(vehicle.get("id", ""), set()) - written):
                    written.add(name)
                    trip = _trip(vehicle, stretch, 0, len(links), places)
                    trip.set("id", name)
                    yield stretch.entry_s, name, _text(trip)


def _waiting_of_flows(
    whole: SimulationInputs, driven: Driven, inside: Collection[str], places: Mapping[str, str]
) -> Iterator[Trip]:
    waiting: dict[str, list[tuple[str, float]]] = {}
    for trip in elements(driven.trips, ["tripinfo"]):
        if trip.get("depart") == _NEVER:  # it waits until the end, so that tells when it began
            name, delay_s = trip.get("id", ""), float(trip.get("departDelay", "0"))
            waiting.setdefault(name.rpartition(".")[0], []).append((name, whole.horizon_s - delay_s))
    named = dict(_named_routes((*whole.additional_files, *whole.route_files))) if waiting else {}
    for flow in (flow for path in whole.route_files if waiting for flow in elements(path, ["flow"])):
        links = _links_of(flow, named)
        if links and links[0] in inside:
            for name, entry_s in waiting.get(flow.get("id", ""), ()):
                trip = _trip(flow, Stretch(0, _leading(links, inside), entry_s), 0, len(links), places)
                trip.set("id", name)
                yield entry_s, name, _text(trip)


def _departure_s(vehicle: Element) -> float:
    """Return when a vehicle is to depart; never, for one that waits for something else than a time."""
    found = moment_s(vehicle.get("depart", ""))
    return -math.inf if found is None else found


def _waiting_copies(driven: Driven, scale: float) -> dict[str, set[str]]:
    """Return the vehicles that never departed, by id in the demand; scaling makes copies called `id.1`, `id.2`, …."""
    copies: dict[str, set[str]] = {}
    for trip in elements(driven.trips, ["tripinfo"]):
        if trip.get("depart") == _NEVER:
            name = trip.get("id", "")
            original, _, number = name.rpartition(".")
            for demanded in {name, original} if scale > 1 and number.isdigit() else {name}:
                copies.setdefault(demanded, set()).add(name)
    return copies


def _named_routes(paths: Sequence[Path]) -> Iterator[tuple[str, str]]:
    for path in paths:
        for start in starts(path):
            if start.tag == "route" and "id" in start.attributes:
                yield start.attributes["id"], start.attributes.get("edges", "")


def _links_of(vehicle: Element, named: Mapping[str, str]) -> tuple[str, ...]:
    own = vehicle.find("route")
    return tuple((named.get(vehicle.get("route", ""), "") if own is None else own.get("edges", "")).split())


def _leading(links: Sequence[str], inside: Collection[str]) -> tuple[str, ...]:
    return tuple(itertools.takewhile(lambda link: link in inside, links))


def _trip(vehicle: Element, stretch: Stretch, number: int, route_length: int, places: Mapping[str, str]) -> Element:
    begins, ends = stretch.first == 0, stretch.first + len(stretch.links) == route_length
    dropped = _RECORDED | _RATES | (frozenset() if begins else _DEPARTURE) | (frozenset() if ends else _ARRIVAL)
    attributes = {name: value for name, value in vehicle.attrib.items() if name not in dropped}
    if not begins:
        attributes |= _ENTERING
    attributes |= {"id": _part_id(vehicle.get("id", ""), number), "depart": f"{stretch.entry_s:.2f}"}
    trip = Element("vehicle", attributes)
    SubElement(trip, "route", {"edges": " ".join(stretch.links)})
    for child in vehicle:
        if child.tag == "param":
            trip.append(child)
        elif child.tag == "stop" and _link_of(child, places) in stretch.links:
            SubElement(trip, "stop", {name: value for name, value in child.items() if name not in _RECORDED_AT_STOP})
    return trip


def _part_id(vehicle_id: str, number: int) -> str:
    """A vehicle keeps its id where it first enters; where it comes back, it is another one."""
    return vehicle_id if number == 0 else f"{vehicle_id}#{number + 1}"


def _text(element: Element) -> str:
    return tostring(element, "unicode").strip()


def _link_of(stop: Element, places: Mapping[str, str]) -> str:
    named = links_named(stop)
    if named:
        return named[0]
    return next((places[stop.get(kind, "")] for kind in _STOPPING_PLACES if stop.get(kind) in places), "")


def _stopping_places(files: Sequence[Path]) -> Iterator[tuple[str, str]]:
    for path in files:
        for start in starts(path):
            if start.tag in _STOPPING_PLACES:
                yield start.attributes.get("id", ""), start.attributes.get("lane", "").rpartition("_")[0]
