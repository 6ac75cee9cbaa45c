from collections.abc import Mapping

import pytest

from congestion_lab.network.maps.changes import Changed, changed
from congestion_lab.network.maps.edits import Edits, JoinEdit, RoadEdit, SignalEdit, TurnEdit
from congestion_lab.network.maps.osm import OsmMap, OsmNode, OsmWay, Restriction, TurnRule, is_two_way

SIGNAL = {"highway": "traffic_signals"}


def town(tags: Mapping[str, str] | None = None, *restrictions: Restriction) -> OsmMap:
    nodes = {one: OsmNode(one, 36.3 + one / 1000, 33.5, SIGNAL if one == 3 else {}) for one in (1, 2, 3, 4)}
    ways = {
        7: OsmWay(7, (1, 2, 3), {"highway": "primary", **(tags or {})}),
        8: OsmWay(8, (2, 4), {"highway": "primary"}),
    }
    return OsmMap(nodes, ways, restrictions)


def tags_after(edit: RoadEdit, tags: Mapping[str, str] | None = None) -> dict[str, str]:
    return dict(changed(town(tags), Edits(roads=(edit,))).map.ways[7].tags)


def test_lanes_replace_what_the_map_says_of_lanes() -> None:
    before = {"lanes": "1", "turn:lanes": "left|through", "lanes:forward": "1", "name": "A"}
    after = tags_after(RoadEdit(way=7, lanes=2, lanes_back=1), before)
    assert after == {"highway": "primary", "name": "A", "lanes": "3", "lanes:forward": "2", "lanes:backward": "1"}
    assert tags_after(RoadEdit(way=7, lanes=2))["lanes"] == "4"


def test_lanes_of_a_one_way_are_those_of_its_direction() -> None:
    after = tags_after(RoadEdit(way=7, lanes=3, direction="forward"))
    assert after == {"highway": "primary", "oneway": "yes", "lanes": "3"}


@pytest.mark.parametrize(("direction", "two_way"), [("both", True), ("forward", False), ("backward", False)])
def test_direction_replaces_what_the_map_says(direction: str, two_way: bool) -> None:  # noqa: FBT001
    edit = RoadEdit.model_validate({"way": 7, "direction": direction})
    after = changed(town({"oneway": "yes", "junction": "roundabout"}), Edits(roads=(edit,))).map.ways[7]
    assert is_two_way(after) is two_way


def test_speed_replaces_every_limit() -> None:
    after = tags_after(RoadEdit(way=7, speed_kmh=40), {"maxspeed": "300", "maxspeed:forward": "200"})
    assert after == {"highway": "primary", "maxspeed": "40"}


def test_a_closed_road_is_gone() -> None:
    assert list(changed(town(), Edits(roads=(RoadEdit(way=7, closed=True),))).map.ways) == [8]


def test_signals_come_and_go() -> None:
    done = changed(town(), Edits(signals=(SignalEdit(node=2, signal=True), SignalEdit(node=3, signal=False))))
    assert done.map.nodes[2].tags == SIGNAL
    assert done.map.nodes[3].tags == {}
    assert done.unsignalled == {3}


def test_the_later_edit_holds() -> None:
    done = changed(town(), Edits(signals=(SignalEdit(node=2, signal=True), SignalEdit(node=2, signal=False))))
    assert done.map.nodes[2].tags == {}


def ban(rule: TurnRule, to_way: int) -> Restriction:
    return Restriction(1, rule, f"{rule.value}_x", 7, 2, to_way)


def after_turn(edit: TurnEdit, *restrictions: Restriction) -> tuple[Restriction, ...]:
    return changed(town(None, *restrictions), Edits(turns=(edit,))).map.restrictions


def test_turns_are_forbidden_and_allowed() -> None:
    no, yes = (TurnEdit(from_way=7, via=2, to_way=8, allowed=allowed) for allowed in (False, True))
    assert after_turn(no) == (Restriction(-1, TurnRule.NO, "no_turn", 7, 2, 8),)
    assert after_turn(yes, ban(TurnRule.NO, 8)) == ()
    assert after_turn(yes, ban(TurnRule.ONLY, 7)) == ()
    assert after_turn(yes, ban(TurnRule.ONLY, 8)) == (ban(TurnRule.ONLY, 8),)
    assert after_turn(yes, ban(TurnRule.NO, 7)) == (ban(TurnRule.NO, 7),)


def everything_lost() -> Changed:
    edits = Edits(
        roads=(RoadEdit(way=99, lanes=1),),
        signals=(SignalEdit(node=98, signal=True),),
        turns=(TurnEdit(from_way=7, via=97, to_way=96, allowed=False),),
        joins=(JoinEdit(nodes=(1, 95)),),
    )
    return changed(town(), edits)


def test_edits_that_find_nothing_are_told_with_the_reason() -> None:
    done = everything_lost()
    reasons = [reason for _, reason in done.lost]
    assert reasons == [
        "the map has no way 99",
        "the map has no node 98",
        "the map has no way 96 and no node 97",
        "the map has no node 95",
    ]
    assert done.applied == ()
    assert done.joins == ()
    assert done.map.ways == town().ways


def test_edits_are_told_in_words() -> None:
    edits = Edits(
        roads=(RoadEdit(way=7, lanes=2, why="seen"),),
        signals=(SignalEdit(node=2, signal=False),),
        turns=(TurnEdit(from_way=7, via=2, to_way=8, allowed=True),),
        joins=(JoinEdit(nodes=(1, 2)),),
    )
    assert changed(town(), edits).applied == (
        "way 7: lanes 2 (seen)",
        "node 2: no signal",
        "turn from way 7 at node 2 into way 8: allowed",
        "nodes 1, 2: one junction",
    )
