"""A scenario compiled for the fast engine: thousands of plans, each on a few seeds."""

import copy
import os
import threading
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd

from congestion_lab.core.errors import DemandError, Fault
from congestion_lab.queueing import ending, kernel
from congestion_lab.queueing.behaviour import Behaviour
from congestion_lab.queueing.fleet import Fleet, fleet
from congestion_lab.queueing.layout import Legs, Roadbed, itineraries, roadbed
from congestion_lab.queueing.signaltable import Shown, SignalTable, signal_table
from congestion_lab.queueing.workspace import Workspace, noting, reset, workspace
from congestion_lab.signals.plan import PlanSet
from congestion_lab.simulation.result import RunResult
from congestion_lab.simulation.spec import SimulationInputs
from congestion_lab.simulation.tables import MOVEMENTS
from congestion_lab.simulation.traffic import Floats, Ints, Traffic

PATIENCE_S = 300.0  # longer than any signal cycle; a queue that is going to move has moved by then


def usable_cores() -> int:
    """Return how many cores this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


@dataclass(frozen=True, slots=True, eq=False)
class Run:
    """A finished run; its arrays are those of the thread's workspace and valid until the thread's next run.

    Attributes:
        gridlock: Whether it ended because nothing moved any more.
        ended_s: When it ended.
        stuck_lane: The lane whose first vehicle had stood longest by then, or -1.
        fleet: Its vehicles.
        work: What it left.
    """

    gridlock: bool
    ended_s: float
    stuck_lane: int
    fleet: Fleet
    work: Workspace


@dataclass(frozen=True, slots=True, eq=False)
class Losses:
    """What each vehicle lost, in the order of the fleet, up to the horizon.

    Attributes:
        inside_s: Time lost against driving freely.
        outside_s: Wait outside the network.
    """

    inside_s: Floats
    outside_s: Floats


@dataclass(frozen=True, eq=False)
class QueueModel:
    """One scenario, ready to be run with any plans on any seed; threads share its arrays.

    Attributes:
        traffic: Roads and demand.
        inputs: Times and settings of the scenario; its files are not read.
        behaviour: How drivers pass stop lines.
    """

    traffic: Traffic
    inputs: SimulationInputs
    behaviour: Behaviour = field(default_factory=Behaviour)
    bed: Roadbed = field(init=False)
    legs: Legs = field(init=False)
    itinerary: Ints = field(init=False)
    _fleets: dict[int, Fleet] = field(init=False, default_factory=dict)
    _shown: Shown = field(init=False, default_factory=dict)
    _local: Any = field(init=False, default_factory=threading.local)
    _threads: ThreadPoolExecutor = field(init=False, default_factory=lambda: ThreadPoolExecutor(usable_cores()))

    def __post_init__(self) -> None:
        bed = roadbed(self.traffic.roads)
        legs, itinerary = itineraries(self.traffic.roads, bed, self.traffic.demand)
        for name, value in {"bed": bed, "legs": legs, "itinerary": itinerary}.items():
            object.__setattr__(self, name, value)

    @property
    def vehicle_links(self) -> int:
        """Links that all vehicles drive over."""
        return int(np.diff(self.legs.offsets)[self.itinerary].sum())

    def with_behaviour(self, behaviour: Behaviour) -> "QueueModel":
        """Return the model with other drivers, on the same roads and threads."""
        other = copy.copy(self)
        object.__setattr__(other, "behaviour", behaviour)
        object.__setattr__(other, "_fleets", {})
        return other

    def calibrated(self, observed: Sequence[tuple[PlanSet, int, RunResult]]) -> "QueueModel":
        """Return the model with its drivers fitted to runs of a slower engine; see `calibration`."""
        from congestion_lab.queueing.calibration import fitted  # noqa: PLC0415 -- it runs models itself

        return self.with_behaviour(fitted(self, observed))

    def delays_s(self, plans: Sequence[PlanSet], seeds: Sequence[int]) -> Floats:
        """Return the mean delay per demanded vehicle, shape (plans, seeds); who jams counts up to the horizon."""
        tables = [self.table(one) for one in plans]
        for seed in seeds:
            self.fleet(seed)  # before threads would draw it twice
        jobs = [(table, seed) for table in tables for seed in seeds]
        if len(jobs) == 1:
            found = [self.delay_s(*jobs[0])]
        else:
            found = list(self._threads.map(lambda job: self.delay_s(*job), jobs))
        return np.array(found).reshape(len(plans), len(seeds))

    def delay_s(self, table: SignalTable, seed: int) -> float:
        """Return the mean delay per demanded vehicle of one run.

        Raises:
            DemandError: Nobody is demanded in the analysed period.
        """
        run = self.run(table, seed)
        losses = self.losses(run)
        counted = run.fleet.vehicles["depart_s"] >= self.inputs.analysis_begin_s
        total = (losses.inside_s + losses.outside_s)[counted]
        if not total.size:
            raise DemandError(Fault("nobody departs in the analysed period", "choose another period or demand"))
        return float(total.mean())

    def table(self, plans: PlanSet) -> SignalTable:
        """Return what the kernel reads of plans."""
        return signal_table(plans, self.traffic.roads.controller_ids, self.bed, self._shown)

    def fleet(self, seed: int) -> Fleet:
        """Return the vehicles of a seed; they are drawn once."""
        if seed not in self._fleets:
            self._fleets[seed] = fleet(
                self.traffic.demand,
                self.legs,
                self.itinerary,
                self.behaviour,
                seed=seed,
                jitter_s=self.inputs.depart_jitter_s,
                end_s=self.inputs.horizon_s,
            )
        return self._fleets[seed]

    def run(self, table: SignalTable, seed: int, *, probing: bool = False) -> Run:
        """Simulate.

        Args:
            table: The signals.
            seed: Draws the vehicles.
            probing: Whether queues are measured and passages noted.
        """
        vehicles, work, inputs = self.fleet(seed), self._work(), self.inputs
        if probing:
            work = noting(work, self.vehicle_links)
        reset(work)
        ended, ended_s = kernel.run(
            *(self.bed, vehicles, table, self.behaviour, work),
            *(inputs.begin_s, inputs.horizon_s, inputs.analysis_begin_s),
            self._patience_s(table),
            kernel.NEVER if inputs.teleport_s is None else inputs.teleport_s,
            probing,
        )
        times = (ended_s, inputs.horizon_s, inputs.analysis_begin_s)
        return Run(ended == kernel.GRIDLOCK, ended_s, ending.settle(self.bed, vehicles, work, *times), vehicles, work)

    def losses(self, run: Run) -> Losses:
        """Return what each vehicle of a run lost."""
        state = run.work.vehicles[: len(run.fleet.vehicles)]
        horizon_s, wanted = self.inputs.horizon_s, run.fleet.vehicles["depart_s"]
        came = ~np.isnan(state["departed_s"])
        left_s = np.where(np.isnan(state["arrived_s"]), horizon_s, state["arrived_s"])
        inside_s = np.where(came, left_s - state["departed_s"] - state["ideal_s"], 0.0)
        outside_s = np.where(came, state["departed_s"], horizon_s) - wanted
        return Losses(np.maximum(inside_s, 0.0), np.maximum(outside_s, 0.0))

    def movements(self, plans: PlanSet, seed: int) -> pd.DataFrame:
        """Return the table MOVEMENTS of one run."""
        return self.movements_of(self.run(self.table(plans), seed))

    def movements_of(self, run: Run) -> pd.DataFrame:
        """Return the table MOVEMENTS of a run: movements made in the analysed period, or queued for at its end."""
        links = np.array(self.traffic.roads.link_ids, dtype=object)
        lanes, paths = self.bed.lanes["link"], self.bed.paths
        table = pd.DataFrame(
            {
                "from_link": links[lanes[paths["from_lane"]]],
                "to_link": links[lanes[paths["to_lane"]]],
                "vehicles": run.work.paths["vehicles"],
                "delay_s": run.work.paths["delay_s"],
            }
        )
        summed = table[table["vehicles"] > 0].groupby(["from_link", "to_link"], as_index=False).sum()
        summed["delay_s"] /= summed["vehicles"]
        return MOVEMENTS.conform(summed)

    def _work(self) -> Workspace:
        if not hasattr(self._local, "work"):
            vehicles = len(self.traffic.demand.vehicle_ids)
            self._local.work = workspace(self.bed, vehicles, vehicles)
        made: Workspace = self._local.work
        return made

    def _patience_s(self, table: SignalTable) -> float:
        """Return how long all must stand: longer than two cycles of the slowest plan; teleports end any standstill."""
        if self.inputs.teleport_s is not None:
            return kernel.NEVER
        first, end = table.controllers["first"], table.controllers["end"]
        cycles = [float(table.intervals["duration_s"][a:b].sum()) for a, b in zip(first, end, strict=True)]
        return max([PATIENCE_S, *(2 * cycle for cycle in cycles)])
