"""A tiny scenario's figures, pinned to the SUMO version: an unnoticed change of any part shows here."""

from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path

from congestion_lab.metrics.summary import run_summary
from congestion_lab.simulation.spec import Detail, RunSpec
from congestion_lab.sumo.running.engine import SumoEngine
from tests import roads


def test_figures_of_the_crossing(tmp_path: Path, golden: Callable[[str, dict[str, object]], None]) -> None:
    net = roads.crossing(tmp_path / "crossing")
    demand = roads.routes(
        tmp_path / "crossing",
        roads.flow("west", "west_in east_out", 300, end_s=1200),
        roads.flow("south", "south_in north_out", 150, end_s=1200),
    )
    engine = SumoEngine()
    scenario = roads.inputs(net, demand, end_s=1200)
    spec = RunSpec(scenario, 42, engine.name, engine.version, detail=Detail.FULL)
    summary = asdict(run_summary(engine.run(spec, tmp_path / "run")))
    rounded = {name: round(value, 6) if isinstance(value, float) else value for name, value in summary.items()}
    golden("crossing", {"sumo": engine.version, **rounded})
