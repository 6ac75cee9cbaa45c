"""How good are the plans? Ours from thirty simulations beside what others reach, on seeds that nobody searched."""

import itertools
import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks.baselines import by_default_sampler, tool_plans
from benchmarks.fast import fast_model
from benchmarks.measuring import Answer, Row, Setting, ran, table
from benchmarks.published import RATIOS
from benchmarks.scenes import Scene
from congestion_lab.core.errors import EngineError
from congestion_lab.experiments.comparison import paired
from congestion_lab.experiments.runner import Runner
from congestion_lab.experiments.spec import Confirm, Experiment, Search
from congestion_lab.optimization.study import run_study
from congestion_lab.simulation.spec import Controller, Detail

UNSEEN = tuple(range(101, 111))
OUR_RUNS = 30
SAMPLER_RUNS = 200
OURS = {"ours, fixed": ("fixed",), "ours, fixed or actuated": ("fixed", "actuated")}
ACTUATED = "SUMO actuated"
_RESPONSIVE = {
    ACTUATED: Controller.ACTUATED,
    "SUMO delay_based": Controller.DELAY_BASED,
    "max-pressure, step by step": Controller.MAX_PRESSURE,
}
_SAMPLER = f"Optuna's default sampler, {SAMPLER_RUNS} runs"
_SAMPLER_ASKED = {1.0: "not above Optuna's default sampler", 0.9: "10 % below Optuna's default sampler"}
_FEW = 5  # controllers; with more, a tenth below the sampler is asked


@dataclass(frozen=True)
class Measured:
    """One scenario, measured.

    Attributes:
        scene: Name of the scenario.
        controllers: Number of searched controllers.
        shipped: The plans it came with.
        groups: What else was run, by group; groups that were left out are missing.
    """

    scene: str
    controllers: int
    shipped: Row
    groups: Mapping[str, Sequence[Row]]

    @property
    def rows(self) -> list[Row]:
        """All that was run."""
        return [self.shipped, *itertools.chain.from_iterable(self.groups.values())]

    def best_s(self, group: str, *names: str) -> float:
        """Return the least mean delay of a group, or of some of its rows; NaN where none was measured."""
        rows = self.groups.get(group, ())
        return min((row.mean_s for row in rows if row.delays_s and (not names or row.name in names)), default=math.nan)


def answered(setting: Setting) -> Answer:
    """Measure every scenario of the setting."""
    measured = [_measured(setting, name) for name in setting.scenes]
    return Answer("\n".join(map(_text, measured)), {one.scene: _data(one) for one in measured})


def _measured(setting: Setting, name: str) -> Measured:
    scene = setting.scene(name)

    def told(row: Row) -> Row:
        setting.tell(f"{name:<16} {row.name:<44} {row} {row.remark}")
        return row

    with setting.runner(name) as runner:
        plans = scene.signals.present
        shipped = told(ran(scene, runner, "shipped", plans, UNSEEN, detail=Detail.FULL))
        groups = {
            group: [told(row) for row in rows(scene, runner, setting.folder / name)]
            for group, rows in _GROUPS.items()
            if group not in setting.skipped
        }
    return Measured(name, len(scene.space.rings), shipped, groups)


def _all_ours(scene: Scene, runner: Runner, folder: Path) -> Iterator[Row]:
    for name, control in OURS.items():
        yield _ours(scene, runner, folder / f"ours-{'-'.join(control)}", name, control)


def _by_tools(scene: Scene, runner: Runner, folder: Path) -> Iterator[Row]:
    for name, made in tool_plans(scene, folder / "tools"):
        if isinstance(made, EngineError):
            yield Row(name, {}, f"the tool failed: {str(made).splitlines()[0]}")
        else:
            yield ran(scene, runner, name, made, UNSEEN)


def _by_sampler(scene: Scene, runner: Runner, _folder: Path) -> Iterator[Row]:
    seeds = scene.experiment.search.seeds
    for name, judged_on in ((f"{_SAMPLER}, all seeds", seeds), (f"{_SAMPLER}, one seed", seeds[:1])):
        found = by_default_sampler(scene, runner, runs=SAMPLER_RUNS, seeds=judged_on)
        yield ran(scene, runner, name, found.plans, UNSEEN, remark=f"{found.runs} runs")


