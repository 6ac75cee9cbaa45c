"""Capacity analysis of an intersection on cases that can be worked out by hand."""

import math
from dataclasses import replace

import pytest

from congestion_lab.core.geometry import Turn
from congestion_lab.metrics.analysing import Conditions, analysed
from congestion_lab.metrics.capacity import Analysis, LaneGroup
from congestion_lab.signals.intersection import Intersection, SignalHead
from congestion_lab.signals.plan import Aspect, Control, Interval, SignalGroup, SignalPlan

G, P, Y, R = Aspect.GREEN, Aspect.PERMITTED, Aspect.YELLOW, Aspect.RED


def _head(index: int, start: str, lane: int, end: str, turn: Turn = Turn.STRAIGHT) -> SignalHead:
    return SignalHead(index, start, lane, end, turn, 13.9, 20.0, f"Street {start}")


# west: left on a lane of its own, two lanes straight on of which one also turns right; south: one lane
SITE = Intersection(
    "c",
    "Crossing",
    "",
    (
        _head(0, "w", 2, "n", Turn.LEFT),
        _head(1, "w", 1, "e"),
        _head(1, "w", 0, "e"),
        _head(2, "w", 0, "s", Turn.RIGHT),
        _head(3, "s", 0, "n"),
    ),
    frozenset({(0, 3), (1, 3), (2, 3)}),
    frozenset(),
)


def _plan(*rows: tuple[float, tuple[Aspect, ...]]) -> SignalPlan:
    groups = tuple(SignalGroup(str(index), (index,)) for index in range(4))
    return SignalPlan("c", "p", Control.FIXED, 0.0, groups, tuple(Interval(*row) for row in rows))


PLAN = _plan((40, (G, G, G, R)), (5, (Y, Y, Y, R)), (40, (R, R, R, G)), (5, (R, R, R, Y)))
FLOWS = {("w", "n"): 200.0, ("w", "e"): 800.0, ("w", "s"): 100.0, ("s", "n"): 400.0}


def _south(found: Analysis) -> float:
    return found.approaches[0].delay_s


def test_volume_saturation_and_degree_of_each_lane_group() -> None:
    south, west = analysed(PLAN, SITE, FLOWS).approaches
    assert (south.from_link, west.from_link) == ("s", "w")
    (only,) = south.lane_groups
    assert only.saturation_vph == 1800.0
    assert only.capacity_vph == pytest.approx(1800 * 40 / 90)
    assert only.saturation == pytest.approx(400 / 800)
    assert only.green_s == pytest.approx(40)
    assert {group.lanes for group in west.lane_groups} == {(0,), (1,), (2,)}
    assert sum(group.volume_vph for group in west.lane_groups) == pytest.approx(1100)
    shared = next(group for group in west.lane_groups if group.lanes == (0,))
    assert shared.to_links == ("e", "s")
    right, ahead = 100 / (1800 * 0.85), 800 / 1800  # hours of a lane that they take together, half of it on each
    assert shared.volume_vph == pytest.approx(100 + ((right + ahead) / 2 - right) * 1800, abs=0.1)
    assert shared.saturation_vph == pytest.approx(shared.volume_vph / ((right + ahead) / 2), rel=1e-3)


def test_who_may_choose_a_lane_finds_no_lane_of_lower_saturation() -> None:
    _, west = analysed(PLAN, SITE, FLOWS).approaches
    one, other = (group for group in west.lane_groups if "e" in group.to_links)
    assert one.saturation == pytest.approx(other.saturation, rel=1e-3)


def test_nobody_goes_straight_from_a_lane_that_left_turns_block() -> None:
    heads = (_head(0, "w", 1, "n", Turn.LEFT), _head(1, "w", 1, "e"), _head(1, "w", 0, "e"), _head(3, "s", 0, "n"))
    site = replace(SITE, heads=heads, conflicts=frozenset({(0, 3), (1, 3)}))
    plan = _plan((20, (R, G, G, R)), (20, (G, R, R, R)), (40, (R, R, R, G)))
    _, west = analysed(plan, site, {("w", "n"): 100.0, ("w", "e"): 300.0}).approaches
    assert [(group.lanes, group.volume_vph) for group in west.lane_groups] == [((0,), 300.0), ((1,), 100.0)]


# west: left from lanes 2 and 3, straight on from 1 and 2, right from 0 and 1: who chooses moves who chose before
CHAIN = replace(
    SITE,
    heads=(
        *(_head(0, "w", lane, "n", Turn.LEFT) for lane in (2, 3)),
        *(_head(1, "w", lane, "e") for lane in (1, 2)),
        *(_head(2, "w", lane, "s", Turn.RIGHT) for lane in (0, 1)),
        _head(3, "s", 0, "n"),
    ),
)


def _by_lane(found: Analysis) -> dict[int, LaneGroup]:
    return {group.lanes[0]: group for group in found.approaches[-1].lane_groups}


def test_lanes_that_movements_share_in_a_row_come_level_as_far_as_anybody_may_choose() -> None:
    lanes = _by_lane(analysed(PLAN, CHAIN, {("w", "n"): 900.0, ("w", "e"): 300.0, ("w", "s"): 100.0}))
    assert sum(lane.volume_vph for lane in lanes.values()) == pytest.approx(1300)
    assert lanes[3].saturation == pytest.approx(lanes[2].saturation, rel=1e-3)
    assert lanes[2].saturation >= lanes[1].saturation - 1e-3
    assert lanes[1].volume_vph == pytest.approx(300, abs=0.1)  # nobody who goes straight on stays behind left turns
    even = _by_lane(analysed(PLAN, CHAIN, {("w", "n"): 500.0, ("w", "e"): 500.0, ("w", "s"): 500.0}))
    assert max(lane.saturation for lane in even.values()) == pytest.approx(
        min(lane.saturation for lane in even.values()), rel=1e-3
    )


