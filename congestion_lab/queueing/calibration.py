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

_CLEARLY = 0.95  # share of the misfit that a change must stay below: smaller gains are those of chance on a few runs

Observed = tuple[PlanSet, int, RunResult]


def fitted(model: "QueueModel", observed: Sequence[Observed]) -> Behaviour:
    """Return the behaviour under which the model's delays by movement come closest to observed ones.

    The misfit of a run is the share of the observed delay by which movements are off, plus that by which the sum of
    all is off: errors of movements may cancel out, but must not be hidden by a wrong total. Movements that the model's
    vehicles do not make count in the sum only. The median over the runs is made least: on some seeds networks jam in
    one engine and not in the other, and no driver explains that. The values are tried one parameter at a time, so the
    result is the same whoever asks.

    Args:
        model: The model; its behaviour is the start.
        observed: Plans, seeds and results of runs with movements.
    """
    runs = [(plans, seed, _by_movement(result.table(MOVEMENTS))) for plans, seed, result in observed]
    best, least = model.behaviour, _misfit(model, runs)
    for name, values in FITTED.items():
        for value in values:
            tried = best._replace(**{name: value})
            misfit = _misfit(model.with_behaviour(tried), runs)
            if misfit < _CLEARLY * least:
                best, least = tried, misfit
    return best


def misfit(model: "QueueModel", observed: Sequence[Observed]) -> float:
    """Return how far the model is from observed runs: the median misfit, which `fitted` makes least."""
    return _misfit(model, [(plans, seed, _by_movement(result.table(MOVEMENTS))) for plans, seed, result in observed])


def _misfit(model: "QueueModel", runs: Sequence[tuple[PlanSet, int, pd.DataFrame]]) -> float:
    misfits = [_difference(_by_movement(model.movements(plans, seed)), seen) for plans, seed, seen in runs]
    return float(np.median(misfits))


def _by_movement(movements: pd.DataFrame) -> pd.DataFrame:
    return movements.set_index(["from_link", "to_link"])


def _difference(mine: pd.DataFrame, seen: pd.DataFrame) -> float:
    both = seen.join(mine["delay_s"].rename("modelled_s"), how="inner")
    off_s = ((both["modelled_s"] - both["delay_s"]).abs() * both["vehicles"]).sum()
    lost_s = _lost_s(seen)
    return float((off_s + abs(_lost_s(mine) - lost_s)) / max(lost_s, 1.0))


def _lost_s(movements: pd.DataFrame) -> float:
    return float((movements["delay_s"] * movements["vehicles"]).sum())
