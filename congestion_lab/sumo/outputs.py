"""SUMO's outputs turned into the result tables that every engine fills."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from congestion_lab.core.errors import InputError
from congestion_lab.network.model import Network
from congestion_lab.simulation.tables import EMISSIONS, LINKS, MOVEMENTS, TRIPS
from congestion_lab.sumo.records import Record, records

_GRAMS = 1e-3  # SUMO writes emissions in milligrams
_DECIMALS = 2  # of a second, as SUMO writes times
_VEHICLE_M = 7.5  # SUMO's default vehicle of 5 m with its gap of 2.5 m
_TRIP_COLUMNS = {
    "tripinfo_id": "vehicle_id",
    "tripinfo_vType": "vehicle_class",
    "tripinfo_depart": "departed_s",
    "tripinfo_arrival": "arrived_s",
    "tripinfo_departDelay": "depart_delay_s",
    "tripinfo_timeLoss": "time_loss_s",
    "tripinfo_duration": "duration_s",
    "tripinfo_waitingTime": "waiting_s",
    "tripinfo_waitingCount": "stops",
    "tripinfo_routeLength": "distance_m",
    "tripinfo_departPos": "depart_position_m",
    "emissions_CO2_abs": "co2_mg",
    "emissions_NOx_abs": "nox_mg",
    "emissions_fuel_abs": "fuel_mg",
}
_TEXT_COLUMNS = ("vehicle_id", "vehicle_class")


@dataclass(frozen=True, slots=True)
class Totals:
    """What SUMO counts over a whole run.

    Attributes:
        ended_s: Simulated time at which it ended.
        teleports: Vehicles moved by force.
        collisions: Collisions.
    """

    ended_s: float
    teleports: int
    collisions: int


def read_totals(path: Path) -> Totals:
    """Read SUMO's statistic output."""
    found = {record.tag: record.attributes for record in _records(path, "performance", "teleports", "safety")}
    return Totals(
        ended_s=float(found["performance"]["end"]),
        teleports=int(found["teleports"]["total"]),
        collisions=int(found["safety"]["collisions"]),
    )


def read_trips(path: Path) -> pd.DataFrame:
    """Read SUMO's tripinfo output, Parquet or XML, with our names, in seconds and metres, and NaN for never.

    Beside the columns of TRIPS but `demanded_s` it holds `depart_position_m` and, where recorded, emissions in mg.
    """
    raw = pd.read_parquet(path) if path.suffix == ".parquet" else pd.DataFrame(list(_trip_rows(path)))
    named = raw.rename(columns=_TRIP_COLUMNS)
    if "vehicle_id" not in named:
        return pd.DataFrame({name: pd.Series(dtype="float64") for name in _TRIP_COLUMNS.values()})
    for name in set(_TRIP_COLUMNS.values()) & set(named.columns) - set(_TEXT_COLUMNS):
        named[name] = pd.to_numeric(named[name])
    for name in ("departed_s", "arrived_s"):
        named[name] = named[name].where(named[name] >= 0)
    return named


def trips_table(read: pd.DataFrame, *, ended_s: float, horizon_s: float) -> pd.DataFrame:
    """Return TRIPS from what SUMO wrote at its end.

    A run that ended in gridlock before its horizon is counted on as it stood: every vehicle inside loses the remaining
    time standing, every vehicle outside waits it out.
    """
    table = read.copy()
    undeparted = table["departed_s"].isna()
    demanded_s = table["departed_s"].where(~undeparted, ended_s) - table["depart_delay_s"]
    table["demanded_s"] = demanded_s.round(_DECIMALS)  # who counts must not hang on how a difference of floats ends
    remaining_s = horizon_s - ended_s
    inside = ~undeparted & table["arrived_s"].isna()
    table.loc[inside, ["time_loss_s", "duration_s", "waiting_s"]] += remaining_s
    table.loc[undeparted, "depart_delay_s"] += remaining_s
    table.loc[undeparted, "distance_m"] = 0.0
    return TRIPS.conform(table)


def unloaded_trips(demanded: pd.DataFrame, *, horizon_s: float) -> pd.DataFrame:
    """Return TRIPS for vehicles (vehicle_id, vehicle_class, demanded_s) that a gridlock kept out until the horizon."""
    table = demanded.assign(depart_delay_s=horizon_s - demanded["demanded_s"], departed_s=np.nan, arrived_s=np.nan)
    never = dict.fromkeys(("time_loss_s", "duration_s", "waiting_s", "stops", "distance_m"), 0.0)
    return TRIPS.conform(table.assign(**never))


def emissions_table(read: pd.DataFrame) -> pd.DataFrame:
    """Return EMISSIONS from what SUMO wrote; vehicles that were still driving count what they emitted so far."""
    return EMISSIONS.conform(
        pd.DataFrame(
            {
                "vehicle_id": read["vehicle_id"],
                "co2_g": read["co2_mg"] * _GRAMS,
                "nox_g": read["nox_mg"] * _GRAMS,
                "fuel_g": read["fuel_mg"] * _GRAMS,
            }
        )
    )


