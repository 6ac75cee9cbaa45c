"""Honest comparisons: paired by seed, with an interval, and a word on what they do not show."""

import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from congestion_lab.core.errors import ExperimentError

CONFIDENCE = 0.95


@dataclass(frozen=True, slots=True)
class PairedDifference:
    """Change of one indicator over the same seeds, after minus before.

    Attributes:
        seeds: Seeds compared, ascending.
        before_mean: Mean before.
        after_mean: Mean after.
        before_sd: Standard deviation before (n - 1); NaN for one seed.
        after_sd: Standard deviation after (n - 1); NaN for one seed.
        mean: Mean of the differences.
        low: Lower end of the two-sided interval, of 95 % unless more was asked; -inf for one seed.
        high: Upper end; inf for one seed.
    """

    seeds: tuple[int, ...]
    before_mean: float
    after_mean: float
    before_sd: float
    after_sd: float
    mean: float
    low: float
    high: float

    @property
    def significant(self) -> bool:
        """Whether the interval excludes no change."""
        return self.low > 0 or self.high < 0

    @property
    def relative(self) -> float:
        """Change as a share of the mean before; NaN where that is zero."""
        return self.mean / self.before_mean if self.before_mean else math.nan


def paired(
    before: Mapping[int, float], after: Mapping[int, float], *, confidence: float = CONFIDENCE
) -> PairedDifference:
    """Compare an indicator on the same seeds by Student's t on the differences.

    Args:
        before: Values by seed.
        after: Values by seed.
        confidence: Of the interval: 0.95, or more where several intervals are to hold at once.

    Raises:
        ExperimentError: The two sides do not have the same seeds, or none.
    """
    if set(before) != set(after) or not before:
        sides = f"before: {sorted(before)}, after: {sorted(after)}"
        raise ExperimentError(f"a paired comparison needs the same seeds on both sides, at least one ({sides})")
    seeds = tuple(sorted(before))
    old = np.array([before[seed] for seed in seeds], dtype=float)
    new = np.array([after[seed] for seed in seeds], dtype=float)
    change = new - old
    half = _half_width(change, confidence)
    mean = float(change.mean())
    return PairedDifference(
        seeds, float(old.mean()), float(new.mean()), _sd(old), _sd(new), mean, low=mean - half, high=mean + half
    )


def _sd(values: np.ndarray) -> float:
    return float(values.std(ddof=1)) if len(values) > 1 else math.nan


def _half_width(change: np.ndarray, confidence: float) -> float:
    if len(change) < 2:  # noqa: PLR2004 -- a spread needs two values
        return math.inf
    from scipy.stats import t  # noqa: PLC0415 -- half a second that only a comparison pays

    quantile = float(t.ppf((1 + confidence) / 2, len(change) - 1))
    return quantile * _sd(change) / math.sqrt(len(change))
