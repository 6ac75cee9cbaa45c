"""`congestion-lab demand calibrate`: a scenario's demand fitted to counts."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from congestion_lab.cli.console import Exit, detail, progress, remark, say, say_json
from congestion_lab.cli.languages import language_options
from congestion_lab.cli.options import (
    RUNS_FOLDER,
    FiniteRange,
    example,
    folder_for_results,
    json_option,
    out_option,
    seed_option,
    verbosity_options,
)
from congestion_lab.cli.periods import period_option

if TYPE_CHECKING:
    from congestion_lab.experiments.calibrateddemand import Outcome
    from congestion_lab.experiments.demandcalibration import Asked, Calibrated, Task
    from congestion_lab.queueing.demandfit import Round
    from congestion_lab.scenarios.schema import Scenario

_GLS, _ENTROPY, _ROUTESAMPLER = "gls", "entropy", "routesampler"  # as in experiments, which is slow to load


@click.command(
    epilog=example("demand calibrate scenarios/damascus-centre-am-peak.yaml --counts counts.csv --hold-out 0.2")
)
@click.argument("scenario_file", metavar="SCENARIO", type=click.Path(path_type=Path))
@period_option
@click.option(
    "--counts",
    "counts_file",
    required=True,
    type=click.Path(path_type=Path),
    help="Table of counts, as `demand counts` writes it.",
)
@click.option(
    "--hold-out",
    type=FiniteRange(min=0, max=0.9),
    default=0.0,
    show_default=True,
    help="Share of the counted links that are not fitted to but judged by.",
)
@click.option(
    "--method",
    type=click.Choice([_GLS, _ENTROPY, _ROUTESAMPLER]),
    default=_GLS,
    show_default=True,
    help="Generalised least squares, least information, or SUMO's routeSampler.",
)
@click.option(
    "--slice", "slice_min", type=FiniteRange(min=1), default=15.0, show_default=True, help="Departures, minutes."
)
@click.option(
    "--count-error",
    type=FiniteRange(min=0, max=1),
    default=0.1,
    show_default=True,
    help="Error of a count, as a share.",
)
@click.option(
    "--prior-error",
    type=FiniteRange(min=0.01, max=3),
    default=0.4,
    show_default=True,
    help="Error of the scenario's demand, as a share: how far the counts may take it.",
)
@click.option(
    "--discharge",
    "discharge_file",
    type=click.Path(path_type=Path),
    help="Table of greens whose queue did not clear (link_id, lanes, green_s, vehicles): sets drivers' headways.",
)
@click.option("--only-inside", is_flag=True, help="Leave out counts that the scenario has no link or time for.")
@click.option(
    "--sumo-runs", type=click.IntRange(min=0), default=1, show_default=True, help="Runs of SUMO on the result."
)
@seed_option("Draws the links held out, and departures of added vehicles. Default: 1.")
@out_option("Folder of the result. Default: runs/<scenario>-calibrated.")
@language_options
@json_option
@verbosity_options
def calibrate(
    scenario_file: Path,
    *,
    period: str | None,
    counts_file: Path,
    hold_out: float,
    method: str,
    slice_min: float,
    count_error: float,
    prior_error: float,
    discharge_file: Path | None,
    only_inside: bool,
    sumo_runs: int,
    seed: int | None,
    out: Path | None,
    as_json: bool,
) -> int:
    """Fit the demand of SCENARIO to counts.

    The result is written as a scenario of its own. The scenario's own vehicles are the prior: those that explain the
    counts are left out or repeated, by route and time of departure, and simulated in the fast engine until the estimate
    settles. The result is checked in SUMO. The folder holds the scenario, its vehicles, a report, and tables of links,
    pairs and zones.
    """
    from congestion_lab.cli.demand.calibrationtables import outcome_as_json, outcome_tables
    from congestion_lab.cli.periods import chosen_scenario
    from congestion_lab.core.files import write_text
    from congestion_lab.experiments.calibrateddemand import judged, write_demand
    from congestion_lab.experiments.calibrationtables import write_tables
    from congestion_lab.experiments.demandcalibration import Asked
    from congestion_lab.queueing.demandfit import Settings

    scenario = chosen_scenario(scenario_file, period)
    folder = folder_for_results(out or RUNS_FOLDER / f"{scenario.name}-calibrated")
    number = 1 if seed is None else seed
    settings = Settings(method=method, count_error=count_error, prior_error=prior_error, seed=number)
    asked = Asked(
        scenario_file, counts_file, hold_out, 60 * slice_min, only_inside, sumo_runs, discharge_file, settings
    )
    found = _fitted(_task(scenario, asked))
    with progress() as bars:
        bars.add_task("writing the calibrated scenario", total=None)
        written = write_demand(folder, scenario, found)
    with progress() as bars:
        bars.add_task("simulating it in SUMO" if sumo_runs else "judging", total=None)
        outcome = judged(found, written)
    write_tables(folder, outcome)
    write_text(folder / "report.html", _report(outcome))
    if as_json:
        say_json({"scenario": str(written), "report": str(folder / "report.html"), **outcome_as_json(outcome)})
    else:
        for table in outcome_tables(outcome):
            say(table)
        say(f"scenario: {written}")
        say(f"report: {folder / 'report.html'}")
    return Exit.OK


def _report(outcome: "Outcome") -> str:
    from congestion_lab.experiments.calibrationnotes import facts, notes
    from congestion_lab.reporting.pages.demandreport import demand_report
    from congestion_lab.sumo.nets.netfile import read_network

    inputs, told = outcome.calibrated.task.spec.inputs, (notes(outcome), facts(outcome))
    return demand_report(inputs.name, outcome.compared, outcome.change, *told, network=read_network(inputs.net_file))


def _task(scenario: "Scenario", asked: "Asked") -> "Task":
    """Return what is fitted to what, and say what was left out of it.

    Raises:
        InputError: Counts or scenario cannot be used; every reason is named.
    """
    from congestion_lab.cli.running import prepared, queue_engine, scenario_plans
    from congestion_lab.experiments.demandcalibration import calibration_task

    inputs = prepared(scenario)
    plans, _ = scenario_plans(scenario, inputs)
    engine = queue_engine(inputs)
    with progress() as bars:
        bars.add_task(f"reading {scenario.name}", total=None)
        task = calibration_task(asked, scenario, inputs, plans, engine)
    if task.why_no_zones:
        remark(f"{task.why_no_zones}: every link on which trips begin or end is taken as a zone of its own")
    for note in task.bench.model.traffic.notes:
        remark(note)
    if task.outside:
        total = task.outside + len(task.counts)
        remark(f"{task.outside} of {total} counts lie outside the scenario and are left out")
    return task


def _fitted(task: "Task") -> "Calibrated":
    from congestion_lab.experiments.demandcalibration import calibrated
    from congestion_lab.queueing.demandfit import LEVELS

    settings = task.asked.settings
    with progress() as bars:
        bar = bars.add_task(f"fitting the demand ({settings.method})", total=settings.rounds + 1 + len(LEVELS))

        def tell(one: "Round") -> None:
            bars.advance(bar)
            jams = f", {one.gridlocks} runs jammed" if one.gridlocks else ""
            detail(f"{one.vehicles} vehicles, misfit {one.misfit:.2f}{jams}")

        return calibrated(task, tell)
