"""`congestion-lab demand`: vehicles from zones and assumptions, from counts, and where to count."""

from pathlib import Path

import click

from congestion_lab.cli.cameras import cameras
from congestion_lab.cli.console import Exit, progress, say, say_json
from congestion_lab.cli.counts import counts
from congestion_lab.cli.demandcalibrate import calibrate
from congestion_lab.cli.odtable import od
from congestion_lab.cli.options import example, file_for_results, json_option, out_option, verbosity_options
from congestion_lab.cli.speeds import speeds


@click.group(epilog=example("demand build networks/damascus"))
def demand() -> None:
    """Build demand from zones and assumptions, check counts and calibrate to them, place cameras."""


demand.add_command(calibrate)
demand.add_command(counts)
demand.add_command(cameras)
demand.add_command(speeds)
demand.add_command(od)


@demand.command(epilog=example("demand build networks/damascus --od trips.csv -o trips.rou.xml.gz"))
@click.argument("folder", type=click.Path(path_type=Path))
@click.option("--model", default="am-peak", show_default=True, help="Demand model of the folder.")
@click.option("--variant", help="Variant of the network, e.g. before-2025. Default: the network as it is.")
@click.option(
    "--od",
    "trips",
    type=click.Path(path_type=Path),
    help="Trips between the zones, perhaps by interval and class (CSV, XLSX, OMX), instead of the model's own.",
)
@out_option("Route file to write. Default: the model's own in the folder; with --od it has to be named.")
@json_option
@verbosity_options
def build(folder: Path, *, model: str, variant: str | None, trips: Path | None, out: Path | None, as_json: bool) -> int:
    """Build the vehicles of a demand model of the network FOLDER: gravity matrix, equilibrium routes, departures."""
    from congestion_lab.sumo.demandbuild import build as built

    if trips is not None and out is None:
        raise click.UsageError("--od needs -o: the model's own route file is not overwritten by other trips")
    target = None if out is None else file_for_results(out)
    with progress() as bars:
        bars.add_task(f"building demand {model}", total=None)
        target = built(folder, model, variant, trips=trips, target=target)
    if as_json:
        say_json({"demand": str(target)})
    else:
        say(str(target))
    return Exit.OK
