"""Level of service by control delay, per movement and per intersection (HCM, 6th edition, exhibits 19-8 and 20-2).

HCM also calls a movement F when its volume exceeds its capacity, whatever its delay. A simulation measures no capacity:
the delay of vehicles that still queue at the end, and the wait outside of those that entered, is counted instead.
Vehicles that never entered belong to no movement; a run's figures count them as never inserted.
"""

import bisect
import math

import pandas as pd

from congestion_lab.network.model import Network

LEVELS = ("A", "B", "C", "D", "E", "F")
SIGNALISED_UP_TO_S = (10.0, 20.0, 35.0, 55.0, 80.0)
UNSIGNALISED_UP_TO_S = (10.0, 15.0, 25.0, 35.0, 50.0)


def level_of_service(delay_s: float, *, signalised: bool = True) -> str:
    """Return A to F for a mean control delay per vehicle, or "" when there is none."""
    if math.isnan(delay_s):
        return ""
    bounds = SIGNALISED_UP_TO_S if signalised else UNSIGNALISED_UP_TO_S
    return LEVELS[bisect.bisect_left(bounds, delay_s)]


def movement_service(movements: pd.DataFrame, network: Network) -> pd.DataFrame:
    """Return the movements with controller_id ("" where no signal stands), turn, delay and level of service.

    Mean delays a little below zero, from drivers who go faster than the limit, are shown as zero.
    """
    pairs = list(zip(movements["from_link"], movements["to_link"], strict=True))
    paths = [network.movements.get(pair, ()) for pair in pairs]
    controllers = [next((path.controller_id for path in some if path.controller_id), "") for some in paths]
    delays = movements["delay_s"].clip(lower=0.0)
    levels = [level_of_service(delay, signalised=bool(one)) for delay, one in zip(delays, controllers, strict=True)]
    return movements.assign(
        controller_id=controllers,
        turn=[some[0].turn.value if some else "" for some in paths],
        delay_s=delays,
        los=levels,
    )


def approach_service(served: pd.DataFrame) -> pd.DataFrame:
    """Return vehicles, mean delay per vehicle and level of service of every inbound link, by its id.

    Args:
        served: From `movement_service`.
    """
    weighted = served.assign(total_s=served["vehicles"] * served["delay_s"], signalised=served["controller_id"] != "")
    sums = weighted.groupby("from_link").agg({"vehicles": "sum", "total_s": "sum", "signalised": "any"})
    delays = sums["total_s"] / sums["vehicles"].where(sums["vehicles"] > 0)
    levels = [
        level_of_service(delay, signalised=bool(on)) for delay, on in zip(delays, sums["signalised"], strict=True)
    ]
    return pd.DataFrame({"vehicles": sums["vehicles"], "delay_s": delays, "los": levels}, index=sums.index)


def intersection_service(movements: pd.DataFrame, network: Network) -> pd.DataFrame:
    """Return vehicles, mean delay per vehicle and level of service of every signal-controlled intersection.

    Columns: controller_id, vehicles, delay_s, los; one row per controller, NaN delay and "" without vehicles.
    """
    served = movement_service(movements, network)
    weighted = served.assign(total_s=served["vehicles"] * served["delay_s"])
    sums = weighted.groupby("controller_id")[["vehicles", "total_s"]].sum().reindex(list(network.controllers))
    vehicles = sums["vehicles"].fillna(0.0)
    delays = sums["total_s"] / vehicles.where(vehicles > 0)
    table = pd.DataFrame({"vehicles": vehicles, "delay_s": delays, "los": [level_of_service(one) for one in delays]})
    return table.rename_axis("controller_id").reset_index()
