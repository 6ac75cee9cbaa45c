"""Does the fast engine rank plans as SUMO does, and does it say the delay of the shipped plans?"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from benchmarks.draws import random_plans
from benchmarks.fast import fast_model
from benchmarks.measuring import Answer, Setting, delays_s, table
from benchmarks.ranks import Floats, among_best, rank_correlation, spread
from benchmarks.scenes import Scene
from congestion_lab.experiments.runner import Runner
from congestion_lab.simulation.result import RunResult
from congestion_lab.simulation.spec import Detail

SEEDS = (11, 12, 13)
OTHER_SEEDS = (21, 22, 23)
_ASKED = 0.9  # rank correlation; or 95 % of what SUMO reaches against itself
_ASKED_OF_ITSELF = 0.95
_NEAR = 0.15  # of SUMO's mean delay of the shipped plans


@dataclass(frozen=True)
class Measured:
    """One scenario, measured.

    Attributes:
        scene: Name of the scenario.
        sumo_s: Mean delay of each plan over `SEEDS` in SUMO.
        other_s: The same over `OTHER_SEEDS`.
        fast_s: The same over `SEEDS` in the fast engine after calibration.
        raw_s: The same before.
        shipped_s: Mean delay of the shipped plans: SUMO, the fast engine after calibration, and before.
    """

    scene: str
    sumo_s: Floats
    other_s: Floats
    fast_s: Floats
    raw_s: Floats
    shipped_s: tuple[float, float, float]


def answered(setting: Setting) -> Answer:
    """Measure every scenario of the setting."""
    measured = []
    for name in setting.scenes:
        with setting.runner(name) as runner:
            measured.append(_measured(setting.scene(name), runner, setting.plans))
        setting.tell(" ".join(map(str, _line(measured[-1]))))
    head = (
        "scenario",
        "engine against SUMO",
        "SUMO against SUMO",
        "asked",
        "",
        "among SUMO's best third",
        "before calibration",
        "shipped: SUMO (s)",
        "engine (s)",
        "off by",
        "",
    )
    return Answer(table(head, [_line(one) for one in measured]), {one.scene: _data(one) for one in measured})


def _measured(scene: Scene, runner: Runner, count: int) -> Measured:
    present, plans = scene.signals.present, random_plans(scene.space, count)

    def sumo(seeds: Sequence[int]) -> Floats:
        delays: Floats = np.array(delays_s(scene, runner, [present, *plans], seeds, detail=Detail.FULL))
        means: Floats = delays.mean(axis=1)
        return means

    ours, others = sumo(SEEDS), sumo(OTHER_SEEDS)
    raw = fast_model(scene)
    fast = raw.calibrated([(present, run.seed, run) for run in _shipped_runs(scene, runner)])
    before, after = (model.delays_s([present, *plans], SEEDS).mean(axis=1) for model in (raw, fast))
    return Measured(scene.name, ours[1:], others[1:], after[1:], before[1:], (ours[0], after[0], before[0]))


def _shipped_runs(scene: Scene, runner: Runner) -> list[RunResult]:
    """Return the shipped plans' runs, with movements; those that failed are left out."""
    present = scene.signals.present
    specs = [runner.spec(scene.inputs, seed, plans=present, detail=Detail.FULL) for seed in SEEDS]
    return [outcome for outcome in runner.run_all(specs) if isinstance(outcome, RunResult)]


def _line(measured: Measured) -> tuple[str, ...]:
    reached = rank_correlation(measured.fast_s, measured.sumo_s)
    itself = rank_correlation(measured.other_s, measured.sumo_s)
    asked = min(_ASKED, _ASKED_OF_ITSELF * itself)
    sumo, fast, _ = measured.shipped_s
    off = fast / sumo - 1
    return (
        measured.scene,
        f"{reached:.3f} ± {spread(rank_correlation, measured.fast_s, measured.sumo_s):.3f}",
        f"{itself:.3f} ± {spread(rank_correlation, measured.other_s, measured.sumo_s):.3f}",
        f"{asked:.3f}",
        _word(reached >= asked),
        f"{among_best(measured.fast_s, measured.sumo_s):.3f}",
        f"{rank_correlation(measured.raw_s, measured.sumo_s):.3f}",
        f"{sumo:.1f}",
        f"{fast:.1f}",
        f"{100 * off:+.1f} %",
        _word(abs(off) <= _NEAR),
    )


def _word(reached: bool) -> str:  # noqa: FBT001 -- it is what the word says
    return "reached" if reached else "**not reached**"


def _data(measured: Measured) -> dict[str, object]:
    return {
        "sumo_s": measured.sumo_s.tolist(),
        "sumo_other_seeds_s": measured.other_s.tolist(),
        "fast_s": measured.fast_s.tolist(),
        "fast_before_calibration_s": measured.raw_s.tolist(),
        "shipped_s": dict(zip(("sumo", "fast", "fast_before_calibration"), measured.shipped_s, strict=True)),
    }
