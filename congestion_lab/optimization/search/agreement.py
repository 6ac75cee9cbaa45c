"""How well the fast engine ranks the plans of this scenario, held against SUMO."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.stats import rankdata

from congestion_lab.optimization.search.race import Candidate
from congestion_lab.signals.plan import PlanSet

_LEAST_PLANS = 4  # a rank correlation over fewer says nothing


@dataclass(frozen=True, slots=True)
class Agreement:
    """Two engines side by side.

    Attributes:
        plans: Number of plans that both judged.
        rank_correlation: Spearman's; None over too few plans, or where one engine sees no difference at all.
        ratio: SUMO's delay over the fast engine's, geometric mean.
        error: Standard deviation of the logarithm of that ratio; infinite below two plans.
    """

    plans: int = 0
    rank_correlation: float | None = None
    ratio: float = 1.0
    error: float = math.inf


@dataclass(frozen=True, slots=True, eq=False)
class Measured:
    """What SUMO said of plans.

    Attributes:
        plans: The plans.
        delays_s: Mean delay of each, as if all had run on all seeds.
        seeds: Number of seeds that each ran on.
    """

    plans: tuple[PlanSet, ...]
    delays_s: NDArray[np.float64]
    seeds: NDArray[np.float64]


def agreement(fast_s: NDArray[np.float64], sumo_s: NDArray[np.float64]) -> Agreement:
    """Return how two engines agree on the same plans."""
    plans = len(fast_s)
    if plans == 0:
        return Agreement()
    ratios = np.log(sumo_s / fast_s)
    error = float(ratios.std(ddof=1)) if plans > 1 else math.inf
    return Agreement(plans, _spearman(fast_s, sumo_s), float(np.exp(ratios.mean())), error)


def _spearman(first: NDArray[np.float64], second: NDArray[np.float64]) -> float | None:
    if len(first) < _LEAST_PLANS or np.ptp(first) == 0 or np.ptp(second) == 0:
        return None
    return float(np.corrcoef(rankdata(first), rankdata(second))[0, 1])


def measured(candidates: Sequence[Candidate]) -> Measured:
    """Return the delays of all candidates whose runs all ended, of those that do the same only one.

    What a seed adds is taken from the best plan that ran on all of them, so that a plan that was stopped on an easy
    seed does not look better than it is. Plans that jam on some seeds would tell nothing about the others.
    """
    usable = [one for one in candidates if not one.has_twin and all(map(math.isfinite, one.delays_s.values()))]
    added = _added_by_seed(usable)
    delays = [np.mean([delay - added.get(seed, 0.0) for seed, delay in one.delays_s.items()]) for one in usable]
    seeds = [float(len(one.delays_s)) for one in usable]
    return Measured(tuple(one.entrant.plans for one in usable), np.array(delays, dtype=float), np.array(seeds))


def _added_by_seed(usable: Sequence[Candidate]) -> Mapping[int, float]:
    complete = [one for one in usable if not one.stopped]
    if not complete:
        return {}
    best = min(complete, key=lambda one: one.mean_delay_s)
    return {seed: delay - best.mean_delay_s for seed, delay in best.delays_s.items()}
