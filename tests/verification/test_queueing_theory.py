"""The fast engine on roads small enough to know the answer from traffic theory."""

import math
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from congestion_lab.metrics.objective import mean_delay_s
from congestion_lab.queueing.engine import QueueEngine
from congestion_lab.signals.plan import Control, PlanSet
from congestion_lab.simulation.result import RunResult, Status
from congestion_lab.simulation.spec import Detail, RunSpec, SimulationInputs
from congestion_lab.simulation.tables import MOVEMENTS, TRIPS
from congestion_lab.sumo.traffic.reading import read_traffic
from tests import junctions, roads
from tests.junctions import G, P, Stream, Y

_JAM_M = 7.5  # a passenger car and its gap
_EVEN = '<vType id="car" sigma="0" speedDev="0"/>'


def ran(inputs: SimulationInputs, plans: PlanSet | None = None, *, seed: int = 1, full: bool = False) -> RunResult:
    folder = inputs.net_file.parent
    engine = QueueEngine(lambda given: read_traffic(given, cache=folder / "cache"))
    detail = Detail.FULL if full else Detail.TRIPS
    return engine.run(RunSpec(inputs, seed, engine.name, engine.version, plans=plans, detail=detail), folder / "run")


def trips_of(inputs: SimulationInputs, plans: PlanSet | None = None, *, seed: int = 1) -> pd.DataFrame:
    return ran(inputs, plans, seed=seed).table(TRIPS)


def scenario(
    net: Path, *streams: Stream, end_s: float = 1800.0, kinds: str = junctions.CAR, begin_s: float = 0.0
) -> SimulationInputs:
    return roads.inputs(
        net, junctions.demand(net.parent, *streams, end_s=end_s, kinds=kinds), end_s=end_s, analysis_begin_s=begin_s
    )


def served(trips: pd.DataFrame, name: str = "", *, since_s: float = 300.0) -> int:
    mine = trips[trips["vehicle_id"].str.startswith(name)]
    return int((mine["arrived_s"] > since_s).sum())


def per_cycle(net: Path, plans: PlanSet, *, end_s: float = 2100.0) -> float:
    """Vehicles that a saturated approach sends through per cycle of 60 s."""
    trips = trips_of(scenario(net, Stream("a", "in out", 2600), end_s=end_s), plans)
    return served(trips) / ((end_s - 300.0) / 60.0)


def test_1000_m_at_20_mps_takes_50_s(tmp_path: Path) -> None:
    net = roads.road(tmp_path, length_m=1000, speed_mps=20)
    one = '<vehicle id="v" type="car" depart="7" departPos="0" departSpeed="max"><route edges="main"/></vehicle>'
    trip = trips_of(roads.inputs(net, roads.routes(tmp_path, _EVEN, one), end_s=100)).iloc[0]
    assert trip["demanded_s"] == 7
    assert trip["duration_s"] == pytest.approx(50, abs=1)
    assert trip["time_loss_s"] == pytest.approx(0, abs=0.5)
    assert trip["distance_m"] == pytest.approx(1000, abs=5)


def test_saturation_flow_start_up_loss_and_use_of_yellow(tmp_path: Path) -> None:
    """N(G) = (G - l1 + e) / h (HCM 2016, ch. 19): h by the car-following model, l1 about 2 s less the yellow in use."""
    net = junctions.approach(tmp_path)
    greens = np.array([12.0, 17.0, 22.0, 29.0, 36.0, 45.0])
    counts = np.array([per_cycle(net, junctions.green_and_red(net, "in", green)) for green in greens])
    slope, intercept = np.polyfit(greens, counts, 1)
    # tau + (length + gap) / v, and what imperfect drivers add: SUMO 1.28 discharges a car per 1.94 s at 50 km/h
    assert 1 / slope == pytest.approx(1.94, rel=0.07)
    lost_s = -intercept / slope
    assert -1.5 <= lost_s <= 2.0


@pytest.mark.parametrize(("speed_mps", "used_s"), [(8.33, 0.3), (13.89, 0.9), (19.4, 1.5)])
def test_yellow_is_used_as_far_as_one_cannot_stop(tmp_path: Path, speed_mps: float, used_s: float) -> None:
    """At yellow drives on who would have to brake harder than b = 4.5 m/s²: v / 2b, less what a step of 1 s takes."""
    net = junctions.approach(tmp_path, speed_mps=speed_mps)
    rates = []
    for yellow_s in (3.0, 0.0):
        plans = [
            junctions.plans(
                net,
                (30 - green, {}),
                (green, {"in": G}),
                *(((3.0, {"in": Y}),) if yellow_s else ()),
                (30 - yellow_s, {}),
            )
            for green in (20.0, 20.5, 21.0, 21.5)
        ]
        rates.append(np.mean([per_cycle(net, plan, end_s=1500) for plan in plans]))
    headway_s = {8.33: 2.5, 13.89: 1.94, 19.4: 1.73}[speed_mps]
    assert (rates[0] - rates[1]) * headway_s == pytest.approx(used_s, abs=0.5)


