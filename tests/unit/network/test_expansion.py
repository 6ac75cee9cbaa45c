import datetime as dt
import itertools
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from congestion_lab.core.geometry import polyline_length_m
from congestion_lab.network.roadmodel.expansion import road_plan
from congestion_lab.network.roadmodel.lanepaths import dealt
from congestion_lab.network.roadmodel.roadplan import Control, PlanLink, PlanNode, RoadPlan
from congestion_lab.network.roadmodel.roadtables import RoadTables
from congestion_lab.network.roadmodel.roundabouts import spread


@pytest.fixture
def links(toy_plan: RoadPlan) -> dict[str, PlanLink]:
    return {link.id: link for link in toy_plan.links}


@pytest.fixture
def nodes(toy_plan: RoadPlan) -> dict[str, PlanNode]:
    return {node.id: node for node in toy_plan.nodes}


def exits(plan: RoadPlan, link_id: str) -> set[str]:
    return {path.to_link for path in plan.paths if path.from_link == link_id}


def lanes_into(plan: RoadPlan, from_link: str, to_link: str) -> list[tuple[int, int]]:
    return [
        (path.from_lane, path.to_lane) for path in plan.paths if (path.from_link, path.to_link) == (from_link, to_link)
    ]


def test_carriageways_of_a_dual_street_lie_a_median_apart(links: dict[str, PlanLink]) -> None:
    there, back = links["west-opening"].shape, links["opening-west"].shape
    assert there[0][1] < back[-1][1], "traffic keeps to the right"
    assert math.dist(there[0], back[-1]) == pytest.approx(5.0, abs=0.1)


def test_signal_approach_gets_a_left_turn_lane_cut_into_the_median(links: dict[str, PlanLink]) -> None:
    pocket = links["opening-cross.turn"]
    assert (pocket.lanes, pocket.pockets) == (4, 1)
    assert polyline_length_m(pocket.shape) == pytest.approx(60, abs=1)
    assert links["opening-cross"].lanes == 3


def test_left_turn_lane_leads_left_only(toy_plan: RoadPlan) -> None:
    assert lanes_into(toy_plan, "opening-cross.turn", "cross-north") == [(3, 1)]
    assert lanes_into(toy_plan, "opening-cross.turn", "cross-ring") == [(0, 0), (1, 1), (2, 2)]
    assert lanes_into(toy_plan, "opening-cross.turn", "cross-south") == [(0, 0)]


def test_nobody_turns_back_at_a_signal(toy_plan: RoadPlan) -> None:
    assert "cross-opening" not in exits(toy_plan, "opening-cross.turn")


def test_u_turn_opening_lets_turn_back_from_its_own_lane(toy_plan: RoadPlan) -> None:
    assert lanes_into(toy_plan, "west-opening.turn", "opening-west") == [(3, 2)]
    assert exits(toy_plan, "west-opening.turn") == {"opening-west", "opening-cross"}


def test_one_way_change_applies_from_its_day_on(toy_tables: RoadTables) -> None:
    before = {link.id for link in road_plan(toy_tables, dt.date(2025, 8, 9)).links}
    after = {link.id for link in road_plan(toy_tables, dt.date(2025, 8, 10)).links}
    assert "cross-north" in before
    assert "cross-north" not in after


def test_roundabout_is_driven_left_about_its_centre(toy_plan: RoadPlan, links: dict[str, PlanLink]) -> None:
    (ring,) = toy_plan.roundabouts
    assert len(ring.nodes) == len(ring.links) == 4 - 1
    points = [links[link_id].shape[0] for link_id in ring.links]
    area = sum(a[0] * b[1] - b[0] * a[1] for a, b in itertools.pairwise([*points, points[0]]))
    assert area > 0
    length = sum(polyline_length_m(links[link_id].shape) for link_id in ring.links)
    assert length == pytest.approx(2 * math.pi * (40 - 3.75), rel=0.03)


