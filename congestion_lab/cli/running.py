"""What simulating commands share: the prepared scenario, its plans, engines, and a runner on this machine."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from congestion_lab.cli.console import detail, progress, remark
from congestion_lab.cli.options import RUNS_FOLDER
from congestion_lab.core.errors import Fault, SignalPlanError

if TYPE_CHECKING:
    from congestion_lab.experiments.runner import Runner
    from congestion_lab.optimization.study.plans import Signals
    from congestion_lab.queueing.behaviour import Behaviour
    from congestion_lab.queueing.compiling import Compiled
    from congestion_lab.queueing.engine import QueueEngine
    from congestion_lab.scenarios.schema import Scenario
    from congestion_lab.signals.plan import PlanSet, SignalPlan
    from congestion_lab.simulation.engine import Engine
    from congestion_lab.simulation.result import Outcome
    from congestion_lab.simulation.spec import RunSpec, SimulationInputs

CACHE = RUNS_FOLDER / ".cache"
_CALIBRATIONS = RUNS_FOLDER / ".calibration"


def prepared(scenario: "Scenario") -> "SimulationInputs":
    """Return what the scenario's runs share; a sub-area is cut once and found again by its digest."""
    from congestion_lab.sumo.preparing.prepare import prepare

    with progress() as bars:
        bars.add_task(f"preparing {scenario.name}", total=None)
        return prepare(scenario, cache=CACHE)


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
    from congestion_lab.sumo.nets.netfile import read_plans

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
    from congestion_lab.optimization.study.plans import Signals
    from congestion_lab.sumo.nets.netfile import read_intersections, read_network, read_plans
    from congestion_lab.sumo.preparing.prepare import require_signals

    require_signals(inputs)
    replaced, _ = scenario_plans(scenario, inputs)
    present = replaced or read_plans(inputs.net_file, inputs.additional_files)
    return Signals(present, read_intersections(inputs.net_file), read_network(inputs.net_file))


def calibration_path(inputs: "SimulationInputs") -> Path:
    """Return where the calibration of a scenario is kept unless somebody says otherwise."""
    return _CALIBRATIONS / f"{inputs.digest}.json"


def queue_engine(inputs: "SimulationInputs", calibration_file: Path | None = None) -> "QueueEngine":
    """Return the fast engine, compiled, with the drivers of a calibration: the named one, or else the scenario's own.

    Raises:
        ScenarioError: The calibration cannot be used.
        EngineError: The compiled code cannot be kept anywhere.
    """
    from congestion_lab.queueing.calibrationfile import read_calibration

    chosen = calibration_file or calibration_path(inputs)
    if calibration_file is None and not chosen.exists():
        remark("fast engine: default drivers; `congestion-lab calibrate` fits them to the scenario")
        return plain_queue_engine()
    calibration = read_calibration(chosen)
    remark(f"fast engine: drivers calibrated to {calibration.scenario} ({chosen})")
    if calibration.digest != inputs.digest:
        remark(f"they were fitted to another scenario than {inputs.name} as it is now")
    if not calibration.fit.agrees:
        remark(calibration.fit.verdict)
    return plain_queue_engine(calibration.behaviour)


def plain_queue_engine(behaviour: "Behaviour | None" = None) -> "QueueEngine":
    """Return the fast engine, compiled, with the drivers given or default ones.

    Raises:
        EngineError: The compiled code cannot be kept anywhere.
    """
    load_fast_engine()
    from congestion_lab.queueing.behaviour import Behaviour
    from congestion_lab.queueing.engine import QueueEngine
    from congestion_lab.sumo.traffic.reading import read_traffic

    return QueueEngine(partial(read_traffic, cache=CACHE), behaviour or Behaviour())


def load_fast_engine() -> "Compiled":
    """Load the fast engine, which compiles it when it is used for the first time.

    Raises:
        EngineError: The compiled code cannot be kept anywhere.
    """
    from congestion_lab.queueing.compiling import compile_now, is_compiled

    doing = "loading the fast engine" if is_compiled() else "compiling the fast engine (once)"
    with progress() as bars:
        bars.add_task(doing, total=None)
        detail(doing)
        return compile_now()


def run_showing(runner: "Runner", specs: Sequence["RunSpec"], what: str) -> "list[Outcome]":
    """Run specifications under a progress bar."""
    from congestion_lab.simulation.result import RunResult

    with progress() as bars:
        task = bars.add_task(what, total=len(specs))

        def show(spec: "RunSpec", outcome: "Outcome") -> None:
            bars.advance(task)
            ended = outcome.status.value if isinstance(outcome, RunResult) else outcome.error
            detail(f"seed {spec.seed}: {ended}")

        return runner.run_all(specs, show)


@contextmanager
def local_runner(store: Path, workers: int, engine: "Engine | None" = None) -> Iterator["Runner"]:
    """Yield a runner on this machine, with SUMO unless another engine is given."""
    from congestion_lab.experiments.executor import LocalExecutor
    from congestion_lab.experiments.runner import Runner
    from congestion_lab.experiments.store import RunStore
    from congestion_lab.sumo.running.engine import SumoEngine

    with LocalExecutor(engine or SumoEngine(), RunStore(store), workers) as executor:
        yield Runner(executor)
