import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from congestion_lab.signals.performance.windows import green_windows
from congestion_lab.signals.plan import Aspect, Control, Interval, SignalGroup, SignalPlan

ASPECTS = st.sampled_from([Aspect.GREEN, Aspect.PERMITTED, Aspect.YELLOW, Aspect.RED])


def plan(
    *intervals: tuple[float, tuple[Aspect, ...]], offset_s: float = 0.0, control: Control = Control.FIXED
) -> SignalPlan:
    groups = tuple(SignalGroup(str(place), (place,)) for place in range(len(intervals[0][1])))
    return SignalPlan("C", "0", control, offset_s, groups, tuple(Interval(*each) for each in intervals))


@st.composite
def plans(draw: st.DrawFn) -> SignalPlan:
    groups = draw(st.integers(1, 3))
    shown = st.tuples(st.integers(1, 40).map(float), st.tuples(*[ASPECTS] * groups))
    return plan(*draw(st.lists(shown, min_size=1, max_size=5)), offset_s=draw(st.integers(-200, 200)))


@given(plans(), st.integers(0, 500), st.integers(1, 400), st.sets(st.integers(0, 2), max_size=2))
def test_windows_are_green_second_by_second(made: SignalPlan, begin_s: int, span_s: int, heads: set[int]) -> None:
    windows = green_windows(made, heads, begin_s=begin_s, end_s=begin_s + span_s)
    ends = list(itertools.accumulate(each.duration_s for each in made.intervals))
    groups = [place for place, group in enumerate(made.groups) if set(group.heads) & heads]
    for second in range(begin_s, begin_s + span_s):
        within = (second + 0.5 - made.offset_s) % made.cycle_s
        interval = next(each for each, end in zip(made.intervals, ends, strict=True) if within < end)
        lit = any(interval.aspects[group].is_green for group in groups)
        assert lit == any(start <= second + 0.5 < end for start, end in windows)
    assert all(start < end for start, end in windows)
    assert all(first[1] < second[0] for first, second in itertools.pairwise(windows))


def test_a_green_around_the_end_of_the_cycle_is_one_window() -> None:
    green, red = (Aspect.GREEN,), (Aspect.RED,)
    made = plan((10.0, green), (20.0, red), (30.0, green), offset_s=5.0)
    assert green_windows(made, [0], begin_s=0, end_s=120) == ((0, 15), (35, 75), (95, 120))


@pytest.mark.parametrize("control", [each for each in Control if each is not Control.FIXED])
def test_what_traffic_times_is_not_known_beforehand(control: Control) -> None:
    made = plan((10.0, (Aspect.GREEN,)), control=control)
    assert green_windows(made, [0], begin_s=0, end_s=120) == ()
