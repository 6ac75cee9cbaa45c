"""`make bench`: shipped plans, SUMO's own tools and our search on published scenarios, on seeds that nobody searched.

Each row is a plan set or a controller, run on the confirmation seeds of the experiment; figures are mean delay per
demanded vehicle in seconds, mean and standard deviation over those seeds. Finished runs are kept under `runs/bench`,
so that an interrupted benchmark goes on where it was.
"""

import argparse
import math
import os
import statistics
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from congestion_lab.core.errors import EngineError
from congestion_lab.core.files import write_json, write_text
from congestion_lab.experiments.executor import LocalExecutor
from congestion_lab.experiments.runner import Runner
from congestion_lab.experiments.spec import Experiment, load_experiment
from congestion_lab.experiments.store import RunStore
from congestion_lab.metrics.objective import mean_delay_s
from congestion_lab.optimization.study import Signals, run_study
from congestion_lab.scenarios.schema import load_scenario
from congestion_lab.signals.plan import PlanSet
from congestion_lab.simulation.result import Failure, Status
from congestion_lab.simulation.spec import Controller, SimulationInputs
from congestion_lab.simulation.tables import TRIPS
from congestion_lab.sumo.engine import SumoEngine
from congestion_lab.sumo.netfile import read_intersections, read_network, read_plans
from congestion_lab.sumo.prepare import prepare
from congestion_lab.sumo.timing_tools import Cycle, timed_by_sumo

_HERE = Path(__file__).parent
_EXPERIMENTS = sorted(path.stem for path in (_HERE / "experiments").glob("*.yaml"))
_TOOLS = {
    f"{cycle.value}{'+coord' if coordinated else ''}": (cycle, coordinated)
    for cycle in Cycle
    for coordinated in (False, True)
    if cycle is not Cycle.SHIPPED or coordinated
}
_CONTROLLERS = {
    "SUMO actuated": Controller.ACTUATED,
    "SUMO delay_based": Controller.DELAY_BASED,
}


@dataclass(frozen=True)
class Row:
    """One way to run a scenario, measured.

    Attributes:
        name: What it is.
        delays_s: Mean delay by seed; infinite where a run failed.
        remark: What else is to be said: gridlocks, failures, runs used.
    """

    name: str
    delays_s: dict[int, float]
    remark: str = ""

    @property
    def mean_s(self) -> float:
        return statistics.fmean(self.delays_s.values()) if self.delays_s else math.nan

    def __str__(self) -> str:
        spread = f" ± {statistics.stdev(self.delays_s.values()):.1f}" if len(self.delays_s) > 1 else ""
        return f"{self.mean_s:.1f}{spread}"


@dataclass(frozen=True)
class Bench:
    """One scenario under measurement."""

    experiment: Experiment
    inputs: SimulationInputs
    runner: Runner
    folder: Path

    def row(self, name: str, plans: PlanSet | None, controller: Controller = Controller.PLANS, remark: str = "") -> Row:
        """Run plans on the confirmation seeds."""
        seeds = self.experiment.confirm.seeds
        specs = [self.runner.spec(self.inputs, seed, plans=plans, controller=controller) for seed in seeds]
        outcomes = self.runner.run_all(specs)
        failures = [outcome for outcome in outcomes if isinstance(outcome, Failure)]
        results = [outcome for outcome in outcomes if not isinstance(outcome, Failure)]
        delays = {run.seed: mean_delay_s(run.table(TRIPS), run.analysis_begin_s) for run in results}
        jammed = sum(run.status is Status.GRIDLOCK for run in results)
        remarks = [remark, f"{jammed} gridlocks" if jammed else "", f"{len(failures)} failed" if failures else ""]
        return Row(name, delays, ", ".join(filter(None, remarks)))

    def rows(self) -> Iterator[Row]:
        """Yield every row of the scenario."""
        yield self.row("shipped", None)
        yield self._searched()
        for name, (cycle, coordinated) in _TOOLS.items():
            try:
                plans = timed_by_sumo(self.inputs, self.folder / "tools" / name, cycle=cycle, coordinated=coordinated)
            except EngineError as error:
                yield Row(name, {}, f"the tool failed: {str(error).splitlines()[0]}")
            else:
                yield self.row(name, plans)
        for name, controller in _CONTROLLERS.items():
            yield self.row(name, None, controller)

    def _searched(self) -> Row:
        net = self.inputs.net_file
        present = read_plans(net, self.inputs.additional_files)
        signals = Signals(present, read_intersections(net), read_network(net))
        study = run_study(self.experiment, self.inputs, signals, runner=self.runner, folder=self.folder)
        return self.row(f"our search, {study.sumo_runs} runs", study.best_plans)


def main() -> None:
    """Measure the scenarios named on the command line, or all."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("scenarios", nargs="*", metavar="SCENARIO", help=f"of {', '.join(_EXPERIMENTS)}; default: all")
    parser.add_argument("--workers", type=int, default=os.cpu_count() or 1)
    parser.add_argument("-o", "--out", type=Path, default=Path("runs/bench"))
    options = parser.parse_args()
    tables = [
        _measured(name, options.out, options.workers, lambda line: print(line, file=sys.stderr, flush=True))
        for name in options.scenarios or _EXPERIMENTS
    ]
    text = "\n".join(tables)
    write_text(options.out / "results.md", text)
    print(text)


def _measured(name: str, out: Path, workers: int, tell: Callable[[str], None]) -> str:
    experiment = load_experiment(_HERE / "experiments" / f"{name}.yaml")
    inputs = prepare(load_scenario(experiment.scenario), cache=out / ".cache")
    folder = out / name
    rows = []
    with LocalExecutor(SumoEngine(), RunStore(folder / "runs"), workers) as executor:
        for row in Bench(experiment, inputs, Runner(executor), folder).rows():
            tell(f"{name:<16} {row.name:<36} {row} {row.remark}")
            rows.append(row)
    write_json(
        folder / "rows.json", [{"name": row.name, "delays_s": row.delays_s, "remark": row.remark} for row in rows]
    )
    return _table(name, rows)


def _table(name: str, rows: list[Row]) -> str:
    head = [f"### {name}", "", "| plans | mean delay (s) | |", "|---|---|---|"]
    return "\n".join([*head, *(f"| {row.name} | {row} | {row.remark} |" for row in rows), ""])


if __name__ == "__main__":
    main()
