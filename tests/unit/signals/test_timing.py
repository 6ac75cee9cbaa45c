import pytest

from congestion_lab.core.errors import SignalPlanError
from congestion_lab.core.geometry import Turn
from congestion_lab.signals import timing


def test_yellow_at_50_kmh_and_its_bounds() -> None:
    assert timing.yellow_s(13.89) == pytest.approx(3.277, abs=1e-3)
    assert timing.yellow_s(5) == 3.0
    assert timing.yellow_s(50) == 6.0
    assert timing.yellow_s(13.89, grade=-0.05) > timing.yellow_s(13.89)


def test_all_red_clears_width_and_vehicle() -> None:
    assert timing.all_red_s(13.89, 25) == pytest.approx(31.1 / 13.89)
    assert timing.all_red_s(2, 50) == 6.0
    assert timing.clearing_speed_mps(13.89, Turn.STRAIGHT) == 13.89
    assert timing.clearing_speed_mps(13.89, Turn.LEFT) == 8.9


def test_people_on_foot() -> None:
    assert timing.pedestrian_clearance_s(10.7) == pytest.approx(10)
    assert timing.pedestrian_green_s(10.7) == pytest.approx(17)
    assert timing.pedestrian_green_s(10.7, counted_clearance_s=12) == 7


def test_cycles_of_the_textbook() -> None:
    assert timing.webster_cycle(10, [0.3, 0.3]) == pytest.approx(20 / 0.4)
    assert timing.webster_cycle(10, [0.49, 0.49], max_cycle_s=100) == 100


@pytest.mark.parametrize("ratios", [[0.6, 0.4], [0.9, 0.9], [-0.1]])
def test_no_cycle_clears_too_much(ratios: list[float]) -> None:
    with pytest.raises(SignalPlanError, match="below 1"):
        timing.webster_cycle(10, ratios)


def test_splits_follow_the_ratios_above_the_minima() -> None:
    assert timing.splits(60, [0.2, 0.1]) == pytest.approx((40, 20))
    assert timing.splits(60, [0.5, 0.01, 0.2], [5, 10, 5]) == pytest.approx((50 * 5 / 7, 10, 50 * 2 / 7))
    assert timing.splits(60, [0, 0]) == pytest.approx((30, 30))
    assert timing.splits(20, [1, 1], [10, 10]) == pytest.approx((10, 10))
    with pytest.raises(SignalPlanError, match="do not fit"):
        timing.splits(20, [1, 1], [11, 10])


def test_capacity_is_saturation_flow_in_the_share_of_green() -> None:
    assert timing.capacity_vph(1900, 30, 60) == 950


def test_progression_meets_the_platoon() -> None:
    assert timing.progression_offset_s(80, 25, 5, 90) == 10
