"""The turn restrictions of a map held against the movements of the network that was made from it."""

from collections.abc import Iterator

from congestion_lab.network.checks import Severity
from congestion_lab.network.edits import TurnEdit
from congestion_lab.network.issues import Issue, issue
from congestion_lab.network.mapfacts import MapFacts
from congestion_lab.network.model import Link
from congestion_lab.network.origins import ways_of
from congestion_lab.network.osm import Restriction, TurnRule


def restrictions_dropped(facts: MapFacts) -> Iterator[Issue]:
    """Yield turn restrictions that the network does not keep, or that nobody can say it keeps."""
    roads = facts.scoped.map.ways
    for one in facts.scoped.map.restrictions:
        if not {one.from_way, one.to_way} <= roads.keys():
            continue
        if one.via is None:
            message = f"({one.kind}, from way {one.from_way}) leads over a way, which netconvert cannot read; it is dropped"
            yield _issue(facts, one, message)
        elif one.via in facts.scoped.map.nodes and _broken(facts, one):
            message = f"({one.kind}, from way {one.from_way} into way {one.to_way}) is not kept by the network"
            yield _issue(facts, one, message)


def restrictions_unread(facts: MapFacts) -> Iterator[Issue]:
    """Tell of turn restrictions that lack a member or have too many; one issue for all, since they have no place."""
    unread = facts.osm.unreadable
    if unread:
        names = ", ".join(f"relation {name}" for name in unread[:5]) + (" and more" if len(unread) > 5 else "")  # noqa: PLR2004
        point = next(iter(facts.network.nodes.values())).position
        message = f"{len(unread)} turn restrictions of the map cannot be read: {names}"
        yield issue("restrictions_unread", Severity.WARNING, f"{unread[0]}", message, point)


def _issue(facts: MapFacts, one: Restriction, message: str) -> Issue:
    point = facts.place_of_way(one.from_way) if one.via is None else facts.place_of_node(one.via)
    edit = None
    if one.via is not None and one.rule is TurnRule.NO:
        edit = TurnEdit(from_way=one.from_way, via=one.via, to_way=one.to_way, allowed=False, why=f"relation {one.id}")
    return issue("restrictions_dropped", Severity.WARNING, f"{one.id}", message, point, edit=edit)


def _broken(facts: MapFacts, one: Restriction) -> bool:
    """Return whether traffic may make a turn that the restriction forbids; where a road ends there, nobody can."""
    junction = facts.origins.node_of.get(one.via or 0)
    inbound = [link for link in facts.origins.links_of.get(one.from_way, ()) if link.to_node == junction]
    for link in inbound:
        turns = [facts.network.links[after] for before, after in facts.network.movements if before == link.id]
        named = [after for after in turns if _is(after, one.to_way, link)]
        if one.rule is TurnRule.NO and named:
            return True
        if one.rule is TurnRule.ONLY and named and len(turns) > len(named):
            return True
    return False


def _is(after: Link, way: int, before: Link) -> bool:
    """Return whether a link that is turned into belongs to a way; going straight on along one way is no turn."""
    onward = set(ways_of(before)) & set(ways_of(after)) and after.to_node != before.from_node
    return way in ways_of(after) and not onward
