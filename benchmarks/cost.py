"""How much of a search is not engine time? One study per scenario, from an empty folder, one simulation at a time."""

import shutil
import time
from dataclasses import dataclass

from benchmarks.fast import fast_model
from benchmarks.measuring import Answer, Setting, table
from benchmarks.quality import OURS, budgeted
from benchmarks.scenes import Scene
from congestion_lab.experiments.executor import LocalExecutor
from congestion_lab.experiments.runner import Runner
from congestion_lab.experiments.store import RunStore, read_run
from congestion_lab.optimization.study.study import run_study
from congestion_lab.sumo.running.engine import SumoEngine

_ASKED = 0.1


@dataclass(frozen=True)
class Measured:
    """What a study took, in wall-clock seconds.

    Attributes:
        scene: Name of the scenario.
        total_s: The whole study, confirmation included.
        sumo_s: In SUMO.
        fast_s: In the fast engine.
    """

    scene: str
    total_s: float
    sumo_s: float
    fast_s: float

    @property
    def share(self) -> float:
        """Share of the time that is neither."""
        return 1 - (self.sumo_s + self.fast_s) / self.total_s


def answered(setting: Setting) -> Answer:
    """Measure every scenario of the setting."""
    measured = []
    for name in setting.scenes:
        measured.append(_measured(setting.scene(name), setting))
        setting.tell(" ".join(_line(measured[-1])))
    head = ("scenario", "study (s)", "in SUMO (s)", "in the fast engine (s)", "neither", "asked: below 10 %")
    return Answer(table(head, [_line(one) for one in measured]), {one.scene: vars(one) for one in measured})


def _measured(scene: Scene, setting: Setting) -> Measured:
    folder = setting.folder / scene.name / "cost"
    shutil.rmtree(folder, ignore_errors=True)  # runs that are found again would take no time
    begin = time.perf_counter()
    with LocalExecutor(SumoEngine(), RunStore(folder / "runs"), 1) as executor:
        study = run_study(
            budgeted(scene.experiment, next(iter(OURS.values()))),
            scene.inputs,
            scene.signals,
            runner=Runner(executor),
            folder=folder / "study",
            fast=fast_model(scene),
        )
    total_s = time.perf_counter() - begin
    sumo_s = sum(read_run(run).provenance.wall_s for run in (folder / "runs").iterdir())
    fast_s = sum(level.engine_s for level in study.climb.levels)
    return Measured(scene.name, total_s, sumo_s, fast_s)


def _line(one: Measured) -> tuple[str, ...]:
    seconds = (f"{value:.0f}" for value in (one.total_s, one.sumo_s, one.fast_s))
    return (one.scene, *seconds, f"{100 * one.share:.1f} %", "reached" if one.share < _ASKED else "**not reached**")