def _responsive(scene: Scene, runner: Runner, _folder: Path) -> Iterator[Row]:
    for name, controller in _RESPONSIVE.items():
        yield ran(scene, runner, name, None, UNSEEN, controller=controller)


_GROUPS: Mapping[str, Callable[[Scene, Runner, Path], Iterator[Row]]] = {
    "ours": _all_ours,
    "tools": _by_tools,
    "sampler": _by_sampler,
    "responsive": _responsive,
}
GROUPS = tuple(_GROUPS)


def _ours(scene: Scene, runner: Runner, folder: Path, name: str, control: Sequence[str]) -> Row:
    study = run_study(
        budgeted(scene.experiment, control),
        scene.inputs,
        scene.signals,
        runner=runner,
        folder=folder,
        fast=fast_model(scene),
    )
    runs = f"{study.sumo_runs} runs"  # and those that confirm, which are found in the store here
    return ran(scene, runner, name, study.best_plans, UNSEEN, detail=Detail.FULL, remark=runs)


def budgeted(experiment: Experiment, control: Sequence[str]) -> Experiment:
    """Return the experiment with the budget and the seeds of the comparison."""
    search = {**experiment.search.model_dump(), "sumo_runs": OUR_RUNS, "control": tuple(control)}
    update = {"search": Search.model_validate(search), "confirm": Confirm(seeds=UNSEEN)}
    return experiment.model_copy(update=update)


def _text(measured: Measured) -> str:
    lines = [
        (row.name, row, f"{row.median_s:.1f}", _change(row, measured.shipped), row.remark) for row in measured.rows
    ]
    head = ("plans", "mean delay (s)", "median (s)", "against shipped, 95 % interval", "")
    parts = [f"### {measured.scene}", "", table(head, lines), *verdicts(measured), *_published(measured)]
    return "\n".join(parts) + "\n"


def _change(row: Row, shipped: Row) -> str:
    """Return the paired change in percent with its interval, on the seeds that both finished."""
    shared = sorted({*row.delays_s} & {*shipped.delays_s})
    if row is shipped or not shared:
        return ""
    change = paired({seed: shipped.delays_s[seed] for seed in shared}, {seed: row.delays_s[seed] for seed in shared})
    low, high = (100 * end / change.before_mean for end in (change.low, change.high))
    return f"{100 * change.relative:+.1f} % ({low:+.1f} to {high:+.1f})"


def verdicts(measured: Measured) -> Iterator[str]:
    """Yield one line per demand: what was asked, what was reached."""
    fixed, either = (measured.best_s("ours", name) for name in OURS)
    sampler_factor = 0.9 if measured.controllers > _FEW else 1.0
    asked = [
        ("15 % below the shipped plans", fixed, measured.shipped.mean_s, 0.85),
        ("15 % below the best of SUMO's fixed-time tools", fixed, measured.best_s("tools"), 0.85),
        (_SAMPLER_ASKED[sampler_factor], fixed, measured.best_s("sampler"), sampler_factor),
        ("below SUMO's actuated control", either, measured.best_s("responsive", ACTUATED), 1.0),
    ]
    for what, ours_s, theirs_s, factor in asked:
        yield f"- {what}: {_verdict(ours_s, theirs_s, factor)}"
    yield ""


def _verdict(ours_s: float, theirs_s: float, factor: float) -> str:
    if math.isnan(ours_s) or math.isnan(theirs_s):
        return "not measured"
    word = "reached" if ours_s <= factor * theirs_s else "**not reached**"
    return f"{ours_s:.1f} s against {theirs_s:.1f} s ({100 * (ours_s / theirs_s - 1):+.1f} %): {word}"


def _published(measured: Measured) -> Iterator[str]:
    """Yield published learning controllers beside ours, as ratios to the fixed plan of their time."""
    ratios = RATIOS.get(measured.scene)
    if not ratios:
        return
    rows = measured.groups.get("ours", ())
    ours = [(row.name, f"{row.mean_s / measured.shipped.mean_s:.2f}", "") for row in rows]
    theirs = [(name, f"{best:.2f}", f"{last:.2f}") for name, (best, last) in ratios.items()]
    yield table(("controller", "delay over the fixed plan's", "mean of the last ten episodes"), [*ours, *theirs])


def _data(measured: Measured) -> Mapping[str, object]:
    rows = {row.name: {"delays_s": row.delays_s, "remark": row.remark} for row in measured.rows}
    return {"controllers": measured.controllers, "rows": rows}
