"""A study: the present signals, a search for better ones, and the proof on seeds that the search never saw.

Nothing in a study's folder is needed to go on: the search is deterministic and every run is found again in the run
store, so a study that was interrupted is simply run again and comes to the same end.
"""

import math
import statistics
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from congestion_lab.core.digests import digest_of
from congestion_lab.core.files import write_json
from congestion_lab.experiments.comparison import paired
from congestion_lab.experiments.runner import Runner
from congestion_lab.experiments.runset import RunSet
from congestion_lab.experiments.spec import Experiment
from congestion_lab.optimization.search.agreement import Agreement
from congestion_lab.optimization.search.budget import Clock
from congestion_lab.optimization.search.candidates import (
    PRESENT,
    analytic_entrants,
    of_every_control,
    spaces_worth_a_look,
)
from congestion_lab.optimization.search.fastmodel import FastModel, Metered
from congestion_lab.optimization.search.ladder import FIRST_FIELD, Ladder
from congestion_lab.optimization.search.levels import SUMO, TRIAL, Climb, Spending
from congestion_lab.optimization.search.race import Candidate, Entrant, Race
from congestion_lab.optimization.search.sumosearch import FIELD, search
from congestion_lab.optimization.search.surrogate import Surrogate
from congestion_lab.optimization.search.trial import SHARE, Tried, bounded, further_seeds, kept_runs, lined_up, on_trial
from congestion_lab.optimization.search.winner import in_line_by_sumo
from congestion_lab.optimization.space.searched import searched_space
from congestion_lab.optimization.space.space import DecisionSpace
from congestion_lab.optimization.study import journal
from congestion_lab.optimization.study.plans import Signals, write_plans
from congestion_lab.optimization.study.simulating import Progress, Simulate, Told, delays_by_seed
from congestion_lab.optimization.study.standing import announced, require_alone
from congestion_lab.optimization.study.studyfiles import BEST_PLAN_FILE, PRESENT_PLAN_FILE, SUMMARY_FILE
from congestion_lab.optimization.study.studysummary import StudySummary, summary_as_json
from congestion_lab.simulation.spec import Controller, Detail, SimulationInputs

_LEAST_CANDIDATES = 2  # that a search tries: the present plans and others
_HOUR_S = 3600.0


def run_study(
    experiment: Experiment,
    inputs: SimulationInputs,
    signals: Signals,
    *,
    runner: Runner,
    folder: Path,
    fast: FastModel | None = None,
    clock: Clock | None = None,
    on_progress: Callable[[Progress], None] = lambda _progress: None,
) -> StudySummary:
    """Search, confirm, and write the study's folder.

    Args:
        experiment: What to search, with which budget and seeds.
        inputs: The scenario, whose present plans are those of `signals`.
        signals: The present plans and what plans must respect.
        runner: Makes the simulations.
        folder: The study's folder.
        fast: A fast engine with the scenario compiled into it; without one the search asks the runner's engine only.
        clock: Time for the study; its bound is the experiment's. Without one the time runs from this call on.
        on_progress: Told after every simulation; one that is found in the run store counts like one that is made.

    Raises:
        SignalPlanError: There is nothing to search.
        ScenarioError: The minutes hold no search beside the present plans and the confirmation.
        EngineError: The present plans could not be simulated.
        ExperimentError: The folder holds another search, is at work in another process, or cannot be written.
    """
    require_alone(folder)
    settings = experiment.search
    space = searched_space(settings, signals.present, signals.intersections)
    kept = kept_runs(settings.runs_allowed, len(settings.seeds))
    search_digest = digest_of(
        [inputs.digest, signals.present.digest, settings.model_dump(), settings.runs_allowed, kept, fast is not None]
    )
    log = journal.opened(folder, experiment.name, space, search=search_digest)
    with announced(folder, on_progress) as tell:
        told = Told(tell, settings.sumo_runs if settings.runs_allowed == settings.sumo_runs else 0)
        detail = Detail.TRIPS if fast is None else Detail.MOVEMENTS  # the fast engine learns from movements
        simulate = Simulate(runner, inputs, signals.present, log.failed, told, detail)
        spending = Spending(Race(simulate.delays_s, settings.seeds, settings.runs_allowed, runs_kept=kept))
        clock = clock or Clock(settings.minutes)
        field = FIELD if fast is None else FIRST_FIELD
        study = _Study(experiment, inputs, signals, simulate, spending, log, clock, field)
        present = study.present()
        climb = study.climbed(space, fast, present)
        best = climb.best
        log.write()
        told.begin("confirming", 2 * len(experiment.confirm.seeds))
        summary = _confirmed(study, climb, present=present, best=best, folder=folder)
        with journal.told(folder):
            write_plans(folder, summary, study=experiment.name, signals=signals)
            for run_set in (summary.present, summary.confirmed):
                run_set.save(folder / run_set.label)
            write_json(folder / SUMMARY_FILE, summary_as_json(summary, experiment, inputs, space))
        return summary


