"""`congestion-lab optimize`: search, confirm, keep."""

import math
from pathlib import Path
from shlex import quote
from typing import TYPE_CHECKING

import click

from congestion_lab.cli.console import Exit, complain, detail, progress, remark, say, say_json
from congestion_lab.cli.options import (
    FiniteRange,
    example,
    json_option,
    out_option,
    seed_option,
    verbosity_options,
    workers_option,
)
from congestion_lab.cli.periods import periods_option

if TYPE_CHECKING:
    from congestion_lab.experiments.spec import Experiment
    from congestion_lab.optimization.search.fastmodel import FastModel
    from congestion_lab.optimization.study.studysummary import StudySummary
    from congestion_lab.scenarios.schema import Scenario
    from congestion_lab.simulation.spec import SimulationInputs


@click.command(epilog=example("optimize experiments/damascus-centre-signals.yaml --workers 2"))
@click.argument("experiment_file", metavar="EXPERIMENT", type=click.Path(path_type=Path))
@periods_option
@click.option(
    "--sumo-runs", type=click.IntRange(min=2), help="Simulations of the search, instead of the file's number."
)
@click.option(
    "--minutes",
    type=FiniteRange(min=0, min_open=True),
    help="Time for the whole study of a period, preparation and confirmation included, instead of the file's bound; "
    "simulations are then bounded only if stated too.",
)
@seed_option("Seed of the search itself, instead of the file's.")
@out_option(
    "Folder of the study; of several periods, the folder that holds one each. Default: runs/<experiment>, with "
    "-<period> behind it where the scenario file holds several times of day."
)
@workers_option
@json_option
@verbosity_options
def optimize(
    experiment_file: Path,
    *,
    periods: tuple[str, ...],
    sumo_runs: int | None,
    minutes: float | None,
    seed: int | None,
    out: Path | None,
    workers: int,
    as_json: bool,
) -> int:
    """Search better signal timings for EXPERIMENT and confirm the best on seeds that the search never saw.

    Thousands of plans are judged by a fast engine, the most promising of them in SUMO, from which the fast engine
    learns. Interrupted, the same command goes on where it was: finished runs are not made again, and any number of
    workers comes to the same plan. It ends by saying what was asked, found and proven, what stays uncertain, which
    plans are not certified, and what to type next.

    Where the scenario holds several times of day, `--period` says for which: each has a study of its own, and their
    results are printed side by side.
    """
    from congestion_lab.cli.periods import chosen_scenarios, folders_by_period
    from congestion_lab.cli.studytables import changes_by_period, study_as_json, study_failures, study_parts
    from congestion_lab.experiments.spec import load_experiment

    experiment = _with(load_experiment(experiment_file), sumo_runs=sumo_runs, minutes=minutes, random_seed=seed)
    scenarios = chosen_scenarios(experiment.scenario, periods)
    names = {period: f"{experiment.name}-{period}" if periods else experiment.name for period in scenarios}
    folders = folders_by_period(names, out)
    studies: dict[str, StudySummary] = {}
    for period, scenario in scenarios.items():
        if len(scenarios) > 1:
            remark(f"{period} ({len(studies) + 1} of {len(scenarios)})")
        named = experiment.model_copy(update={"name": names[period]})
        studies[period] = _studied(named, scenario, folders[period], workers)
        for part in (
            () if as_json else study_parts(named, _command(experiment_file, period if periods else ""), studies[period])
        ):
            say(part)
        for line in study_failures(studies[period]):
            complain(line)
    if as_json:
        told = {period: study_as_json(study) for period, study in studies.items()}
        say_json({"periods": told} if len(told) > 1 else next(iter(told.values())))
    elif len(studies) > 1:
        say(changes_by_period(studies))
    return Exit.SOME_RUNS_FAILED if any(study.has_failures for study in studies.values()) else Exit.OK


def _command(experiment_file: Path, period: str) -> str:
    return f"optimize {quote(str(experiment_file))}" + (f" --period {quote(period)}" if period else "")


def _with(experiment: "Experiment", **given: float | None) -> "Experiment":
    """Return the experiment with what the command line says instead; checked like the file."""
    from pydantic import ValidationError

    changes = {key: value for key, value in given.items() if value is not None}
    stated = experiment.search.model_dump(exclude_unset=True)
    try:
        search = type(experiment.search).model_validate({**stated, **changes})
    except ValidationError as error:
        reasons = "; ".join(one["msg"].removeprefix("Value error, ") for one in error.errors())
        options = ", ".join(f"--{key.replace('_', '-')} {value}" for key, value in changes.items())
        raise click.UsageError(f"{options}: {reasons}") from None
    return experiment.model_copy(update={"search": search})


def _studied(experiment: "Experiment", scenario: "Scenario", folder: Path, workers: int) -> "StudySummary":
    from congestion_lab.cli.running import local_runner, prepared, scenario_signals
    from congestion_lab.optimization.search.budget import Clock
    from congestion_lab.optimization.study.simulating import SIMULATIONS, Progress
    from congestion_lab.optimization.study.study import run_study

    clock = Clock(experiment.search.minutes)
    inputs = prepared(scenario)
    signals = scenario_signals(scenario, inputs)
    fast = _fast_model(inputs)
    with local_runner(folder / "runs", workers) as runner, progress() as bars:
        task = bars.add_task("simulating the present plans", total=None)

        def show(state: Progress) -> None:
            best = f", best {state.best_delay_s:.1f} s" if math.isfinite(state.best_delay_s) else ""
            if state.remark:
                remark(state.remark)
                return
            if state.counts == SIMULATIONS:
                detail(f"{state.stage}: {state.done} of {state.total} simulations{best}")
            bars.update(task, description=f"{state.stage}{best}", completed=state.done, total=state.total or None)

        return run_study(
            experiment, inputs, signals, runner=runner, folder=folder, fast=fast, clock=clock, on_progress=show
        )


def _fast_model(inputs: "SimulationInputs") -> "FastModel | None":
    """Return the fast engine with the scenario compiled into it; None, and a word why, where it cannot hold it."""
    from congestion_lab.cli.running import CACHE, load_fast_engine
    from congestion_lab.core.errors import InputError
    from congestion_lab.queueing.model import QueueModel
    from congestion_lab.sumo.traffic.reading import read_traffic

    if inputs.mesoscopic:
        remark("The scenario asks for SUMO's mesoscopic mode, so no plan is judged by the fast engine beforehand.")
        return None
    load_fast_engine()
    with progress() as bars:
        bars.add_task(f"reading {inputs.name} for the fast engine", total=None)
        try:
            return QueueModel(read_traffic(inputs, cache=CACHE), inputs)
        except InputError as error:
            remark(f"The fast engine cannot hold this scenario, so the search asks SUMO only: {error}")
            return None
