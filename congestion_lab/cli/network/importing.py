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
    from congestion_lab.network.maps.overpass import Area
    from congestion_lab.network.model import Network
    from congestion_lab.sumo.building.importfolder import Imported
    from congestion_lab.sumo.building.importing import Wishes


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
@click.option("--anchor", metavar="NODE,LAT,LON", help="Where a node of a UTDF file lies, so that places have a map.")
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
    anchor: str | None,
    as_json: bool,
) -> int:
    """Make a network folder of SOURCE.

    That is a map (.osm, .osm.gz, .osm.bz2, .osm.pbf), a SUMO net, a folder of GMNS tables (node.csv, link.csv), or a
    UTDF file of Synchro (.csv).
    With --bbox or --place the map comes from an Overpass server; its answer is kept for days without a connection.

    The folder holds the net, a report of what should be looked at (quality.html), the provenance and the licence. The
    corrections in its edits.yaml are applied again whenever a map or tables are imported into it.
    """
    from congestion_lab.network.maps.roadscope import Scope
    from congestion_lab.reporting.pages.qualitypage import quality_page
    from congestion_lab.sumo.building.importfolder import REPORT, check_target, write_import
    from congestion_lab.sumo.building.importing import Wishes

    wanted = _wanted(source, bbox, place)
    folder = folder_for_results(out or Path(_stem(wanted)))
    check_target(folder)
    corrections = _edits_file(folder, edits)
    wishes = Wishes(Scope(service=service, footways=footways), guess=not no_guess, fix=fix)
    with progress() as bars:
        task = bars.add_task("importing", total=None)
        made, network = _imported(
            wanted,
            lambda text: bars.update(task, description=text),
            server=server,
            wishes=wishes,
            edits=corrections,
            anchor=anchor,
        )
        bars.update(task, description="writing the folder")
        net = write_import(made, folder, quality_page(made, network, title=folder.resolve().name))
    if as_json:
        report = {"net": str(net), "report": str(folder / REPORT), "counts": dict(made.counts)}
        say_json({**report, "quality": made.quality.as_json()})
    else:
        _say(made, net, folder / REPORT)
    return Exit.OK


def _wanted(source: Path | None, bbox: str | None, place: str | None) -> "Path | Area":
    from congestion_lab.network.maps.overpass import Box, Place

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


def _edits_file(folder: Path, given: Path | None) -> Path | None:
    """Return the file of edits: the named one, or the folder's own where there is one."""
    from congestion_lab.network.maps.edits import EDITS

    return given or (folder / EDITS if (folder / EDITS).is_file() else None)


def _imported(
    wanted: "Path | Area",
    told: Callable[[str], None],
    *,
    server: str | None,
    wishes: "Wishes",
    edits: Path | None,
    anchor: str | None,
) -> "tuple[Imported, Network]":
    from congestion_lab.core.utdffile import is_utdf
    from congestion_lab.sumo.building.osmfile import is_osm

    listed = isinstance(wanted, Path) and (wanted.is_dir() or is_utdf(wanted))
    if anchor is not None and (not listed or not isinstance(wanted, Path) or wanted.is_dir()):
        raise click.UsageError("--anchor is for UTDF files, whose coordinates have no place on a map")
    if isinstance(wanted, Path) and listed:
        _refuse_wishes(wanted, wishes)
        return _from_tables(wanted, edits, anchor, told)
    if isinstance(wanted, Path) and not is_osm(wanted) and wanted.name.endswith((".net.xml", ".net.xml.gz")):
        return _from_net(wanted, wishes, edits, told)
    return _from_map(wanted, server, wishes, edits, told)


def _refuse_wishes(source: Path, wishes: "Wishes") -> None:
    from congestion_lab.core.errors import Fault, NetworkError
    from congestion_lab.sumo.building.importing import Wishes

    if wishes != Wishes():
        rule = "only maps of OpenStreetMap have roads to choose, signals to guess and safe repairs"
        raise NetworkError(Fault(rule, "leave out --fix, --service, --footways and --no-guess", str(source)))


def _from_tables(
    source: Path, edits: Path | None, anchor: str | None, told: Callable[[str], None]
) -> "tuple[Imported, Network]":
    from congestion_lab.core.errors import Fault, NetworkError
    from congestion_lab.network.lists.gmns import FILES, is_gmns
    from congestion_lab.network.lists.listedits import read_list_edits
    from congestion_lab.network.lists.utdfroads import Anchor
    from congestion_lab.sumo.building.listimport import NO_EDITS, import_gmns, import_utdf

    corrections = NO_EDITS if edits is None else read_list_edits(edits)
    if not source.is_dir():
        return import_utdf(source, told, None if anchor is None else Anchor.read(anchor), corrections)
    if not is_gmns(source):
        hint = f"a folder of GMNS tables holds {' and '.join(FILES)}"
        raise NetworkError(Fault("there is nothing in this folder that can be imported", hint, str(source)))
    return import_gmns(source, told, corrections)


def _from_net(
    source: Path, wishes: "Wishes", edits: Path | None, told: Callable[[str], None]
) -> "tuple[Imported, Network]":
    from congestion_lab.core.errors import Fault, NetworkError
    from congestion_lab.network.maps.edits import read_edits
    from congestion_lab.sumo.building.importing import import_net

    _refuse_wishes(source, wishes)
    if edits is not None and len(read_edits(edits)):
        hint = "leave out --edits, and choose a folder without edits; netedit corrects a net"
        raise NetworkError(Fault("a SUMO net is taken as it is: edits are for maps and tables", hint, str(source)))
    return import_net(source, told)


def _from_map(
    wanted: "Path | Area",
    server: str | None,
    wishes: "Wishes",
    edits: Path | None,
    told: Callable[[str], None],
) -> "tuple[Imported, Network]":
    from dataclasses import replace

    from congestion_lab.core.digests import digest_of_file
    from congestion_lab.network.maps.edits import Edits, read_edits
    from congestion_lab.network.maps.overpass import SERVER
    from congestion_lab.sumo.building.importfolder import Origin
    from congestion_lab.sumo.building.importing import import_map
    from congestion_lab.sumo.building.mapsource import ask
    from congestion_lab.sumo.building.osmfile import read_osm

    wishes = replace(wishes, edits=Edits() if edits is None else read_edits(edits))
    if isinstance(wanted, Path):
        told(f"reading {wanted.name}")
        osm = read_osm(wanted)
        return import_map(osm, Origin("osm", wanted.name, digest_of_file(wanted), osm.source), wishes, told)
    told(f"asking for {wanted}")
    answer = ask(wanted, server or SERVER, RUNS_FOLDER / ".maps")
    if answer.remark:
        remark(answer.remark)
    source = f"Overpass, {wanted}" + (" (kept answer)" if answer.remark else "")
    return import_map(answer.map, Origin("osm", source, digest_of_file(answer.file), answer.map.source), wishes, told)


def _say(made: "Imported", net: Path, report: Path) -> None:
    from congestion_lab.reporting.pages.qualitypage import lost_words
    from congestion_lab.reporting.translation import SOURCE_LANGUAGE, speaking

    counts, quality = made.counts, made.quality
    if quality.lost.streets:
        with speaking(SOURCE_LANGUAGE):
            say(f"{'warning' if quality.lost.is_much else 'info':<8} {lost_words(quality.lost)}")
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
    if made.left_out:
        say(f"Not taken in: {'; '.join(f'{reason} ({number})' for reason, number in made.left_out.items())}.")
    say(f"net:    {net}")
    say(f"report: {report}")
