"""Routes of SUMO's demand: named, drawn from distributions, or found for vehicles that know only where they go."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import pairwise

from congestion_lab.simulation.traffic import Roads
from congestion_lab.sumo.files.records import Record

Route = tuple[int, ...]


@dataclass
class RouteBook:
    """The routes read so far.

    Attributes:
        routes: Routes in use as links, in the order of their index.
        stops: Stops that named routes carry, by the name of the route.
    """

    roads: Roads
    routes: list[Route] = field(default_factory=list)
    stops: dict[str, tuple[Record, ...]] = field(default_factory=dict)
    _links: dict[str, int] = field(init=False)
    _joined: set[tuple[int, int]] = field(init=False)
    _index: dict[str, int] = field(default_factory=dict)
    _named: dict[str, str] = field(default_factory=dict)
    _shares: dict[str, tuple[tuple[str, float], ...]] = field(default_factory=dict)
    _taken: dict[str, list[int]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Look up the links and which of them are joined."""
        self._links = {name: index for index, name in enumerate(self.roads.link_ids)}
        self._joined = joined_links(self.roads)

    def define(self, record: Record) -> None:
        """Take up a named route or a distribution of routes.

        Raises:
            ValueError: The distribution names routes that are not defined, or other numbers of routes and shares.
        """
        if record.tag == "route":
            self._named[record.get("id")] = _links_text(record)
            if stops := stops_of(record):
                self.stops[record.get("id")] = stops
        else:
            self._shares[record.get("id")] = tuple(self._members(record))

    def route(self, record: Record, links: str | None = None) -> int:
        """Return the index of a vehicle's route.

        Distributions are not drawn from but followed: each vehicle takes the route that is furthest behind its share.

        Args:
            record: Vehicle, trip or flow.
            links: The way that was found for it, if it has no route of its own.

        Raises:
            ValueError: Its route is not defined, or not on the network.
        """
        name = record.get("route")
        own = next((child for child in record.children if child.tag == "route"), None)
        blend = next((child for child in record.children if child.tag == "routeDistribution"), None)
        if blend is not None:
            name = f"{record.get('id')}\n"  # no id of a distribution outside
            self._shares.setdefault(name, tuple(self._members(blend)))
        if name in self._shares:
            text = self._next_of(name)
        elif own is not None:
            text = _links_text(own)
        else:
            text = self._text(name) if links is None else links
        return self._indexed(_between(text, record))

    def _members(self, record: Record) -> Iterator[tuple[str, float]]:
        for child in record.children:
            if child.tag == "route":
                weight = child.number("probability") if "probability" in child.attributes else 1.0
                yield self._text(child.get("refId")) if "refId" in child.attributes else _links_text(child), weight
        names, weights = record.get("routes").split(), record.get("probabilities").split()
        if weights and len(weights) != len(names):
            raise ValueError(f"the distribution names {len(names)} routes and {len(weights)} probabilities")
        for position, name in enumerate(names):
            yield self._text(name), float(weights[position]) if weights else 1.0

    def _text(self, name: str) -> str:
        if name not in self._named:
            raise ValueError(f"the route {name!r} is not defined")
        return self._named[name]

    def _next_of(self, key: str) -> str:
        shares = self._shares[key]
        taken = self._taken.setdefault(key, [0] * len(shares))
        whole = sum(share for _, share in shares)
        if whole <= 0:
            raise ValueError("the distribution of routes has no share above 0")
        number = sum(taken) + 1
        behind = [share / whole * number - count for (_, share), count in zip(shares, taken, strict=True)]
        choice = behind.index(max(behind))
        taken[choice] += 1
        return shares[choice][0]

    def _indexed(self, text: str) -> int:
        if text not in self._index:
            route = self._route(text)
            self._index[text] = len(self.routes)
            self.routes.append(route)
        return self._index[text]

    def _route(self, text: str) -> Route:
        names = text.split()
        if not names:
            raise ValueError("the route has no links")
        if unknown := [name for name in names if name not in self._links]:
            raise ValueError(f"the route passes {unknown[0]!r}, which is no link of the network")
        route = tuple(self._links[name] for name in names)
        for first, second in pairwise(route):
            if (first, second) not in self._joined:
                ends = self.roads.link_ids[first], self.roads.link_ids[second]
                raise ValueError(f"the route goes from {ends[0]!r} to {ends[1]!r}, which no path joins")
        return route


def joined_links(roads: Roads) -> set[tuple[int, int]]:
    """Return the pairs of links that a path joins."""
    link_of = [link for link, (a, b) in enumerate(pairwise(roads.lane_offsets.tolist())) for _ in range(a, b)]
    starts = [lane for lane, (a, b) in enumerate(pairwise(roads.path_offsets.tolist())) for _ in range(a, b)]
    ends = roads.path_to_lane.tolist()
    return {(link_of[start], link_of[end]) for start, end in zip(starts, ends, strict=True)}


def has_route(record: Record) -> bool:
    """Whether a vehicle, trip or flow says by which links it goes."""
    return "route" in record.attributes or any(child.tag in {"route", "routeDistribution"} for child in record.children)


def stops_of(record: Record) -> tuple[Record, ...]:
    """Return the stops of a route, or of a vehicle, trip or flow: those of the route within it, then its own."""
    routes = (child for child in record.children if child.tag == "route")
    return tuple(child for part in (*routes, record) for child in part.children if child.tag == "stop")


def _between(text: str, record: Record) -> str:
    """Return the part of a route that a vehicle drives, which may join it late and leave it early."""
    ends = record.get("departEdge"), record.get("arrivalEdge")
    if ends == ("", ""):
        return text
    if not all(end.isdecimal() or not end for end in ends):
        raise ValueError(f"departEdge and arrivalEdge must be numbers, not {ends[0]!r} and {ends[1]!r}")
    links = text.split()
    part = links[int(ends[0] or 0) : int(ends[1] or len(links)) + 1]
    if not part:
        raise ValueError(f"departEdge {ends[0]!r} and arrivalEdge {ends[1]!r} leave nothing of the route")
    return " ".join(part)


def _links_text(route: Record) -> str:
    repeats = int(route.get("repeat", "0"))
    return " ".join([route.get("edges")] * (repeats + 1))
