"""`congestion-lab compare`: run sets against the first, paired by seed."""

from pathlib import Path

import click

from congestion_lab.cli.console import Exit, say, say_json
from congestion_lab.cli.options import json_option, verbosity_options


@click.command(
    epilog="Example: congestion-lab compare runs/damascus-centre-signals/present runs/damascus-centre-signals/best"
)
@click.argument("runs", nargs=-1, required=True, metavar="RUN RUN...", type=click.Path(path_type=Path))
@json_option
@verbosity_options
def compare(runs: tuple[Path, ...], *, as_json: bool) -> int:
    """Compare run sets with the first one: same seeds, Student's t on the differences, 95 % intervals."""
    from congestion_lab.cli.tables import comparison_table, difference_as_json, paired_indicators
    from congestion_lab.core.errors import ExperimentError
    from congestion_lab.experiments.runset import load_run_set

    if len(runs) < 2:  # noqa: PLR2004 -- a comparison has two sides
        raise click.UsageError("name at least two run sets, the baseline first")
    baseline, *others = [load_run_set(folder) for folder in runs]
    reports = []
    for other in others:
        rows = paired_indicators(baseline, other)
        if not rows:
            sides = f"{sorted(baseline.by_seed)} against {sorted(other.by_seed)}"
            raise ExperimentError(f"{baseline.label} and {other.label} share no indicator on the same seeds ({sides})")
        reports.append((other, rows))
    if as_json:
        say_json(
            [
                {
                    "before": baseline.label,
                    "after": other.label,
                    "indicators": {indicator.id: difference_as_json(difference) for indicator, difference in rows},
                }
                for other, rows in reports
            ]
        )
    for other, rows in [] if as_json else reports:
        note = "" if baseline.inputs.digest == other.inputs.digest else "the two sides are different scenarios"
        say(comparison_table(f"{baseline.label} → {other.label}", rows, note))
    failed = any(run_set.failures for run_set in (baseline, *others))
    return Exit.SOME_RUNS_FAILED if failed else Exit.OK
