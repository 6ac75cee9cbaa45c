"""What is predicted of a switch second by second, and how a recording that departs from it is found."""

import itertools
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from congestion_lab.signals.plan import Aspect, PlanSet
from congestion_lab.signals.retiming import shifted
from congestion_lab.signals.schedules.displays import Display, greens_in_conflict, parting_s, predicted_displays, within
from congestion_lab.signals.schedules.transitions import Procedure, transition
from tests.unit.signals.test_schedule import DAY, NIGHT, SITE, _at, _timed

R, Y, G = Aspect.RED, Aspect.YELLOW, Aspect.GREEN


def test_the_old_plan_runs_up_to_its_switch_point_and_the_first_green_is_stretched() -> None:
    switch = transition(NIGHT, DAY, SITE, at_s=130, procedure=Procedure.SWITCH_POINT)  # 38 s later, 9 s longer
    assert predicted_displays(NIGHT, DAY, switch, begin_s=130, end_s=232) == (
        Display(130, (G, R)),
        Display(146, (Y, R)),
        Display(150, (R, R)),
        Display(152, (R, G)),
        Display(162, (R, Y)),
        Display(166, (R, R)),
        Display(168, (G, R)),  # the day begins; in step at 177, so its 40 s end at 217
        Display(217, (Y, R)),
        Display(221, (R, R)),
        Display(223, (R, G)),
    )


@given(
    greens=st.tuples(*[st.integers(5, 40)] * 4),
    offsets=st.tuples(st.integers(-90, 90), st.integers(-90, 90) | st.integers(0, 10_000)),
    at=st.integers(0, 5000),
    procedure=st.sampled_from(Procedure),
)
@settings(max_examples=100, deadline=None)
def test_predictions_are_those_of_a_clock_that_looks_at_every_second(
    greens: tuple[int, int, int, int], offsets: tuple[int, int], at: int, procedure: Procedure
) -> None:
    old, new = _timed(greens[0], greens[1], offsets[0]), _timed(greens[2], greens[3], offsets[1])
    switch = transition(old, new, SITE, at_s=at, procedure=procedure)
    begun, in_step = at + switch.wait_s, at + switch.wait_s + switch.stretch_s
    seconds = range(at - 100, at + 300)
    expected = [
        _at(old, second - old.offset_s) if second < begun else _at(new, max(second, in_step) - new.offset_s)
        for second in seconds
    ]
    shown = predicted_displays(old, new, switch, begin_s=seconds[0], end_s=seconds[-1] + 1)
    told = [next(one for one in reversed(shown) if one.begin_s <= second).aspects for second in seconds]
    assert told == expected
    assert all(one.aspects != other.aspects for one, other in itertools.pairwise(shown))


def test_plans_on_a_shifted_clock_switch_as_they_did() -> None:
    before = transition(NIGHT, DAY, SITE, at_s=23_400, procedure=Procedure.SWITCH_POINT)
    (old,), (new,) = (shifted(PlanSet((plan,)), 4_517) for plan in (NIGHT, DAY))
    after = transition(old, new, SITE, at_s=27_917, procedure=Procedure.SWITCH_POINT)
    assert (after.wait_s, after.stretch_s) == (before.wait_s, before.stretch_s)
    there = predicted_displays(old, new, after, begin_s=27_900, end_s=28_300)
    here = predicted_displays(NIGHT, DAY, before, begin_s=23_383, end_s=23_783)
    assert [replace(one, begin_s=one.begin_s + 4_517) for one in here] == list(there)


def test_a_window_joins_equal_displays_and_cuts_those_before_it() -> None:
    recorded = [Display(0, (G,)), Display(10, (Y,)), Display(14, (R,)), Display(20, (R,)), Display(30, (G,))]
    assert within(recorded, begin_s=12, end_s=30) == (Display(12, (Y,)), Display(14, (R,)))
    assert within(recorded, begin_s=14, end_s=31) == (Display(14, (R,)), Display(30, (G,)))
    assert within(recorded, begin_s=0, end_s=0) == ()
    assert within(recorded, begin_s=12, end_s=11) == ()


@pytest.mark.parametrize(
    ("other", "parted"),
    [
        ([Display(0, (G,)), Display(10, (Y,))], None),
        ([Display(0, (G,)), Display(10.5, (Y,))], None),
        ([Display(0, (G,)), Display(11, (Y,))], 10),
        ([Display(0, (G,)), Display(10, (R,))], 10),
        ([Display(0, (G,))], 10),
        ([Display(0, (G,)), Display(10, (Y,)), Display(14, (R,))], 14),
        ([Display(0, (G,)), Display(10, (Y,)), Display(19.5, (R,))], None),  # too late to tell
        ([Display(0, (R,)), Display(0.5, (G,)), Display(10, (Y,))], None),  # a change just before the begin
        ([Display(0, (G,)), Display(9.5, (R,)), Display(10.8, (Y,))], 9.5),  # first the one is wrong, then the other
        ([], 0),
    ],
)
def test_where_two_sequences_part(other: list[Display], parted: float | None) -> None:
    assert parting_s([Display(0, (G,)), Display(10, (Y,))], other, end_s=20, tolerance_s=1.0) == parted


def test_greens_of_conflicting_heads_are_found_with_their_second() -> None:
    fine = [Display(5, (G, R)), Display(20, (R, G))]
    assert list(greens_in_conflict("c", fine, SITE, end_s=40)) == []
    both = [*fine, Display(33, (G, G))]
    assert list(greens_in_conflict("c", both, SITE, end_s=40)) == ["at 33 s heads 0 and 1 had green together"]
    assert list(greens_in_conflict("c", [], SITE, end_s=40)) == []
