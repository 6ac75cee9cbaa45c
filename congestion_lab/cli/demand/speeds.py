"""`congestion-lab demand speeds`: measured speeds beside those of a run."""

from collections.abc import Iterator, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from congestion_lab.cli.console import Exit, progress, remark, say, say_json
from congestion_lab.cli.demand.tableinput import (
    day_type_option,
    leave_out_option,
    mapping_of,
    mapping_option,
    refuse_faulty,
    tolerance_option,
)
from congestion_lab.cli.options import example, file_for_results, json_option, out_option, verbosity_options

if TYPE_CHECKING:
    from rich.table import Table

    from congestion_lab.demand.counts.countmatching import Place
    from congestion_lab.demand.counts.rowplaces import Spot
    from congestion_lab.demand.counts.speedrows import SpeedRow, SpeedRows
    from congestion_lab.demand.counts.tablemapping import TableMapping
    from congestion_lab.experiments.runset import RunSet
    from congestion_lab.metrics.speedcheck import Drive, LinkSpeeds, SpeedCheck
    from congestion_lab.network.model import Network

_WORST = 15  # links that a terminal shows


@click.command(
    epilog=example("demand speeds taxis.csv runs/damascus-centre-am-peak --mapping taxis.yaml -o speeds.csv")
)
@click.argument("table", type=click.Path(path_type=Path))
@click.argument("folder", metavar="RUN", type=click.Path(path_type=Path))
@mapping_option
@click.option(
    "--records",
    type=click.Choice(["traversals", "samples"]),
    default="traversals",
    show_default=True,
    help="Whether a record is a drive over a whole link, or a position sampled at even times.",
)
@day_type_option("compared")
@leave_out_option
@tolerance_option
@out_option("Table of all links to write (CSV). Default: nothing is written.")
@json_option
@verbosity_options
def speeds(
    table: Path,
    folder: Path,
    *,
    mapping_file: Path | None,
    records: str,
    day_type: str,
    leave_out: bool,
    tolerance_m: float,
    out: Path | None,
    as_json: bool,
) -> int:
    """Compare speeds or travel times of TABLE with the links of RUN.

    TABLE is CSV or XLSX; `simulate` made RUN. Records count that lie in the analysed period of the run and on days of
    the type asked for. The table is described in docs/count-tables.md.
    """
    from congestion_lab.demand.counts.speedrows import read_speed_rows
    from congestion_lab.experiments.runset import load_run_set
    from congestion_lab.metrics.speedcheck import link_speed_pairs, speed_check
    from congestion_lab.simulation.tables import LINKS
    from congestion_lab.sumo.nets.netfile import read_network

    target = None if out is None else file_for_results(out, table, mapping_file)
    mapping = mapping_of(mapping_file)
    run_set = load_run_set(folder)
    require_links(run_set, folder)
    with progress() as bars:
        bars.add_task(f"reading {table}", total=None)
        read = read_speed_rows(table, mapping, standing=records == "samples")
        network = read_network(run_set.net_file)
        places, refused = _placed(read, network, tolerance_m)
        if not leave_out:
            refuse_faulty(read.rows, read.faults, refused, table)
        used, remarks = _used(read, places, run_set, mapping, day_type)
        drives = [_drive(row, places[row.spot], network) for row in used]
        tables = [result.table(LINKS) for result in run_set.results]
        pairs = link_speed_pairs(drives, tables, samples=records == "samples")
    for line in (*remarks, *_left_out(read, refused)):
        remark(line)
    check = _checked(speed_check(pairs), table, remarks)
    if target is not None:
        _write(target, pairs)
    if as_json:
        say_json(
            {"table": None if target is None else str(target), "run": run_set.label, **_as_json(check, pairs, read)}
        )
        return Exit.OK
    _say(check, pairs, run_set)
    if target is not None:
        say(f"links: {target}")
    return Exit.OK


def require_links(run_set: "RunSet", folder: Path) -> None:
    """Make sure that runs have figures of links.

    Raises:
        ExperimentError: There is no finished run, or one without them.
    """
    from congestion_lab.core.errors import ExperimentError
    from congestion_lab.simulation.tables import LINKS

    if not run_set.results or not all(result.has(LINKS) for result in run_set.results):
        raise ExperimentError(f"{folder} has no finished runs with figures of links; make some with `simulate`")


def _placed(read: "SpeedRows", network: "Network", tolerance_m: float) -> "tuple[dict[Spot, Place], dict[Spot, str]]":
    from congestion_lab.demand.counts.countmatching import matched
    from congestion_lab.sumo.nets.countnet import road_map

    return matched((row.spot for row in read.rows), road_map(network), tolerance_m=tolerance_m)


def _left_out(read: "SpeedRows", refused: "dict[Spot, str]") -> Iterator[str]:
    for fault in read.faults:
        yield f"left out: {fault.source}:{fault.line}: {fault.rule}"
    for spot, why in refused.items():
        count = sum(row.spot == spot for row in read.rows)
        yield f"left out: {count} records at {spot.name}: {why}"
    for name in read.unused:
        yield f"the column {name!r} was not read"


