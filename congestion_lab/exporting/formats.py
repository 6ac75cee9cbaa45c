"""The formats that a plan can be exported to, by name."""

import re
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from types import MappingProxyType

from congestion_lab.core.errors import Fault, SignalPlanError
from congestion_lab.exporting.csvtable import write_csv
from congestion_lab.exporting.sumofile import write_sumo
from congestion_lab.exporting.timingsheets import write_xlsx
from congestion_lab.signals.intersection import Intersection
from congestion_lab.signals.plan import PlanSet
from congestion_lab.signals.planfile import read_plan_file

Exporter = Callable[[PlanSet, Sequence[Intersection], Path, str], list[Path]]
"""Takes plans, their intersections, a path without extension and a line that every file is to carry.

Returns the files written, all beginning with the path.
"""

FORMATS: Mapping[str, Exporter] = MappingProxyType({"sumo": write_sumo, "csv": write_csv, "xlsx": write_xlsx})
_UNSAFE = re.compile(r"[^\w-]+")
_LONGEST_STEM = 50  # characters of up to four bytes, with room for endings: file systems take 255 bytes


def export(plan_file: Path, format: str, folder: Path, *, marking: str = "") -> list[Path]:
    """Export a plan file into a folder and return the files written, named after its scenario.

    Args:
        plan_file: The plans.
        format: One of `FORMATS`.
        folder: Where to.
        marking: One line that every file is to carry, such as that the plans are not certified; "" for none.

    Raises:
        SignalPlanError: The plan file cannot be used, has a plan without its intersection, or the format is unknown.
    """
    if format not in FORMATS:
        rule = f"{format!r} is no export format"
        raise SignalPlanError(Fault(rule, f"choose from {', '.join(FORMATS)}", key="format"))
    content = read_plan_file(plan_file)
    known = {intersection.controller_id for intersection in content.intersections}
    faults = [
        Fault(f"the plan of {plan.controller_id!r} has no intersection", "write the plan file anew", str(plan_file))
        for plan in content.plans
        if plan.controller_id not in known
    ]
    if faults:
        raise SignalPlanError(*faults)
    return FORMATS[format](content.plans, content.intersections, folder / file_stem(content.scenario), marking)


def file_stem(name: str) -> str:
    """Return a name that every file system takes; it never leaves its folder."""
    return _UNSAFE.sub("-", name).strip("-")[:_LONGEST_STEM] or "plan"
