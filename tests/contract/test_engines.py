"""What every engine promises, whatever moves its vehicles. A new engine inherits the suite."""

import dataclasses
from functools import partial
from pathlib import Path

import pandas as pd
import pytest

from congestion_lab.core.tables import TableContract
from congestion_lab.metrics.objective import mean_delay_s
from congestion_lab.queueing.engine import QueueEngine
from congestion_lab.signals.performance.windows import green_windows
from congestion_lab.signals.plan import PlanSet
from congestion_lab.simulation.engine import Engine
from congestion_lab.simulation.result import RunResult, Status
from congestion_lab.simulation.spec import Controller, Detail, RunSpec, SimulationInputs
from congestion_lab.simulation.tables import EMISSIONS, INTERVAL_S, LINK_INTERVALS, LINKS, MOVEMENTS, PASSAGES, TRIPS
from congestion_lab.sumo.nets.netfile import read_network, read_plans
from congestion_lab.sumo.running.engine import SumoEngine
from congestion_lab.sumo.traffic.reading import read_traffic
from tests import roads

_LINKS = {"west_in", "east_out", "south_in", "north_out"}


class EngineSuite:
    """Two one-way streets cross at a signal; 500 vehicles in 15 minutes come from the west, 200 from the south.

    An engine inherits this and gives the fixture `engine`.
    """

    mesoscopic = False
    tables: tuple[TableContract, ...] = (TRIPS, LINKS, MOVEMENTS, LINK_INTERVALS, PASSAGES)

    @pytest.fixture
    def scenario(self, tmp_path: Path) -> SimulationInputs:
        net = roads.crossing(tmp_path / "crossing")
        demand = roads.routes(
            tmp_path / "crossing",
            roads.flow("west", "west_in east_out", 500, end_s=900),
            roads.flow("south", "south_in north_out", 200, end_s=900),
        )
        return roads.inputs(net, demand, end_s=900, mesoscopic=self.mesoscopic)

    @staticmethod
    def simulated(engine: Engine, scenario: SimulationInputs, folder: Path, **more: object) -> RunResult:
        return engine.run(RunSpec(scenario, 1, engine.name, engine.version, **more), folder)  # type: ignore[arg-type]

    def test_tables_keep_their_contracts(self, engine: Engine, scenario: SimulationInputs, tmp_path: Path) -> None:
        result = self.simulated(engine, scenario, tmp_path / "run", detail=Detail.FULL)
        for contract in self.tables:
            written = pd.read_parquet(result.folder / f"{contract.name}.parquet")
            pd.testing.assert_frame_equal(written, contract.conform(written))
            assert not written.empty
        assert set(result.table(LINKS)["link_id"]) == _LINKS
        assert {path.suffix for path in (tmp_path / "run").iterdir()} == {".parquet"}

    def test_a_run_records_no_more_than_it_is_asked_for(
        self, engine: Engine, scenario: SimulationInputs, tmp_path: Path
    ) -> None:
        found = {}
        for detail in Detail:
            result = self.simulated(engine, scenario, tmp_path / detail.value, detail=detail)
            found[detail] = {contract.name for contract in self.tables if result.has(contract)}
        assert found[Detail.TRIPS] == {"trips"}
        assert found[Detail.MOVEMENTS] == {"trips", "movements"}
        assert found[Detail.FULL] == {contract.name for contract in self.tables}

    def test_intervals_add_up_to_links(self, engine: Engine, scenario: SimulationInputs, tmp_path: Path) -> None:
        late = dataclasses.replace(scenario, analysis_begin_s=70.0)
        result = self.simulated(engine, late, tmp_path / "run", detail=Detail.FULL)
        intervals, links = result.table(LINK_INTERVALS), result.table(LINKS).set_index("link_id")
        begins = sorted(set(zip(intervals["begin_s"], intervals["end_s"], strict=True)))
        starts = [70.0 + INTERVAL_S * number for number in range(14)]
        assert begins == [(start, min(start + INTERVAL_S, 900.0)) for start in starts]
        assert not intervals.duplicated(["link_id", "begin_s"]).any()
        driven = intervals.astype({"speed_mps": "float64", "sampled_s": "float64"})
        driven["metres"] = (driven["speed_mps"] * driven["sampled_s"]).fillna(0.0)
        names = ["vehicles", "sampled_s", "time_loss_s", "waiting_s"]
        sums = driven.groupby("link_id")[[*names, "metres"]].sum()
        pd.testing.assert_frame_equal(sums[names].astype("float64"), links.loc[sums.index, names], rtol=1e-5)
        speeds = (sums["metres"] / sums["sampled_s"]).rename("speed_mps")
        pd.testing.assert_series_equal(speeds, links.loc[sums.index, "speed_mps"], rtol=1e-5)
        assert (links.drop(sums.index)["vehicles"] == 0).all()

    def test_passages_are_the_way_of_every_vehicle_that_came(
        self, engine: Engine, scenario: SimulationInputs, tmp_path: Path
    ) -> None:
        result = self.simulated(engine, scenario, tmp_path / "run", detail=Detail.FULL)
        passages, trips = result.table(PASSAGES), result.table(TRIPS).set_index("vehicle_id")
        ways = passages.groupby("vehicle_id", sort=False)
        assert set(ways.groups) == set(trips.index[trips["departed_s"].notna()])
        assert set(ways["link_id"].agg(" ".join)) == {"west_in east_out", "west_in", "south_in north_out", "south_in"}
        assert not (passages["left_s"] < passages["entered_s"]).any()
        first, last = ways["entered_s"].min(), ways["left_s"].agg(lambda left: left.iloc[-1])
        assert (first - trips["departed_s"]).abs().max() <= 1
        pd.testing.assert_series_equal(last, trips["arrived_s"].loc[last.index], check_names=False, atol=1.0)

    def test_stop_lines_are_passed_in_the_windows_that_plans_name(
        self, engine: Engine, scenario: SimulationInputs, tmp_path: Path
    ) -> None:
        """Give or take the yellow, and the second in which a vehicle starts."""
        plans = read_plans(scenario.net_file)
        (plan,) = (dataclasses.replace(each, offset_s=17.0) for each in plans)
        result = self.simulated(
            engine, scenario, tmp_path / "run", detail=Detail.FULL, plans=PlanSet((plan,)), controller=Controller.PLANS
        )
        heads = {path.from_link: path.signal_index for path in read_network(scenario.net_file).connections}
        passages = result.table(PASSAGES)
        for link in ("west_in", "south_in"):
            windows = green_windows(plan, [heads[link] or 0], begin_s=-100, end_s=1000)
            left = passages.loc[passages["link_id"] == link, "left_s"].dropna()
            assert len(left) > 50
            assert all(any(start <= at <= end + 5 for start, end in windows) for at in left)

    def test_demanded_is_arrived_and_running_and_waiting(
        self, engine: Engine, scenario: SimulationInputs, tmp_path: Path
    ) -> None:
        trips = self.simulated(engine, scenario, tmp_path / "run").table(TRIPS)
        arrived, departed = trips["arrived_s"].notna(), trips["departed_s"].notna()
        assert len(trips) == 700
        assert trips["vehicle_id"].is_unique
        assert not (arrived & ~departed).any()
        assert (~departed).any(), "the west is over capacity: some must still wait outside"
        assert (departed & ~arrived).any()

    def test_delays_are_counted_up_to_the_horizon(
        self, engine: Engine, scenario: SimulationInputs, tmp_path: Path
    ) -> None:
        trips = self.simulated(engine, scenario, tmp_path / "run").table(TRIPS)
        outside = trips[trips["departed_s"].isna()]
        inside = trips[trips["departed_s"].notna() & trips["arrived_s"].isna()]
        pd.testing.assert_series_equal(
            outside["demanded_s"] + outside["depart_delay_s"], outside["demanded_s"] * 0 + 900, check_names=False
        )
        assert (inside["departed_s"] + inside["duration_s"] - 900).abs().max() <= 1
        assert (trips["time_loss_s"] >= 0).all()
        assert (trips["depart_delay_s"] >= 0).all()

    def test_the_same_seed_gives_the_same_run(self, engine: Engine, scenario: SimulationInputs, tmp_path: Path) -> None:
        first = self.simulated(engine, scenario, tmp_path / "one")
        second = self.simulated(engine, scenario, tmp_path / "two")
        pd.testing.assert_frame_equal(first.table(TRIPS), second.table(TRIPS))

    def test_more_green_for_the_jammed_street_helps_it(
        self, engine: Engine, scenario: SimulationInputs, tmp_path: Path
    ) -> None:
        def west_delay(greens_s: tuple[float, float]) -> float:
            plans = roads.with_greens(scenario.net_file, greens_s)
            folder = tmp_path / f"run-{greens_s[0]:g}"
            trips = self.simulated(engine, scenario, folder, plans=plans).table(TRIPS)
            return mean_delay_s(trips[trips["vehicle_id"].str.startswith("west")], 0)

        delays = sorted((west_delay(greens), greens) for greens in ((60.0, 15.0), (15.0, 60.0)))
        assert delays[0][0] < delays[1][0] / 2

    def test_a_run_that_serves_all_ends_with_the_last(self, engine: Engine, tmp_path: Path) -> None:
        net = roads.road(tmp_path / "road")
        demand = roads.routes(tmp_path / "road", roads.flow("f", "main", 10, end_s=100))
        scenario = roads.inputs(net, demand, end_s=None, limit_s=1000, mesoscopic=self.mesoscopic)
        result = self.simulated(engine, scenario, tmp_path / "run")
        assert result.status is Status.COMPLETED
        assert result.ended_s == result.table(TRIPS)["arrived_s"].max() < 200

    def test_a_run_without_an_end_is_cut_off_at_its_limit(
        self, engine: Engine, scenario: SimulationInputs, tmp_path: Path
    ) -> None:
        cut = roads.inputs(
            scenario.net_file, scenario.route_files[0], end_s=None, limit_s=300, mesoscopic=self.mesoscopic
        )
        assert self.simulated(engine, cut, tmp_path / "run").status is Status.CUT_OFF


