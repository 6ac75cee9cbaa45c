"""The fast engine beside SUMO: the same roads, the same vehicles at the same moments, one physical effect at a time.

SUMO differs from itself between seeds by 1 to 5 % in these cases, more where a queue is near capacity. Tolerances say
how far the fast engine may part from it.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import pandas as pd
import pytest

from congestion_lab.metrics.objective import mean_delay_s
from congestion_lab.queueing.engine import QueueEngine
from congestion_lab.signals.plan import Control, PlanSet
from congestion_lab.simulation.engine import Engine
from congestion_lab.simulation.spec import RunSpec, SimulationInputs
from congestion_lab.simulation.tables import TRIPS
from congestion_lab.sumo.running.engine import SumoEngine
from congestion_lab.sumo.traffic.reading import read_traffic
from tests import junctions, roads
from tests.junctions import G, P, R, Stream, Y

_WARM_S = 300.0
_TURNS = {"w": "nes", "e": "swn", "s": "wne", "n": "esw"}
"""Where one gets from each arm by turning left, driving on, turning right."""
_TWO_PHASES: tuple[junctions.Phase, ...] = (
    (30, {"wi": G, "ei": G, "wi no": P, "ei so": P}),
    (3, {"wi": Y, "ei": Y}),
    (24, {"si": G, "ni": G, "si wo": P, "ni eo": P}),
    (3, {"si": Y, "ni": Y}),
)

Scene = tuple[SimulationInputs, PlanSet | None]


@dataclass(frozen=True, slots=True)
class Case:
    """A scene, what is measured on it, and how far the engines may part: relative, or in the measure's unit."""

    scene: Callable[[Path], Scene]
    measure: Callable[[pd.DataFrame], float]
    relative: float
    absolute: float = 0.0


def scenario(net: Path, *streams: Stream, end_s: float = 1800.0, kinds: str = junctions.CAR) -> SimulationInputs:
    return roads.inputs(net, junctions.demand(net.parent, *streams, end_s=end_s, kinds=kinds), end_s=end_s)


def delay_s(name: str = "") -> Callable[[pd.DataFrame], float]:
    """Mean delay of the streams whose names begin so, warm-up left out."""
    return lambda trips: mean_delay_s(trips[trips["vehicle_id"].str.startswith(name)], _WARM_S)


def served_vph(name: str = "") -> Callable[[pd.DataFrame], float]:
    """Arrivals per hour of the streams whose names begin so, after the warm-up, in a run of 1,800 s."""

    def measure(trips: pd.DataFrame) -> float:
        mine = trips[trips["vehicle_id"].str.startswith(name)]
        return float((mine["arrived_s"] > _WARM_S).sum() * 3600.0 / (1800.0 - _WARM_S))

    return measure


def on_a_free_road(vph: float, speed_mps: float) -> Callable[[Path], Scene]:
    def scene(folder: Path) -> Scene:
        return scenario(roads.road(folder, length_m=2000, speed_mps=speed_mps), Stream("a", "main", vph)), None

    return scene


def at_a_signal(
    vph: float, green_s: float, *, lanes: int = 1, speed_mps: float = 13.89, turn_mps: float | None = None
) -> Callable[[Path], Scene]:
    def scene(folder: Path) -> Scene:
        net = junctions.approach(folder, lanes=lanes, speed_mps=speed_mps, turn_mps=turn_mps)
        return scenario(net, Stream("a", "in out", vph)), junctions.green_and_red(net, "in", green_s)

    return scene


def of_classes(*kinds: str) -> Callable[[Path], Scene]:
    def scene(folder: Path) -> Scene:
        net = junctions.approach(folder)
        types = "".join(f'<vType id="{kind}" vClass="{kind}"/>' for kind in kinds)
        streams = (Stream(kind, "in out", 2200 / len(kinds), kind=kind) for kind in kinds)
        return scenario(net, *streams, kinds=types), junctions.green_and_red(net, "in", 25)

    return scene


def permitted_left(left_vph: float, opposing_vph: float, through_vph: float = 0.0) -> Callable[[Path], Scene]:
    def scene(folder: Path) -> Scene:
        net = junctions.crossroads(folder)
        streams = [Stream("left", "wi no", left_vph), Stream("opposing", "ei wo", opposing_vph)]
        streams += [Stream("through", "wi eo", through_vph)] if through_vph else []
        return scenario(net, *streams), junctions.plans(net, *_TWO_PHASES)

    return scene


