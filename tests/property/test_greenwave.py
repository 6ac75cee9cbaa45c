"""Bands are those that trying every second finds, whatever the plans."""

from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from congestion_lab.signals.performance.greenwave import Passed, progression
from congestion_lab.signals.plan import Aspect, Control, Interval, SignalGroup, SignalPlan

_SHOWN = st.sampled_from([Aspect.GREEN, Aspect.PERMITTED, Aspect.YELLOW, Aspect.RED])


@st.composite
def signals(draw: st.DrawFn, cycle_s: int) -> Passed:
    cuts = sorted(draw(st.sets(st.integers(1, cycle_s - 1), max_size=5)))
    lengths = [b - a for a, b in zip([0, *cuts], [*cuts, cycle_s], strict=True)]
    ring = tuple(Interval(float(length), (draw(_SHOWN), draw(_SHOWN))) for length in lengths)
    groups = (SignalGroup("a", (0,)), SignalGroup("b", (1,)))
    plan = SignalPlan("c", "p", Control.FIXED, float(draw(st.integers(-100, 100))), groups, ring)
    return Passed(plan, draw(st.sampled_from([(0,), (1,), (0, 1)])), float(draw(st.integers(0, 90))))


@st.composite
def ways(draw: st.DrawFn) -> list[Passed]:
    cycle = draw(st.sampled_from([12, 20, 30]))
    shares = draw(st.lists(st.sampled_from([1, 1, 2]), min_size=1, max_size=4))
    way = [draw(signals(cycle // share)) for share in shares]
    return [*way, draw(signals(cycle))]


def _green_at(passed: Passed, second: int) -> bool:
    """Whether someone who passes the first stop line in a second of the clock meets green at this signal."""
    now = (second + passed.travel_s - passed.plan.offset_s) % passed.plan.cycle_s
    for interval in passed.plan.intervals:
        if now < interval.duration_s:
            return any(interval.aspects[head].is_green for head in passed.heads)
        now -= interval.duration_s
    raise AssertionError("a second outside the cycle")


@given(way=ways())
@settings(max_examples=400)
def test_bands_are_those_of_trying_every_second(way: list[Passed]) -> None:
    found = progression(way)
    cycle = int(max(each.plan.cycle_s for each in way))
    assert found.cycle_s == cycle
    passing = [all(_green_at(each, second) for each in way) for second in range(cycle)]
    banded = [False] * cycle
    for band in found.bands:
        for second in range(int(band.start_s), int(band.start_s + band.width_s)):
            assert not banded[second % cycle], "two bands overlap"
            banded[second % cycle] = True
    assert banded == passing


@given(way=ways())
@settings(max_examples=200)
def test_no_band_is_wider_than_the_shortest_green(way: list[Passed]) -> None:
    found = progression(way)
    assert found.bandwidth_s <= found.least_green_s + 1e-6
    assert 0 <= found.efficiency <= 1
    assert 0 <= found.attainability <= 1 + 1e-6


@given(way=ways(), shift=st.integers(-500, 500))
@settings(max_examples=200)
def test_a_shift_of_all_offsets_moves_the_bands_and_nothing_else(way: list[Passed], shift: int) -> None:
    before = progression(way)
    after = progression([replace(one, plan=replace(one.plan, offset_s=one.plan.offset_s + shift)) for one in way])
    assert before.cycle_s is not None
    assert after.bandwidth_s == before.bandwidth_s
    assert after.least_green_s == before.least_green_s
    moved = {((band.start_s + shift) % before.cycle_s, band.width_s) for band in before.bands}
    assert {(band.start_s, band.width_s) for band in after.bands} == moved or before.bandwidth_s == before.cycle_s


@given(way=ways())
@settings(max_examples=100)
def test_a_further_signal_never_widens_a_band(way: list[Passed]) -> None:
    assert progression(way).bandwidth_s <= progression(way[-1:]).bandwidth_s + 1e-6


def test_cycles_without_a_common_multiple_have_no_band() -> None:
    groups = (SignalGroup("a", (0,)),)

    def plan(length: float, control: Control = Control.FIXED) -> SignalPlan:
        ring = (Interval(length / 2, (Aspect.GREEN,)), Interval(length / 2, (Aspect.RED,)))
        return SignalPlan(f"c{length:g}", "p", control, 0.0, groups, ring)

    found = progression([Passed(plan(60), (0,), 0.0), Passed(plan(50), (0,), 10.0)])
    assert (found.cycle_s, found.bands, found.efficiency) == (None, (), 0.0)
    assert "50 s, does not divide 60 s" in found.reason
    assert "follow the traffic" in progression([Passed(plan(60, Control.ACTUATED), (0,), 0.0)]).reason
    assert progression([Passed(plan(60), (0,), 0.0), Passed(plan(30), (0,), 0.0)]).cycle_s == 60
    assert progression([]).cycle_s is None


def test_two_signals_a_full_cycle_apart_let_the_whole_green_through() -> None:
    groups = (SignalGroup("a", (0,)),)
    ring = (Interval(25.0, (Aspect.GREEN,)), Interval(35.0, (Aspect.RED,)))
    plan = SignalPlan("c", "p", Control.FIXED, 7.0, groups, ring)
    found = progression([Passed(plan, (0,), 0.0), Passed(plan, (0,), 60.0)])
    assert [(band.start_s, band.width_s) for band in found.bands] == [(7.0, 25.0)]
    assert found.attainability == 1.0
    assert found.efficiency == 25 / 60
    half = progression([Passed(plan, (0,), 0.0), Passed(plan, (0,), 30.0)])
    assert half.bands == ()
