import pytest

from congestion_lab.signals.phases import clearance_s, clearances, phases
from congestion_lab.signals.plan import Aspect, Control, Interval, SignalGroup, SignalPlan
from congestion_lab.signals.retiming import RingTimer

_LETTERS = {"G": Aspect.GREEN, "g": Aspect.PERMITTED, "y": Aspect.YELLOW, "r": Aspect.RED, "s": Aspect.STOP_THEN_GO}


def _plan(*intervals: tuple[float, str], control: Control = Control.FIXED, **limits: float) -> SignalPlan:
    groups = tuple(SignalGroup(str(head), (head,)) for head in range(len(intervals[0][1])))
    ring = tuple(Interval(length, tuple(_LETTERS[letter] for letter in state), **limits) for length, state in intervals)
    return SignalPlan("c", "p", control, 0.0, groups, ring)


def test_a_plain_ring() -> None:
    plan = _plan((30, "Gr"), (3, "yr"), (2, "rr"), (20, "rG"), (3, "ry"), (2, "rr"))
    assert [(phase.intervals, phase.groups, phase.green_s) for phase in phases(plan)] == [
        ((0,), ("0",), 30),
        ((3,), ("1",), 20),
    ]
    assert [clearance.intervals for clearance in clearances(plan)] == [(1, 2), (4, 5)]
    assert clearance_s(plan) == 10


def test_neighbours_that_show_the_same_are_one_phase_around_the_end_too() -> None:
    plan = _plan((5, "Gr"), (3, "yr"), (9, "rG"), (1, "rG"), (3, "ry"), (4, "Gr"))
    assert [(phase.intervals, phase.green_s) for phase in phases(plan)] == [((5, 0), 9), ((2, 3), 10)]


def test_all_red_beside_an_overlap_is_clearing_but_an_overlap_alone_is_a_phase() -> None:
    plan = _plan((20, "GrG"), (3, "yrG"), (2, "rrG"), (20, "rGG"), (3, "ryy"), (7, "rrr"))
    assert [phase.intervals for phase in phases(plan)] == [(0,), (3,)]
    longer = _plan((20, "GrG"), (3, "yrG"), (12, "rrG"), (20, "rGG"), (3, "ryy"), (7, "rrr"))
    assert [(phase.intervals, phase.min_green_s) for phase in phases(longer)] == [((0,), 5), ((2,), 7), ((3,), 5)]


def test_all_red_beside_left_turns_that_become_protected_is_clearing() -> None:
    plan = _plan((20, "Ggr"), (3, "ygr"), (2, "rgr"), (8, "rGr"), (3, "ryr"), (20, "rrG"), (3, "rry"))
    assert [phase.intervals for phase in phases(plan)] == [(0,), (3,), (5,)]
    weaker = _plan((20, "GGr"), (3, "yGr"), (2, "rGr"), (8, "rgr"), (3, "ryr"), (20, "rrG"), (3, "rry"))
    assert [phase.intervals for phase in phases(weaker)] == [(0,), (2,), (3,), (5,)]


def test_a_group_that_is_always_green_decides_nothing() -> None:
    assert [phase.intervals for phase in phases(_plan((20, "GrG"), (2, "rrG"), (20, "rGG"), (2, "rrG")))] == [
        (0,),
        (2,),
    ]


def test_a_turn_that_is_never_red_but_protected_while_the_others_wait_has_a_phase_then() -> None:
    plan = _plan((61, "Gg"), (3, "yg"), (2, "rg"), (24, "rG"))
    assert [(phase.intervals, phase.groups) for phase in phases(plan)] == [((0,), ("0", "1")), ((3,), ("1",))]
    assert [clearance.duration_s for clearance in clearances(plan)] == [5]


def test_a_plan_without_change_has_no_phase() -> None:
    assert phases(_plan((90, "GG"))) == ()


@pytest.mark.parametrize(
    ("green", "control", "limits", "least", "most"),
    [
        (20, Control.FIXED, {}, 5, 180),
        (3, Control.FIXED, {}, 3, 180),
        (20, Control.FIXED, {"min_s": 12, "max_s": 50}, 12, 180),
        (20, Control.FIXED, {"min_s": 20, "max_s": 20}, 5, 180),
        (20, Control.ACTUATED, {"min_s": 12, "max_s": 50}, 12, 50),
        (20, Control.ACTUATED, {"min_s": 20, "max_s": 20}, 20, 20),
    ],
)
def test_bounds(green: float, control: Control, limits: dict[str, float], least: float, most: float) -> None:
    first, _ = phases(_plan((green, "Gr"), (3, "yr"), (green, "rG"), (3, "ry"), control=control, **limits))
    assert (first.min_green_s, first.max_green_s) == (least, most)


def test_retiming_keeps_order_aspects_and_clearances() -> None:
    plan = _plan((30, "Gr"), (3, "yr"), (1, "rG"), (9, "rG"), (3, "ry"), (2, "rr"))
    other = RingTimer(plan).timed((11, 25), 7.0, Control.FIXED)
    assert [phase.green_s for phase in phases(other)] == [11, 25]
    assert [interval.duration_s for interval in other.intervals] == [11, 3, 2, 23, 3, 2]
    assert (clearance_s(other), other.offset_s, other.groups) == (8, 7.0, plan.groups)
    assert RingTimer(plan).timed((30, 10), 0.0, Control.FIXED) == plan


def test_a_piece_without_a_second_is_dropped_and_the_sum_kept() -> None:
    plan = _plan((1, "Gr"), (1, "Gr"), (1, "Gr"), (27, "Gr"), (3, "yr"), (20, "rG"), (3, "ry"))
    other = RingTimer(plan).timed((5, 20), 0.0, Control.FIXED)
    assert [interval.duration_s for interval in other.intervals] == [5, 3, 20, 3]


def test_a_plan_that_jumps_keeps_its_intervals_apart() -> None:
    groups = (SignalGroup("0", (0,)), SignalGroup("1", (1,)))
    green, red = (Aspect.GREEN, Aspect.RED), (Aspect.RED, Aspect.GREEN)
    ring = (Interval(5, green, extras=(("next", "2"),)), Interval(5, green), Interval(9, red))
    assert [phase.intervals for phase in phases(SignalPlan("c", "p", Control.FIXED, 0, groups, ring))] == [
        (0,),
        (1,),
        (2,),
    ]
