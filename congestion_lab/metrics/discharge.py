"""What the lanes of a lane group discharge over a cycle, and the queues that this leaves."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from congestion_lab.signals.intersection import SignalHead
from congestion_lab.signals.performance.hcm import Accumulation, accumulation, random_queue_veh
from congestion_lab.signals.performance.streams import saturation_vph
from congestion_lab.signals.plan import SignalPlan

_HOUR_S = 3600.0
_LONE_VPH = 1e-3  # what nobody uses is told as a lone vehicle would find it


@dataclass(frozen=True, slots=True)
class Stream:
    """One movement on one lane.

    Attributes:
        head: Its signal head.
        load_vph: Its vehicles per hour on that lane.
        share_of_movement: Which share of the movement takes that lane.
        released: Share of the saturation flow that each interval lets go, shape (intervals,).
    """

    head: SignalHead
    load_vph: float
    share_of_movement: float
    released: NDArray[np.float64]

    @property
    def saturation_vph(self) -> float:
        """Saturation flow of a lane that only this movement uses."""
        return saturation_vph(self.head)


class Service:
    """What a lane group may discharge over the cycle.

    Attributes:
        saturation_vph: Saturation flow of all its lanes.
        capacity_vph: What the signal lets pass.
        green_share: Share of the cycle in which any of its lanes may go.
    """

    def __init__(self, plan: SignalPlan, members: Sequence[Stream], lanes: Sequence[int]) -> None:
        self._cycle_s = plan.cycle_s
        self._lanes = len(lanes)
        self._durations = np.array([interval.duration_s for interval in plan.intervals])
        by_lane = [[stream for stream in members if stream.head.from_lane == lane] for lane in lanes]
        self._rates_vph = np.sum([_mixed(each, [one.released for one in each]) for each in by_lane], axis=0)
        self.saturation_vph = float(sum(_mixed(each, [np.ones(1)] * len(each))[0] for each in by_lane))
        self.capacity_vph = float(self._rates_vph @ self._durations) / self._cycle_s
        self._green = self._rates_vph > 0
        self.green_share = float(self._durations[self._green].sum()) / self._cycle_s

    def queue(self, volume_vph: float, on_green: float | None) -> Accumulation:
        """Return the uniform queue of a volume of which some share arrives on green; at a constant rate for None."""
        share = self.green_share if on_green is None else on_green
        volume = max(volume_vph, _LONE_VPH) / _HOUR_S
        on = volume * share / self.green_share if self.green_share > 0 else 0.0
        off = volume * (1 - share) / (1 - self.green_share) if self.green_share < 1 else 0.0
        arrivals = np.where(self._green, on, off)
        return accumulation(self._durations.tolist(), (self._rates_vph / _HOUR_S).tolist(), arrivals.tolist())

    def random_queue_veh(self, degree: float, queue_veh: float, hours: float) -> float:
        """Return what random arrivals add to the back of the queue of one lane."""
        lane = self.capacity_vph / self._lanes
        if lane <= 0:
            return math.inf
        per_cycle = lane * self._cycle_s / _HOUR_S
        return random_queue_veh(degree, lane, per_cycle, hours=hours, queue_veh=queue_veh / self._lanes)


def _mixed(members: Sequence[Stream], released: Sequence[NDArray[np.float64]]) -> NDArray[np.float64]:
    """Return what one lane discharges in each interval: its movements leave in turn, as they stand in the queue."""
    total = sum(stream.load_vph for stream in members)
    shares = [stream.load_vph / total if total > 0 else 1 / len(members) for stream in members]
    headways = np.zeros(len(released[0]))
    with np.errstate(divide="ignore"):  # who may not go holds up who stands behind
        for stream, share, let_go in zip(members, shares, released, strict=True):
            if share > 0:
                headways = headways + share / (stream.saturation_vph * let_go)
        return np.asarray(1 / headways)
