"""A planner's edits applied to a map: what took effect, and what found nothing to change."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from congestion_lab.network.maps.edits import Edits, JoinEdit, RoadEdit, SignalEdit, TurnEdit
from congestion_lab.network.maps.osm import OsmMap, OsmNode, OsmWay, Restriction, TurnRule, is_two_way

Edit = RoadEdit | SignalEdit | TurnEdit | JoinEdit
SIGNAL = {"highway": "traffic_signals"}
_DIRECTIONS = {"both": "no", "forward": "yes", "backward": "-1"}


@dataclass(frozen=True)
class Changed:
    """A map after edits.

    Attributes:
        map: The map.
        applied: Edits that took effect, in words.
        lost: Edits that name what the map does not hold, each with the reason.
        unsignalled: Nodes at which a planner says that no signal stands.
        joins: Junctions to be one, or to stay apart, as far as the map holds them.
    """

    map: OsmMap
    applied: tuple[str, ...]
    lost: tuple[tuple[Edit, str], ...]
    unsignalled: frozenset[int]
    joins: tuple[JoinEdit, ...]


def changed(osm: OsmMap, edits: Edits) -> Changed:
    """Return a map to which edits are applied in their order."""
    lost = [(edit, reason) for edit in listed(edits) if (reason := _missing(osm, edit))]
    dropped = [edit for edit, _ in lost]
    roads = [edit for edit in edits.roads if edit not in dropped]
    signals = {edit.node: edit.signal for edit in edits.signals if edit not in dropped}
    turns = [edit for edit in edits.turns if edit not in dropped]
    joins = tuple(edit for edit in edits.joins if edit not in dropped)
    closed = {edit.way for edit in roads if edit.closed}
    ways = {way.id: way for way in osm.ways.values() if way.id not in closed}
    for edit in roads:
        if edit.way in ways:
            ways[edit.way] = _road(ways[edit.way], edit)
    nodes = {**osm.nodes, **{node: _signalled(osm.nodes[node], stands=stands) for node, stands in signals.items()}}
    return Changed(
        map=replace(osm, nodes=nodes, ways=ways, restrictions=_turned(osm.restrictions, turns)),
        applied=tuple(told(edit) for edit in listed(edits) if edit not in dropped),
        lost=tuple(lost),
        unsignalled=frozenset(node for node, stands in signals.items() if not stands),
        joins=joins,
    )


def listed(edits: Edits) -> tuple[Edit, ...]:
    """Return edits one after another."""
    return (*edits.roads, *edits.signals, *edits.turns, *edits.joins)


def _missing(osm: OsmMap, edit: Edit) -> str:
    """Return what an edit names and the map does not hold, in words; nothing if it holds all."""
    match edit:
        case RoadEdit():
            ways, nodes = [edit.way], []
        case SignalEdit():
            ways, nodes = [], [edit.node]
        case TurnEdit():
            ways, nodes = [edit.from_way, edit.to_way], [edit.via]
        case JoinEdit():
            ways, nodes = [], list(edit.nodes)
    lacking = [f"way {way}" for way in ways if way not in osm.ways]
    lacking += [f"node {node}" for node in nodes if node not in osm.nodes]
    return f"the map has no {' and no '.join(lacking)}" if lacking else ""


def _road(way: OsmWay, edit: RoadEdit) -> OsmWay:
    tags = dict(way.tags)
    if edit.direction is not None:
        tags["oneway"] = _DIRECTIONS[edit.direction]
    if edit.speed_kmh is not None:
        tags = {key: value for key, value in tags.items() if not key.startswith("maxspeed")}
        tags["maxspeed"] = f"{edit.speed_kmh:g}"
    if edit.lanes is not None:
        back = edit.lanes_back or edit.lanes
        tags = {key: value for key, value in tags.items() if not _concerns_lanes(key)}
        if is_two_way(replace(way, tags=tags)):
            tags |= {"lanes": f"{edit.lanes + back}", "lanes:forward": f"{edit.lanes}", "lanes:backward": f"{back}"}
        else:
            tags["lanes"] = f"{edit.lanes}"
    return replace(way, tags=tags)


def _concerns_lanes(key: str) -> bool:
    """Whether a tag counts or marks lanes: markings no longer fit another number of lanes."""
    return key.startswith(("lanes", "turn:lanes"))


def _signalled(node: OsmNode, *, stands: bool) -> OsmNode:
    tags = {key: value for key, value in node.tags.items() if value != "traffic_signals"}
    return replace(node, tags=tags | SIGNAL if stands else tags)


def _turned(restrictions: Iterable[Restriction], turns: Iterable[TurnEdit]) -> tuple[Restriction, ...]:
    kept: dict[tuple[int, int | None, int] | int, Restriction] = {one.id: one for one in restrictions}
    for number, edit in enumerate(turns, 1):
        key = (edit.from_way, edit.via, edit.to_way)
        if edit.allowed:
            kept = {name: one for name, one in kept.items() if not _forbids(one, edit)}
        else:
            kept[key] = Restriction(-number, TurnRule.NO, "no_turn", *key)
    return tuple(kept.values())


def _forbids(one: Restriction, edit: TurnEdit) -> bool:
    """Whether a restriction keeps traffic from a turn."""
    if (one.from_way, one.via) != (edit.from_way, edit.via):
        return False
    return (one.to_way == edit.to_way) == (one.rule is TurnRule.NO)


def told(edit: Edit) -> str:
    """Return an edit in words."""
    match edit:
        case RoadEdit(way=way):
            said: Mapping[str, object] = edit.model_dump(exclude_defaults=True, exclude={"way", "why"})
            text = f"way {way}: " + ", ".join(key if value is True else f"{key} {value}" for key, value in said.items())
        case SignalEdit(node=node, signal=signal):
            text = f"node {node}: {'a' if signal else 'no'} signal"
        case TurnEdit(from_way=before, via=via, to_way=after, allowed=allowed):
            text = f"turn from way {before} at node {via} into way {after}: {'allowed' if allowed else 'forbidden'}"
        case JoinEdit(nodes=nodes, join=join):
            text = f"nodes {', '.join(map(str, nodes))}: {'one junction' if join else 'kept apart'}"
    return f"{text} ({edit.why})" if edit.why else text
