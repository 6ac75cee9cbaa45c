"""No vehicle is lost or made in any step of the fast engine, and no lane holds more than its length."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from congestion_lab.queueing.model import QueueModel, Run
from congestion_lab.signals.plan import PlanSet
from congestion_lab.simulation.traffic import Floats
from congestion_lab.sumo.traffic.reading import read_traffic
from tests import junctions, roads
from tests.junctions import G, P, Stream, Y

_LAST_S = 299  # a standstill ends a run after 300 s
_LONGEST_M = 7.5


def locking_ring(folder: Path) -> tuple[QueueModel, PlanSet]:
    """Vehicles lock each other in, and ever more wait outside."""
    net = roads.ring(folder)
    inputs = roads.inputs(net, roads.ring_routes(folder, vehicles=900), end_s=_LAST_S)
    return QueueModel(read_traffic(inputs, cache=folder / "cache"), inputs), PlanSet(())


def signal_with_turns(folder: Path) -> tuple[QueueModel, PlanSet]:
    """Left turners wait inside the junction, lanes fill up, vehicles arrive."""
    net = junctions.crossroads(folder, lanes=2, length_m=150)
    turns = {"w": "nes", "e": "swn", "s": "wne", "n": "esw"}
    streams = [Stream(f"{start}{end}", f"{start}i {end}o", 300) for start, ends in turns.items() for end in ends]
    inputs = roads.inputs(net, junctions.demand(folder, *streams, end_s=_LAST_S), end_s=_LAST_S)
    phases: tuple[junctions.Phase, ...] = ((20, {"wi": G, "ei": G, "wi no": P, "ei so": P}), (3, {"wi": Y, "ei": Y}))
    phases += ((20, {"si": G, "ni": G, "si wo": P, "ni eo": P}), (3, {"si": Y, "ni": Y}))
    return QueueModel(read_traffic(inputs, cache=folder / "cache"), inputs), junctions.plans(net, *phases)


def after(model: QueueModel, plans: PlanSet, end_s: int) -> Run:
    """The state of the run after so many steps."""
    shorter = model.__class__(model.traffic, replace(model.inputs, end_s=float(end_s)), model.behaviour)
    return shorter.run(shorter.table(plans), 1)


def room_m(model: QueueModel) -> Floats:
    """What each lane holds at most: its length, a junction before it that nobody keeps clear, and who just enters."""
    lanes, paths = model.bed.lanes, model.bed.paths
    before = np.zeros(len(model.bed.links))
    np.maximum.at(before, lanes["link"][paths["to_lane"]], paths["room_m"])
    most: Floats = lanes["length_m"] + before[lanes["link"]] + _LONGEST_M
    return most


@pytest.mark.parametrize(("scene", "arrives"), [(locking_ring, False), (signal_with_turns, True)])
def test_demanded_is_arrived_and_running_and_waiting_in_every_step(
    tmp_path: Path, scene: Callable[[Path], tuple[QueueModel, PlanSet]], *, arrives: bool
) -> None:
    model, plans = scene(tmp_path)
    most_m, gone = room_m(model), 0
    for end_s in range(1, _LAST_S + 1):
        run = after(model, plans, end_s)
        work, state = run.work, run.work.vehicles[: len(run.fleet.vehicles)]
        departed, arrived = ~np.isnan(state["departed_s"]), ~np.isnan(state["arrived_s"])
        total = work.total[0]
        assert len(state) == (model.traffic.demand.demanded_s < end_s).sum()
        assert len(state) == arrived.sum() + total["running"] + total["waiting_outside"]
        assert total["waiting_outside"] == (~departed).sum()
        assert total["running"] == work.lanes["count"].sum() + work.paths["waiting"].sum()
        assert (work.lanes["queue_m"] <= most_m).all()
        assert (state["departed_s"][arrived] < state["arrived_s"][arrived]).all()
        assert arrived.sum() >= gone
        gone = arrived.sum()
    assert bool(gone) is arrives
    assert run.work.total[0]["waiting_outside"] > 0


def test_a_run_leaves_nothing_to_the_next(tmp_path: Path) -> None:
    model, plans = signal_with_turns(tmp_path)
    table = model.table(plans)
    first = model.delay_s(table, 1)
    model.delay_s(model.table(junctions.plans(tmp_path / "net.net.xml", (60, {}))), 2)
    assert model.delay_s(table, 1) == first
    assert model.delays_s([plans, plans], [1, 2])[:, 0].tolist() == [first, first]
