"""One run in figures, each with its unit in its name."""

import math
from dataclasses import dataclass

import pandas as pd

from congestion_lab.metrics.emissions import emitted
from congestion_lab.metrics.objective import analysed, delay_s
from congestion_lab.metrics.reliability import reliability, travel_time_s
from congestion_lab.simulation.result import RunResult
from congestion_lab.simulation.tables import LINKS, TRIPS

_HOUR_S = 3600
_KMH = 3.6


@dataclass(frozen=True, slots=True)
class RunSummary:
    """The figures of one run over the vehicles demanded in the analysed period.

    Attributes:
        mean_delay_s: Time lost and time waited outside per demanded vehicle: the objective.
        demanded_veh: Vehicles the demand asks for.
        completed_veh: Vehicles that arrived.
        unfinished_veh: Vehicles still driving at the horizon.
        never_inserted_veh: Vehicles still outside at the horizon.
        total_travel_time_h: Time of all demanded vehicles from wanted departure to arrival or horizon.
        mean_travel_time_s: The same per vehicle.
        p95_travel_time_s: Its 95th percentile.
        travel_time_index: Mean ratio of travel time to free-flow time, arrived vehicles.
        planning_time_index: 95th percentile of that ratio.
        buffer_index: How far that percentile lies above the mean, as a share of the mean.
        mean_speed_kmh: Distance driven over time driven, all vehicles that entered; NaN if none did.
        stops_per_veh: Stops per demanded vehicle.
        waiting_s_per_veh: Time standing in the network per demanded vehicle.
        teleports: Vehicles that the engine moved by force, warm-up included.
        collisions: Collisions, warm-up included.
        co2_kg: Carbon dioxide emitted, or None where not recorded.
        nox_kg: Nitrogen oxides emitted, or None.
        fuel_kg: Fuel burnt, or None.
        co2_per_km_g: Carbon dioxide per kilometre driven, or None.
        max_queue_m: Longest queue on any link, or None where not recorded.
        spillback_links: Links that were full for part of the period, or None.
    """

    mean_delay_s: float
    demanded_veh: int
    completed_veh: int
    unfinished_veh: int
    never_inserted_veh: int
    total_travel_time_h: float
    mean_travel_time_s: float
    p95_travel_time_s: float
    travel_time_index: float
    planning_time_index: float
    buffer_index: float
    mean_speed_kmh: float
    stops_per_veh: float
    waiting_s_per_veh: float
    teleports: int
    collisions: int
    co2_kg: float | None = None
    nox_kg: float | None = None
    fuel_kg: float | None = None
    co2_per_km_g: float | None = None
    max_queue_m: float | None = None
    spillback_links: int | None = None

    @property
    def unserved_veh(self) -> int:
        """Vehicles that had not arrived by the horizon, whether they got in or not."""
        return self.unfinished_veh + self.never_inserted_veh


def run_summary(result: RunResult) -> RunSummary:
    """Return the figures of a run.

    Raises:
        DemandError: No vehicle is demanded in the analysed period.
    """
    trips = analysed(result.table(TRIPS), result.analysis_begin_s)
    completed, departed = trips["arrived_s"].notna(), trips["departed_s"].notna()
    total_s, relied = travel_time_s(trips), reliability(trips)
    queues, emissions = _queued_links(result), emitted(result)
    emitted_kg = {substance: each.total_kg for substance, each in emissions.items()}
    return RunSummary(
        mean_delay_s=float(delay_s(trips).mean()),
        demanded_veh=len(trips),
        completed_veh=int(completed.sum()),
        unfinished_veh=int((departed & ~completed).sum()),
        never_inserted_veh=int((~departed).sum()),
        total_travel_time_h=float(total_s.sum()) / _HOUR_S,
        mean_travel_time_s=float(total_s.mean()),
        p95_travel_time_s=float(total_s.quantile(0.95)),
        travel_time_index=relied.travel_time_index,
        planning_time_index=relied.planning_time_index,
        buffer_index=relied.buffer_index,
        mean_speed_kmh=mean_speed_kmh(trips),
        stops_per_veh=float(trips["stops"].mean()),
        waiting_s_per_veh=float(trips["waiting_s"].mean()),
        teleports=result.teleports,
        collisions=result.collisions,
        co2_kg=emitted_kg.get("co2"),
        nox_kg=emitted_kg.get("nox"),
        fuel_kg=emitted_kg.get("fuel"),
        co2_per_km_g=emissions["co2"].per_km_g if emissions else None,
        max_queue_m=None if queues is None else float(queues["max_queue_m"].max()),
        spillback_links=None if queues is None else int((queues["spillback_share"] > 0).sum()),
    )


def mean_speed_kmh(trips: pd.DataFrame) -> float:
    """Return the distance driven over the time spent in the network; NaN if nobody entered."""
    driven_s = float(trips["duration_s"].sum())
    return float(trips["distance_m"].sum()) / driven_s * _KMH if driven_s else math.nan


def _queued_links(result: RunResult) -> pd.DataFrame | None:
    """Return LINKS where queues were measured, else None."""
    links = result.table(LINKS) if result.has(LINKS) else LINKS.empty()
    return None if links["max_queue_m"].isna().all() else links
