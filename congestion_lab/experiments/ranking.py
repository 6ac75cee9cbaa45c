"""An order of run sets by one figure or by weights, which claims no rank that the seeds do not bear out.

The ranks that a run set may have follow from comparing it with every other one: those that are better beyond chance
stand above it, those that are worse below it, and what chance may explain is a tie. All pairs are one family under
Holm's procedure, so with 95 % confidence every rank lies in its range at once (after M. Mogstad, J. Romano, A. Shaikh,
D. Wilhelm, "Inference for ranks with applications to mobility across neighbourhoods and academic achievement across
countries", Review of Economic Studies 91, 2024, 476-518).

How often each rank is taken when the seeds are drawn anew (B. Efron, "Bootstrap methods: another look at the
jackknife", Annals of Statistics 7, 1979, 1-26) is told beside it. It is a picture, not a test: of few seeds it
understates chance.
"""

import itertools
import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from congestion_lab.core.errors import ExperimentError
from congestion_lab.core.seeds import derived_seed
from congestion_lab.experiments.matrix import Matrix
from congestion_lab.experiments.multiplicity import Values, judged
from congestion_lab.metrics.indicators import Indicator

RESAMPLES = 10_000
_RANDOM_SEED = derived_seed(0, "ranking")
_DIGITS = 12  # of a weighted change: what differs later is rounding, which must not pass for a difference
_FLAT = 1e-12  # two costs that differ by less, as a share, are one

Costs = Mapping[str, Values]  # by run set and seed; less is better


@dataclass(frozen=True, slots=True)
class Place:
    """Where one run set stands.

    Attributes:
        run: Its name.
        score: What it is ranked by: the mean of the indicator, or the weighted change against the baseline as a share.
        rank: By the scores alone, from 1; equal scores have equal ranks.
        best_rank: The highest rank that chance leaves open.
        worst_rank: The lowest.
        shares: Share of resamples in which it takes rank 1, 2, ...; they add up to 1.
        dominated_by: Run sets that are better somewhere and worse nowhere, by their means.
    """

    run: str
    score: float
    rank: int
    best_rank: int
    worst_rank: int
    shares: tuple[float, ...]
    dominated_by: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Ranking:
    """Run sets from the best to the worst.

    Attributes:
        by: What they are ranked by, an indicator or weights that add up to 1.
        places: One for each run set, by rank; equal ones in the order given.
    """

    by: Indicator | Mapping[Indicator, float]
    places: tuple[Place, ...]

    def is_tied(self, place: Place, rank: int) -> bool:
        """Whether a run set takes a rank, from 1, in every resample, and so does another one: no seed parts them."""
        always = [other for other in self.places if other.shares[rank - 1] == 1]
        return place in always and len(always) > 1


def rank_by(matrix: Matrix, one: Indicator) -> Ranking:
    """Rank by the mean of an indicator that the matrix judges.

    Raises:
        ExperimentError: The matrix does not hold it.
    """
    _demand(matrix, one)
    sign = 1.0 if one.lower_is_better else -1.0
    costs = {run: {seed: sign * value for seed, value in matrix.values[run][one.id].items()} for run in matrix.runs}
    return Ranking(one, _places(matrix, costs, sign))


def rank_by_weights(matrix: Matrix, weights: Mapping[Indicator, float]) -> Ranking:
    """Rank by the weighted sum of changes, each as a share of the baseline's mean, a loss counting as positive.

    The baseline's means are those of all seeds, also in resamples: they are the units in which indicators add up.

    Raises:
        ExperimentError: The matrix does not hold an indicator, or the baseline's mean of one is 0 and others' is not.
    """
    whole = math.fsum(weights.values())
    shares = {one: weight / whole for one, weight in weights.items()}
    for one in shares:
        _demand(matrix, one)
    units = {one: _unit(matrix, one) for one in shares}
    costs = {
        run: {seed: round(math.fsum(_changes(matrix, run, seed, shares, units)), _DIGITS) for seed in matrix.seeds}
        for run in matrix.runs
    }
    return Ranking(shares, _places(matrix, costs, 1.0))


