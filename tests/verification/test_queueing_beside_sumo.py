"""The fast engine and SUMO with the same vehicles at the same moments, one piece of traffic physics at a time."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest

from congestion_lab.metrics.objective import mean_delay_s
from congestion_lab.queueing.engine import QueueEngine
from congestion_lab.signals.plan import Control, PlanSet
from congestion_lab.simulation.engine import Engine
from congestion_lab.simulation.result import RunResult
from congestion_lab.simulation.spec import RunSpec, SimulationInputs
from congestion_lab.simulation.tables import TRIPS
from congestion_lab.sumo.running.engine import SumoEngine
from congestion_lab.sumo.traffic.reading import read_traffic
from tests import junctions, roads
from tests.junctions import G, P, Stream, Street, Y

_END_S = 1800.0
_SEEDS = (1, 2)
_NEAR_S = 1.5  # a tenth of a short delay is less than drivers differ
_TRUCKS = (
    f'{junctions.CAR}<vType id="truck" vClass="truck" accel="1.3" length="7.1" maxSpeed="36"/>'
    '<vType id="bus" vClass="bus" accel="1.2" length="12"/>'
)
_CALM = '<vType id="car" sigma="0"/>'


@dataclass(frozen=True)
class Scene:
    """Roads, traffic and signals on which both engines are run."""

    net: Path
    streams: Sequence[Stream]
    plans: PlanSet | None = None
    kinds: str = junctions.CAR

    @property
    def inputs(self) -> SimulationInputs:
        demand = junctions.demand(self.net.parent, *self.streams, end_s=_END_S, kinds=self.kinds)
        return roads.inputs(self.net, demand, end_s=_END_S)


def undersaturated(folder: Path, *, green_s: float = 27.0, vph: float = 600, kinds: str = junctions.CAR) -> Scene:
    net = junctions.approach(folder)
    return Scene(net, [Stream("a", "in out", vph)], junctions.green_and_red(net, "in", green_s), kinds)


def near_capacity(folder: Path) -> Scene:
    return undersaturated(folder, vph=800)


def over_capacity(folder: Path) -> Scene:
    return undersaturated(folder, vph=1100)


def short_green(folder: Path) -> Scene:
    return undersaturated(folder, green_s=9.0, vph=280)


def calm_drivers(folder: Path) -> Scene:
    return undersaturated(folder, vph=750, kinds=_CALM)


def trucks_and_buses(folder: Path) -> Scene:
    net = junctions.approach(folder)
    streams = [Stream(kind, "in out", vph, kind) for kind, vph in (("car", 350), ("truck", 120), ("bus", 60))]
    return Scene(net, streams, junctions.green_and_red(net, "in", 27.0), _TRUCKS)


def slow_turn(folder: Path) -> Scene:
    net = junctions.approach(folder, turn_mps=6.0)
    return Scene(net, [Stream("a", "in out", 650)], junctions.green_and_red(net, "in", 27.0))


def several_lanes(folder: Path) -> Scene:
    net = junctions.approach(folder, lanes=3)
    return Scene(net, [Stream("a", "in out", 2100, lane="random")], junctions.green_and_red(net, "in", 27.0))


def shared_lane(folder: Path) -> Scene:
    """Who turns left waits for the opposing traffic and holds up who goes straight behind."""
    net = junctions.crossroads(folder)
    shown = {"wi": G, "ei": G, "wi no": P, "ei so": P}
    plans = junctions.plans(net, (40, shown), (3, dict.fromkeys(shown, Y)), (17, {}))
    streams = [Stream("left", "wi no", 50), Stream("straight", "wi eo", 250), Stream("opposing", "ei wo", 350)]
    return Scene(net, streams, plans)


def permitted_left(folder: Path) -> Scene:
    net = junctions.crossroads(folder)
    shown = {"wi": G, "ei": G, "wi no": P}
    plans = junctions.plans(net, (40, shown), (3, dict.fromkeys(shown, Y)), (17, {}))
    return Scene(net, [Stream("left", "wi no", 200), Stream("opposing", "ei wo", 450)], plans)


def protected_after_permitted(folder: Path) -> Scene:
    """Who waited inside the junction and who waits behind leave together when the left turn becomes protected."""
    pairs = (("wi", "eo", 0, 0), ("wi", "no", 1, 0), ("ei", "wo", 0, 0), ("ei", "wo", 1, 1), ("si", "no", 0, 0))
    connections = [f'<connection from="{a}" to="{b}" fromLane="{c}" toLane="{d}"/>' for a, b, c, d in pairs]
    net = junctions.crossroads(folder, lanes=2, connections=connections)
    phases: Sequence[junctions.Phase] = (
        *((5, {"wi": G, "ei": G, "wi no": P}), (3, {"wi": Y, "ei": Y, "wi no": P})),
        *((5, {"wi": G, "wi no": G}), (3, {"wi": Y, "wi no": Y}), (23, {"si": G})),
    )
    streams = [Stream("left", "wi no", 300), Stream("opposing", "ei wo", 400)]
    return Scene(net, streams, junctions.plans(net, *phases))


def minor_road(folder: Path) -> Scene:
    net = junctions.crossroads(folder, signal=False)
    streams = [Stream("minor", "si no", 200), Stream("major", "wi eo", 350), Stream("major2", "ei wo", 350)]
    return Scene(net, streams)


def roundabout(folder: Path) -> Scene:
    net = junctions.roundabout(folder)
    pairs = ("sn", "we", "ns", "ew")
    return Scene(net, [Stream(one, junctions.turns(*one), 220) for one in pairs])


def spillback(folder: Path) -> Scene:
    """The queue of a signal reaches back through a short link and keeps the junction before it from emptying."""
    net = junctions.short_link(folder)
    streams = [Stream("through", "in mid out", 700), Stream("cross", "c1 c2", 150)]
    return Scene(net, streams, junctions.green_and_red(net, "mid", 20.0))


def merging(folder: Path) -> Scene:
    """A side street joins a street whose queue reaches back past it: who has priority takes the room that comes."""
    nodes = {"w": (-400.0, 0.0), "a": (-60.0, 0.0), "x": (0.0, 0.0), "e": (300.0, 0.0)}
    nodes |= {"c": (-60.0, -300.0), "s": (0.0, -300.0), "n": (0.0, 300.0)}
    main = {"in": Street("w", "a", priority=9), "mid": Street("a", "x", priority=9), "out": Street("x", "e")}
    sides = {"joins": Street("c", "a", priority=3), "side": Street("s", "x"), "exit": Street("x", "n")}
    net = junctions.built(folder, nodes, main | sides, signals=("x",))
    streams = [Stream("major", "in mid out", 500), Stream("minor", "joins mid out", 100)]
    return Scene(net, streams, junctions.green_and_red(net, "mid", 27.0))


def actuated(folder: Path) -> Scene:
    net = junctions.approach(folder)
    phases: Sequence[junctions.Phase] = (
        *((20, {"in": G}), (3, {"in": Y}), (2, {})),
        *((20, {"side": G}), (3, {"side": Y}), (2, {})),
    )
    plans = junctions.plans(net, *phases, control=Control.ACTUATED, bounds_s=(5.0, 45.0))
    return Scene(net, [Stream("main", "in out", 700), Stream("side", "side exit", 250)], plans)


def delays_s(engine: Engine, scene: Scene, folder: Path) -> dict[str, float]:
    """Mean delay of each stream over the seeds."""
    inputs, found = scene.inputs, []
    for seed in _SEEDS:
        spec = RunSpec(inputs, seed, engine.name, engine.version, plans=scene.plans)
        result = engine.run(spec, folder / f"{engine.name}-{seed}")
        assert isinstance(result, RunResult)
        trips = result.table(TRIPS)
        named = trips.groupby(trips["vehicle_id"].str.split(".").str[0])
        found.append({str(name): mean_delay_s(mine, 0.0) for name, mine in named})
    return {name: float(np.mean([one[name] for one in found])) for name in found[0]}


SCENES: Sequence[tuple[Callable[[Path], Scene], float]] = (  # and how near their delays must be
    (undersaturated, 0.1),
    (near_capacity, 0.2),
    (over_capacity, 0.1),
    (short_green, 0.1),
    (calm_drivers, 0.1),
    (trucks_and_buses, 0.2),
    (slow_turn, 0.15),
    (several_lanes, 0.1),
    (shared_lane, 0.15),
    (permitted_left, 0.1),
    (protected_after_permitted, 0.15),
    (minor_road, 0.2),
    (roundabout, 0.15),
    (spillback, 0.15),
    (merging, 0.15),
    (actuated, 0.2),
)


@pytest.mark.parametrize(("made", "near"), SCENES)
def test_each_stream_is_delayed_as_in_sumo(made: Callable[[Path], Scene], near: float, tmp_path: Path) -> None:
    scene = made(tmp_path / "net")
    queue = delays_s(QueueEngine(lambda given: read_traffic(given, cache=tmp_path / "cache")), scene, tmp_path)
    sumo = delays_s(SumoEngine(), scene, tmp_path)
    assert sumo.keys() == queue.keys()
    for name, seen_s in sumo.items():
        assert queue[name] == pytest.approx(seen_s, rel=near, abs=_NEAR_S)
