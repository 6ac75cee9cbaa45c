"""From a movement in a file's words to the signal heads that release it at an intersection."""

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from congestion_lab.core.geometry import Turn
from congestion_lab.core.names import clean_name
from congestion_lab.signals.intersection import Intersection, SignalHead
from congestion_lab.signals.phasing import Served
from congestion_lab.signals.plan import Aspect
from congestion_lab.signals.planrecords import Movement, PlanRecord

_WIDEST_DEG = 67.5  # farther from its compass direction, an approach has another


@dataclass(frozen=True, slots=True)
class LinkPlace:
    """Where a link lies, as far as movements are named by it.

    Attributes:
        from_nodes: Node it leaves, and those before it as long as no other street joins or leaves.
        to_nodes: Node it reaches, and those beyond it alike.
        names: Its street names.
        end_deg: Compass direction in which it reaches its end.
    """

    from_nodes: frozenset[str]
    to_nodes: frozenset[str]
    names: tuple[str, ...]
    end_deg: float


_NOWHERE = LinkPlace(frozenset(), frozenset(), (), 0.0)


@dataclass(frozen=True, slots=True)
class Released:
    """A plan record laid over an intersection.

    Attributes:
        phases: Phases with their heads.
        on_red: Heads that may go on red.
        free: Heads that no signal holds.
        unknown: Movements that the intersection does not have, as (line, the file's words).
        unnamed: Vehicle heads that no phase releases and the file does not call free.
        harmless: Those of them that cross nobody, so that they are free.
        followed: Heads of U-turns that no phase names, so that they go with the left turn beside them.
        by_compass: Inbound links found by their compass direction only, by the direction that the file says.
    """

    phases: tuple[Served, ...]
    on_red: frozenset[int]
    free: frozenset[int]
    unknown: tuple[tuple[int | None, str], ...]
    unnamed: tuple[SignalHead, ...]
    harmless: tuple[int, ...]
    followed: tuple[int, ...]
    by_compass: Mapping[str, float]


def released(record: PlanRecord, intersection: Intersection, links: Mapping[str, LinkPlace]) -> Released:
    """Return what each phase of a record releases at an intersection."""
    heads = _Heads(intersection, links, _headings(record))
    unknown: list[tuple[int | None, str]] = []
    phases: list[Served] = []
    for phase in record.phases:
        found: dict[int, Aspect | None] = {}
        for release in phase.releases:
            indices = heads.of(release.movement)
            if not indices:
                unknown.append((phase.line, release.movement.text))
            for index in indices:
                found[index] = _stronger(found[index], release.shown) if index in found else release.shown
        phases.append(Served(phase, found))
    followed = _with_u_turns(phases, intersection)
    free = {index for movement in record.free for index in heads.of(movement)}
    named = {head for served in phases for head in served.heads} | free
    unnamed = [head for head in intersection.heads if not head.is_crossing and head.index not in named]
    busy = {head for pair in intersection.conflicts for head in pair}
    harmless = {head.index for head in unnamed if head.index not in busy}
    return Released(
        phases=tuple(phases),
        on_red=frozenset(index for movement in record.on_red for index in heads.of(movement)),
        free=frozenset(free | harmless) - {head for served in phases for head in served.heads},
        unknown=tuple(dict.fromkeys(unknown)),
        unnamed=tuple(head for head in unnamed if head.index in busy),
        harmless=tuple(sorted(harmless)),
        followed=followed,
        by_compass=heads.by_compass,
    )


def _headings(record: PlanRecord) -> frozenset[float]:
    releases = (release.movement for phase in record.phases for release in phase.releases)
    return frozenset(
        one.heading_deg for one in (*releases, *record.on_red, *record.free) if one.heading_deg is not None
    )


def _stronger(one: Aspect | None, other: Aspect | None) -> Aspect | None:
    order = (Aspect.GREEN, None, Aspect.PERMITTED)
    return min((one, other), key=order.index)


