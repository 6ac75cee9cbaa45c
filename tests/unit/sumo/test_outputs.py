from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from congestion_lab.simulation.tables import TRIPS
from congestion_lab.sumo.nets.netfile import read_network
from congestion_lab.sumo.running import outputs, passages
from tests import roads

_TRIP = (
    '<tripinfo id="{id}" depart="{depart}" arrival="{arrival}" departDelay="{delay}" timeLoss="{loss}" '
    'duration="{duration}" waitingTime="3.00" waitingCount="1" routeLength="400" departPos="5.1" vType="car"/>'
)


@pytest.fixture
def tripinfo(tmp_path: Path) -> Path:
    path = tmp_path / "tripinfo.xml"
    rows = (
        _TRIP.format(id="there", depart="10.00", arrival="60.00", delay="2.00", loss="7.00", duration="50.00"),
        _TRIP.format(id="inside", depart="20.00", arrival="-1.00", delay="0.00", loss="30.00", duration="80.00"),
        _TRIP.format(id="outside", depart="-1", arrival="-1.00", delay="70.00", loss="0.00", duration="0.00"),
    )
    path.write_text(f"<tripinfos>{''.join(rows)}</tripinfos>")
    return path


def test_trips_ended_at_the_horizon_are_as_sumo_wrote_them(tripinfo: Path) -> None:
    table = outputs.trips_table(outputs.read_trips(tripinfo), ended_s=100, horizon_s=100).set_index("vehicle_id")
    assert table["demanded_s"].to_dict() == {"there": 8, "inside": 20, "outside": 30}
    assert table.loc["there", ["departed_s", "arrived_s"]].tolist() == [10, 60]
    assert table["departed_s"].isna().to_dict() == {"there": False, "inside": False, "outside": True}
    assert table.loc["outside", "distance_m"] == 0


def test_a_gridlock_is_counted_on_to_the_horizon(tripinfo: Path) -> None:
    table = outputs.trips_table(outputs.read_trips(tripinfo), ended_s=100, horizon_s=160).set_index("vehicle_id")
    assert table["time_loss_s"].to_dict() == {"there": 7, "inside": 90, "outside": 0}
    assert table["duration_s"].to_dict() == {"there": 50, "inside": 140, "outside": 0}
    assert table["waiting_s"].to_dict() == {"there": 3, "inside": 63, "outside": 3}
    assert table["depart_delay_s"].to_dict() == {"there": 2, "inside": 0, "outside": 130}
    assert table["demanded_s"].to_dict() == {"there": 8, "inside": 20, "outside": 30}


def test_vehicles_never_loaded_wait_to_the_horizon() -> None:
    demanded = pd.DataFrame({"vehicle_id": ["v"], "vehicle_class": ["car"], "demanded_s": [400.0]})
    row = outputs.unloaded_trips(demanded, horizon_s=1000).iloc[0]
    assert row["depart_delay_s"] == 600
    assert np.isnan(row["departed_s"])
    assert row["time_loss_s"] == 0


def test_a_run_without_a_vehicle_has_empty_trips(tmp_path: Path) -> None:
    path = tmp_path / "tripinfo.xml"
    path.write_text("<tripinfos/>")
    table = outputs.trips_table(outputs.read_trips(path), ended_s=1, horizon_s=1)
    assert table.empty
    assert list(table.columns) == TRIPS.names


def test_movements_count_who_made_them_and_who_still_queues(tmp_path: Path) -> None:
    network = read_network(roads.crossing(tmp_path))
    free_s = network.links["west_in"].free_flow_s
    routes = tmp_path / "vehroutes.xml"
    edges = 'edges="west_in :x_0 east_out"'
    routes.write_text(
        f'<routes><vehicle id="past"><route {edges} exitTimes="90 91 120"/></vehicle>'
        f'<vehicle id="queued"><route {edges} exitTimes="-1 -1 -1"/></vehicle>'
        f'<vehicle id="new"><route {edges} exitTimes="-1 -1 -1"/></vehicle>'
        f'<vehicle id="warm-up"><route {edges} exitTimes="40 41 70"/></vehicle></routes>'
    )
    read = pd.DataFrame(
        {
            "vehicle_id": ["past", "queued", "new", "warm-up"],
            "departed_s": [20.0, 100.0, 195.0, 0.0],
            "depart_delay_s": [4.0, 0.0, 0.0, 0.0],
            "depart_position_m": [0.0, 0.0, 0.0, 0.0],
        }
    )
    passed = passages.read_passages(routes, read)
    table = passages.movements_table(passed, network, begin_s=50, end_s=200)
    assert table[["from_link", "to_link", "vehicles"]].to_numpy().tolist() == [["west_in", "east_out", 2.0]]
    assert table["delay_s"].iloc[0] == pytest.approx((70 - free_s + 4 + 100 - free_s) / 2)
