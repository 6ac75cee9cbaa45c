import math

import numpy as np
import pandas as pd
import pytest

from congestion_lab.metrics.intervals import link_history, quarters
from congestion_lab.simulation.tables import LINK_INTERVALS

KMH = 3.6


def table(*rows: tuple[str, float, float, float, float]) -> pd.DataFrame:
    """LINK_INTERVALS from (link, begin, vehicle-seconds, m/s, vehicle-seconds standing), a minute each."""
    frame = pd.DataFrame(rows, columns=["link_id", "begin_s", "sampled_s", "speed_mps", "waiting_s"])
    return LINK_INTERVALS.conform(frame.assign(end_s=frame["begin_s"] + 60, vehicles=1.0, time_loss_s=0.0))


def test_speeds_are_distance_over_time_pooled_over_runs() -> None:
    one, two = table(("a", 0, 30, 10, 0), ("b", 0, 10, 2, 0)), table(("a", 0, 10, 2, 0))
    history = link_history([one, two], ["b", "a", "empty"], window_s=60)
    assert history.times_s.tolist() == [60]
    assert history.speeds_kmh[0, :2] == pytest.approx([2 * KMH, (30 * 10 + 10 * 2) / 40 * KMH])
    assert math.isnan(history.speeds_kmh[0, 2])
    assert history.network_kmh[0] == pytest.approx((300 + 20 + 20) / 50 * KMH)


def test_a_moment_shows_its_window_and_no_more() -> None:
    rows = table(("a", 0, 60, 1, 0), ("a", 60, 60, 2, 0), ("a", 120, 60, 6, 0), ("b", 180, 60, 5, 0))
    speeds = link_history([rows], ["a"], window_s=120).speeds_kmh[:, 0] / KMH
    assert speeds[:4] == pytest.approx([1, 1.5, 4, 6])
    assert math.isnan(link_history([rows], ["a"], window_s=60).speeds_kmh[3, 0])


def test_a_run_that_ended_early_shortens_no_other() -> None:
    short = table(("a", 0, 60, 1, 0)).assign(end_s=47.0)
    long = table(("a", 0, 60, 3, 0), ("a", 60, 60, 3, 0))
    history = link_history([short, long], ["a"], window_s=60)
    assert history.times_s.tolist() == [60, 120]
    assert history.speeds_kmh[:, 0] / KMH == pytest.approx([2, 3])


def test_quarters_count_vehicles_standing_ones_and_jams() -> None:
    slow = [("a", begin, 120.0, 1.0, 60.0) for begin in range(0, 900, 60)]
    free = [("b", begin, 60.0, 10.0, 0.0) for begin in range(0, 1020, 60)]
    first, second = quarters([table(*slow, *free)])
    assert (first.begin_s, first.end_s, second.begin_s, second.end_s) == (0, 900, 900, 1020)
    assert (first.jammed_links, second.jammed_links) == (1, 0)
    assert (first.vehicles, first.standing) == pytest.approx((3, 1))
    assert (second.vehicles, second.standing) == pytest.approx((1, 0))
    assert first.speed_kmh == pytest.approx((120 + 600) / 180 * KMH)


def test_quarters_are_means_over_runs() -> None:
    one, two = table(("a", 0, 60, 1, 60)), table(("a", 0, 180, 1, 0))
    (quarter,) = quarters([one, two])
    assert (quarter.vehicles, quarter.standing) == pytest.approx((2, 0.5))
    assert np.isclose(quarter.speed_kmh, KMH)
