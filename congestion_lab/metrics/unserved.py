"""Demand that a network did not serve: who waited outside, where they were to enter, and where the others stood."""

import numpy as np
import pandas as pd
from numpy.typing import NDArray

Floats = NDArray[np.float64]


def waiting_outside(trips: pd.DataFrame, times_s: Floats) -> Floats:
    """Return how many vehicles of TRIPS wait to enter at each of some moments, shape (moments,)."""
    demanded = np.sort(trips["demanded_s"].to_numpy(dtype=np.float64))
    entered = np.sort(trips["departed_s"].dropna().to_numpy(dtype=np.float64))
    asked, came = (np.searchsorted(each, times_s, side="right") for each in (demanded, entered))
    return (asked - came).astype(np.float64)


def entries(trips: pd.DataFrame, links: pd.Series) -> pd.DataFrame:
    """Return where vehicles were to enter: never_entered and wait_s (of all of them) by link.

    Args:
        trips: TRIPS of the analysed vehicles.
        links: Entry link by vehicle id; vehicles that are not in it are left out.
    """
    table = trips.assign(link=trips["vehicle_id"].map(links), never_entered=trips["departed_s"].isna())
    known = table[table["link"].notna() & (table["link"] != "")]
    grouped = known.groupby("link")
    return pd.DataFrame(
        {
            "never_entered": grouped["never_entered"].sum().astype(float),
            "wait_s": grouped["depart_delay_s"].sum(),
            "vehicles": grouped.size().astype(float),
        }
    )


def standing_places(passages: pd.DataFrame, trips: pd.DataFrame) -> pd.Series:
    """Return how many of the analysed vehicles were on each link, or just past it, when the run ended, by link.

    Args:
        passages: PASSAGES of a run.
        trips: TRIPS of its analysed vehicles.
    """
    unfinished = trips.loc[trips["departed_s"].notna() & trips["arrived_s"].isna(), "vehicle_id"]
    last = passages[passages["vehicle_id"].isin(unfinished)].groupby("vehicle_id")["link_id"].last()
    return last.value_counts().astype(float)
