from pathlib import Path

import pytest

from congestion_lab.sumo.controllers.timing_tools import Cycle, timed_by_sumo
from congestion_lab.sumo.nets.netfile import read_plans
from tests import roads


def test_webster_gives_the_busy_street_more_green(tmp_path: Path) -> None:
    net = roads.crossing(tmp_path / "crossing")
    demand = roads.routes(
        tmp_path / "crossing",
        roads.flow("west", "west_in east_out", 600, end_s=3600),
        '<flow id="south" begin="0" end="3600" number="200" from="south_in" to="north_out"/>',
    )
    scenario = roads.inputs(net, demand, end_s=3600)
    (shipped,) = timed_by_sumo(scenario, tmp_path / "shipped", cycle=Cycle.SHIPPED, coordinated=False)
    assert (shipped,) == read_plans(net).plans
    (timed,) = timed_by_sumo(scenario, tmp_path / "webster", cycle=Cycle.WEBSTER, coordinated=True)
    assert timed.cycle_s < shipped.cycle_s
    greens = sorted(interval.duration_s for interval in timed.intervals)[-2:]
    assert greens[1] > greens[0]


@pytest.mark.parametrize("cycle", [Cycle.UNIFIED, Cycle.EXISTING])
def test_a_published_network_is_timed(bench_folder: Path, tmp_path: Path, cycle: Cycle) -> None:
    net, demand = (bench_folder / "cologne3" / f"cologne3.{kind}.xml.gz" for kind in ("net", "rou"))
    scenario = roads.inputs(net, demand, end_s=28800, begin_s=25200.0, analysis_begin_s=25200.0)
    plans = timed_by_sumo(scenario, tmp_path / "tools", cycle=cycle, coordinated=True)
    assert {plan.controller_id for plan in plans} == {plan.controller_id for plan in read_plans(net)}
    assert any(plan.offset_s != 0 for plan in plans)
    if cycle is Cycle.UNIFIED:
        assert len({plan.cycle_s for plan in plans}) == 1
