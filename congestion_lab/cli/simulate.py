"""`congestion-lab simulate`: a scenario on several seeds."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from congestion_lab.cli.console import Exit, complain, detail, remark, say, say_json
from congestion_lab.cli.options import (
    RUNS_FOLDER,
    example,
    folder_for_results,
    json_option,
    out_option,
    seed_option,
    seed_range,
    verbosity_options,
    workers_option,
)
from congestion_lab.simulation.names import QUEUE, SUMO

if TYPE_CHECKING:
    from congestion_lab.experiments.runset import RunSet
    from congestion_lab.scenarios.schema import Scenario
    from congestion_lab.simulation.engine import Engine
    from congestion_lab.simulation.spec import RunSpec, SimulationInputs


@click.command(epilog=example("simulate scenarios/damascus-centre-am-peak.yaml --seeds 5 --workers 2"))
@click.argument("scenario_file", metavar="SCENARIO", type=click.Path(path_type=Path))
@click.option("--seeds", type=click.IntRange(min=1), default=3, show_default=True, help="Number of replications.")
@seed_option("First seed; the others follow it. Default: 1.")
@click.option(
    "--plan", "plan_file", type=click.Path(path_type=Path), help="Plan file that replaces the scenario's plans."
)
@click.option(
    "--engine",
    "engine_name",
    type=click.Choice([SUMO, QUEUE]),
    default=SUMO,
    show_default=True,
    help="SUMO, which is slow and the truth, or our queue model: milliseconds a run, without emissions.",
)
@click.option(
    "--calibration",
    "calibration_file",
    type=click.Path(path_type=Path),
    help="Drivers of the queue model. Default: what `calibrate` found for the scenario, if it was run.",
)
@click.option("--gui", is_flag=True, help="Show SUMO's window, one run at a time; finished runs are not shown again.")
@click.option(
    "--port",
    type=click.IntRange(min=1024, max=65535),
    help="Step controllers that decide during the run through TraCI at this port instead of through libsumo.",
)
@out_option("Folder of the run set. Default: runs/<scenario>, with -queue behind it for the queue model.")
@workers_option
@json_option
@verbosity_options
def simulate(
    scenario_file: Path,
    *,
    seeds: int,
    seed: int | None,
    plan_file: Path | None,
    engine_name: str,
    calibration_file: Path | None,
    gui: bool,
    port: int | None,
    out: Path | None,
    workers: int,
    as_json: bool,
) -> int:
    """Simulate SCENARIO and print delay, travel time, stops and unserved vehicles with their spread."""
    from congestion_lab.cli.running import prepared
    from congestion_lab.cli.tables import failure_lines, indicator_table, indicators_as_json, remarks
    from congestion_lab.scenarios.schema import load_scenario

    _refuse_mixtures(engine_name, gui=gui, port=port, calibration_file=calibration_file)
    numbers = seed_range(seed, seeds)
    scenario = load_scenario(scenario_file)
    folder = folder_for_results(out or RUNS_FOLDER / _folder_name(scenario, engine_name))
    one_at_a_time = gui or port is not None  # one window on the screen, one simulation at a port
    inputs = prepared(scenario)
    engine = _engine(engine_name, inputs, calibration_file, gui=gui, port=port)
    workers = 1 if one_at_a_time else workers
    run_set = _run(scenario, inputs, numbers, plan_file=plan_file, folder=folder, engine=engine, workers=workers)
    for line in failure_lines(run_set.failures):
        complain(line)
    for line in remarks(run_set.results):
        remark(line)
    if as_json:
        say_json({"run_set": str(folder), **indicators_as_json(run_set)})
    else:
        say(indicator_table(run_set))
        say(f"run set: {folder}")
    if not run_set.results:
        return Exit.ENGINE_FAILED
    return Exit.SOME_RUNS_FAILED if run_set.failures else Exit.OK


def _folder_name(scenario: "Scenario", engine_name: str) -> str:
    return scenario.name if engine_name == SUMO else f"{scenario.name}-{engine_name}"


def _refuse_mixtures(engine_name: str, *, gui: bool, port: int | None, calibration_file: Path | None) -> None:
    """Make sure that no option is for the engine that was not chosen.

    Raises:
        UsageError: One is.
    """
    if engine_name == QUEUE and (gui or port is not None):
        raise click.UsageError("--gui and --port are for SUMO; leave `--engine queue` out")
    if engine_name == SUMO and calibration_file is not None:
        raise click.UsageError("--calibration is for the queue model; add `--engine queue`")


def _engine(
    name: str, inputs: "SimulationInputs", calibration_file: Path | None, *, gui: bool, port: int | None
) -> "Engine":
    from congestion_lab.cli.running import queue_engine
    from congestion_lab.sumo.engine import SumoEngine

    return queue_engine(inputs, calibration_file) if name == QUEUE else SumoEngine(gui=gui, port=port)


def _run(
    scenario: "Scenario",
    inputs: "SimulationInputs",
    seeds: range,
    *,
    plan_file: Path | None,
    folder: Path,
    engine: "Engine",
    workers: int,
) -> "RunSet":
    from congestion_lab.cli.running import local_runner, run_showing, scenario_plans
    from congestion_lab.experiments.runset import RunSet
    from congestion_lab.simulation.spec import Controller, Detail

    detail(f"scenario {scenario.name}, digest {inputs.digest}, net {inputs.net_file}")
    plans, used_plan_file = scenario_plans(scenario, inputs, plan_file)
    controller = Controller(scenario.signals.controller)
    with local_runner(folder / "runs", workers, engine) as runner:
        specs = [runner.spec(inputs, seed, plans=plans, controller=controller, detail=Detail.FULL) for seed in seeds]
        if engine.name == QUEUE:
            _require_supported(specs[0])
        outcomes = run_showing(runner, specs, f"simulating {scenario.name}")
    label = f"{scenario.name}, queue model" if engine.name == QUEUE else scenario.name
    run_set = RunSet(label, inputs, controller, tuple(outcomes), used_plan_file)
    run_set.save(folder)
    return run_set


def _require_supported(spec: "RunSpec") -> None:
    from congestion_lab.queueing.engine import require_supported

    require_supported(spec)
