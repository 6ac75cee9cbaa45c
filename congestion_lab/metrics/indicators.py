"""The indicators that comparisons and reports show, in their order."""

from dataclasses import dataclass

from congestion_lab.metrics.summary import RunSummary


@dataclass(frozen=True, slots=True)
class Indicator:
    """One figure of a run summary.

    Attributes:
        id: Its field in RunSummary.
        unit: Unit as written after a number; "" for ratios and counts.
        lower_is_better: Direction of improvement; None where there is none.
        label: English name, the key under which translations are found.
        decimals: Digits after the point that mean something.
    """

    id: str
    unit: str
    lower_is_better: bool | None
    label: str
    decimals: int = 1

    def value(self, summary: RunSummary) -> float | None:
        """Return the figure, or None where the run did not record it."""
        found = getattr(summary, self.id)
        return None if found is None else float(found)


INDICATORS: tuple[Indicator, ...] = (
    Indicator("mean_delay_s", "s", lower_is_better=True, label="Mean delay per demanded vehicle"),
    Indicator("total_travel_time_h", "h", lower_is_better=True, label="Total travel time"),
    Indicator("mean_travel_time_s", "s", lower_is_better=True, label="Mean travel time"),
    Indicator("p95_travel_time_s", "s", lower_is_better=True, label="95th percentile travel time"),
    Indicator("mean_speed_kmh", "km/h", lower_is_better=False, label="Mean speed"),
    Indicator("stops_per_veh", "", lower_is_better=True, label="Stops per vehicle", decimals=2),
    Indicator("waiting_s_per_veh", "s", lower_is_better=True, label="Standing time per vehicle"),
    Indicator("demanded_veh", "", lower_is_better=None, label="Demanded vehicles", decimals=0),
    Indicator("completed_veh", "", lower_is_better=False, label="Completed vehicles", decimals=0),
    Indicator("unfinished_veh", "", lower_is_better=True, label="Vehicles still driving at the end", decimals=0),
    Indicator("never_inserted_veh", "", lower_is_better=True, label="Vehicles that could not enter", decimals=0),
    Indicator("travel_time_index", "", lower_is_better=True, label="Travel time index", decimals=2),
    Indicator("planning_time_index", "", lower_is_better=True, label="Planning time index", decimals=2),
    Indicator("buffer_index", "", lower_is_better=True, label="Buffer index", decimals=2),
    Indicator("max_queue_m", "m", lower_is_better=True, label="Longest queue", decimals=0),
    Indicator("spillback_links", "", lower_is_better=True, label="Links with spillback", decimals=0),
    Indicator("co2_kg", "kg", lower_is_better=True, label="Carbon dioxide, total"),
    Indicator("nox_kg", "kg", lower_is_better=True, label="Nitrogen oxides, total", decimals=3),
    Indicator("fuel_kg", "kg", lower_is_better=True, label="Fuel, total"),
    Indicator("co2_per_km_g", "g/km", lower_is_better=True, label="Carbon dioxide per kilometre"),
    Indicator("teleports", "", lower_is_better=True, label="Vehicles moved by force", decimals=0),
    Indicator("collisions", "", lower_is_better=True, label="Collisions", decimals=0),
)
TOTALS = frozenset({"co2_kg", "nox_kg", "fuel_kg"})
"""Indicators that sum over all who got in: a plan that lets more in makes them rise, whatever else it does."""
# the two sums above as one: what a decision is told
UNSERVED = Indicator("unserved_veh", "", lower_is_better=True, label="Unserved vehicles", decimals=0)
COMPARABLE: tuple[Indicator, ...] = tuple(each for each in (*INDICATORS, UNSERVED) if each.lower_is_better is not None)


def indicator(name: str) -> Indicator:
    """Return the indicator of an id.

    Raises:
        KeyError: There is none.
    """
    for one in (*INDICATORS, UNSERVED):
        if one.id == name:
            return one
    raise KeyError(name)


def comparable(text: str) -> Indicator:
    """Return the indicator that has a direction of good and this id, or whose id alone holds this text.

    Raises:
        KeyError: None does, or several do; the message names those in question.
    """
    found = [one for one in COMPARABLE if text == one.id] or [one for one in COMPARABLE if text and text in one.id]
    if len(found) == 1:
        return found[0]
    names = ", ".join(one.id for one in found or COMPARABLE)
    raise KeyError(f"{text!r} may be any of {names}" if found else f"{text!r} is none of {names}")
