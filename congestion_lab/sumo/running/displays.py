"""What signals showed during a run: SUMO is asked for every change, and the answer becomes a table."""

from pathlib import Path
from xml.sax.saxutils import quoteattr

import pandas as pd

from congestion_lab.core.errors import InputError
from congestion_lab.core.files import write_text
from congestion_lab.signals.plan import PlanSet
from congestion_lab.simulation.tables import DISPLAYS
from congestion_lab.sumo.controllers.switching import plans_name
from congestion_lab.sumo.files.clock import seconds
from congestion_lab.sumo.files.records import records
from congestion_lab.sumo.nets.programs import aspects_of_state


def write_display_output(target: Path, plans: PlanSet, destination: Path) -> None:
    """Write the additional file that makes SUMO note every change of what the controllers of some plans show."""
    events = (
        f"    <timedEvent type={quoteattr('SaveTLSSwitchStates')} source={quoteattr(plan.controller_id)} "
        f"dest={quoteattr(str(destination))}/>\n"
        for plan in plans
    )
    write_text(target, f"<additional>\n{''.join(events)}</additional>\n")


def read_displays(path: Path) -> pd.DataFrame:
    """Return DISPLAYS of what SUMO noted.

    Raises:
        InputError: The file breaks off.
    """
    rows = [
        {
            "controller_id": record.get("id"),
            "begin_s": seconds(record.get("time")),
            "plans": plans_name(record.get("programID")),
            "aspects": " ".join(aspect.value for aspect in aspects_of_state(record.get("state"))),
        }
        for record in records(path, ("tlsState",), roots=(), error=InputError)
    ]
    return DISPLAYS.conform(pd.DataFrame(rows, columns=DISPLAYS.names))