def test_uniform_arrivals_wait_as_webster_says(tmp_path: Path) -> None:
    """d1 = r² / 2C(1 - q/s) for uniform arrivals (Webster 1958), plus what starting and braking cost."""
    net = junctions.approach(tmp_path)
    flow = roads.flow("f", "in out", 400, end_s=3600, attributes='departSpeed="max" type="car"')
    inputs = roads.inputs(net, roads.routes(tmp_path, _EVEN, flow), end_s=3600)
    delay_s = mean_delay_s(trips_of(inputs, junctions.green_and_red(net, "in", 27.0)), 600)
    uniform_s = 30.0**2 / (2 * 60.0 * (1 - 400 / 2100))
    assert uniform_s - 1 <= delay_s <= uniform_s + 5


def test_oversaturation_grows_as_a_d_d_1_queue(tmp_path: Path) -> None:
    """Beyond capacity c, vehicles demanded at t wait min(t (q/c - 1), T - t), counted up to the horizon T."""
    net = junctions.approach(tmp_path)
    trips = trips_of(scenario(net, Stream("a", "in out", 1500), end_s=3600), junctions.green_and_red(net, "in", 27.0))
    capacity_vps = served(trips, since_s=600) / 3000
    times = trips["demanded_s"]
    expected_s = (times * (len(trips) / 3600 / capacity_vps - 1)).clip(upper=3600 - times).mean()
    assert mean_delay_s(trips, 0) == pytest.approx(expected_s + 20, rel=0.1)


def test_lanes_add_up(tmp_path: Path) -> None:
    one, three = (junctions.approach(tmp_path / str(lanes), lanes=lanes) for lanes in (1, 3))
    rates = [
        served(trips_of(scenario(net, Stream("a", "in out", 1900 * lanes)), junctions.green_and_red(net, "in", 27)))
        for net, lanes in ((one, 1), (three, 3))
    ]
    assert rates[1] == pytest.approx(3 * rates[0], rel=0.04)


def test_a_link_stores_its_length_and_the_rest_waits_outside(tmp_path: Path) -> None:
    net = junctions.approach(tmp_path, length_m=300)
    trips = trips_of(scenario(net, Stream("a", "in out", 1200), end_s=900), junctions.plans(net, (90.0, {})))
    inside = trips["departed_s"].notna().sum()
    link_m = 300 - 15
    assert inside == pytest.approx(link_m / _JAM_M, abs=1.5)
    assert len(trips) > 2 * inside
    outside = trips[trips["departed_s"].isna()]
    assert outside["depart_delay_s"].to_numpy() == pytest.approx(900 - outside["demanded_s"].to_numpy(), abs=1)


def test_room_travels_upstream_with_the_backward_wave(tmp_path: Path) -> None:
    """A full lane of L metres that starts to discharge takes in vehicles again after L / w.

    A driver follows the one ahead by tau and what imperfection adds, 1.24 s in SUMO 1.28: w = 7.5 m / 1.24 s.
    """
    net = junctions.approach(tmp_path, length_m=400)
    plans = junctions.plans(net, (400.0, {}), (500.0, {"in": G}))
    trips = trips_of(scenario(net, Stream("a", "in out", 1200), end_s=900), plans)
    entered = trips["departed_s"].dropna().sort_values().to_numpy()
    again_s = entered[entered > 400][0] - 400
    assert again_s == pytest.approx(385 / (_JAM_M / 1.24), rel=0.12)


@pytest.mark.parametrize(("speed", "most_vph"), [("0", 1200.0), ("max", 1900.0)])
def test_vehicles_enter_one_after_the_other(tmp_path: Path, speed: str, most_vph: float) -> None:
    """From standing one enters per 3 s and lane; at full speed one per headway."""
    net = roads.road(tmp_path, speed_mps=13.89)
    trips = trips_of(scenario(net, Stream("a", "main", 3000, speed=speed), end_s=1200))
    entered = trips["departed_s"].dropna().sort_values().to_numpy()
    rate_vph = 3600 / np.diff(entered[entered > 300]).mean()
    assert 0.8 * most_vph <= rate_vph <= 1.02 * most_vph
    assert np.diff(entered).min() > 0