def test_traffic_enters_a_roundabout_before_it_goes_anywhere_else(toy_plan: RoadPlan) -> None:
    (ring,) = toy_plan.roundabouts
    for arm in ("cross-ring", "bridge-ring", "ring_n-ring"):
        assert exits(toy_plan, arm) < set(ring.links)
    left = set().union(*(exits(toy_plan, link_id) for link_id in ring.links)) - set(ring.links)
    assert left == {"ring-cross", "ring-bridge", "ring-ring_n"}


def test_interchange_carries_the_through_street_over_without_a_junction(
    toy_plan: RoadPlan, links: dict[str, PlanLink], nodes: dict[str, PlanNode]
) -> None:
    over = links["bridge.road_s-bridge.road_n"]
    assert (over.level, over.lanes) == (1, 3)
    assert exits(toy_plan, "bridge.road_s.gore-bridge.road_s") == {over.id, "bridge.road_s-bridge.e"}
    assert "bridge" not in nodes
    assert [node.id for node in toy_plan.nodes if node.control is Control.SIGNAL and node.id.startswith("bridge")] == [
        "bridge.e",
        "bridge.w",
    ]


def test_ramps_have_lanes_of_their_own_to_slow_down_and_speed_up(
    toy_plan: RoadPlan, links: dict[str, PlanLink]
) -> None:
    assert links["bridge.road_s.gore-bridge.road_s"].lanes == 4
    assert lanes_into(toy_plan, "bridge.road_s.gore-bridge.road_s", "bridge.road_s-bridge.e") == [(0, 0)]
    assert lanes_into(toy_plan, "bridge.w-bridge.road_s", "bridge.road_s-bridge.road_s.gore") == [(0, 0)]
    assert lanes_into(toy_plan, "bridge.road_s-bridge.road_s.gore", "bridge-road_s") == [(1, 0), (2, 1), (3, 2)]


def test_both_directions_of_both_streets_meet_at_the_terminals(toy_plan: RoadPlan) -> None:
    assert {"bridge.e-bridge.w", "bridge.e-bridge.road_n"} <= exits(toy_plan, "east-bridge")


def test_dead_end_inside_lets_turn_back_and_a_gate_does_not(toy_plan: RoadPlan) -> None:
    assert exits(toy_plan, "ring-ring_n") == {"ring_n-ring"}
    assert exits(toy_plan, "opening-west") == set()


def test_no_lane_of_the_plan_is_left_without_a_way_on(toy_plan: RoadPlan, links: dict[str, PlanLink]) -> None:
    led = {(path.from_link, path.from_lane) for path in toy_plan.paths}
    outbound = {link.from_node for link in toy_plan.links}
    lost = {
        (link.id, lane)
        for link in toy_plan.links
        for lane in range(link.lanes)
        if (link.id, lane) not in led and link.to_node in outbound and exits(toy_plan, link.id)
    }
    assert lost == {("bridge.road_n-bridge.road_n.gore", 0), ("bridge.road_s-bridge.road_s.gore", 0)}


@given(st.integers(1, 6), st.integers(1, 8))
def test_dealing_uses_every_lane_and_every_place_in_order(lanes: int, places: int) -> None:
    pairs = dealt(lanes, places)
    assert {lane for lane, _ in pairs} == set(range(lanes))
    assert {place for _, place in pairs} == set(range(places))
    assert pairs == sorted(pairs)


@given(st.lists(st.floats(0, 6.28), min_size=2, max_size=8), st.floats(0.05, 0.6))
def test_arms_are_spread_and_keep_their_order(angles: list[float], least: float) -> None:
    moved = spread(sorted(angles), least)
    gap = min(least, 2 * math.pi / len(angles) * 0.95)
    laps = [*moved, moved[0] + 2 * math.pi]
    assert all(b - a >= gap - 0.02 for a, b in itertools.pairwise(laps))
