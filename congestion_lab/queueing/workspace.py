"""What a run changes: arrays of records, made once per thread and reset for every run."""

from typing import NamedTuple

import numpy as np

from congestion_lab.queueing.kernel import NEVER
from congestion_lab.queueing.layout import Records, Roadbed
from congestion_lab.simulation.traffic import Ints


def _dtype(floats: str, counts: str = "") -> np.dtype:
    return np.dtype(
        [*((name, "f8") for name in floats.split()), *((name, "i4") for name in counts.split())], align=True
    )


_LANE = _dtype(
    "try_at used_m queue_m left_at left_speed left_length_m left_ready left_ahead_m "
    "entered_at inserted_at hold stuck_at",
    "first count gone_first gone_count blocker inside",
)
_SLOT = _dtype("ready speed entered ahead_m length_m space_m gone_at gone_m", "vehicle path")
_PATH = _dtype("left_at vehicles delay_s", "waiting")
_INSIDE = _dtype("since", "vehicle")
_HEAD = _dtype("since", "state")
_CONTROLLER = _dtype("began", "interval")
_LINK = _dtype("queue_m longest_m full")
_GATE = _dtype("try_at", "first last listed")
_VEHICLE = _dtype("departed_s arrived_s ideal_s distance_m waiting_s stops outside_s", "leg last_leg next")
_TOTAL = _dtype("", "waiting_count listed_count waiting_outside running teleports probes noted")
_PASSAGE = np.dtype(
    [
        *((name, "f8") for name in ("entered_s", "ready_s", "left_s", "free_s", "length_m")),
        *(("lane", "i4"), ("vehicle", "i4"), ("departs", "?")),
    ],
    align=True,
)

_START = {
    **dict.fromkeys(("left_at", "left_ready", "entered_at", "inserted_at", "hold", "stuck_at", "since"), -NEVER),
    "try_at": NEVER,
    "blocker": -1,
    "departed_s": np.nan,
    "arrived_s": np.nan,
}
"""What fields hold before a run; the others hold 0."""


class Workspace(NamedTuple):
    """State of a run while it goes on, and its results at the end.

    Attributes:
        lanes: Queue of each lane: its ring, the metres taken, when the last vehicle left and entered.
        slots: Places in the rings: who queues there, and room that is still on its way upstream.
        paths: When the last vehicle passed, who waits inside the junction, movements counted.
        inside: Two waiting places per path.
        waiting_paths: Paths on which somebody waits inside the junction.
        heads: What each signal shows, since when.
        controllers: Where each plan stands.
        links: The queues measured.
        gates: Who waits outside; see `fleet.Fleet`.
        listed_gates: Gates at which somebody waits.
        vehicles: Where each is, and what it has lost so far.
        passages: Who drove over which lane when, as far as there is room for notes.
        total: One record of counters.
    """

    lanes: Records
    slots: Records
    paths: Records
    inside: Records
    waiting_paths: Ints
    heads: Records
    controllers: Records
    links: Records
    gates: Records
    listed_gates: Ints
    vehicles: Records
    passages: Records
    total: Records


def workspace(bed: Roadbed, vehicles: int, gates: int) -> Workspace:
    """Return arrays of the right sizes."""
    return Workspace(
        lanes=np.zeros(len(bed.lanes), _LANE),
        slots=np.zeros(bed.slots, _SLOT),
        paths=np.zeros(len(bed.paths), _PATH),
        inside=np.zeros(2 * len(bed.paths), _INSIDE),
        waiting_paths=np.zeros(len(bed.paths), np.int32),
        heads=np.zeros(len(bed.heads), _HEAD),
        controllers=np.zeros(len(bed.controllers), _CONTROLLER),
        links=np.zeros(len(bed.links), _LINK),
        gates=np.zeros(gates, _GATE),
        listed_gates=np.zeros(gates, np.int32),
        vehicles=np.zeros(vehicles, _VEHICLE),
        passages=np.zeros(0, _PASSAGE),
        total=np.zeros(1, _TOTAL),
    )


def noting(work: Workspace, passages: int) -> Workspace:
    """Return the workspace with room to note so many passages."""
    return work._replace(passages=np.zeros(passages, _PASSAGE))


def reset(work: Workspace) -> None:
    """Bring everything to what it is before a run; slots are written before they are read."""
    for array in (work.lanes, work.paths, work.heads, work.controllers, work.links, work.vehicles, work.total):
        array[...] = np.zeros(1, array.dtype)[0]
        for name in array.dtype.names or ():
            if name in _START:
                array[name] = _START[name]
    work.gates["first"] = -1
    work.gates["listed"] = 0
