import math

import pandas as pd
import pytest

from congestion_lab.metrics.speedcheck import Drive, link_speed_pairs, model_speeds_mps, speed_check


def _links(**speeds: tuple[float, float]) -> pd.DataFrame:
    rows = [{"link_id": link, "speed_mps": speed, "sampled_s": seconds} for link, (speed, seconds) in speeds.items()]
    return pd.DataFrame(rows)


def test_runs_weigh_by_the_time_spent() -> None:
    speeds = model_speeds_mps([_links(a=(10, 300), b=(math.nan, 0)), _links(a=(5, 100), b=(math.nan, 0))])
    assert speeds["a"] == pytest.approx(8.75)
    assert math.isnan(speeds["b"])


def test_drives_over_links_have_a_harmonic_mean_and_samples_an_arithmetic_one() -> None:
    drives = [Drive("a", 10), Drive("a", 5)]
    (harmonic,) = link_speed_pairs(drives, [_links(a=(8, 10))], samples=False)
    (arithmetic,) = link_speed_pairs(drives, [_links(a=(8, 10))], samples=True)
    assert harmonic.measured_kmh == pytest.approx(2 / (1 / 10 + 1 / 5) * 3.6)
    assert arithmetic.measured_kmh == pytest.approx(7.5 * 3.6)
    assert harmonic.is_inside is None
    assert harmonic.model_kmh == pytest.approx(28.8)


def test_the_interval_holds_the_mean_and_judges_the_model() -> None:
    drives = [Drive("a", speed) for speed in (9.0, 10.0, 11.0, 10.5)]
    (close,) = link_speed_pairs(drives, [_links(a=(10, 10))], samples=False)
    assert close.low_kmh < close.measured_kmh < close.high_kmh
    assert close.is_inside
    assert close.is_close
    (far,) = link_speed_pairs(drives, [_links(a=(4, 10))], samples=False)
    assert far.is_inside is False
    assert not far.is_close
    (wild,) = link_speed_pairs([Drive("a", v) for v in (0.1, 30.0, 30.0)], [_links(a=(4, 10))], samples=False)
    assert wild.high_kmh == math.inf


def test_links_weigh_by_their_records_and_those_without_traffic_do_not_count() -> None:
    drives = [*[Drive("a", 10)] * 3, Drive("b", 5), Drive("c", 5), Drive("d", 1)]
    pairs = link_speed_pairs(drives, [_links(a=(12, 10), b=(5, 10), c=(4, 10))], samples=False)
    check = speed_check(pairs)
    assert check is not None
    assert (check.links, check.records) == (3, 5)
    assert check.bias_kmh == pytest.approx((3 * 2 + 0 - 1) / 5 * 3.6)
    assert check.correlation > 0.9
    assert speed_check(pairs[3:]) is None
