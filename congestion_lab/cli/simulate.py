"""`congestion-lab simulate`: a scenario on several seeds."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from congestion_lab.cli.console import Exit, complain, detail, remark, say, say_json
from congestion_lab.cli.options import (
    example,
    json_option,
    out_option,
    seed_option,
    seed_range,
    verbosity_options,
    workers_option,
)
from congestion_lab.cli.periods import periods_option
from congestion_lab.simulation.names import QUEUE, SUMO

if TYPE_CHECKING:
    from collections.abc import Mapping

    from congestion_lab.experiments.runset import RunSet
    from congestion_lab.scenarios.schema import Scenario
    from congestion_lab.simulation.engine import Engine
    from congestion_lab.simulation.spec import RunSpec, SimulationInputs


@click.command(epilog=example("simulate scenarios/damascus-centre-am-peak.yaml --seeds 5 --workers 2"))
@click.argument("scenario_file", metavar="SCENARIO", type=click.Path(path_type=Path))
@periods_option
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
    help="SUMO, which is slow and the truth, or our queue model: seconds for all runs, without emissions.",
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
@out_option(
    "Folder of the run set; of several periods, the folder that holds one each. Default: runs/<scenario>, with -queue "
    "behind it for the queue model; the scenario of a period is called <name>-<period>."
)
@workers_option
@json_option
@verbosity_options
def simulate(
    scenario_file: Path,
    *,
    periods: tuple[str, ...],
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
    """Simulate SCENARIO and print delay, travel time, stops and unserved vehicles with their spread.

    A file that holds several times of day needs `--period`; results of several are printed side by side.
    """
    from congestion_lab.cli.periods import chosen_scenarios, folders_by_period
    from congestion_lab.cli.running import prepared

    _refuse_mixtures(engine_name, gui=gui, port=port, calibration_file=calibration_file)
    numbers = seed_range(seed, seeds)
    scenarios = chosen_scenarios(scenario_file, periods)
    names = {period: _folder_name(scenario, engine_name) for period, scenario in scenarios.items()}
    folders = folders_by_period(names, out)
    one_at_a_time = gui or port is not None  # one window on the screen, one simulation at a port
    workers = 1 if one_at_a_time else workers
    run_sets: dict[str, RunSet] = {}
    for period, scenario in scenarios.items():
        inputs = prepared(scenario)
        engine = _engine(engine_name, inputs, calibration_file, gui=gui, port=port)
        folder = folders[period]
        run_set = _run(scenario, inputs, numbers, plan_file=plan_file, folder=folder, engine=engine, workers=workers)
        _tell_troubles(run_set, period if len(scenarios) > 1 else "")
        run_sets[period] = run_set
    (_say_json if as_json else _say)(run_sets, folders)
    if not any(run_set.results for run_set in run_sets.values()):
        return Exit.ENGINE_FAILED
    return Exit.SOME_RUNS_FAILED if any(run_set.failures for run_set in run_sets.values()) else Exit.OK


def _folder_name(scenario: "Scenario", engine_name: str) -> str:
    return scenario.name if engine_name == SUMO else f"{scenario.name}-{engine_name}"


def _tell_troubles(run_set: "RunSet", period: str) -> None:
    """Say what failed, jammed or was left out, and, of several periods, in which."""
    from congestion_lab.cli.tables import failure_lines, remarks

    head = f"{period}: " if period else ""
    for line in failure_lines(run_set.failures):
        complain(head + line)
    for line in remarks(run_set.results):
        remark(head + line)


def _say(run_sets: "Mapping[str, RunSet]", folders: "Mapping[str, Path]") -> None:
    from congestion_lab.cli.periodtables import indicators_by_period
    from congestion_lab.cli.tables import indicator_table

    if len(run_sets) == 1:
        say(*(indicator_table(run_set) for run_set in run_sets.values()))
    else:
        say(indicators_by_period(run_sets))
    for period in run_sets:
        say(f"run set: {folders[period]}")


def _say_json(run_sets: "Mapping[str, RunSet]", folders: "Mapping[str, Path]") -> None:
    from congestion_lab.cli.tables import indicators_as_json

    told = {
        period: {"run_set": str(folders[period]), **indicators_as_json(run_set)} for period, run_set in run_sets.items()
    }
    say_json({"periods": told} if len(told) > 1 else next(iter(told.values())))


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
    from congestion_lab.sumo.running.engine import SumoEngine

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