class TestQueue(EngineSuite):
    @pytest.fixture
    def engine(self, tmp_path: Path) -> Engine:
        return QueueEngine(partial(read_traffic, cache=tmp_path / "cache"))


class TestSumo(EngineSuite):
    tables = (TRIPS, LINKS, MOVEMENTS, LINK_INTERVALS, PASSAGES, EMISSIONS)

    @pytest.fixture
    def engine(self) -> Engine:
        return SumoEngine()


class TestMesoscopicSumo(TestSumo):
    mesoscopic = True


def test_the_engines_agree_on_a_street_minute_by_minute(tmp_path: Path) -> None:
    """Under its capacity the west takes the same vehicles at much the same speed in either engine.

    Vehicles within 3 per interval and 1 % in sum; the speed of the street over all intervals within 10 %.
    """
    net = roads.crossing(tmp_path / "crossing")
    demand = roads.routes(tmp_path / "crossing", roads.flow("west", "west_in east_out", 150, end_s=900))
    scenario = roads.inputs(net, demand, end_s=900)
    engines: tuple[Engine, ...] = (SumoEngine(), QueueEngine(partial(read_traffic, cache=tmp_path / "cache")))
    tables = []
    for engine in engines:
        result = EngineSuite.simulated(engine, scenario, tmp_path / engine.name, detail=Detail.FULL)
        table = result.table(LINK_INTERVALS)
        tables.append(table[table["link_id"] == "west_in"].set_index("begin_s").astype({"vehicles": "float64"}))
    sumo, queue = tables
    assert list(sumo.index) == list(queue.index)
    assert (sumo["vehicles"] - queue["vehicles"]).abs().max() <= 3
    assert sumo["vehicles"].sum() == pytest.approx(queue["vehicles"].sum(), rel=0.01)
    speeds = [(one["speed_mps"] * one["sampled_s"]).sum() / one["sampled_s"].sum() for one in tables]
    assert speeds[0] == pytest.approx(speeds[1], rel=0.1)
