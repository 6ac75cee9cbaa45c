"""`congestion-lab demand od`: an origin-destination table checked."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from congestion_lab.cli.console import Exit, progress, remark, say, say_json
from congestion_lab.cli.options import example, file_for_results, json_option, out_option, verbosity_options

if TYPE_CHECKING:
    from congestion_lab.demand.trips.odtable import ODCell


@click.command(epilog=example("demand od trips.omx --zones networks/damascus/demand/zones.csv -o trips.csv"))
@click.argument("table", type=click.Path(path_type=Path))
@click.option("--zones", required=True, type=click.Path(path_type=Path), help="Zone table (CSV) that it refers to.")
@click.option("--sheet", default="", help="Sheet of a workbook. Default: the first.")
@click.option("--core", default="", help="Matrix of an OMX file. Default: the only one.")
@click.option("--lookup", default="", help="Zone numbers of an OMX file. Default: the only ones, or 1, 2, ….")
@click.option("--decimal", type=click.Choice([".", ","]), help="Decimal sign of text. Default: seen from the cells.")
@out_option("Table to write, one row per pair (CSV). Default: nothing is written.")
@json_option
@verbosity_options
def od(
    table: Path,
    *,
    zones: Path,
    sheet: str,
    core: str,
    lookup: str,
    decimal: str | None,
    out: Path | None,
    as_json: bool,
) -> int:
    """Check the trips of TABLE against the zones.

    TABLE is CSV or XLSX, long or wide, or OMX. Every faulty cell is named.
    """
    from congestion_lab.demand.trips.odreading import read_od
    from congestion_lab.demand.trips.zones import read_zones

    target = None if out is None else file_for_results(out, table, zones)
    with progress() as bars:
        bars.add_task(f"reading {table}", total=None)
        known = [zone.id for zone in read_zones(zones)]
        read = read_od(table, frozenset(known), sheet=sheet, core=core, lookup=lookup, decimal=decimal or "")
    for name in read.unused:
        remark(f"the column {name!r} was not read")
    used = {zone for cell in read.cells for zone in (cell.origin, cell.destination)}
    silent = [zone for zone in known if zone not in used]
    if target is not None:
        _write(target, read.cells)
    if as_json:
        told = {"pairs": len(read.cells), "vehicles": read.total, "within_zones": read.intrazonal}
        say_json(
            {**told, "zones": len(used), "zones_without_trips": silent, "table": None if out is None else str(out)}
        )
        return Exit.OK
    say(
        f"{read.total:.1f} vehicles in {len(read.cells)} cells between {len(used)} zones, "
        f"{read.intrazonal:.1f} within one"
    )
    if silent:
        say(f"zones without trips: {', '.join(silent)}")
    if target is not None:
        say(f"trips: {target}")
    return Exit.OK


def _write(target: Path, cells: "Sequence[ODCell]") -> None:
    import csv
    import io

    from congestion_lab.core.files import write_text
    from congestion_lab.core.names import shielded
    from congestion_lab.core.times import clock_from_seconds

    stream = io.StringIO(newline="")
    writer = csv.writer(stream)
    writer.writerow(("origin", "destination", "vehicles", "begin", "end", "class"))
    for one in cells:
        times = ("" if at is None else clock_from_seconds(at) for at in (one.begin_s, one.end_s))
        writer.writerow(
            (shielded(one.origin), shielded(one.destination), repr(one.vehicles), *times, shielded(one.kind))
        )
    write_text(target, "\ufeff" + stream.getvalue())
