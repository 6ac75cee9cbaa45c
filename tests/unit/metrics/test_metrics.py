import math
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from congestion_lab.core.errors import DemandError
from congestion_lab.core.geometry import Turn
from congestion_lab.metrics.indicators import INDICATORS, indicator
from congestion_lab.metrics.links import link_speeds, space_mean_kmh
from congestion_lab.metrics.objective import mean_delay_s
from congestion_lab.metrics.reliability import reliability
from congestion_lab.metrics.service import intersection_service, level_of_service, movement_service
from congestion_lab.metrics.summary import RunSummary, mean_speed_kmh, run_summary
from congestion_lab.network.model import Connection, Lane, Link, Network
from congestion_lab.simulation.result import Provenance, RunResult, Status, write_table
from congestion_lab.simulation.tables import EMISSIONS, LINKS, MOVEMENTS, TRIPS

NAN = math.nan

TRIP_ROWS = [
    # id, class, demanded, departed, arrived, outside, lost, inside, standing, stops, distance
    ("warm-up", "car", 0.0, 0.0, 900.0, 0.0, 800.0, 900.0, 700.0, 9.0, 1000.0),
    ("free", "car", 100.0, 100.0, 200.0, 0.0, 0.0, 100.0, 0.0, 0.0, 1000.0),
    ("slow", "bus", 110.0, 120.0, 310.0, 10.0, 90.0, 190.0, 50.0, 2.0, 1000.0),
    ("inside", "car", 200.0, 300.0, NAN, 100.0, 500.0, 700.0, 400.0, 3.0, 2000.0),
    ("outside", "car", 400.0, NAN, NAN, 600.0, 0.0, 0.0, 0.0, 0.0, 0.0),
]


@pytest.fixture
def trips() -> pd.DataFrame:
    return TRIPS.conform(pd.DataFrame(TRIP_ROWS, columns=TRIPS.names))


def link_rows() -> pd.DataFrame:
    return LINKS.conform(
        pd.DataFrame(
            [
                ("a", 10.0, 9.0, 100.0, 5.0, 50.0, 30.0, 4.0, 12.0, 40.0, 0.1),
                ("b", 30.0, 9.0, 300.0, 10.0, 60.0, 30.0, 4.0, 20.0, 60.0, 0.0),
                ("c", 0.0, 0.0, 0.0, NAN, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0),
            ],
            columns=LINKS.names,
        )
    )


@pytest.fixture
def result(trips: pd.DataFrame, tmp_path: Path) -> RunResult:
    write_table(tmp_path, TRIPS, trips)
    times = {"ended_s": 1000.0, "horizon_s": 1000.0, "analysis_begin_s": 100.0}
    made = Provenance("fake", "1", "0", ("fake",), 1.0, 1.0)
    return RunResult(
        "d", "s", 1, Status.COMPLETED, **times, teleports=2, collisions=1, folder=tmp_path, provenance=made
    )


@pytest.fixture
def network() -> Network:
    def link(name: str) -> Link:
        return Link(name, "n", "x", (Lane(f"{name}_0", 100.0, 10.0, 3.2),), ((0.0, 0.0), (100.0, 0.0)))

    paths = (
        Connection("a", 0, "c", 0, Turn.STRAIGHT, "x", 0),
        Connection("b", 0, "c", 0, Turn.LEFT, "x", 1),
        Connection("c", 0, "a", 0, Turn.RIGHT),
        Connection("d", 0, "a", 0, Turn.RIGHT, "idle", 0),
    )
    return Network({}, {name: link(name) for name in "abcd"}, paths)


def test_the_objective_counts_everyone_demanded_from_the_analysis_on(trips: pd.DataFrame) -> None:
    assert mean_delay_s(trips, 100) == (0 + 100 + 600 + 600) / 4


def test_keeping_a_vehicle_outside_never_lowers_the_objective(trips: pd.DataFrame) -> None:
    kept_out = trips.copy()
    row = kept_out["vehicle_id"] == "inside"
    kept_out.loc[row, ["departed_s", "time_loss_s", "duration_s"]] = [NAN, 0.0, 0.0]
    kept_out.loc[row, "depart_delay_s"] = 800.0
    assert mean_delay_s(kept_out, 100) > mean_delay_s(trips, 100)


def test_an_analysis_without_vehicles_is_a_fault(trips: pd.DataFrame) -> None:
    with pytest.raises(DemandError, match="no vehicle is demanded from 5000 s on"):
        mean_delay_s(trips, 5000)


