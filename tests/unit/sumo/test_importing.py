"""Small towns imported for real: what netconvert makes of a map, and what the report says of it."""

from pathlib import Path

import pytest

from congestion_lab.core.errors import NetworkError
from congestion_lab.network.checks import Severity, connected
from congestion_lab.network.maps.edits import Edits, JoinEdit, RoadEdit, SignalEdit, TurnEdit
from congestion_lab.network.maps.issues import Issue
from congestion_lab.network.maps.origins import Origins
from congestion_lab.network.maps.roadscope import Scope
from congestion_lab.network.model import Network
from congestion_lab.signals.safety.rules import check as check_plans
from congestion_lab.sumo.building.importfolder import Imported, Origin, write_import
from congestion_lab.sumo.building.importing import Wishes, import_map, import_net
from congestion_lab.sumo.building.osmfile import read_osm
from congestion_lab.sumo.nets.netfile import read_intersections, read_network, read_plans
from tests import maps, roads

ORIGIN = Origin("osm", "town.osm", "digest")


def imported(folder: Path, text: str, **wishes: object) -> tuple[Imported, Network]:
    osm = read_osm(maps.written(folder, text))
    return import_map(osm, ORIGIN, Wishes(**wishes), lambda _text: None)  # type: ignore[arg-type] # keyword by keyword as the caller says


def issues(folder: Path, text: str, rule: str, **wishes: object) -> tuple[Issue, ...]:
    return imported(folder, text, **wishes)[0].quality.by_rule.get(rule, ())


def places(folder: Path, text: str, rule: str) -> list[str]:
    return [one.finding.place for one in issues(folder, text, rule)]


def lanes_of(network: Network, way: int) -> set[tuple[int, float]]:
    return {(len(link.lanes), round(3.6 * link.speed_mps)) for link in Origins(network).links_of[way]}


def test_a_town_becomes_a_network_that_can_be_driven_everywhere(tmp_path: Path) -> None:
    made, network = imported(tmp_path, maps.town())
    assert list(connected(network)) == []
    assert made.quality.counts == {"error": 0, "warning": 0, "info": 0}
    assert made.counts["signals"] == 0
    assert {link.name_en for link in network.links.values()} == {
        f"Street {one}" for one in (*range(100, 104), *range(200, 204))
    }
    assert network.projection.startswith("+proj=utm")


def test_the_same_map_gives_the_same_net(tmp_path: Path) -> None:
    text = maps.town(nodes={11: maps.SIGNAL})
    assert imported(tmp_path, text)[0].net_text == imported(tmp_path, text)[0].net_text


def test_nodes_and_links_keep_the_ids_of_the_map(tmp_path: Path) -> None:
    _, network = imported(tmp_path, maps.town())
    origins = Origins(network)
    assert {link.id.split("#")[0].lstrip("-") for link in origins.links_of[101]} == {"101"}
    assert origins.node_of[11] == "11"


def test_a_two_way_road_of_one_lane_does_not_double_and_is_told(tmp_path: Path) -> None:
    made, network = imported(tmp_path, maps.town(ways={101: {"lanes": "1"}}))
    assert lanes_of(network, 101) == {(1, 15)}
    assert lanes_of(network, 102) == {(1, 40)}
    (one,) = made.quality.by_rule["one_lane_two_way"]
    assert one.finding.place == "101"
    assert "https://www.openstreetmap.org/?mlat=33.50" in one.map_link
    assert any("one lane" in line for line in made.assumptions)


def test_arabic_names_reach_the_network(tmp_path: Path) -> None:
    _, network = imported(tmp_path, maps.town(ways={101: {"name": "شارع بغداد", "name:en": "Baghdad St"}}))
    names = {(link.name_en, link.name_ar) for link in Origins(network).links_of[101]}
    assert names == {("Baghdad St", "شارع بغداد")}


def test_mapped_signals_stand_and_have_safe_plans(tmp_path: Path) -> None:
    stop_line = maps.town(nodes={11: maps.SIGNAL}, ways={101: {"highway": "primary"}})
    made, network = imported(tmp_path, stop_line)
    assert list(network.controllers) == ["11"]
    net = write_import(made, tmp_path / "out", "")
    assert check_plans(read_plans(net), read_intersections(net)) == ()
    assert "signals_lost" not in made.quality.by_rule
    assert "signals_guessed" not in made.quality.by_rule


