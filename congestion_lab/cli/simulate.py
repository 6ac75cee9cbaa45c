"""`congestion-lab simulate`: a scenario on several seeds."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from congestion_lab.cli.console import Exit, progress, remark, say, say_json
from congestion_lab.cli.options import (
    RUNS_FOLDER,
    json_option,
    out_option,
    seed_option,
    verbosity_options,
    workers_option,
)

if TYPE_CHECKING:
    from congestion_lab.experiments.runset import RunSet
    from congestion_lab.scenarios.schema import Scenario


@click.command(epilog="Example: congestion-lab simulate scenarios/damascus-centre-am-peak.yaml --seeds 5 --workers 2")
@click.argument("scenario_file", metavar="SCENARIO", type=click.Path(path_type=Path))
@click.option("--seeds", type=click.IntRange(min=1), default=3, show_default=True, help="Number of replications.")
@seed_option("First seed; the others follow it. Default: 1.")
@click.option(
    "--plan", "plan_file", type=click.Path(path_type=Path), help="Plan file that replaces the scenario's plans."
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
    out: Path | None,
    workers: int,
    as_json: bool,
) -> int:
    """Simulate SCENARIO and print delay, travel time, stops and unserved vehicles with their spread."""
    from congestion_lab.cli.tables import indicator_table, indicators_as_json
    from congestion_lab.scenarios.schema import load_scenario

    scenario = load_scenario(scenario_file)
    folder = out or RUNS_FOLDER / scenario.name
    first = 1 if seed is None else seed
    run_set = _run(scenario, range(first, first + seeds), plan_file, folder, workers)
    for failure in run_set.failures:
        remark(f"seed {failure.seed} failed ({failure.error}): {failure.message}")
    if as_json:
        say_json({"run_set": str(folder), **indicators_as_json(run_set)})
    else:
        say(indicator_table(run_set))
        say(f"run set: {folder}")
    if not run_set.results:
        return Exit.ENGINE_FAILED
    return Exit.SOME_RUNS_FAILED if run_set.failures else Exit.OK


def _run(scenario: "Scenario", seeds: range, plan_file: Path | None, folder: Path, workers: int) -> "RunSet":
    from congestion_lab.cli.running import local_runner, prepared, scenario_plans
    from congestion_lab.experiments.runset import RunSet
    from congestion_lab.simulation.spec import Controller, Detail

    inputs = prepared(scenario)
    plans, used_plan_file = scenario_plans(scenario, plan_file)
    controller = Controller(scenario.signals.controller)
    with local_runner(folder / "runs", workers) as runner, progress() as bars:
        specs = [runner.spec(inputs, seed, plans=plans, controller=controller, detail=Detail.FULL) for seed in seeds]
        task = bars.add_task(f"simulating {scenario.name}", total=len(specs))
        outcomes = runner.run_all(specs, lambda _spec, _outcome: bars.advance(task))
    run_set = RunSet(scenario.name, inputs, controller, tuple(outcomes), used_plan_file)
    run_set.save(folder)
    return run_set
