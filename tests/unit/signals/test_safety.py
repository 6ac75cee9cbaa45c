from dataclasses import replace

import pytest

from congestion_lab.core.errors import SignalPlanError
from congestion_lab.core.geometry import Turn
from congestion_lab.signals.intersection import Intersection, SignalHead
from congestion_lab.signals.plan import Aspect, Control, Interval, PlanSet, SignalGroup, SignalPlan
from congestion_lab.signals.safety.conflicts import group_conflicts, intergreen_s
from congestion_lab.signals.safety.repair import repaired
from congestion_lab.signals.safety.rules import check, check_plan

_LETTERS = {"G": Aspect.GREEN, "g": Aspect.PERMITTED, "y": Aspect.YELLOW, "r": Aspect.RED, "s": Aspect.STOP_THEN_GO}


def _head(index: int, turn: Turn | None) -> SignalHead:
    link = "" if turn is None else f"in{index}"
    return SignalHead(
        index, link, 0, "" if turn is None else f"out{index}", turn, 13.89, 10.7 if turn is None else 20.0
    )


# 0 main street, 1 left turn against it, 2 side street, 3 crossing of the side street's exit
SITE = Intersection(
    controller_id="c",
    name="c",
    name_ar="",
    heads=(_head(0, Turn.STRAIGHT), _head(1, Turn.LEFT), _head(2, Turn.STRAIGHT), _head(3, None)),
    conflicts=frozenset({(0, 1), (0, 2), (1, 2), (2, 3)}),
    yields=frozenset({(1, 0), (1, 2), (2, 0)}),
)
SAFE = ((20, "GgrG"), (7, "Ggrr"), (4, "yyrr"), (3, "rrrr"), (20, "rrGr"), (4, "rryr"), (2, "rrrr"))


def _plan(*intervals: tuple[float, str], groups: tuple[SignalGroup, ...] | None = None) -> SignalPlan:
    groups = groups or tuple(SignalGroup(str(head), (head,)) for head in range(len(intervals[0][1])))
    ring = tuple(Interval(length, tuple(_LETTERS[letter] for letter in state)) for length, state in intervals)
    return SignalPlan("c", "p", Control.FIXED, 0.0, groups, ring)


def _changed(number: int, length: float | None = None, state: str | None = None) -> SignalPlan:
    ring = list(SAFE)
    ring[number] = (length or ring[number][0], state or ring[number][1])
    return _plan(*ring)


def test_a_safe_plan_has_no_breach() -> None:
    assert check_plan(_plan(*SAFE), SITE) == ()


def test_what_befalls_several_greens_of_a_group_is_told_once_with_the_worst() -> None:
    twice = [(20, "GgrG"), (3.2, "yyrr"), (3, "rrrr"), (4.5, "GrrG"), (3, "yrrr"), (3, "rrrr")]
    found = {(one.rule, one.groups): one for one in check_plan(_plan(*twice, *SAFE[4:]), SITE)}
    yellow, green = found["yellow-too-short", ("0",)], found["minimum-green", ("0",)]
    assert (yellow.times, yellow.interval) == (2, 4)
    assert yellow.message == "group 0 has 3 s of yellow; its speed needs 3.3 s (the worst of 2 such greens)"
    assert (green.times, green.message) == (1, "group 0 is green for 4.5 s; at least 5 s are needed")


def test_a_group_is_told_both_of_a_dangerous_yellow_and_of_one_short_of_the_guideline() -> None:
    twice = [(20, "GgrG"), (3, "yyrr"), (3, "rrrr"), (20, "GrrG"), (2, "yrrr"), (3, "rrrr")]
    found = [one for one in check_plan(_plan(*twice, *SAFE[4:]), SITE) if one.groups == ("0",)]
    assert [(one.severity, one.times) for one in found if one.rule == "yellow-too-short"] == [
        ("warning", 1),
        ("error", 1),
    ]


