"""`congestion-lab network speeds`: how fast traffic is on the roads of each class."""

import math
import statistics
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import click

from congestion_lab.cli.console import Exit, progress, say, say_json
from congestion_lab.cli.options import FiniteRange, example, json_option, verbosity_options

if TYPE_CHECKING:
    from rich.table import Table

    from congestion_lab.experiments.runset import RunSet
    from congestion_lab.network.model import Network

_ALL = "all of these"
_NOTHING = "–"

Around = tuple[float, float, float]  # latitude, longitude, kilometres


@click.command(
    epilog=example(
        "network speeds runs/damascus-day-midday --around 33.5145 36.2920 3.2 --class arterial --class street"
    )
)
@click.argument("runs", type=click.Path(path_type=Path))
@click.option(
    "--around",
    type=(FiniteRange(-90, 90), FiniteRange(-180, 180), FiniteRange(0, min_open=True)),
    metavar="LAT LON KM",
    help="Only links whose middle lies at most so many kilometres from this point. Default: all links.",
)
@click.option(
    "--class", "classes", multiple=True, metavar="NAME", help="Only this road class; may be repeated. Default: all."
)
@json_option
@verbosity_options
def speeds(runs: Path, *, around: Around | None, classes: tuple[str, ...], as_json: bool) -> int:
    """Print the space-mean speed of RUNS by road class.

    That is distance driven over time spent, in the analysed period.
    """
    from congestion_lab.cli.demand.speeds import require_links
    from congestion_lab.experiments.runset import load_run_set
    from congestion_lab.metrics.links import space_mean_kmh
    from congestion_lab.simulation.tables import LINKS
    from congestion_lab.sumo.nets.netfile import read_network

    run_set = load_run_set(runs)
    require_links(run_set, runs)
    with progress() as bars:
        bars.add_task(f"reading {runs}", total=None)
        network = read_network(run_set.net_file)
        groups = _links_by_class(network, around, classes)
        tables = {seed: result.table(LINKS) for seed, result in sorted(run_set.by_seed.items())}
    by_class = {
        name: {seed: space_mean_kmh(table, links) for seed, table in tables.items()} for name, links in groups.items()
    }
    if as_json:
        rows = [
            {"class": name, "links": len(groups[name]), "speed_kmh": {str(seed): kmh for seed, kmh in of_one.items()}}
            for name, of_one in by_class.items()
        ]
        say_json({"label": run_set.label, "speeds": rows})
    else:
        say(_table(run_set, groups, by_class))
    return Exit.OK


def _links_by_class(network: "Network", around: Around | None, classes: tuple[str, ...]) -> dict[str, frozenset[str]]:
    """Return the links asked for by road class, and all of them.

    Raises:
        UsageError: A class is none of the network's, the network lies nowhere on earth, or no link is left.
    """
    known = sorted({link.kind for link in network.links.values()})
    if unknown := [name for name in classes if name not in known]:
        named = ", ".join(filter(None, known))
        hint = f"choose of {named}" if named else "the network's links have none; leave `--class` out"
        raise click.UsageError(f"no link has the class {', '.join(map(repr, unknown))}; {hint}")
    near = network.links.keys() if around is None else _near(network, around)
    groups = {name: frozenset(link for link in near if network.links[link].kind == name) for name in (classes or known)}
    together = frozenset().union(*groups.values())
    if not together:
        raise click.UsageError("no link lies so near to that point; give latitude, longitude and kilometres")
    return {**{name: links for name, links in groups.items() if links}, _ALL: together}


def _near(network: "Network", around: Around) -> frozenset[str]:
    from congestion_lab.network.geography import links_within, plane_position

    latitude, longitude, kilometres = around
    position = plane_position(network)
    if position is None:
        raise click.UsageError("the network has no geographic coordinates; leave `--around` out")
    return links_within(network, position((longitude, latitude)), 1000 * kilometres)


def _table(
    run_set: "RunSet", groups: Mapping[str, frozenset[str]], by_class: Mapping[str, Mapping[int, float]]
) -> "Table":
    from rich.box import SIMPLE_HEAD
    from rich.markup import escape
    from rich.table import Table

    seeds = ", ".join(map(str, sorted(run_set.by_seed)))
    title = f"{escape(run_set.label)}, seeds {seeds} (km/h)"
    table = Table(title=title, title_justify="left", box=SIMPLE_HEAD, pad_edge=False)
    table.add_column("road class", overflow="fold")
    for heading in ("links", "mean", "sd", "min", "max"):
        table.add_column(heading, justify="right", no_wrap=True)
    for name, of_one in by_class.items():
        if name == _ALL:
            table.add_section()
        finite = [kmh for kmh in of_one.values() if math.isfinite(kmh)]
        table.add_row(escape(name) or _NOTHING, str(len(groups[name])), *_spread(finite))
    return table


def _spread(speeds_kmh: list[float]) -> tuple[str, ...]:
    """Return mean, standard deviation, lowest and highest; dashes where there is none."""
    if not speeds_kmh:
        return (_NOTHING,) * 4
    mean, low, high = (f"{value:.1f}" for value in (statistics.fmean(speeds_kmh), min(speeds_kmh), max(speeds_kmh)))
    return mean, f"{statistics.stdev(speeds_kmh):.1f}" if len(speeds_kmh) > 1 else _NOTHING, low, high
