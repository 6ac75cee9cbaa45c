"""What a run of the fast engine left, as the result tables that every engine fills."""

import numpy as np
import pandas as pd

from congestion_lab.queueing.layout import Records
from congestion_lab.queueing.model import QueueModel, Run
from congestion_lab.queueing.spending import Spent, left
from congestion_lab.simulation.tables import INTERVAL_S, LINK_INTERVALS, LINKS, PASSAGES, TRIPS
from congestion_lab.simulation.traffic import Flags, Floats, Ints

_TENTHS = 1  # decimals of a second that passages keep: half the room on disk


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
    """Return LINKS over the analysed period, of a run that was probed; links without vehicles are listed with zeros."""
    begin_s, end_s = model.inputs.analysis_begin_s, max(run.ended_s, model.inputs.analysis_begin_s)
    links = model.traffic.roads.link_ids
    passages = noted(run)
    of_link = model.bed.lanes["link"][passages["lane"]]

    def summed(values: Floats | Flags) -> Floats:
        return np.bincount(of_link, weights=values, minlength=len(links)).astype(np.float64)

    came = (passages["entered_s"] >= begin_s) & (passages["entered_s"] < end_s)
    spent = Spent(passages, begin_s, end_s, ended_s=end_s)
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


def link_intervals_table(model: QueueModel, run: Run) -> pd.DataFrame:
    """Return LINK_INTERVALS of a run that was probed."""
    begin_s, ended_s = model.inputs.analysis_begin_s, run.ended_s
    passages, place = _cut(noted(run), begin_s, ended_s)
    from_s = (begin_s + place * INTERVAL_S).astype(np.float64)
    to_s = np.minimum(from_s + INTERVAL_S, ended_s)
    spent = Spent(passages, from_s, to_s, ended_s=ended_s)
    rows = pd.DataFrame(
        {
            "link": model.bed.lanes["link"][passages["lane"]],
            "begin_s": from_s,
            "end_s": to_s,
            "vehicles": (passages["entered_s"] >= from_s) & (passages["entered_s"] < to_s),
            "sampled_s": spent.all_s,
            "driven_m": spent.driven_m,
            "time_loss_s": spent.lost_s,
            "waiting_s": spent.stood_s,
        }
    )
    table = rows.groupby(["begin_s", "end_s", "link"], as_index=False).sum()
    table["link_id"] = np.array(model.traffic.roads.link_ids, dtype=object)[table["link"]]
    table["speed_mps"] = table["driven_m"] / table["sampled_s"].where(table["sampled_s"] > 0)
    return LINK_INTERVALS.conform(table)


def passages_table(model: QueueModel, run: Run) -> pd.DataFrame:
    """Return PASSAGES of a run that was probed."""
    passages = noted(run)
    passages = passages[~(passages["left_s"] < model.inputs.analysis_begin_s)]
    passages = passages[np.lexsort((passages["entered_s"], passages["vehicle"]))]
    vehicles = np.array(model.traffic.demand.vehicle_ids, dtype=object)
    links = np.array(model.traffic.roads.link_ids, dtype=object)
    table = pd.DataFrame(
        {
            "vehicle_id": vehicles[run.fleet.number[passages["vehicle"]]],
            "link_id": links[model.bed.lanes["link"][passages["lane"]]],
            "entered_s": passages["entered_s"].round(_TENTHS),
            "left_s": passages["left_s"].round(_TENTHS),
        }
    )
    return PASSAGES.conform(table)


def noted(run: Run) -> Records:
    """Return the passages of a run that was probed, in the order in which they ended."""
    return run.work.passages[: int(run.work.total["noted"][0])]


def _cut(passages: Records, begin_s: float, ended_s: float) -> tuple[Records, Ints]:
    """Return passages once for each interval that they touch, with its number."""
    left_s = left(passages, ended_s)
    inside = passages[(left_s >= begin_s) & (passages["entered_s"] < ended_s)]
    first = np.floor((np.maximum(inside["entered_s"], begin_s) - begin_s) / INTERVAL_S).astype(np.int64)
    last_s = np.minimum(left(inside, ended_s), np.nextafter(ended_s, begin_s))
    count = np.floor((last_s - begin_s) / INTERVAL_S).astype(np.int64) - first + 1
    started = np.repeat(np.cumsum(count) - count, count)
    return np.repeat(inside, count), np.repeat(first, count) + np.arange(count.sum()) - started


def _lengths_m(model: QueueModel) -> Floats:
    """Return the length of each link: that of its rightmost lane; all are equally long in practice."""
    roads = model.traffic.roads
    return roads.lane_length_m[roads.lane_offsets[:-1]]
