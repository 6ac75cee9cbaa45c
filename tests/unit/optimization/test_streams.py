"""Streams of one intersection: how flows share lanes, and what phases release."""

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from congestion_lab.core.geometry import Turn
from congestion_lab.optimization.space.space import Ring, decision_space, greens_s, timed
from congestion_lab.optimization.space.splits import (
    equal_saturation,
    least_delay,
    total_delay_s,
    webster_cycle_s,
)
from congestion_lab.signals.intersection import Intersection, SignalHead
from congestion_lab.signals.performance.streams import Streams, critical_ratios, lane_loads, levelled, streams
from congestion_lab.signals.plan import Aspect, Control, Interval, PlanSet, SignalGroup, SignalPlan

G, P, Y, R = Aspect.GREEN, Aspect.PERMITTED, Aspect.YELLOW, Aspect.RED


def head(index: int, start: str, lane: int, end: str, turn: Turn = Turn.STRAIGHT) -> SignalHead:
    return SignalHead(index, start, lane, end, turn, 13.9, 20.0)


def ring(rows: list[tuple[float, tuple[Aspect, ...]]]) -> Ring:
    intervals = tuple(Interval(duration, aspects) for duration, aspects in rows)
    groups = tuple(SignalGroup(str(index), (index,)) for index in range(len(rows[0][1])))
    plan = SignalPlan("c", "0", Control.FIXED, 0.0, groups, intervals)
    return decision_space(PlanSet((plan,)), cycle_bounds_s=(40, 140)).rings[0]


TWO_PHASES = ring([(40, (G, R)), (3, (Y, R)), (40, (R, G)), (3, (R, Y))])
CROSSING = Intersection("c", "c", "", (head(0, "w", 0, "e"), head(1, "s", 0, "n")), frozenset({(0, 1)}), frozenset())


def loaded(west_vph: float, south_vph: float) -> Streams:
    return streams(TWO_PHASES.plan, CROSSING, {("w", "e"): west_vph, ("s", "n"): south_vph})


def test_lanes_come_level() -> None:
    heads = [head(0, "w", 0, "e"), head(1, "w", 1, "e"), head(2, "w", 1, "n", Turn.LEFT)]
    assert lane_loads(heads, {("w", "e"): 900, ("w", "n"): 300}) == [600, 300, 300]


def test_a_movement_avoids_a_lane_that_is_full_already() -> None:
    heads = [head(0, "w", 0, "e"), head(1, "w", 1, "e"), head(2, "w", 1, "n", Turn.LEFT)]
    assert lane_loads(heads, {("w", "e"): 100, ("w", "n"): 300}) == [100, 0, 300]


def test_flow_is_conserved() -> None:
    heads = [head(0, "w", lane, "e") for lane in range(3)] + [head(1, "w", 2, "n", Turn.LEFT), head(2, "w", 0, "s")]
    flows = {("w", "e"): 1000.0, ("w", "n"): 250.0, ("w", "s"): 80.0}
    assert sum(lane_loads(heads, flows)) == pytest.approx(1330)


def test_lanes_are_levelled_in_proportion_to_what_they_discharge() -> None:
    assert levelled(900, [0, 0], [200, 400]) == [300, 600]
    assert levelled(900, [0, 0], [0, 400]) == [0, 900]
    assert levelled(900, [0, 0], [0, 0]) == [450, 450]


_VPH = st.one_of(st.just(0.0), st.floats(0.01, 3000.0))


@given(flow=_VPH, lanes=st.lists(st.tuples(_VPH, _VPH), min_size=1, max_size=5))
def test_a_flow_is_kept_and_none_leaves_no_trace(flow: float, lanes: list[tuple[float, float]]) -> None:
    loads = levelled(flow, *zip(*lanes, strict=True))
    assert min(loads) >= 0.0
    assert sum(loads) == pytest.approx(flow)
    assert flow > 0 or not any(loads)


def test_a_lane_that_is_just_as_full_as_the_others_become_gets_no_trace() -> None:
    assert levelled(153.9, [137.7, 0.0], [1530.0, 1710.0]) == [0.0, 153.9]


