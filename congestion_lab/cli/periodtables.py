"""Several times of day side by side."""

import statistics
from collections.abc import Mapping
from typing import Any

from rich.box import SIMPLE_HEAD
from rich.markup import escape
from rich.table import Table

from congestion_lab.cli.matrixtables import change_lines, judged_as_json, toned
from congestion_lab.cli.tables import decimals, endings, summaries, values_by_seed, with_unit
from congestion_lab.experiments.comparison import CONFIDENCE
from congestion_lab.experiments.multiplicity import Judged
from congestion_lab.experiments.periods import Periods
from congestion_lab.experiments.runset import RunSet
from congestion_lab.metrics.indicators import INDICATORS, Indicator

NOTHING = "–"
_READING = (
    "Present → found; below it the change and its interval: all {family} intervals hold at once with 95 % confidence "
    "(Bonferroni). better, worse: beyond chance with all {family} comparisons considered (Holm, 5 %); unclear: not. "
    "Seeds: {seeds}."
)


def indicators_by_period(run_sets: Mapping[str, RunSet]) -> Table:
    """Return the indicators as rows and the periods as columns: mean ± standard deviation over the seeds."""
    seeds = sorted({one.seed for run_set in run_sets.values() for one in run_set.outcomes})
    figures = "Mean ± standard deviation over the seeds" if len(seeds) > 1 else "Seed"
    table = period_table(f"{figures} {', '.join(map(str, seeds))}", "indicator", run_sets)
    by_period = [summaries(run_set) for run_set in run_sets.values()]
    for indicator in INDICATORS:
        values = [list(values_by_seed(indicator, by_seed).values()) for by_seed in by_period]
        if any(values):
            table.add_row(with_unit(indicator), *(_spread(indicator, of_one) for of_one in values))
    table.add_section()
    table.add_row("Runs", *(endings(run_set).replace(", ", "\n") for run_set in run_sets.values()))
    return table


def changes_by_period(periods: Periods) -> Table:
    """Return the indicators as rows and studies as columns: present and found, change, interval, verdict."""
    table = period_table("Present plans and those found", "indicator", periods.seeds)
    for one in periods.indicators:
        table.add_row(with_unit(one), *(_change(one, periods.cells[name, one.id]) for name in periods.names))
    seeds = "; ".join(f"{name} {', '.join(map(str, seeds))}" for name, seeds in periods.seeds.items())
    told = _READING.format(family=len(periods.cells), seeds=seeds)
    missing = f" Not recorded by all: {', '.join(one.id for one in periods.unrecorded)}." if periods.unrecorded else ""
    table.caption, table.caption_justify = escape(f"{told}{missing}"), "left"
    return table


def periods_as_json(periods: Periods) -> dict[str, Any]:
    """Return all that the table tells."""
    return {
        "studies": {name: {"seeds": list(seeds)} for name, seeds in periods.seeds.items()},
        "not_recorded": [one.id for one in periods.unrecorded],
        "confidence": CONFIDENCE,
        "comparisons": len(periods.cells),
        "intervals": "simultaneous (Bonferroni)",
        "verdicts": "family-wise (Holm)",
        "indicators": {
            one.id: {name: judged_as_json(one, periods.cells[name, one.id]) for name in periods.names}
            for one in periods.indicators
        },
    }


def _change(one: Indicator, cell: Judged) -> str:
    before, after = cell.difference.before_mean, cell.difference.after_mean
    digits = decimals(one, before, after)
    means = f"{before:.{digits}f} → {after:.{digits}f}"
    return "\n".join([means, *map(toned, change_lines(one, cell, digits))])


def period_table(title: str, first: str, periods: Mapping[str, object]) -> Table:
    """Return a table without rows that has a column for each period."""
    table = Table(title=title, title_justify="left", box=SIMPLE_HEAD, pad_edge=False, collapse_padding=True)
    table.add_column(first, overflow="fold", min_width=16)
    for period in periods:
        table.add_column(escape(period), justify="right")
    return table


def _spread(indicator: Indicator, values: list[float]) -> str:
    if not values:
        return NOTHING
    digits = decimals(indicator, *values)
    spread = f" ± {statistics.stdev(values):.{digits}f}" if len(values) > 1 else ""
    return f"{statistics.fmean(values):.{digits}f}{spread}"
