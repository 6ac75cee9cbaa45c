"""What simulating commands share: the prepared scenario, its plans, and a runner on this machine."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from congestion_lab.cli.console import progress
from congestion_lab.cli.options import RUNS_FOLDER

if TYPE_CHECKING:
    from congestion_lab.experiments.runner import Runner
    from congestion_lab.optimization.study import Signals
    from congestion_lab.scenarios.schema import Scenario
    from congestion_lab.signals.plan import PlanSet
    from congestion_lab.simulation.spec import SimulationInputs

_CACHE = RUNS_FOLDER / ".cache"


def prepared(scenario: "Scenario") -> "SimulationInputs":
    """Return what the scenario's runs share; a sub-area is cut once and found again by its digest."""
    from congestion_lab.sumo.prepare import prepare

    with progress() as bars:
        bars.add_task(f"preparing {scenario.name}", total=None)
        return prepare(scenario, cache=_CACHE)


def scenario_plans(scenario: "Scenario", plan_file: Path | None) -> tuple["PlanSet | None", Path | None]:
    """Return the plans that replace the shipped ones and the file they come from, if there is one."""
    from congestion_lab.signals.planfile import read_plan_file

    chosen = plan_file or scenario.plan_file
    return (None, None) if chosen is None else (read_plan_file(chosen).plans, chosen)


def scenario_signals(scenario: "Scenario", inputs: "SimulationInputs") -> "Signals":
    """Return the plans that are to be improved and what plans must respect.

    Raises:
        SignalPlanError: The scenario's network has no signals.
    """
    from congestion_lab.optimization.study import Signals
    from congestion_lab.sumo.netfile import read_intersections, read_network, read_plans
    from congestion_lab.sumo.prepare import require_signals

    require_signals(inputs)
    replaced, _ = scenario_plans(scenario, None)
    present = replaced or read_plans(inputs.net_file, inputs.additional_files)
    return Signals(present, read_intersections(inputs.net_file), read_network(inputs.net_file))


@contextmanager
def local_runner(store: Path, workers: int) -> Iterator["Runner"]:
    """Yield a runner with SUMO on this machine."""
    from congestion_lab.experiments.executor import LocalExecutor
    from congestion_lab.experiments.runner import Runner
    from congestion_lab.experiments.store import RunStore
    from congestion_lab.sumo.engine import SumoEngine

    with LocalExecutor(SumoEngine(), RunStore(store), workers) as executor:
        yield Runner(executor)