def test_critical_ratios_are_flow_ratios_and_give_websters_cycle() -> None:
    found = loaded(540, 360)
    assert critical_ratios(found) == pytest.approx([0.3, 0.2])
    assert webster_cycle_s(TWO_PHASES, found) == pytest.approx((1.5 * 6 + 5) / 0.5)


def test_an_overlap_needs_the_sum_of_its_phases() -> None:
    overlapping = ring([(20, (G, G, R)), (20, (G, R, G)), (3, (Y, R, Y)), (20, (R, G, R)), (3, (R, Y, R))])
    heads = (head(0, "w", 0, "e"), head(1, "s", 0, "n"), head(2, "e", 0, "s"))
    site = Intersection("c", "c", "", heads, frozenset(), frozenset())
    found = critical_ratios(streams(overlapping.plan, site, {("w", "e"): 900, ("s", "n"): 180, ("e", "s"): 360}))
    assert found[0] + found[1] >= 0.5 - 1e-9
    assert found.sum() == pytest.approx(0.5)


def test_an_oversaturated_intersection_still_gets_a_cycle() -> None:
    assert 0 < webster_cycle_s(TWO_PHASES, loaded(1700, 1700)) < 1000


def test_an_empty_intersection_gets_a_plan() -> None:
    empty = loaded(0, 0)
    plan = timed(TWO_PHASES, 60.0, equal_saturation(empty), 0.0)
    assert plan.cycle_s == 60
    assert least_delay(TWO_PHASES, empty, 60.0, hours=1.0)


def test_equal_saturation_shares_greens_by_flow_ratio() -> None:
    plan = timed(TWO_PHASES, 86.0, equal_saturation(loaded(900, 300)), 0.0)
    assert greens_s(TWO_PHASES, plan) == [60, 20]


@pytest.mark.parametrize(("west", "south"), [(600.0, 600.0), (900.0, 300.0), (1200.0, 100.0)])
def test_least_delay_is_the_least_over_all_splits(west: float, south: float) -> None:
    import numpy as np  # noqa: PLC0415 -- only here

    found = loaded(west, south)
    best = least_delay(TWO_PHASES, found, 86.0, hours=1.0)
    splits = np.array([(green, 80.0 - green) for green in range(5, 76)])
    assert sum(best) == 80
    least = total_delay_s(found, splits, 86.0, hours=1.0).min()
    assert total_delay_s(found, np.array([best]), 86.0, hours=1.0)[0] == pytest.approx(least)


def test_hcm_delay_matches_the_formula_by_hand() -> None:
    """g = 40, C = 86, q = 540: X = 0.645, d1 = 17.6, d2 = 900 ((X-1) + sqrt((X-1)^2 + 4X/(cT)))."""
    import numpy as np  # noqa: PLC0415 -- only here

    share, capacity = 40 / 86, 1800 * 40 / 86
    ratio = 540 / capacity
    uniform = 0.5 * 86 * (1 - share) ** 2 / (1 - ratio * share)
    incremental = 900 * ((ratio - 1) + ((ratio - 1) ** 2 + 8 * 0.5 * ratio / capacity) ** 0.5)
    found = total_delay_s(loaded(540, 0), np.array([[40.0, 40.0]]), 86.0, hours=1.0)[0]
    assert found / 540 == pytest.approx(uniform + incremental)


def test_permitted_green_releases_less_the_more_must_be_given_way_to() -> None:
    permitted = ring([(40, (P, G, R)), (3, (Y, Y, R)), (40, (R, R, G)), (3, (R, R, Y))])
    heads = (head(0, "w", 0, "n", Turn.LEFT), head(1, "e", 0, "w"), head(2, "s", 0, "n"))
    site = Intersection("c", "c", "", heads, frozenset({(0, 1)}), frozenset({(0, 1)}))
    shares = [
        streams(permitted.plan, site, {("w", "n"): 100, ("e", "w"): opposing}).served[0, 0]
        for opposing in (0, 300, 900, 1800)
    ]
    assert shares[0] == 1
    assert all(more > less for more, less in itertools.pairwise(shares))
    assert shares[-1] >= 0.1
