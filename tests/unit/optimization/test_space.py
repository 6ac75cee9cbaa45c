"""The decision space: its coordinates, its bounds, and what it refuses."""

import pytest

from congestion_lab.core.errors import SignalPlanError
from congestion_lab.optimization.space.space import DecisionSpace, decision_space, greens_s, whole_greens_s
from congestion_lab.signals.plan import Aspect, Control, Interval, PlanSet, SignalGroup, SignalPlan

G, Y, R = Aspect.GREEN, Aspect.YELLOW, Aspect.RED


def plan(controller: str, first_s: float = 30.0, second_s: float = 24.0, offset_s: float = 0.0) -> SignalPlan:
    rows = ((first_s, (G, R)), (3.0, (Y, R)), (second_s, (R, G)), (3.0, (R, Y)))
    intervals = tuple(Interval(duration, aspects) for duration, aspects in rows)
    groups = (SignalGroup("a", (0,)), SignalGroup("b", (1,)))
    return SignalPlan(controller, "0", Control.FIXED, offset_s, groups, intervals)


def space(
    *plans: SignalPlan,
    chosen: list[str] | None = None,
    bounds: tuple[int, int] = (50, 140),
    controls: tuple[Control, ...] = (Control.FIXED,),
) -> DecisionSpace:
    return decision_space(PlanSet(plans), chosen, cycle_bounds_s=bounds, controls=controls)


def test_coordinates_are_named() -> None:
    assert space(plan("a"), plan("b")).names == ("cycle", "a.split.1", "b.offset", "b.split.1")


def test_the_first_offset_is_searched_where_others_stay_as_they_are() -> None:
    assert space(plan("a"), plan("b"), chosen=["b"]).names == ("cycle", "b.offset", "b.split.1")


def test_the_cube_spans_the_cycle_bounds_in_equal_ratios() -> None:
    wide = space(plan("a"), bounds=(40, 160))
    assert [wide.common_cycle_s((at,)) for at in (0.0, 0.5, 1.0)] == [40, 80, 160]


def test_the_middle_of_the_cube_has_equal_greens() -> None:
    (decoded,) = space(plan("a"), bounds=(66, 66)).decode((0.0, 0.5))
    assert [interval.duration_s for interval in decoded.intervals] == [30, 3, 30, 3]


def test_greens_follow_their_ratio_down_to_the_shortest() -> None:
    """At the border the ratio would be 70 : 1; the shortest green is 5 s."""
    (decoded,) = space(plan("a"), bounds=(66, 66)).decode((0.0, 0.0))
    assert [interval.duration_s for interval in decoded.intervals] == [55, 3, 5, 3]


def test_offsets_run_twice_through_the_cycle() -> None:
    wide = space(plan("a"), plan("b"), bounds=(80, 80))
    offsets = [wide.decode((0.0, 0.5, at, 0.5)).plan_of("b").offset_s for at in (0.0, 0.125, 0.5, 0.625, 1.0)]
    assert offsets == [0, 20, 0, 20, 0]


def test_half_and_double_cycles_stay_half_and_double() -> None:
    wide = space(plan("a", 24, 90), plan("b", 24, 90), plan("c", 24, 30), plan("d", 84, 150))
    assert [ring.factor for ring in wide.rings] == [1, 1, 0.5, 2]
    cycles = [one.cycle_s for one in wide.decode([0.5] * wide.dimension)]
    assert cycles == [84, 84, 42, 168]


def test_a_cycle_too_short_for_the_shortest_greens_doubles() -> None:
    many = 8
    rows = []
    for phase in range(many):
        rows.append(Interval(20.0, tuple(G if group == phase else R for group in range(many))))
        rows.append(Interval(4.0, tuple(Y if group == phase else R for group in range(many))))
    groups = tuple(SignalGroup(str(group), (group,)) for group in range(many))
    big = SignalPlan("b", "0", Control.FIXED, 0.0, groups, tuple(rows))
    wide = space(plan("a", 93, 93), big, bounds=(60, 60))
    assert [one.cycle_s for one in wide.decode([0.5] * wide.dimension)] == [60, 120]


def test_a_point_of_another_dimension_is_refused() -> None:
    with pytest.raises(ValueError, match="2 coordinates, not 3"):
        space(plan("a")).decode((0.1, 0.2, 0.3))


def test_points_beyond_the_cube_are_moved_to_its_border() -> None:
    wide = space(plan("a"))
    assert wide.decode((-1.0, 7.0)) == wide.decode((0.0, 1.0))


def test_all_faults_are_told_at_once() -> None:
    with pytest.raises(SignalPlanError) as caught:
        space(plan("a"), chosen=["x", "y"], bounds=(90, 60))
    assert [fault.key for fault in caught.value.faults] == ["signals", "signals", "cycle"]
    assert "the network has a" in caught.value.faults[0].hint


