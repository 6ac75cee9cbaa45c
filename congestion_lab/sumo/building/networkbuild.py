"""Builds a road model's folder of authored tables into a net."""

import gzip
import math
import re
import tempfile
from collections.abc import Iterable
from pathlib import Path
from xml.sax.saxutils import unescape

from congestion_lab.core.errors import Fault, NetworkError
from congestion_lab.network.checks import Finding, Severity, check_network
from congestion_lab.network.roadmodel.expansion import road_plan
from congestion_lab.network.roadmodel.manifest import MANIFEST, Manifest, Variant, read_manifest
from congestion_lab.network.roadmodel.roadplan import RoadPlan
from congestion_lab.network.roadmodel.roadtables import RoadTables, is_authored, read_road_tables
from congestion_lab.signals.plan import SignalPlan
from congestion_lab.sumo.building.importfolder import imported_net, is_import
from congestion_lab.sumo.building.netconvert import convert, pack, without_header
from congestion_lab.sumo.building.plainnet import write_plain
from congestion_lab.sumo.building.presentplans import present_plan
from congestion_lab.sumo.nets.legs import REFUGE_M
from congestion_lab.sumo.nets.netfile import read_intersections, read_network
from congestion_lab.sumo.nets.programs import program_text

DEFAULT_VARIANT = "present"
_PROGRAMME = re.compile(r' *<tlLogic id="([^"]*)".*?</tlLogic>\n', re.DOTALL)
_QUOTES = {"&quot;": '"'}


def build(folder: Path, variant: str | None = None) -> Path:
    """Build one variant of a road model and return the path of its net.

    Args:
        folder: The model's folder, with `network.yaml` in it.
        variant: Name of the variant; the present network if left out.

    Raises:
        NetworkError: The tables cannot be used, or there is no such variant.
        SumoFailedError: netconvert refused what the tables say.
    """
    tables = read_road_tables(folder)
    chosen = _variant(tables.manifest, variant or DEFAULT_VARIANT, folder)
    target = folder / chosen.file
    pack(_net_text(tables, chosen), target)
    return target


def check(path: Path, variant: str | None = None) -> tuple[Finding, ...]:
    """Return what is wrong with a net, or with a road model's folder and the net built from it.

    A folder without tables has a net that was made elsewhere, such as an imported one: that net alone is checked.

    Args:
        path: A SUMO net, the folder of an imported network, or a folder with `network.yaml` in it.
        variant: Which variant of such a folder; the present network if left out.

    Raises:
        NetworkError: The net or the tables cannot be used, or the folder's net is not built yet.
        SumoFailedError: netconvert refused what the tables say.
    """
    if is_import(path) and variant is None:
        imported, as_written = imported_net(path)
        changed = () if as_written else (_stale(imported, "was changed after the import; import the map again"),)
        return (*changed, *check_network(read_network(imported)))
    built = net_of(path, variant)
    if not path.is_dir() or not is_authored(path):
        return check_network(read_network(built))
    tables = read_road_tables(path)
    chosen = _variant(tables.manifest, variant or DEFAULT_VARIANT, path)
    stale = gzip.decompress(built.read_bytes()).decode() != _net_text(tables, chosen)
    return (
        *([_stale(built, "differs from what the tables say; build it again")] if stale else []),
        *check_network(read_network(built)),
    )


def net_of(path: Path, variant: str | None = None) -> Path:
    """Return a net as it is given, or the net of an imported network's or a road model's folder.

    Raises:
        NetworkError: The folder's manifest cannot be used, its net is not built yet, or a net is to have a variant.
    """
    if path.is_file() and variant is not None:
        rule = f"a net has no variants, so there is no {variant!r}"
        raise NetworkError(Fault(rule, "name the network's folder, or leave the variant out", source=str(path)))
    if not path.is_dir():
        return path
    if is_import(path) and variant is None:
        return imported_net(path)[0]
    built = path / _variant(read_manifest(path / MANIFEST), variant or DEFAULT_VARIANT, path).file
    if built.is_file():
        return built
    if is_authored(path):
        hint = f"run `congestion-lab network build {path}`"
        raise NetworkError(Fault("the network is not built yet", hint, source=str(built)))
    hint = f"put the net there, or name the one that is there under `variants` in {MANIFEST}"
    raise NetworkError(Fault("the net is missing", hint, source=str(built)))


def _stale(built: Path, message: str) -> Finding:
    return Finding("stale", Severity.ERROR, built.name, message, 0.0, 0.0)


def _net_text(tables: RoadTables, variant: Variant) -> str:
    """Return the net that the tables describe, signals and their present plans included."""
    plan = road_plan(tables, variant.date)
    with tempfile.TemporaryDirectory() as scratch:
        raw = Path(scratch) / "plan.net.xml"
        convert(write_plain(plan, Path(scratch)), raw)
        return with_programs(without_header(raw.read_text(encoding="utf-8")), _present_plans(plan, raw))


def _present_plans(plan: RoadPlan, net: Path) -> list[SignalPlan]:
    """Return today's assumed plans for the signals of a net that was just converted."""
    cycles = {node.id: node.cycle_s for node in plan.nodes}
    crossings = _crossings_m(plan)
    return [present_plan(place, cycles[place.controller_id], crossings) for place in read_intersections(net)]


def _crossings_m(plan: RoadPlan) -> dict[str, float]:
    """Return what people cross in one go at each link's end: its carriageway, and the other where no median stands."""
    links = {link.id: link for link in plan.links}
    widths = {}
    for link in plan.links:
        width = link.lanes * link.lane_width_m
        other = links.get("-".join(reversed(link.id.removesuffix(".turn").split("-"))))
        if other is not None and math.dist(other.shape[0], link.shape[-1]) < REFUGE_M:
            width += other.lanes * other.lane_width_m
        widths[link.id] = width
    return widths


def with_programs(net: str, plans: Iterable[SignalPlan]) -> str:
    """Return a net's text in which the programmes of signals are these plans."""
    texts = {plan.controller_id: program_text(plan) for plan in plans}
    return _PROGRAMME.sub(lambda match: texts[unescape(match[1], _QUOTES)], net)


def _variant(manifest: Manifest, name: str, folder: Path) -> Variant:
    if name not in manifest.variants:
        rule = f"there is no variant {name!r}"
        hint = f"use one of {', '.join(manifest.variants)}"
        raise NetworkError(Fault(rule, hint, source=str(folder / MANIFEST), key="variants"))
    return manifest.variants[name]