def _with_u_turns(phases: list[Served], intersection: Intersection) -> tuple[int, ...]:
    """Let U-turns that no phase names go with the left turns of their approach, in place."""
    named = {head for served in phases for head in served.heads}
    lone = [head for head in intersection.heads if head.turn is Turn.U_TURN and head.index not in named]
    followed: set[int] = set()
    for number, served in enumerate(phases):
        more: dict[int, Aspect | None] = {}
        for head in lone:
            beside = [one for one in intersection.heads if one.from_link == head.from_link and one.turn is Turn.LEFT]
            shown = [served.heads[one.index] for one in beside if one.index in served.heads]
            if shown:
                more[head.index] = Aspect.PERMITTED if Aspect.PERMITTED in shown else None
        phases[number] = replace(served, heads={**served.heads, **more})
        followed |= more.keys()
    return tuple(sorted(followed))


class _Heads:
    """Finds the heads of movements at one intersection."""

    def __init__(self, intersection: Intersection, links: Mapping[str, LinkPlace], headings: Iterable[float]) -> None:
        self._heads = [head for head in intersection.heads if not head.is_crossing]
        self._links = links
        self._compass = {
            link: _nearest(links[link].end_deg, headings)
            for link in dict.fromkeys(head.from_link for head in self._heads)
            if link in links
        }
        self.by_compass: dict[str, float] = {}

    def of(self, movement: Movement) -> tuple[int, ...]:
        """Return the indices of the heads that release a movement; none where the intersection has no such."""
        for words in (self._by_links, self._by_nodes, self._by_street, self._by_compass):
            matches = words(movement)
            if matches is None:
                continue
            found = [head for head in self._heads if matches(head)]
            if found:
                if words == self._by_compass and movement.heading_deg is not None:
                    self.by_compass |= {head.from_link: movement.heading_deg for head in found}
                return tuple(dict.fromkeys(head.index for head in found))
        return ()

    def _by_links(self, movement: Movement) -> "Callable[[SignalHead], bool] | None":
        if not movement.from_link:
            return None
        return lambda head: (
            head.from_link == movement.from_link
            and (not movement.from_lanes or head.from_lane in movement.from_lanes)
            and (head.to_link == movement.to_link if movement.to_link else _turns(head, movement))
        )

    def _by_nodes(self, movement: Movement) -> "Callable[[SignalHead], bool] | None":
        if not movement.from_nodes:
            return None
        return lambda head: (
            bool(self._place(head.from_link).from_nodes & movement.from_nodes)
            and (
                bool(self._place(head.to_link).to_nodes & movement.to_nodes)
                if movement.to_nodes
                else _turns(head, movement)
            )
        )

    def _place(self, link: str) -> LinkPlace:
        return self._links.get(link, _NOWHERE)

    def _by_street(self, movement: Movement) -> "Callable[[SignalHead], bool] | None":
        wanted = _folded(movement.street)
        if not wanted:
            return None
        return lambda head: wanted in map(_folded, self._names(head)) and _turns(head, movement)

    def _names(self, head: SignalHead) -> Sequence[str]:
        place = self._links.get(head.from_link)
        return (head.approach_name, *(place.names if place else ()))

    def _by_compass(self, movement: Movement) -> "Callable[[SignalHead], bool] | None":
        if movement.heading_deg is None:
            return None
        return lambda head: self._compass.get(head.from_link) == movement.heading_deg and _turns(head, movement)


def _turns(head: SignalHead, movement: Movement) -> bool:
    return movement.turn is None or head.turn is movement.turn


def _folded(name: str) -> str:
    return clean_name(name).casefold()


def _nearest(direction_deg: float, headings: Iterable[float]) -> float | None:
    """Return the compass direction of a file that a link's own comes nearest to."""
    away = sorted((abs((direction_deg - heading + 180) % 360 - 180), heading) for heading in headings)
    return away[0][1] if away and away[0][0] <= _WIDEST_DEG else None


def compass_deg(begin: tuple[float, float], end: tuple[float, float]) -> float:
    """Return the compass direction from one point to another: 0 is north, 90 east."""
    return math.degrees(math.atan2(end[0] - begin[0], end[1] - begin[1])) % 360
