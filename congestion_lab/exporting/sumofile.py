"""Plans as an additional file that bare SUMO loads beside the network."""

from collections.abc import Sequence
from pathlib import Path

from congestion_lab.signals.intersection import Intersection
from congestion_lab.signals.plan import PlanSet
from congestion_lab.sumo.programs import write_programs

_PROGRAM_ID = "congestion_lab"  # SUMO refuses a second programme under the name that the network gave to its own


def write_sumo(plans: PlanSet, intersections: Sequence[Intersection], stem: Path, marking: str = "") -> list[Path]:
    """Write `<stem>.tls.add.xml`; with it SUMO gives the same delay as inside the program."""
    del intersections  # SUMO knows them from its network
    target = stem.with_name(f"{stem.name}.tls.add.xml")
    write_programs(plans, target, program_id=_PROGRAM_ID, comment=marking)
    return [target]
