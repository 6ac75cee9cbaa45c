"""`congestion-lab simulate`: a scenario on several seeds."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from congestion_lab.cli.console import Exit, complain, detail, progress, say, say_json
from congestion_lab.cli.options import (
    MAX_SEED,
    RUNS_FOLDER,
    example,
    folder_for_results,
    json_option,
    out_option,
    seed_option,
    verbosity_options,
    workers_option,
)

if TYPE_CHECKING:
    from contextlib import AbstractContextManager

    from congestion_lab.experiments.runner import Runner
    from congestion_lab.experiments.runset import RunSet
    from congestion_lab.scenarios.schema import Scenario


@click.command(epilog=example("simulate scenarios/damascus-centre-am-peak.yaml --seeds 5 --workers 2"))
@click.argument("scenario_file", metavar="SCENARIO", type=click.Path(path_type=Path))
@click.option("--seeds", type=click.IntRange(min=1), default=3, show_default=True, help="Number of replications.")
@seed_option("First seed; the others follow it. Default: 1.")
@click.option(
    "--plan", "plan_file", type=click.Path(path_type=Path), help="Plan file that replaces the scenario's plans."
)
@click.option("--gui", is_flag=True, help="Show SUMO's window, one run at a time; finished runs are not shown again.")
@click.option(
    "--port",
    type=click.IntRange(min=1024, max=65535),
    help="Step controllers that decide during the run through TraCI at this port instead of through libsumo.",
)
@out_option("Folder of the run set. Default: runs/<scenario>.")
@workers_option
@json_option
@verbosity_options
def simulate(
    scenario_file: Path,
    *,
    seeds: int,
    seed: int | None,
    plan_file: Path | None,
    gui: bool,
    port: int | None,
    out: Path | None,
    workers: int,
    as_json: bool,
) -> int:
    """Simulate SCENARIO and print delay, travel time, stops and unserved vehicles with their spread."""
    from congestion_lab.cli.running import local_runner
    from congestion_lab.cli.tables import failure_lines, indicator_table, indicators_as_json
    from congestion_lab.scenarios.schema import load_scenario

    scenario = load_scenario(scenario_file)
    folder = folder_for_results(out or RUNS_FOLDER / scenario.name)
    one_at_a_time = gui or port is not None  # one window on the screen, one simulation at a port
    runs = local_runner(folder / "runs", 1 if one_at_a_time else workers, gui=gui, port=port)
    run_set = _run(scenario, _seeds(seed, seeds), plan_file, folder, runs)
    for line in failure_lines(run_set.failures):
        complain(line)
    if as_json:
        say_json({"run_set": str(folder), **indicators_as_json(run_set)})
    else:
        say(indicator_table(run_set))
        say(f"run set: {folder}")
    if not run_set.results:
        return Exit.ENGINE_FAILED
    return Exit.SOME_RUNS_FAILED if run_set.failures else Exit.OK


def _seeds(first: int | None, number: int) -> range:
    begin = 1 if first is None else first
    seeds = range(begin, begin + number)
    if seeds[-1] > MAX_SEED:
        raise click.UsageError(f"--seed {first} leaves no room for {number} seeds up to {MAX_SEED}")
    return seeds


def _run(
    scenario: "Scenario",
    seeds: range,
    plan_file: Path | None,
    folder: Path,
    runs: "AbstractContextManager[Runner]",
) -> "RunSet":
    from congestion_lab.cli.running import prepared, scenario_plans
    from congestion_lab.experiments.runset import RunSet
    from congestion_lab.simulation.result import Outcome, RunResult
    from congestion_lab.simulation.spec import Controller, Detail, RunSpec

    inputs = prepared(scenario)
    detail(f"scenario {scenario.name}, digest {inputs.digest}, net {inputs.net_file}")
    plans, used_plan_file = scenario_plans(scenario, inputs, plan_file)
    controller = Controller(scenario.signals.controller)
    with runs as runner, progress() as bars:
        specs = [runner.spec(inputs, seed, plans=plans, controller=controller, detail=Detail.FULL) for seed in seeds]
        task = bars.add_task(f"simulating {scenario.name}", total=len(specs))

        def show(spec: RunSpec, outcome: Outcome) -> None:
            bars.advance(task)
            ended = outcome.status.value if isinstance(outcome, RunResult) else outcome.error
            detail(f"seed {spec.seed}: {ended}")

        outcomes = runner.run_all(specs, show)
    run_set = RunSet(scenario.name, inputs, controller, tuple(outcomes), used_plan_file)
    run_set.save(folder)
    return run_set
