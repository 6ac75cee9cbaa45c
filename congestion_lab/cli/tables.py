"""Figures as tables for people and as values for machines."""

import math
import statistics
from collections.abc import Mapping, Sequence
from typing import Any

from rich.markup import escape
from rich.table import Table

from congestion_lab.experiments.comparison import PairedDifference, paired
from congestion_lab.experiments.runset import RunSet
from congestion_lab.metrics.indicators import INDICATORS, Indicator
from congestion_lab.metrics.summary import RunSummary, run_summary

Summaries = Mapping[int, RunSummary]


def summaries(run_set: RunSet) -> Summaries:
    """Return the figures of each finished run, by seed."""
    return {seed: run_summary(result) for seed, result in sorted(run_set.by_seed.items())}


def values_by_seed(indicator: Indicator, by_seed: Summaries) -> dict[int, float]:
    """Return one indicator by seed, where it was recorded and is a number."""
    values = {seed: indicator.value(summary) for seed, summary in by_seed.items()}
    return {seed: value for seed, value in values.items() if value is not None and math.isfinite(value)}


def indicator_table(run_set: RunSet) -> Table:
    """Return the indicators of a run set: mean, standard deviation, lowest and highest over its seeds."""
    seeds = ", ".join(str(seed) for seed in sorted(run_set.by_seed))
    table = Table(title=f"{escape(run_set.label)}, seeds {seeds}", title_justify="left")
    for heading in ("indicator", "mean", "sd", "min", "max"):
        table.add_column(heading, justify="left" if heading == "indicator" else "right")
    by_seed = summaries(run_set)
    for indicator in INDICATORS:
        values = list(values_by_seed(indicator, by_seed).values())
        if values:
            spread = f"{statistics.stdev(values):.{indicator.decimals}f}" if len(values) > 1 else "–"
            figures = [
                f"{value:.{indicator.decimals}f}" for value in (statistics.fmean(values), min(values), max(values))
            ]
            table.add_row(_heading(indicator), figures[0], spread, *figures[1:])
    table.add_row("Ended", *_endings(run_set))
    return table


def comparison_table(label: str, differences: Sequence[tuple[Indicator, PairedDifference]], note: str = "") -> Table:
    """Return paired differences: before, after, change with its 95 % interval, and whether it is one."""
    table = Table(title=escape(label), title_justify="left", caption=escape(note) or None, caption_justify="left")
    for heading in ("indicator", "before", "after", "change", "95 % interval", ""):
        table.add_column(heading, justify="right" if heading not in {"indicator", ""} else "left")
    for indicator, difference in differences:
        table.add_row(_heading(indicator), *_cells(indicator, difference))
    return table


def paired_indicators(before: RunSet, after: RunSet) -> list[tuple[Indicator, PairedDifference]]:
    """Return the paired difference of every indicator that both sides recorded on the same seeds."""
    old, new = summaries(before), summaries(after)
    rows = []
    for indicator in INDICATORS:
        left, right = values_by_seed(indicator, old), values_by_seed(indicator, new)
        if left and set(left) == set(right):
            rows.append((indicator, paired(left, right)))
    return rows


def indicators_as_json(run_set: RunSet) -> dict[str, Any]:
    """Return each indicator by seed."""
    by_seed = summaries(run_set)
    return {
        "label": run_set.label,
        "status": {str(seed): result.status.value for seed, result in sorted(run_set.by_seed.items())},
        "failures": [{"seed": failure.seed, "message": failure.message} for failure in run_set.failures],
        "indicators": {
            indicator.id: {str(seed): value for seed, value in values_by_seed(indicator, by_seed).items()}
            for indicator in INDICATORS
        },
    }


def difference_as_json(difference: PairedDifference) -> dict[str, Any]:
    """Return a paired difference; an interval of one seed is null."""
    bounded = math.isfinite(difference.low)
    return {
        "seeds": list(difference.seeds),
        "before": difference.before_mean,
        "after": difference.after_mean,
        "change": difference.mean,
        "low": difference.low if bounded else None,
        "high": difference.high if bounded else None,
        "significant": difference.significant,
    }


def _heading(indicator: Indicator) -> str:
    return f"{indicator.label} ({indicator.unit})" if indicator.unit else indicator.label


def _endings(run_set: RunSet) -> tuple[str, ...]:
    counts: dict[str, int] = {}
    for result in run_set.results:
        counts[result.status.value] = counts.get(result.status.value, 0) + 1
    if run_set.failures:
        counts["failed"] = len(run_set.failures)
    return (", ".join(f"{count} {status}" for status, count in sorted(counts.items())), "", "", "")


def _cells(indicator: Indicator, difference: PairedDifference) -> tuple[str, ...]:
    digits = indicator.decimals
    change = f"{difference.mean:+.{digits}f}"
    if math.isfinite(difference.relative):
        change += f" ({100 * difference.relative:+.1f} %)"
    if not math.isfinite(difference.low):
        return (f"{difference.before_mean:.{digits}f}", f"{difference.after_mean:.{digits}f}", change, "–", "one seed")
    interval = f"{difference.low:+.{digits}f} … {difference.high:+.{digits}f}"
    return (
        f"{difference.before_mean:.{digits}f}",
        f"{difference.after_mean:.{digits}f}",
        change,
        interval,
        _verdict(indicator, difference),
    )


def _verdict(indicator: Indicator, difference: PairedDifference) -> str:
    if not difference.significant:
        return "not significant"
    if indicator.lower_is_better is None:
        return "changed"
    return "[green]better[/]" if (difference.mean < 0) == indicator.lower_is_better else "[red]worse[/]"