@pytest.mark.parametrize(
    ("plan", "rule", "groups", "interval", "severity"),
    [
        (_changed(0, state="GGrG"), "conflicting-greens", ("0", "1"), 0, "error"),
        (_changed(0, state="gGrG"), "green-must-yield", ("1", "0"), 0, "error"),
        (_changed(2, 2.0), "yellow-too-short", ("0",), 2, "error"),
        (_changed(2, 3.0), "yellow-too-short", ("0",), 2, "warning"),
        (_changed(2, 7.0), "yellow-too-long", ("0",), 2, "warning"),
        (_changed(2, state="yrrr"), "yellow-missing", ("1",), 2, "error"),
        (_changed(3, 1.0), "intergreen", ("1", "2"), 4, "warning"),
        (_changed(1, 1.0), "pedestrian-clearance", ("3", "2"), 4, "error"),
        (_changed(0, 5.0), "minimum-green", ("3",), 0, "warning"),
        (_changed(4, 4.0), "minimum-green", ("2",), 4, "warning"),
        (_changed(0, 150.0), "cycle-bounds", (), None, "warning"),
        (_plan((40, "Ggrr")), "never-green", ("2",), None, "error"),
        (_changed(4, state="rrgG"), "straight-across", ("2", "3"), 4, "error"),
        (_changed(0, state="GggG"), "straight-across", ("0", "2"), 0, "error"),
        (_changed(0, state="gggr"), "straight-across", ("0", "2"), 0, "error"),
    ],
)
def test_every_rule_finds_its_breach(
    plan: SignalPlan, rule: str, groups: tuple[str, ...], interval: int | None, severity: str
) -> None:
    found = {(breach.rule, breach.groups, breach.interval, breach.severity) for breach in check_plan(plan, SITE)}
    assert (rule, groups, interval, severity) in found


def test_all_heads_permitted_at_once_is_no_way_around_the_rules() -> None:
    found = {(breach.rule, breach.groups) for breach in check_plan(_plan((60, "gggg")), SITE)}
    assert found == {("straight-across", ("0", "2")), ("straight-across", ("2", "3"))}


def test_lanes_that_run_side_by_side_or_into_one_street_may_go_together() -> None:
    beside = replace(SITE.heads[0], index=2, to_link="out2")
    joining = replace(SITE.heads[0], index=2, from_link="in2")
    for head in (beside, joining):
        site = replace(SITE, heads=(*SITE.heads[:2], head, SITE.heads[3]), conflicts=frozenset({(0, 1), (0, 2)}))
        assert "straight-across" not in {breach.rule for breach in check_plan(_plan((60, "Gggg")), site)}


def test_a_green_below_the_minimum_that_the_plan_states_is_told_and_mended() -> None:
    sound = _plan(*SAFE)
    ring = (replace(sound.intervals[0], min_s=30.0), *sound.intervals[1:])
    plan = replace(sound, intervals=ring)
    assert [(b.rule, b.groups, b.interval) for b in check_plan(plan, SITE)] == [("stated-minimum", ("0", "1", "3"), 0)]
    mended = repaired(plan, SITE)
    assert check_plan(mended, SITE) == ()
    assert sum(each.duration_s for each in mended.intervals if each.aspects[0].is_green) >= 30
    assert check_plan(replace(plan, control=Control.ACTUATED), SITE) == ()
    never_varied = replace(plan, intervals=(replace(ring[0], max_s=30.0), *ring[1:]))
    assert check_plan(never_varied, SITE) == ()


def test_repair_never_lets_straight_traffic_cross_straight_traffic_that_yields() -> None:
    ring = ((30, "GGGr"), (4, "yyyr"), (20, "rrGr"), (4, "rryr"), (20, "Grrr"), (4, "yrrr"), (20, "rrrG"), (4, "rrrr"))
    mended = repaired(_plan(*ring), SITE)
    assert check_plan(mended, SITE) == ()
    columns = {head: group for group in range(len(mended.groups)) for head in mended.groups[group].heads}
    assert not any(i.aspects[columns[0]].is_green and i.aspects[columns[2]].is_green for i in mended.intervals)


def test_heads_and_controllers_that_do_not_fit() -> None:
    short = _plan((20, "Gr"), (4, "yr"), groups=(SignalGroup("0", (0,)), SignalGroup("1", (1,))))
    assert [b.rule for b in check_plan(short, SITE)].count("head-without-group") == 2
    strange = replace(_plan(*SAFE), controller_id="x")
    assert [b.rule for b in check(PlanSet((strange,)), (SITE,))] == ["plan-missing", "intersection-unknown"]


def test_gaps_between_groups() -> None:
    plan = _plan(*SAFE)
    assert group_conflicts(plan, SITE) == {(0, 1), (0, 2), (1, 2), (2, 3)}
    assert intergreen_s(plan, 0, 2) == 7
    assert intergreen_s(plan, 2, 0) == 6
    assert intergreen_s(plan, 3, 2) == 14
    assert intergreen_s(plan, 3, 0) is None
    assert intergreen_s(plan, 0, 0) is None


