"""How a study ended, as tables and words for people and as values for machines."""

import math
from collections.abc import Iterator, Mapping
from typing import Any

from rich.box import SIMPLE_HEAD
from rich.table import Table

from congestion_lab.cli.periodtables import NOTHING, period_table
from congestion_lab.cli.studywords import best_plan, certificates_of, conclusion, next_steps
from congestion_lab.cli.tables import (
    comparison_table,
    difference_as_json,
    failure_lines,
    paired_indicators,
    unpaired_note,
)
from congestion_lab.experiments.spec import Experiment
from congestion_lab.optimization.search.agreement import Agreement
from congestion_lab.optimization.search.candidates import PRESENT
from congestion_lab.optimization.search.levels import Climb
from congestion_lab.optimization.study.proof import Outcome
from congestion_lab.optimization.study.studysummary import StudySummary

_SHOWN = (
    "mean_delay_s",
    "total_travel_time_h",
    "mean_travel_time_s",
    "p95_travel_time_s",
    "stops_per_veh",
    "unfinished_veh",
    "never_inserted_veh",
)


def study_parts(experiment: Experiment, command: str, study: StudySummary) -> Iterator[Table | str]:
    """Yield what is printed of a study: change, levels, how the engines agree, what it comes to, where to go on.

    Args:
        experiment: What was asked.
        command: The command that made the study, without its bounds.
        study: How it ended.

    Raises:
        SignalPlanError: Its plan file is damaged.
    """
    seeds = ", ".join(str(seed) for seed in experiment.confirm.seeds)
    shown = [row for row in paired_indicators(study.present, study.confirmed) if row[0].id in _SHOWN]
    note = unpaired_note(study.present, study.confirmed)
    yield comparison_table(f"{experiment.name}: present → best plan, unseen seeds {seeds}", shown, note)
    yield _level_table(study.climb)
    yield from _how_engines_agree(study.climb.agreement)
    certificates = certificates_of(study)
    yield conclusion(experiment, study, certificates)
    yield f"\nstudy: {study.folder}\nbest plan: {best_plan(study)} ({_in_a_word(study)})"
    yield from next_steps(command, study, certificates)


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
    table.add_row("", *(_coloured(_in_a_word(study)) for study in studies.values()))
    return table


def study_as_json(study: StudySummary) -> dict[str, Any]:
    """Return how a study ended, every indicator's change, and the controllers whose plan is not certified.

    Raises:
        SignalPlanError: Its plan file is damaged.
    """
    rows = paired_indicators(study.present, study.confirmed)
    return {
        "study": str(study.folder),
        "best_plan": str(best_plan(study)),
        "not_certified": [one.controller_id for one in certificates_of(study) if not one.certified],
        "improved": study.improved,
        "outcome": study.outcome.value,
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


def _level_table(climb: Climb) -> Table:
    """Return what each level took and gave."""
    table = Table(title="What each level contributed", title_justify="left", box=SIMPLE_HEAD, pad_edge=False)
    table.add_column("level")
    for heading in ("plans", "simulations", "time (s)", "best, searched seeds (s)"):
        table.add_column(heading, justify="right")
    for level in climb.levels:
        best = f"{level.best_delay_s:.1f}" if math.isfinite(level.best_delay_s) else "–"
        table.add_row(level.name, f"{level.plans:,}", f"{level.sumo_runs:,}", f"{level.seconds:.0f}", best)
    return table


def _how_engines_agree(agreed: Agreement) -> Iterator[str]:
    if agreed.plans:
        rank = "unknown" if agreed.rank_correlation is None else f"{agreed.rank_correlation:.2f}"
        yield (
            f"Rank correlation of the fast engine with SUMO over the {agreed.plans} plans that both judged: {rank}; "
            f"SUMO's delay is {agreed.ratio:.2f} times the fast engine's.\n"
        )


def _in_a_word(study: StudySummary) -> str:
    if study.best.entrant.origin == PRESENT:
        return "nothing better"
    return study.outcome.value


def _coloured(word: str) -> str:
    colour = {Outcome.BETTER.value: "green", Outcome.WORSE.value: "red"}.get(word)
    return word if colour is None else f"[{colour}]{word}[/]"
