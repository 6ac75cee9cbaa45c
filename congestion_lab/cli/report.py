"""`congestion-lab report`: one offline HTML file."""

from pathlib import Path

import click

from congestion_lab.cli.console import Exit, progress, say, say_json
from congestion_lab.cli.options import example, file_for_results, json_option, out_option, verbosity_options

_OF_A_STUDY = ("summary.json", "study.db")  # the second while it is not finished


@click.command(epilog=example("report runs/damascus-centre-signals -o report.html"))
@click.argument("folders", nargs=-1, required=True, metavar="RUN...", type=click.Path(path_type=Path))
@out_option("HTML file to write. Default: report.html.", default=Path("report.html"), show_default=False)
@json_option
@verbosity_options
def report(folders: tuple[Path, ...], *, out: Path, as_json: bool) -> int:
    """Write a self-contained HTML report of one study, or of one or more run sets; it opens without a network."""
    from congestion_lab.core.files import write_text
    from congestion_lab.reporting.report import run_report, study_report

    file_for_results(out)
    with progress() as bars:
        bars.add_task("writing the report", total=None)
        is_study = len(folders) == 1 and any((folders[0] / name).exists() for name in _OF_A_STUDY)
        write_text(out, study_report(folders[0]) if is_study else run_report(folders))
    if as_json:
        say_json({"report": str(out)})
    else:
        say(str(out))
    return Exit.OK