def test_the_clearance_before_a_permitted_green_counts_and_before_a_protected_one_after_it() -> None:
    plan = _plan(
        (20, "Ggrr"), (4, "ygrr"), (10, "rGrr"), (4, "ryrr"), (2, "rrrr"), (20, "rrGr"), (4, "rryr"), (2, "rrrr")
    )
    assert [b.groups for b in check_plan(plan, SITE) if b.rule == "intergreen"] == [("0", "1"), ("1", "2")]


@pytest.mark.parametrize(
    "ring",
    [
        ((30, "GGrG"), (30, "rrGr")),
        ((30, "GgrG"), (3, "yyrr"), (3, "rrGr"), (3, "rryr")),
        ((10, "GgrG"), (3, "ygrr"), (5, "rGrr"), (3, "ryrr"), (60, "rrGr"), (3, "rryr")),
        ((5, "Grrr"), (5, "rGrr"), (5, "rrGr"), (5, "rrrG")),
    ],
)
def test_a_repaired_plan_is_legal_and_stays_as_it_is(ring: tuple[tuple[float, str], ...]) -> None:
    plan = _plan(*ring)
    assert check_plan(plan, SITE)
    mended = repaired(plan, SITE)
    assert check_plan(mended, SITE) == ()
    assert repaired(mended, SITE) == mended
    assert all(interval.duration_s == int(interval.duration_s) for interval in mended.intervals)


def test_repair_keeps_the_cycle_where_it_can_and_a_sound_plan_untouched() -> None:
    assert repaired(_plan((50, "GGrG"), (40, "rrGr")), SITE).cycle_s == 90
    sound = _plan(*SAFE)
    assert repaired(sound, SITE) is sound


def test_a_head_that_people_and_drivers_share_ends_with_yellow() -> None:
    shared = replace(SITE, heads=(*SITE.heads, replace(_head(0, None), path_length_m=20.0)))
    mended = repaired(_plan((40, "GgrG"), (40, "rrGr")), shared)
    assert not [breach for breach in check_plan(mended, shared) if breach.severity == "error"]
    assert [each.aspects[0].value for each in mended.intervals[:3]] == ["green", "green", "yellow"]


def test_what_cannot_be_repaired_is_said() -> None:
    with pytest.raises(SignalPlanError, match="group 3 never gets green"):
        repaired(_plan((40, "Ggrr"), (40, "rrGr"), (5, "rrrs")), SITE)  # a stage in which nobody has green is none
    with pytest.raises(SignalPlanError, match="never gets green"):
        repaired(_plan((40, "Ggrr")), SITE)
    no_priority = replace(SITE, yields=frozenset())
    with pytest.raises(SignalPlanError, match="green only together"):
        repaired(_plan((40, "GGrG"), (4, "yyrr"), (40, "rrGr"), (4, "rryr")), no_priority)


def _by_traffic(shortest_s: float, longest_s: float) -> SignalPlan:
    """The safe plan with its first and side-street greens left to traffic."""
    plan = _plan(*SAFE)
    ring = [
        replace(each, min_s=shortest_s, max_s=longest_s) if number in (0, 4) else each
        for number, each in enumerate(plan.intervals)
    ]
    return replace(plan, control=Control.ACTUATED, intervals=tuple(ring))


def test_a_plan_that_traffic_times_is_judged_at_its_shortest_greens() -> None:
    """The first green serves people on foot, who need 7 s; nobody sees from its usual 20 s that it may end after 5."""
    assert check_plan(_by_traffic(7.0, 60.0), SITE) == ()
    (breach,) = check_plan(_by_traffic(5.0, 60.0), SITE)
    assert (breach.rule, breach.groups) == ("minimum-green", ("3",))


def test_a_plan_that_traffic_times_has_its_longest_cycle_within_bounds() -> None:
    (breach,) = check_plan(_by_traffic(7.0, 90.0), SITE)
    assert (breach.rule, "200 s" in breach.message) == ("cycle-bounds", True)


def test_repair_of_a_plan_that_traffic_times_raises_its_shortest_greens() -> None:
    mended = repaired(_by_traffic(3.0, 60.0), SITE)
    assert check_plan(mended, SITE) == ()
    assert mended.control is Control.ACTUATED
    assert mended.cycle_s >= _plan(*SAFE).cycle_s
    assert min(each.min_s for each in mended.intervals if each.min_s is not None and each.max_s == 60) >= 5
