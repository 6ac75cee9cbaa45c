"""`congestion-lab network gates`: where traffic may enter and leave."""

from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import click

from congestion_lab.cli.console import Exit, progress, remark, say, say_json
from congestion_lab.cli.options import example, json_option, variant_option, verbosity_options

if TYPE_CHECKING:
    from rich.table import Table

    from congestion_lab.network.gates import RoadEnd

_NO_PLACE = "–"


@click.command(epilog=example("network gates networks/damascus"))
@click.argument("path", metavar="FOLDER|NET", type=click.Path(path_type=Path))
@variant_option
@json_option
@verbosity_options
def gates(path: Path, *, variant: str | None, as_json: bool) -> int:
    """List the nodes at which roads end, widest first.

    The `node` of a gate in a table of zones is one of them.
    """
    from congestion_lab.network.gates import road_ends
    from congestion_lab.sumo.building.networkbuild import net_of
    from congestion_lab.sumo.nets.netfile import read_network

    with progress() as bars:
        bars.add_task(f"reading {path}", total=None)
        network = read_network(net_of(path, variant))
        ends = road_ends(network)
    if not network.projection:
        remark("the network has no geographic projection, so its nodes have no coordinates and zones cannot be placed")
    if as_json:
        listed = [{**asdict(end), "both_ways": end.both_ways} for end in ends]
        say_json({"projection": network.projection, "gates": listed})
    else:
        say(_table(ends))
        say("in/out: lanes; rim m: metres from the rim; gate: whether one may stand there, which takes both ways")
        say(f"projection: {network.projection or 'none'}")
    return Exit.OK


def _table(ends: "Sequence[RoadEnd]") -> "Table":
    from rich.box import SIMPLE_HEAD
    from rich.markup import escape
    from rich.table import Table

    table = Table(box=SIMPLE_HEAD, pad_edge=False)
    table.add_column("node", no_wrap=True)
    table.add_column("street", overflow="fold", min_width=12)
    for heading in ("lat", "lon", "in/out", "rim m", "gate"):
        table.add_column(heading, justify="right", no_wrap=True)
    for end in ends:
        placed = [_NO_PLACE if degrees is None else f"{degrees:.5f}" for degrees in (end.lat, end.lon)]
        figures = (f"{end.lanes_in}/{end.lanes_out}", f"{end.from_rim_m:.0f}", "yes" if end.both_ways else "no")
        table.add_row(escape(end.node), escape(end.street_en or end.street_ar), *placed, *figures)
    return table
