import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from congestion_lab.demand.trips.dwell import DwellHabits, StopPlace, dwells, headway_departures_s

_PLACES = tuple(StopPlace("main", 0, 100.0 * at, 100.0 * at + 15) for at in range(1, 2001))
_HABITS = DwellHabits(served_share=0.4, mean_s=15.0, deviation_s=9.0, in_bay=False)


def test_share_mean_and_deviation_are_those_asked_for() -> None:
    made = dwells(_PLACES, _HABITS, seed=1)
    times_s = [one.duration_s for one in made]
    assert len(made) == pytest.approx(0.4 * len(_PLACES), rel=0.1)
    assert np.mean(times_s) == pytest.approx(15.0, rel=0.08)
    assert np.std(times_s) == pytest.approx(9.0, rel=0.15)
    assert min(times_s) >= 1


def test_stops_keep_the_order_of_the_way() -> None:
    made = dwells(_PLACES, _HABITS, seed=1)
    assert [one.place.end_m for one in made] == sorted(one.place.end_m for one in made)


def test_the_same_seed_gives_the_same_stops_and_another_does_not() -> None:
    assert dwells(_PLACES, _HABITS, 1) == dwells(_PLACES, _HABITS, 1)
    assert dwells(_PLACES, _HABITS, 1) != dwells(_PLACES, _HABITS, 2)


@pytest.mark.parametrize(("share", "stops"), [(0.0, 0), (1.0, 2000)])
def test_shares_at_their_bounds(share: float, stops: int) -> None:
    assert len(dwells(_PLACES, DwellHabits(share, 15.0, 0.0, in_bay=True), 1)) == stops


def test_without_deviation_all_stops_take_equally_long() -> None:
    made = dwells(_PLACES, DwellHabits(1.0, 15.0, 0.0, in_bay=True), 1)
    assert {(one.duration_s, one.in_bay) for one in made} == {(15, True)}


@given(st.floats(0.5, 400), st.integers(0, 9), st.integers(1, 10_800))
def test_each_headway_has_one_departure(vph: float, seed: int, length_s: int) -> None:
    moments = headway_departures_s(vph, 23_400, 23_400 + length_s, seed)
    assert all(23_400 <= moment < 23_400 + length_s for moment in moments)
    assert list(moments) == sorted(moments)
    assert len(moments) == pytest.approx(vph * length_s / 3600, abs=1)


def test_nobody_runs_at_0_vehicles_per_hour() -> None:
    assert headway_departures_s(0.0, 0, 3600, 1) == ()
