"""`congestion-lab compare`: run sets against the first, paired by seed."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from congestion_lab.cli.console import Exit, say, say_json
from congestion_lab.cli.options import example, json_option, verbosity_options

if TYPE_CHECKING:
    from congestion_lab.experiments.runset import RunSet


_ENGINES_DIFFER = "The two sides come from different engines, so differences are not those of the signals alone."


@click.command(epilog=example("compare runs/damascus-centre-signals/present runs/damascus-centre-signals/best"))
@click.argument("runs", nargs=-1, required=True, metavar="RUN RUN...", type=click.Path(path_type=Path))
@json_option
@verbosity_options
def compare(runs: tuple[Path, ...], *, as_json: bool) -> int:
    """Compare run sets with the first one: same seeds, Student's t on the differences, 95 % intervals."""
    from congestion_lab.cli.tables import comparison_table, difference_as_json, paired_indicators, unpaired_note
    from congestion_lab.core.errors import ExperimentError

    if len(runs) < 2:  # noqa: PLR2004 -- a comparison has two sides
        raise click.UsageError("name at least two run sets, the baseline first")
    baseline, *others = [_run_set(folder) for folder in runs]
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
                    "same_scenario": baseline.inputs.digest == other.inputs.digest,
                    "same_engine": baseline.engines == other.engines,
                    "indicators": {indicator.id: difference_as_json(difference) for indicator, difference in rows},
                }
                for other, rows in reports
            ]
        )
    for other, rows in [] if as_json else reports:
        same = baseline.inputs.digest == other.inputs.digest
        notes = (
            "" if same else "The two sides are different scenarios.",
            "" if baseline.engines == other.engines else _ENGINES_DIFFER,
            unpaired_note(baseline, other),
        )
        say(comparison_table(f"{baseline.label} → {other.label}", rows, " ".join(filter(None, notes))))
    failed = any(run_set.failures for run_set in (baseline, *others))
    return Exit.SOME_RUNS_FAILED if failed else Exit.OK


def _run_set(folder: Path) -> "RunSet":
    from congestion_lab.core.errors import ExperimentError
    from congestion_lab.experiments.runset import RUN_SET_FILE, load_run_set

    parts = [folder / name for name in ("present", "best")]
    if not (folder / RUN_SET_FILE).exists() and any((part / RUN_SET_FILE).exists() for part in parts):
        raise ExperimentError(f"{folder} is a study; name its sides: {parts[0]} {parts[1]}")
    return load_run_set(folder)
