"""A study: the present signals, a search for better ones, and the proof on seeds that the search never saw.

Nothing in a study's folder is needed to go on: the search is deterministic and every run is found again in the run
store, so a study that was interrupted is simply run again and comes to the same end.
"""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

from congestion_lab import __version__
from congestion_lab.core.digests import digest_of
from congestion_lab.core.errors import EngineError
from congestion_lab.core.files import write_json
from congestion_lab.experiments.comparison import PairedDifference, paired
from congestion_lab.experiments.runner import Runner
from congestion_lab.experiments.runset import RunSet
from congestion_lab.experiments.spec import Experiment
from congestion_lab.metrics.objective import mean_delay_s
from congestion_lab.network.model import Network
from congestion_lab.optimization import journal
from congestion_lab.optimization.candidates import PRESENT, analytic_entrants, spaces_worth_a_look
from congestion_lab.optimization.race import Candidate, Entrant, Race
from congestion_lab.optimization.search import search
from congestion_lab.optimization.shortest import kept_safe
from congestion_lab.optimization.space import DecisionSpace, decision_space
from congestion_lab.optimization.streams import Flows
from congestion_lab.signals.intersection import Intersection
from congestion_lab.signals.plan import PlanSet
from congestion_lab.signals.planfile import PlanFile, write_plan_file
from congestion_lab.simulation.result import Failure, Outcome, RunResult
from congestion_lab.simulation.spec import Controller, Detail, SimulationInputs
from congestion_lab.simulation.tables import MOVEMENTS, TRIPS

SUMMARY_FILE = "summary.json"
BEST_PLAN_FILE = "best-plan.json"
PRESENT_PLAN_FILE = "present-plan.json"
_PROPOSED = "proposed"  # what timing sheets and exports call a plan that the search found
_HOUR_S = 3600.0


