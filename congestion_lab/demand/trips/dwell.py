"""Where vehicles of a line stop, which of the stops they serve, and how long they stand there."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True, slots=True)
class StopPlace:
    """Where the vehicles of a line may stop.

    Attributes:
        link: Link.
        lane: Index of the lane, from the kerb.
        begin_m: Its upstream end, from the start of the link.
        end_m: Its downstream end, where the first vehicle's front stands.
    """

    link: str
    lane: int
    begin_m: float
    end_m: float


@dataclass(frozen=True, slots=True)
class Dwell:
    """One stop of one vehicle.

    Attributes:
        place: Where it stops.
        duration_s: How long it stands; whole seconds.
        in_bay: Whether it stands beside the lane, where others pass.
    """

    place: StopPlace
    duration_s: int
    in_bay: bool = False


@dataclass(frozen=True, slots=True)
class DwellHabits:
    """How often and how long vehicles stop.

    Attributes:
        served_share: Probability that a vehicle stops at a place.
        mean_s: Mean time that it stands where it does.
        deviation_s: Standard deviation of that time.
        in_bay: Whether it stands beside the lane.
    """

    served_share: float
    mean_s: float
    deviation_s: float
    in_bay: bool


def dwells(places: Sequence[StopPlace], habits: DwellHabits, seed: int) -> tuple[Dwell, ...]:
    """Return the stops that one vehicle makes, drawn by the seed.

    Times are lognormal: never negative, and with a tail of long ones, as dwell times are (TCQSM, 3rd ed., 2013, gives
    coefficients of variation of 0.4 to 0.8). A stop takes a second at least.

    Args:
        places: Where it may stop, in the order of its way.
        habits: How often and how long.
        seed: Its own.
    """
    random = np.random.default_rng(seed)
    served = random.random(len(places)) < habits.served_share
    variance = math.log1p((habits.deviation_s / habits.mean_s) ** 2)
    times_s = random.lognormal(math.log(habits.mean_s) - variance / 2, math.sqrt(variance), len(places))
    whole_s = np.maximum(np.rint(times_s), 1).astype(int).tolist()
    chosen = zip(places, whole_s, served.tolist(), strict=True)
    return tuple(Dwell(place, duration_s, habits.in_bay) for place, duration_s, stops in chosen if stops)


def headway_departures_s(vph: float, begin_s: float, end_s: float, seed: int) -> tuple[int, ...]:
    """Return when the vehicles of a line set out: one at a random moment of each headway, as they leave when full.

    Args:
        vph: Vehicles per hour; 0 for none.
        begin_s: Begin of the period, seconds since midnight.
        end_s: Its end.
        seed: Seed of the moments.
    """
    if vph <= 0:
        return ()
    headway_s = 3600.0 / vph
    slots = math.ceil((end_s - begin_s) / headway_s)
    moments = begin_s + headway_s * (np.arange(slots) + np.random.default_rng(seed).random(slots))
    return tuple(int(moment) for moment in moments if moment < end_s)