def all_turns(left: float, through: float, right: float, factor: Mapping[str, float]) -> list[Stream]:
    """Streams of all turns from all arms, in vehicles per hour."""
    volumes = {"L": left, "T": through, "R": right}
    return [
        Stream(f"{turn}{arm}", f"{arm}i {exit_}o", volume * factor.get(arm, 1.0))
        for arm, exits in _TURNS.items()
        for (turn, volume), exit_ in zip(volumes.items(), exits, strict=True)
    ]


def shared_lanes(folder: Path) -> Scene:
    net = junctions.crossroads(folder)
    return scenario(net, *all_turns(30, 165, 45, {})), junctions.plans(net, *_TWO_PHASES)


def turn_lanes(folder: Path) -> Scene:
    """Lanes for left turns, which have a phase of their own, on the street from west to east."""
    lefts = ('from="wi" to="no"', 'from="ei" to="so"')
    others = ('from="wi" to="eo"', 'from="wi" to="so"', 'from="ei" to="wo"', 'from="ei" to="no"')
    connections = [f'<connection {one} fromLane="1" toLane="0"/>' for one in lefts]
    connections += [f'<connection {one} fromLane="0" toLane="0"/>' for one in others]
    net = junctions.crossroads(folder, lanes=2, connections=connections)
    phases: tuple[junctions.Phase, ...] = (
        (26, {"wi": G, "ei": G, "wi no": R, "ei so": R}),
        (3, {"wi": Y, "ei": Y, "wi no": R, "ei so": R}),
        (8, {"wi no": G, "ei so": G}),
        (3, {"wi no": Y, "ei so": Y}),
        (17, {"si": G, "ni": G, "si wo": P, "ni eo": P}),
        (3, {"si": Y, "ni": Y}),
    )
    streams = all_turns(80, 350, 80, {"s": 0.35, "n": 0.35})
    return scenario(net, *streams), junctions.plans(net, *phases)


def three_lanes(folder: Path) -> Scene:
    net = junctions.crossroads(folder, lanes=3, minor_lanes=2)
    streams = all_turns(30, 700, 110, {"s": 0.4, "n": 0.4})
    return scenario(net, *streams), junctions.plans(net, *_TWO_PHASES)


def minor_road(route: str, vph: float, major_vph: float) -> Callable[[Path], Scene]:
    def scene(folder: Path) -> Scene:
        net = junctions.crossroads(folder, signal=False)
        majors = (Stream("major", "wi eo", major_vph / 2), Stream("major2", "ei wo", major_vph / 2))
        return scenario(net, Stream("minor", route, vph), *majors), None

    return scene


def a_roundabout(vph_per_arm: float) -> Callable[[Path], Scene]:
    def scene(folder: Path) -> Scene:
        arms = "wens"
        streams = (
            Stream(f"{start}{end}", junctions.turns(start, end), vph_per_arm / 3)
            for start in arms
            for end in arms
            if start != end
        )
        return scenario(junctions.roundabout(folder), *streams), None

    return scene


def a_roundabout_entry(circulating_vph: float) -> Callable[[Path], Scene]:
    def scene(folder: Path) -> Scene:
        entry = Stream("entry", junctions.turns("s", "n"), 1500)
        return scenario(
            junctions.roundabout(folder), entry, Stream("ring", junctions.turns("w", "e"), circulating_vph)
        ), None

    return scene


def a_short_link(vph: float, green_s: float) -> Callable[[Path], Scene]:
    """A junction that nobody may block, 60 m before a signal that is too short for the demand."""

    def scene(folder: Path) -> Scene:
        net = junctions.short_link(folder)
        streams = (Stream("street", "in mid out", vph), Stream("crossing", "c1 c2", 200))
        return scenario(net, *streams), junctions.green_and_red(net, "mid", green_s)

    return scene


def entering(vph: float, speed: str) -> Callable[[Path], Scene]:
    def scene(folder: Path) -> Scene:
        return scenario(roads.road(folder, speed_mps=13.89), Stream("a", "main", vph, speed=speed)), None

    return scene


def actuated(west_vph: float, south_vph: float) -> Callable[[Path], Scene]:
    def scene(folder: Path) -> Scene:
        net = junctions.approach(folder)
        phases: tuple[junctions.Phase, ...] = ((20, {"in": G}), (3, {"in": Y}), (2, {}))
        phases += ((20, {"side": G}), (3, {"side": Y}), (2, {}))
        streams = (Stream("a", "in out", west_vph), Stream("b", "side exit", south_vph))
        return scenario(net, *streams), junctions.plans(net, *phases, control=Control.ACTUATED)

    return scene


