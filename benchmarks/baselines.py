"""What others would do: SUMO's timing tools, and Optuna's default sampler on the same decision space."""

import statistics
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import optuna

from benchmarks.measuring import delays_s
from benchmarks.scenes import Scene
from congestion_lab.core.errors import EngineError
from congestion_lab.experiments.runner import Runner
from congestion_lab.signals.plan import PlanSet
from congestion_lab.sumo.controllers.timing_tools import Cycle, timed_by_sumo

_WORST_S = 1e6  # told for a run that failed: samplers average what they are told
TOOLS = tuple(
    (cycle, coordinated)
    for cycle in Cycle
    for coordinated in (False, True)
    if cycle is not Cycle.SHIPPED or coordinated
)


@dataclass(frozen=True)
class Found:
    """What a search found.

    Attributes:
        plans: Its best plans.
        delay_s: Their mean delay on the seeds of the search.
        runs: Simulations that it used.
    """

    plans: PlanSet
    delay_s: float
    runs: int


def tool_plans(scene: Scene, folder: Path) -> Iterator[tuple[str, PlanSet | EngineError]]:
    """Yield the plans that SUMO's timing tools make of the scenario, or why they failed."""
    for cycle, coordinated in TOOLS:
        name = f"{cycle.value}{'+coord' if coordinated else ''}"
        try:
            yield name, timed_by_sumo(scene.inputs, folder / name, cycle=cycle, coordinated=coordinated)
        except EngineError as error:
            yield name, error


def by_default_sampler(scene: Scene, runner: Runner, *, runs: int, seeds: Sequence[int], random_seed: int = 1) -> Found:
    """Return what Optuna's default sampler (TPE) finds in the scenario's decision space.

    It starts with the present plans, like our own search; every trial is the mean over the seeds.

    Args:
        scene: The scenario.
        runner: Simulates.
        runs: Simulations allowed, the present plans' included.
        seeds: Seeds of the search.
        random_seed: Seed of the sampler.
    """
    space = scene.space

    def judged_s(plans: PlanSet) -> float:
        (delays,) = delays_s(scene, runner, [plans], seeds)
        return statistics.fmean(delays)

    best = Found(scene.signals.present, judged_s(scene.signals.present), len(seeds))
    sampler = _DefaultSampler(space.names, space.encode(best.plans), best.delay_s, random_seed)
    for used in range(2 * len(seeds), runs + 1, len(seeds)):
        trial, point = sampler.ask()
        plans = space.decode(point)
        delay = judged_s(plans)
        sampler.tell(trial, delay)
        best = Found(plans, delay, used) if delay < best.delay_s else replace(best, runs=used)
    return best


class _DefaultSampler:
    """Optuna as it comes, by ask and tell, told of a start."""

    def __init__(self, names: Sequence[str], start: Sequence[float], delay_s: float, seed: int) -> None:
        optuna.logging.set_verbosity(optuna.logging.WARNING)
        self._names = names
        self._box: dict[str, optuna.distributions.BaseDistribution] = {
            name: optuna.distributions.FloatDistribution(0.0, 1.0) for name in names
        }
        self._study = optuna.create_study(sampler=optuna.samplers.TPESampler(seed=seed))
        params = dict(zip(names, start, strict=True))
        known = optuna.trial.create_trial(params=params, distributions=self._box, value=min(delay_s, _WORST_S))
        self._study.add_trial(known)

    def ask(self) -> tuple[optuna.Trial, list[float]]:
        trial = self._study.ask(self._box)
        return trial, [trial.params[name] for name in self._names]

    def tell(self, trial: optuna.Trial, delay_s: float) -> None:
        self._study.tell(trial, min(delay_s, _WORST_S))
