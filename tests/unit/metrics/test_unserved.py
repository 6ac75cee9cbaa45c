import math
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from congestion_lab.metrics.emissions import emission_rows, emitted
from congestion_lab.metrics.unserved import entries, standing_places, waiting_outside
from congestion_lab.simulation.result import Provenance, RunResult, Status, write_table
from congestion_lab.simulation.tables import EMISSIONS, PASSAGES, TRIPS

NAN = math.nan


@pytest.fixture
def trips() -> pd.DataFrame:
    """One arrived, one inside, two outside; the first was early."""
    rows = [
        ("warm-up", "car", 0.0, 0.0, 10.0, 0.0, 0.0, 10.0, 0.0, 0.0, 1000.0),
        ("arrived", "car", 100.0, 130.0, 200.0, 30.0, 0.0, 70.0, 0.0, 0.0, 1500.0),
        ("inside", "bus", 110.0, 120.0, NAN, 10.0, 0.0, 480.0, 0.0, 0.0, 500.0),
        ("outside", "car", 300.0, NAN, NAN, 300.0, 0.0, 0.0, 0.0, 0.0, 0.0),
        ("outside.1", "car", 400.0, NAN, NAN, 200.0, 0.0, 0.0, 0.0, 0.0, 0.0),
    ]
    return TRIPS.conform(pd.DataFrame(rows, columns=TRIPS.names))


def test_who_waits_outside_is_asked_for_and_has_not_come(trips: pd.DataFrame) -> None:
    assert waiting_outside(trips, np.array([0.0, 105.0, 125.0, 299.0, 350.0, 600.0])).tolist() == [0, 1, 1, 0, 1, 2]


def test_entries_tell_who_never_came_in_and_how_long_all_waited(trips: pd.DataFrame) -> None:
    links = pd.Series({"arrived": "a", "inside": "a", "outside": "a", "outside.1": ""})
    table = entries(trips, links)
    assert table.loc["a"].to_dict() == {"never_entered": 1.0, "wait_s": 340.0, "vehicles": 3.0}
    assert list(table.index) == ["a"]


def test_who_did_not_arrive_stands_where_he_was_last(trips: pd.DataFrame) -> None:
    rows = [("arrived", "a", 130.0, 200.0), ("inside", "a", 120.0, 140.0), ("inside", "b", 140.0, NAN)]
    rows.append(("warm-up", "c", 0.0, NAN))
    passages = PASSAGES.conform(pd.DataFrame(rows, columns=PASSAGES.names))
    assert standing_places(passages, trips).to_dict() == {"b": 1.0}


def test_emissions_are_told_per_vehicle_that_entered_and_per_kilometre(trips: pd.DataFrame, tmp_path: Path) -> None:
    rows = [("warm-up", 9e9, 9.0, 9.0), ("arrived", 300.0, 2.0, 90.0), ("inside", 500.0, 4.0, 160.0)]
    rows.append(("outside", 0.0, 0.0, 0.0))
    write_table(tmp_path, TRIPS, trips)
    made = Provenance("fake", "1", "0", (), 0.1, 0.1)
    result = RunResult("d", "s", 1, Status.COMPLETED, 600, 600, 100.0, 0, 0, tmp_path, made)
    assert emitted(result) == {}
    assert emission_rows(result).empty
    write_table(tmp_path, EMISSIONS, pd.DataFrame(rows, columns=EMISSIONS.names))
    found = emitted(result)
    assert (found["co2"].total_kg, found["co2"].per_vehicle_g, found["co2"].per_km_g) == pytest.approx((0.8, 400, 400))
    assert found["nox"].per_km_g == pytest.approx(3)
    assert found["fuel"].per_vehicle_g == pytest.approx(125)
