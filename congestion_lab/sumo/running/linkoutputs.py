"""What SUMO measured on links, as result tables: over the analysed period and minute by minute."""

from pathlib import Path

import numpy as np
import pandas as pd

from congestion_lab.network.model import Network
from congestion_lab.simulation.tables import LINK_INTERVALS, LINKS

_VEHICLE_M = 7.5  # SUMO's default vehicle of 5 m with its gap of 2.5 m
_MEASURED = {
    "edge_sampledSeconds": "sampled_s",
    "edge_speed": "speed_mps",
    "edge_timeLoss": "time_loss_s",
    "edge_waitingTime": "waiting_s",
    "edge_entered": "entered",
    "edge_departed": "departed",
}
_TIMES = {"interval_begin": "begin_s", "interval_end": "end_s"}


def read_link_intervals(path: Path) -> pd.DataFrame:
    """Read SUMO's edge data: link_id, begin_s, end_s and the figures of `_MEASURED`, a row per link and interval."""
    frame = pd.read_parquet(path)
    names = {"edge_id": "link_id", **_TIMES, **_MEASURED}
    if "edge_id" not in frame:  # no interval began, or nobody drove
        return pd.DataFrame(
            {name: pd.Series(dtype="str" if name == "link_id" else "float64") for name in names.values()}
        )
    named = frame.reindex(columns=list(names)).rename(columns=names)
    figures = named.astype(dict.fromkeys([*_TIMES.values(), *_MEASURED.values()], "float64"))
    return figures.fillna({"entered": 0.0, "departed": 0.0})


def link_intervals_table(measured: pd.DataFrame, *, ended_s: float) -> pd.DataFrame:
    """Return LINK_INTERVALS from `read_link_intervals`, for a run that ended at `ended_s`."""
    came = measured["entered"] + measured["departed"]
    table = measured.assign(
        vehicles=came,
        speed_mps=measured["speed_mps"].where(measured["sampled_s"] > 0),
        end_s=measured["end_s"].clip(upper=ended_s),
    )
    return LINK_INTERVALS.conform(table[(measured["sampled_s"] > 0) | (came > 0)])


def links_table(
    measured: pd.DataFrame,
    queue_output: Path | None,
    network: Network,
    *,
    begin_s: float,
    end_s: float,
    sample_s: float,
) -> pd.DataFrame:
    """Return LINKS over [begin, end); links without vehicles are listed with zeros and NaN speed.

    Args:
        measured: From `read_link_intervals`, over that period.
        queue_output: SUMO's queue output, sampled every `sample_s`; None where the model has no queue positions.
        network: Gives every link and its length.
        begin_s: Start of the period.
        end_s: Its end, when the run really ended; a run that gridlocked before `begin_s` has measured nothing.
        sample_s: Time between two queue samples.
    """
    lengths = pd.Series({link.id: link.length_m for link in network.links.values()}, name="length_m", dtype="float64")
    period_s = max(end_s - begin_s, sample_s)
    counts = _summed(measured).reindex(lengths.index).fillna(0.0)
    table = pd.DataFrame(
        {
            "vehicles": counts["entered"] + counts["departed"],
            "entered": counts["entered"],
            "sampled_s": counts["sampled_s"],
            "speed_mps": counts["driven_m"] / counts["sampled_s"].where(counts["sampled_s"] > 0),
            "time_loss_s": counts["time_loss_s"],
            "waiting_s": counts["waiting_s"],
            "density_vpkm": counts["sampled_s"] / period_s / lengths * 1000,
        }
    )
    samples = _queue_samples(queue_output, begin_s, end_s) if queue_output else None
    queues = _queue_columns(samples, lengths, round(period_s / sample_s))
    return LINKS.conform(table.join(queues).rename_axis("link_id").reset_index())


def _summed(measured: pd.DataFrame) -> pd.DataFrame:
    driven = measured.assign(driven_m=(measured["speed_mps"] * measured["sampled_s"]).fillna(0.0))
    names = ["entered", "departed", "sampled_s", "driven_m", "time_loss_s", "waiting_s"]
    return driven.groupby("link_id")[names].sum()


def _queue_samples(path: Path, begin_s: float, end_s: float) -> pd.DataFrame:
    """Return queue lengths (link_id, time_s, queue_m), the longest of the link's lanes."""
    frame = pd.read_parquet(path)
    if "lane_id" not in frame:
        frame = pd.DataFrame({"lane_id": [], "data_timestep": [], "lane_queueing_length": []}, dtype="str")
    frame["time_s"] = pd.to_numeric(frame["data_timestep"])
    frame["queue_m"] = pd.to_numeric(frame["lane_queueing_length"])
    frame["link_id"] = frame["lane_id"].str.rsplit("_", n=1).str[0]
    inside = frame[frame["time_s"].between(begin_s, end_s, inclusive="left")]
    return inside.groupby(["link_id", "time_s"])[["queue_m"]].max().reset_index()


def _queue_columns(samples: pd.DataFrame | None, lengths: pd.Series, sample_count: int) -> pd.DataFrame:
    if samples is None:
        return pd.DataFrame(np.nan, lengths.index, ["mean_queue_m", "max_queue_m", "spillback_share"])
    full_m = (lengths - _VEHICLE_M).clip(lower=lengths / 2)  # no room for one more vehicle
    full = samples["queue_m"] >= samples["link_id"].map(full_m)
    queues = (
        samples.assign(full=full)
        .groupby("link_id")
        .agg(total=("queue_m", "sum"), max_queue_m=("queue_m", "max"), full=("full", "sum"))
    )
    queues = queues.reindex(lengths.index).fillna(0.0)
    return pd.DataFrame(
        {
            "mean_queue_m": queues["total"] / sample_count,
            "max_queue_m": queues["max_queue_m"],
            "spillback_share": queues["full"] / sample_count,
        }
    )
