"""The folder of an imported network: net, provenance, licence, quality report, and the edits that made it."""

import datetime as dt
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

from congestion_lab import __version__
from congestion_lab.core.digests import digest_of_file
from congestion_lab.core.errors import Fault, NetworkError
from congestion_lab.core.files import folder_replaced_whole, write_json, write_text
from congestion_lab.network.lists.listedits import ListEdits
from congestion_lab.network.maps.edits import EDITS, Edits, write_edits
from congestion_lab.network.maps.quality import Quality
from congestion_lab.network.model import Network
from congestion_lab.sumo.building.importsettings import CLASSES, Setting
from congestion_lab.sumo.building.netconvert import pack
from congestion_lab.sumo.installation import version

NET = "roads.net.xml.gz"
PROVENANCE = "provenance.json"
REPORT = "quality.html"
_FIXES = "fixes.yaml"
_QUALITY = "quality.json"
_OURS = frozenset({NET, PROVENANCE, REPORT, _QUALITY, "LICENSE", EDITS, _FIXES})
_FORMAT = 1

ODBL = """\
The roads in this folder come from OpenStreetMap.

© OpenStreetMap contributors, https://www.openstreetmap.org/copyright

The data is available under the Open Database License 1.0 (ODbL),
https://opendatacommons.org/licenses/odbl/1-0/

The network (roads.net.xml.gz) is a derivative database. Whoever passes it on, or shows figures and maps made from it,
names OpenStreetMap as above; whoever passes on a changed network offers it under the ODbL as well.
"""
UNKNOWN = """\
The roads in this folder were made from a file that states no licence. Ask whoever gave it to you before you pass it on.
"""


@dataclass(frozen=True)
class Origin:
    """Where an imported network comes from.

    Attributes:
        kind: osm, net, gmns or utdf.
        source: File or folder, or what was asked of Overpass.
        digest: Digest of the file.
        made_by: What made the file, as far as it says so.
        licence: Licence of the data, SPDX.
        notice: Text of the notice.
    """

    kind: str
    source: str
    digest: str
    made_by: str = ""
    licence: str = "ODbL-1.0"
    notice: str = ODBL


@dataclass(frozen=True)
class Imported:
    """An imported network, ready to be written.

    Attributes:
        net_text: The net, plain XML.
        origin: Where it comes from.
        quality: What is to be looked at.
        settings: What netconvert was told.
        options: What the user asked for.
        edits: The planner's edits.
        fixes: Repairs that were applied without asking.
        counts: Links, junctions, signals and the like.
        left_out: What of the source is not in, by reason.
        assumptions: What readers of any figure from the network have to know.
    """

    net_text: str
    origin: Origin
    quality: Quality
    settings: tuple[Setting, ...]
    options: Mapping[str, object]
    edits: Edits | ListEdits
    fixes: Edits
    counts: Mapping[str, float]
    left_out: Mapping[str, int]
    assumptions: tuple[str, ...]


def counts_of(network: Network) -> Mapping[str, float]:
    """Return the figures of a network that a reader looks for first."""
    lanes = sum(lane.length_m for link in network.links.values() for lane in link.lanes)
    return {
        "links": len(network.links),
        "nodes": len(network.nodes),
        "signals": len(network.controllers),
        "road_km": round(sum(link.length_m for link in network.links.values()) / 1000, 2),
        "lane_km": round(lanes / 1000, 2),
    }


def check_target(folder: Path) -> None:
    """Refuse a folder that an import must not replace, before time is spent.

    Raises:
        NetworkError: It holds files that no import wrote.
    """
    if not folder.exists():
        return
    if not folder.is_dir():
        raise NetworkError(Fault("there is a file of that name", "choose another folder with `-o`", str(folder)))
    foreign = sorted(path.name for path in folder.iterdir() if path.name not in _OURS)
    if foreign:
        rule = f"holds files that no import wrote, such as {foreign[0]!r}; they would be lost"
        raise NetworkError(Fault(rule, "choose another folder with `-o`, or move them away", str(folder)))


def write_import(made: Imported, folder: Path, report: str) -> Path:
    """Write the folder whole, in place of an earlier import, and return the path of the net.

    Args:
        made: What was imported.
        folder: Where to.
        report: The quality report as HTML.

    Raises:
        NetworkError: The folder holds files that no import wrote.
    """
    check_target(folder)
    with folder_replaced_whole(folder) as fresh:
        pack(made.net_text, fresh / NET, level=6)
        write_text(fresh / "LICENSE", made.origin.notice)
        write_json(fresh / _QUALITY, made.quality.as_json())
        write_text(fresh / REPORT, report)
        write_edits(fresh / EDITS, made.edits)
        if len(made.fixes):
            write_edits(fresh / _FIXES, made.fixes)
        write_json(fresh / PROVENANCE, _provenance(made, digest_of_file(fresh / NET)))
    return folder / NET


def _provenance(made: Imported, digest: str) -> dict[str, object]:
    origin = {key: value for key, value in asdict(made.origin).items() if key != "notice"}
    return {
        "format": _FORMAT,
        "net": NET,
        "digest": digest,
        "origin": origin,
        "imported": dt.datetime.now(dt.UTC).isoformat(timespec="seconds"),
        "program": f"congestion-lab {__version__}, SUMO {version()}",
        "options": dict(made.options),
        "counts": dict(made.counts),
        "left_out": dict(made.left_out),
        "assumptions": list(made.assumptions),
        "fixes": len(made.fixes),
        "edits": len(made.edits),
        "settings": [asdict(setting) for setting in made.settings],
        "road_classes": [asdict(one) for one in CLASSES] if made.origin.kind == "osm" else [],
    }


def is_import(folder: Path) -> bool:
    """Return whether a folder holds an imported network."""
    return (folder / PROVENANCE).is_file()


def imported_net(folder: Path) -> tuple[Path, bool]:
    """Return the net of an imported network, and whether it is still the one that was written.

    Raises:
        NetworkError: Its provenance cannot be read, or the net is missing.
    """
    path = folder / PROVENANCE
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
        digest = str(data["digest"])
    except (OSError, UnicodeDecodeError, ValueError, KeyError, TypeError, RecursionError) as error:
        raise NetworkError(Fault(f"cannot be read: {error}", "import the map again", str(path))) from error
    if not (folder / NET).is_file():
        raise NetworkError(Fault("the net is missing", "import the map again", str(folder / NET)))
    return folder / NET, digest_of_file(folder / NET) == digest
