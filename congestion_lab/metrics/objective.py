"""The objective: mean delay per demanded vehicle, which no plan can lower by keeping vehicles out."""

import pandas as pd

from congestion_lab.core.errors import DemandError, Fault


def analysed(trips: pd.DataFrame, analysis_begin_s: float) -> pd.DataFrame:
    """Return the vehicles that the demand asks for from the start of the analysis on.

    Raises:
        DemandError: There is none.
    """
    counted = trips[trips["demanded_s"] >= analysis_begin_s]
    if counted.empty:
        rule = f"no vehicle is demanded from {analysis_begin_s:g} s on"
        raise DemandError(Fault(rule, "check the period, the warm-up, the departure times and the scale of the demand"))
    return counted


def delay_s(trips: pd.DataFrame) -> pd.Series:
    """Return each vehicle's delay: time lost in the network and time waited outside it, up to the horizon."""
    return trips["time_loss_s"] + trips["depart_delay_s"]


def mean_delay_s(trips: pd.DataFrame, analysis_begin_s: float) -> float:
    """Return the mean delay of the demanded vehicles, whether they arrived, still drive or never entered.

    Args:
        trips: TRIPS of a run.
        analysis_begin_s: Vehicles demanded earlier are warm-up and do not count.

    Raises:
        DemandError: No vehicle is demanded from then on.
    """
    return float(delay_s(analysed(trips, analysis_begin_s)).mean())
