"""`congestion-lab demand`: vehicles from zones and assumptions, from counts, and where to count."""

from pathlib import Path

import click

from congestion_lab.cli.cameras import cameras
from congestion_lab.cli.console import Exit, progress, say, say_json
from congestion_lab.cli.counts import counts
from congestion_lab.cli.demandcalibrate import calibrate
from congestion_lab.cli.lines import lines
from congestion_lab.cli.odtable import od
from congestion_lab.cli.options import ALL, example, file_for_results, json_option, out_option, verbosity_options
from congestion_lab.cli.speeds import speeds


@click.group(epilog=example("demand build networks/damascus"))
def demand() -> None:
    """Build demand from zones and assumptions, check counts and calibrate to them, place cameras."""


demand.add_command(calibrate)
demand.add_command(counts)
demand.add_command(cameras)
demand.add_command(speeds)
demand.add_command(od)
demand.add_command(lines)


@demand.command(epilog=example("demand build networks/damascus --model pm-peak"))
@click.argument("folder", type=click.Path(path_type=Path))
@click.option(
    "--model", default="am-peak", show_default=True, help=f"Demand model of the folder, or `{ALL}`: one after another."
)
@click.option("--variant", help="Variant of the network, e.g. before-2025. Default: the network as it is.")
@click.option(
    "--od",
    "trips",
    type=click.Path(path_type=Path),
    help="Trips between the zones, perhaps by interval and class (CSV, XLSX, OMX), instead of the model's own; "
    "its lines run too.",
)
@out_option("Route file to write. Default: the model's own in the folder; with --od it has to be named.")
@json_option
@verbosity_options
def build(folder: Path, *, model: str, variant: str | None, trips: Path | None, out: Path | None, as_json: bool) -> int:
    """Build the vehicles of a demand model of the network FOLDER: gravity matrix, equilibrium routes, departures."""
    from congestion_lab.demand.assumptions import model_names
    from congestion_lab.sumo.demandbuild import build as built

    if model == ALL and (trips is not None or out is not None):
        raise click.UsageError(f"--od and -o are for one model; name it instead of `{ALL}`")
    if trips is not None and out is None:
        raise click.UsageError("--od needs -o: the model's own route file is not overwritten by other trips")
    target = None if out is None else file_for_results(out)
    models = model_names(folder) or (model,) if model == ALL else (model,)  # none at all is told as a fault
    written: dict[str, Path] = {}
    with progress() as bars:
        task = bars.add_task("", total=len(models))
        for name in models:
            bars.update(task, description=f"building demand {name}")
            written[name] = built(folder, name, variant, trips=trips, target=target)
            bars.advance(task)
    if as_json:
        paths = {name: str(path) for name, path in written.items()}
        say_json({"demands": paths} if model == ALL else {"demand": paths[model]})
    for path in () if as_json else written.values():
        say(str(path))
    return Exit.OK
