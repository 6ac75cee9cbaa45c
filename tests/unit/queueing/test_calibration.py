from collections.abc import Sequence
from functools import partial
from pathlib import Path

import pytest

from congestion_lab.queueing.behaviour import Behaviour
from congestion_lab.queueing.calibration import Observed, fitted, misfit
from congestion_lab.queueing.engine import QueueEngine
from congestion_lab.queueing.model import QueueModel
from congestion_lab.signals.plan import PlanSet
from congestion_lab.simulation.result import RunResult
from congestion_lab.simulation.spec import Detail, RunSpec
from congestion_lab.sumo.traffic.reading import read_traffic
from tests import junctions, roads
from tests.junctions import G, P, Stream, Y


@pytest.fixture
def model(tmp_path: Path) -> QueueModel:
    """Left turners wait for an opposing stream near capacity."""
    net = junctions.crossroads(tmp_path)
    streams = [Stream("left", "wi no", 150), Stream("straight", "wi eo", 250), Stream("opposing", "ei wo", 700)]
    inputs = roads.inputs(net, junctions.demand(tmp_path, *streams, end_s=1800), end_s=1800)
    return QueueModel(read_traffic(inputs, cache=tmp_path / "cache"), inputs)


@pytest.fixture
def plans(tmp_path: Path) -> PlanSet:
    shown = {"wi": G, "ei": G, "wi no": P}
    return junctions.plans(tmp_path / "net.net.xml", (30, shown), (3, dict.fromkeys(shown, Y)), (27, {}))


def seen(model: QueueModel, plans: PlanSet, folder: Path, behaviour: Behaviour, seeds: Sequence[int]) -> list[Observed]:
    """What an engine with such drivers sees."""
    engine = QueueEngine(partial(read_traffic, cache=folder / "cache"), behaviour)
    runs = []
    for seed in seeds:
        spec = RunSpec(model.inputs, seed, engine.name, engine.version, plans=plans, detail=Detail.FULL)
        result = engine.run(spec, folder / f"{behaviour.headway_factor}-{seed}")
        assert isinstance(result, RunResult)
        runs.append((plans, seed, result))
    return runs


@pytest.mark.parametrize("factor", [0.9, 1.1])
def test_headways_are_found_again(model: QueueModel, plans: PlanSet, tmp_path: Path, factor: float) -> None:
    observed = seen(model, plans, tmp_path, Behaviour(headway_factor=factor), (1, 2, 3))
    assert fitted(model, observed).headway_factor == factor
    assert misfit(model.calibrated(observed), observed) == 0.0 < misfit(model, observed)


def test_drivers_that_fit_stay_as_they_are(model: QueueModel, plans: PlanSet, tmp_path: Path) -> None:
    assert fitted(model, seen(model, plans, tmp_path, Behaviour(), (1, 2, 3))) == Behaviour()


def test_one_jam_among_the_runs_moves_nothing(model: QueueModel, plans: PlanSet, tmp_path: Path) -> None:
    observed = seen(model, plans, tmp_path, Behaviour(), (1, 2))
    jammed = seen(model, plans, tmp_path, Behaviour(headway_factor=2.0), (3,))
    assert misfit(model, jammed) > 1.0
    assert fitted(model, [*observed, *jammed]) == Behaviour()