def harders_vph(major_vph: float, critical_s: float, follow_up_s: float) -> float:
    """Capacity by gap acceptance under random arrivals (HCM 2016, eq. 20-32)."""
    major_vps = major_vph / 3600
    return major_vph * math.exp(-major_vps * critical_s) / (1 - math.exp(-major_vps * follow_up_s))


@pytest.mark.parametrize("opposing_vph", [300, 600, 900])
def test_permitted_left_turns_accept_gaps(tmp_path: Path, opposing_vph: float) -> None:
    """Both see green all the time; SUMO 1.28's drivers take gaps of 6.3 s and follow after 2.5 s."""
    net = junctions.crossroads(tmp_path)
    plans = junctions.plans(net, (60, {"wi": G, "ei": G, "wi no": P}))
    streams = (Stream("left", "wi no", 1600), Stream("opposing", "ei wo", opposing_vph))
    trips = trips_of(scenario(net, *streams, end_s=3900), plans)
    assert served(trips, "left") == pytest.approx(harders_vph(opposing_vph, 6.3, 2.5), rel=0.2)


@pytest.mark.parametrize("major_vph", [300, 600, 900])
def test_minor_roads_accept_gaps(tmp_path: Path, major_vph: float) -> None:
    """SUMO 1.28's drivers cross in gaps of 6.05 s and follow after 2.43 s."""
    net = junctions.crossroads(tmp_path, signal=False)
    majors = (Stream("major", "wi eo", major_vph / 2), Stream("major2", "ei wo", major_vph / 2))
    trips = trips_of(scenario(net, Stream("minor", "si no", 1500), *majors, end_s=3900))
    assert served(trips, "minor") == pytest.approx(harders_vph(major_vph, 6.05, 2.43), rel=0.2)


def test_who_has_priority_is_not_held_up(tmp_path: Path) -> None:
    net = junctions.crossroads(tmp_path, signal=False)
    major = Stream("major", "wi eo", 600)
    alone = mean_delay_s(trips_of(scenario(net, major)), 300)
    both = trips_of(scenario(net, major, Stream("minor", "si no", 1500)))
    assert mean_delay_s(both[both["vehicle_id"].str.startswith("major")], 300) <= alone + 2


def test_roundabout_entries_yield_to_the_ring(tmp_path: Path) -> None:
    """Capacity falls with the circulating flow: 1390, 780 and 350 vehicles/h in SUMO 1.28.

    HCM 2016, ch. 22 has 1380 exp(-0.00102 v) for one lane: SUMO's drivers take as much of an empty ring, and less of a
    busy one.
    """
    net = junctions.roundabout(tmp_path)
    entry, capacities = Stream("entry", junctions.turns("s", "n"), 1600), []
    for circulating_vph in (1, 400, 800):
        ring = Stream("ring", junctions.turns("w", "e"), circulating_vph)
        capacities.append(served(trips_of(scenario(net, entry, ring, end_s=2100)), "entry") * 2)
    assert capacities == pytest.approx([1390, 780, 350], rel=0.2)


def test_long_and_slow_vehicles_take_more_of_the_road(tmp_path: Path) -> None:
    """Storage goes by length and gap (a bus of 12 m + 2.5 m is 1.93 cars), saturation flow falls in PCU likewise."""
    kinds = '<vType id="car"/><vType id="bus" vClass="bus"/>'
    net = junctions.approach(tmp_path, length_m=300)
    red, green = junctions.plans(net, (90.0, {})), junctions.green_and_red(net, "in", 40)
    stored, passed = {}, {}
    for kind in ("car", "bus"):
        inputs = scenario(net, Stream("a", "in out", 1500, kind=kind), end_s=1500, kinds=kinds)
        stored[kind] = trips_of(inputs, red)["departed_s"].notna().sum()
        passed[kind] = served(trips_of(inputs, green))
    assert stored["car"] / stored["bus"] == pytest.approx(14.5 / 7.5, rel=0.06)
    assert 1.25 <= passed["car"] / passed["bus"] <= 2.0


def test_warm_up_is_driven_and_not_counted(tmp_path: Path) -> None:
    net = junctions.approach(tmp_path)
    inputs = scenario(net, Stream("a", "in out", 500), begin_s=900.0)
    result = ran(inputs, junctions.green_and_red(net, "in", 27), full=True)
    trips, movements = result.table(TRIPS), result.table(MOVEMENTS)
    assert (trips["demanded_s"] < 900).sum() > 80
    assert result.analysis_begin_s == 900
    crossed = ((trips["arrived_s"] > 925) & trips["arrived_s"].notna()).sum()
    assert movements["vehicles"].sum() == pytest.approx(crossed, abs=12)


