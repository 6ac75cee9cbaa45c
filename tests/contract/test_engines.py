"""What every engine promises, whatever moves its vehicles. A new engine inherits the suite."""

from functools import partial
from pathlib import Path

import pandas as pd
import pytest

from congestion_lab.core.tables import TableContract
from congestion_lab.metrics.objective import mean_delay_s
from congestion_lab.queueing.engine import QueueEngine
from congestion_lab.simulation.engine import Engine
from congestion_lab.simulation.result import RunResult, Status
from congestion_lab.simulation.spec import Detail, RunSpec, SimulationInputs
from congestion_lab.simulation.tables import EMISSIONS, LINKS, MOVEMENTS, TRIPS
from congestion_lab.sumo.engine import SumoEngine
from congestion_lab.sumo.traffic import read_traffic
from tests import roads

_LINKS = {"west_in", "east_out", "south_in", "north_out"}


class EngineSuite:
    """Two one-way streets cross at a signal; 500 vehicles in 15 minutes come from the west, 200 from the south.

    An engine inherits this and gives the fixture `engine`.
    """

    mesoscopic = False
    tables: tuple[TableContract, ...] = (TRIPS, LINKS, MOVEMENTS)

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
    tables = (TRIPS, LINKS, MOVEMENTS, EMISSIONS)

    @pytest.fixture
    def engine(self) -> Engine:
        return SumoEngine()


class TestMesoscopicSumo(TestSumo):
    mesoscopic = True
