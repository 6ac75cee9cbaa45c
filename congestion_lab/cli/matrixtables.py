"""Many run sets by many indicators, and their ranking: as tables for people and as values for machines."""

import math
from collections.abc import Iterator, Mapping
from typing import Any

from rich.box import SIMPLE_HEAD
from rich.markup import escape
from rich.table import Table

from congestion_lab.cli.tables import decimals, difference_as_json, with_unit
from congestion_lab.experiments.comparison import CONFIDENCE
from congestion_lab.experiments.matrix import Matrix, verdict
from congestion_lab.experiments.multiplicity import Judged
from congestion_lab.experiments.ranking import RESAMPLES, Place, Ranking
from congestion_lab.experiments.runset import RunSet
from congestion_lab.metrics.indicators import Indicator

_TONES = {"better": "[green]better[/]", "worse": "[red]worse[/]"}
_READING = (
    "Mean over seeds {seeds}; below it the change against {baseline}, and its interval: all {family} intervals hold at "
    "once with 95 % confidence (Bonferroni). better, worse: beyond chance with all {family} comparisons considered "
    "(Holm, 5 %); unclear: not."
)
_RANKS = (
    "Ranks that chance leaves open, all pairs considered (Holm, 5 %); overlapping ranks are tied. In the last columns, "
    "how often each rank is taken in {resamples} resamples of the {seeds} seeds; of few seeds, that understates chance."
)


def matrix_table(matrix: Matrix, notes: str = "") -> Table:
    """Return indicators as rows and run sets as columns: mean, change against the baseline, interval, verdict."""
    table = Table(title="Run sets by indicators", title_justify="left", box=SIMPLE_HEAD, pad_edge=False)
    seeds = ", ".join(map(str, matrix.seeds))
    told = _READING.format(seeds=seeds, baseline=matrix.baseline, family=len(matrix.cells))
    table.caption, table.caption_justify = escape(f"{told} {notes}".strip()), "left"
    cells = {run: [_cell(matrix, run, one) for one in matrix.indicators] for run in matrix.runs}
    table.add_column("indicator", overflow="fold", min_width=16)
    for run in matrix.runs:
        mark = "\n(baseline)" if run == matrix.baseline else ""
        table.add_column(f"{escape(run)}{mark}", justify="right", overflow="fold")
    for place, one in enumerate(matrix.indicators):
        lines = (column[place] for column in cells.values())
        table.add_row(with_unit(one), *("\n".join(toned(line) for line in cell) for cell in lines))
    return table


def ranking_table(ranking: Ranking, seeds: int) -> Table:
    """Return the run sets from best to worst, with the ranks that chance leaves open."""
    table = Table(title=escape(f"Ranked by {_named(ranking)}"), title_justify="left", box=SIMPLE_HEAD, pad_edge=False)
    told = _RANKS.format(resamples=f"{RESAMPLES:,}", seeds=seeds)
    dominated = [place for place in ranking.places if place.dominated_by]
    lines = [f"{place.run} is dominated: {_dominators(place)}." for place in dominated]
    table.caption, table.caption_justify = escape("\n".join([told, *lines])), "left"
    table.add_column("rank", justify="right", no_wrap=True)
    table.add_column("run set", overflow="fold", min_width=12)
    table.add_column("score", justify="right", no_wrap=True)
    for rank in range(1, len(ranking.places) + 1):
        table.add_column(f"{rank}.", justify="right", no_wrap=True)
    for place in ranking.places:
        shares = (_taken(ranking, place, rank) for rank in range(1, len(ranking.places) + 1))
        table.add_row(open_ranks(place), escape(place.run), _score(ranking, place), *shares)
    return table


def matrix_notes(matrix: Matrix, run_sets: Mapping[str, RunSet]) -> Iterator[str]:
    """Yield what limits the comparison."""
    sets = list(run_sets.values())
    if len({one.inputs.digest for one in sets}) > 1:
        yield "The run sets are of different scenarios."
    if len({one.engines for one in sets}) > 1:
        yield "They come from different engines, so differences are not those of the signals alone."
    for run, seeds in matrix.left_out.items():
        yield f"Left out, because not all have them: seeds {', '.join(map(str, seeds))} of {run}."
    if matrix.unrecorded:
        yield f"Not recorded by all: {', '.join(one.id for one in matrix.unrecorded)}."