def links_table(
    edge_data: Path, queue_output: Path | None, network: Network, *, begin_s: float, end_s: float, sample_s: float
) -> pd.DataFrame:
    """Return LINKS over [begin, end); links without vehicles are listed with zeros and NaN speed.

    Args:
        edge_data: SUMO's edge data over that period.
        queue_output: SUMO's queue output, sampled every `sample_s`; None where the model has no queue positions.
        network: Gives every link and its length.
        begin_s: Start of the period.
        end_s: Its end, when the run really ended; a run that gridlocked before `begin_s` has measured nothing.
        sample_s: Time between two queue samples.
    """
    lengths = pd.Series({link.id: link.length_m for link in network.links.values()}, name="length_m", dtype="float64")
    period_s = max(end_s - begin_s, sample_s)
    measured = _edge_data(edge_data).reindex(lengths.index)
    counts = measured.drop(columns="edge_speed").fillna(0.0)
    table = pd.DataFrame(
        {
            "vehicles": counts["edge_entered"] + counts["edge_departed"],
            "entered": counts["edge_entered"],
            "sampled_s": counts["edge_sampledSeconds"],
            "speed_mps": measured["edge_speed"],
            "time_loss_s": counts["edge_timeLoss"],
            "waiting_s": counts["edge_waitingTime"],
            "density_vpkm": counts["edge_sampledSeconds"] / period_s / lengths * 1000,
        }
    )
    samples = _queue_samples(queue_output, begin_s, end_s) if queue_output else None
    queues = _queue_columns(samples, lengths, round(period_s / sample_s))
    return LINKS.conform(table.join(queues).rename_axis("link_id").reset_index())


def movements_table(
    routes: Path, read: pd.DataFrame, network: Network, *, begin_s: float, end_s: float
) -> pd.DataFrame:
    """Return MOVEMENTS from SUMO's vehicle routes with exit times, over movements made in [begin, end).

    A vehicle that still queues at the end counts with its delay so far, so that a blocked movement does not look empty.
    """
    starts = read.set_index("vehicle_id")[["departed_s", "depart_delay_s", "depart_position_m"]]
    passages = pd.DataFrame(
        list(
            _passages(routes, {str(key): tuple(row) for key, row in zip(starts.index, starts.to_numpy(), strict=True)})
        ),
        columns=["from_link", "to_link", "entered_s", "left_s", "driven_m", "outside_s"],
    )
    free_mps = {link.id: link.speed_mps for link in network.links.values()}
    lengths = {link.id: link.length_m for link in network.links.values()}
    ended = passages["left_s"].fillna(end_s)
    free_s = (passages["from_link"].map(lengths) - passages["driven_m"]) / passages["from_link"].map(free_mps)
    passages["delay_s"] = ended - passages["entered_s"] - free_s + passages["outside_s"]
    counted = (ended >= begin_s) & (passages["left_s"].notna() | (passages["delay_s"] > 0)) & (ended <= end_s)
    grouped = passages[counted].groupby(["from_link", "to_link"], as_index=False)["delay_s"]
    return MOVEMENTS.conform(grouped.agg(["size", "mean"]).rename(columns={"size": "vehicles", "mean": "delay_s"}))


Passage = tuple[str, str, float, float, float, float]


def _passages(routes: Path, starts: Mapping[str, tuple[float, float, float]]) -> Iterator[Passage]:
    for vehicle in _records(routes, "vehicle"):
        start = starts.get(vehicle.get("id"))
        if start is not None:
            route = next(child for child in vehicle.children if child.tag == "route")
            exits = [float(text) for text in route.get("exitTimes").split()]
            yield from _vehicle_passages(route.get("edges").split(), exits, *start)


def _vehicle_passages(
    links: list[str], exits: list[float], departed_s: float, outside_s: float, driven_m: float
) -> Iterator[Passage]:
    """Yield a vehicle's movements: where it left a link, or would have; the time in a junction belongs to none."""
    entered_s = departed_s
    for index, (link, left_s) in enumerate(zip(links, exits, strict=True)):
        if not link.startswith(":"):
            target = next((name for name in links[index + 1 :] if not name.startswith(":")), None)
            if target is not None:
                yield link, target, entered_s, left_s if left_s >= 0 else np.nan, driven_m, outside_s
            driven_m = outside_s = 0.0
        if left_s < 0:
            return
        entered_s = left_s


def _edge_data(path: Path) -> pd.DataFrame:
    columns = (
        "edge_sampledSeconds",
        "edge_speed",
        "edge_timeLoss",
        "edge_waitingTime",
        "edge_entered",
        "edge_departed",
    )
    frame = pd.read_parquet(path)
    if "edge_id" not in frame:  # no interval began, or nobody drove
        frame = pd.DataFrame({"edge_id": []})
    return frame.set_index("edge_id").reindex(columns=list(columns)).astype("float64")


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


def _trip_rows(path: Path) -> Iterator[dict[str, str]]:
    for trip in _records(path, "tripinfo"):
        row = {f"tripinfo_{key}": value for key, value in trip.attributes.items()}
        for child in trip.children:
            row |= {f"{child.tag}_{key}": value for key, value in child.attributes.items()}
        yield row


def _records(path: Path, *tags: str) -> Iterator[Record]:
    return records(path, tags, roots=(), error=InputError)
