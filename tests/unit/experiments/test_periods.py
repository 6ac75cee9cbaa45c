"""Studies side by side, with figures that are made up."""

import dataclasses

import pytest

from congestion_lab.core.errors import ExperimentError
from congestion_lab.experiments.comparison import paired
from congestion_lab.experiments.periods import Sides, compare_periods
from congestion_lab.metrics.indicators import indicator
from congestion_lab.metrics.summary import RunSummary

DELAY, STOPS, FUEL = map(indicator, ("mean_delay_s", "stops_per_veh", "fuel_kg"))
_NOTHING = {field.name: 0 for field in dataclasses.fields(RunSummary) if field.default is dataclasses.MISSING}


def _side(delays: dict[int, float], **figures: float) -> dict[int, RunSummary]:
    return {seed: RunSummary(**{**_NOTHING, "mean_delay_s": delay, **figures}) for seed, delay in delays.items()}


def _studies() -> dict[str, Sides]:
    return {
        "am": (_side({1: 30.0, 2: 31.0, 3: 33.0}, fuel_kg=2.0), _side({1: 20.0, 2: 22.0, 3: 21.0}, fuel_kg=1.0)),
        "pm": (_side({7: 30.0, 8: 31.0, 9: 5.0}), _side({7: 31.0, 8: 30.0})),
    }


def test_each_study_is_paired_on_its_own_seeds_in_one_family() -> None:
    periods = compare_periods(_studies(), [DELAY, STOPS])
    assert periods.seeds == {"am": (1, 2, 3), "pm": (7, 8)}
    alone = paired({1: 30.0, 2: 31.0, 3: 33.0}, {1: 20.0, 2: 22.0, 3: 21.0}, confidence=1 - 0.05 / 4)
    cell = periods.cells["am", "mean_delay_s"]
    assert cell.difference == alone
    assert cell.adjusted_p == pytest.approx(4 * cell.p_value)
    assert periods.cells["pm", "mean_delay_s"].difference.mean == 0


def test_what_one_study_did_not_record_is_left_out_and_named() -> None:
    periods = compare_periods(_studies(), [DELAY, FUEL])
    assert (periods.indicators, periods.unrecorded) == ((DELAY,), (FUEL,))
    with pytest.raises(ExperimentError, match="fuel_kg"):
        compare_periods(_studies(), [FUEL])


def test_a_study_without_shared_seeds_is_named() -> None:
    with pytest.raises(ExperimentError, match="late, present: 1"):
        compare_periods({"late": (_side({1: 3.0}), _side({2: 3.0}))}, [DELAY])
