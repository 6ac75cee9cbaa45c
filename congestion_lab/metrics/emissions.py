"""What a run emitted, in all, per vehicle and per kilometre."""

from dataclasses import dataclass

import pandas as pd

from congestion_lab.metrics.objective import analysed
from congestion_lab.simulation.result import RunResult
from congestion_lab.simulation.tables import EMISSIONS, TRIPS

SUBSTANCES = ("co2", "nox", "fuel")
_KG = 1e-3
_M_PER_KM = 1000.0


@dataclass(frozen=True, slots=True)
class Emitted:
    """What vehicles demanded in the analysed period emitted, or burnt, of one substance.

    Attributes:
        total_kg: All of it, up to the end of the run.
        per_vehicle_g: Per vehicle that entered.
        per_km_g: Per kilometre driven.
    """

    total_kg: float
    per_vehicle_g: float
    per_km_g: float


def emitted(result: RunResult) -> dict[str, Emitted]:
    """Return what a run emitted by substance (`SUBSTANCES`); empty where it recorded none or nobody drove.

    Raises:
        DemandError: No vehicle is demanded in the analysed period.
    """
    rows = emission_rows(result)
    driven_km = float(rows["distance_m"].sum()) / _M_PER_KM
    if not driven_km:
        return {}
    totals = {substance: float(rows[f"{substance}_g"].sum()) for substance in SUBSTANCES}
    return {name: Emitted(total * _KG, total / len(rows), total / driven_km) for name, total in totals.items()}


def emission_rows(result: RunResult) -> pd.DataFrame:
    """Return EMISSIONS with vehicle_class and distance_m of the vehicles that entered; empty where not recorded.

    Raises:
        DemandError: No vehicle is demanded in the analysed period.
    """
    table = result.table(EMISSIONS) if result.has(EMISSIONS) else EMISSIONS.empty()
    trips = analysed(result.table(TRIPS), result.analysis_begin_s)
    entered = trips[trips["departed_s"].notna()]
    return table.merge(entered[["vehicle_id", "vehicle_class", "distance_m"]], on="vehicle_id")
