"""What does one plan cost in SUMO, and what in the fast engine? CPU time and memory, each in processes of their own.

The plans are the shipped ones, as the decision space holds them, and a few random ones. Random plans mostly jam, which
costs both engines more; most plans that a search looks at cost about as much as the shipped ones.
"""

import statistics
import tempfile
from dataclasses import asdict, dataclass
from pathlib import Path

from benchmarks.draws import random_points
from benchmarks.fast import fast_model
from benchmarks.measuring import Answer, Setting, mean_and_sd, table
from benchmarks.processes import alone, cost_of_children, cpu_of, own_peak_mib
from benchmarks.scenes import Scene
from congestion_lab.optimization.space.space import Point
from congestion_lab.queueing.model import QueueModel
from congestion_lab.simulation.spec import RunSpec
from congestion_lab.sumo.running.engine import SumoEngine

_RANDOM_PLANS = 3
_SHIPPED_RUNS = 3  # of the shipped plans in SUMO, on different seeds
_REPEATS = 5  # of the same plans in the fast engine
_MS = 1000.0
_ASKED = 200.0  # times below SUMO


@dataclass(frozen=True)
class Cost:
    """What plans cost in one engine.

    Attributes:
        shipped_s: CPU seconds of runs of the shipped plans.
        random_s: CPU seconds of random plans, one value per plan.
        peak_mib: Peak memory of the engine's process.
        set_up_s: CPU seconds that come before the first plan; SUMO pays them in every run.
        program_mib: Peak memory before that: Python and its libraries; 0 for SUMO.
    """

    shipped_s: tuple[float, ...]
    random_s: tuple[float, ...]
    peak_mib: float
    set_up_s: float = 0.0
    program_mib: float = 0.0


HEAD = (
    "scenario",
    "shipped: SUMO, CPU s",
    "fast engine, CPU ms",
    "ratio",
    "random: SUMO, CPU s",
    "fast engine, CPU ms",
    "ratio",
    f"asked: {_ASKED:g}",
    "set-up, CPU s",
    "below one SUMO run",
    "SUMO, MiB",
    "fast engine, MiB (of which Python and libraries)",
)


def answered(setting: Setting) -> Answer:
    """Measure every scenario of the setting."""
    data, lines = {}, []
    for name in setting.scenes:
        sumo, fast = compared(setting.scene(name))
        data[name] = {"sumo": asdict(sumo), "fast": asdict(fast)}
        lines.append(_line(name, sumo, fast))
        setting.tell(" ".join(lines[-1]))
    return Answer(table(HEAD, lines), data)


def compared(scene: Scene) -> tuple[Cost, Cost]:
    """Return what the same plans cost in SUMO and in the fast engine."""
    alone(fast_cost, scene, 0)  # whoever comes first compiles machine code; that is done once per machine
    return alone(sumo_cost, scene), alone(fast_cost, scene)


def _line(name: str, sumo: Cost, fast: Cost) -> tuple[str, ...]:
    below = fast.set_up_s < statistics.fmean(sumo.shipped_s)
    ratios = [
        statistics.fmean(one) / statistics.fmean(other)
        for one, other in ((sumo.shipped_s, fast.shipped_s), (sumo.random_s, fast.random_s))
    ]
    return (
        name,
        mean_and_sd(sumo.shipped_s, 2),
        mean_and_sd([_MS * spent for spent in fast.shipped_s]),
        f"{ratios[0]:.0f}",
        mean_and_sd(sumo.random_s, 2),
        mean_and_sd([_MS * spent for spent in fast.random_s]),
        f"{ratios[1]:.0f}",
        "reached" if min(ratios) >= _ASKED else "**not reached**",
        f"{fast.set_up_s:.2f}",
        "yes" if below else "**no**",
        f"{sumo.peak_mib:.0f}",
        f"{fast.peak_mib:.0f} ({fast.program_mib:.0f})",
    )


def sumo_cost(scene: Scene, plans: int = _RANDOM_PLANS, shipped_runs: int = _SHIPPED_RUNS) -> Cost:
    """Return what plans cost in SUMO, in runs that record trips only; nothing is kept."""
    shipped, *drawn = _points(scene, plans)
    peaks: list[float] = []

    def spent_s(point: Point, seed: int) -> float:
        engine = SumoEngine()
        spec = RunSpec(scene.inputs, seed, engine.name, engine.version, plans=scene.space.decode(point))
        with tempfile.TemporaryDirectory() as folder, cost_of_children() as cost:
            engine.run(spec, Path(folder) / "run")
        peaks.append(cost.child_peak_mib)
        return cost.cpu_s

    shipped_s = tuple(spent_s(shipped, seed) for seed in range(1, shipped_runs + 1))
    return Cost(shipped_s, tuple(spent_s(point, 1) for point in drawn), max(peaks))


def fast_cost(scene: Scene, plans: int = _RANDOM_PLANS, repeats: int = _REPEATS) -> Cost:
    """Return what plans cost in the fast engine, from a point of the decision space to the delay."""
    space = scene.space
    shipped, *drawn = _points(scene, plans)
    program = own_peak_mib()

    def set_up() -> QueueModel:
        model = fast_model(scene)
        model.delays_s([space.decode(shipped)], [1])  # draws the vehicles and loads machine code
        return model

    set_up_s, model = cpu_of(set_up)

    def spent_s(point: Point) -> float:
        return cpu_of(lambda: model.delays_s([space.decode(point)], [1]))[0]

    shipped_s = tuple(spent_s(shipped) for _ in range(repeats))
    random_s = tuple(statistics.fmean(spent_s(point) for _ in range(repeats)) for point in drawn)
    return Cost(shipped_s, random_s, own_peak_mib(), max(0.0, set_up_s - statistics.fmean(shipped_s)), program)


def _points(scene: Scene, plans: int) -> list[Point]:
    """Return the point of the shipped plans and random ones."""
    return [scene.space.encode(scene.signals.present), *random_points(scene.space, plans)]
