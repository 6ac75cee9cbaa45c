"""SUMO's outputs turned into the result tables that every engine fills."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from congestion_lab.core.errors import InputError
from congestion_lab.simulation.tables import EMISSIONS, TRIPS
from congestion_lab.sumo.files.records import Record, records

_GRAMS = 1e-3  # SUMO writes emissions in milligrams
_DECIMALS = 2  # of a second, as SUMO writes times
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


def _trip_rows(path: Path) -> Iterator[dict[str, str]]:
    for trip in _records(path, "tripinfo"):
        row = {f"tripinfo_{key}": value for key, value in trip.attributes.items()}
        for child in trip.children:
            row |= {f"{child.tag}_{key}": value for key, value in child.attributes.items()}
        yield row


def _records(path: Path, *tags: str) -> Iterator[Record]:
    return records(path, tags, roots=(), error=InputError)
