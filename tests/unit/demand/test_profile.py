import numpy as np
import pytest

from congestion_lab.demand.trips.profile import Profile


def test_departures_follow_the_weights() -> None:
    profile = Profile(0.0, 900.0, (1.0, 3.0))
    times = profile.times_s((np.arange(4000) + 0.5) / 4000)
    assert (times < 900).mean() == pytest.approx(0.25)
    assert times.min() >= 0
    assert times.max() < profile.end_s == 1800


def test_an_empty_interval_gets_no_departure() -> None:
    times = Profile(0.0, 60.0, (1.0, 0.0, 1.0)).times_s((np.arange(100) + 0.5) / 100)
    assert not ((times > 60) & (times < 120)).any()


def test_the_busiest_hour() -> None:
    assert Profile(0.0, 900.0, (1, 1, 2, 2, 2, 2, 1, 1)).peak_hour_share() == pytest.approx(8 / 12)
    assert Profile(0.0, 900.0, (1, 1)).peak_hour_share() == 1