def test_a_summary_adds_up(result: RunResult) -> None:
    found = run_summary(result)
    assert (found.demanded_veh, found.completed_veh, found.unfinished_veh, found.never_inserted_veh) == (4, 2, 1, 1)
    assert found.mean_delay_s == 325
    assert found.total_travel_time_h == pytest.approx((100 + 200 + 800 + 600) / 3600)
    assert found.mean_travel_time_s == 425
    assert found.p95_travel_time_s == pytest.approx(np.quantile([100, 200, 800, 600], 0.95))
    assert found.mean_speed_kmh == pytest.approx(4000 / 990 * 3.6)
    assert (found.stops_per_veh, found.waiting_s_per_veh) == (5 / 4, 450 / 4)
    assert (found.teleports, found.collisions) == (2, 1)
    assert found.co2_kg is None
    assert found.max_queue_m is None


def test_where_nobody_entered_there_is_no_speed(trips: pd.DataFrame) -> None:
    assert math.isnan(mean_speed_kmh(trips[trips["vehicle_id"] == "outside"]))


def test_a_full_run_tells_emissions_of_analysed_vehicles_and_queues(result: RunResult) -> None:
    emitted = [("warm-up", 9e6, 9e6, 9e6), ("free", 2000.0, 3.0, 500.0), ("slow", 4000.0, 5.0, 900.0)]
    write_table(result.folder, EMISSIONS, pd.DataFrame(emitted, columns=EMISSIONS.names))
    write_table(result.folder, LINKS, link_rows())
    found = run_summary(result)
    assert found.co2_kg == 6
    assert found.nox_kg == pytest.approx(0.008)
    assert found.fuel_kg == pytest.approx(1.4)
    assert found.co2_per_km_g == pytest.approx(3000)
    assert (found.max_queue_m, found.spillback_links) == (60, 1)


def test_reliability_compares_arrived_vehicles_with_their_own_free_flow(trips: pd.DataFrame) -> None:
    found = reliability(trips[trips["vehicle_id"].isin(["free", "slow", "inside", "outside"])])
    assert found.travel_time_index == 1.5
    assert found.planning_time_index == pytest.approx(1.95)
    assert found.buffer_index == pytest.approx(0.3)
    assert math.isnan(reliability(trips.iloc[[4]]).buffer_index)


def test_every_indicator_is_a_figure_of_the_summary(result: RunResult) -> None:
    summary = run_summary(result)
    assert {one.id for one in INDICATORS} == set(RunSummary.__slots__)
    assert len({one.label for one in INDICATORS}) == len(INDICATORS)
    assert indicator("mean_delay_s").value(summary) == 325
    assert indicator("co2_kg").value(summary) is None
    with pytest.raises(KeyError):
        indicator("happiness")


@pytest.mark.parametrize(
    ("delay_s", "signalised", "level"),
    [(0, True, "A"), (10, True, "A"), (10.1, True, "B"), (55, True, "D"), (80, True, "E"), (80.1, True, "F"),
     (10, False, "A"), (35, False, "D"), (50.1, False, "F"), (NAN, True, "")],
)  # fmt: skip
def test_levels_of_service_are_those_of_the_hcm(delay_s: float, *, signalised: bool, level: str) -> None:
    assert level_of_service(delay_s, signalised=signalised) == level


def test_intersections_weigh_their_movements_by_vehicles(network: Network) -> None:
    rows = [("a", "c", 30.0, 10.0), ("b", "c", 10.0, 90.0), ("c", "a", 5.0, -2.0)]
    movements = MOVEMENTS.conform(pd.DataFrame(rows, columns=MOVEMENTS.names))
    served = movement_service(movements, network)
    assert served["los"].tolist() == ["A", "F", "A"]
    assert served["controller_id"].tolist() == ["x", "x", ""]
    assert served["turn"].tolist() == ["straight", "left", "right"]
    assert served["delay_s"].tolist() == [10, 90, 0]
    intersections = intersection_service(movements, network).set_index("controller_id")
    assert intersections.loc["x", ["vehicles", "delay_s", "los"]].tolist() == [40, 30, "C"]
    assert intersections.loc["idle", ["vehicles", "los"]].tolist() == [0, ""]


def test_link_speeds_are_told_in_kmh_and_against_the_limit(network: Network) -> None:
    table = link_speeds(link_rows(), network).set_index("link_id")
    assert table.loc["a", ["speed_kmh", "limit_kmh", "speed_ratio", "delay_s_per_veh"]].tolist() == [18, 36, 0.5, 5]
    assert table.loc["c", ["speed_kmh", "delay_s_per_veh"]].isna().all()


def test_many_links_together_are_as_fast_as_their_metres_over_their_seconds() -> None:
    metres = 100 * 5 + 300 * 10
    assert space_mean_kmh(link_rows(), {"a", "b", "c"}) == pytest.approx(3.6 * metres / 400)
    assert space_mean_kmh(link_rows(), {"a"}) == pytest.approx(18)
    assert math.isnan(space_mean_kmh(link_rows(), {"c"}))