_AVENUES = {one: {"highway": "primary", "lanes": "4"} for one in (101, 202)}


def test_signals_are_guessed_on_a_map_without_any_and_told(tmp_path: Path) -> None:
    made, network = imported(tmp_path, maps.town(ways=_AVENUES))
    assert list(network.controllers) == ["12"]
    assert [one.finding.place for one in made.quality.by_rule["signals_guessed"]] == ["12"]
    assert any("guessed" in line for line in made.assumptions)
    assert not imported(tmp_path, maps.town(ways=_AVENUES), guess=False)[1].controllers
    assert list(imported(tmp_path, maps.town(ways=_AVENUES, nodes={22: maps.SIGNAL}))[1].controllers) == ["22"]


def test_a_planner_ends_the_guess(tmp_path: Path) -> None:
    edits = Edits(signals=(SignalEdit(node=12, signal=False), SignalEdit(node=21, signal=True)))
    made, network = imported(tmp_path, maps.town(ways=_AVENUES), edits=edits)
    assert list(network.controllers) == ["21"]
    assert "signals_guessed" not in made.quality.by_rule


def test_a_signal_between_junctions_is_told_as_lost(tmp_path: Path) -> None:
    middle = [maps.point(500, 1, 1.5, maps.SIGNAL), maps.way(300, [11, 500, 12], {"highway": "primary"})]
    assert places(tmp_path, maps.town(lines=middle), "signals_lost") == ["500"]


SPOKES = [
    maps.point(1000, 4, 1),
    maps.point(1001, 4, 2),
    maps.point(1002, 4, 0),
    maps.point(1003, 5, 1),
    maps.way(300, [31, 1000], {"highway": "primary"}),
    maps.way(301, [1000, 1001, 32], {"highway": "primary"}),
    maps.way(302, [1000, 1002, 30], {"highway": "primary"}),
    maps.way(303, [1000, 1003], {"highway": "primary"}),
]


def after_spoke(network: Network) -> set[int]:
    """The ways that way 300 may be left into at node 1000."""
    origins = Origins(network)
    (inbound,) = [link.id for link in origins.links_of[300] if link.to_node == "1000"]
    return {int(network.links[after].sources[0]) for before, after in network.movements if before == inbound}


@pytest.mark.parametrize(
    ("kind", "to_way", "left"),
    [("no_left_turn", 302, {301, 303}), ("only_straight_on", 303, {303})],
)
def test_turn_restrictions_hold(tmp_path: Path, kind: str, to_way: int, left: set[int]) -> None:
    ban = maps.restriction(1, kind, 300, maps.at(1000), to_way)
    made, network = imported(tmp_path, maps.town(lines=[*SPOKES, ban]))
    assert "restrictions_dropped" not in made.quality.by_rule
    assert after_spoke(network) == left


def test_edits_forbid_and_allow_turns(tmp_path: Path) -> None:
    no, yes = (
        Edits(turns=(TurnEdit(from_way=300, via=1000, to_way=302, allowed=allowed),)) for allowed in (False, True)
    )
    assert after_spoke(imported(tmp_path, maps.town(lines=SPOKES))[1]) == {301, 302, 303}
    assert after_spoke(imported(tmp_path, maps.town(lines=SPOKES), edits=no)[1]) == {301, 303}
    ban = maps.restriction(1, "no_left_turn", 300, maps.at(1000), 302)
    assert after_spoke(imported(tmp_path, maps.town(lines=[*SPOKES, ban]), edits=yes)[1]) == {301, 302, 303}


def test_an_edit_forbids_a_turn_in_the_middle_of_its_way(tmp_path: Path) -> None:
    edits = Edits(turns=(TurnEdit(from_way=101, via=11, to_way=201, allowed=False),))
    _, network = imported(tmp_path, maps.town(), edits=edits)
    arriving = {link.id for link in Origins(network).links_of[101] if link.to_node == "11"}
    after = {network.links[onward].sources for before, onward in network.movements if before in arriving}
    assert len(arriving) == 2
    assert after == {("101",)}