@dataclass(frozen=True, slots=True)
class _Study:
    """What the steps of a study share.

    Attributes:
        experiment: What to search.
        inputs: The scenario.
        signals: The present plans and what plans must respect.
        simulate: Makes simulations.
        spending: What the search took so far, and its race.
        log: What it leaves.
        clock: Time left.
        field: Plans that SUMO runs at a time.
    """

    experiment: Experiment
    inputs: SimulationInputs
    signals: Signals
    simulate: Simulate
    spending: Spending
    log: journal.Journal
    clock: Clock
    field: int

    def present(self) -> Candidate:
        """Run the present plans.

        Raises:
            EngineError: They could not be simulated.
            ScenarioError: They took so long that the minutes hold no search.
        """
        with self.spending.on(PRESENT):
            race = self.spending.race
            (present,) = race.try_all([Entrant(self.signals.present, PRESENT)], all_seeds=True)
        self.simulate.flows_vph(present)
        self._keep_time()
        self.follow(present)  # only now: what cannot be searched leaves no log, and may be mended and run again
        race.on_candidate = self.follow
        self.spending.gave(PRESENT)
        return present

    def _keep_time(self) -> None:
        """Keep the time of a field of plans and of the confirmation.

        Raises:
            ScenarioError: A search that has not begun would have no time before these.
        """
        race, begun = self.spending.race, len(self.log.stored)
        self.clock.reached = max(begun, _LEAST_CANDIDATES)
        field = min(self.field * len(race.seeds), race.runs_left)
        self.clock.keep(self.simulate.pace, field=field, confirming=2 * len(self.experiment.confirm.seeds))
        if not begun:
            self.clock.require_search(self.experiment.name)
        if self.clock.minutes is not None:
            race.runs_kept = self._runs_in_time(race.runs_kept)

    def _runs_in_time(self, kept: int) -> int:
        """Keep the time of the trial, and return how many runs it has: as many as when the search was first made."""
        pace = self.simulate.pace
        runs = self.log.trial_runs
        if runs is None:
            runs = bounded(min(kept, pace.runs_in(SHARE * self.clock.left_s)))
            self.log.keep_trial_runs(runs)
        self.clock.kept_s += pace.time_s(runs)
        return runs

    def follow(self, candidate: Candidate) -> None:
        """Log a candidate."""
        self.log.record(candidate)
        incumbent = self.spending.race.incumbent
        self.simulate.told.best_delay_s = incumbent.score if incumbent else math.inf

    def climbed(self, space: DecisionSpace, fast: FastModel | None, present: Candidate) -> Climb:
        """Search, and keep how it ended."""
        flows = self.simulate.flows_vph(present)
        signals, hours = self.signals, (self.inputs.horizon_s - self.inputs.analysis_begin_s) / _HOUR_S
        spaces = spaces_worth_a_look(space, signals.intersections, flows)
        formulas = [
            entrant
            for each in spaces
            for entrant in of_every_control(
                each, analytic_entrants(each, signals.intersections, signals.network, flows, hours=hours)
            )
        ]
        if self.clock.minutes is not None and self.log.end is not None:
            self.clock.ended_after, self.clock.reason = self.log.end
        climb = self._by_sumo(spaces, formulas) if fast is None else self._by_ladder(fast, spaces, formulas)
        self.log.keep_end(climb.end)
        line = lined_up(climb.line, present)
        return self._tried(climb, line) if len(line) > 1 and self.spending.race.runs_kept else climb

    def _tried(self, climb: Climb, line: Sequence[Candidate]) -> Climb:
        """Put the plans in line on trial; the last are the present ones."""
        race, spending, experiment = self.spending.race, self.spending, self.experiment
        taken = {*experiment.search.seeds, *experiment.confirm.seeds}
        seeds = further_seeds(experiment.search.random_seed, race.runs_kept, taken=taken)
        with spending.on(TRIAL):
            tried = on_trial(race, line, seeds, on_runs=self.log.keep_trial)
        spending.judged(TRIAL, sum(bool(one.further_s) for one in tried))
        searched = [delay for seed, delay in tried[0].delays_s.items() if seed in race.seeds]
        spending.gave(TRIAL, best_s=statistics.fmean(searched))
        self.simulate.told.remark(_trial_in_words(tried))
        return replace(climb, levels=tuple(spending.levels.values()), trial=tuple(tried))

    def _by_ladder(self, fast: FastModel, spaces: tuple[DecisionSpace, ...], formulas: list[Entrant]) -> Climb:
        told, seed = self.simulate.told, self.experiment.search.random_seed
        return Ladder(
            self.spending,
            Surrogate(Metered(fast, self.spending.engine), spaces, seed),
            lambda: self.simulate.observed,
            seed,
            clock=self.clock,
            cuts=self.log.cuts if self.clock.minutes is not None else [],
            on_cut=self.log.keep_cuts,
            tell=told.judged,
            remark=told.remark,
        ).climb(formulas)

    def _by_sumo(self, spaces: tuple[DecisionSpace, ...], formulas: list[Entrant]) -> Climb:
        race = self.spending.race
        with self.spending.on(SUMO):
            seed = self.experiment.search.random_seed
            search(race, spaces, formulas, seed=seed, goes_on=lambda: not self._is_over())
        self.spending.gave(SUMO)
        levels = tuple(self.spending.levels.values())
        return Climb(in_line_by_sumo(race, spaces[0]), levels, Agreement(), "none", self._end_by_sumo())

    def _end_by_sumo(self) -> str:
        if self.spending.race.runs_left < len(self.experiment.search.seeds):
            return "the simulations are used up"
        return self.clock.reason if self._is_over() else "no further plan was found nearby"

    def _is_over(self) -> bool:
        return self.clock.is_over(len(self.spending.race.candidates))


