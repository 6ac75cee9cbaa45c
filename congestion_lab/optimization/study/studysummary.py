"""How a study ended, as a value and as `summary.json`."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from congestion_lab import __version__
from congestion_lab.core.plain import finite
from congestion_lab.experiments.comparison import PairedDifference
from congestion_lab.experiments.runset import RunSet
from congestion_lab.experiments.spec import Experiment
from congestion_lab.optimization.search.candidates import PRESENT
from congestion_lab.optimization.search.levels import Climb, Level
from congestion_lab.optimization.search.race import Candidate
from congestion_lab.optimization.search.trial import Tried
from congestion_lab.optimization.space.space import DecisionSpace
from congestion_lab.optimization.study.proof import Outcome, outcome_of
from congestion_lab.optimization.study.simulating import delays_by_seed
from congestion_lab.signals.plan import PlanSet
from congestion_lab.simulation.spec import SimulationInputs


@dataclass(frozen=True, slots=True)
class StudySummary:
    """How a study ended.

    Attributes:
        folder: The study's folder.
        sumo_runs: Simulations that the search made.
        candidates: Plans that it tried.
        best: The best candidate of the search.
        present_delays_s: Mean delay of the present plans by search seed.
        present: The present plans on the confirmation seeds.
        confirmed: The best plans on the confirmation seeds.
        climb: How the search went, level by level.
        difference: Mean delay, best minus present, on the confirmation seeds that both finished; None below two.
    """

    folder: Path
    sumo_runs: int
    candidates: int
    best: Candidate
    present_delays_s: Mapping[int, float]
    present: RunSet
    confirmed: RunSet
    climb: Climb
    difference: PairedDifference | None

    @property
    def best_plans(self) -> PlanSet:
        """The plans that the search found; the present ones if it found none better."""
        return self.best.entrant.plans

    @property
    def improved(self) -> bool:
        """Whether the interval of the change lies below zero."""
        return self.outcome is Outcome.BETTER

    @property
    def outcome(self) -> Outcome:
        """What the confirmation proved."""
        return outcome_of(self.difference)

    @property
    def has_failures(self) -> bool:
        """Whether a confirmation run failed."""
        return bool(self.present.failures or self.confirmed.failures)


def summary_as_json(
    summary: StudySummary, experiment: Experiment, inputs: SimulationInputs, space: DecisionSpace
) -> dict[str, Any]:
    """Return what `summary.json` holds: delays per seed of both plans, search and confirmation apart."""
    difference = summary.difference
    engines = {result.provenance.engine: result.provenance.engine_version for result in summary.confirmed.results}
    return {
        "study": experiment.name,
        "scenario": inputs.name,
        "versions": {"congestion_lab": __version__, **engines},
        "digests": {"scenario": inputs.digest, "best_plan": summary.best_plans.digest},
        "random_seed": experiment.search.random_seed,
        "controllers": [ring.plan.controller_id for ring in space.rings],
        "dimension": space.dimension,
        "sumo_runs": summary.sumo_runs,
        "sumo_runs_allowed": experiment.search.runs_allowed,
        "minutes_allowed": experiment.search.minutes,
        "candidates": summary.candidates,
        "best_number": summary.best.number,
        "best_origin": summary.best.entrant.origin,
        "ended": summary.climb.end,
        "levels": [_level(level) for level in summary.climb.levels],
        "fast_engine": _agreement(summary.climb),
        "search": {PRESENT: _by_seed(summary.present_delays_s), "best": _by_seed(summary.best.delays_s)},
        "trial": [_tried(one) for one in summary.climb.trial],
        "confirmation": {
            PRESENT: _by_seed(delays_by_seed(summary.present)),
            "best": _by_seed(delays_by_seed(summary.confirmed)),
            "failures": [asdict(one) for side in (summary.present, summary.confirmed) for one in side.failures],
            "difference": None
            if difference is None
            else {
                "mean": difference.mean,
                "low": difference.low,
                "high": difference.high,
                "n": len(difference.seeds),
                "significant": difference.significant,
            },
        },
        "improved": summary.improved,
        "outcome": summary.outcome.value,
    }


def _level(level: Level) -> dict[str, Any]:
    """Return a level; its times are those of the last call, which finds earlier simulations in the run store."""
    return {key: finite(value) if isinstance(value, float) else value for key, value in asdict(level).items()}


def _tried(one: Tried) -> dict[str, Any]:
    """Return what the trial found of plans, the seeds of the search apart."""
    candidate = one.candidate
    return {
        "number": candidate.number,
        "origin": candidate.entrant.origin,
        "delays_s": _by_seed(one.further_s),
        "seeds": len(one.delays_s),
        "mean_delay_s": finite(one.mean_delay_s),
    }


def _agreement(climb: Climb) -> dict[str, Any] | None:
    """Return how the fast engine and SUMO agree; None if it was not asked."""
    agreed = climb.agreement
    if not agreed.plans:
        return None
    return {
        "plans": agreed.plans,
        "rank_correlation": agreed.rank_correlation,
        "sumo_over_fast": agreed.ratio,
        "spread": finite(agreed.error),
        "correction": climb.correction,
    }


def _by_seed(delays: Mapping[int, float]) -> dict[str, float | None]:
    return {str(seed): finite(delay) for seed, delay in delays.items()}
