"""What the ladder asks of a fast engine: the mean delays of many plans at once, and to learn from SUMO's runs."""

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from congestion_lab.signals.plan import PlanSet
from congestion_lab.simulation.result import RunResult

Observed = tuple[PlanSet, int, RunResult]
"""A plan set, the seed it ran on in SUMO, and what came out, movements included."""


class FastModel(Protocol):
    """A fast engine with one scenario compiled into it. Same plans and seeds, same delays, whatever the threads."""

    @property
    def vehicle_links(self) -> int:
        """Links that all vehicles drive over: what the time for one plan is in proportion to."""
        ...

    def delays_s(self, plans: Sequence[PlanSet], seeds: Sequence[int]) -> NDArray[np.float64]:
        """Return the mean delay per demanded vehicle, shape (plans, seeds); a plan that jams counts in full."""
        ...

    def calibrated(self, observed: Sequence[Observed]) -> "FastModel":
        """Return the model with its parameters fitted to runs of SUMO."""
        ...


@dataclass
class Meter:
    """Seconds spent in an engine."""

    seconds: float = 0.0

    @contextmanager
    def running(self) -> Iterator[None]:
        """Count the time of the block."""
        began_s = time.perf_counter()
        try:
            yield
        finally:
            self.seconds += time.perf_counter() - began_s


@dataclass(frozen=True, slots=True)
class Metered:
    """A fast model whose time is counted.

    Attributes:
        model: The model.
        meter: Counts for it and for all that are calibrated from it.
    """

    model: FastModel
    meter: Meter = field(default_factory=Meter)

    @property
    def vehicle_links(self) -> int:
        """Links that all vehicles drive over."""
        return self.model.vehicle_links

    def delays_s(self, plans: Sequence[PlanSet], seeds: Sequence[int]) -> NDArray[np.float64]:
        """Return the model's delays."""
        with self.meter.running():
            return np.asarray(self.model.delays_s(plans, seeds), dtype=np.float64)

    def calibrated(self, observed: Sequence[Observed]) -> "Metered":
        """Return the calibrated model under the same meter."""
        with self.meter.running():
            return Metered(self.model.calibrated(observed), self.meter)