def test_a_restriction_that_does_not_say_for_which_direction_is_told(tmp_path: Path) -> None:
    ban = maps.restriction(1, "no_left_turn", 101, maps.at(11), 201)
    (one,) = issues(tmp_path, maps.town(lines=[ban]), "restrictions_dropped")
    assert one.finding.severity is Severity.INFO
    assert "in the middle of its way" in one.finding.message


def test_restrictions_over_a_way_are_told_as_dropped(tmp_path: Path) -> None:
    over = maps.restriction(3, "no_u_turn", 101, '<member type="way" ref="201" role="via"/>', 102)
    bad = maps.restriction(4, "no_left_turn", 101, "", 201)
    text = maps.town(lines=[over, bad])
    assert places(tmp_path, text, "restrictions_dropped") == ["3"]
    assert places(tmp_path, text, "restrictions_unread") == ["4"]


def test_an_edit_forbids_a_turn(tmp_path: Path) -> None:
    edits = Edits(turns=(TurnEdit(from_way=101, via=11, to_way=201, allowed=False),))
    _, network = imported(tmp_path, maps.town(), edits=edits)
    after = {network.links[onward].sources for before, onward in network.movements if before == "101#0"}
    assert after == {("101",)}


def test_what_cannot_be_reached_or_left_is_taken_out_and_told(tmp_path: Path) -> None:
    trap = [maps.point(600, 1.5, 5), maps.point(601, 2, 5), maps.point(602, 2, 6)]
    ways = [
        maps.way(300, [13, 600], {"highway": "primary", "oneway": "yes"}),
        maps.way(301, [600, 601], {"highway": "primary"}),
        maps.way(302, [600, 602], {"highway": "primary"}),
    ]
    made, network = imported(tmp_path, maps.town(lines=[*trap, *ways]))
    assert list(connected(network)) == []
    (one,) = made.quality.by_rule["unreachable"]
    assert one.finding.place == "300"
    assert "(with 4 more links)" in one.finding.message
    assert not Origins(network).links_of.keys() & {300, 301, 302}
    (street,) = made.quality.lost.streets
    assert street.kind == "primary"
    between_nodes = 194 + 56 + 108  # metres; junctions take some of it
    assert 0.8 * between_nodes < street.length_m <= between_nodes, "both directions of a street are one street"
    assert len(made.quality.lost.lines) == 3


def test_what_touches_nothing_is_left_out_and_told(tmp_path: Path) -> None:
    island = [maps.point(700, 6, 6), maps.point(701, 6, 8), maps.way(400, [700, 701], {"highway": "primary"})]
    (one,) = issues(tmp_path, maps.town(lines=island), "disconnected")
    assert one.finding.severity is Severity.WARNING
    where = "reach the edge of the map, touch the network nowhere and are not in it"
    assert one.finding.message == f"185 m of street {where}: way 400 (primary)"


ALLEY = [maps.point(710, 1.3, 1.3), maps.point(711, 1.7, 1.7), maps.way(410, [710, 711], {"highway": "residential"})]
AVENUE = [
    maps.point(700, 6, 6),
    maps.point(701, 6, 8, maps.SIGNAL),
    maps.point(702, 6, 10),
    maps.way(400, [700, 701], {"highway": "residential", "name": "Lane"}),
    maps.way(401, [701, 702], {"highway": "primary", "name": "Avenue", "name:ar": "الجادة"}),
]


def test_a_piece_inside_the_map_is_not_blamed_on_its_edge(tmp_path: Path) -> None:
    made, _ = imported(tmp_path, maps.town(lines=ALLEY))
    (one,) = made.quality.by_rule["disconnected"]
    assert one.finding.severity is Severity.INFO
    assert one.finding.message == "58 m of street touch the network nowhere and are not in it: way 410 (residential)"
    assert not made.quality.lost.is_at_edge
    assert not made.quality.lost.is_much


def test_streets_that_are_left_out_are_summed_by_name_and_class_with_their_signals(tmp_path: Path) -> None:
    made, _ = imported(tmp_path, maps.town(lines=[*AVENUE, *ALLEY]))
    lost = made.quality.lost
    assert [(one.name_en, one.name_ar, one.kind) for one in lost.streets] == [
        ("Avenue", "الجادة", "primary"),
        ("Lane", "", "residential"),
        ("", "", "residential"),
    ]
    assert [round(one.length_m) for one in lost.streets] == [185, 185, 58]
    grid = 4 * 3 * (0.001 * 111_195 + 0.001 * 92_720)  # metres of a degree at 33.5 N, spherical
    assert lost.of_m == pytest.approx(grid + lost.length_m, rel=0.01)
    assert lost.signals == 1
    assert lost.edge_m == pytest.approx(370, abs=2)
    assert lost.is_at_edge
    assert {len(line) for line in lost.lines} == {2}


