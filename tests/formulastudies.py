"""Studies on an engine whose delays a formula gives, so that a whole one takes a moment."""

import json
import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import optuna
import pandas as pd
from numpy.typing import NDArray

from congestion_lab.core.errors import EngineError
from congestion_lab.core.geometry import Turn
from congestion_lab.experiments.executor import OnDone, simulate
from congestion_lab.experiments.runner import Runner
from congestion_lab.experiments.spec import Experiment, load_experiment
from congestion_lab.experiments.store import RunStore
from congestion_lab.network.model import Network
from congestion_lab.optimization.search.fastmodel import Observed
from congestion_lab.optimization.study.plans import Signals
from congestion_lab.optimization.study.study import run_study
from congestion_lab.optimization.study.studysummary import StudySummary
from congestion_lab.signals.intersection import Intersection, SignalHead
from congestion_lab.signals.plan import Aspect, Control, Interval, PlanSet, SignalGroup, SignalPlan
from congestion_lab.simulation.engine import Engine
from congestion_lab.simulation.result import Outcome, Provenance, RunResult, Status
from congestion_lab.simulation.spec import Detail, RunSpec, SimulationInputs
from congestion_lab.simulation.tables import MOVEMENTS, TRIPS

G, Y, R = Aspect.GREEN, Aspect.YELLOW, Aspect.RED
RUNS = 24  # of the search; enough for all that a study does, few enough for a quick test
INPUTS = SimulationInputs("toy", Path("net.xml"), (), (), 0.0, 0.0, 3600.0, 3600.0, digest="toy")


def plan(controller: str) -> SignalPlan:
    intervals = (Interval(20, (G, R)), Interval(3, (Y, R)), Interval(54, (R, G)), Interval(3, (R, Y)))
    groups = (SignalGroup("a", (0,)), SignalGroup("b", (1,)))
    return SignalPlan(controller, "0", Control.FIXED, 0.0, groups, intervals)


def site(controller: str) -> Intersection:
    heads = tuple(SignalHead(index, f"{controller}{index}", 0, "out", Turn.STRAIGHT, 13.9, 20.0) for index in (0, 1))
    return Intersection(controller, controller, "", heads, frozenset({(0, 1)}), frozenset())


SIGNALS = Signals(PlanSet((plan("c0"), plan("c1"))), (site("c0"), site("c1")), Network({}, {}, ()))


@dataclass(frozen=True)
class FormulaEngine:
    """Delay is the distance of first greens from 50 s, plus what the seed adds.

    Attributes:
        flat: Whether every plan gives the same delay.
        failing: Seeds whose runs fail.
        fails_above_s: First green of the first plan above which runs fail.
        jams_above_s: First green of the first plan above which the network locks up.
        jams_on: Seeds on which plans jam whose first green is long.
        rarely_above_s: First green of the first plan above which that happens.
        wall_s: Time that every run says it took.
    """

    flat: bool = False
    failing: frozenset[int] = frozenset()
    fails_above_s: float = math.inf
    jams_above_s: float = math.inf
    jams_on: frozenset[int] = frozenset()
    rarely_above_s: float = math.inf
    wall_s: float = 0.01
    name: str = "formula"
    version: str = "1"

    def run(self, spec: RunSpec, folder: Path) -> RunResult:
        if spec.seed in self.failing:
            raise EngineError("this seed fails")
        greens = [0.0] if spec.plans is None else [one.intervals[0].duration_s for one in spec.plans]
        if greens[0] > self.fails_above_s:
            raise EngineError("this plan fails")
        jammed = greens[0] > (self.rarely_above_s if spec.seed in self.jams_on else self.jams_above_s)
        delay = 20.0 + (0 if self.flat else sum(abs(green - 50) for green in greens)) + spec.seed % 7 / 10
        if spec.plans is not None and not self.flat:  # no two plans do exactly the same
            delay += 1e-8 * sum((number + 1) * (one.offset_s + one.cycle_s) for number, one in enumerate(spec.plans))
        delay += 1000.0 * jammed
        row = dict.fromkeys(TRIPS.names, 0.0) | {"vehicle_id": "v", "vehicle_class": "car", "time_loss_s": delay}
        TRIPS.conform(pd.DataFrame([row])).to_parquet(folder / "trips.parquet")
        if spec.detail is not Detail.TRIPS:
            moves = [
                {"from_link": f"c{number}{index}", "to_link": "out", "vehicles": 300.0, "delay_s": 1.0}
                for number in (0, 1)
                for index in (0, 1)
            ]
            MOVEMENTS.conform(pd.DataFrame(moves)).to_parquet(folder / "movements.parquet")
        provenance = Provenance(self.name, self.version, "0", ("formula",), self.wall_s, 0.1)
        return RunResult(
            digest=spec.digest,
            scenario=spec.inputs.name,
            seed=spec.seed,
            status=Status.GRIDLOCK if jammed else Status.COMPLETED,
            ended_s=3600.0,
            horizon_s=3600.0,
            analysis_begin_s=0.0,
            teleports=0,
            collisions=0,
            folder=folder,
            provenance=provenance,
        )


