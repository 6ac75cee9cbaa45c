"""What every question shares: where to measure, plans run on seeds, rows of a table, answers."""

import json
import math
import statistics
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.scenes import Scene, load_scene
from congestion_lab.core.files import write_text
from congestion_lab.experiments.executor import LocalExecutor
from congestion_lab.experiments.runner import Runner
from congestion_lab.experiments.store import RunStore
from congestion_lab.optimization.study.simulating import delay_s
from congestion_lab.signals.plan import PlanSet
from congestion_lab.simulation.result import RunResult, Status
from congestion_lab.simulation.spec import Controller, Detail
from congestion_lab.sumo.running.engine import SumoEngine


@dataclass(frozen=True)
class Setting:
    """How to measure.

    Attributes:
        scenes: Names of the scenarios.
        folder: Where runs and answers are kept.
        workers: Simulations at a time.
        tell: Hears of progress.
        plans: Random plans on which engines are compared.
        skipped: Groups of rivals that are left out where plans are compared.
        maps: Extracts that are imported, by the beginning of their file's name; all if there are none.
    """

    scenes: tuple[str, ...]
    folder: Path
    workers: int
    tell: Callable[[str], None]
    plans: int = 60
    skipped: frozenset[str] = frozenset()
    maps: tuple[str, ...] = ()

    def scene(self, name: str) -> Scene:
        """Return a scenario, prepared."""
        return load_scene(name, self.folder / ".cache")

    @contextmanager
    def runner(self, scene: str) -> Iterator[Runner]:
        """Yield a runner of SUMO that keeps what it ran under the scenario's name."""
        with LocalExecutor(SumoEngine(), RunStore(self.folder / scene / "runs"), self.workers) as executor:
            yield Runner(executor)


@dataclass(frozen=True)
class Answer:
    """What a question was answered.

    Attributes:
        text: Tables for people, in Markdown.
        data: The same for machines: anything that JSON can hold.
    """

    text: str
    data: Any

    def save(self, folder: Path, question: str) -> None:
        """Write both under the question's name; what is no number is written as null."""
        write_text(folder / f"{question}.md", self.text)
        write_text(folder / f"{question}.json", json.dumps(_finite(self.data), indent=2, ensure_ascii=False) + "\n")


@dataclass(frozen=True)
class Row:
    """One way to run a scenario, measured.

    Attributes:
        name: What it is.
        delays_s: Mean delay by seed.
        remark: What else is to be said: gridlocks, failures, runs used.
    """

    name: str
    delays_s: Mapping[int, float]
    remark: str = ""

    @property
    def mean_s(self) -> float:
        """Mean over the seeds; NaN where none ended well."""
        return statistics.fmean(self.delays_s.values()) if self.delays_s else math.nan

    @property
    def median_s(self) -> float:
        """Median over the seeds, which one gridlock does not move; NaN where none ended well."""
        return statistics.median(self.delays_s.values()) if self.delays_s else math.nan

    def __str__(self) -> str:
        return mean_and_sd(list(self.delays_s.values()))


def ran(
    scene: Scene,
    runner: Runner,
    name: str,
    plans: PlanSet | None,
    seeds: Sequence[int],
    *,
    controller: Controller = Controller.PLANS,
    detail: Detail = Detail.TRIPS,
    remark: str = "",
) -> Row:
    """Run plans on seeds; a failed run is no delay but a remark."""
    specs = [runner.spec(scene.inputs, seed, plans=plans, controller=controller, detail=detail) for seed in seeds]
    outcomes = runner.run_all(specs)
    results = [outcome for outcome in outcomes if isinstance(outcome, RunResult)]
    jammed = sum(run.status is Status.GRIDLOCK for run in results)
    failed = len(outcomes) - len(results)
    remarks = [remark, f"{jammed} gridlocks" if jammed else "", f"{failed} failed" if failed else ""]
    return Row(name, {run.seed: delay_s(run) for run in results}, ", ".join(filter(None, remarks)))


def delays_s(
    scene: Scene,
    runner: Runner,
    plans: Sequence[PlanSet],
    seeds: Sequence[int],
    *,
    detail: Detail = Detail.TRIPS,
) -> list[list[float]]:
    """Return the mean delay of each plan on each seed; infinite where a run failed."""
    specs = [runner.spec(scene.inputs, seed, plans=each, detail=detail) for each in plans for seed in seeds]
    found = iter([delay_s(outcome) for outcome in runner.run_all(specs)])
    return [[next(found) for _ in seeds] for _ in plans]


def mean_and_sd(values: Sequence[float], digits: int = 1) -> str:
    """Return `mean ± standard deviation`; the mean alone for one value."""
    if not values:
        return "–"
    mean = f"{statistics.fmean(values):.{digits}f}"
    return f"{mean} ± {statistics.stdev(values):.{digits}f}" if len(values) > 1 else mean


def table(head: Sequence[str], rows: Sequence[Sequence[object]]) -> str:
    """Return a Markdown table."""
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join(map(str, line)) + " |" for line in lines) + "\n"


def _finite(value: object) -> object:
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, Mapping):
        return {str(key): _finite(one) for key, one in value.items()}
    if isinstance(value, (list, tuple)):
        return [_finite(one) for one in value]
    return value
