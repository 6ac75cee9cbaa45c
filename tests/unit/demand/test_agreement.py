import numpy as np
import pytest

from congestion_lab.demand.estimation.agreement import agreement, geh, hourly


def test_geh_by_hand() -> None:
    assert geh(np.array([110.0, 0.0]), np.array([90.0, 0.0])) == pytest.approx([2.0, 0.0])
    assert geh(np.array([0.0]), np.array([50.0])) == pytest.approx([10.0])


def test_intervals_become_hourly_flows() -> None:
    assert hourly(np.array([25.0]), np.array([900.0])) == pytest.approx([100.0])


def test_agreement_by_hand() -> None:
    counted, modelled = np.array([100.0, 100.0, 100.0, 100.0]), np.array([100.0, 115.0, 130.0, 75.0])
    found = agreement(modelled, counted, np.full(4, 100.0), np.full(4, 3600.0))
    assert found.points == 4
    assert found.geh_share == 1.0
    assert found.within == (0.25, 0.5)
    assert found.error == pytest.approx(np.sqrt((225 + 900 + 625) / 4) / 100)
    assert found.bias == pytest.approx(0.05)
    assert found.geh_met
    assert found.bands_met == (False, False)


def test_the_same_misses_weigh_more_in_shorter_intervals() -> None:
    counted, modelled = np.array([100.0]), np.array([135.0])
    shares = [agreement(modelled, counted, np.ones(1), np.array([length])).geh_share for length in (3600.0, 900.0)]
    assert shares == [1.0, 0.0]


def test_nothing_counted_agrees_with_nothing() -> None:
    found = agreement(np.zeros(0), np.zeros(0), np.zeros(0), np.zeros(0))
    assert found.points == 0
    assert np.isnan(found.geh_share)
    assert not found.geh_met
