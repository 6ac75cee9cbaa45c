import itertools
import re

import pytest

from congestion_lab.reporting.drawing.timeline import Line, Timeline, clock_ticks
from congestion_lab.reporting.drawing.timespace import Signal, TimeSpace

HOSTILE = "<script>alert(1)</script>"


def diagram(*signals: Signal) -> TimeSpace:
    way = ((0.0, 0.0), (50.0, 500.0), (90.0, 1000.0))
    return TimeSpace(0.0, 600.0, 1000.0, signals, (way,), (((0.0, 0.0), (20.0, 0.0), (60.0, 400.0), (40.0, 400.0)),))


def test_time_runs_to_the_right_and_distance_upwards() -> None:
    made = diagram()
    start, end = made.place((0.0, 0.0)), made.place((600.0, 1000.0))
    assert start[0] < end[0] == 1000
    assert start[1] > end[1] > 0
    middle = made.place((300.0, 500.0))
    assert middle == pytest.approx(((start[0] + end[0]) / 2, (start[1] + end[1]) / 2))


def test_greens_are_as_long_and_where_they_are_in_time() -> None:
    made = diagram(Signal("A", 400.0, ((60.0, 90.0), (150.0, 180.0))), Signal("B", 700.0, ()))
    drawn = made.drawn("label")
    bars = re.findall(r'<rect class="(\w+)" x="([\d.]+)" width="([\d.]+)" y="([\d.]+)"', drawn)
    assert [kind for kind, *_place in bars] == ["red", "green", "green", "unknown"]
    per_second = (1000 - made.place((0.0, 0.0))[0]) / 600
    assert [float(width) for _kind, _x, width, _y in bars[1:3]] == pytest.approx([30 * per_second] * 2, abs=0.1)
    assert float(bars[1][1]) == pytest.approx(made.place((60.0, 0.0))[0], abs=0.1)
    assert float(bars[1][3]) == pytest.approx(made.place((0.0, 400.0))[1] - 2.5, abs=0.1)
    assert drawn.count('class="way"') == drawn.count('class="greenband"') == 1


def test_names_of_close_signals_do_not_cover_each_other_and_are_text() -> None:
    drawn = diagram(Signal(HOSTILE, 400.0, ()), Signal("B", 405.0, ()), Signal("C", 410.0, ())).drawn("label")
    heights = [float(y) for y in re.findall(r'<text x="\d+" y="([\d.]+)" text-anchor="end"><title>', drawn)]
    assert len(heights) == 3
    assert all(upper <= lower - 15 for lower, upper in itertools.pairwise(heights))
    assert "<script" not in drawn


def test_a_name_that_is_too_long_is_shortened_and_told_whole() -> None:
    long = "Khalid ibn al-Walid Street at the Police Headquarters"
    drawn = diagram(Signal(long, 400.0, ()), Signal("Port Said St at Hejaz Sq.", 700.0, ())).drawn("label")
    assert f"<title>{long}</title>Khalid ibn al-Walid Stree… · 400 m" in drawn
    assert "Port Said St at Hejaz Sq. · 700 m" in drawn


def test_lines_have_gaps_where_nothing_is_known() -> None:
    line = Line("before", [1.0, 2.0, float("nan"), 4.0], [0.0, 1.0, float("nan"), 3.0], [2.0, 3.0, float("nan"), 5.0])
    chart = Timeline.of([0.0, 60.0, 120.0, 180.0], [line])
    drawn = chart.drawn([line], "label")
    assert drawn.count('class="line before"') == drawn.count('class="band before"') == 2
    assert chart.top >= 5
    assert chart.height(0.0) > chart.height(chart.top) >= 0


@pytest.mark.parametrize(("first", "last"), [(27000.0, 30600.0), (100.0, 400.0), (0.0, 86400.0), (50.0, 55.0)])
def test_ticks_are_round_times_inside(first: float, last: float) -> None:
    ticks = clock_ticks(first, last, most=8)
    assert all(first <= tick <= last for tick in ticks)
    assert all(tick % 60 == 0 for tick in ticks)
    assert len(ticks) <= 9  # one more than asked for where both ends are round
