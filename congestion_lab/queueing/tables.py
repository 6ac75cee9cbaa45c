"""What a run of the fast engine left, as the result tables that every engine fills."""

import numpy as np
import pandas as pd

from congestion_lab.queueing.layout import Records
from congestion_lab.queueing.model import QueueModel, Run
from congestion_lab.simulation.tables import LINKS, TRIPS
from congestion_lab.simulation.traffic import Flags, Floats

_STANDS_S = 1.5  # who is later than this at the stop line has stood; `kernel` counts stops so


def trips_table(model: QueueModel, run: Run) -> pd.DataFrame:
    """Return TRIPS: everybody who was to depart before the horizon."""
    fleet, demand = run.fleet, model.traffic.demand
    state, losses = run.work.vehicles[: len(fleet.vehicles)], model.losses(run)
    departed_s, arrived_s = state["departed_s"], state["arrived_s"]
    left_s = np.where(np.isnan(arrived_s), model.inputs.horizon_s, arrived_s)
    table = pd.DataFrame(
        {
            "vehicle_id": np.array(demand.vehicle_ids, dtype=object)[fleet.number],
            "vehicle_class": np.array([one.id for one in demand.types], dtype=object)[fleet.kind],
            "demanded_s": fleet.vehicles["depart_s"],
            "departed_s": departed_s,
            "arrived_s": arrived_s,
            "depart_delay_s": losses.outside_s,
            "time_loss_s": losses.inside_s,
            "duration_s": np.where(np.isnan(departed_s), 0.0, left_s - departed_s),
            "waiting_s": state["waiting_s"],
            "stops": state["stops"],
            "distance_m": state["distance_m"],
        }
    )
    return TRIPS.conform(table)


def links_table(model: QueueModel, run: Run) -> pd.DataFrame:
    """Return LINKS over the analysed period, of a run that was probed; links without vehicles are listed with zeros.

    A vehicle drives onto a link freely and loses its time at the end of it, where the queue is.
    """
    begin_s, end_s = model.inputs.analysis_begin_s, max(run.ended_s, model.inputs.analysis_begin_s)
    links = model.traffic.roads.link_ids
    passages = run.work.passages[: int(run.work.total["noted"][0])]
    of_link = model.bed.lanes["link"][passages["lane"]]

    def summed(values: Floats | Flags) -> Floats:
        return np.bincount(of_link, weights=values, minlength=len(links)).astype(np.float64)

    came = (passages["entered_s"] >= begin_s) & (passages["entered_s"] < end_s)
    spent = _Spent(passages, begin_s, end_s)
    sampled_s, driven_m = summed(spent.all_s), summed(spent.driven_m)
    probes = max(int(run.work.total["probes"][0]), 1)
    table = pd.DataFrame(
        {
            "link_id": np.array(links, dtype=object),
            "vehicles": summed(came),
            "entered": summed(came & ~passages["departs"]),
            "sampled_s": sampled_s,
            "speed_mps": np.divide(driven_m, sampled_s, out=np.full(len(links), np.nan), where=sampled_s > 0),
            "time_loss_s": summed(spent.lost_s),
            "waiting_s": summed(spent.stood_s),
            "density_vpkm": sampled_s / max(end_s - begin_s, 1.0) / _lengths_m(model) * 1000,
            "mean_queue_m": run.work.links["queue_m"] / probes,
            "max_queue_m": run.work.links["longest_m"],
            "spillback_share": run.work.links["full"] / probes,
        }
    )
    return LINKS.conform(table)


class _Spent:
    """How the time of each passage within a period was spent.

    Attributes:
        all_s: All of it.
        lost_s: Beyond driving freely.
        stood_s: At the stop line, or queued before it.
        driven_m: Distance covered meanwhile.
    """

    def __init__(self, passages: Records, begin_s: float, end_s: float) -> None:
        entered_s = passages["entered_s"]
        left_s = np.fmax(np.nan_to_num(passages["left_s"], nan=end_s), entered_s)
        slowed_s = np.minimum(entered_s + passages["free_s"], left_s)
        ready_s = np.where(left_s - passages["ready_s"] > _STANDS_S, passages["ready_s"], left_s)

        def within(from_s: Floats, to_s: Floats) -> Floats:
            return np.maximum(np.clip(to_s, begin_s, end_s) - np.clip(from_s, begin_s, end_s), 0.0)

        self.all_s = within(entered_s, left_s)
        self.lost_s = within(slowed_s, left_s)
        self.stood_s = within(ready_s, left_s)
        free_mps = passages["length_m"] / np.maximum(passages["free_s"], 1e-9)
        self.driven_m = within(entered_s, slowed_s) * free_mps


def _lengths_m(model: QueueModel) -> Floats:
    """Return the length of each link: that of its rightmost lane; all are equally long in practice."""
    roads = model.traffic.roads
    return roads.lane_length_m[roads.lane_offsets[:-1]]
