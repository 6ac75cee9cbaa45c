import json
from pathlib import Path

import pytest

from congestion_lab.core.errors import ScenarioError
from congestion_lab.queueing.behaviour import Behaviour
from congestion_lab.queueing.calibrationfile import Calibration, Fit, read_calibration, write_calibration


def calibration(**parameters: float) -> Calibration:
    return Calibration(
        scenario="town",
        digest="d1",
        observed_in="sumo 1.28.0",
        fitted_by="queue 1",
        seeds=(1, 2),
        fit=Fit(observed_delay_s=30.0, delay_before_s=25.0, delay_after_s=29.0, misfit_before=0.3, misfit_after=0.2),
        parameters=Behaviour(**parameters)._asdict(),
    )


def test_a_calibration_comes_back(tmp_path: Path) -> None:
    written = calibration(headway_factor=1.1, gap_factor=0.7)
    write_calibration(tmp_path / "c.json", written)
    read = read_calibration(tmp_path / "c.json")
    assert read == written
    assert read.behaviour == Behaviour(headway_factor=1.1, gap_factor=0.7)


def test_a_damaged_calibration_is_refused_with_every_fault(tmp_path: Path) -> None:
    write_calibration(tmp_path / "c.json", calibration())
    raw = json.loads((tmp_path / "c.json").read_text())
    raw |= {"format": 2, "seeds": ["one"], "colour": "blue"}
    (tmp_path / "c.json").write_text(json.dumps(raw, indent=2))
    with pytest.raises(ScenarioError) as refused:
        read_calibration(tmp_path / "c.json")
    assert {fault.key for fault in refused.value.faults} == {"format", "seeds[0]", "colour"}
    assert all(fault.line and fault.source.endswith("c.json") for fault in refused.value.faults)


def test_parameters_are_those_of_this_version(tmp_path: Path) -> None:
    write_calibration(tmp_path / "c.json", calibration())
    raw = json.loads((tmp_path / "c.json").read_text())
    raw["parameters"]["speed_of_light"] = raw["parameters"].pop("gap_factor")
    (tmp_path / "c.json").write_text(json.dumps(raw, indent=2))
    with pytest.raises(ScenarioError, match=r"'gap_factor' is missing, 'speed_of_light' is unknown.*calibrate"):
        read_calibration(tmp_path / "c.json")


def test_negative_headways_are_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="greater than 0"):
        calibration(headway_factor=-1.0)


@pytest.mark.parametrize(
    ("observed_s", "after_s", "misfit", "agrees"),
    [
        (53.2, 97.9, 1.86, False),  # a one-lane network in which only one engine jams
        (100.0, 125.0, 0.5, True),
        (100.0, 126.0, 0.5, False),
        (100.0, 74.0, 0.5, False),
        (100.0, 100.0, 1.01, False),  # movements cancel out
        (2.0, 6.0, 2.4, True),  # three times, but few seconds
        (0.0, 9.0, 9.0, False),
    ],
)
def test_the_verdict_goes_by_the_mean_and_by_movements(
    observed_s: float,
    after_s: float,
    misfit: float,
    agrees: bool,  # noqa: FBT001
) -> None:
    fit = Fit(
        observed_delay_s=observed_s, delay_before_s=0, delay_after_s=after_s, misfit_before=0, misfit_after=misfit
    )
    assert fit.agrees is agrees
    assert ("do not use it alone" in fit.verdict) is not agrees


def test_the_verdict_says_how_far_off_the_fast_engine_is() -> None:
    fit = Fit(observed_delay_s=53.2, delay_before_s=101.5, delay_after_s=97.9, misfit_before=2.18, misfit_after=1.86)
    assert fit.verdict == (
        "The fast engine does not agree with SUMO here, do not use it alone: "
        "mean delay 97.9 s, 53.2 s in SUMO (1.8 times); delays by movement differ by 186 %."
    )
