"""Traffic theory on roads small enough to know the answer."""

from pathlib import Path

import pandas as pd
import pytest

from congestion_lab.metrics.objective import mean_delay_s
from congestion_lab.metrics.service import intersection_service
from congestion_lab.signals.plan import PlanSet
from congestion_lab.simulation.spec import Detail, RunSpec, SimulationInputs
from congestion_lab.simulation.tables import LINKS, MOVEMENTS, TRIPS
from congestion_lab.sumo.nets.netfile import read_network
from congestion_lab.sumo.running.engine import SumoEngine
from tests import roads

ENGINE = SumoEngine()
_YELLOW_S = 3.0


def simulated(scenario: SimulationInputs, folder: Path, plans: PlanSet | None = None) -> pd.DataFrame:
    spec = RunSpec(scenario, 1, ENGINE.name, ENGINE.version, plans=plans)
    return ENGINE.run(spec, folder).table(TRIPS)


def crossing_inputs(folder: Path, *, vehicles: int, end_s: float, kind: str = "") -> SimulationInputs:
    net = roads.crossing(folder)
    west = roads.flow("west", "west_in east_out", vehicles, end_s=end_s, attributes='departSpeed="max" type="car"')
    return roads.inputs(net, roads.routes(folder, kind or roads.EVEN_DRIVER, west), end_s=end_s)


def test_1000_m_at_20_mps_takes_50_s(tmp_path: Path) -> None:
    net = roads.road(tmp_path, length_m=1000, speed_mps=20)
    one = '<vehicle id="v" type="car" depart="7" departPos="0" departSpeed="max"><route edges="main"/></vehicle>'
    scenario = roads.inputs(net, roads.routes(tmp_path, roads.EVEN_DRIVER, one), end_s=100)
    trip = simulated(scenario, tmp_path / "run").iloc[0]
    assert trip["demanded_s"] == 7
    assert trip["duration_s"] == pytest.approx(50, abs=1)
    assert trip["time_loss_s"] == pytest.approx(0, abs=0.5)
    assert trip["distance_m"] == pytest.approx(1000, abs=0.1)


@pytest.mark.parametrize("green_s", [15.0, 30.0, 45.0])
def test_a_signal_discharges_s_times_g_over_c(tmp_path: Path, green_s: float) -> None:
    # an even Krauss driver keeps 1 s and 7.5 m: a vehicle per 1.54 s at 50 km/h; 2 s are lost to start, yellow is used
    saturation_vps = 1 / (1 + 7.5 / 13.9)
    scenario = crossing_inputs(tmp_path, vehicles=2000, end_s=3600)
    plans = roads.with_greens(scenario.net_file, (60 - green_s, green_s))
    (plan,) = plans
    cycle_s = 60 + 2 * _YELLOW_S
    assert plan.cycle_s == cycle_s
    west_green_s = green_of(plans, scenario, "west_in")
    trips = simulated(scenario, tmp_path / "run", plans)
    passed = ((trips["arrived_s"] > 600) & (trips["arrived_s"] <= 3600)).sum()
    per_cycle = passed / (3000 / cycle_s)
    assert 0.85 * saturation_vps * (west_green_s - 2) <= per_cycle <= saturation_vps * (west_green_s + _YELLOW_S)


def green_of(plans: PlanSet, scenario: SimulationInputs, link: str) -> float:
    network = read_network(scenario.net_file)
    head = next(path.signal_index for path in network.connections if path.from_link == link)
    (plan,) = plans
    group = next(number for number, group in enumerate(plan.groups) if head in group.heads)
    return sum(interval.duration_s for interval in plan.intervals if interval.aspects[group].is_green)


def test_uniform_arrivals_wait_as_webster_says(tmp_path: Path) -> None:
    """d1 = r² / 2C(1 - q/s) for uniform arrivals (Webster 1958), plus what starting and braking cost."""
    scenario = crossing_inputs(tmp_path, vehicles=400, end_s=3600)
    plans = roads.with_greens(scenario.net_file, (30.0, 30.0))
    (plan,) = plans
    red_s = plan.cycle_s - green_of(plans, scenario, "west_in")
    uniform_s = red_s**2 / (2 * plan.cycle_s * (1 - 400 / 1900))
    delay_s = mean_delay_s(simulated(scenario, tmp_path / "run", plans), 600)
    assert uniform_s - 1 <= delay_s <= uniform_s + 6


def test_oversaturation_grows_as_a_d_d_1_queue(tmp_path: Path) -> None:
    """Beyond capacity c, the last of n evenly demanded vehicles wait n/c - T longer, on average half of that."""
    scenario = crossing_inputs(tmp_path, vehicles=1500, end_s=3600)
    plans = roads.with_greens(scenario.net_file, (30.0, 30.0))
    trips = simulated(scenario, tmp_path / "run", plans)
    capacity_vps = ((trips["arrived_s"] > 600) & (trips["arrived_s"] <= 3600)).sum() / 3000
    demanded_vps = 1500 / 3600
    # counted up to the horizon, vehicles demanded at t wait min(t·(q/c - 1), T - t)
    times = trips["demanded_s"]
    expected_s = (times * (demanded_vps / capacity_vps - 1)).clip(upper=3600 - times).mean()
    assert mean_delay_s(trips, 0) == pytest.approx(expected_s + 20, rel=0.12)


def test_movements_and_links_tell_the_delay_that_vehicles_had(tmp_path: Path) -> None:
    net = roads.crossing(tmp_path)
    west = roads.flow("west", "west_in east_out", 300, end_s=1800, attributes='departSpeed="max" type="car"')
    scenario = roads.inputs(net, roads.routes(tmp_path, roads.EVEN_DRIVER, west), end_s=2000)
    result = ENGINE.run(RunSpec(scenario, 1, ENGINE.name, ENGINE.version, detail=Detail.FULL), tmp_path / "run")
    delay_s = mean_delay_s(result.table(TRIPS), 0)
    movements = result.table(MOVEMENTS)
    assert movements[["from_link", "to_link", "vehicles"]].to_numpy().tolist() == [["west_in", "east_out", 300.0]]
    # the rest is lost while speeding up behind the stop line
    assert delay_s - 6 <= movements["delay_s"].iloc[0] <= delay_s + 1
    service = intersection_service(movements, read_network(net))
    assert service[["controller_id", "vehicles"]].to_numpy().tolist() == [["x", 300.0]]
    links = result.table(LINKS).set_index("link_id")
    assert links.loc["west_in", "vehicles"] == 300
    assert links["time_loss_s"].sum() == pytest.approx(delay_s * 300, rel=0.1)
    assert links.loc["west_in", "max_queue_m"] > 7.5
    assert links.loc["east_out", "max_queue_m"] == 0
    assert links.loc["south_in", "vehicles"] == 0