@dataclass(frozen=True, slots=True)
class Signals:
    """The signals of a scenario.

    Attributes:
        present: The plans of all controllers as they are.
        intersections: What plans must respect.
        network: The roads they stand on.
    """

    present: PlanSet
    intersections: tuple[Intersection, ...]
    network: Network


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
        difference: Mean delay, best minus present, on the confirmation seeds that both finished; None below two.
    """

    folder: Path
    sumo_runs: int
    candidates: int
    best: Candidate
    present_delays_s: Mapping[int, float]
    present: RunSet
    confirmed: RunSet
    difference: PairedDifference | None

    @property
    def best_plans(self) -> PlanSet:
        """The plans that the search found; the present ones if it found none better."""
        return self.best.entrant.plans

    @property
    def improved(self) -> bool:
        """Whether the interval of the change lies below zero."""
        return self.difference is not None and self.difference.high < 0

    @property
    def has_failures(self) -> bool:
        """Whether a confirmation run failed."""
        return bool(self.present.failures or self.confirmed.failures)


@dataclass(frozen=True, slots=True)
class Progress:
    """Where a study stands.

    Attributes:
        stage: What it is doing.
        done: Simulations done in this stage.
        total: Simulations that the stage makes at most.
        best_delay_s: Best mean delay so far; infinite before the first.
    """

    stage: str
    done: int
    total: int
    best_delay_s: float


def run_study(
    experiment: Experiment,
    inputs: SimulationInputs,
    signals: Signals,
    *,
    runner: Runner,
    folder: Path,
    on_progress: Callable[[Progress], None] = lambda _progress: None,
) -> StudySummary:
    """Search, confirm, and write the study's folder.

    Args:
        experiment: What to search, with which budget and seeds.
        inputs: The scenario, whose present plans are those of `signals`.
        signals: The present plans and what plans must respect.
        runner: Makes the simulations.
        folder: The study's folder.
        on_progress: Told after every simulation; one that is found in the run store counts like one that is made.

    Raises:
        SignalPlanError: There is nothing to search.
        EngineError: The present plans could not be simulated.
        ExperimentError: The folder holds another search, or cannot be written.
    """
    settings = experiment.search
    chosen = None if settings.signals == "all" else settings.signals
    bounds = (settings.min_cycle_s, settings.max_cycle_s)
    space = kept_safe(decision_space(signals.present, chosen, cycle_bounds_s=bounds), signals.intersections)
    search_digest = digest_of([inputs.digest, signals.present.digest, settings.model_dump()])
    log = journal.opened(folder, experiment.name, space, search=search_digest)
    simulate = _Simulate(runner, inputs, signals.present, log.failed, _Told(on_progress, settings.sumo_runs))
    race = Race(simulate.delays_s, settings.seeds, settings.sumo_runs)

    def follow(candidate: Candidate) -> None:
        log.record(candidate)
        simulate.told.best_delay_s = race.incumbent.score if race.incumbent else math.inf

    (present,) = race.try_all([Entrant(signals.present, PRESENT)], all_seeds=True)
    flows = simulate.flows_vph(present)
    follow(present)  # only now: what cannot be simulated at all leaves no log, and may be mended and run again
    race.on_candidate = follow
    hours = (inputs.horizon_s - inputs.analysis_begin_s) / _HOUR_S
    spaces = spaces_worth_a_look(space, signals.intersections, flows)
    analytic = [
        entrant
        for each in spaces
        for entrant in analytic_entrants(each, signals.intersections, signals.network, flows, hours=hours)
    ]
    best = search(race, spaces, analytic, seed=settings.random_seed)
    log.write()
    with journal.told(folder):
        _write_plans(folder, experiment.name, inputs.name, signals=signals, best=best)
    simulate.told.begin("confirming", 2 * len(experiment.confirm.seeds))
    summary = _confirmed(experiment, simulate, race, present=present, best=best, folder=folder)
    with journal.told(folder):
        for run_set in (summary.present, summary.confirmed):
            run_set.save(folder / run_set.label)
        write_json(folder / SUMMARY_FILE, summary_as_json(summary, experiment, inputs, space))
    return summary


@dataclass
class _Told:
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


@dataclass
class _Simulate:
    """Runs plans on seeds; the present ones with all details.

    Attributes:
        runner: Makes the simulations.
        inputs: The scenario.
        present: The present plans.
        failed: Plans, by digest, and seeds that failed before and are not run again.
        told: Hears of every simulation.
        failures: Runs that failed.
    """

    runner: Runner
    inputs: SimulationInputs
    present: PlanSet
    failed: frozenset[tuple[str, int]]
    told: _Told
    failures: list[Failure] = field(default_factory=list)

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
        outcomes = self.outcomes(fresh, Detail.TRIPS)
        self.failures += [outcome for outcome in outcomes if isinstance(outcome, Failure)]
        found = dict(zip(fresh, map(_delay_s, outcomes), strict=True))
        return [found.get(pair, math.inf) for pair in pairs]

    def flows_vph(self, present: Candidate) -> Flows:
        """Return the movements of the present plans on the first seed that could be run.

        Raises:
            EngineError: None could.
        """
        seeds = [seed for seed, delay in present.delays_s.items() if math.isfinite(delay)]
        specs = [self.runner.spec(self.inputs, seed, plans=self.present, detail=Detail.FULL) for seed in seeds[:1]]
        for outcome in self.runner.run_all(specs):
            if isinstance(outcome, RunResult):
                return _flows_vph(outcome)
        reasons = "; ".join(dict.fromkeys(failure.message for failure in self.failures))
        raise EngineError(f"the present plans could not be simulated on any seed: {reasons}")


def _delay_s(outcome: Outcome) -> float:
    if isinstance(outcome, Failure):
        return math.inf
    return mean_delay_s(outcome.table(TRIPS), outcome.analysis_begin_s)


def _flows_vph(result: RunResult) -> Flows:
    table = result.table(MOVEMENTS)
    hours = (result.ended_s - result.analysis_begin_s) / _HOUR_S
    if hours <= 0:
        return {}
    rows = zip(table["from_link"], table["to_link"], table["vehicles"], strict=True)
    return {(str(start), str(end)): float(vehicles) / hours for start, end, vehicles in rows}


def _write_plans(folder: Path, study: str, scenario: str, *, signals: Signals, best: Candidate) -> None:
    for file, plans, origin in (
        (PRESENT_PLAN_FILE, signals.present, PRESENT),
        (BEST_PLAN_FILE, _proposed(best.entrant.plans, signals.present), best.entrant.origin),
    ):
        provenance = {"study": study, "origin": origin, "congestion_lab": __version__}
        content = PlanFile(scenario, signals.network.digest, signals.intersections, plans, provenance)
        write_plan_file(folder / file, content)


def _proposed(plans: PlanSet, present: PlanSet) -> PlanSet:
    """Return the plans with those that differ from the present ones under a name of their own."""
    pairs = zip(plans, present, strict=True)
    return PlanSet(tuple(now if now == was else replace(now, program_id=_PROPOSED) for now, was in pairs))


def _confirmed(
    experiment: Experiment, simulate: _Simulate, race: Race, *, present: Candidate, best: Candidate, folder: Path
) -> StudySummary:
    seeds = experiment.confirm.seeds
    sides = [(PRESENT, present, PRESENT_PLAN_FILE), ("best", best, BEST_PLAN_FILE)]
    outcomes = simulate.outcomes([(side.entrant.plans, seed) for _, side, _ in sides for seed in seeds], Detail.FULL)
    sets = []
    for number, (label, _, plan_file) in enumerate(sides):
        mine = tuple(outcomes[number * len(seeds) : (number + 1) * len(seeds)])
        sets.append(RunSet(label, simulate.inputs, Controller.PLANS, mine, folder / plan_file))
    before, after = (_delays_by_seed(side) for side in sets)
    shared = sorted(set(before) & set(after))
    difference = None
    if len(shared) > 1:
        difference = paired({seed: before[seed] for seed in shared}, {seed: after[seed] for seed in shared})
    return StudySummary(
        folder, race.runs_used, len(race.candidates), best, present.delays_s, sets[0], sets[1], difference
    )


def _delays_by_seed(run_set: RunSet) -> dict[int, float]:
    return {seed: _delay_s(result) for seed, result in sorted(run_set.by_seed.items())}


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
        "sumo_runs_allowed": experiment.search.sumo_runs,
        "candidates": summary.candidates,
        "best_origin": summary.best.entrant.origin,
        "search": {PRESENT: _by_seed(summary.present_delays_s), "best": _by_seed(summary.best.delays_s)},
        "confirmation": {
            PRESENT: _by_seed(_delays_by_seed(summary.present)),
            "best": _by_seed(_delays_by_seed(summary.confirmed)),
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
    }


def _by_seed(delays: Mapping[int, float]) -> dict[str, float | None]:
    return {str(seed): delay if math.isfinite(delay) else None for seed, delay in delays.items()}
