"""Many comparisons at once, so that none is believed only because there were many.

Verdicts follow Holm's step-down procedure (S. Holm, "A simple sequentially rejective multiple test procedure",
Scandinavian Journal of Statistics 6, 1979, 65-70): the chance that any verdict of the family is wrong stays at most
5 %, however the comparisons depend on each other. Intervals are simultaneous by Bonferroni's inequality (O. J. Dunn,
"Multiple comparisons among means", Journal of the American Statistical Association 56, 1961, 52-64): with 95 %
confidence all of them hold at once. Holm's verdicts are the sharper ones, so one may stand although its interval
just holds 0; never the other way round.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from congestion_lab.experiments.comparison import CONFIDENCE, PairedDifference, paired

Values = Mapping[int, float]  # by seed


@dataclass(frozen=True, slots=True)
class Judged:
    """One comparison of a family.

    Attributes:
        difference: The paired difference, with its simultaneous interval.
        p_value: Two-sided, by Student's t, of this comparison alone; NaN for one seed.
        adjusted_p: The same by Holm within the family.
    """

    difference: PairedDifference
    p_value: float
    adjusted_p: float

    @property
    def significant(self) -> bool:
        """Whether chance is ruled out, the whole family considered."""
        return self.adjusted_p <= 1 - CONFIDENCE

    @property
    def same(self) -> bool:
        """Whether both sides are equal on every seed."""
        return self.difference.low == self.difference.high == 0


def judged(pairs: Sequence[tuple[Values, Values]]) -> list[Judged]:
    """Return every comparison of a family, each before and after on its own shared seeds.

    Raises:
        ExperimentError: The two sides of a pair do not have the same seeds, or none.
    """
    confidence = 1 - (1 - CONFIDENCE) / max(len(pairs), 1)
    differences = [paired(before, after, confidence=confidence) for before, after in pairs]
    p_values = [paired_p_value(before, after) for before, after in pairs]
    return [Judged(*one) for one in zip(differences, p_values, holm(p_values), strict=True)]


def paired_p_value(before: Values, after: Values) -> float:
    """Return the two-sided p value of Student's t on the differences.

    One seed gives NaN; differences that are equal on all seeds give 0, or 1 if they are 0.
    """
    change = np.array([after[seed] - before[seed] for seed in sorted(before)], dtype=float)
    if len(change) < 2:  # noqa: PLR2004 -- a spread needs two values
        return math.nan
    mean, error = float(change.mean()), float(change.std(ddof=1)) / math.sqrt(len(change))
    if not error:
        return 0.0 if mean else 1.0
    from scipy.stats import t  # noqa: PLC0415 -- half a second that only a comparison pays

    return float(2 * t.sf(abs(mean / error), len(change) - 1))


def holm(p_values: Sequence[float]) -> list[float]:
    """Return p values adjusted by Holm, in the order given; NaN counts in the family and stays NaN."""
    order = sorted(range(len(p_values)), key=lambda place: (math.isnan(p_values[place]), p_values[place]))
    adjusted, highest = [math.nan] * len(p_values), 0.0
    for rank, place in enumerate(order):
        if not math.isnan(p_values[place]):
            highest = max(highest, min(1.0, (len(p_values) - rank) * p_values[place]))
            adjusted[place] = highest
    return adjusted
