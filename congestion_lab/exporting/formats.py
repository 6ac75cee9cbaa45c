"""The formats that a plan can be exported to, by name."""

from collections.abc import Callable, Mapping
from pathlib import Path
from types import MappingProxyType

from congestion_lab.core.errors import Fault, SignalPlanError
from congestion_lab.exporting.csvtable import write_csv
from congestion_lab.exporting.filenames import file_stem
from congestion_lab.exporting.gmns.tables import write_gmns
from congestion_lab.exporting.handover import Handover, Written
from congestion_lab.exporting.ntcip.table import write_ntcip
from congestion_lab.exporting.sheets.workbook import write_xlsx
from congestion_lab.exporting.sumofile import write_sumo
from congestion_lab.exporting.utdf.file import write_utdf
from congestion_lab.exporting.vissig.file import write_vissig
from congestion_lab.exporting.wording import ENGLISH, Language
from congestion_lab.network.model import Network
from congestion_lab.signals.planfile import PlanFile

Exporter = Callable[[Handover, Path], Written]
"""Takes what is handed over and a path without extension; whatever it writes begins with that path.

It writes everything or raises `SignalPlanError` with every reason why the format cannot hold the plans.
"""

FORMATS: Mapping[str, Exporter] = MappingProxyType(
    {
        "sumo": write_sumo,
        "csv": write_csv,
        "xlsx": write_xlsx,
        "vissig": write_vissig,
        "utdf": write_utdf,
        "gmns": write_gmns,
        "ntcip": write_ntcip,
    }
)


def export(
    content: PlanFile,
    format: str,
    folder: Path,
    *,
    network: Network | None = None,
    marking: str = "",
    language: Language = ENGLISH,
    source: str = "",
) -> Written:
    """Export plans into a folder, into files named after their scenario.

    Args:
        content: The plans.
        format: One of `FORMATS`.
        folder: Where to.
        network: The roads that the plans were made for.
        marking: One line that every file is to carry.
        language: In which language sheets for people speak.
        source: The file that the plans are from, to be named in messages.

    Raises:
        SignalPlanError: The format is unknown or cannot hold the plans, a plan has no intersection, or the network is
            not the one that the plans were made for.
    """
    if format not in FORMATS:
        rule = f"{format!r} is no export format"
        raise SignalPlanError(Fault(rule, f"choose from {', '.join(FORMATS)}", key="format"))
    sites = {intersection.controller_id: intersection for intersection in content.intersections}
    faults = [
        Fault(f"the plan of {plan.controller_id!r} has no intersection", "write the plan file anew", source)
        for plan in content.plans
        if plan.controller_id not in sites
    ]
    if network is not None and network.digest != content.network_digest:
        hint = "name their own with --scenario; --network is for plans of a whole network, in the same variant"
        faults.append(Fault("the plans were made for another network", hint, source, key="network"))
    if faults:
        raise SignalPlanError(*faults)
    handover = Handover(content.scenario, content.plans, sites, network, " ".join(marking.split()), language)
    return FORMATS[format](handover, folder / file_stem(content.scenario))
