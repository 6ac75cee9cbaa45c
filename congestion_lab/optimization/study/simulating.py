"""The simulations of a study, made by its runner, counted and told of."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from congestion_lab.core.errors import EngineError
from congestion_lab.experiments.runner import Runner
from congestion_lab.experiments.runset import RunSet
from congestion_lab.metrics.flows import movement_flows_vph
from congestion_lab.metrics.objective import mean_delay_s
from congestion_lab.optimization.search.budget import Pace
from congestion_lab.optimization.search.fastmodel import Observed
from congestion_lab.optimization.search.levels import FAST
from congestion_lab.optimization.search.race import Candidate
from congestion_lab.signals.performance.streams import Flows
from congestion_lab.signals.plan import PlanSet
from congestion_lab.simulation.result import Failure, Outcome, RunResult
from congestion_lab.simulation.spec import Detail, SimulationInputs
from congestion_lab.simulation.tables import TRIPS

SIMULATIONS, PLANS = "simulations", "plans"


@dataclass(frozen=True, slots=True)
class Progress:
    """Where a study stands.

    Attributes:
        stage: What it is doing.
        done: What it has done in this stage.
        total: What it does at most; 0 where only time is the bound.
        best_delay_s: Best mean delay in SUMO so far; infinite before the first.
        counts: What is counted: simulations, or plans judged by the fast engine.
        remark: What has just been found out, a sentence; mostly none.
    """

    stage: str
    done: int
    total: int
    best_delay_s: float
    counts: str = SIMULATIONS
    remark: str = ""


@dataclass
class Told:
    """Counts simulations and tells of them."""

    tell: Callable[[Progress], None]
    total: int
    stage: str = "searching"
    done: int = 0
    best_delay_s: float = math.inf

    def begin(self, stage: str, total: int) -> None:
        """Go over to another stage."""
        self.stage, self.total, self.done = stage, total, -1
        self.count()

    def count(self) -> None:
        """Count one simulation."""
        self.done += 1
        self.tell(Progress(self.stage, self.done, self.total, self.best_delay_s))

    def judged(self, done: int, total: int) -> None:
        """Tell of plans that the fast engine judged."""
        self.tell(Progress(FAST, done, total, self.best_delay_s, PLANS))

    def remark(self, text: str) -> None:
        """Tell what has been found out."""
        self.tell(Progress(self.stage, self.done, self.total, self.best_delay_s, remark=text))


@dataclass
class Simulate:
    """Runs plans on seeds; the present ones with all details.

    Attributes:
        runner: Makes the simulations.
        inputs: The scenario.
        present: The present plans.
        failed: Plans, by digest, and seeds that failed before and are not run again.
        told: Hears of every simulation.
        detail: How much the search's runs record.
        failures: Runs that failed.
        results: Runs of the search that did not, by plans and seed.
    """

    runner: Runner
    inputs: SimulationInputs
    present: PlanSet
    failed: frozenset[tuple[str, int]]
    told: Told
    detail: Detail = Detail.TRIPS
    failures: list[Failure] = field(default_factory=list)
    results: dict[tuple[PlanSet, int], RunResult] = field(default_factory=dict)

    @property
    def observed(self) -> list[Observed]:
        """The runs of the search with what they gave."""
        return [(plans, seed, result) for (plans, seed), result in self.results.items()]

    def outcomes(self, pairs: Sequence[tuple[PlanSet, int]], detail: Detail) -> list[Outcome]:
        """Run plans on seeds."""
        specs = [
            self.runner.spec(self.inputs, seed, plans=plans, detail=Detail.FULL if plans == self.present else detail)
            for plans, seed in pairs
        ]
        return self.runner.run_all(specs, lambda _spec, _outcome: self.told.count())

    def delays_s(self, pairs: Sequence[tuple[PlanSet, int]]) -> list[float]:
        """Return mean delays; infinite where a run failed."""
        fresh = [pair for pair in pairs if (pair[0].digest, pair[1]) not in self.failed]
        outcomes = dict(zip(fresh, self.outcomes(fresh, self.detail), strict=True))
        self.failures += [outcome for outcome in outcomes.values() if isinstance(outcome, Failure)]
        self.results |= {pair: outcome for pair, outcome in outcomes.items() if isinstance(outcome, RunResult)}
        found = {pair: delay_s(outcome) for pair, outcome in outcomes.items()}
        return [found.get(pair, math.inf) for pair in pairs]

    @property
    def pace(self) -> Pace:
        """How fast simulations are made, by the slowest of the search so far; runs found in the store say it too."""
        slowest_s = max((result.provenance.wall_s for result in self.results.values()), default=0.0)
        return Pace(slowest_s, self.runner.executor.workers)

    def flows_vph(self, present: Candidate) -> Flows:
        """Return the movements of the present plans on the first seed that could be run.

        Raises:
            EngineError: None could.
        """
        for seed in present.delays_s:
            if (self.present, seed) in self.results:
                return movement_flows_vph(self.results[self.present, seed])
        reasons = "; ".join(dict.fromkeys(failure.message for failure in self.failures))
        raise EngineError(f"the present plans could not be simulated on any seed: {reasons}")


def delay_s(outcome: Outcome) -> float:
    """Return the mean delay of a run; infinite if it failed."""
    if isinstance(outcome, Failure):
        return math.inf
    return mean_delay_s(outcome.table(TRIPS), outcome.analysis_begin_s)


def delays_by_seed(run_set: RunSet) -> dict[int, float]:
    """Return the mean delay of every finished run."""
    return {seed: delay_s(result) for seed, result in sorted(run_set.by_seed.items())}
