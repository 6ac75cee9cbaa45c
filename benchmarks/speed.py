"""What does one plan cost in SUMO, and what in the fast engine? CPU time and memory, each in processes of their own."""

import statistics
import tempfile
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from benchmarks.draws import random_plans, random_points
from benchmarks.fast import fast_model
from benchmarks.measuring import Answer, Setting, mean_and_sd, table
from benchmarks.processes import alone, cost_of_children, cpu_of, own_peak_mib
from benchmarks.scenes import Scene
from congestion_lab.optimization.space import DecisionSpace, Point
from congestion_lab.queueing.model import QueueModel
from congestion_lab.simulation.spec import RunSpec
from congestion_lab.sumo.engine import SumoEngine

_SUMO_PLANS = 5
_FAST_PLANS = 60
_BATCH = 10  # plans that are timed together: the process clock ticks coarsely beside one plan
_SEED = 1
_MS = 1000.0
ASKED = 200.0  # times below SUMO


@dataclass(frozen=True)
class Sumo:
    """SUMO's cost of single runs that record trips only.

    Attributes:
        runs_s: CPU seconds per run.
        peak_mib: Peak memory of the largest.
    """

    runs_s: tuple[float, ...]
    peak_mib: float


@dataclass(frozen=True)
class Fast:
    """The fast engine's cost.

    Attributes:
        set_up_s: CPU seconds to read and compile the scenario, to load machine code, and to run a first plan.
        plans_s: CPU seconds per plan: from a point of the decision space to its delay, one value per batch.
        program_mib: Peak memory of the process before the set-up: Python and its libraries.
        peak_mib: Peak memory at the end.
    """

    set_up_s: float
    plans_s: tuple[float, ...]
    program_mib: float
    peak_mib: float


def answered(setting: Setting) -> Answer:
    """Measure every scenario of the setting."""
    data, lines = {}, []
    for name in setting.scenes:
        scene = setting.scene(name)
        alone(fast_cost, scene)  # whoever comes first compiles machine code; that is done once per machine
        sumo, fast = alone(sumo_cost, scene), alone(fast_cost, scene)
        data[name] = {"sumo": asdict(sumo), "fast": asdict(fast)}
        lines.append(line(name, sumo, fast))
        setting.tell(" ".join(lines[-1]))
    return Answer(table(HEAD, lines), data)


HEAD = (
    "scenario",
    "SUMO, CPU s per plan",
    "fast engine, CPU ms per plan",
    "ratio",
    f"asked: {ASKED:g}",
    "set-up, CPU s",
    "below one SUMO run",
    "SUMO, MiB",
    "fast engine, MiB (of which Python and libraries)",
)


def line(name: str, sumo: Sumo, fast: Fast) -> tuple[str, ...]:
    """Return one line of the table."""
    ratio = statistics.fmean(sumo.runs_s) / statistics.fmean(fast.plans_s)
    below = fast.set_up_s < statistics.fmean(sumo.runs_s)
    return (
        name,
        mean_and_sd(sumo.runs_s, 2),
        mean_and_sd([_MS * plan for plan in fast.plans_s], 2),
        f"{ratio:.0f}",
        "reached" if ratio >= ASKED else "**not reached**",
        f"{fast.set_up_s:.2f}",
        "yes" if below else "**no**",
        f"{sumo.peak_mib:.0f}",
        f"{fast.peak_mib:.0f} ({fast.program_mib:.0f})",
    )


def sumo_cost(scene: Scene, plans: int = _SUMO_PLANS) -> Sumo:
    """Return what single runs of random plans cost in SUMO; nothing is kept."""
    engine = SumoEngine()
    runs, peak = [], 0.0
    for each in random_plans(scene.space, plans):
        spec = RunSpec(scene.inputs, _SEED, engine.name, engine.version, plans=each)
        with tempfile.TemporaryDirectory() as folder, cost_of_children() as cost:
            engine.run(spec, Path(folder) / "run")
        runs.append(cost.cpu_s)
        peak = max(peak, cost.child_peak_mib)
    return Sumo(tuple(runs), peak)


def fast_cost(scene: Scene, plans: int = _FAST_PLANS, batch: int = _BATCH) -> Fast:
    """Return what reading, compiling and running random plans cost in the fast engine.

    Args:
        scene: The scenario.
        plans: Plans that are timed.
        batch: How many are timed together.
    """
    space = scene.space
    points = random_points(space, plans + 1)
    program = own_peak_mib()

    def set_up() -> QueueModel:
        model = fast_model(scene)
        model.delays_s([space.decode(points[0])], [_SEED])
        return model

    spent_s, model = cpu_of(set_up)
    batches = [points[begin : begin + batch] for begin in range(1, len(points), batch)]
    costs = [_cost_s(model, space, each) / len(each) for each in batches]
    return Fast(spent_s, tuple(costs), program, own_peak_mib())


def _cost_s(model: QueueModel, space: DecisionSpace, points: Sequence[Point]) -> float:
    return cpu_of(lambda: model.delays_s([space.decode(point) for point in points], [_SEED]))[0]
