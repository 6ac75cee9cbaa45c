"""Many run sets by many indicators, each against one baseline, judged together."""

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from congestion_lab.core.errors import ExperimentError
from congestion_lab.experiments.multiplicity import Judged, Values, judged
from congestion_lab.metrics.indicators import Indicator, indicator
from congestion_lab.metrics.summary import RunSummary

# What is judged unless others are named: few, so that the correction leaves power, and each of another kind.
JUDGED = tuple(
    map(
        indicator, ("mean_delay_s", "p95_travel_time_s", "stops_per_veh", "max_queue_m", "co2_per_km_g", "unserved_veh")
    )
)
_FEWEST_SEEDS = 2


@dataclass(frozen=True, slots=True)
class Matrix:
    """Run sets by indicators over the seeds that all of them finished.

    Attributes:
        runs: Names of the run sets in the order given, the baseline among them.
        baseline: The one that the others are compared with.
        seeds: Seeds that all finished, ascending; all figures rest on these.
        left_out: Other seeds that a run set finished, by its name; only run sets that have such.
        indicators: What is judged.
        unrecorded: What was to be judged and is not, because a run did not record it.
        values: By run set, indicator id and seed.
        cells: By run set and indicator id, for all but the baseline; together they are one family.
    """

    runs: tuple[str, ...]
    baseline: str
    seeds: tuple[int, ...]
    left_out: Mapping[str, tuple[int, ...]]
    indicators: tuple[Indicator, ...]
    unrecorded: tuple[Indicator, ...]
    values: Mapping[str, Mapping[str, Values]]
    cells: Mapping[tuple[str, str], Judged]

    @property
    def others(self) -> tuple[str, ...]:
        """The run sets that are compared with the baseline."""
        return tuple(run for run in self.runs if run != self.baseline)

    def mean(self, run: str, one: Indicator) -> float:
        """Return the mean of an indicator over the seeds."""
        return math.fsum(self.values[run][one.id].values()) / len(self.seeds)

    def dominating(self, run: str) -> tuple[str, ...]:
        """Return run sets that are, by their means, nowhere worse than this one and somewhere better.

        Everything that is judged counts. Chance is not considered.
        """
        return tuple(other for other in self.runs if other != run and self._dominates(other, run))

    def _dominates(self, one: str, other: str) -> bool:
        losses = [
            (self.mean(one, each) - self.mean(other, each)) * (1 if each.lower_is_better else -1)
            for each in self.indicators
        ]
        return max(losses) <= 0 and min(losses) < 0


def compare_all(
    runs: Mapping[str, Mapping[int, RunSummary]], baseline: str, indicators: Sequence[Indicator] = JUDGED
) -> Matrix:
    """Compare every run set with the baseline, paired by seed.

    Args:
        runs: Figures by seed of each run set, by name; at least two.
        baseline: Name of one of them.
        indicators: What is judged; each has a direction of good.

    Raises:
        ExperimentError: The run sets share fewer than two seeds, or recorded none of the indicators.
    """
    seeds = tuple(sorted(set.intersection(*(set(by_seed) for by_seed in runs.values()))))
    if len(seeds) < _FEWEST_SEEDS:
        have = "; ".join(f"{name}: {', '.join(map(str, sorted(by_seed))) or 'none'}" for name, by_seed in runs.items())
        plural = "" if len(seeds) == 1 else "s"
        raise ExperimentError(
            f"the run sets share {len(seeds)} seed{plural} and need at least {_FEWEST_SEEDS} ({have}); "
            "simulate them on the same seeds, or leave one out"
        )
    recorded = [one for one in indicators if all(_has(by_seed, one, seeds) for by_seed in runs.values())]
    if not recorded:
        asked = ", ".join(each.id for each in indicators)
        raise ExperimentError(f"no indicator is recorded on all shared seeds by all run sets ({asked})")
    values = {name: {one.id: dict(_values(by_seed, one, seeds)) for one in recorded} for name, by_seed in runs.items()}
    keys = [(name, one.id) for name in runs if name != baseline for one in recorded]
    family = judged([(values[baseline][one], values[name][one]) for name, one in keys])
    return Matrix(
        runs=tuple(runs),
        baseline=baseline,
        seeds=seeds,
        left_out={name: lone for name, by_seed in runs.items() if (lone := tuple(sorted(set(by_seed) - set(seeds))))},
        indicators=tuple(recorded),
        unrecorded=tuple(one for one in indicators if one not in recorded),
        values=values,
        cells=dict(zip(keys, family, strict=True)),
    )


def verdict(one: Indicator, cell: Judged) -> str:
    """Return what a comparison shows: `better`, `worse`, `same` on every seed, or `unclear`."""
    if cell.same:
        return "same"
    if not cell.significant:
        return "unclear"
    return "better" if (cell.difference.mean < 0) == one.lower_is_better else "worse"


def _has(by_seed: Mapping[int, RunSummary], one: Indicator, seeds: Sequence[int]) -> bool:
    return all(math.isfinite(value) for _seed, value in _values(by_seed, one, seeds))


def _values(by_seed: Mapping[int, RunSummary], one: Indicator, seeds: Sequence[int]) -> Iterator[tuple[int, float]]:
    for seed in seeds:
        value = one.value(by_seed[seed])
        yield seed, math.nan if value is None else value