def _confirmed(study: _Study, climb: Climb, *, present: Candidate, best: Candidate, folder: Path) -> StudySummary:
    seeds, simulate, race = study.experiment.confirm.seeds, study.simulate, study.spending.race
    sides = [(PRESENT, present, PRESENT_PLAN_FILE), ("best", best, BEST_PLAN_FILE)]
    outcomes = simulate.outcomes([(side.entrant.plans, seed) for _, side, _ in sides for seed in seeds], Detail.FULL)
    sets = []
    for number, (label, _, plan_file) in enumerate(sides):
        mine = tuple(outcomes[number * len(seeds) : (number + 1) * len(seeds)])
        sets.append(RunSet(label, simulate.inputs, Controller.PLANS, mine, folder / plan_file))
    before, after = (delays_by_seed(side) for side in sets)
    shared = sorted(set(before) & set(after))
    difference = None
    if len(shared) > 1:
        difference = paired({seed: before[seed] for seed in shared}, {seed: after[seed] for seed in shared})
    return StudySummary(
        folder, race.runs_used, len(race.candidates), best, present.delays_s, sets[0], sets[1], climb, difference
    )


def _trial_in_words(tried: Sequence[Tried]) -> str:
    told = (
        f"{one.mean_delay_s:.1f} s over {len(one.delays_s)} seeds ({one.candidate.entrant.origin})" for one in tried
    )
    return f"on trial on further seeds, the best first: {'; '.join(told)}"