def _changes(
    matrix: Matrix, run: str, seed: int, shares: Mapping[Indicator, float], units: Mapping[Indicator, float]
) -> Iterator[float]:
    before, after = matrix.values[matrix.baseline], matrix.values[run]
    for one, unit in units.items():
        yield shares[one] * (after[one.id][seed] - before[one.id][seed]) / unit


def _demand(matrix: Matrix, one: Indicator) -> None:
    if one not in matrix.indicators:
        raise ExperimentError(
            f"the run sets cannot be ranked by {one.id}: it is not recorded on all shared seeds by all of them; "
            f"choose from {', '.join(each.id for each in matrix.indicators)}"
        )


def _unit(matrix: Matrix, one: Indicator) -> float:
    """Return what one whole change of an indicator is: the baseline's mean, signed so that more is worse."""
    mean = matrix.mean(matrix.baseline, one)
    if mean == 0 and any(matrix.mean(run, one) for run in matrix.runs):
        raise ExperimentError(
            f"{one.id} cannot be weighed: it is 0 in the baseline {matrix.baseline!r}, so no change is a share of it; "
            "choose another baseline, or leave it out of the weights"
        )
    return (abs(mean) or 1.0) * (1 if one.lower_is_better else -1)


def _places(matrix: Matrix, costs: Costs, sign: float) -> tuple[Place, ...]:
    means = np.array([math.fsum(costs[run].values()) / len(matrix.seeds) for run in matrix.runs])
    ranks = _ranks(means[:, None])[:, 0]
    above, below = _beyond_chance(costs)
    shares = _rank_shares(costs)
    places = [
        Place(
            run=run,
            score=sign * float(mean),
            rank=int(rank),
            best_rank=1 + above[run],
            worst_rank=len(matrix.runs) - below[run],
            shares=shares[run],
            dominated_by=matrix.dominating(run),
        )
        for run, mean, rank in zip(matrix.runs, means, ranks, strict=True)
    ]
    return tuple(sorted(places, key=lambda place: place.rank))


def _beyond_chance(costs: Costs) -> tuple[dict[str, int], dict[str, int]]:
    """Return how many run sets are better than each beyond chance, and how many are worse."""
    pairs = list(itertools.combinations(costs, 2))
    above, below = dict.fromkeys(costs, 0), dict.fromkeys(costs, 0)
    family = judged([(costs[one], costs[other]) for one, other in pairs])
    for (one, other), cell in zip(pairs, family, strict=True):
        if cell.significant and not cell.same:
            better, worse = (one, other) if cell.difference.mean > 0 else (other, one)
            above[worse] += 1
            below[better] += 1
    return above, below


def _rank_shares(costs: Costs) -> dict[str, tuple[float, ...]]:
    """Return how often each run set takes each rank over resamples of the seeds; equal ones share the better rank."""
    seeds = sorted(next(iter(costs.values())))
    drawn = np.random.default_rng(_RANDOM_SEED).multinomial(len(seeds), [1 / len(seeds)] * len(seeds), RESAMPLES)
    # one run set at a time: a sum must not depend on which others stand beside it
    means = np.array([(drawn * [by_seed[seed] for seed in seeds]).sum(axis=1) for by_seed in costs.values()])
    ranks = _ranks(means / len(seeds))
    counts = [np.bincount(row, minlength=len(costs) + 1)[1:] / RESAMPLES for row in ranks]
    return {run: tuple(map(float, row)) for run, row in zip(costs, counts, strict=True)}


def _ranks(means: npt.NDArray[np.float64]) -> npt.NDArray[np.intp]:
    """Return ranks of rows within each column, from 1: one more than how many are better by more than rounding."""
    near = _FLAT * np.abs(means).max(axis=0, initial=0.0)
    return 1 + np.array([(means < row - near).sum(axis=0) for row in means], dtype=np.intp)
