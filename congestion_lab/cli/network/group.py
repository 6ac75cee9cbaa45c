"""`congestion-lab network`: import, build, check and draw road networks."""

from collections import Counter
from dataclasses import asdict
from pathlib import Path

import click

from congestion_lab.cli.console import Exit, progress, remark, say, say_json
from congestion_lab.cli.languages import language_options
from congestion_lab.cli.network.gates import gates
from congestion_lab.cli.network.importing import import_network
from congestion_lab.cli.network.speeds import speeds
from congestion_lab.cli.options import (
    example,
    file_for_results,
    json_option,
    out_option,
    variant_option,
    verbosity_options,
)


@click.group(epilog=example("network check networks/damascus"))
def network() -> None:
    """Import, build, check and draw road networks."""


network.add_command(import_network)
network.add_command(speeds)
network.add_command(gates)


@network.command(epilog=example("network build networks/damascus --variant before-2025"))
@click.argument("folder", type=click.Path(path_type=Path))
@variant_option
@json_option
@verbosity_options
def build(folder: Path, *, variant: str | None, as_json: bool) -> int:
    """Build the SUMO net of FOLDER from its tables.

    The same tables give the same bytes.
    """
    from congestion_lab.core.digests import digest_of_file
    from congestion_lab.sumo.building.networkbuild import build as built

    with progress() as bars:
        bars.add_task(f"building {folder}", total=None)
        target = built(folder, variant)
    if as_json:
        say_json({"net": str(target), "digest": digest_of_file(target)})
    else:
        say(f"{target}  {digest_of_file(target)}")
    return Exit.OK


@network.command(epilog=example("network check networks/damascus"))
@click.argument("path", metavar="FOLDER|NET", type=click.Path(path_type=Path))
@variant_option
@json_option
@verbosity_options
def check(path: Path, *, variant: str | None, as_json: bool) -> int:
    """Name what is wrong with a network folder or a SUMO net.

    Exit code 3 if there is an error.
    """
    from congestion_lab.sumo.building.networkbuild import check as findings_of

    with progress() as bars:
        bars.add_task(f"checking {path}", total=None)
        findings = findings_of(path, variant)
    count = Counter(finding.severity.value for finding in findings)
    if as_json:
        say_json(
            {
                "counts": dict(count),
                "findings": [{**asdict(finding), "severity": finding.severity.value} for finding in findings],
            }
        )
    else:
        for finding in findings:
            say(f"{finding.severity.value:<8} {finding.rule:<22} {finding.place}: {finding.message}")
        say(f"{path}: {count['error']} errors, {count['warning']} warnings, {count['info']} remarks")
    return Exit.BAD_INPUT if count["error"] else Exit.OK


@network.command(epilog=example("network show networks/damascus -o damascus.svg"))
@click.argument("path", metavar="FOLDER|NET", type=click.Path(path_type=Path))
@variant_option
@out_option("SVG file to write. Default: network.svg.", default=Path("network.svg"), show_default=False)
@language_options
@json_option
@verbosity_options
def show(path: Path, *, variant: str | None, out: Path, as_json: bool) -> int:
    """Draw a network as a picture (SVG).

    It shows links by number of lanes, signals, and street names in both languages.
    """
    from congestion_lab.core.files import write_text
    from congestion_lab.reporting.maps.networkmap import network_svg
    from congestion_lab.sumo.building.networkbuild import net_of
    from congestion_lab.sumo.nets.netfile import read_network

    file_for_results(out, path)
    with progress() as bars:
        bars.add_task(f"drawing {path}", total=None)
        write_text(out, network_svg(read_network(net_of(path, variant)), title=path.resolve().name))
    if as_json:
        say_json({"picture": str(out)})
    else:
        say(str(out))
    return Exit.OK


@network.command(epilog=example("network geojson runs/damascus-centre-signals/best -o best.geojson"))
@click.argument("runs", type=click.Path(path_type=Path))
@out_option("GeoJSON file to write. Default: network.geojson.", default=Path("network.geojson"), show_default=False)
@json_option
@verbosity_options
def geojson(runs: Path, *, out: Path, as_json: bool) -> int:
    """Write the network of a run set, with its results, for a GIS.

    Links and intersections have plans, speeds, delays and levels of service.
    """
    from congestion_lab.experiments.runset import load_run_set
    from congestion_lab.exporting.geojson import write_geojson
    from congestion_lab.simulation.tables import LINKS, MOVEMENTS

    file_for_results(out)
    with progress() as bars:
        bars.add_task(f"reading {runs}", total=None)
        found = load_run_set(runs)
        write_geojson(found, out)
    for contract in (LINKS, MOVEMENTS):
        if not any(result.has(contract) for result in found.results):
            remark(f"no run recorded {contract.name}, so their figures are null; `simulate` records them")
    if as_json:
        say_json({"geojson": str(out)})
    else:
        say(str(out))
    return Exit.OK
