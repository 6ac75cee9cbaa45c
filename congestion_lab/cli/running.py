"""What simulating commands share: the prepared scenario, its plans, and a runner on this machine."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from congestion_lab.cli.console import progress
from congestion_lab.cli.options import RUNS_FOLDER
from congestion_lab.core.errors import Fault, SignalPlanError

if TYPE_CHECKING:
    from congestion_lab.experiments.runner import Runner
    from congestion_lab.optimization.study import Signals
    from congestion_lab.scenarios.schema import Scenario
    from congestion_lab.signals.plan import PlanSet, SignalPlan
    from congestion_lab.simulation.spec import SimulationInputs

_CACHE = RUNS_FOLDER / ".cache"


def prepared(scenario: "Scenario") -> "SimulationInputs":
    """Return what the scenario's runs share; a sub-area is cut once and found again by its digest."""
    from congestion_lab.sumo.prepare import prepare

    with progress() as bars:
        bars.add_task(f"preparing {scenario.name}", total=None)
        return prepare(scenario, cache=_CACHE)


def scenario_plans(
    scenario: "Scenario", inputs: "SimulationInputs", plan_file: Path | None = None
) -> tuple["PlanSet | None", Path | None]:
    """Return the plans that replace the shipped ones and the file they come from, if there is one.

    Raises:
        SignalPlanError: The file cannot be used, or its plans are for other controllers than the network has.
    """
    from congestion_lab.signals.planfile import read_plan_file

    chosen = plan_file or scenario.plan_file
    if chosen is None:
        return None, None
    plans = read_plan_file(chosen).plans
    faults = list(_misfits(plans, inputs.net_file, chosen))
    if faults:
        raise SignalPlanError(*faults)
    return plans, chosen


def _misfits(plans: "PlanSet", net_file: Path, plan_file: Path) -> Iterator[Fault]:
    """Yield what SUMO would refuse: plans of unknown controllers, or for another number of signal heads."""
    from congestion_lab.sumo.netfile import read_plans

    shipped = {plan.controller_id: _heads(plan) for plan in read_plans(net_file)}
    hint = "give a plan file that was made for this network"
    for plan in plans:
        if plan.controller_id not in shipped:
            rule = f"the network {net_file} has no controller {plan.controller_id!r}"
        elif shipped[plan.controller_id] != _heads(plan):
            rule = f"the plan of {plan.controller_id!r} is for other signal heads than those in {net_file}"
        else:
            continue
        yield Fault(rule, hint, str(plan_file), key="plans")


def _heads(plan: "SignalPlan") -> list[int]:
    return sorted(head for group in plan.groups for head in group.heads)


def scenario_signals(scenario: "Scenario", inputs: "SimulationInputs") -> "Signals":
    """Return the plans that are to be improved and what plans must respect.

    Raises:
        SignalPlanError: The scenario's network has no signals.
    """
    from congestion_lab.optimization.study import Signals
    from congestion_lab.sumo.netfile import read_intersections, read_network, read_plans
    from congestion_lab.sumo.prepare import require_signals

    require_signals(inputs)
    replaced, _ = scenario_plans(scenario, inputs)
    present = replaced or read_plans(inputs.net_file, inputs.additional_files)
    return Signals(present, read_intersections(inputs.net_file), read_network(inputs.net_file))


@contextmanager
def local_runner(store: Path, workers: int, *, gui: bool = False, port: int | None = None) -> Iterator["Runner"]:
    """Yield a runner with SUMO on this machine."""
    from congestion_lab.experiments.executor import LocalExecutor
    from congestion_lab.experiments.runner import Runner
    from congestion_lab.experiments.store import RunStore
    from congestion_lab.sumo.engine import SumoEngine

    with LocalExecutor(SumoEngine(gui=gui, port=port), RunStore(store), workers) as executor:
        yield Runner(executor)
