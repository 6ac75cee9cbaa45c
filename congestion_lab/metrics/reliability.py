"""How far a traveller can rely on travel times (FHWA, Travel Time Reliability, 2006).

FHWA takes its indices over many days of one route. Here they are taken over the vehicles of a run, each against its
own free-flow time, so that long and short trips count alike. Vehicles that had not arrived have no travel time yet:
they are left out here and shown as unfinished elsewhere.
"""

import math
from dataclasses import dataclass

import pandas as pd

from congestion_lab.metrics.objective import delay_s


@dataclass(frozen=True, slots=True)
class Reliability:
    """Indices of arrived vehicles; NaN when none arrived.

    Attributes:
        travel_time_index: Mean of travel time over free-flow time.
        planning_time_index: 95th percentile of travel time over free-flow time.
        buffer_index: Share of the mean that a traveller adds to be on time in 95 of 100 trips.
    """

    travel_time_index: float
    planning_time_index: float
    buffer_index: float


def travel_time_s(trips: pd.DataFrame) -> pd.Series:
    """Return each vehicle's time from when it wanted to depart to its arrival, or to the horizon."""
    return trips["duration_s"] + trips["depart_delay_s"]


def travel_time_ratios(trips: pd.DataFrame) -> pd.Series:
    """Return travel time over free-flow time of the trips that arrived, in the rows of their table."""
    arrived = trips[trips["arrived_s"].notna()]
    total_s = travel_time_s(arrived)
    free_flow_s = total_s - delay_s(arrived)
    return (total_s / free_flow_s)[free_flow_s > 0]


def reliability(trips: pd.DataFrame) -> Reliability:
    """Return the reliability of the trips that arrived."""
    ratio = travel_time_ratios(trips)
    if ratio.empty:
        return Reliability(math.nan, math.nan, math.nan)
    mean, high = float(ratio.mean()), float(ratio.quantile(0.95))
    return Reliability(travel_time_index=mean, planning_time_index=high, buffer_index=(high - mean) / mean)
