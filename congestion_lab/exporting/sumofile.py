"""Plans as an additional file that bare SUMO loads beside the network."""

from pathlib import Path

from congestion_lab.exporting.handover import Handover, Written
from congestion_lab.sumo.nets.programs import write_programs

_PROGRAM_ID = "congestion_lab"  # SUMO refuses a second programme under the name that the network gave to its own


def write_sumo(handover: Handover, stem: Path) -> Written:
    """Write `<stem>.tls.add.xml`; with it SUMO gives the same delay as inside the program."""
    target = stem.with_name(f"{stem.name}.tls.add.xml")
    write_programs(handover.plans, target, program_id=_PROGRAM_ID, comment=handover.marking)
    return Written((target,))
