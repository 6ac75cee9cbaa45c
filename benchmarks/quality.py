"""How good are the plans? Ours from thirty simulations beside what others reach, on seeds that nobody searched."""

import statistics
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks.baselines import by_default_sampler, tool_plans
from benchmarks.measuring import Answer, Row, Setting, ran, table
from benchmarks.published import RATIOS
from benchmarks.scenes import Scene
from congestion_lab.core.errors import EngineError
from congestion_lab.experiments.comparison import paired
from congestion_lab.experiments.runner import Runner
from congestion_lab.experiments.spec import Confirm, Experiment, Search
from congestion_lab.optimization.study import run_study
from congestion_lab.simulation.spec import Controller

UNSEEN = tuple(range(101, 111))
OUR_RUNS = 30
SAMPLER_RUNS = 200
SHIPPED = "shipped"
OURS = {"ours, fixed": ("fixed",), "ours, fixed or actuated": ("fixed", "actuated")}
SAMPLER = f"Optuna's default sampler, {SAMPLER_RUNS} runs"
_ALONE = f"{SAMPLER}, one seed each"
_RESPONSIVE = {
    "SUMO actuated": Controller.ACTUATED,
    "SUMO delay_based": Controller.DELAY_BASED,
    "max-pressure, step by step": Controller.MAX_PRESSURE,
}


@dataclass(frozen=True)
class Measured:
    """One scenario, measured.

    Attributes:
        scene: Name of the scenario.
        controllers: Number of searched controllers.
        rows: What was run, shipped plans first.
        tools: Names of the rows of SUMO's fixed-time tools.
    """

    scene: str
    controllers: int
    rows: tuple[Row, ...]
    tools: tuple[str, ...]


def answered(setting: Setting) -> Answer:
    """Measure every scenario of the setting."""
    measured = [_measured(setting, name) for name in setting.scenes]
    return Answer("\n".join(map(_text, measured)), {one.scene: _data(one) for one in measured})


def _measured(setting: Setting, name: str) -> Measured:
    scene = setting.scene(name)
    folder = setting.folder / name
    rows: list[Row] = []
    tools: list[str] = []
    with setting.runner(name) as runner:
        for group, row in _rows(scene, runner, folder):
            setting.tell(f"{name:<16} {row.name:<44} {row} {row.remark}")
            rows.append(row)
            tools += [row.name] if group == "tool" else []
    return Measured(name, len(scene.space.rings), tuple(rows), tuple(tools))


def _rows(scene: Scene, runner: Runner, folder: Path) -> Iterator[tuple[str, Row]]:
    """Yield what is measured, each with the group that it belongs to."""
    yield "shipped", ran(scene, runner, SHIPPED, None, UNSEEN)
    for name, control in OURS.items():
        yield "ours", _ours(scene, runner, folder / name.replace(", ", "-").replace(" ", "-"), name, control)
    for name, made in tool_plans(scene, folder / "tools"):
        if isinstance(made, EngineError):
            yield "tool", Row(name, {}, f"the tool failed: {str(made).splitlines()[0]}")
        else:
            yield "tool", ran(scene, runner, name, made, UNSEEN)
    for name, seeds in ((SAMPLER, scene.experiment.search.seeds), (_ALONE, scene.experiment.search.seeds[:1])):
        found = by_default_sampler(scene, runner, runs=SAMPLER_RUNS, seeds=seeds)
        yield "sampler", ran(scene, runner, name, found.plans, UNSEEN, remark=f"{found.runs} runs")
    for name, controller in _RESPONSIVE.items():
        yield "responsive", ran(scene, runner, name, None, UNSEEN, controller=controller)


def _ours(scene: Scene, runner: Runner, folder: Path, name: str, control: Sequence[str]) -> Row:
    study = run_study(_experiment(scene.experiment, control), scene.inputs, scene.signals, runner=runner, folder=folder)
    return ran(scene, runner, name, study.best_plans, UNSEEN, remark=f"{study.sumo_runs} runs")


def _experiment(experiment: Experiment, control: Sequence[str]) -> Experiment:
    """Return the experiment with the budget and the seeds of the comparison."""
    search = {**experiment.search.model_dump(), "sumo_runs": OUR_RUNS, "control": list(control)}
    update = {"search": Search.model_validate(search), "confirm": Confirm(seeds=UNSEEN)}
    return experiment.model_copy(update=update)


def _text(measured: Measured) -> str:
    shipped = measured.rows[0]
    lines = [(row.name, row, _change(row, shipped), row.remark) for row in measured.rows]
    head = ("plans", "mean delay (s)", "against shipped, 95 % interval", "")
    parts = [f"### {measured.scene}", "", table(head, lines), *_verdicts(measured), *_published(measured)]
    return "\n".join(parts) + "\n"


def _change(row: Row, shipped: Row) -> str:
    """Return the paired change in percent with its interval, on the seeds that both finished."""
    shared = sorted({*row.delays_s} & {*shipped.delays_s})
    if row is shipped or not shared:
        return ""
    change = paired({seed: shipped.delays_s[seed] for seed in shared}, {seed: row.delays_s[seed] for seed in shared})
    low, high = (100 * end / change.before_mean for end in (change.low, change.high))
    return f"{100 * change.relative:+.1f} % ({low:+.1f} to {high:+.1f})"


def _verdicts(measured: Measured) -> Iterator[str]:
    """Yield one line per demand: what was asked, what was reached."""
    by_name = {row.name: row for row in measured.rows}
    fixed, either = (by_name[name] for name in OURS)
    tools = [by_name[name].mean_s for name in measured.tools if by_name[name].delays_s]
    sampler = min(by_name[SAMPLER].mean_s, by_name[_ALONE].mean_s)
    asked = [
        ("15 % below the shipped plans", fixed, measured.rows[0].mean_s, 0.85),
        ("15 % below the best of SUMO's fixed-time tools", fixed, min(tools, default=float("nan")), 0.85),
        ("not above Optuna's default sampler", fixed, sampler, 0.9 if measured.controllers > _FEW else 1.0),
        ("below SUMO's actuated control", either, by_name["SUMO actuated"].mean_s, 1.0),
    ]
    for what, ours, theirs, factor in asked:
        word = "reached" if ours.mean_s <= factor * theirs else "**not reached**"
        change = f"{100 * (ours.mean_s / theirs - 1):+.1f} %"
        yield f"- {what}: {ours.mean_s:.1f} s against {theirs:.1f} s ({change}): {word}"
    yield ""


_FEW = 5  # controllers; with more, a tenth below the sampler is asked


def _published(measured: Measured) -> Iterator[str]:
    """Yield published learning controllers beside ours, as ratios to the fixed plan of their time."""
    ratios = RATIOS.get(measured.scene)
    if not ratios:
        return
    shipped = measured.rows[0].mean_s
    ours = [(row.name, f"{row.mean_s / shipped:.2f}", "") for row in measured.rows if row.name in OURS]
    theirs = [(name, f"{best:.2f}", f"{last:.2f}") for name, (best, last) in ratios.items()]
    yield table(("controller", "delay over the fixed plan's", "mean of the last ten episodes"), [*ours, *theirs])


def _data(measured: Measured) -> Mapping[str, object]:
    rows = {row.name: {"delays_s": row.delays_s, "remark": row.remark} for row in measured.rows}
    means = {name: statistics.fmean(row.delays_s.values()) for name, row in _ended(measured.rows)}
    return {"controllers": measured.controllers, "rows": rows, "mean_delay_s": means}


def _ended(rows: Sequence[Row]) -> Iterator[tuple[str, Row]]:
    return ((row.name, row) for row in rows if row.delays_s)
