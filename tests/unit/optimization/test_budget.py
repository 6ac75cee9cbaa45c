"""Time decides where a search is cut, and never more than that."""

import math

import pytest

from congestion_lab.optimization.search.budget import Clock, Cut, Pace


class Watch:
    """A clock that shows what it is set to."""

    def __init__(self) -> None:
        self.shows_s = 100.0

    def __call__(self) -> float:
        return self.shows_s


def test_without_a_bound_time_never_ends() -> None:
    watch = Watch()
    clock = Clock(None, watch)
    watch.shows_s = 1e9
    assert math.isinf(clock.left_s)
    assert not clock.is_over(10**6)
    assert all(Cut(clock, 0.3).goes_on() for _ in range(100))


@pytest.mark.parametrize(
    ("runs", "workers", "takes_s"), [(10, 1, 200), (10, 2, 100), (10, 3, 80), (2, 4, 20), (0, 2, 0)]
)
def test_simulations_are_made_so_many_at_a_time(runs: int, workers: int, takes_s: float) -> None:
    assert Pace(20.0, workers).time_s(runs) == takes_s


def test_an_interrupted_search_comes_as_far_as_it_had_come_even_if_time_is_up() -> None:
    watch = Watch()
    clock = Clock(1.0, watch, reached=5)
    watch.shows_s = 1e9
    assert [clock.is_over(count) for count in (1, 4, 5)] == [False, False, True]


def test_time_for_what_comes_after_is_kept() -> None:
    watch = Watch()
    clock = Clock(1.0, watch, kept_s=20.0)
    watch.shows_s = 139.0
    assert not clock.is_over(0)
    watch.shows_s = 140.0
    assert clock.is_over(0)
    assert clock.needed_s == 60.0


def test_a_round_takes_its_share_of_the_time_left() -> None:
    watch = Watch()
    cut = Cut(Clock(1.0, watch), 0.25)
    steps = 0
    while cut.goes_on():
        steps += 1
        watch.shows_s += 1.0
    assert steps == 15
    assert cut.cut_after == 16
    assert not cut.goes_on()


def test_a_round_that_is_made_again_is_cut_at_the_same_step() -> None:
    watch = Watch()
    clock = Clock(1.0, watch)
    again = Cut(clock, 0.25, kept=4)
    assert [again.goes_on() for _ in range(6)] == [True, True, True, False, False, False]
    watch.shows_s = 1e9
    uncut = Cut(clock, 0.25, kept=0)
    assert all(uncut.goes_on() for _ in range(50))
    assert uncut.cut_after == 0


def test_a_search_that_is_made_again_ends_where_it_ended() -> None:
    clock = Clock(1.0, Watch(), ended_after=7, reason="so it was")
    assert [clock.is_over(count) for count in (6, 7, 8)] == [False, True, True]
