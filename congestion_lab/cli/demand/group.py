"""`congestion-lab demand`: vehicles from zones and assumptions, from counts, and where to count."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from congestion_lab.cli.console import Exit, progress, remark, say, say_json
from congestion_lab.cli.demand.calibrate import calibrate
from congestion_lab.cli.demand.cameras import cameras
from congestion_lab.cli.demand.counts import counts
from congestion_lab.cli.demand.lines import lines
from congestion_lab.cli.demand.odtable import od
from congestion_lab.cli.demand.speeds import speeds
from congestion_lab.cli.options import ALL, example, file_for_results, json_option, out_option, verbosity_options

if TYPE_CHECKING:
    from congestion_lab.demand.trips.replacing import LineTraffic
    from congestion_lab.sumo.demand.demandbuild import Built


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
    "the model's lines run too, and replace trips of their class.",
)
@out_option("Route file to write. Default: the model's own in the folder; with --od it has to be named.")
@json_option
@verbosity_options
def build(folder: Path, *, model: str, variant: str | None, trips: Path | None, out: Path | None, as_json: bool) -> int:
    """Build the vehicles of a demand model of the network FOLDER.

    A gravity matrix gives the trips, an equilibrium their routes, a profile the departures.
    """
    from congestion_lab.demand.trips.assumptions import model_names
    from congestion_lab.sumo.demand.demandbuild import build as built

    if model == ALL and (trips is not None or out is not None):
        raise click.UsageError(f"--od and -o are for one model; name it instead of `{ALL}`")
    if trips is not None and out is None:
        raise click.UsageError("--od needs -o: the model's own route file is not overwritten by other trips")
    target = None if out is None else file_for_results(out, trips)
    models = model_names(folder) or (model,) if model == ALL else (model,)  # none at all is told as a fault
    made: dict[str, Built] = {}
    with progress() as bars:
        task = bars.add_task("", total=len(models))
        for name in models:
            bars.update(task, description=f"building demand {name}")
            made[name] = built(folder, name, variant, trips=trips, target=target)
            bars.advance(task)
    for one in made.values():
        for text in _line_remarks(one, trips):
            remark(text)
    if as_json:
        told = {name: _as_json(one) for name, one in made.items()}
        keys = {"demand": "demands"}  # of one model, and of several by name
        several = {
            keys.get(key, key): {name: one[key] for name, one in told.items()} for key in next(iter(told.values()))
        }
        say_json(several if model == ALL else told[model])
    for one in () if as_json else made.values():
        say(str(one.routes))
        say(_volumes(one))
    return Exit.OK


def _as_json(made: "Built") -> Mapping[str, Any]:
    return {
        "demand": str(made.routes),
        "lines": _lines_as_json(made),
        "vehicles": made.vehicles,
        "trips_between_zones": made.trips,
        "trips_within_zones_left_out": made.intrazonal,
    }


def _volumes(made: "Built") -> str:
    by_class = ", ".join(f"{number} {name}" for name, number in made.vehicles.items())
    return (
        f"{sum(made.vehicles.values())} vehicles: {by_class}; {made.trips:.0f} trips between zones, "
        f"{made.intrazonal:.0f} within one left out"
    )


def _lines_as_json(made: "Built") -> Mapping[str, Any]:
    return {
        one.vehicle_class: {
            "lines_km": one.lines_km,
            "trips_km": one.trips_km,
            "replaced_share": one.replaced_share,
        }
        for one in made.line_traffic
    }


def _line_remarks(made: "Built", table: Path | None) -> "Iterator[str]":
    trips = "the trips" if table is None else f"the trips of {table}"
    for one in made.line_traffic:
        yield f"{made.routes.name}: {_line_remark(one, trips)}"


def _line_remark(one: "LineTraffic", trips: str) -> str:
    driven, all_trips = (
        f"{one.vehicle_class} lines drive {one.lines_km:.0f} km",
        f"the {one.trips_km:.0f} km of {trips}",
    )
    if not one.added_km:
        return f"{driven} in place of {100 * one.replaced_share:.0f} % of {all_trips} in that class"
    return (
        f"{driven}, farther than {all_trips} in that class: none of these is left, and there is more traffic than was "
        "asked for; let fewer run, or take `lines` out of the model"
    )
