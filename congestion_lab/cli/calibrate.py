"""`congestion-lab calibrate`: the fast engine's drivers fitted to SUMO."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from congestion_lab.cli.console import Exit, complain, progress, say, say_json
from congestion_lab.cli.options import (
    RUNS_FOLDER,
    example,
    file_for_results,
    json_option,
    out_option,
    seed_option,
    seed_range,
    verbosity_options,
    workers_option,
)
from congestion_lab.cli.periods import period_option

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rich.table import Table

    from congestion_lab.queueing.calibrationfile import Calibration
    from congestion_lab.queueing.engine import QueueEngine
    from congestion_lab.scenarios.schema import Scenario
    from congestion_lab.signals.plan import PlanSet
    from congestion_lab.simulation.result import Failure, RunResult
    from congestion_lab.simulation.spec import SimulationInputs


@click.command(epilog=example("calibrate scenarios/damascus-centre-am-peak.yaml --seeds 3"))
@click.argument("scenario_file", metavar="SCENARIO", type=click.Path(path_type=Path))
@period_option
@click.option("--seeds", type=click.IntRange(min=1), default=3, show_default=True, help="Number of SUMO runs.")
@seed_option("First seed; the others follow it. Default: 1.")
@out_option("File to write. Default: runs/.calibration/<digest of the scenario>.json, where `simulate` finds it.")
@workers_option
@json_option
@verbosity_options
def calibrate(
    scenario_file: Path,
    *,
    period: str | None,
    seeds: int,
    seed: int | None,
    out: Path | None,
    workers: int,
    as_json: bool,
) -> int:
    """Fit the drivers of the fast engine to SUMO, on SCENARIO with its present signals.

    SUMO simulates the scenario a few times; headways and gaps of the queue model are chosen such that its delays by
    movement come closest. `simulate --engine queue` then uses them for the scenario as long as it does not change.
    """
    from congestion_lab.cli.periods import chosen_scenario
    from congestion_lab.cli.running import calibration_path, plain_queue_engine, prepared
    from congestion_lab.cli.tables import failure_lines
    from congestion_lab.queueing.calibrationfile import write_calibration

    numbers = seed_range(seed, seeds)
    scenario = chosen_scenario(scenario_file, period)
    inputs = prepared(scenario)
    path = file_for_results(out or calibration_path(inputs), scenario_file)
    engine = plain_queue_engine()
    present = _present(scenario, inputs, engine)
    results, failures = _observed(scenario, inputs, numbers, workers)
    for line in failure_lines(failures):
        complain(line)
    if not results:
        return Exit.ENGINE_FAILED
    calibration = _fitted(engine, inputs, present, results)
    write_calibration(path, calibration)
    if as_json:
        verdict = {"agrees": calibration.fit.agrees, "verdict": calibration.fit.verdict}
        say_json({"calibration": str(path), **calibration.model_dump(mode="json"), **verdict})
    else:
        say(_table(calibration))
        say(calibration.fit.verdict)
        say(f"calibration: {path}")
    return Exit.SOME_RUNS_FAILED if failures else Exit.OK


def _present(scenario: "Scenario", inputs: "SimulationInputs", engine: "QueueEngine") -> "PlanSet":
    """Return the plans that the scenario's signals run.

    Raises:
        InputError: The fast engine cannot hold the scenario; every reason is named.
    """
    from congestion_lab.cli.running import scenario_plans
    from congestion_lab.queueing.engine import model_of, plans_to_run, require_supported
    from congestion_lab.simulation.spec import Controller, RunSpec

    plans, _ = scenario_plans(scenario, inputs)
    controller = Controller(scenario.signals.controller)
    spec = RunSpec(inputs, 1, engine.name, engine.version, plans=plans, controller=controller)
    require_supported(spec)
    with progress() as bars:
        bars.add_task(f"reading {scenario.name}", total=None)
        return plans_to_run(spec, model_of(engine, inputs).traffic)


def _observed(
    scenario: "Scenario", inputs: "SimulationInputs", seeds: range, workers: int
) -> "tuple[list[RunResult], list[Failure]]":
    """Simulate in SUMO; runs of `simulate` with the same seeds are not made again."""
    from congestion_lab.cli.running import local_runner, run_showing, scenario_plans
    from congestion_lab.simulation.result import Failure, RunResult
    from congestion_lab.simulation.spec import Controller, Detail

    plans, _ = scenario_plans(scenario, inputs)
    controller = Controller(scenario.signals.controller)
    with local_runner(RUNS_FOLDER / scenario.name / "runs", workers) as runner:
        specs = [runner.spec(inputs, seed, plans=plans, controller=controller, detail=Detail.FULL) for seed in seeds]
        outcomes = run_showing(runner, specs, f"simulating {scenario.name} in SUMO")
    results = [one for one in outcomes if isinstance(one, RunResult)]
    return results, [one for one in outcomes if isinstance(one, Failure)]


def _fitted(
    engine: "QueueEngine", inputs: "SimulationInputs", present: "PlanSet", results: "Sequence[RunResult]"
) -> "Calibration":
    from statistics import fmean

    from congestion_lab.metrics.objective import mean_delay_s
    from congestion_lab.queueing.calibration import misfit
    from congestion_lab.queueing.calibrationfile import Calibration, Fit
    from congestion_lab.queueing.engine import model_of
    from congestion_lab.simulation.tables import TRIPS

    observed = [(present, result.seed, result) for result in results]
    seeds = [result.seed for result in results]
    before = model_of(engine, inputs)
    with progress() as bars:
        bars.add_task("fitting the drivers", total=None)
        after = before.calibrated(observed)
    fit = Fit(
        observed_delay_s=fmean(mean_delay_s(one.table(TRIPS), one.analysis_begin_s) for one in results),
        delay_before_s=float(before.delays_s([present], seeds).mean()),
        delay_after_s=float(after.delays_s([present], seeds).mean()),
        misfit_before=misfit(before, observed),
        misfit_after=misfit(after, observed),
    )
    made = results[0].provenance
    return Calibration(
        scenario=inputs.name,
        digest=inputs.digest,
        observed_in=f"{made.engine} {made.engine_version}",
        fitted_by=f"{engine.name} {engine.version}",
        seeds=tuple(seeds),
        fit=fit,
        parameters=after.behaviour._asdict(),
    )


def _table(calibration: "Calibration") -> "Table":
    """Return the figures before and after, beside those of SUMO, and what was changed."""
    from rich.box import SIMPLE_HEAD
    from rich.markup import escape
    from rich.table import Table

    from congestion_lab.queueing.behaviour import Behaviour

    seeds, fit = ", ".join(map(str, calibration.seeds)), calibration.fit
    table = Table(title=f"{escape(calibration.scenario)}, present signals, seeds {seeds}", title_justify="left")
    table.box, table.pad_edge = SIMPLE_HEAD, False
    table.add_column("", overflow="fold", min_width=16)
    for heading in ("SUMO", "before", "after"):
        table.add_column(heading, justify="right", no_wrap=True)
    delays = (fit.observed_delay_s, fit.delay_before_s, fit.delay_after_s)
    table.add_row("Mean delay per demanded vehicle (s)", *(f"{delay:.1f}" for delay in delays))
    misfits = (fit.misfit_before, fit.misfit_after)
    table.add_row("Difference of delays by movement (%)", "", *(f"{100 * misfit:.0f}" for misfit in misfits))
    default = Behaviour()._asdict()
    for name, value in calibration.parameters.items():
        if value != default[name]:
            table.add_row(name, "", f"{default[name]:g}", f"{value:g}")
    return table
