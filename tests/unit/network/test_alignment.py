import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from congestion_lab.core.geometry import polyline_length_m
from congestion_lab.network.alignment import (
    arc,
    curve,
    cut,
    distance_to_leave,
    heading_at_end,
    heading_at_start,
    offset,
    point_at,
    rounded,
    simplified,
    turned,
    without_repeats,
)

EAST = ((0.0, 0.0), (100.0, 0.0))
CORNER = ((0.0, 0.0), (100.0, 0.0), (100.0, 100.0))


def test_left_turn_is_positive() -> None:
    assert turned(0.0, math.pi / 2) == pytest.approx(math.pi / 2)
    assert turned(math.pi / 2, 0.0) == pytest.approx(-math.pi / 2)


@given(st.floats(-20, 20), st.floats(-20, 20))
def test_a_turn_never_exceeds_half_a_circle(before: float, after: float) -> None:
    assert -math.pi - 1e-9 <= turned(before, after) <= math.pi + 1e-9


def test_offset_to_the_right_of_an_eastbound_line_lies_south() -> None:
    assert offset(EAST, 3.0) == (pytest.approx((0.0, -3.0)), pytest.approx((100.0, -3.0)))


def test_offset_corner_is_mitred() -> None:
    assert offset(CORNER, 5.0)[1] == pytest.approx((105.0, -5.0))


def test_cut_keeps_the_points_between() -> None:
    assert cut(CORNER, 50.0, 150.0) == ((50.0, 0.0), (100.0, 0.0), (100.0, 50.0))


@pytest.mark.parametrize(("at", "point"), [(-5, (0, 0)), (150, (100, 50)), (999, (100, 100))])
def test_point_at_stays_on_the_line(at: float, point: tuple[float, float]) -> None:
    assert point_at(CORNER, at) == pytest.approx(point)


def test_repeated_points_are_dropped_but_both_ends_stay() -> None:
    assert without_repeats(((0, 0), (0, 0.01), (5, 0))) == ((0, 0), (5, 0))
    assert without_repeats(((0, 0), (0, 0.01))) == ((0, 0), (0, 0.01))


def test_curve_leaves_and_arrives_as_told() -> None:
    line = curve((0, 0), 0.0, (100, 100), math.pi / 2, 40.0)
    assert heading_at_start(line, 1.0) == pytest.approx(0.0, abs=0.3)
    assert heading_at_end(line, 1.0) == pytest.approx(math.pi / 2, abs=0.3)


def test_arc_length_is_radius_times_angle() -> None:
    assert polyline_length_m(arc((0, 0), 50.0, 1.0, 2.0)) == pytest.approx(100.0, rel=1e-2)


def test_line_leaves_a_circle_at_its_radius() -> None:
    assert distance_to_leave(EAST, (0.0, 0.0), 30.0) == pytest.approx(30.0, abs=1.0)


def test_rounding_cuts_a_corner_short_and_keeps_the_ends() -> None:
    line = rounded(CORNER, 30.0)
    assert (line[0], line[-1]) == (CORNER[0], CORNER[-1])
    assert 160 < polyline_length_m(line) < 200
    assert (100.0, 0.0) not in line


def test_straight_line_needs_two_points() -> None:
    assert simplified(((0, 0), (10, 0.01), (20, 0))) == ((0, 0), (20, 0))
