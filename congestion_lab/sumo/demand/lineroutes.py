"""Lines on a network: their courses, the places where they stop, and their vehicles."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from pathlib import Path

from congestion_lab.core.errors import DemandError, Fault, NetworkError
from congestion_lab.core.seeds import derived_seed
from congestion_lab.demand.trips.assumptions import Assumptions, Lines
from congestion_lab.demand.trips.dwell import DwellHabits, StopPlace, dwells, headway_departures_s
from congestion_lab.demand.trips.lines import Line, read_line_table
from congestion_lab.demand.trips.replacing import LineTraffic, line_traffic, without_replaced
from congestion_lab.demand.trips.sampling import Vehicle
from congestion_lab.network.courses import CourseFinder, open_lanes
from congestion_lab.network.model import Link, Network
from congestion_lab.sumo.nets.netfile import read_network

_ROUNDABOUT = "roundabout"


@dataclass(frozen=True, slots=True)
class LineCourse:
    """A line on a network.

    Attributes:
        line: The line.
        links: Its course.
        places: Where its vehicles may stop.
        length_m: Length of the course.
        free_flow_s: Time that its links take at their speed limits.
        dwell_s: Mean time that a vehicle stands at its stops, all together.
    """

    line: Line
    links: tuple[str, ...]
    places: tuple[StopPlace, ...]
    length_m: float
    free_flow_s: float
    dwell_s: float

    @property
    def run_s(self) -> float:
        """Mean time from end to end on empty roads without signals."""
        return self.free_flow_s + self.dwell_s


def line_courses(network: Network, demand: Path, assumptions: Assumptions) -> tuple[LineCourse, ...]:
    """Return the lines of a demand folder on a network; none where the assumptions have no `lines`.

    Raises:
        DemandError: The table is faulty, or courses name what is not there or are not connected; every fault is named.
    """
    figures = assumptions.lines
    if figures is None:
        return ()
    table = demand / figures.table
    lines = read_line_table(table, assumptions.classes)
    finders = {
        name: CourseFinder(network, assumptions.classes[name].shape, _fit(network, assumptions))
        for name in {line.vehicle_class for line in lines}
    }
    courses: list[LineCourse] = []
    faults: list[Fault] = []
    for line in lines:
        try:
            links = finders[line.vehicle_class].course(line.course)
            courses.append(_course(network, line, links, figures, finders[line.vehicle_class].shape))
        except NetworkError as error:
            faults += [replace(fault, source=str(table), line=line.row, key="course") for fault in error.faults]
    if faults:
        raise DemandError(*faults)
    return tuple(courses)


def with_lines(
    vehicles: Sequence[Vehicle], net: Path, demand: Path, assumptions: Assumptions
) -> tuple[tuple[Vehicle, ...], tuple[LineTraffic, ...]]:
    """Return vehicles together with those of the lines, and what these replace of their classes' vehicle-kilometres.

    Args:
        vehicles: Vehicles of trips between zones.
        net: SUMO network that they drive on.
        demand: Folder of the demand, with the table of lines.
        assumptions: Figures of the demand; without `lines`, the vehicles stay as they are.

    Raises:
        DemandError: The table of lines is faulty or does not fit the network; every fault is named.
        NetworkError: The network cannot be read.
    """
    if assumptions.lines is None:
        return tuple(vehicles), ()
    network = read_network(net)
    running = [
        vehicle
        for course in line_courses(network, demand, assumptions)
        for vehicle in line_vehicles(course, assumptions)
    ]
    lengths_m = {name: link.length_m for name, link in network.links.items()}
    traffic = line_traffic(vehicles, running, lengths_m)
    left = without_replaced(vehicles, traffic, lengths_m)
    return tuple(sorted((*left, *running), key=lambda one: one.depart_s)), traffic


def line_vehicles(course: LineCourse, assumptions: Assumptions) -> Iterator[Vehicle]:
    """Yield the vehicles of a line in the period of the assumptions, by departure."""
    figures, line, seed, profile = assumptions.lines, course.line, assumptions.seed.value, assumptions.profile
    if figures is None:
        return
    habits = _habits(figures)
    moments = headway_departures_s(
        line.vph_in(assumptions.name), profile.begin_s, profile.end_s, derived_seed(seed, "line", line.id)
    )
    for number, depart_s in enumerate(moments, start=1):
        name = f"{line.id}.{number}"
        stops = dwells(course.places, habits, derived_seed(seed, "dwell", name))
        yield Vehicle(depart_s, line.vehicle_class, course.links, name, stops)


def stop_places(network: Network, links: Sequence[str], figures: Lines, shape: str) -> tuple[StopPlace, ...]:
    """Return where vehicles may stop on a course: every so many metres, or as soon after that as a street allows it.

    They stop on the outermost lane that they may use, clear of the junctions at both ends. There is no stop on the
    first and the last link, where nothing opens onto the street, on the ring of a roundabout, and where the course does
    not go on from the outermost lane: nobody stops at the kerb who has to turn left soon.
    """
    places: list[StopPlace] = []
    driven_m = network.links[links[0]].length_m if links else 0.0
    due_m = figures.stop_spacing_m.value
    for name, onward in pairwise(links[1:]):
        link = network.links[name]
        kerb = _kerb_lane(network, link, onward, shape)
        last_m = link.length_m - figures.clear_before_m.value
        first_m = figures.clear_after_m.value + figures.stop_length_m.value
        end_m = max(due_m - driven_m, first_m)
        while kerb is not None and end_m <= last_m:
            places.append(StopPlace(name, kerb, end_m - figures.stop_length_m.value, end_m))
            due_m = driven_m + end_m + figures.stop_spacing_m.value
            end_m = due_m - driven_m
        driven_m += link.length_m
    return tuple(places)


def _course(network: Network, line: Line, links: tuple[str, ...], figures: Lines, shape: str) -> LineCourse:
    places = stop_places(network, links, figures, shape)
    driven = [network.links[name] for name in links]
    return LineCourse(
        line=line,
        links=links,
        places=places,
        length_m=sum(link.length_m for link in driven),
        free_flow_s=sum(link.free_flow_s for link in driven),
        dwell_s=len(places) * figures.served_share.value * figures.dwell_mean_s.value,
    )


def _kerb_lane(network: Network, link: Link, onward: str, shape: str) -> int | None:
    """Return the outermost lane if vehicles may stop on it and go on from it."""
    ring = all(network.nodes[end].kind == _ROUNDABOUT for end in (link.from_node, link.to_node))
    lanes = open_lanes(link, shape)
    if not lanes or ring or not link.has_frontage or link.level != 0:
        return None
    goes_on = any(path.from_lane == lanes[0] for path in network.movements[link.id, onward])
    return lanes[0] if goes_on else None


def _fit(network: Network, assumptions: Assumptions) -> Collection[str]:
    shortest_m = assumptions.connectors.shortest_link_m.value
    return {name for name, link in network.links.items() if link.has_frontage and link.length_m >= shortest_m}


def _habits(figures: Lines) -> DwellHabits:
    return DwellHabits(
        served_share=figures.served_share.value,
        mean_s=figures.dwell_mean_s.value,
        deviation_s=figures.dwell_deviation_s.value,
        in_bay=figures.stopping.value == "bay",
    )
