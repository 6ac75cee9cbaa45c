"""Where queues are long, and where they fill a link and block the junction behind it."""

import pandas as pd


def longest_queues(links: pd.DataFrame, count: int = 10) -> pd.DataFrame:
    """Return the links with the longest mean queues, longest first; links without a queue are left out."""
    queued = links[links["mean_queue_m"] > 0]
    return queued.sort_values(["mean_queue_m", "link_id"], ascending=[False, True]).head(count).reset_index(drop=True)


def spillbacks(links: pd.DataFrame, at_least: float = 0.0) -> pd.DataFrame:
    """Return the links that were full for more than a share of the period, fullest first."""
    full = links[links["spillback_share"] > at_least]
    return full.sort_values(["spillback_share", "link_id"], ascending=[False, True]).reset_index(drop=True)