def _used(
    read: "SpeedRows", places: "dict[Spot, Place]", run_set: "RunSet", mapping: "TableMapping", day_type: str
) -> "tuple[list[SpeedRow], list[str]]":
    """Return the records of the period and days asked for, and how many others there are."""
    from congestion_lab.core.times import clock_from_seconds
    from congestion_lab.demand.counts.countreview import Days

    begin_s, end_s = run_set.results[0].analysis_begin_s, run_set.results[0].ended_s
    days = Days(day_type)
    placed = [row for row in read.rows if row.spot in places]
    of_days = [row for row in placed if days.holds(row.when.date, mapping.time)]
    used = [row for row in of_days if begin_s <= row.when.begin_s < end_s]
    remarks = []
    if len(of_days) < len(placed):
        remarks.append(f"left out: {len(placed) - len(of_days)} records of days that were not asked for ({day_type})")
    if len(used) < len(of_days):
        period = f"{clock_from_seconds(begin_s)} to {clock_from_seconds(end_s)}"
        remarks.append(f"left out: {len(of_days) - len(used)} records outside the analysed period, {period}")
    return used, remarks


def _drive(row: "SpeedRow", place: "Place", network: "Network") -> "Drive":
    from congestion_lab.metrics.speedcheck import Drive

    if row.travel_time_s is not None:
        return Drive(place.link, network.links[place.link].length_m / row.travel_time_s)
    return Drive(place.link, (row.speed_kmh or 0.0) / 3.6)


def _checked(check: "SpeedCheck | None", table: Path, remarks: Sequence[str]) -> "SpeedCheck":
    from congestion_lab.core.errors import DemandError, Fault

    if check is None:
        rule = "; ".join(("no record is left that lies on a link with traffic in the run", *remarks))
        raise DemandError(Fault(rule, "compare the table's days and times with the scenario's period", str(table)))
    return check


def _write(target: Path, pairs: "Sequence[LinkSpeeds]") -> None:
    import csv
    import io

    from congestion_lab.core.files import write_text
    from congestion_lab.core.names import shielded

    stream = io.StringIO(newline="")
    writer = csv.writer(stream)
    writer.writerow(("link_id", "records", "measured_kmh", "low_kmh", "high_kmh", "model_kmh", "difference_kmh"))
    for one in pairs:
        figures = (one.measured_kmh, one.low_kmh, one.high_kmh, one.model_kmh, one.difference_kmh)
        writer.writerow((shielded(one.link), one.records, *(f"{value:.2f}" for value in figures)))
    write_text(target, "\ufeff" + stream.getvalue().replace("nan", ""))


def _say(check: "SpeedCheck", pairs: "Sequence[LinkSpeeds]", run_set: "RunSet") -> None:
    seeds = ", ".join(map(str, sorted(run_set.by_seed)))
    say(f"{run_set.label}, seeds {seeds}: {check.records} records on {check.links} links")
    silent = sum(not one.is_compared for one in pairs)
    if silent:
        say(f"{silent} further links have records but no traffic in the model")
    say(f"mean speed        {check.measured_kmh:6.1f} km/h measured, {check.model_kmh:.1f} in the model")
    say(f"bias, rmse        {check.bias_kmh:+6.1f} km/h, {check.rmse_kmh:.1f} km/h")
    say(f"within 15 %       {100 * check.close_share:6.0f} % of links, by travel time")
    if check.inside_share == check.inside_share:  # NaN without intervals
        say(f"within interval   {100 * check.inside_share:6.0f} % of links with three records or more (95 % interval)")
    say(_worst_table(pairs))


def _worst_table(pairs: "Sequence[LinkSpeeds]") -> "Table":
    from rich.box import SIMPLE_HEAD
    from rich.markup import escape
    from rich.table import Table

    worst = sorted((one for one in pairs if one.is_compared), key=lambda one: -abs(one.difference_kmh))[:_WORST]
    table = Table(title=f"The {len(worst)} links that differ most (km/h)", title_justify="left", box=SIMPLE_HEAD)
    table.pad_edge = False
    table.add_column("link", overflow="fold")
    for heading in ("records", "measured", "95 % interval", "model", "difference"):
        table.add_column(heading, justify="right", no_wrap=True)
    for one in worst:
        interval = "–" if one.is_inside is None else f"{one.low_kmh:.1f} … {one.high_kmh:.1f}"
        figures = (f"{one.measured_kmh:.1f}", interval, f"{one.model_kmh:.1f}", f"{one.difference_kmh:+.1f}")
        table.add_row(escape(one.link), str(one.records), *figures)
    return table


def _as_json(check: "SpeedCheck", pairs: "Sequence[LinkSpeeds]", read: "SpeedRows") -> dict[str, Any]:
    return {
        **asdict(check),
        "rows_left_out": [{"line": fault.line, "rule": fault.rule} for fault in read.faults],
        "by_link": [{**asdict(one), "difference_kmh": one.difference_kmh} for one in pairs],
    }
