"""Cycle and splits of one intersection by the formulas of the field: Webster's, and least delay by the HCM's."""

import math

import numpy as np
from numpy.typing import NDArray

from congestion_lab.optimization.space.space import Ring
from congestion_lab.signals.performance.hcm import LEAST_SHARE, incremental_delay_s, uniform_delay_s
from congestion_lab.signals.performance.streams import Streams, critical_ratios
from congestion_lab.signals.timing import webster_cycle

_HOPELESS_RATIO = 0.95  # Webster's cycle grows without bound towards 1


def webster_cycle_s(ring: Ring, streams: Streams) -> float:
    """Return Webster's cycle for what the intersection serves; the intergreens are taken as its lost time."""
    ratio = min(_HOPELESS_RATIO, float(critical_ratios(streams).sum()))
    return webster_cycle(ring.clearance_s, [ratio], max_cycle_s=math.inf)


def equal_saturation(streams: Streams) -> tuple[float, ...]:
    """Return weights of the phases that saturate all critical streams equally (Webster 1958)."""
    ratios = critical_ratios(streams)
    return tuple(float(weight) for weight in np.maximum(ratios, 1e-3))


def least_delay(ring: Ring, streams: Streams, cycle_s: float, *, hours: float) -> tuple[float, ...]:
    """Return the greens, in seconds, that minimise the HCM's control delay within a cycle.

    Every phase starts with its shortest green; each further second goes where it saves most. Delay is convex in the
    green of a stream that one phase serves, so that this is the optimum there, and close to it with overlaps.

    Args:
        ring: The intersection.
        streams: Its streams.
        cycle_s: Its cycle.
        hours: Length of the analysed period.
    """
    greens = np.array(ring.min_greens_s, dtype=float)
    steps = np.eye(len(greens))
    for _ in range(math.floor(cycle_s - ring.clearance_s - greens.sum() + 1e-6)):
        greens = greens + steps[int(np.argmin(total_delay_s(streams, greens + steps, cycle_s, hours=hours)))]
    return tuple(float(green) for green in greens)


def total_delay_s(
    streams: Streams, greens_s: NDArray[np.float64], cycle_s: float, *, hours: float
) -> NDArray[np.float64]:
    """Return the HCM's control delay d1 + d2 of all vehicles of an hour, in vehicle-seconds (HCM 2010, chapter 18).

    Args:
        streams: Streams of the intersection.
        greens_s: Greens of its phases: one plan per row.
        cycle_s: Its cycle.
        hours: Length of the analysed period.
    """
    loaded = streams.loaded
    green = greens_s @ streams.served[loaded].T + streams.served_between_s[loaded]
    share = np.clip(green / cycle_s, LEAST_SHARE, 1.0)
    saturation = streams.ratios[loaded] / share
    uniform = uniform_delay_s(cycle_s, share, saturation)
    incremental = incremental_delay_s(saturation, streams.saturation_vph[loaded] * share, hours=hours)
    return np.asarray(((uniform + incremental) * streams.flows_vph[loaded]).sum(axis=1))