def test_two_movements_that_block_one_another_part_and_leave_no_lane_empty() -> None:
    plan = _plan((20, (R, G, G, R)), (20, (G, R, R, R)), (40, (R, R, R, G)))
    lanes = _by_lane(analysed(plan, CHAIN, {("w", "n"): 900.0, ("w", "e"): 300.0, ("w", "s"): 100.0}))
    assert {lane: round(group.volume_vph, 2) for lane, group in lanes.items() if lane > 1} == {2: 450.0, 3: 450.0}
    assert all(group.saturation < math.inf for group in lanes.values())


def test_delay_of_one_lane_is_the_sum_of_the_formulas() -> None:
    (south, _) = analysed(PLAN, SITE, FLOWS).approaches
    (only,) = south.lane_groups
    uniform = 0.5 * 90 * (1 - 40 / 90) ** 2 / (1 - 0.5 * 40 / 90)
    random = 225 * (-0.5 + math.sqrt(0.25 + 4 * 0.5 / (800 * 0.25)))
    assert only.uniform_delay_s == pytest.approx(uniform)
    assert only.incremental_delay_s == pytest.approx(random)
    assert only.initial_queue_delay_s == 0.0
    assert only.delay_s == pytest.approx(uniform + random)
    assert only.los == "C"
    assert (only.progression_factor, only.arrivals_on_green) == (1.0, pytest.approx(40 / 90))
    assert only.queue_95_veh > only.queue_50_veh > 400 * 90 / 3600 * 50 / 90


def test_approach_and_intersection_are_means_by_volume() -> None:
    found = analysed(PLAN, SITE, FLOWS)
    west = found.approaches[1]
    total = sum(group.volume_vph * group.delay_s for group in west.lane_groups)
    assert west.delay_s == pytest.approx(total / 1100)
    assert found.volume_vph == pytest.approx(1500)
    assert found.delay_s == pytest.approx((total + 400 * found.approaches[0].delay_s) / 1500)
    assert sum(each.volume_vph for each in west.movements) == pytest.approx(1100)
    assert sum(each.volume_vph * each.delay_s for each in west.movements) == pytest.approx(total)


def test_the_critical_degree_of_saturation() -> None:
    found = analysed(PLAN, SITE, {("w", "e"): 900.0, ("s", "n"): 360.0})
    # critical flow ratios 450 / 1800 and 360 / 1800; cycle 90 s of which 10 s are lost
    assert found.critical_saturation == pytest.approx(0.45 * 90 / 80)
    assert found.lost_s == 10.0
    assert math.isnan(analysed(PLAN, SITE, {}).critical_saturation)


def test_beyond_capacity_the_level_is_f_whatever_the_delay() -> None:
    (south, _) = analysed(PLAN, SITE, {("s", "n"): 810.0}).approaches
    assert south.lane_groups[0].saturation > 1
    assert south.lane_groups[0].delay_s < 80
    assert south.lane_groups[0].los == south.movements[0].los == "F"


def test_progression_helps_and_hurts_by_its_factor() -> None:
    def south(share: float) -> float:
        (approach, _) = analysed(PLAN, SITE, FLOWS, Conditions(arrivals_on_green={("s", "n"): share})).approaches
        (only,) = approach.lane_groups
        assert only.arrivals_on_green == share
        assert (only.progression_factor < 1) == (share > 40 / 90)
        return only.delay_s

    assert south(0.9) < south(0.6) < _south(analysed(PLAN, SITE, FLOWS)) < south(0.2)


def test_a_queue_at_the_start_adds_its_delay() -> None:
    with_queue = analysed(PLAN, SITE, FLOWS, Conditions(initial_queues_veh={("s", "n"): 15.0}))
    (only,) = with_queue.approaches[0].lane_groups
    assert only.initial_queue_delay_s == pytest.approx(15 * (3600 * 15 / 800) / 2 / (400 * 0.25))
    assert _south(with_queue) > _south(analysed(PLAN, SITE, FLOWS))


def test_a_permitted_turn_has_what_gaps_let_through() -> None:
    yielding = replace(
        SITE,
        heads=(*SITE.heads, _head(4, "e", 0, "w")),
        conflicts=SITE.conflicts | {(0, 4)},
        yields=frozenset({(0, 4)}),
    )
    groups = tuple(SignalGroup(str(index), (index,)) for index in range(5))
    rows = ((40, (P, G, G, R, G)), (5, (Y, Y, Y, R, Y)), (40, (R, R, R, G, R)), (5, (R, R, R, Y, R)))
    plan = SignalPlan("c", "p", Control.FIXED, 0.0, groups, tuple(Interval(*row) for row in rows))

    def left(opposing: float) -> float:
        found = analysed(plan, yielding, FLOWS | {("e", "w"): opposing})
        west = next(each for each in found.approaches if each.from_link == "w")
        return next(group.capacity_vph for group in west.lane_groups if group.lanes == (2,))

    assert left(0.0) == pytest.approx(1800 * 0.95 * 40 / 90)
    assert left(0.0) > left(300.0) > left(600.0) > 0


def test_a_movement_that_never_gets_green_has_no_capacity() -> None:
    plan = _plan((40, (G, G, G, R)), (5, (Y, Y, Y, R)))
    (south, _) = analysed(plan, SITE, FLOWS).approaches
    assert south.lane_groups[0].saturation == math.inf
    assert south.los == "F"
