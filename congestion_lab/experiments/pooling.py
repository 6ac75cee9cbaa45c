"""What the runs of a set say together: means over its seeds by link and by movement, and the plans that ran."""

import pandas as pd

from congestion_lab.core.tables import TableContract
from congestion_lab.experiments.runset import RunSet
from congestion_lab.metrics.links import link_speeds
from congestion_lab.metrics.service import movement_service
from congestion_lab.network.model import Network
from congestion_lab.signals.plan import PlanSet
from congestion_lab.signals.planfile import read_plan_file
from congestion_lab.simulation.tables import LINKS, MOVEMENTS
from congestion_lab.sumo.nets.netfile import read_plans


def plans_of(runs: RunSet) -> PlanSet:
    """Return the plans that ran.

    Raises:
        SignalPlanError: The plan file, or a programme of the scenario, cannot be read.
    """
    if runs.plan_file is not None:
        return read_plan_file(runs.plan_file).plans
    return read_plans(runs.net_file, runs.inputs.additional_files)


def pooled_links(runs: RunSet, network: Network) -> pd.DataFrame:
    """Return means per link over the finished runs: speeds weighted by time spent, delays by vehicles.

    Returns:
        By link id: vehicles, speed_kmh, delay_s, max_queue_m, spillback_share; empty where no run recorded links.
    """
    links = _tables(runs, LINKS)
    weighted = links.assign(
        driven=links["speed_mps"].fillna(0.0) * links["sampled_s"],
        vehicles_mean=links["vehicles"] * links["share"],
        queue=links["max_queue_m"] * links["share"],
        full=links["spillback_share"] * links["share"],
    )
    names = ["vehicles", "vehicles_mean", "sampled_s", "driven", "time_loss_s", "queue", "full"]
    sums = weighted.groupby("link_id")[names].sum(min_count=1).reset_index()
    measured = link_speeds(
        sums.assign(speed_mps=sums["driven"] / sums["sampled_s"].where(sums["sampled_s"] > 0)), network
    )
    columns = {
        "vehicles_mean": "vehicles",
        "delay_s_per_veh": "delay_s",
        "queue": "max_queue_m",
        "full": "spillback_share",
    }
    kept = measured.drop(columns=["vehicles"]).rename(columns=columns)
    return kept[["link_id", "vehicles", "speed_kmh", "delay_s", "max_queue_m", "spillback_share"]].set_index("link_id")


def pooled_movements(runs: RunSet, network: Network) -> pd.DataFrame:
    """Return means per movement over the finished runs.

    Returns:
        from_link, to_link, vehicles, delay_s, controller_id, turn, los; empty where no run recorded movements.
    """
    movements = _tables(runs, MOVEMENTS)
    total = movements["vehicles"] * movements["delay_s"].fillna(0.0)
    weighted = movements.assign(total=total, mean=movements["vehicles"] * movements["share"])
    sums = weighted.groupby(["from_link", "to_link"])[["vehicles", "total", "mean"]].sum().reset_index()
    delays = sums["total"] / sums["vehicles"].where(sums["vehicles"] > 0)
    pooled = sums.assign(delay_s=delays, vehicles=sums["mean"])[["from_link", "to_link", "vehicles", "delay_s"]]
    return movement_service(pooled, network)


def _tables(runs: RunSet, contract: TableContract) -> pd.DataFrame:
    frames = [result.table(contract) for result in runs.results if result.has(contract)]
    frame = pd.concat(frames, ignore_index=True) if frames else contract.empty()
    return frame.assign(share=1.0 / max(len(frames), 1))