def matrix_as_json(matrix: Matrix, ranking: Ranking, run_sets: Mapping[str, RunSet]) -> dict[str, Any]:
    """Return all that the tables tell."""
    return {
        "baseline": matrix.baseline,
        "seeds": list(matrix.seeds),
        "left_out": {run: list(seeds) for run, seeds in matrix.left_out.items()},
        "not_recorded": [one.id for one in matrix.unrecorded],
        "notes": list(matrix_notes(matrix, run_sets)),
        "confidence": CONFIDENCE,
        "comparisons": len(matrix.cells),
        "intervals": "simultaneous (Bonferroni)",
        "verdicts": "family-wise (Holm)",
        "indicators": {one.id: _indicator_as_json(matrix, one) for one in matrix.indicators},
        "ranking": _ranking_as_json(ranking),
    }


def open_ranks(place: Place) -> str:
    """Return the ranks that chance leaves open: one, or from one to another."""
    best, worst = place.best_rank, place.worst_rank
    return f"{best}" if best == worst else f"{best}–{worst}"


def _cell(matrix: Matrix, run: str, one: Indicator) -> tuple[str, ...]:
    mean = matrix.mean(run, one)
    digits = decimals(one, mean, matrix.mean(matrix.baseline, one))
    if run == matrix.baseline:
        return (f"{mean:.{digits}f}",)
    return (f"{mean:.{digits}f}", *change_lines(one, matrix.cells[run, one.id], digits))


def change_lines(one: Indicator, cell: Judged, digits: int) -> tuple[str, str, str]:
    """Return a change with its share, its interval, and what it shows."""
    difference = cell.difference
    share = f" ({100 * difference.relative:+.1f} %)" if math.isfinite(difference.relative) else ""
    return (
        f"{difference.mean:+.{digits}f}{share}",
        f"{difference.low:+.{digits}f} … {difference.high:+.{digits}f}",
        verdict(one, cell),
    )


def toned(line: str) -> str:
    """Return a line of a cell, coloured if it is a verdict."""
    return _TONES.get(line, line)


def _taken(ranking: Ranking, place: Place, rank: int) -> str:
    share = place.shares[rank - 1]
    if ranking.is_tied(place, rank):
        return "tie"
    return f"{100 * share:.0f} %" if share else "–"


def _named(ranking: Ranking) -> str:
    if isinstance(ranking.by, Indicator):
        return ranking.by.label.lower()
    parts = (f"{one.label.lower()} {100 * weight:.0f} %" for one, weight in ranking.by.items())
    return f"weighted change: {', '.join(parts)}"


def _score(ranking: Ranking, place: Place) -> str:
    if isinstance(ranking.by, Indicator):
        unit = f" {ranking.by.unit}" if ranking.by.unit else ""
        return f"{place.score:.{decimals(ranking.by, place.score)}f}{unit}"
    return f"{100 * place.score:+.1f} %"


def _dominators(place: Place) -> str:
    verb = "is" if len(place.dominated_by) == 1 else "are each"
    return f"{', '.join(place.dominated_by)} {verb} nowhere worse and somewhere better, by the means"


def _indicator_as_json(matrix: Matrix, one: Indicator) -> dict[str, Any]:
    return {
        "unit": one.unit,
        "lower_is_better": one.lower_is_better,
        "means": {run: matrix.mean(run, one) for run in matrix.runs},
        "by_seed": {
            run: {str(seed): value for seed, value in matrix.values[run][one.id].items()} for run in matrix.runs
        },
        "against_baseline": {run: judged_as_json(one, matrix.cells[run, one.id]) for run in matrix.others},
    }


def judged_as_json(one: Indicator, cell: Judged) -> dict[str, Any]:
    """Return a change with all that is known of it."""
    return {
        **difference_as_json(cell.difference),
        "significant": cell.significant,
        "relative": cell.difference.relative,
        "p_value": cell.p_value,
        "adjusted_p": cell.adjusted_p,
        "verdict": verdict(one, cell),
    }


def _ranking_as_json(ranking: Ranking) -> dict[str, Any]:
    single = isinstance(ranking.by, Indicator)
    return {
        "by": ranking.by.id if isinstance(ranking.by, Indicator) else None,
        "weights": None if isinstance(ranking.by, Indicator) else {one.id: w for one, w in ranking.by.items()},
        "score": "mean" if single else "weighted change against the baseline as a share; negative is better",
        "resamples": RESAMPLES,
        "places": [
            {
                "run": place.run,
                "score": place.score,
                "rank": place.rank,
                "ranks_that_chance_leaves_open": [place.best_rank, place.worst_rank],
                "share_of_resamples_by_rank": list(place.shares),
                "dominated_by": list(place.dominated_by),
            }
            for place in ranking.places
        ],
    }
