"""Networks that come as tables made into nets: GMNS folders and UTDF files."""

from collections.abc import Callable, Mapping
from pathlib import Path

from congestion_lab.core.digests import digest_of, digest_of_file
from congestion_lab.core.errors import Fault, NetworkError
from congestion_lab.network.lists.gmns import read_gmns
from congestion_lab.network.lists.gmnsdetails import READ
from congestion_lab.network.lists.gmnsroads import gmns_roads
from congestion_lab.network.lists.listedits import ListEdits, edited, list_edits_told
from congestion_lab.network.lists.utdf import read_utdf
from congestion_lab.network.lists.utdfroads import Anchor, utdf_roads
from congestion_lab.network.maps.edits import Edits
from congestion_lab.network.maps.quality import Quality, quality_of
from congestion_lab.network.model import Network
from congestion_lab.sumo.building.importfolder import UNKNOWN, Imported, Origin, counts_of
from congestion_lab.sumo.building.roadlists import BuiltList, build_list
from congestion_lab.sumo.building.startplans import CYCLE_S

NO_EDITS = ListEdits()
_PLANS = f"Each signal starts with an assumed fixed plan of {CYCLE_S:.0f} s or longer."
_TIMINGS = "Timings in the source are taken over by `congestion-lab plan import`."


def import_gmns(folder: Path, told: Callable[[str], None], edits: ListEdits = NO_EDITS) -> tuple[Imported, Network]:
    """Import the GMNS tables of a folder.

    Args:
        folder: The folder.
        told: Called with what is done next.
        edits: What the planner corrects.

    Returns:
        What is to be written, and the network.

    Raises:
        NetworkError: The tables or edits cannot be used; every fault is named.
        SumoFailedError: netconvert refused them.
    """
    told("reading the tables")
    tables = read_gmns(folder)
    roads = gmns_roads(tables)
    if not roads.roads.links:
        raise NetworkError(Fault("no link is for cars", "check `allowed_uses` and `lanes`", "link.csv"))
    told("building the net")
    built = build_list(edited(roads.roads, edits))
    told("checking what came out")
    digest = digest_of([digest_of_file(folder / name) for name in sorted(READ) if (folder / name).is_file()])
    origin = Origin("gmns", folder.name, digest, "", "unknown", UNKNOWN)
    assumptions = (*tables.assumed, *roads.told, _PLANS)
    return _made(built, origin, edits, roads.left_out, assumptions), built.network


def import_utdf(
    path: Path, told: Callable[[str], None], anchor: Anchor | None = None, edits: ListEdits = NO_EDITS
) -> tuple[Imported, Network]:
    """Import the roads of a UTDF file.

    Args:
        path: The file.
        told: Called with what is done next.
        anchor: A node whose geographic place is known.
        edits: What the planner corrects.

    Returns:
        What is to be written, and the network.

    Raises:
        NetworkError: The file or edits cannot be used, or it has no such node; every fault is named.
        SumoFailedError: netconvert refused the roads.
    """
    told(f"reading {path.name}")
    utdf = read_utdf(path)
    if anchor is not None and anchor.node not in utdf.nodes:
        hint = f"its nodes are {', '.join(list(utdf.nodes)[:12])}, …"
        raise NetworkError(Fault(f"there is no node {anchor.node!r}", hint, str(path), key="--anchor"))
    roads = utdf_roads(utdf, anchor)
    told("building the net")
    built = build_list(edited(roads.roads, edits))
    told("checking what came out")
    origin = Origin("utdf", path.name, digest_of_file(path), "", "unknown", UNKNOWN)
    return _made(built, origin, edits, {}, (*roads.assumed, _PLANS, _TIMINGS)), built.network


def _made(
    built: BuiltList, origin: Origin, edits: ListEdits, left_out: Mapping[str, int], assumptions: tuple[str, ...]
) -> Imported:
    reasons = {**left_out, "link that cannot be reached or left": built.lost}
    counted = {reason: count for reason, count in reasons.items() if count}
    told = [f"Left out: {', '.join(f'{count} × {reason}' for reason, count in counted.items())}."] if counted else []
    return Imported(
        net_text=built.text,
        origin=origin,
        quality=Quality(quality_of(built.network), edited=list_edits_told(edits)),
        settings=built.settings,
        options={},
        edits=edits,
        fixes=Edits(),
        counts=counts_of(built.network),
        left_out=counted,
        assumptions=(*assumptions, *told),
    )
