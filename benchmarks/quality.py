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
from congestion_lab.optimization.study.study import run_study
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

    def best(self, group: str, *names: str) -> "Best":
        """Return the least delays of a group, or of some of its rows; NaN where none was measured."""
        return best([row for row in self.groups.get(group, ()) if not names or row.name in names])


@dataclass(frozen=True)
class Best:
    """The least delays of several rows, each statistic for itself.

    Attributes:
        mean_s: Least mean over the seeds.
        median_s: Least median: one gridlock of a rival must not make others look good.
    """

    mean_s: float
    median_s: float


def best(rows: Sequence[Row]) -> Best:
    """Return the least delays of rows that ended well; NaN where there is none."""
    usable = [row for row in rows if row.delays_s]
    means, medians = [row.mean_s for row in usable], [row.median_s for row in usable]
    return Best(min(means, default=math.nan), min(medians, default=math.nan))


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
    fixed, either = (measured.best("ours", name) for name in OURS)
    sampler_factor = 0.9 if measured.controllers > _FEW else 1.0
    asked = [
        ("15 % below the shipped plans", fixed, best([measured.shipped]), 0.85),
        ("15 % below the best of SUMO's fixed-time tools", fixed, measured.best("tools"), 0.85),
        (_SAMPLER_ASKED[sampler_factor], fixed, measured.best("sampler"), sampler_factor),
        ("below SUMO's actuated control", either, measured.best("responsive", ACTUATED), 1.0),
    ]
    for what, ours, theirs, factor in asked:
        yield f"- {what}: {_verdict(ours, theirs, factor)}"
    yield ""


def _verdict(ours: Best, theirs: Best, factor: float) -> str:
    if math.isnan(ours.mean_s) or math.isnan(theirs.mean_s):
        return "not measured"
    reached = ours.mean_s <= factor * theirs.mean_s and ours.median_s <= factor * theirs.median_s
    sides = (("mean", ours.mean_s, theirs.mean_s), ("median", ours.median_s, theirs.median_s))
    said = ", ".join(f"{name} {one:.1f} s against {other:.1f} s ({one / other - 1:+.1%})" for name, one, other in sides)
    return f"{said}: {'reached' if reached else '**not reached**'}"


def _published(measured: Measured) -> Iterator[str]:
    """Yield published learning controllers beside ours, as ratios to the fixed plan of their time.

    Ours are ratios of medians: where the shipped plans jam on one seed, their mean would flatter us.
    """
    ratios = RATIOS.get(measured.scene)
    if not ratios:
        return
    rows = measured.groups.get("ours", ())
    ours = [(row.name, f"{row.median_s / measured.shipped.median_s:.2f}", "") for row in rows]
    theirs = [(name, f"{episode:.2f}", f"{last:.2f}") for name, (episode, last) in ratios.items()]
    yield table(("controller", "delay over the fixed plan's", "mean of the last ten episodes"), [*ours, *theirs])


def _data(measured: Measured) -> Mapping[str, object]:
    rows = {row.name: {"delays_s": row.delays_s, "remark": row.remark} for row in measured.rows}
    return {"controllers": measured.controllers, "rows": rows}
