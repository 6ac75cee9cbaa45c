"""Drivers' headways that let a scenario's queues discharge as they were seen to."""

import dataclasses
from collections.abc import Iterator, Sequence

import numpy as np

from congestion_lab.core.errors import DemandError, Fault
from congestion_lab.demand.estimation.cells import Floats
from congestion_lab.demand.estimation.discharge import SaturationHeadway
from congestion_lab.queueing.model import QueueModel
from congestion_lab.simulation.traffic import Demand, Traffic

_STANDING_S, _SIGMA_S, _SIGMA_M = 0.1, 0.2, 3.0  # of the headway in `fleet.fleet`: h = f(tau + 0.1 + 0.2 sigma) + (…)/v


def with_headways(model: QueueModel, observed: Sequence[SaturationHeadway]) -> tuple[QueueModel, float]:
    """Return the model with time gaps of all types scaled by one factor, and the factor.

    The factor makes the fleet's mean saturation headway (see `fleet.fleet`), on the mean over the approaches weighted
    by their greens, that which was observed.

    Raises:
        DemandError: An approach is no link of the network, or the time gaps would fall below a step of the simulation.
    """
    traffic, demand = model.traffic, model.traffic.demand
    if faults := [*_unknown(traffic, observed)]:
        raise DemandError(*faults)
    weights = np.array([one.greens for one in observed], dtype=np.float64)
    wanted = np.array([one.headway_s for one in observed])
    driven = np.array([_space_m(demand) / _speed_mps(traffic, one.link) for one in observed])
    kept_s = float(weights @ (wanted - driven) / weights.sum()) / model.behaviour.headway_factor
    shares = _shares(demand)
    standing_s = float(shares @ (_STANDING_S + _SIGMA_S * _of_types(demand, "imperfection")))
    factor = (kept_s - standing_s) / float(shares @ _of_types(demand, "headway_s"))
    shortest = factor * float(_of_types(demand, "headway_s")[shares > 0].min())
    if shortest < model.inputs.step_s:
        rule = f"the headways observed ask for a time gap of {shortest:.2f} s, less than a step of the simulation"
        hint = "check that the greens were used to their end by so many lanes; else set a shorter `simulation.step_s`"
        raise DemandError(Fault(rule, hint, key="--discharge"))
    types = tuple(dataclasses.replace(one, headway_s=factor * one.headway_s) for one in demand.types)
    made: Traffic = dataclasses.replace(traffic, demand=dataclasses.replace(demand, types=types))
    return QueueModel(made, model.inputs, model.behaviour), factor


def _unknown(traffic: Traffic, observed: Sequence[SaturationHeadway]) -> Iterator[Fault]:
    for one in observed:
        if one.link not in traffic.roads.link_ids:
            yield Fault(f"the scenario has no link {one.link!r}", "correct the table of greens", key="link_id")


def _space_m(demand: Demand) -> float:
    """Return what the fleet's mean vehicle drives until the one behind it crosses the stop line."""
    lengths_m = _of_types(demand, "length_m") + _of_types(demand, "gap_m")
    return float(_shares(demand) @ (lengths_m + _SIGMA_M * _of_types(demand, "imperfection")))


def _speed_mps(traffic: Traffic, link: str) -> float:
    index = traffic.roads.link_ids.index(link)
    return float(traffic.roads.lane_speed_mps[traffic.roads.lane_offsets[index]])


def _of_types(demand: Demand, name: str) -> Floats:
    return np.array([getattr(one, name) for one in demand.types], dtype=np.float64)


def _shares(demand: Demand) -> Floats:
    """Return the share of each type in all vehicles."""
    numbers = np.bincount(demand.mixture, minlength=len(demand.mixtures))
    shares = np.zeros(len(demand.types))
    for number, mixture in zip(numbers.tolist(), demand.mixtures, strict=True):
        for kind, probability in mixture:
            shares[kind] += number * probability
    return np.asarray(shares / max(shares.sum(), 1.0), dtype=np.float64)
