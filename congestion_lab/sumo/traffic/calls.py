"""Calls that vehicles of SUMO's demand make on their way: on which leg, and for how long."""

from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from congestion_lab.sumo.files.clock import moment_s
from congestion_lab.sumo.files.records import Record
from congestion_lab.sumo.traffic.places import Places, position_m

STOPPING_PLACES = ("busStop", "trainStop", "containerStop", "chargingStation", "parkingArea")
_LANE_END = -1.0  # SUMO's stops without an end reach to that of their lane; positions below 0 count from there


class Call(NamedTuple):
    """A stop: the position of its link in the route, and how long the vehicle stands there."""

    leg: int
    duration_s: float


class Calls:
    """Calls at the stopping places of given roads.

    Attributes:
        beside: How many stops stand beside the road; they are taken as stops on it.
        passed: How many are no stops but points that are passed at a given speed; they are left out.
    """

    def __init__(self, places: Places) -> None:
        self._places = places
        self._named: dict[str, tuple[str, float]] = {}
        self.beside = 0
        self.passed = 0

    def define(self, record: Record) -> None:
        """Take up a stopping place.

        Raises:
            ValueError: Its end is no number.
        """
        self._named[record.get("id")] = (record.get("lane"), _end_m(record))

    def of(self, stops: Iterable[Record], links: Sequence[int], demanded_s: float) -> tuple[Call, ...]:
        """Return the calls of a vehicle on its route.

        Args:
            stops: Its stops, in order.
            links: Its route.
            demanded_s: When it wants to depart; stops with a timetable end then, or later if it comes too late even
                at free flow.

        Raises:
            ValueError: A stop is not on the way, names what is not there, or has no end.
        """
        return tuple(self._made(stops, links, demanded_s))

    def _made(self, stops: Iterable[Record], links: Sequence[int], demanded_s: float) -> Iterator[Call]:
        leg, reached_m, stood_s = 0, 0.0, 0.0
        for stop in stops:
            if float(stop.get("speed") or 0) > 0:
                self.passed += 1
                continue
            name, end_m = self._place(stop)
            link = self._places.link(name)
            behind = links[leg] == link and end_m < reached_m
            leg, reached_m = _next_leg(links, link, leg + behind, name), end_m
            reaches_s = demanded_s + stood_s + sum(map(self._places.travel_s, links[:leg]))
            duration_s = _duration_s(stop, reaches_s + self._places.travel_s(link, end_m))
            stood_s += duration_s
            self.beside += "parkingArea" in stop.attributes or stop.get("parking") not in {"", "false", "0"}
            yield Call(leg, duration_s)

    def _place(self, stop: Record) -> tuple[str, float]:
        """Return the link of a stop and the position of its end."""
        named = next((stop.get(kind) for kind in STOPPING_PLACES if stop.get(kind)), "")
        if named and named not in self._named:
            raise ValueError(f"stops at {named!r}, which is not defined")
        lane, end_m = self._named[named] if named else (stop.get("lane"), _end_m(stop))
        link = lane.rpartition("_")[0] or stop.get("edge")
        return link, position_m(end_m, self._places.length_m(self._places.link(link)))


def _end_m(record: Record) -> float:
    return record.number("endPos") if "endPos" in record.attributes else _LANE_END


def _next_leg(links: Sequence[int], link: int, leg: int, name: str) -> int:
    try:
        return links.index(link, leg)
    except ValueError:
        raise ValueError(f"stops on {name!r}, which is not on its way from there on") from None


def _duration_s(stop: Record, reaches_s: float) -> float:
    """Return how long a vehicle stands: its duration, and until the time before which it may not leave."""
    duration_s, until_s = moment_s(stop.get("duration")), moment_s(stop.get("until"))
    if duration_s is None and until_s is None:
        raise ValueError("stops without a duration, until something else lets it go")
    return max(duration_s or 0.0, (until_s or 0.0) - reaches_s, 0.0)
