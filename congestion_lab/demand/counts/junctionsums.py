"""Sums that must agree: what turns from a link and what drives on it, what enters a junction and what leaves it."""

import datetime as dt
import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from congestion_lab.demand.counts.countfindings import Counted, Finding, Severity, said_when, totals
from congestion_lab.demand.counts.countmatching import Place, RoadMap
from congestion_lab.demand.counts.rowplaces import Interval

_DEVIATIONS = 3.0  # of the difference of two Poisson counts
_SHARE = 0.2  # of the larger sum: driveways and kerbside parking lie between a counter and the junction

_Figures = Mapping[Interval, float]


@dataclass(frozen=True, slots=True)
class _Balance:
    """Two sums that should be equal.

    Attributes:
        place: Link or node.
        first: Places of the first sum.
        second: Places of the second sum.
        names: What they are, in words.
    """

    place: str
    first: tuple[Place, ...]
    second: tuple[Place, ...]
    names: tuple[str, str]


def junction_sums(rows: Sequence[Counted], roads: RoadMap) -> Iterator[Finding]:
    """Find junctions and links whose counts do not add up, where all parts of both sums were counted."""
    by_place: dict[Place, dict[Interval, float]] = {}
    for (place, when), vehicles in totals(rows).items():
        by_place.setdefault(place, {})[when] = vehicles
    for balance in _balances(by_place, roads):
        yield from _compared(balance, by_place)


def _balances(counted: Mapping[Place, _Figures], roads: RoadMap) -> Iterator[_Balance]:
    leaving, reaching = _movements(counted, roads)
    for link in roads.links:
        here, out, into = (Place(link),), leaving.get(link, ()), reaching.get(link, ())
        if Place(link) in counted and out:
            yield _Balance(link, here, out, ("counted on the link", "turn at its end"))
        if Place(link) in counted and into:
            yield _Balance(link, into, here, ("turn into the link", "counted on it"))
        if into and out:
            yield _Balance(link, into, out, ("turn into the link", "turn at its end"))
    for node, (inbound, outbound) in _nodes(roads).items():
        if all(Place(link) in counted for link in (*inbound, *outbound)):
            first, second = (tuple(map(Place, links)) for links in (inbound, outbound))
            yield _Balance(node, first, second, ("enter the junction", "leave it"))


def _movements(
    counted: Mapping[Place, _Figures], roads: RoadMap
) -> tuple[dict[str, tuple[Place, ...]], dict[str, tuple[Place, ...]]]:
    """Return the turning counts that leave and that reach each link, for links of which all are there.

    U-turns need not be counted: hardly any survey does.
    """
    leaving: dict[str, list[Place]] = {}
    reaching: dict[str, list[Place]] = {}
    for start, end in roads.movements:
        if not (_turns_round(start, end, roads) and Place(start, end) not in counted):
            leaving.setdefault(start, []).append(Place(start, end))
            reaching.setdefault(end, []).append(Place(start, end))
    return _complete(leaving, counted), _complete(reaching, counted)


def _complete(movements: Mapping[str, list[Place]], counted: Mapping[Place, _Figures]) -> dict[str, tuple[Place, ...]]:
    return {link: tuple(places) for link, places in movements.items() if all(place in counted for place in places)}


def _turns_round(start: str, end: str, roads: RoadMap) -> bool:
    return roads.links[start].from_node == roads.links[end].to_node


def _nodes(roads: RoadMap) -> Mapping[str, tuple[list[str], list[str]]]:
    """Return the links into and out of each node that all traffic drives through, as at the rim it does not."""
    onward = [(start, end) for start, end in roads.movements if not _turns_round(start, end, roads)]
    through = {start for start, _end in onward}, {end for _start, end in onward}
    nodes = _ends(roads)
    return {
        node: (inbound, outbound)
        for node, (inbound, outbound) in nodes.items()
        if inbound and outbound and through[0].issuperset(inbound) and through[1].issuperset(outbound)
    }


def _ends(roads: RoadMap) -> Mapping[str, tuple[list[str], list[str]]]:
    nodes: dict[str, tuple[list[str], list[str]]] = {}
    for link in roads.links.values():
        nodes.setdefault(link.to_node, ([], []))[0].append(link.id)
        nodes.setdefault(link.from_node, ([], []))[1].append(link.id)
    return nodes


def _compared(balance: _Balance, counted: Mapping[Place, _Figures]) -> Iterator[Finding]:
    """Yield a finding for each day on which the sums differ, altogether or in single intervals."""
    pairs: dict[dt.date | None, list[tuple[Interval, float, float]]] = {}
    for when in counted[balance.first[0]]:
        if all(when in counted[place] for place in (*balance.first, *balance.second)):
            first, second = (_sum(places, when, counted) for places in (balance.first, balance.second))
            pairs.setdefault(when.date, []).append((when, first, second))
    for date, day in pairs.items():
        odd = [when for when, first, second in day if _differ(first, second)]
        first, second = sum(pair[1] for pair in day), sum(pair[2] for pair in day)
        if odd or _differ(first, second):
            message = (
                f"{first:g} {balance.names[0]}, {second:g} {balance.names[1]}; "
                f"{len(odd)} of {len(day)} intervals differ beyond chance and {100 * _SHARE:g} %"
            )
            shown = odd or [when for when, _first, _second in day]
            when_said = said_when(date, min(one.begin_s for one in shown), max(one.end_s for one in shown))
            yield Finding("junction_sum", Severity.WARNING, balance.place, when_said, message)


def _sum(places: Iterable[Place], when: Interval, counted: Mapping[Place, _Figures]) -> float:
    return sum(counted[place][when] for place in places)


def _differ(first: float, second: float) -> bool:
    return abs(first - second) > _DEVIATIONS * math.sqrt(first + second) + _SHARE * max(first, second)
