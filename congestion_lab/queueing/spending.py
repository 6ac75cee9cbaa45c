"""How vehicles of the fast engine spent their time on links, from their passages."""

import numpy as np

from congestion_lab.queueing.layout import Records
from congestion_lab.simulation.traffic import Floats

_STANDS_S = 1.5  # who is later than this at the stop line has stood; `kernel` counts stops so


class Spent:
    """How the time of each passage within a period was spent.

    A vehicle drives onto a link freely and loses its time at the end of it, where the queue is.

    Attributes:
        all_s: All of it.
        lost_s: Beyond driving freely.
        stood_s: At the stop line, or queued before it.
        driven_m: Distance covered meanwhile.
    """

    def __init__(self, passages: Records, begin_s: float | Floats, end_s: float | Floats, *, ended_s: float) -> None:
        """Share out passages; those that are not over last to `ended_s`, when the run ended."""
        entered_s = passages["entered_s"]
        left_s = left(passages, ended_s)
        slowed_s = np.minimum(entered_s + passages["free_s"], left_s)
        ready_s = np.where(left_s - passages["ready_s"] > _STANDS_S, passages["ready_s"], left_s)

        def within(from_s: Floats, to_s: Floats) -> Floats:
            return np.maximum(np.clip(to_s, begin_s, end_s) - np.clip(from_s, begin_s, end_s), 0.0)

        self.all_s = within(entered_s, left_s)
        self.lost_s = within(slowed_s, left_s)
        self.stood_s = within(ready_s, left_s)
        free_mps = passages["length_m"] / np.maximum(passages["free_s"], 1e-9)
        self.driven_m = within(entered_s, slowed_s) * free_mps


def left(passages: Records, ended_s: float) -> Floats:
    """Return when each passage was over; at the end of the run if it was not."""
    found: Floats = np.fmax(np.nan_to_num(passages["left_s"], nan=ended_s), passages["entered_s"])
    return found
