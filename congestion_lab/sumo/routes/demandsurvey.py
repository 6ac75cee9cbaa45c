"""What route files ask for, read before SUMO is started: how many vehicles, until when, and on which links."""

import math
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from congestion_lab.core.errors import Fault
from congestion_lab.sumo.files.clock import moment_s
from congestion_lab.sumo.files.xmlfiles import Start, starts

_VEHICLES = frozenset({"vehicle", "trip"})
_LINK_LISTS = ("edges", "via")
_SINGLE_LINKS = ("from", "to")
_TRAVELLERS = frozenset({"route", "vehicle", "trip", "flow", "walk", "ride", "personTrip", "stop"})
_FLOW_RATES = ("number", "vehsPerHour", "perHour", "probability")
_NEVER_S = -math.inf
_DAY_S = 86_400.0  # taken as the end of flows that have none where the simulation has none
_NAMED = 5  # unknown links that are named one by one


@dataclass
class Survey:
    """What was counted so far.

    Attributes:
        vehicles: Vehicles and flows that depart in the period.
        last_departure_s: Latest departure of all.
        unknown: First line and number of mentions of links that the network does not have, by file and link.
    """

    vehicles: int = 0
    last_departure_s: float = float("-inf")
    unknown: dict[tuple[str, str], tuple[int, int]] = field(default_factory=dict)

    def faults(self) -> Iterator[Fault]:
        """Yield what is wrong with the links: the first few by name, the rest as a number."""
        for (source, link), (line, mentions) in list(self.unknown.items())[:_NAMED]:
            rule = f"the link {link!r} is not in the network ({mentions} mention{'s' if mentions > 1 else ''})"
            yield Fault(rule, "do network and routes belong together?", source, line, "edges")
        if len(self.unknown) > _NAMED:
            yield Fault(f"{len(self.unknown) - _NAMED} more links of the routes are not in the network")


def survey(paths: Iterable[Path], links: Collection[str], begin_s: float, end_s: float) -> Survey:
    """Return what the files ask for between two times on a network with the given links.

    Raises:
        InputError: A file is no harmless XML.
    """
    result = Survey()
    for path in paths:
        for start in starts(path):
            if start.tag in _TRAVELLERS:
                _check_links(result, start, str(path), links)
            if start.tag in _VEHICLES:
                _count(result, *_departure(start), begin_s, end_s)
            elif start.tag == "flow" and _has_vehicles(start):
                _count(result, *_flow_times(start, begin_s, end_s), begin_s, end_s)
    return result


def _check_links(result: Survey, start: Start, source: str, links: Collection[str]) -> None:
    for link in _links_of(start):
        if link not in links:
            line, mentions = result.unknown.get((source, link), (start.line, 0))
            result.unknown[source, link] = (line, mentions + 1)


def _links_of(start: Start) -> Iterator[str]:
    for name in _LINK_LISTS:
        yield from start.attributes.get(name, "").split()
    for name in _SINGLE_LINKS:
        if name in start.attributes:
            yield start.attributes[name]


def _count(result: Survey, first_s: float, last_s: float, begin_s: float, end_s: float) -> None:
    result.vehicles += first_s < end_s and last_s >= begin_s
    result.last_departure_s = max(result.last_departure_s, last_s)


def _departure(start: Start) -> tuple[float, float]:
    depart = moment_s(start.attributes.get("depart", ""))
    return (_NEVER_S, _NEVER_S) if depart is None else (depart, depart)


def _flow_times(start: Start, begin_s: float, end_s: float) -> tuple[float, float]:
    """Return first and last departure; without times of its own a flow has those of the simulation."""
    first_s, last_s = (moment_s(start.attributes.get(name, "")) for name in ("begin", "end"))
    endless_s = max(begin_s, _DAY_S) if math.isinf(end_s) else end_s
    return begin_s if first_s is None else first_s, endless_s if last_s is None else last_s


def _has_vehicles(start: Start) -> bool:
    rates = [start.attributes[name] for name in _FLOW_RATES if name in start.attributes]
    return not any(_is_zero(rate) for rate in rates)


def _is_zero(text: str) -> bool:
    try:
        return float(text) == 0
    except ValueError:
        return False
