"""Where on its first and last link a vehicle of SUMO's demand begins and ends, and how fast."""

import math
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from congestion_lab.simulation.traffic import DepartLane, Roads
from congestion_lab.sumo.files.records import Record

_LANE_WORDS = {
    "": DepartLane.BEST,  # SUMO 1.28: --default.departlane best_prob
    "random": DepartLane.RANDOM,
    "free": DepartLane.FREE,
    "allowed": DepartLane.ALLOWED,
    "best": DepartLane.BEST,
    "best_prob": DepartLane.BEST,
}
# All as fast as road and traffic let it; without a word it is `avg` (SUMO 1.28: --default.departspeed).
_SPEED_WORDS = frozenset({"", "max", "desired", "speedLimit", "last", "avg"})
_BASE_WORDS = frozenset({"", "base", "last", "free", "splitFront", "stop"})  # at the begin of the link if that is empty
_RANDOM_WORDS = frozenset({"random", "random_free", "center"})  # in the middle, on average
_BASE_M = 0.1  # SUMO's own distance of a rear bumper from the begin of a link


class Place(NamedTuple):
    """Begin and end of a trip."""

    lane: int
    speed_mps: float
    depart_m: float
    arrive_m: float


class Places:
    """Begin and end of trips on given roads."""

    def __init__(self, roads: Roads) -> None:
        first = roads.lane_offsets[:-1]
        self._lanes: list[int] = np.diff(roads.lane_offsets).tolist()
        self._first: list[int] = first.tolist()
        self._classes: list[int] = roads.lane_classes.tolist()
        self._length_m: list[float] = roads.lane_length_m[first].tolist()
        self._speed_mps: list[float] = np.maximum.reduceat(roads.lane_speed_mps, first).tolist()
        self._index = {name: index for index, name in enumerate(roads.link_ids)}
        self._known: dict[tuple[object, ...], Place] = {}

    def link(self, name: str) -> int:
        """Return the index of a link.

        Raises:
            ValueError: There is none of that name.
        """
        if name not in self._index:
            raise ValueError(f"stops on {name!r}, which is no link of the network")
        return self._index[name]

    def length_m(self, link: int) -> float:
        """Return the length of a link."""
        return self._length_m[link]

    def travel_s(self, link: int, to_m: float = math.inf) -> float:
        """Return the time that a link takes at its speed limit, up to a position or its end."""
        return min(to_m, self._length_m[link]) / self._speed_mps[link]

    def place(self, record: Record, route: Sequence[int], length_m: float, class_bit: int) -> Place:
        """Return where a vehicle begins and ends its route.

        Args:
            record: The vehicle, trip or flow.
            route: Its links.
            length_m: Its length.
            class_bit: Number of the bit of its class; `first` is the first lane that this class may use.

        Raises:
            ValueError: A word or number is not one of SUMO's, or the lane does not exist.
        """
        get = record.get
        words = (get("departLane"), get("departPos"), get("departSpeed"), get("arrivalPos"))
        key = (*words, route[0], route[-1], length_m, class_bit)
        if key not in self._known:
            self._known[key] = self._place(words, route, length_m, class_bit)
        return self._known[key]

    def _place(self, words: tuple[str, str, str, str], route: Sequence[int], length_m: float, class_bit: int) -> Place:
        lane, depart, speed, arrive = words
        first, last = route[0], route[-1]
        return Place(
            self._lane(lane, first, class_bit),
            self._speed(speed, first),
            self._depart_m(depart, self._length_m[first], length_m),
            self._arrive_m(arrive, self._length_m[last]),
        )

    def _lane(self, text: str, link: int, class_bit: int) -> int:
        if text == "first":
            lanes = self._classes[self._first[link] : self._first[link] + self._lanes[link]]
            usable = (index for index, classes in enumerate(lanes) if classes >> class_bit & 1)
            return next(usable, DepartLane.FIRST)
        if text in _LANE_WORDS:
            return _LANE_WORDS[text]
        number = _number("departLane", text)
        if number not in range(self._lanes[link]):
            raise ValueError(f"departs on lane {text!r} of a link with {self._lanes[link]} lanes")
        return int(number)

    def _speed(self, text: str, link: int) -> float:
        if text == "random":  # evenly between standing and the limit
            return self._speed_mps[link] / 2
        return math.nan if text in _SPEED_WORDS else _number("departSpeed", text)

    @staticmethod
    def _depart_m(text: str, link_m: float, length_m: float) -> float:
        if text in _BASE_WORDS:
            return min(length_m + _BASE_M, link_m)
        return link_m / 2 if text in _RANDOM_WORDS else position_m(_number("departPos", text), link_m)

    @staticmethod
    def _arrive_m(text: str, link_m: float) -> float:
        if text in {"", "max"}:
            return link_m
        return link_m / 2 if text in _RANDOM_WORDS else position_m(_number("arrivalPos", text), link_m)


def position_m(given_m: float, link_m: float) -> float:
    """Return a position on a link; one below 0 counts from its end."""
    return min(max(given_m + link_m if given_m < 0 else given_m, 0.0), link_m)


def _number(name: str, text: str) -> float:
    try:
        return float(text)
    except ValueError:
        raise ValueError(f"has {name}={text!r}, which is neither a number nor a word that is known") from None
