"""`congestion-lab optimize`: search, confirm, keep."""

import math
from pathlib import Path
from typing import TYPE_CHECKING

import click

from congestion_lab.cli.console import Exit, complain, detail, progress, remark, say, say_json
from congestion_lab.cli.options import (
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
    from rich.table import Table

    from congestion_lab.experiments.spec import Experiment
    from congestion_lab.optimization.fastmodel import FastModel
    from congestion_lab.optimization.ladder import Climb
    from congestion_lab.optimization.study import StudySummary
    from congestion_lab.simulation.spec import SimulationInputs

_SHOWN = (
    "mean_delay_s",
    "total_travel_time_h",
    "mean_travel_time_s",
    "p95_travel_time_s",
    "stops_per_veh",
    "unfinished_veh",
    "never_inserted_veh",
)


@click.command(epilog=example("optimize experiments/damascus-centre-signals.yaml --workers 2"))
@click.argument("experiment_file", metavar="EXPERIMENT", type=click.Path(path_type=Path))
@click.option(
    "--sumo-runs", type=click.IntRange(min=2), help="Simulations of the search, instead of the file's number."
)
@click.option(
    "--minutes",
    type=click.FloatRange(min=0, min_open=True),
    help="Time for the whole study, instead of the file's bound; simulations are then bounded only if stated too.",
)
@seed_option("Seed of the search itself, instead of the file's.")
@out_option("Folder of the study. Default: runs/<experiment>.")
@workers_option
@json_option
@verbosity_options
def optimize(
    experiment_file: Path,
    *,
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
    workers comes to the same plan.
    """
    from congestion_lab.cli.tables import (
        comparison_table,
        difference_as_json,
        failure_lines,
        paired_indicators,
        unpaired_note,
    )
    from congestion_lab.experiments.spec import load_experiment

    experiment = _with(load_experiment(experiment_file), sumo_runs=sumo_runs, minutes=minutes, random_seed=seed)
    folder = folder_for_results(out or RUNS_FOLDER / experiment.name)
    study = _studied(experiment, folder, workers)
    rows = paired_indicators(study.present, study.confirmed)
    failures = list(failure_lines((*study.present.failures, *study.confirmed.failures)))
    best_plan = folder / "best-plan.json"
    if as_json:
        differences = {indicator.id: difference_as_json(difference) for indicator, difference in rows}
        say_json(
            {
                "study": str(folder),
                "best_plan": str(best_plan),
                "improved": study.improved,
                "candidates": study.candidates,
                "sumo_runs": study.sumo_runs,
                "ended": study.climb.end,
                "rank_correlation": study.climb.agreement.rank_correlation,
                "levels": [{"name": one.name, "best_delay_s": one.best_delay_s} for one in study.climb.levels],
                "failures": failures,
                "indicators": differences,
            }
        )
    else:
        seeds = ", ".join(str(seed) for seed in experiment.confirm.seeds)
        shown = [row for row in rows if row[0].id in _SHOWN]
        note = unpaired_note(study.present, study.confirmed)
        say(comparison_table(f"{experiment.name}: present → best plan, unseen seeds {seeds}", shown, note))
        say(_level_table(study.climb))
        say(_how_it_went(study.climb))
        say(_verdict(study))
        say(f"study: {folder}\nbest plan: {best_plan}")
    for line in failures:
        complain(line)
    return Exit.SOME_RUNS_FAILED if study.has_failures else Exit.OK


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


def _studied(experiment: "Experiment", folder: Path, workers: int) -> "StudySummary":
    from congestion_lab.cli.running import local_runner, prepared, scenario_signals
    from congestion_lab.optimization.simulating import SIMULATIONS
    from congestion_lab.optimization.study import Progress, run_study
    from congestion_lab.scenarios.schema import load_scenario

    scenario = load_scenario(experiment.scenario)
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

        return run_study(experiment, inputs, signals, runner=runner, folder=folder, fast=fast, on_progress=show)


def _fast_model(inputs: "SimulationInputs") -> "FastModel | None":
    """Return the fast engine with the scenario compiled into it; None, and a word why, where it cannot hold it."""
    from congestion_lab.cli.running import load_fast_engine
    from congestion_lab.core.errors import InputError
    from congestion_lab.queueing.model import QueueModel
    from congestion_lab.sumo.traffic import read_traffic

    if inputs.mesoscopic:
        remark("The scenario asks for SUMO's mesoscopic mode, so no plan is judged by the fast engine beforehand.")
        return None
    load_fast_engine()
    with progress() as bars:
        bars.add_task(f"reading {inputs.name} for the fast engine", total=None)
        try:
            return QueueModel(read_traffic(inputs, cache=RUNS_FOLDER / ".cache"), inputs)
        except InputError as error:
            remark(f"The fast engine cannot hold this scenario, so the search asks SUMO only: {error}")
            return None


def _level_table(climb: "Climb") -> "Table":
    """Return what each level took and gave."""
    from rich.box import SIMPLE_HEAD
    from rich.table import Table

    table = Table(title="What each level contributed", title_justify="left", box=SIMPLE_HEAD, pad_edge=False)
    table.add_column("level")
    for heading in ("plans", "simulations", "time (s)", "best plan in SUMO (s)"):
        table.add_column(heading, justify="right")
    for level in climb.levels:
        best = f"{level.best_delay_s:.1f}" if math.isfinite(level.best_delay_s) else "–"
        table.add_row(level.name, f"{level.plans:,}", f"{level.sumo_runs:,}", f"{level.seconds:.0f}", best)
    return table


def _how_it_went(climb: "Climb") -> str:
    agreed = climb.agreement
    ended = f"The search ended because {climb.end}."
    if not agreed.plans:
        return ended
    rank = "unknown" if agreed.rank_correlation is None else f"{agreed.rank_correlation:.2f}"
    return (
        f"Rank correlation of the fast engine with SUMO over the {agreed.plans} plans that both judged: {rank}; "
        f"SUMO's delay is {agreed.ratio:.2f} times the fast engine's. {ended}"
    )


def _verdict(study: "StudySummary") -> str:
    from congestion_lab.optimization.candidates import PRESENT

    difference = study.difference
    origin = study.best.entrant.origin
    tried = f"{study.candidates} plans tried in {study.sumo_runs} simulations; the best comes from: {origin}"
    if origin == PRESENT:
        return f"Nothing better than the present plans was found, so best-plan.json holds them. {tried}."
    if difference is None:
        return f"No comparison: fewer than two seeds finished on both sides. {tried}."
    if not difference.significant:
        return f"No significant change of the mean delay on unseen seeds. {tried}."
    word = "lower" if difference.mean < 0 else "HIGHER"
    share = f"{abs(100 * difference.relative):.1f} %"
    interval = f"{difference.low:+.1f} … {difference.high:+.1f} s"
    return f"Mean delay {share} {word} on unseen seeds (95 % interval {interval}). {tried}."
