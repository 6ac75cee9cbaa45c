"""`congestion-lab network import`: from a map of a city to a network that is checked."""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import click

from congestion_lab.cli.console import Exit, progress, remark, say, say_json
from congestion_lab.cli.languages import language_options
from congestion_lab.cli.options import (
    RUNS_FOLDER,
    example,
    folder_for_results,
    json_option,
    out_option,
    verbosity_options,
)

if TYPE_CHECKING:
    from congestion_lab.network.edits import Edits
    from congestion_lab.network.model import Network
    from congestion_lab.network.overpass import Area
    from congestion_lab.sumo.importfolder import Imported
    from congestion_lab.sumo.importing import Wishes


@click.command("import", epilog=example("network import aleppo.osm.pbf -o aleppo --fix"))
@click.argument("source", required=False, type=click.Path(path_type=Path))
@out_option("Folder to write. Default: named after the source.")
@click.option("--bbox", metavar="W,S,E,N", help="Ask an Overpass server for the roads of this box, degrees.")
@click.option("--place", metavar="NAME", help="Ask it for the roads of a town or district.")
@click.option("--overpass", "server", metavar="URL", help="Address of the server. Default: overpass-api.de.")
@click.option("--edits", type=click.Path(path_type=Path), help="YAML file of corrections. Default: the folder's own.")
@click.option("--fix", is_flag=True, help="Apply the safe repairs and list them.")
@click.option("--service", is_flag=True, help="Take in service roads, alleys and car parks.")
@click.option("--footways", is_flag=True, help="Take in ways for people on foot and bicycles.")
@click.option("--no-guess", is_flag=True, help="Guess no signal where the map has none at all.")
@language_options
@json_option
@verbosity_options
def import_network(
    source: Path | None,
    *,
    out: Path | None,
    bbox: str | None,
    place: str | None,
    server: str | None,
    edits: Path | None,
    fix: bool,
    service: bool,
    footways: bool,
    no_guess: bool,
    as_json: bool,
) -> int:
    """Make a network folder of SOURCE.

    That is a map (.osm, .osm.gz, .osm.bz2, .osm.pbf), a SUMO net, or a folder of GMNS tables (node.csv, link.csv).
    With --bbox or --place the map comes from an Overpass server; its answer is kept for days without a connection.

    The folder holds the net, a report of what should be looked at (quality.html), the provenance and the licence. The
    corrections in its edits.yaml are applied again whenever a map is imported into it.
    """
    from congestion_lab.network.roadscope import Scope
    from congestion_lab.reporting.qualitypage import quality_page
    from congestion_lab.sumo.importfolder import REPORT, check_target, write_import
    from congestion_lab.sumo.importing import Wishes

    wanted = _wanted(source, bbox, place)
    folder = folder_for_results(out or Path(_stem(wanted)))
    check_target(folder)
    corrections = _edits(folder, edits)
    wishes = Wishes(Scope(service=service, footways=footways), guess=not no_guess, fix=fix, edits=corrections)
    with progress() as bars:
        task = bars.add_task("importing", total=None)
        made, network = _imported(wanted, server, wishes, lambda text: bars.update(task, description=text))
        bars.update(task, description="writing the folder")
        net = write_import(made, folder, quality_page(made, network, title=folder.resolve().name))
    if as_json:
        report = {"net": str(net), "report": str(folder / REPORT), "counts": dict(made.counts)}
        say_json({**report, "quality": made.quality.as_json()})
    else:
        _say(made, net, folder / REPORT)
    return Exit.OK


def _wanted(source: Path | None, bbox: str | None, place: str | None) -> "Path | Area":
    from congestion_lab.network.overpass import Box, Place

    given = [one for one in (source, bbox, place) if one is not None]
    if len(given) != 1:
        raise click.UsageError("name one source: a file, or --bbox, or --place")
    if bbox is not None:
        return Box.read(bbox)
    return Place(place) if place is not None else Path(source or "")


def _stem(wanted: "Path | Area") -> str:
    if isinstance(wanted, Path):
        return wanted.name.split(".", maxsplit=1)[0] or "network"
    words = "".join(char if char.isalnum() else " " for char in f"{wanted}").split()
    return "-".join(words[1:]) or "network"


def _edits(folder: Path, given: Path | None) -> "Edits":
    from congestion_lab.network.edits import EDITS, Edits, read_edits

    path = given or folder / EDITS
    return read_edits(path) if given or path.is_file() else Edits()


def _imported(
    wanted: "Path | Area", server: str | None, wishes: "Wishes", told: Callable[[str], None]
) -> "tuple[Imported, Network]":
    from congestion_lab.core.digests import digest_of_file
    from congestion_lab.core.errors import Fault, NetworkError
    from congestion_lab.network.overpass import SERVER
    from congestion_lab.sumo.importfolder import Origin
    from congestion_lab.sumo.importing import Wishes, import_map, import_net
    from congestion_lab.sumo.mapsource import ask
    from congestion_lab.sumo.osmfile import is_osm, read_osm

    if isinstance(wanted, Path):
        if not is_osm(wanted) and wishes != Wishes():
            hint = "leave out --edits, --fix, --service, --footways and --no-guess, and choose a folder without edits"
            rule = "only OpenStreetMap data can be corrected on import: edits go by the ids of its ways and nodes"
            raise NetworkError(Fault(rule, hint, str(wanted)))
        if not is_osm(wanted) and wanted.name.endswith((".net.xml", ".net.xml.gz")):
            return import_net(wanted, told)
        if wanted.is_dir():
            return _tables(wanted, told)
        told(f"reading {wanted.name}")
        osm = read_osm(wanted)
        return import_map(osm, Origin("osm", wanted.name, digest_of_file(wanted), osm.source), wishes, told)
    told(f"asking for {wanted}")
    answer = ask(wanted, server or SERVER, RUNS_FOLDER / ".maps")
    if answer.remark:
        remark(answer.remark)
    source = f"Overpass, {wanted}" + (" (kept answer)" if answer.remark else "")
    return import_map(answer.map, Origin("osm", source, digest_of_file(answer.file), answer.map.source), wishes, told)


def _tables(folder: Path, told: Callable[[str], None]) -> "tuple[Imported, Network]":
    from congestion_lab.core.errors import Fault, NetworkError
    from congestion_lab.network.gmns import FILES, is_gmns
    from congestion_lab.sumo.gmnsimport import import_gmns

    if not is_gmns(folder):
        hint = f"a folder of GMNS tables holds {' and '.join(FILES)}"
        raise NetworkError(Fault("there is nothing in this folder that can be imported", hint, str(folder)))
    return import_gmns(folder, told)


def _say(made: "Imported", net: Path, report: Path) -> None:
    counts, quality = made.counts, made.quality
    for line in quality.edited:
        say(f"edit     {line}")
    for line in quality.fixed:
        say(f"repaired {line}")
    for rule, issues in quality.by_rule.items():
        say(f"{issues[0].finding.severity.value:<8} {rule:<22} {len(issues):>5}   {issues[0].repair}")
    say(
        f"{counts['links']:.0f} links, {counts['road_km']:.1f} km, {counts['signals']:.0f} signals; "
        f"{quality.counts['error']} errors, {quality.counts['warning']} warnings, {quality.counts['info']} remarks"
    )
    for line in made.assumptions:
        say(line)
    say(f"net:    {net}")
    say(f"report: {report}")