@dataclass
class InProcess:
    """An executor without processes that can be interrupted after a number of runs."""

    engine: Engine
    store: RunStore
    stop_after: int = 10**9
    workers: int = 1
    made: list[str] = field(default_factory=list)
    details: list[tuple[PlanSet | None, int, Detail]] = field(default_factory=list)

    def run(self, specs: Sequence[RunSpec], on_done: OnDone) -> dict[str, Outcome]:
        outcomes: dict[str, Outcome] = {}
        for spec in specs:
            if len(self.made) >= self.stop_after:
                raise KeyboardInterrupt
            self.made.append(spec.digest)
            self.details.append((spec.plans, spec.seed, spec.detail))
            outcomes[spec.digest] = simulate(self.engine, self.store, spec)
            on_done(spec, outcomes[spec.digest])
        return outcomes


def experiment(folder: Path, **search: object) -> Experiment:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "toy.yaml").touch()
    settings = ", ".join(f"{key}: {value}" for key, value in {"sumo_runs": RUNS, **search}.items())
    text = f"name: toy-study\nscenario: toy.yaml\nsearch: {{{settings}}}\nconfirm: {{seeds: [11, 12, 13]}}\n"
    (folder / "experiment.yaml").write_text(text)
    return load_experiment(folder / "experiment.yaml")


def studied(folder: Path, executor: InProcess, **search: object) -> StudySummary:
    return run_study(experiment(folder, **search), INPUTS, SIGNALS, runner=Runner(executor), folder=folder)


def executor(folder: Path, engine: FormulaEngine | None = None, stop_after: int = 10**9) -> InProcess:
    return InProcess(engine or FormulaEngine(), RunStore(folder / "runs"), stop_after)


def history(folder: Path) -> list[dict[str, Any]]:
    return list(json.loads((folder / "history.json").read_text())["candidates"])


def trials(folder: Path) -> list[optuna.trial.FrozenTrial]:
    return optuna.load_study(storage=f"sqlite:///{folder / 'study.db'}", study_name="toy-study").trials


@dataclass(frozen=True)
class Finished:
    folder: Path
    made: tuple[str, ...]
    summary: StudySummary


@dataclass(frozen=True)
class FormulaFast:
    """A fast engine that is drawn to first greens of 46 s instead of 50 s."""

    vehicle_links: int = 10_000

    def delays_s(self, plans: Sequence[PlanSet], seeds: Sequence[int]) -> NDArray[np.float64]:
        rows = [10 + sum(abs(one.intervals[0].duration_s - 46) for one in each) for each in plans]
        return np.array(rows)[:, None] + np.array([seed % 3 / 10 for seed in seeds])

    def calibrated(self, observed: Sequence[Observed]) -> "FormulaFast":
        assert all(result.has(MOVEMENTS) for _, _, result in observed)
        return self


def climbed(folder: Path, runs: InProcess, **search: object) -> StudySummary:
    given = experiment(folder, **search)
    return run_study(given, INPUTS, SIGNALS, runner=Runner(runs), folder=folder, fast=FormulaFast())