def driving_s(trips: pd.DataFrame) -> float:
    return float(trips["duration_s"][trips["arrived_s"].notna()].mean())


def outside_s(trips: pd.DataFrame) -> float:
    return float(trips["depart_delay_s"].mean())


CASES = {
    "free flow": Case(on_a_free_road(60, 13.89), driving_s, 0.03),
    "free flow, slow road": Case(on_a_free_road(60, 8.33), driving_s, 0.03),
    "a platoon on a long road": Case(on_a_free_road(900, 13.89), driving_s, 0.08),
    "capacity, short green": Case(at_a_signal(2600, 12), served_vph(), 0.12),
    "capacity, long green": Case(at_a_signal(2600, 40), served_vph(), 0.06),
    "capacity, 30 km/h": Case(at_a_signal(2600, 30, speed_mps=8.33), served_vph(), 0.06),
    "capacity, 70 km/h": Case(at_a_signal(2600, 30, speed_mps=19.4), served_vph(), 0.09),
    "capacity, tight turn": Case(at_a_signal(2600, 30, turn_mps=4.0), served_vph(), 0.07),
    "capacity, wide turn": Case(at_a_signal(2600, 30, turn_mps=6.5), served_vph(), 0.06),
    "capacity, three lanes": Case(at_a_signal(5700, 25, lanes=3), served_vph(), 0.07),
    "delay, light": Case(at_a_signal(200, 25), delay_s(), 0.15),
    "delay, heavy": Case(at_a_signal(550, 25), delay_s(), 0.20),
    "trucks": Case(of_classes("truck"), served_vph(), 0.12),
    "motorcycles": Case(of_classes("motorcycle"), served_vph(), 0.12),
    "buses and cars": Case(of_classes("passenger", "bus"), served_vph(), 0.15),
    "permitted left, capacity": Case(permitted_left(900, 300), served_vph("left"), 0.20),
    "permitted left, sneakers": Case(permitted_left(600, 700), served_vph("left"), 0.25),
    "permitted left, delay": Case(permitted_left(100, 400), delay_s("left"), 0.20),
    "a left turner blocks its lane": Case(permitted_left(300, 750, 700), served_vph("through"), 0.25),
    "shared lanes": Case(shared_lanes, delay_s(), 0.20),
    "turn lanes": Case(turn_lanes, delay_s(), 0.15),
    "turn lanes, left turns": Case(turn_lanes, delay_s("L"), 0.20),
    "lane choice": Case(three_lanes, delay_s(), 0.20),
    "minor road, straight": Case(minor_road("si no", 60, 600), delay_s("minor"), 0.35),
    "minor road, capacity straight": Case(minor_road("si no", 1500, 600), served_vph("minor"), 0.20),
    "minor road, left": Case(minor_road("si wo", 60, 600), delay_s("minor"), 0.30),
    "minor road, capacity left": Case(minor_road("si wo", 1500, 600), served_vph("minor"), 0.35),
    "roundabout": Case(a_roundabout(350), delay_s(), 0.25),
    "roundabout, entry": Case(a_roundabout_entry(500), served_vph("entry"), 0.20),
    "storage and spillback": Case(a_short_link(900, 15), served_vph("street"), 0.08),
    "spillback, delay": Case(a_short_link(900, 30), delay_s("street"), 0.12),
    "departure queue": Case(entering(1400, "0"), outside_s, 0.08),
    "departure queue, light": Case(entering(700, "0"), outside_s, 0.25, 0.5),
    "actuated, light": Case(actuated(200, 200), delay_s(), 0.20),
    "actuated, heavy": Case(actuated(700, 500), delay_s(), 0.25),
}


def measured(engine: Engine, case: Case, scene: Scene, folder: Path) -> float:
    inputs, plans = scene
    spec = RunSpec(inputs, 1, engine.name, engine.version, plans=plans)
    return case.measure(engine.run(spec, folder).table(TRIPS))


@pytest.mark.parametrize("name", CASES)
def test_the_fast_engine_keeps_to_sumo(name: str, tmp_path: Path) -> None:
    case = CASES[name]
    scene = case.scene(tmp_path / "net")
    fast = QueueEngine(lambda inputs: read_traffic(inputs, cache=tmp_path / "cache"))
    truth = measured(SumoEngine(), case, scene, tmp_path / "sumo")
    assert measured(fast, case, scene, tmp_path / "queue") == pytest.approx(
        truth, rel=case.relative, abs=case.absolute or None
    )
