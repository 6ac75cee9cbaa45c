"""Cycle and splits of one intersection by the formulas of the field: Webster's, and least delay by the HCM's."""

import math

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import linprog

from congestion_lab.optimization.space import Ring
from congestion_lab.optimization.streams import Streams
from congestion_lab.signals.timing import webster_cycle

_INCREMENTAL_K = 0.5  # incremental delay factor of pretimed control, HCM 2010 equation 18-45
_HOPELESS_RATIO = 0.95  # Webster's cycle grows without bound towards 1


def critical_ratios(streams: Streams) -> NDArray[np.float64]:
    """Return the least share of the cycle that each phase needs to serve all streams just so (Allsop 1972).

    Where every stream has one phase these are the critical flow ratios of Webster's method; a stream that several
    phases release needs their sum only.
    """
    phase_count = streams.served.shape[1]
    if not streams.loaded.any():
        return np.zeros(phase_count)
    found = linprog(np.ones(phase_count), A_ub=-streams.served[streams.loaded], b_ub=-streams.ratios[streams.loaded])
    return np.asarray(found.x)


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
    share = np.clip(green / cycle_s, 1e-3, 1.0)
    saturation = streams.ratios[loaded] / share
    uniform = 0.5 * cycle_s * (1 - share) ** 2 / np.maximum(1e-3, 1 - np.minimum(1.0, saturation) * share)
    excess = saturation - 1
    capacity = streams.saturation_vph[loaded] * share
    root = np.sqrt(excess**2 + 8 * _INCREMENTAL_K * saturation / (capacity * hours))
    return np.asarray(((uniform + 900 * hours * (excess + root)) * streams.flows_vph[loaded]).sum(axis=1))
