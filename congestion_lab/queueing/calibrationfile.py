"""A calibration as a file: the drivers that were fitted to a scenario, to what, and how well they fit."""

from pathlib import Path
from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from congestion_lab.core.files import write_json
from congestion_lab.queueing.behaviour import Behaviour
from congestion_lab.scenarios.document import read_document
from congestion_lab.scenarios.validation import RuleError, Section, validated

FORMAT: Literal[1] = 1

MOST_OFF = 0.25
"""Share of SUMO's mean delay by which the fast engine may be off. The HCM's bounds of levels of service at signals (10,
20, 35, 55, 80 s) lie apart by a factor of 1.45 or more, so with a quarter the level is right or the one beside it."""
MOST_OFF_BY_MOVEMENT = 1.0
"""Difference of delays by movement that is borne, as a share of SUMO's: above it, more is wrong than there is delay."""
ALWAYS_CLOSE_S = 5.0
"""What is less than this off per vehicle agrees, whatever its share: half a level A or B of the HCM, 10 s wide."""


def _all_parameters(values: dict[str, float]) -> dict[str, float]:
    known = set(Behaviour._fields)
    wrong = [f"{name!r} is missing" for name in sorted(known - values.keys())]
    wrong += [f"{name!r} is unknown" for name in sorted(values.keys() - known)]
    if wrong:
        raise RuleError(f"not the parameters of this version: {', '.join(wrong)}", "run `congestion-lab calibrate`")
    return values


class Fit(Section):
    """The scenario's figures as observed, and in the fast engine before and after.

    Attributes:
        observed_delay_s: Mean delay per demanded vehicle in the runs that were fitted to.
        delay_before_s: The same in the fast engine with default drivers.
        delay_after_s: The same with the fitted drivers.
        misfit_before: Difference of the delays by movement, as a share of the observed; see `calibration.fitted`.
        misfit_after: The same with the fitted drivers.
    """

    observed_delay_s: float
    delay_before_s: float
    delay_after_s: float
    misfit_before: float
    misfit_after: float

    @property
    def agrees(self) -> bool:
        """Whether the fast engine with the fitted drivers is close to what was observed."""
        off_s = self.misfit_after * self.observed_delay_s
        return self._mean_agrees and off_s <= max(ALWAYS_CLOSE_S, MOST_OFF_BY_MOVEMENT * self.observed_delay_s)

    @property
    def verdict(self) -> str:
        """What the figures mean for whoever uses the fast engine, a sentence."""
        times = f" ({self.delay_after_s / self.observed_delay_s:.1f} times)" if self.observed_delay_s > 0 else ""
        delays = f"mean delay {self.delay_after_s:.1f} s, {self.observed_delay_s:.1f} s in SUMO{times}"
        figures = f"{delays}; delays by movement differ by {100 * self.misfit_after:.0f} %"
        if self.agrees:
            bounds = (
                f"a mean at most {100 * MOST_OFF:.0f} % off, movements at most {100 * MOST_OFF_BY_MOVEMENT:.0f} % off"
            )
            return f"The fast engine agrees with SUMO here, well enough to search with ({bounds}): {figures}."
        return f"The fast engine does not agree with SUMO here, do not use it alone: {figures}."

    @property
    def _mean_agrees(self) -> bool:
        off_s = abs(self.delay_after_s - self.observed_delay_s)
        return off_s <= max(ALWAYS_CLOSE_S, MOST_OFF * self.observed_delay_s)


class Calibration(Section):
    """Drivers fitted to one scenario.

    Attributes:
        format: Version of the file format.
        scenario: Name of the scenario.
        digest: Digest of its inputs.
        observed_in: Engine and version whose runs were fitted to.
        fitted_by: Version of the fast engine, with its default drivers.
        seeds: Seeds of the runs.
        fit: How well they fit.
        parameters: The fields of `Behaviour`.
    """

    format: Literal[1] = Field(FORMAT)
    scenario: str
    digest: str
    observed_in: str
    fitted_by: str
    seeds: tuple[int, ...]
    fit: Fit
    parameters: Annotated[
        dict[str, Annotated[float, Field(gt=0, allow_inf_nan=False)]], AfterValidator(_all_parameters)
    ]

    @property
    def behaviour(self) -> Behaviour:
        """The drivers."""
        return Behaviour(**self.parameters)


def write_calibration(path: Path, calibration: Calibration) -> None:
    """Write a calibration, whole."""
    write_json(path, calibration.model_dump(mode="json"))


def read_calibration(path: Path) -> Calibration:
    """Read a calibration.

    Raises:
        ScenarioError: The file is missing, damaged or of another version; with every fault of the file.
    """
    return validated(read_document(path), Calibration)
