"""What runs say of the movements and queues that an analysis computes."""

import math
import statistics
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from congestion_lab.metrics.flows import movement_flows_vph
from congestion_lab.metrics.service import level_of_service
from congestion_lab.signals.streams import Flows
from congestion_lab.simulation.result import RunResult
from congestion_lab.simulation.tables import LINKS, MOVEMENTS

Pair = tuple[str, str]


@dataclass(frozen=True, slots=True)
class SimulatedMovement:
    """One movement over several runs.

    Attributes:
        volume_vph: Mean flow, vehicles per hour.
        delay_s: Mean delay per vehicle over all runs; NaN without vehicles.
        delay_sd_s: Standard deviation of the runs' mean delays; NaN for fewer than two.
        los: Level of service of that delay.
    """

    volume_vph: float
    delay_s: float
    delay_sd_s: float
    los: str


@dataclass(frozen=True, slots=True)
class SimulatedQueue:
    """The queue of one inbound link over several runs.

    Attributes:
        mean_m: Mean of the runs' mean queues.
        longest_m: Longest queue of any run.
    """

    mean_m: float
    longest_m: float


@dataclass(frozen=True, slots=True)
class Simulated:
    """What runs measured.

    Attributes:
        runs: Number of runs.
        movements: By (inbound, outbound link).
        queues: By inbound link.
    """

    runs: int
    movements: Mapping[Pair, SimulatedMovement]
    queues: Mapping[str, SimulatedQueue]

    @property
    def flows(self) -> Flows:
        """Vehicles per hour by movement."""
        return {pair: each.volume_vph for pair, each in self.movements.items()}


def simulated(results: Sequence[RunResult]) -> Simulated:
    """Return the movements and queues of runs that recorded all details; movements that no run saw are left out."""
    flows = [movement_flows_vph(result) for result in results]
    delays = [_delays(result) for result in results]
    pairs = sorted({pair for each in flows for pair in each})
    return Simulated(
        runs=len(results),
        movements={
            pair: _movement([each.get(pair, 0.0) for each in flows], [each.get(pair, math.nan) for each in delays])
            for pair in pairs
        },
        queues=_queues(results),
    )


def _delays(result: RunResult) -> dict[Pair, float]:
    table = result.table(MOVEMENTS)
    rows = zip(table["from_link"], table["to_link"], table["delay_s"].clip(lower=0.0), strict=True)
    return {(str(start), str(end)): float(delay) for start, end, delay in rows}


def _movement(flows: Sequence[float], delays: Sequence[float]) -> SimulatedMovement:
    known = [(flow, delay) for flow, delay in zip(flows, delays, strict=True) if flow > 0 and not math.isnan(delay)]
    weight = sum(flow for flow, _ in known)
    delay = sum(flow * one for flow, one in known) / weight if weight else math.nan
    spread = statistics.stdev(one for _, one in known) if len(known) > 1 else math.nan
    return SimulatedMovement(statistics.fmean(flows), delay, spread, level_of_service(delay))


def _queues(results: Sequence[RunResult]) -> dict[str, SimulatedQueue]:
    found: dict[str, list[tuple[float, float]]] = {}
    for result in results:
        table = result.table(LINKS)
        for link, mean, longest in zip(table["link_id"], table["mean_queue_m"], table["max_queue_m"], strict=True):
            found.setdefault(str(link), []).append((float(mean), float(longest)))
    return {
        link: SimulatedQueue(statistics.fmean(mean for mean, _ in each), max(longest for _, longest in each))
        for link, each in found.items()
    }