def test_an_intersection_with_one_phase_has_nothing_to_search() -> None:
    single = SignalPlan("s", "0", Control.FIXED, 0.0, (SignalGroup("a", (0,)),), (Interval(60.0, (G,)),))
    wide = space(plan("a"), single)
    assert [ring.plan.controller_id for ring in wide.rings] == ["a"]
    assert wide.decode([0.9] * wide.dimension).plan_of("s") is single
    with pytest.raises(SignalPlanError, match="none of the chosen intersections has two phases"):
        space(plan("a"), single, chosen=["s"])


def test_present_plans_are_a_point() -> None:
    wide = space(plan("a", 30, 24, 7), plan("b", 18, 36, 41))
    assert wide.decode(wide.encode(wide.present)) == wide.present


def test_responsive_plans_become_fixed_ones() -> None:
    rows = plan("a").intervals
    groups = plan("a").groups
    (decoded,) = space(SignalPlan("a", "0", Control.ACTUATED, 0.0, groups, rows)).decode((0.5, 0.5))
    assert decoded.control is Control.FIXED


@pytest.mark.parametrize(
    ("total_s", "weights", "least_s", "expected"),
    [
        (60, (1, 1), (5, 5), (30, 30)),
        (60, (3, 1), (5, 5), (45, 15)),
        (60, (100, 1), (5, 5), (55, 5)),
        (61, (1, 1), (5, 5), (31, 30)),
        (60, (100, 1, 1), (5, 5, 20), (35, 5, 20)),
        (60.5, (1, 3), (5, 5), (15, 45.5)),
        (10, (1, 9), (5, 5), (5, 5)),
    ],
)
def test_whole_greens_by_hand(
    total_s: float, weights: tuple[float, ...], least_s: tuple[int, ...], expected: tuple[float, ...]
) -> None:
    assert whole_greens_s(total_s, weights, least_s) == expected


def test_greens_of_a_plan_cut_short_are_still_found() -> None:
    wide = space(plan("a"), bounds=(66, 66))
    (ring,) = wide.rings
    assert greens_s(ring, wide.decode((0.0, 1.0)).plan_of("a")) == [5, 55]


ACTUATED_NAMES = ("longest", "shortest.0", "shortest.1", "gap")


def test_an_actuated_intersection_has_no_offset_but_bounds_and_a_gap() -> None:
    wide = space(plan("a"), plan("b"), controls=(Control.ACTUATED,))
    own = [f"{controller}.{name}" for controller in "ab" for name in ("split.1", *ACTUATED_NAMES)]
    assert wide.names == ("cycle", *own)
    assert wide.blocks == (slice(1, 6), slice(6, 11))


def test_actuated_bounds_by_hand() -> None:
    """66 s with equal longest greens; shortest greens half way, in ratios, from 5 to 30 s; sqrt(6) s of gap."""
    wide = space(plan("a"), bounds=(66, 132), controls=(Control.ACTUATED,))
    (decoded,) = wide.decode((0.0, 0.5, 0.0, 0.5, 0.0, 0.5))
    assert decoded.control is Control.ACTUATED
    bounds = [(each.min_s, each.duration_s, each.max_s) for each in decoded.intervals]
    assert bounds == [(12, 30, 30), (None, 3, None), (5, 30, 30), (None, 3, None)]
    assert decoded.parameters == (("max-gap", "2.4"),)


def test_a_choice_of_control_halves_the_unit() -> None:
    wide = space(plan("a"), controls=(Control.FIXED, Control.ACTUATED))
    assert wide.names == ("cycle", "a.control", "a.split.1", *(f"a.{name}" for name in ACTUATED_NAMES))
    assert wide.choices == (0, 2, 0, 0, 0, 0, 0)
    controls = [wide.decode((0.5, at, *[0.5] * 5)).plan_of("a").control for at in (0.0, 0.49, 0.5, 1.0)]
    assert controls == [Control.FIXED, Control.FIXED, Control.ACTUATED, Control.ACTUATED]


def test_a_fixed_plan_seen_as_an_actuated_one_keeps_its_greens_as_the_longest() -> None:
    wide = space(plan("a", 40, 20), controls=(Control.ACTUATED,))
    (decoded,) = wide.decode(wide.encode(wide.present))
    assert [each.max_s for each in decoded.intervals if each.max_s] == [40, 20]
    assert [each.min_s for each in decoded.intervals if each.min_s] == [5, 5]


def test_plans_with_other_phases_are_no_point() -> None:
    (foreign,) = space(plan("a")).decode((0.5, 0.5))
    swapped = SignalPlan("a", "0", Control.FIXED, 0.0, foreign.groups[::-1], foreign.intervals)
    with pytest.raises(SignalPlanError, match="phases that the search does not know"):
        space(plan("a")).encode(PlanSet((swapped,)))