def test_where_much_is_lost_every_part_of_it_is_a_warning(tmp_path: Path) -> None:
    found = issues(tmp_path, maps.town(lines=[*AVENUE, *ALLEY]), "disconnected")
    assert {one.finding.place: one.finding.severity for one in found} == dict.fromkeys(("401", "410"), Severity.WARNING)


def test_a_town_that_is_whole_has_lost_nothing(tmp_path: Path) -> None:
    lost = imported(tmp_path, maps.town())[0].quality.lost
    assert (lost.length_m, lost.streets, lost.signals, lost.lines) == (0, (), 0, ())


def test_one_ways_that_meet_head_on_are_told(tmp_path: Path) -> None:
    street = [
        maps.point(800, 5, 0),
        maps.way(300, [30, 800], {"highway": "primary", "oneway": "yes", "name": "A"}),
        maps.point(801, 5, 1),
        maps.point(802, 5, 2),
        maps.way(301, [800, 801], {"highway": "primary", "name": "B"}),
        maps.way(302, [801, 31], {"highway": "primary"}),
        maps.point(803, 7, 0),
        maps.way(303, [803, 800], {"highway": "primary", "oneway": "yes", "name": "A"}),
    ]
    (one,) = issues(tmp_path, maps.town(lines=street), "against_neighbours")
    assert {one.finding.place, one.finding.message.split("'")[1]} == {"300", "303"}


def test_a_divided_road_through_a_junction_is_no_contradiction(tmp_path: Path) -> None:
    ways = {101: {"oneway": "yes", "name": "A"}, 102: {"oneway": "-1", "name": "A"}}
    assert places(tmp_path, maps.town(ways=ways), "against_neighbours") == []


def test_impossible_speeds_are_told_and_repaired(tmp_path: Path) -> None:
    text = maps.town(ways={101: {"maxspeed": "300"}, 102: {"maxspeed": "fast"}})
    made, network = imported(tmp_path, text)
    assert lanes_of(network, 101) == {(1, 300)}
    assert {one.edit for one in made.quality.by_rule["speeds"]} == {RoadEdit(way=101, speed_kmh=40, why="was 300 km/h")}
    assert [one.finding.message for one in made.quality.by_rule["tags_unclear"]] == [
        "has maxspeed=fast, which cannot be read; the usual of its class is taken"
    ]
    mended, after = imported(tmp_path, text, fix=True)
    assert lanes_of(after, 101) == {(1, 40)}
    assert "speeds" not in mended.quality.by_rule
    assert "way 101: speed_kmh 40.0 (was 300 km/h)" in mended.quality.fixed
    assert "way 101: speed_kmh 40.0 (was 300 km/h)" not in mended.quality.edited


def near_junctions() -> str:
    """Two junctions 9 m apart on a street of their own."""
    side = [
        maps.point(900, 5, 0),
        maps.point(901, 5, 0.1),
        maps.point(902, 6, 0),
        maps.point(903, 4, 0.1),
        maps.point(904, 5, -1),
    ]
    ways = [
        maps.way(300, [904, 900, 901, 31], {"highway": "tertiary"}),
        maps.way(301, [902, 900], {"highway": "tertiary"}),
        maps.way(302, [903, 901], {"highway": "tertiary"}),
    ]
    return maps.town(lines=[*side, *ways])


def test_a_planner_keeps_junctions_apart_or_makes_them_one(tmp_path: Path) -> None:
    apart = Edits(joins=(JoinEdit(nodes=(900, 901), join=False),))
    made, network = imported(tmp_path, near_junctions(), edits=apart)
    assert {"900", "901"} <= network.nodes.keys()
    (one,) = made.quality.by_rule["close_junctions"]
    assert one.edit == JoinEdit(nodes=(900, 901), why="close together")
    kept, after = imported(tmp_path, near_junctions(), edits=apart, fix=True)
    assert {"900", "901"} <= after.nodes.keys(), "no repair against the planner"
    assert kept.quality.fixed == ()
    _, joined = imported(tmp_path, near_junctions(), edits=Edits(joins=(JoinEdit(nodes=(900, 901)),)))
    assert "cluster_900_901" in joined.nodes


