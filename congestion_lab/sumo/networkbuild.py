"""Builds a road model's folder of authored tables into a net."""

import tempfile
from pathlib import Path

from congestion_lab.core.errors import Fault, NetworkError
from congestion_lab.network.expansion import road_plan
from congestion_lab.network.manifest import Manifest, Variant
from congestion_lab.network.roadtables import read_road_tables
from congestion_lab.sumo.netconvert import convert, pack, without_header
from congestion_lab.sumo.plainnet import write_plain

DEFAULT_VARIANT = "present"


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
    with tempfile.TemporaryDirectory() as scratch:
        raw = Path(scratch) / "plan.net.xml"
        convert(write_plain(road_plan(tables, chosen.date), Path(scratch)), raw)
        pack(without_header(raw.read_text(encoding="utf-8")), target)
    return target


def _variant(manifest: Manifest, name: str, folder: Path) -> Variant:
    if name not in manifest.variants:
        rule = f"there is no variant {name!r}"
        hint = f"use one of {', '.join(manifest.variants)}"
        raise NetworkError(Fault(rule, hint, source=str(folder / "network.yaml"), key="variants"))
    return manifest.variants[name]