def actuated(net: Path, *, low_s: float, high_s: float) -> PlanSet:
    phases: Sequence[junctions.Phase] = (
        (20, {"in": G}),
        (3, {"in": Y}),
        (2, {}),
        (20, {"side": G}),
        (3, {"side": Y}),
        (2, {}),
    )
    return junctions.plans(net, *phases, control=Control.ACTUATED, bounds_s=(low_s, high_s))


def fixed(net: Path, green_s: float) -> PlanSet:
    phases: Sequence[junctions.Phase] = (
        (green_s, {"in": G}),
        (3, {"in": Y}),
        (2, {}),
        (green_s, {"side": G}),
        (3, {"side": Y}),
        (2, {}),
    )
    return junctions.plans(net, *phases)


def test_actuated_greens_max_out_under_saturation(tmp_path: Path) -> None:
    net = junctions.approach(tmp_path)
    inputs = scenario(net, Stream("a", "in out", 1800), Stream("b", "side exit", 1800))
    passed = [served(trips_of(inputs, plans)) for plans in (actuated(net, low_s=5, high_s=30), fixed(net, 30))]
    assert passed[0] == pytest.approx(passed[1], rel=0.03)


def test_actuated_greens_gap_out_without_demand(tmp_path: Path) -> None:
    """With next to nobody there greens are the shortest, but for those who just come and are let through."""
    net = junctions.approach(tmp_path)
    inputs = scenario(net, Stream("a", "in out", 60), Stream("b", "side exit", 60), end_s=3600)
    delays = [
        mean_delay_s(trips_of(inputs, plans), 300) for plans in (actuated(net, low_s=5, high_s=60), fixed(net, 5))
    ]
    assert delays[1] - 2.5 <= delays[0] <= delays[1] + 0.5


def test_actuated_greens_follow_the_demand(tmp_path: Path) -> None:
    net = junctions.approach(tmp_path)
    inputs = scenario(net, Stream("a", "in out", 900), Stream("b", "side exit", 200))
    by_demand, even = (
        mean_delay_s(trips_of(inputs, plans), 300) for plans in (actuated(net, low_s=5, high_s=50), fixed(net, 20))
    )
    assert by_demand < 0.6 * even


def test_same_seed_same_result_and_another_seed_another(tmp_path: Path) -> None:
    net = junctions.approach(tmp_path)
    inputs = scenario(net, Stream("a", "in out", 700), end_s=900)
    plans = junctions.green_and_red(net, "in", 27)
    first, again, other = (trips_of(inputs, plans, seed=seed) for seed in (1, 1, 2))
    pd.testing.assert_frame_equal(first, again)
    assert not first["arrived_s"].equals(other["arrived_s"])


def test_a_locked_ring_is_a_gridlock(tmp_path: Path) -> None:
    net = roads.ring(tmp_path)
    result = ran(roads.inputs(net, roads.ring_routes(tmp_path), end_s=3600))
    assert result.status is Status.GRIDLOCK
    assert result.place in {"ab", "bc", "cd", "da", "Aa", "Bb", "Cc", "Dd"}  # streets inside the block and into it
    assert result.ended_s < 3600
    trips = result.table(TRIPS)
    assert len(trips) == 3600
    stuck = trips["departed_s"].notna() & trips["arrived_s"].isna()
    assert (trips.loc[stuck, "duration_s"] + trips.loc[stuck, "departed_s"]).to_numpy() == pytest.approx(3600)


def test_who_arrives_where_a_link_begins_is_counted_like_others(tmp_path: Path) -> None:
    net = junctions.approach(tmp_path)
    lines = (
        f'<vehicle id="{name}" type="car" depart="{depart}" departSpeed="max" arrivalPos="{place}">'
        '<route edges="in out"/></vehicle>'
        for name, depart, place in (("first", 0, 100), ("second", 2, 0))
    )
    demand = roads.routes(tmp_path, junctions.CAR, *lines)
    for end_s in (31, 33, 35, 37, 60):
        trips = trips_of(roads.inputs(net, demand, end_s=end_s), junctions.plans(net, (60.0, {"in": G})))
        assert len(trips) == 2
    assert trips["arrived_s"].notna().all()


def test_greens_that_may_all_be_skipped_end(tmp_path: Path) -> None:
    """Shortest greens of no length and nobody there: a controller goes round once a second, not for ever."""
    net = junctions.approach(tmp_path)
    plans = junctions.plans(net, (20, {"in": G}), (20, {"side": G}), control=Control.ACTUATED, bounds_s=(0.0, 30.0))
    trips = trips_of(scenario(net, Stream("a", "in out", 60), end_s=300), plans)
    assert served(trips, since_s=0) > 0
