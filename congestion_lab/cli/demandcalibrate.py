"""`congestion-lab demand calibrate`: a scenario's demand fitted to counts."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from congestion_lab.cli.console import Exit, detail, progress, remark, say, say_json
from congestion_lab.cli.languages import language_options
from congestion_lab.cli.options import (
    RUNS_FOLDER,
    example,
    folder_for_results,
    json_option,
    out_option,
    seed_option,
    verbosity_options,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from congestion_lab.cli.calibrateddemand import Asked, Calibrated
    from congestion_lab.demand.cells import Cells
    from congestion_lab.demand.counted import Site
    from congestion_lab.demand.counts import Count
    from congestion_lab.demand.discharge import SaturationHeadway
    from congestion_lab.queueing.demandbench import Bench
    from congestion_lab.queueing.demandfit import DemandFit, Round, Settings
    from congestion_lab.queueing.model import QueueModel
    from congestion_lab.scenarios.schema import Scenario

_GLS, _ENTROPY, _ROUTESAMPLER = "gls", "entropy", "routesampler"
_RUNS = 3  # of the fast engine per round


@click.command(
    epilog=example("demand calibrate scenarios/damascus-centre-am-peak.yaml --counts counts.csv --hold-out 0.2")
)
@click.argument("scenario_file", metavar="SCENARIO", type=click.Path(path_type=Path))
@click.option(
    "--counts",
    "counts_file",
    required=True,
    type=click.Path(path_type=Path),
    help="Table of counts, as `demand counts` writes it.",
)
@click.option(
    "--hold-out",
    type=click.FloatRange(min=0, max=0.9),
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
    "--slice", "slice_min", type=click.FloatRange(min=1), default=15.0, show_default=True, help="Departures, minutes."
)
@click.option(
    "--count-error",
    type=click.FloatRange(min=0, max=1),
    default=0.1,
    show_default=True,
    help="Error of a count, as a share.",
)
@click.option(
    "--prior-error",
    type=click.FloatRange(min=0.01, max=3),
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
    """Fit the demand of SCENARIO to counts, and write it as a scenario of its own.

    The scenario's own vehicles are the prior: those that explain the counts are left out or repeated, by route and time
    of departure, and simulated in the fast engine until the estimate settles. The result is checked in SUMO. The folder
    holds the scenario, its vehicles, a report, and tables of links, pairs and zones.
    """
    from congestion_lab.cli.calibrateddemand import Asked, judged, write_demand
    from congestion_lab.cli.calibrationresults import write_results
    from congestion_lab.cli.demandtables import outcome_as_json, outcome_tables
    from congestion_lab.queueing.demandfit import Settings
    from congestion_lab.scenarios.schema import load_scenario

    scenario = load_scenario(scenario_file)
    folder = folder_for_results(out or RUNS_FOLDER / f"{scenario.name}-calibrated")
    number = 1 if seed is None else seed
    settings = Settings(method=method, count_error=count_error, prior_error=prior_error, seed=number)
    asked = Asked(
        scenario_file, counts_file, hold_out, 60 * slice_min, only_inside, sumo_runs, discharge_file, settings
    )
    found = _calibrated(scenario, asked)
    with progress() as bars:
        bars.add_task("writing the calibrated scenario", total=None)
        written = write_demand(folder, scenario, found)
    with progress() as bars:
        bars.add_task("simulating it in SUMO" if sumo_runs else "judging", total=None)
        outcome = judged(found, written)
    write_results(folder, outcome)
    if as_json:
        say_json({"scenario": str(written), "report": str(folder / "report.html"), **outcome_as_json(outcome)})
    else:
        for table in outcome_tables(outcome):
            say(table)
        say(f"scenario: {written}")
        say(f"report: {folder / 'report.html'}")
    return Exit.OK


def _calibrated(scenario: "Scenario", asked: "Asked") -> "Calibrated":
    """Return the fit beside the counts that it was made from.

    Raises:
        InputError: Counts or scenario cannot be used; every reason is named.
    """
    from congestion_lab.cli.calibrateddemand import Calibrated
    from congestion_lab.cli.running import prepared, queue_engine, scenario_plans
    from congestion_lab.demand.counted import hold_out, usable
    from congestion_lab.demand.counttable import read_counts
    from congestion_lab.queueing.demandbench import Bench, prior_cells
    from congestion_lab.queueing.engine import model_of, plans_to_run, require_supported
    from congestion_lab.simulation.spec import Controller, RunSpec

    counts = read_counts(asked.counts_file)
    inputs = prepared(scenario)
    plans, _ = scenario_plans(scenario, inputs)
    engine = queue_engine(inputs)
    controller = Controller(scenario.signals.controller)
    spec = RunSpec(inputs, asked.settings.seed, engine.name, engine.version, plans=plans, controller=controller)
    require_supported(spec)
    with progress() as bars:
        bars.add_task(f"reading {scenario.name}", total=None)
        model = model_of(engine, inputs)
    model, headways, factor = _discharging(model, asked)
    for note in model.traffic.notes:
        remark(note)
    inside = usable(counts, _site(model), str(asked.counts_file), only_inside=asked.only_inside)
    if len(inside) < len(counts):
        remark(f"{len(counts) - len(inside)} of {len(counts)} counts lie outside the scenario and are left out")
    fitted_to, held = hold_out(inside, asked.hold_out, asked.settings.seed)
    bench = Bench(model, plans_to_run(spec, model.traffic), _RUNS, asked.settings.seed)
    cells = prior_cells(model, asked.slice_s, _zone_of(scenario))
    fit = _fitted(bench, fitted_to, cells, asked.settings)
    return Calibrated(asked, spec, bench, fitted_to, held, fit, headways, factor)


def _discharging(model: "QueueModel", asked: "Asked") -> "tuple[QueueModel, tuple[SaturationHeadway, ...], float]":
    """Return the model with headways as observed, what was observed, and the factor on drivers' time gaps.

    Raises:
        DemandError: The table is faulty, or asks for what drivers cannot do or the route files do not hold.
    """
    from congestion_lab.core.errors import DemandError, Fault
    from congestion_lab.demand.discharge import read_greens, saturation_headways
    from congestion_lab.queueing.discharge import with_headways
    from congestion_lab.sumo.resampledroutes import unwritten_types

    if asked.discharge_file is None:
        return model, (), 1.0
    headways = saturation_headways(read_greens(asked.discharge_file))
    if elsewhere := unwritten_types(model.inputs, [one.id for one in model.traffic.demand.types]):
        rule = f"the route files do not define the types {', '.join(elsewhere)}, so their headways cannot be set"
        raise DemandError(Fault(rule, "define them in a route file of the scenario", key="--discharge"))
    made, factor = with_headways(model, headways)
    return made, headways, factor


def _fitted(bench: "Bench", counts: "Sequence[Count]", cells: "Cells", settings: "Settings") -> "DemandFit":
    from congestion_lab.queueing.demandfit import LEVELS, fitted, given

    with progress() as bars:
        task = bars.add_task(f"fitting the demand ({settings.method})", total=settings.rounds + 1 + len(LEVELS))

        def tell(one: "Round") -> None:
            bars.advance(task)
            jams = f", {one.gridlocks} runs jammed" if one.gridlocks else ""
            detail(f"{one.vehicles} vehicles, misfit {one.misfit:.2f}{jams}")

        if settings.method == _ROUTESAMPLER:
            from congestion_lab.sumo.routesampler import resampled_vehicles

            vehicles = resampled_vehicles(bench.demand, bench.model.traffic.roads, counts, settings.seed)
            return given(bench, counts, cells, settings, vehicles)
        return fitted(bench, counts, cells, settings, tell)


def _site(model: "QueueModel") -> "Site":
    from congestion_lab.demand.counted import Site

    traffic, inputs = model.traffic, model.inputs
    kinds = frozenset(one.id for one in traffic.demand.types)
    return Site(frozenset(traffic.roads.link_ids), kinds, inputs.analysis_begin_s, inputs.horizon_s)


def _zone_of(scenario: "Scenario") -> "dict[str, str]":
    """Return the zones of a network folder's links; of an area, where trips enter anywhere, each link is its own."""
    folder = scenario.network.folder
    if folder is None or scenario.area is not None or scenario.demand.model is None:
        return {}
    from congestion_lab.sumo.demandbuild import zones_of_links

    return zones_of_links(folder, scenario.network.net_file)
