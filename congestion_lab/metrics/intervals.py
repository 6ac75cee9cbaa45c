"""Links over time: what an animation of a network shows, and the same by quarters of an hour."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from congestion_lab.simulation.tables import INTERVAL_S

QUARTER_S = 900.0
JAM_KMH = 10.0  # the pace of a queue: the slowest class of speeds on maps
_KMH = 3.6

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class LinkHistory:
    """Space-mean speeds of links at moments, each over the minutes before, pooled over runs.

    Attributes:
        link_ids: Links, in the order of the columns.
        times_s: Moments.
        speeds_kmh: Shape (moments, links); NaN where nobody was on the link.
        network_kmh: Speed over all links, one per moment.
    """

    link_ids: tuple[str, ...]
    times_s: Floats
    speeds_kmh: Floats
    network_kmh: Floats


@dataclass(frozen=True, slots=True)
class Quarter:
    """A network in a quarter of an hour, in the mean over runs.

    Attributes:
        begin_s: Its start.
        end_s: Its end.
        speed_kmh: Space-mean speed over all links; NaN if nobody drove.
        jammed_links: Links on which vehicles were slower than `JAM_KMH` in the mean.
        vehicles: Vehicles in the network at a time.
        standing: Of them, vehicles that stood.
    """

    begin_s: float
    end_s: float
    speed_kmh: float
    jammed_links: int
    vehicles: float
    standing: float


def link_history(tables: Sequence[pd.DataFrame], link_ids: Sequence[str], *, window_s: float) -> LinkHistory:
    """Return the speeds of links, a moment per interval, each over a window before it.

    A signal cycle is about as long as an interval: without a window, pictures would flicker with the signals.

    Args:
        tables: LINK_INTERVALS of runs over the same period, at least one row.
        link_ids: Links wanted, in order.
        window_s: Length of the window; at the start, what there is of it.
    """
    rows = _pooled(tables)
    times_s = rows.groupby("begin_s")["end_s"].max().to_numpy(dtype=np.float64)  # a gridlock cuts its last one short
    count = max(round(window_s / INTERVAL_S), 1)
    spent_s, driven_m = (_moving_sum(_matrix(rows, name, link_ids), count) for name in ("sampled_s", "driven_m"))
    network_kmh = _kmh(driven_m.sum(axis=1), spent_s.sum(axis=1))
    return LinkHistory(tuple(link_ids), times_s, _kmh(driven_m, spent_s), network_kmh)


def quarters(tables: Sequence[pd.DataFrame]) -> tuple[Quarter, ...]:
    """Return the network by quarters of an hour from the start of the period; the last may be shorter.

    Args:
        tables: LINK_INTERVALS of runs over the same period, at least one row.
    """
    rows = _pooled(tables)
    begin_s = float(rows["begin_s"].min())
    number = ((rows["begin_s"] - begin_s) // QUARTER_S).astype(int)
    return tuple(_quarter(part, len(tables)) for _, part in rows.groupby(number))


def _quarter(rows: pd.DataFrame, runs: int) -> Quarter:
    begin_s, end_s = float(rows["begin_s"].min()), float(rows["end_s"].max())
    links = rows.groupby("link_id")[["sampled_s", "driven_m", "waiting_s"]].sum()
    speeds = _kmh(links["driven_m"].to_numpy(), links["sampled_s"].to_numpy())
    total = links.sum()
    run_seconds = runs * max(end_s - begin_s, 1.0)
    return Quarter(
        begin_s,
        end_s,
        speed_kmh=total["driven_m"] / total["sampled_s"] * _KMH if total["sampled_s"] else math.nan,
        jammed_links=int((speeds < JAM_KMH).sum()),
        vehicles=float(total["sampled_s"]) / run_seconds,
        standing=float(total["waiting_s"]) / run_seconds,
    )


def _pooled(tables: Sequence[pd.DataFrame]) -> pd.DataFrame:
    rows = pd.concat(tables, ignore_index=True)
    names = ["sampled_s", "speed_mps", "waiting_s"]
    rows = rows.astype(dict.fromkeys(names, "float64"))
    return rows.assign(driven_m=(rows["speed_mps"] * rows["sampled_s"]).fillna(0.0))


def _matrix(rows: pd.DataFrame, name: str, link_ids: Sequence[str]) -> Floats:
    summed = rows.pivot_table(index="begin_s", columns="link_id", values=name, aggfunc="sum")
    found: Floats = summed.reindex(columns=list(link_ids)).fillna(0.0).to_numpy(dtype=np.float64)
    return found


def _moving_sum(values: Floats, count: int) -> Floats:
    return np.array([values[max(0, row + 1 - count) : row + 1].sum(axis=0) for row in range(len(values))])


def _kmh(driven_m: Floats, spent_s: Floats) -> Floats:
    speeds: Floats = np.divide(driven_m, spent_s, out=np.full(driven_m.shape, np.nan), where=spent_s > 0) * _KMH
    return speeds
