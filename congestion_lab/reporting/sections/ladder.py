"""What each level of the search contributed, for the report."""

from collections.abc import Iterator, Mapping
from typing import Any

from congestion_lab.core.names import clean_name
from congestion_lab.reporting.borrowed import retold
from congestion_lab.reporting.translation import _, plural
from congestion_lab.reporting.wording import NOTHING, number


def level_rows(study: Mapping[str, Any] | None) -> list[tuple[str, ...]]:
    """Return a row per level of a summary: its name, plans, simulations, time and the best plan after it."""
    levels = (study or {}).get("levels")
    return [_row(level) for level in levels if isinstance(level, dict)] if isinstance(levels, list) else []


def ladder_note(study: Mapping[str, Any] | None) -> str:
    """Return how far the fast engine could be trusted, why the search ended and how the trial went, as far as told."""
    study = study or {}
    agreed, ended = study.get("fast_engine"), study.get("ended")
    told = [_agreement(agreed)] if isinstance(agreed, dict) else []
    if isinstance(ended, str):
        told.append(_("The search ended because {reason}.").format(reason=retold(ended)))
    return " ".join([*told, *_trial(study.get("trial"))])


def _trial(trial: object) -> Iterator[str]:
    """Yield what became of the plans that were on trial."""
    if not isinstance(trial, list) or not trial:
        return
    yield _("Before a plan was proposed, the best ran on further seeds; the one with the least mean is proposed.")
    for one in trial:
        if isinstance(one, dict):
            text = _("Candidate {number}: {seconds} s over {seeds}.")
            seeds = one.get("seeds")
            yield text.format(
                number=_figure(one.get("number"), 0),
                seconds=_figure(one.get("mean_delay_s"), 1),
                seeds=plural("{count} seed", "{count} seeds", seeds if isinstance(seeds, int) else 0),
            )


def _agreement(agreed: Mapping[str, Any]) -> str:
    plans, rank = agreed.get("plans"), agreed.get("rank_correlation")
    if not isinstance(plans, int) or not isinstance(rank, float):
        return _("Too few plans ran in SUMO and in the fast engine to say how well the two agree.")
    text = _(
        "Over the {plans} plans that both judged, the fast engine and SUMO agree with a rank correlation of {rank}."
    )
    return text.format(plans=number(plans, 0), rank=number(rank, 2))


def _row(level: Mapping[str, Any]) -> tuple[str, ...]:
    names = {
        "present": _("Present plan"),
        "formulas": _("Formulas"),
        "fast engine": _("Fast engine"),
        "SUMO": _("SUMO"),
        "trial": _("Trial"),
    }
    name = str(level.get("name", ""))
    counts = [_figure(level.get(key), 0) for key in ("plans", "sumo_runs", "seconds")]
    return (names.get(name, clean_name(name)), *counts, _figure(level.get("best_delay_s"), 1))


def _figure(value: object, digits: int) -> str:
    return number(value, digits) if isinstance(value, (int, float)) else NOTHING
