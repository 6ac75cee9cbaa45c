"""What runs say of the movements and queues that an analysis computes."""

import math
import statistics
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import pandas as pd

from congestion_lab.metrics.arriving import Pair
from congestion_lab.metrics.flows import movement_flows_vph
from congestion_lab.metrics.service import level_of_service
from congestion_lab.signals.performance.streams import Flows
from congestion_lab.simulation.result import RunResult
from congestion_lab.simulation.tables import LINKS, MOVEMENTS


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
        full_share: Mean share of the period in which the queue filled the link.
    """

    mean_m: float
    longest_m: float
    full_share: float = 0.0


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

    def delay_s(self, links: Iterable[str]) -> float:
        """Return the mean delay per vehicle of all movements from some inbound links; NaN without vehicles."""
        wanted = set(links)
        met = [each for (start, _end), each in self.movements.items() if start in wanted and each.volume_vph > 0]
        known = [each for each in met if not math.isnan(each.delay_s)]
        volume = sum(each.volume_vph for each in known)
        return sum(each.volume_vph * each.delay_s for each in known) / volume if volume else math.nan

    def full_share(self, link: str) -> float:
        """Return the share of the period in which a queue filled a link; 0 where none was recorded."""
        return self.queues[link].full_share if link in self.queues else 0.0


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
    columns = ["link_id", "mean_queue_m", "max_queue_m", "spillback_share"]
    table = pd.concat([result.table(LINKS)[columns] for result in results], ignore_index=True)
    found = table.groupby("link_id").agg({"mean_queue_m": "mean", "max_queue_m": "max", "spillback_share": "mean"})
    return {
        str(link): SimulatedQueue(float(mean), float(longest), float(full))
        for link, mean, longest, full in found.itertuples()
    }
