"""Delay and queues at signals by the Highway Capacity Manual.

HCM6 = Highway Capacity Manual, 6th edition, chapter 19; HCM 2000 = the 2000 edition, chapter 16. Formulas that a
search evaluates by the thousand take numbers or NumPy arrays.
"""

import itertools
import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

PERIOD_H = 0.25  # analysis period T, HCM6 chapter 19
INCREMENTAL_K = 0.5  # incremental delay factor of pretimed control, HCM6 equation 19-26 (HCM 2010 18-45)
LEAST_SHARE = 1e-3  # of uniform delay's denominator, and of the cycle that is green: keeps what never ends finite
_EMPTY_VEH = 1e-9
_HOUR_S = 3600.0
_PERCENTILE_95 = (1.6, 1.0, 5.0)  # p1, p2, p3 of pretimed control, HCM 2000 chapter 16, appendix G


def uniform_delay_s(cycle_s: ArrayLike, share: ArrayLike, saturation: ArrayLike) -> NDArray[np.float64]:
    """Return the delay d1 of arrivals at a constant rate: 0.5 C (1 - g/C)^2 / (1 - min(1, X) g/C) (HCM 2000 16-11).

    Args:
        cycle_s: Cycle C.
        share: Green over cycle, g/C.
        saturation: Volume over capacity, X.
    """
    green = np.asarray(share)
    left = np.maximum(LEAST_SHARE, 1 - np.minimum(1.0, saturation) * green)
    return np.asarray(0.5 * np.asarray(cycle_s) * (1 - green) ** 2 / left)


def incremental_delay_s(saturation: ArrayLike, capacity_vph: ArrayLike, *, hours: float) -> NDArray[np.float64]:
    """Return the delay d2 of random arrivals and oversaturation (HCM6 19-26).

    900 T ((X-1) + sqrt((X-1)^2 + 8kIX/(cT))), for pretimed control (k = 0.5) at an isolated signal (I = 1).

    Args:
        saturation: Volume over capacity, X.
        capacity_vph: Capacity c.
        hours: Analysis period T.
    """
    excess = np.asarray(saturation) - 1
    root = np.sqrt(excess**2 + 8 * INCREMENTAL_K * np.asarray(saturation) / (np.asarray(capacity_vph) * hours))
    return np.asarray(900 * hours * (excess + root))


def initial_queue_delay_s(volume_vph: float, capacity_vph: float, queue_veh: float, *, hours: float) -> float:
    """Return the delay d3 that a queue at the start of the period adds to each arrival (HCM6 chapter 19, step 7).

    Args:
        volume_vph: Arrivals v.
        capacity_vph: Capacity c.
        queue_veh: Vehicles queueing at the start.
        hours: Analysis period T.
    """
    if queue_veh <= 0 or volume_vph <= 0:
        return 0.0
    unmet_h = unmet_hours(volume_vph, capacity_vph, queue_veh, hours=hours)
    base = max(0.0, hours * (volume_vph - capacity_vph))
    last = queue_veh + unmet_h * (volume_vph - capacity_vph)
    area = unmet_h * (queue_veh + last - base) / 2 + (last**2 - base**2 - queue_veh**2) / (2 * capacity_vph)
    return _HOUR_S * area / (volume_vph * hours)


def unmet_hours(volume_vph: float, capacity_vph: float, queue_veh: float, *, hours: float) -> float:
    """Return for how long of the period an initial queue stands (HCM6 chapter 19, step 7)."""
    if queue_veh <= 0:
        return 0.0
    return hours if volume_vph >= capacity_vph else min(hours, queue_veh / (capacity_vph - volume_vph))


@dataclass(frozen=True, slots=True)
class Accumulation:
    """One cycle of a queue that comes and goes.

    Attributes:
        delay_s: Mean delay per arrival: uniform delay d1.
        back_veh: Most vehicles that arrive at one queue: its back, Q1 (HCM 2000 appendix 16 G).
    """

    delay_s: float
    back_veh: float


def accumulation(
    durations_s: Sequence[float], service_vps: Sequence[float], arrivals_vps: Sequence[float]
) -> Accumulation:
    """Return what the queue accumulation polygon of a cycle gives (HCM6 chapter 19, incremental queue accumulation).

    Arrivals beyond capacity are cut to it, as min(1, X) in d1. For one green and a constant rate the delay is that of
    `uniform_delay_s`; several greens and permitted ones need the polygon.

    Args:
        durations_s: Length of each interval of the cycle.
        service_vps: Vehicles per second that may leave in it.
        arrivals_vps: Vehicles per second that arrive in it.
    """
    served = sum(rate * time for rate, time in zip(service_vps, durations_s, strict=True))
    wanted = sum(rate * time for rate, time in zip(arrivals_vps, durations_s, strict=True))
    if served <= 0 or wanted <= 0:
        return Accumulation(math.inf if wanted > 0 else 0.0, 0.0)
    cut = min(1.0, served / wanted)
    arriving = (rate * cut for rate in arrivals_vps)
    rates = list(zip(durations_s, arriving, service_vps, strict=True))
    queue = 0.0
    for time, arrive, leave in rates:  # after one cycle a queue that ever empties repeats itself
        queue = max(0.0, queue + (arrive - leave) * time)
    area, back, longest = 0.0, 0.0, 0.0
    for time, arrive, leave in itertools.chain(rates, rates):  # twice, for a queue around the end of the cycle
        standing = _standing_s(queue, arrive, leave, time)
        back = arrive * standing + (back if queue > _EMPTY_VEH else 0.0)
        longest = max(longest, back)
        after = max(0.0, queue + (arrive - leave) * time)
        area += (queue + after) / 2 * standing
        queue = after
        back = back if queue > _EMPTY_VEH else 0.0
    return Accumulation(area / 2 / (wanted * cut), longest / cut)


def _standing_s(queue_veh: float, arrive_vps: float, leave_vps: float, time_s: float) -> float:
    """Return for how long of an interval there is a queue."""
    if arrive_vps > leave_vps:
        return time_s
    if queue_veh <= _EMPTY_VEH:
        return 0.0
    return time_s if arrive_vps == leave_vps else min(time_s, queue_veh / (leave_vps - arrive_vps))


def random_queue_veh(
    saturation: float, capacity_vph: float, served_veh: float, *, hours: float, queue_veh: float = 0.0
) -> float:
    """Return Q2: what random arrivals and oversaturation add to the back of a lane's queue (HCM 2000 appendix 16 G).

    Args:
        saturation: Volume over capacity of the lane.
        capacity_vph: Capacity of the lane, c.
        served_veh: What the lane can serve in one cycle, s g / 3600.
        hours: Analysis period T.
        queue_veh: Vehicles of the lane queueing at the start.
    """
    factor = 0.12 * served_veh**0.7  # k_B of pretimed control
    excess, volume = saturation - 1, capacity_vph * hours
    root = math.sqrt(excess**2 + 8 * factor * saturation / volume + 16 * factor * queue_veh / volume**2)
    return 0.25 * volume * (excess + root)


def queue_95_veh(mean_veh: float) -> float:
    """Return the 95th percentile of the back of a queue of a given mean (HCM 2000 chapter 16, appendix G, pretimed)."""
    first, second, third = _PERCENTILE_95
    return mean_veh * (first + second * math.exp(-mean_veh / third))
