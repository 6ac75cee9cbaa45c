"""Speeds on links: of each for maps, of many together."""

import math
from collections.abc import Collection

import pandas as pd

from congestion_lab.network.model import Network

_KMH = 3.6


def link_speeds(links: pd.DataFrame, network: Network) -> pd.DataFrame:
    """Return LINKS with speed_kmh, limit_kmh, speed_ratio (to the limit) and delay_s_per_veh.

    Links without vehicles have NaN there.
    """
    limits = links["link_id"].map({link.id: link.speed_mps for link in network.links.values()})
    vehicles = links["vehicles"].where(links["vehicles"] > 0)
    return links.assign(
        speed_kmh=links["speed_mps"] * _KMH,
        limit_kmh=limits * _KMH,
        speed_ratio=links["speed_mps"] / limits,
        delay_s_per_veh=links["time_loss_s"] / vehicles,
    )


def space_mean_kmh(links: pd.DataFrame, among: Collection[str]) -> float:
    """Return the space-mean speed on some links together: distance driven over time spent; NaN if nobody was there.

    Args:
        links: LINKS of a run.
        among: Ids of the links.
    """
    rows = links[links["link_id"].isin(among)]
    spent_s = float(rows["sampled_s"].sum())
    return float((rows["speed_mps"] * rows["sampled_s"]).sum()) / spent_s * _KMH if spent_s else math.nan
