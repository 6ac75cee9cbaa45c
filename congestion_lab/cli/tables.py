"""Figures as tables for people and as values for machines."""

import math
import statistics
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from rich.box import SIMPLE_HEAD
from rich.markup import escape
from rich.table import Table

from congestion_lab.experiments.comparison import PairedDifference, paired
from congestion_lab.experiments.runset import RunSet
from congestion_lab.metrics.indicators import INDICATORS, Indicator
from congestion_lab.metrics.summary import RunSummary, run_summary
from congestion_lab.simulation.result import Failure, RunResult

Summaries = Mapping[int, RunSummary]

_COMMAND = "\ncommand: "  # the rest of a message names files of that run; `runset.json` keeps it
_MANY = 10_000
_FEW = 10  # a smaller change of a count is shown with a decimal, as in the report
_READING = "Change and its 95 % interval over the same seeds on both sides; unclear: the interval holds 0."


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
    table = Table(title=f"{escape(run_set.label)}, seeds {seeds or 'none'}", title_justify="left", box=SIMPLE_HEAD)
    table.pad_edge = False
    table.add_column("indicator", overflow="fold", min_width=16)
    for heading in ("mean", "sd", "min", "max"):
        table.add_column(heading, justify="right", no_wrap=True)
    by_seed = summaries(run_set)
    for indicator in INDICATORS:
        values = list(values_by_seed(indicator, by_seed).values())
        if values:
            digits = decimals(indicator, *values)
            spread = f"{statistics.stdev(values):.{digits}f}" if len(values) > 1 else "–"
            figures = [f"{value:.{digits}f}" for value in (statistics.fmean(values), min(values), max(values))]
            table.add_row(with_unit(indicator), figures[0], spread, *figures[1:])
    table.caption, table.caption_justify = f"Runs: {endings(run_set)}", "left"
    return table


def comparison_table(label: str, differences: Sequence[tuple[Indicator, PairedDifference]], note: str = "") -> Table:
    """Return paired differences: before, after, change with its 95 % interval, and whether it is one.

    It fits 80 columns: names are wrapped, figures never.
    """
    table = Table(title=escape(label), title_justify="left", box=SIMPLE_HEAD, pad_edge=False, collapse_padding=True)
    table.caption, table.caption_justify = escape(f"{_READING} {note}".strip()), "left"
    table.add_column("indicator", overflow="fold", min_width=16)
    for heading in ("before", "after", "change", "%", "95 % interval"):
        table.add_column(heading, justify="right", no_wrap=True)
    table.add_column("", no_wrap=True)
    for indicator, difference in differences:
        table.add_row(with_unit(indicator), *_cells(indicator, difference))
    return table


def paired_indicators(before: RunSet, after: RunSet) -> list[tuple[Indicator, PairedDifference]]:
    """Return the paired difference of every indicator, over the seeds for which both sides recorded it."""
    old, new = summaries(before), summaries(after)
    rows = []
    for indicator in INDICATORS:
        left, right = values_by_seed(indicator, old), values_by_seed(indicator, new)
        shared = sorted(left.keys() & right.keys())
        if shared:
            sides = [{seed: side[seed] for seed in shared} for side in (left, right)]
            rows.append((indicator, paired(*sides)))
    return rows


def unpaired_note(before: RunSet, after: RunSet) -> str:
    """Return a word on the seeds that only one side finished; nothing if both finished the same."""
    lone = sorted(before.by_seed.keys() ^ after.by_seed.keys())
    seeds = ", ".join(map(str, lone))
    return f"Left out, because one side only has them: seeds {seeds}." if lone else ""


def failure_lines(failures: Iterable[Failure]) -> Iterator[str]:
    """Yield what went wrong in failed runs; what befell several seeds is told once."""
    seeds: dict[tuple[str, str], list[int]] = {}
    for failure in failures:
        reason = failure.message.partition(_COMMAND)[0]
        seeds.setdefault((failure.error, reason), []).append(failure.seed)
    for (error, message), same in seeds.items():
        numbers = ", ".join(map(str, dict.fromkeys(same)))
        yield f"seed{'s' if len(same) > 1 else ''} {numbers} failed ({error}): {message}"


def remarks(results: Sequence[RunResult]) -> Iterator[str]:
    """Yield where runs jammed and what their engine left out, each once."""
    for result in results:
        if result.place:
            yield f"seed {result.seed}: gridlock, which began on the link {result.place!r}"
    yield from dict.fromkeys(note for result in results for note in result.notes)


def indicators_as_json(run_set: RunSet) -> dict[str, Any]:
    """Return each indicator by seed."""
    by_seed = summaries(run_set)
    return {
        "label": run_set.label,
        "status": {str(seed): result.status.value for seed, result in sorted(run_set.by_seed.items())},
        "gridlock_on": {str(seed): result.place for seed, result in sorted(run_set.by_seed.items()) if result.place},
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


def decimals(indicator: Indicator, *values: float) -> int:
    """Return how many decimals are shown: none where there are five digits before the point already."""
    return 0 if max(map(abs, values)) >= _MANY else indicator.decimals


def with_unit(indicator: Indicator) -> str:
    """Return what an indicator is called, with its unit."""
    return f"{indicator.label} ({indicator.unit})" if indicator.unit else indicator.label


def endings(run_set: RunSet) -> str:
    """Return how many runs ended in which way."""
    counts: dict[str, int] = {}
    for result in run_set.results:
        counts[result.status.value] = counts.get(result.status.value, 0) + 1
    if run_set.failures:
        counts["failed"] = len(run_set.failures)
    return ", ".join(f"{count} {status}" for status, count in sorted(counts.items()))


def _cells(indicator: Indicator, difference: PairedDifference) -> tuple[str, ...]:
    digits = decimals(indicator, difference.before_mean, difference.after_mean) or int(0 < abs(difference.mean) < _FEW)
    bounded = math.isfinite(difference.low)
    return (
        f"{difference.before_mean:.{digits}f}",
        f"{difference.after_mean:.{digits}f}",
        f"{difference.mean:+.{digits}f}",
        f"{100 * difference.relative:+.1f}" if math.isfinite(difference.relative) else "–",
        f"{difference.low:+.{digits}f} … {difference.high:+.{digits}f}" if bounded else "–",
        _verdict(indicator, difference) if bounded else "one seed",
    )


def _verdict(indicator: Indicator, difference: PairedDifference) -> str:
    if difference.low == difference.high == 0:
        return "same"
    if not difference.significant:
        return "unclear"
    if indicator.lower_is_better is None:
        return "changed"
    return "[green]better[/]" if (difference.mean < 0) == indicator.lower_is_better else "[red]worse[/]"
