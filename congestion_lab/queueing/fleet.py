"""The vehicles of one seed: types, speeds and departures drawn as the demand says."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from congestion_lab.core.seeds import derived_seed
from congestion_lab.queueing.behaviour import Behaviour
from congestion_lab.queueing.layout import Legs, Records, records
from congestion_lab.simulation.traffic import Demand, DepartLane, Floats, Ints

_SEED_STREAM = "queueing fleet"
_CAR_ACCEL_MPS2, _CAR_SIGMA = 2.6, 0.5  # of the vehicle for which `Behaviour` states start-up time and speed
_START_M = 1.44  # that the first of a queue drives up to the stop line
_CAR_STARTED_S = (2.0 * _START_M / _CAR_ACCEL_MPS2) ** 0.5
_SIGMA_S = 0.36  # by which a driver who always dawdles starts later than one who never does


_VEHICLE = np.dtype(
    [
        *((name, "i4") for name in ("first_leg", "legs", "gate", "depart_lane", "first_stop", "end_stop")),
        *((name, "f8") for name in ("depart_s", "depart_speed_mps", "depart_m", "arrive_m", "speed_factor")),
        *((name, "f8") for name in ("max_speed_mps", "dawdle_mps", "accel_mps2", "full_accel_mps2", "decel_mps2")),
        *((name, "f8") for name in ("start_up_s", "creep_mps", "headway_s", "wave_mps")),
        *((name, "f8") for name in ("length_m", "gap_m", "space_m", "cushion_m")),
    ],
    align=True,
)
_STOP = np.dtype([("leg", "i4"), ("stands_s", "f8")], align=True)


class Fleet(NamedTuple):
    """Vehicles ordered by departure as the kernel reads them.

    Attributes:
        vehicles: How each drives; `depart_lane` -1 is any, `depart_speed_mps` below 0 the highest possible.
        legs: See `layout.Legs`.
        stops: The leg of each stop, counted from the vehicle's first, and its length.
        number: Index of each vehicle in the demand.
        kind: Index of its type.
    """

    vehicles: Records
    legs: Records
    stops: Records
    number: Ints
    kind: Ints


def fleet(
    demand: Demand, legs: Legs, itinerary: Ints, behaviour: Behaviour, *, seed: int, jitter_s: float, end_s: float
) -> Fleet:
    """Draw the vehicles of a seed.

    Saturation headways are h = tau + 0.1 + 0.2 sigma + (length ahead + gap + 3 sigma) / v in seconds, metres and metres
    per second: fitted to SUMO 1.28's Krauss model for limits of 4 to 19 m/s, tau of 1 to 1.4 s and sigma of 0 to 0.5.
    Whoever accelerates by a needs sqrt(2 d / a) for the distance d up to the stop line, and crosses it at sqrt(2 d a).
    """
    random = np.random.default_rng(derived_seed(seed, _SEED_STREAM))
    count = len(demand.vehicle_ids)
    types = _drawn_types(demand, random)
    normal = random.standard_normal(count)
    depart = demand.demanded_s + (random.random(count) * jitter_s if jitter_s > 0 else 0.0)
    order = np.argsort(depart, kind="stable")
    order = order[depart[order] < end_s]
    kind = types[order]

    def of_type(name: str) -> Floats:
        return np.array([getattr(one, name) for one in demand.types], dtype=np.float64)[kind]

    length, gap, tau, sigma = (of_type(name) for name in ("length_m", "gap_m", "headway_s", "imperfection"))
    accel = of_type("accel_mps2")
    bounds = np.array([one.speed_factor for one in demand.types], dtype=np.float64)[kind]
    factor = np.clip(bounds[:, 0] + bounds[:, 1] * normal[order], bounds[:, 2], bounds[:, 3])
    lanes, fixed_speed = demand.depart_lane[order], demand.depart_speed_mps[order]
    depart_lane = np.where(lanes >= 0, lanes, np.where(lanes == DepartLane.FIRST, 0, -1))
    stop_offsets, stops = _stops_in_order(demand, order)
    headway = behaviour.headway_factor * (tau + 0.1 + 0.2 * sigma)
    mine = itinerary[order]
    vehicles = records(
        _VEHICLE,
        first_leg=legs.offsets[mine],
        legs=np.diff(legs.offsets)[mine],
        gate=_gates(legs, legs.offsets[mine], depart_lane),
        depart_lane=depart_lane,
        first_stop=stop_offsets[:-1],
        end_stop=stop_offsets[1:],
        depart_s=depart[order],
        depart_speed_mps=np.where(np.isnan(fixed_speed), -1.0, fixed_speed),
        depart_m=demand.depart_m[order],
        arrive_m=demand.arrive_m[order],
        speed_factor=factor,
        max_speed_mps=of_type("max_speed_mps"),
        dawdle_mps=behaviour.dawdle_factor * sigma * accel / 2.0,
        accel_mps2=accel * (1.0 - sigma / 2.0),
        full_accel_mps2=accel,
        start_up_s=behaviour.start_up_s + _started_s(accel) - _CAR_STARTED_S + _SIGMA_S * (sigma - _CAR_SIGMA),
        creep_mps=behaviour.creep_mps * np.sqrt(accel / _CAR_ACCEL_MPS2),
        decel_mps2=of_type("decel_mps2"),
        length_m=length,
        gap_m=gap,
        space_m=length + gap,
        cushion_m=gap + 3.0 * sigma,
        headway_s=headway,
        wave_mps=(length + gap) / (behaviour.wave_factor * headway),
    )
    halts = records(_STOP, leg=demand.stop_leg[stops], stands_s=demand.stop_s[stops])
    return Fleet(vehicles, legs.legs, halts, order.astype(np.int32), kind)


def _started_s(accel_mps2: Floats) -> Floats:
    """Return what the first of a queue takes up to the stop line."""
    return np.asarray(np.sqrt(2.0 * _START_M / accel_mps2))


def _gates(legs: Legs, first_leg: Ints, depart_lane: Ints) -> NDArray[np.int64]:
    """Return who waits for whom outside: those who want to enter the same lanes of the same link."""
    first = legs.legs[first_leg]
    wishes = np.stack([first["link"].astype(np.int64), first["lanes"].astype(np.int64), depart_lane])
    return np.unique(wishes, axis=1, return_inverse=True)[1].ravel()


def _drawn_types(demand: Demand, random: np.random.Generator) -> Ints:
    """Return the type of every vehicle, drawn where its demand leaves a choice."""
    drawn = random.random(len(demand.vehicle_ids))
    types = np.empty(len(demand.vehicle_ids), dtype=np.int32)
    for number, mixture in enumerate(demand.mixtures):
        mine = demand.mixture == number
        bounds = np.cumsum([probability for _, probability in mixture])
        index = np.minimum(np.searchsorted(bounds, drawn[mine], side="right"), len(mixture) - 1)
        types[mine] = np.array([kind for kind, _ in mixture], dtype=np.int32)[index]
    return types


def _stops_in_order(demand: Demand, order: NDArray[np.int64]) -> tuple[Ints, NDArray[np.int64]]:
    counts = np.diff(demand.stop_offsets)[order]
    offsets = np.concatenate([[0], np.cumsum(counts)]).astype(np.int32)
    starts = np.repeat(demand.stop_offsets[:-1][order] - offsets[:-1], counts)
    return offsets, starts + np.arange(int(offsets[-1]))
