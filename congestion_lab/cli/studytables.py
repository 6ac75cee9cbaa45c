"""How a study ended, as tables and words for people and as values for machines."""

import math
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from rich.box import SIMPLE_HEAD
from rich.table import Table

from congestion_lab.cli.periodtables import NOTHING, period_table
from congestion_lab.cli.tables import (
    comparison_table,
    difference_as_json,
    failure_lines,
    paired_indicators,
    unpaired_note,
)
from congestion_lab.experiments.spec import Experiment
from congestion_lab.optimization.candidates import PRESENT
from congestion_lab.optimization.ladder import Climb
from congestion_lab.optimization.studyfiles import BEST_PLAN_FILE
from congestion_lab.optimization.studysummary import StudySummary

_SHOWN = (
    "mean_delay_s",
    "total_travel_time_h",
    "mean_travel_time_s",
    "p95_travel_time_s",
    "stops_per_veh",
    "unfinished_veh",
    "never_inserted_veh",
)


def study_parts(experiment: Experiment, study: StudySummary) -> Iterator[Table | str]:
    """Yield what is printed of a study: change, levels, course, verdict, places."""
    seeds = ", ".join(str(seed) for seed in experiment.confirm.seeds)
    shown = [row for row in paired_indicators(study.present, study.confirmed) if row[0].id in _SHOWN]
    note = unpaired_note(study.present, study.confirmed)
    yield comparison_table(f"{experiment.name}: present → best plan, unseen seeds {seeds}", shown, note)
    yield _level_table(study.climb)
    yield _how_it_went(study.climb)
    yield _verdict(study)
    yield f"study: {study.folder}\nbest plan: {_best_plan(study)}"


def changes_by_period(studies: Mapping[str, StudySummary]) -> Table:
    """Return what each period's study found: mean delay per demanded vehicle on unseen seeds, before and after."""
    table = period_table("Mean delay per demanded vehicle on unseen seeds", "", studies)
    differences = [study.difference for study in studies.values()]
    table.add_row("present (s)", *(NOTHING if one is None else f"{one.before_mean:.1f}" for one in differences))
    table.add_row("found (s)", *(NOTHING if one is None else f"{one.after_mean:.1f}" for one in differences))
    table.add_row("change (s)", *(NOTHING if one is None else f"{one.mean:+.1f}" for one in differences))
    intervals = (NOTHING if one is None else f"{one.low:+.1f} … {one.high:+.1f}" for one in differences)
    table.add_row("95 % interval (s)", *intervals)
    table.add_row("change (%)", *(NOTHING if one is None else f"{100 * one.relative:+.1f}" for one in differences))
    table.add_row("", *map(_in_a_word, studies.values()))
    return table


def study_as_json(study: StudySummary) -> dict[str, Any]:
    """Return how a study ended, and every indicator's change."""
    rows = paired_indicators(study.present, study.confirmed)
    return {
        "study": str(study.folder),
        "best_plan": str(_best_plan(study)),
        "improved": study.improved,
        "candidates": study.candidates,
        "sumo_runs": study.sumo_runs,
        "ended": study.climb.end,
        "rank_correlation": study.climb.agreement.rank_correlation,
        "levels": [{"name": one.name, "best_delay_s": one.best_delay_s} for one in study.climb.levels],
        "failures": study_failures(study),
        "indicators": {indicator.id: difference_as_json(difference) for indicator, difference in rows},
    }


def study_failures(study: StudySummary) -> list[str]:
    """Return what went wrong in confirmation runs."""
    return list(failure_lines((*study.present.failures, *study.confirmed.failures)))


def _best_plan(study: StudySummary) -> Path:
    return study.folder / BEST_PLAN_FILE


def _level_table(climb: Climb) -> Table:
    """Return what each level took and gave."""
    table = Table(title="What each level contributed", title_justify="left", box=SIMPLE_HEAD, pad_edge=False)
    table.add_column("level")
    for heading in ("plans", "simulations", "time (s)", "best plan in SUMO (s)"):
        table.add_column(heading, justify="right")
    for level in climb.levels:
        best = f"{level.best_delay_s:.1f}" if math.isfinite(level.best_delay_s) else "–"
        table.add_row(level.name, f"{level.plans:,}", f"{level.sumo_runs:,}", f"{level.seconds:.0f}", best)
    return table


def _how_it_went(climb: Climb) -> str:
    agreed = climb.agreement
    ended = f"The search ended because {climb.end}."
    if not agreed.plans:
        return ended
    rank = "unknown" if agreed.rank_correlation is None else f"{agreed.rank_correlation:.2f}"
    return (
        f"Rank correlation of the fast engine with SUMO over the {agreed.plans} plans that both judged: {rank}; "
        f"SUMO's delay is {agreed.ratio:.2f} times the fast engine's. {ended}"
    )


def _verdict(study: StudySummary) -> str:
    difference = study.difference
    origin = study.best.entrant.origin
    tried = f"{study.candidates} plans tried in {study.sumo_runs} simulations; the best comes from: {origin}"
    if origin == PRESENT:
        return f"Nothing better than the present plans was found, so best-plan.json holds them. {tried}."
    if difference is None:
        return f"No comparison: fewer than two seeds finished on both sides. {tried}."
    if not difference.significant:
        return f"No significant change of the mean delay on unseen seeds. {tried}."
    word = "lower" if difference.mean < 0 else "HIGHER"
    share = f"{abs(100 * difference.relative):.1f} %"
    interval = f"{difference.low:+.1f} … {difference.high:+.1f} s"
    return f"Mean delay {share} {word} on unseen seeds (95 % interval {interval}). {tried}."


def _in_a_word(study: StudySummary) -> str:
    if study.best.entrant.origin == PRESENT:
        return "nothing better"
    if study.difference is None or not study.difference.significant:
        return "unclear"
    return "[green]better[/]" if study.difference.mean < 0 else "[red]worse[/]"
