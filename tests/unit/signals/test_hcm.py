"""Delay and queue formulas: hand-calculated values, closed forms and limits."""

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from congestion_lab.signals.performance.hcm import (
    accumulation,
    incremental_delay_s,
    initial_queue_delay_s,
    queue_95_veh,
    random_queue_veh,
    uniform_delay_s,
    unmet_hours,
)

# A lane group that textbooks on the HCM use: v = 800, c = 775 veh/h, g/C = 0.40, C = 90 s, T = 0.25 h (Roess, Prassas
# and McShane, Traffic Engineering, exercises on signal delay); worked out by hand from the formulas' definitions.


def test_a_lane_group_just_beyond_capacity() -> None:
    degree = 800 / 775
    assert float(uniform_delay_s(90, 0.40, degree)) == pytest.approx(0.5 * 90 * 0.36 / 0.6)  # 27.0 s
    root = math.sqrt((degree - 1) ** 2 + 4 * degree / (775 * 0.25))
    assert float(incremental_delay_s(degree, 775, hours=0.25)) == pytest.approx(225 * (degree - 1 + root))
    assert float(incremental_delay_s(degree, 775, hours=0.25)) == pytest.approx(40.9, abs=0.1)


def test_uniform_delay_is_websters_first_term_and_half_the_red_for_a_lone_vehicle() -> None:
    assert float(uniform_delay_s(80, 0.3, 0.5)) == pytest.approx(80 * 0.7**2 / (2 * (1 - 0.3 * 0.5)))
    assert float(uniform_delay_s(60, 0.5, 0.0)) == pytest.approx(
        0.5 * 30 * 30 / 60
    )  # red 30 s, half of it, half the time
    assert float(uniform_delay_s(60, 1.0, 0.9)) == 0.0


def test_random_delay_vanishes_without_traffic_and_grows_by_half_the_period_beyond_capacity() -> None:
    assert float(incremental_delay_s(0.0, 900, hours=0.25)) == 0.0
    far = [float(incremental_delay_s(x, 1e9, hours=0.25)) for x in (1.5, 2.0)]
    assert far[1] - far[0] == pytest.approx(0.5 * 0.25 * 3600 / 2, rel=1e-3)  # deterministic: T (X - 1) / 2


def test_every_arrival_waits_for_a_queue_that_never_ends() -> None:
    assert initial_queue_delay_s(900, 800, 10, hours=0.25) == pytest.approx(3600 * 10 / 800)
    assert unmet_hours(900, 800, 10, hours=0.25) == 0.25


def test_a_queue_that_ends_delays_those_who_come_before_its_end() -> None:
    # 20 vehicles, 800 served and 400 arriving an hour: gone after 0.05 h, in which 20 come and wait 45 s on average
    assert unmet_hours(400, 800, 20, hours=0.25) == pytest.approx(0.05)
    assert initial_queue_delay_s(400, 800, 20, hours=0.25) == pytest.approx(20 * (3600 * 20 / 800) / 2 / (400 * 0.25))


def test_no_initial_queue_adds_nothing() -> None:
    assert initial_queue_delay_s(900, 800, 0, hours=0.25) == 0.0


def test_back_of_queue_of_one_green() -> None:
    # v = 540, s = 1800 veh/h, g = 36 of C = 90 s: Q1 = (vC/3600) (1 - g/C) / (1 - X g/C) = 13.5 * 0.6 / 0.7
    found = accumulation([54, 36], [0, 0.5], [0.15, 0.15])
    assert found.back_veh == pytest.approx(13.5 * 0.6 / 0.7)
    assert found.delay_s == pytest.approx(0.5 * 90 * 0.36 / 0.7)


def test_the_percentile_of_the_back_of_a_queue() -> None:
    assert queue_95_veh(10.0) == pytest.approx(10 * (1.6 + math.exp(-2)))
    assert queue_95_veh(0.0) == 0.0


def test_random_queues_start_with_traffic_and_end_with_what_is_left_over() -> None:
    assert random_queue_veh(0.0, 700, 18, hours=0.25) == 0.0
    # far beyond capacity the mean of what piles up over the period: half of (v - c) T
    assert random_queue_veh(3.0, 1e7, 18, hours=0.25) == pytest.approx((3 - 1) * 1e7 * 0.25 / 2, rel=1e-3)


@given(
    red=st.floats(1, 100),
    green=st.floats(5, 100),
    degree=st.floats(0.01, 2.0),
    turned=st.integers(0, 1),
    split=st.booleans(),
)
@settings(max_examples=200)
def test_the_polygon_of_one_green_is_the_closed_form_wherever_the_cycle_starts(
    red: float, green: float, degree: float, turned: int, *, split: bool
) -> None:
    rows = [(red, 0.0), (green, 0.5)]
    if split:
        rows = [(red / 2, 0.0), (red / 2, 0.0), (green / 3, 0.5), (2 * green / 3, 0.5)]
    rows = rows[turned:] + rows[:turned]
    cycle, share = red + green, green / (red + green)
    volume = degree * 0.5 * share
    found = accumulation([row[0] for row in rows], [row[1] for row in rows], [volume] * len(rows))
    assert found.delay_s == pytest.approx(float(uniform_delay_s(cycle, share, degree)), rel=1e-6, abs=1e-6)
    back = volume * cycle * (1 - share) / max(1e-9, 1 - min(1.0, degree) * share)
    assert found.back_veh == pytest.approx(back, rel=1e-6)


@given(share=st.floats(0.2, 0.8), degree=st.floats(0.05, 0.98))
@settings(max_examples=100)
def test_delay_grows_with_volume_and_shrinks_with_arrivals_on_green(share: float, degree: float) -> None:
    durations, service = [90 * (1 - share), 90 * share], [0.0, 0.5]
    volume = degree * 0.5 * share

    def delay(rate: float, on_green: float) -> float:
        arrivals = [rate * (1 - on_green) / (1 - share), rate * on_green / share]
        return accumulation(durations, service, arrivals).delay_s

    assert delay(volume, share) >= delay(volume * 0.9, share) - 1e-9
    assert delay(volume, min(1.0, share * 1.2)) <= delay(volume, share) + 1e-9
    assert delay(volume, share * 0.8) >= delay(volume, share) - 1e-9


def test_all_arrivals_on_green_wait_for_nobody_below_saturation_flow() -> None:
    assert accumulation([45, 45], [0.0, 0.5], [0.0, 0.4]).delay_s == 0.0


def test_two_greens_of_a_cycle_halve_the_wait() -> None:
    once = accumulation([40, 40], [0.0, 0.5], [0.1, 0.1])
    twice = accumulation([20, 20, 20, 20], [0.0, 0.5, 0.0, 0.5], [0.1] * 4)
    assert twice.delay_s == pytest.approx(once.delay_s / 2)
    assert twice.back_veh == pytest.approx(once.back_veh / 2)


def test_who_is_never_served_waits_for_ever() -> None:
    assert accumulation([40, 40], [0.0, 0.0], [0.1, 0.1]).delay_s == math.inf
