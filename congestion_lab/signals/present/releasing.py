"""From a movement in a file's words to the signal heads that release it at an intersection."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from scipy.optimize import linear_sum_assignment

from congestion_lab.core.geometry import Turn
from congestion_lab.core.names import folded
from congestion_lab.signals.intersection import Intersection, SignalHead
from congestion_lab.signals.plan import Aspect
from congestion_lab.signals.present.planrecords import Movement, PhaseTimes, PlanRecord
from congestion_lab.signals.rings.clock import Served

_WIDEST_DEG = 67.5  # farther from its compass direction, an approach has another


@dataclass(frozen=True, slots=True)
class LinkPlace:
    """Where a link lies, as far as movements are named by it.

    Attributes:
        from_nodes: Node it leaves, and those before it as long as no other street joins or leaves.
        to_nodes: Node it reaches, and those beyond it alike.
        names: Its street names.
        end_deg: Compass direction in which it reaches its end.
        lanes: Its lanes.
    """

    from_nodes: frozenset[str]
    to_nodes: frozenset[str]
    names: tuple[str, ...]
    end_deg: float
    lanes: int


_NOWHERE = LinkPlace(frozenset(), frozenset(), (), 0.0, 0)


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

    phases: tuple[Served[PhaseTimes], ...]
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
    phases: list[Served[PhaseTimes]] = []
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


def _with_u_turns(phases: list[Served[PhaseTimes]], intersection: Intersection) -> tuple[int, ...]:
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
        places = {head.from_link: links[head.from_link].end_deg for head in self._heads if head.from_link in links}
        self._compass = _directions(places, sorted(headings))
        self.by_compass: dict[str, float] = {}

    def of(self, movement: Movement) -> tuple[int, ...]:
        """Return the indices of the heads that release a movement; none where the intersection has no such."""
        for words in (self._by_links, self._by_nodes, self._by_street, self._by_compass):
            matches = words(movement)
            if matches is None:
                continue
            found = self._narrowed([head for head in self._heads if matches(head)], movement)
            if found:
                if words == self._by_compass and movement.heading_deg is not None:
                    self.by_compass |= {head.from_link: movement.heading_deg for head in found}
                return tuple(dict.fromkeys(head.index for head in found))
        return ()

    def _narrowed(self, found: list[SignalHead], movement: Movement) -> list[SignalHead]:
        """Return those of the direction, where several links come from one node, and of the lanes that are meant."""
        if len({head.from_link for head in found}) > 1 and movement.heading_deg is not None:
            found = [head for head in found if self._compass.get(head.from_link) == movement.heading_deg] or found
        lanes = sorted({head.from_lane for head in found})
        if movement.part is None or len(lanes) != movement.part[2]:
            return found
        first, last, _ = movement.part
        return [head for head in found if head.from_lane in lanes[first - 1 : last]]

    def _by_links(self, movement: Movement) -> "Callable[[SignalHead], bool] | None":
        if not movement.from_link:
            return None
        return lambda head: (
            head.from_link == movement.from_link
            and (not movement.from_lanes or head.from_lane in movement.from_lanes)
            and (not movement.from_inside or self._place(head.from_link).lanes - head.from_lane in movement.from_inside)
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
        wanted = folded(movement.street)
        if not wanted:
            return None
        return lambda head: wanted in map(folded, self._names(head)) and _turns(head, movement)

    def _names(self, head: SignalHead) -> Sequence[str]:
        place = self._links.get(head.from_link)
        return (head.approach_name, *(place.names if place else ()))

    def _by_compass(self, movement: Movement) -> "Callable[[SignalHead], bool] | None":
        if movement.heading_deg is None:
            return None
        return lambda head: self._compass.get(head.from_link) == movement.heading_deg and _turns(head, movement)


def _turns(head: SignalHead, movement: Movement) -> bool:
    return movement.turn is None or head.turn is movement.turn


def _directions(ends_deg: Mapping[str, float], headings_deg: Sequence[float]) -> Mapping[str, float]:
    """Return the direction of a file that each link has: one of its own where there are enough, else the nearest."""
    apart = {
        link: [abs((end - heading + 180) % 360 - 180) for heading in headings_deg] for link, end in ends_deg.items()
    }
    if not headings_deg:
        return {}
    if len(ends_deg) <= len(headings_deg):
        rows, columns = linear_sum_assignment(np.array(list(apart.values())).reshape(len(apart), len(headings_deg)))
        chosen = {list(apart)[int(row)]: int(column) for row, column in zip(rows, columns, strict=True)}
    else:
        chosen = {link: angles.index(min(angles)) for link, angles in apart.items()}
    return {link: headings_deg[at] for link, at in chosen.items() if apart[link][at] <= _WIDEST_DEG}