def test_junctions_without_room_between_them_become_one_and_are_told(tmp_path: Path) -> None:
    made, network = imported(tmp_path, near_junctions())
    assert "cluster_900_901" in network.nodes
    assert "close_junctions" not in made.quality.by_rule


def test_edits_that_a_new_map_does_not_know_are_errors(tmp_path: Path) -> None:
    edits = Edits(roads=(RoadEdit(way=999, lanes=2), RoadEdit(way=101, lanes=2)))
    made, network = imported(tmp_path, maps.town(), edits=edits)
    (one,) = made.quality.by_rule["edits_lost"]
    assert one.finding.message == "is named by an edit, but the map has no way 999"
    assert made.quality.edited == ("way 101: lanes 2",)
    assert lanes_of(network, 101) == {(2, 40)}


def test_edits_of_direction_and_closure_take_effect(tmp_path: Path) -> None:
    edits = Edits(roads=(RoadEdit(way=101, direction="backward"), RoadEdit(way=102, closed=True)))
    _, network = imported(tmp_path, maps.town(), edits=edits)
    origins = Origins(network)
    assert 102 not in origins.links_of
    assert all(link.id.startswith("-101") for link in origins.links_of[101])


def test_service_roads_are_an_option(tmp_path: Path) -> None:
    text = maps.town(ways={101: {"highway": "service"}})
    made, network = imported(tmp_path, text)
    assert made.left_out == {"service road": 1}
    assert 101 not in Origins(network).links_of
    assert 101 in Origins(imported(tmp_path, text, scope=Scope(service=True))[1]).links_of


def test_footways_are_an_option_that_leaves_the_roads_as_they_are(tmp_path: Path) -> None:
    walks = [
        maps.point(950, 1, 1.5, {"highway": "crossing", "crossing": "traffic_signals"}),
        maps.way(300, [950, 22], {"highway": "footway"}),
        maps.way(301, [11, 950, 12], {"highway": "primary"}),
        maps.way(302, [2, 21], {"highway": "footway"}),
    ]
    plain, network = imported(tmp_path, maps.town(lines=walks))
    wide, with_walks = imported(tmp_path, maps.town(lines=walks), scope=Scope(footways=True))
    assert plain.left_out == {"way for people on foot or bicycles": 2}
    assert 302 not in Origins(network).links_of
    (walk, *_) = Origins(with_walks).links_of[302]
    assert not walk.for_cars
    assert 302 not in Origins(with_walks.for_cars).links_of
    assert wide.quality.by_rule.keys() == plain.quality.by_rule.keys()
    assert [one.finding.place for one in wide.quality.by_rule["signals_lost"]] == ["950"], "a crosswalk is no junction"
    assert not with_walks.controllers


def test_a_map_without_public_roads_is_refused(tmp_path: Path) -> None:
    service = {one: {"highway": "service"} for one in (*range(100, 104), *range(200, 204))}
    with pytest.raises(NetworkError, match="no road is left to build"):
        imported(tmp_path, maps.town(ways=service))


def test_a_map_of_one_street_makes_no_network(tmp_path: Path) -> None:
    nodes = '<node id="1" lat="33.5" lon="36.301" version="1"/><node id="2" lat="33.5" lon="36.3" version="1"/>'
    way = '<way id="5" version="1"><nd ref="1"/><nd ref="2"/><tag k="highway" v="primary"/></way>'
    with pytest.raises(NetworkError, match=r"^the roads of the map make no network: .*choose a larger area"):
        imported(tmp_path, f'<osm version="0.6">{nodes}{way}</osm>')


def test_a_net_is_imported_as_it_is(tmp_path: Path) -> None:
    net = roads.avenue(tmp_path / "avenue")
    made, network = import_net(net, lambda _text: None)
    target = write_import(made, tmp_path / "out", "")
    assert read_network(target).links == network.links
    assert read_plans(target) == read_plans(net)
    assert made.origin.licence == "unknown"
    assert all(one.degrees is None and not one.map_link for one in made.quality.issues)
