"""The turn restrictions of a map held against the movements of the network that was made from it."""

from collections.abc import Iterator

from congestion_lab.core.geometry import Turn
from congestion_lab.network.checks import Severity
from congestion_lab.network.maps.issues import Issue, issue
from congestion_lab.network.maps.mapfacts import MapFacts
from congestion_lab.network.maps.origins import Origins, ways_of
from congestion_lab.network.maps.osm import OsmMap, Restriction, TurnRule
from congestion_lab.network.model import Connection

_NAMED = 5  # relations named in one message
_TURNS = {
    "no_left_turn": Turn.LEFT,
    "no_right_turn": Turn.RIGHT,
    "no_straight_on": Turn.STRAIGHT,
    "no_u_turn": Turn.U_TURN,
}

Movement = tuple[str, str]


def forbidden(origins: Origins, roads: OsmMap) -> tuple[Movement, ...]:
    """Return the movements of a network that the map's restrictions forbid: netconvert reads most of them, not all."""
    found = (movement for one in roads.restrictions if _is_plain(roads, one) for movement in _broken(origins, one))
    return tuple(dict.fromkeys(found))


def restrictions_dropped(facts: MapFacts) -> Iterator[Issue]:
    """Yield turn restrictions that the network does not keep, or that nobody can say it keeps."""
    roads = facts.scoped.map
    for one in roads.restrictions:
        if not {one.from_way, one.to_way} <= roads.ways.keys() or (one.via is not None and one.via not in roads.nodes):
            continue
        if one.via is None:
            message = f"({one.kind}, from way {one.from_way}) leads over a way, which netconvert cannot read"
            point = facts.place_of_way(one.from_way)
            yield issue("restrictions_dropped", Severity.WARNING, f"{one.id}", f"{message}; it is dropped", point)
        elif not _is_plain(roads, one):
            message = f"({one.kind}, from way {one.from_way}) holds in the middle of its way and does not say which way"
            point = facts.place_of_node(one.via)
            yield issue("restrictions_dropped", Severity.INFO, f"{one.id}", f"{message}; one was chosen", point)
        elif next(iter(_broken(facts.origins, one)), None):
            message = f"({one.kind}, from way {one.from_way} into way {one.to_way}) is not kept by the network"
            yield issue("restrictions_dropped", Severity.WARNING, f"{one.id}", message, facts.place_of_node(one.via))


def restrictions_unread(facts: MapFacts) -> Iterator[Issue]:
    """Tell of turn restrictions that lack a member or have too many; one issue for all, since they have no place."""
    unread = facts.osm.unreadable
    if unread:
        names = ", ".join(f"relation {name}" for name in unread[:_NAMED]) + (
            " and more" if len(unread) > _NAMED else ""
        )
        point = next(iter(facts.network.nodes.values())).position
        message = f"{len(unread)} turn restrictions of the map cannot be read: {names}"
        yield issue("restrictions_unread", Severity.WARNING, f"{unread[0]}", message, point)


def _is_plain(roads: OsmMap, one: Restriction) -> bool:
    """Whether a restriction leaves no doubt: its first way ends where it holds, or a planner means every direction."""
    way = roads.ways.get(one.from_way)
    if one.via is None or way is None or one.to_way not in roads.ways:
        return False
    return one.id < 0 or one.via in {way.nodes[0], way.nodes[-1]}


def _broken(origins: Origins, one: Restriction) -> Iterator[Movement]:
    """Yield the movements that a restriction forbids; where a road ends, there are none."""
    junction = origins.node_of.get(one.via or 0)
    for link in origins.links_of.get(one.from_way, ()):
        if junction is None or link.to_node != junction:
            continue
        onward = {after: paths for (before, after), paths in origins.network.movements.items() if before == link.id}
        named = {after for after in onward if one.to_way in ways_of(origins.network.links[after])}
        if one.rule is TurnRule.NO:
            yield from ((link.id, after) for after in sorted(named) if _turns(onward[after], one.kind))
        elif named:
            yield from ((link.id, after) for after in sorted(onward.keys() - named))


def _turns(paths: tuple[Connection, ...], kind: str) -> bool:
    """Whether a movement turns the way that a restriction of a kind forbids."""
    return kind not in _TURNS or any(path.turn is _TURNS[kind] for path in paths)
