"""How two engines agree on the order of plans."""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray
from scipy.stats import spearmanr

_RESAMPLES = 1000
_SEED = 1

Floats = NDArray[np.float64]


def rank_correlation(one: Floats, other: Floats) -> float:
    """Return Spearman's rank correlation."""
    return float(spearmanr(one, other).statistic)


def among_best(one: Floats, truth: Floats) -> float:
    """Return the rank correlation over the third of the plans that are best in truth: random plans are mostly bad ones.

    It is lower than that over all plans by its nature, as good plans differ less.
    """
    best = np.argsort(truth)[: len(truth) // 3]
    return rank_correlation(one[best], truth[best])


def spread(statistic: Callable[[Floats, Floats], float], one: Floats, other: Floats) -> float:
    """Return the standard deviation of a statistic over plans drawn again with replacement (bootstrap)."""
    drawn = np.random.default_rng(_SEED).integers(len(one), size=(_RESAMPLES, len(one)))
    return float(np.std([statistic(one[rows], other[rows]) for rows in drawn], ddof=1))
