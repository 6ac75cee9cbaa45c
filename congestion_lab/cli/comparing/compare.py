"""`congestion-lab compare`: run sets against a baseline, paired by seed."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from congestion_lab.cli.comparing.matrixoptions import Asked, compared, compared_periods, matrix_options
from congestion_lab.cli.console import Exit, say, say_json
from congestion_lab.cli.options import example, json_option, verbosity_options

if TYPE_CHECKING:
    from collections.abc import Mapping

    from congestion_lab.experiments.runset import RunSet


_PAIR = 2
_ENGINES_DIFFER = "The two sides come from different engines, so differences are not those of the signals alone."


@click.command(epilog=example("compare runs/damascus-centre-signals/present runs/damascus-centre-signals/best"))
@click.argument("runs", nargs=-1, required=True, metavar="RUN RUN...", type=click.Path(path_type=Path))
@matrix_options
@json_option
@verbosity_options
def compare(runs: tuple[Path, ...], *, as_json: bool, **asked: str | None) -> int:
    """Compare run sets with the first one: same seeds, Student's t on the differences, 95 % intervals.

    Two are told apart indicator by indicator. More than two, or any of the options below, give a matrix whose
    intervals and verdicts allow for the number of comparisons, and a ranking that shows ties. Several studies, such as
    those of times of day, stand side by side, each with its present plans and those found.
    """
    from congestion_lab.cli.comparing.runsets import named_run_sets, named_studies, run_set
    from congestion_lab.optimization.study.studyfiles import is_study

    if len(runs) < _PAIR:
        raise click.UsageError("name at least two run sets, the baseline first")
    wish = Asked(**asked)
    if all(map(is_study, runs)):
        studies = named_studies(runs)
        sides = [side for pair in studies.values() for side in pair]
        _tell_periods(studies, wish, as_json=as_json)
    elif len(runs) > _PAIR or wish:
        run_sets = named_run_sets(runs)
        sides = [*run_sets.values()]
        _tell_matrix(run_sets, runs, wish, as_json=as_json)
    else:
        sides = [run_set(folder) for folder in runs]
        _tell_pair(*sides, as_json=as_json)
    return Exit.SOME_RUNS_FAILED if any(side.failures for side in sides) else Exit.OK


def _tell_matrix(run_sets: "Mapping[str, RunSet]", folders: tuple[Path, ...], asked: Asked, *, as_json: bool) -> None:
    from congestion_lab.cli.matrixtables import matrix_as_json, matrix_notes, matrix_table, ranking_table

    matrix, ranking = compared(run_sets, folders, asked)
    if as_json:
        say_json(matrix_as_json(matrix, ranking, run_sets))
        return
    say(matrix_table(matrix, " ".join(matrix_notes(matrix, run_sets))))
    say(ranking_table(ranking, len(matrix.seeds)))


def _tell_periods(studies: "Mapping[str, tuple[RunSet, RunSet]]", asked: Asked, *, as_json: bool) -> None:
    from congestion_lab.cli.periodtables import changes_by_period, periods_as_json

    periods = compared_periods(studies, asked)
    if as_json:
        say_json(periods_as_json(periods))
    else:
        say(changes_by_period(periods))


def _tell_pair(before: "RunSet", after: "RunSet", *, as_json: bool) -> None:
    from congestion_lab.cli.tables import comparison_table, difference_as_json, paired_indicators, unpaired_note
    from congestion_lab.core.errors import ExperimentError

    rows = paired_indicators(before, after)
    if not rows:
        sides = f"{sorted(before.by_seed)} against {sorted(after.by_seed)}"
        raise ExperimentError(f"{before.label} and {after.label} share no indicator on the same seeds ({sides})")
    same_scenario, same_engine = before.inputs.digest == after.inputs.digest, before.engines == after.engines
    if as_json:
        told = {
            "before": before.label,
            "after": after.label,
            "same_scenario": same_scenario,
            "same_engine": same_engine,
            "indicators": {indicator.id: difference_as_json(difference) for indicator, difference in rows},
        }
        say_json([told])
        return
    notes = (
        "" if same_scenario else "The two sides are different scenarios.",
        "" if same_engine else _ENGINES_DIFFER,
        unpaired_note(before, after),
    )
    say(comparison_table(f"{before.label} → {after.label}", rows, " ".join(filter(None, notes))))
