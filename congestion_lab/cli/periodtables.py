"""Several times of day side by side."""

import statistics
from collections.abc import Mapping

from rich.box import SIMPLE_HEAD
from rich.markup import escape
from rich.table import Table

from congestion_lab.cli.tables import decimals, endings, summaries, values_by_seed, with_unit
from congestion_lab.experiments.runset import RunSet
from congestion_lab.metrics.indicators import INDICATORS, Indicator

NOTHING = "–"


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


def period_table(title: str, first: str, periods: Mapping[str, object]) -> Table:
    """Return a table without rows that has a column for each period."""
    table = Table(title=title, title_justify="left", box=SIMPLE_HEAD, pad_edge=False, collapse_padding=True)
    table.add_column(first, overflow="fold", min_width=16)
    for period in periods:
        table.add_column(escape(period), justify="right", no_wrap=True)
    return table


def _spread(indicator: Indicator, values: list[float]) -> str:
    if not values:
        return NOTHING
    digits = decimals(indicator, *values)
    spread = f" ± {statistics.stdev(values):.{digits}f}" if len(values) > 1 else ""
    return f"{statistics.fmean(values):.{digits}f}{spread}"
