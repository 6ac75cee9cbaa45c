"""Drivers fitted to runs of a slower engine: which headways and gaps explain the delays that it saw."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from congestion_lab.queueing.behaviour import Behaviour
from congestion_lab.signals.plan import PlanSet
from congestion_lab.simulation.result import RunResult
from congestion_lab.simulation.tables import MOVEMENTS

if TYPE_CHECKING:
    from congestion_lab.queueing.model import QueueModel

FITTED = {
    "headway_factor": (0.90, 0.95, 1.0, 1.05, 1.1, 1.15),
    "gap_factor": (0.7, 0.85, 1.0, 1.15, 1.3),
    "minor_mps": (4.5, 5.5, 6.4),
}
"""What is fitted, one after the other, and the values that are tried: a few per cent around what was measured."""

Observed = tuple[PlanSet, int, RunResult]


def fitted(model: "QueueModel", observed: Sequence[Observed]) -> Behaviour:
    """Return the behaviour under which the model's delays by movement come closest to observed ones.

    The misfit of a run is the sum over movements of |vehicles x delay, model - observed| over the observed sum. The
    values are tried one parameter at a time, so the result is the same whoever asks.

    Args:
        model: The model; its behaviour is the start.
        observed: Plans, seeds and results of runs with movements.
    """
    runs = [(plans, seed, _delays(result.table(MOVEMENTS))) for plans, seed, result in observed]
    best, least = model.behaviour, _misfit(model, runs)
    for name, values in FITTED.items():
        for value in values:
            tried = best._replace(**{name: value})
            misfit = _misfit(model.with_behaviour(tried), runs)
            if misfit < least:
                best, least = tried, misfit
    return best


def misfit(model: "QueueModel", observed: Sequence[Observed]) -> float:
    """Return how far the model is from observed runs: the mean of the misfits that `fitted` makes least."""
    return _misfit(model, [(plans, seed, _delays(result.table(MOVEMENTS))) for plans, seed, result in observed])


def _misfit(model: "QueueModel", runs: Sequence[tuple[PlanSet, int, "pd.Series[float]"]]) -> float:
    return float(np.mean([_difference(_delays(model.movements(plans, seed)), seen) for plans, seed, seen in runs]))


def _delays(movements: pd.DataFrame) -> "pd.Series[float]":
    """Return the vehicle-seconds lost on each movement."""
    total = movements["vehicles"] * movements["delay_s"]
    return total.set_axis(pd.MultiIndex.from_frame(movements[["from_link", "to_link"]]))


def _difference(mine: "pd.Series[float]", seen: "pd.Series[float]") -> float:
    return float(mine.sub(seen, fill_value=0.0).abs().sum() / max(float(seen.sum()), 1.0))
