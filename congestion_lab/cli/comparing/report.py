"""`congestion-lab report`: one offline HTML file in each language."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from congestion_lab.cli.comparing.matrixoptions import Asked, compared, compared_periods, matrix_options
from congestion_lab.cli.console import Exit, progress, say, say_json
from congestion_lab.cli.languages import BOTH, lang_option, numerals_option
from congestion_lab.cli.options import example, file_for_results, json_option, out_option, verbosity_options

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    Page = Callable[[Mapping[str, str]], str]  # with the addresses of the same page in other languages, by language

_PAIR = 2


@click.command(epilog=example("report runs/damascus-centre-signals --lang both -o report.html"))
@click.argument("folders", nargs=-1, required=True, metavar="RUN...", type=click.Path(path_type=Path))
@out_option(
    "HTML file to write. Default: report.html; with `--lang both` report.en.html and report.ar.html.",
    default=Path("report.html"),
    show_default=False,
)
@matrix_options
@lang_option(BOTH)
@numerals_option()
@click.option("--pdf", is_flag=True, help="Also print each page as PDF beside it; needs Chromium, Chrome or Edge.")
@json_option
@verbosity_options
def report(
    folders: tuple[Path, ...],
    *,
    out: Path,
    lang: str,
    numerals: str,
    pdf: bool,
    as_json: bool,
    **asked: str | None,
) -> int:
    """Write a self-contained HTML report of one study, or of one or more run sets; it opens without a network.

    More than two run sets, or two with an option that `compare` has too, are compared in a matrix and ranked. Several
    studies, such as those of times of day, stand side by side on one page.

    Where --pdf finds no browser to print with, the command ends with code 4 and writes nothing.
    """
    from congestion_lab.core.files import write_text
    from congestion_lab.reporting.chromium import needed_chromium, print_pdf
    from congestion_lab.reporting.translation import LANGUAGES, speaking

    pages = {one: out.with_suffix(f".{one}{out.suffix}") for one in LANGUAGES} if lang == BOTH else {lang: out}
    papers = {language: path.with_suffix(".pdf") for language, path in pages.items()} if pdf else {}
    for path in (*pages.values(), *papers.values()):
        file_for_results(path)
    printer = needed_chromium() if pdf else ""
    with progress() as bars:
        task = bars.add_task("writing the report", total=None)
        page = _page(folders, Asked(**asked))
        for language, path in pages.items():
            with speaking(language, numerals=numerals):
                write_text(path, page(_others(pages, language)))
        for language, paper in papers.items():
            bars.update(task, description=f"printing {paper.name}")
            print_pdf(printer, pages[language], paper)
    if as_json:
        say_json({"report": str(next(iter(pages.values()))), "reports": _paths(pages), "pdf": _paths(papers)})
    else:
        say("\n".join(map(str, (*pages.values(), *papers.values()))))
    return Exit.OK


def _paths(files: dict[str, Path]) -> dict[str, str]:
    return {language: str(path) for language, path in files.items()}


def _page(folders: tuple[Path, ...], asked: Asked) -> "Page":
    """Return what writes the page, once all that it tells is read."""
    from congestion_lab.optimization.study.studyfiles import is_study

    if len(folders) > 1 and all(map(is_study, folders)):
        return _period_page(folders, asked)
    if len(folders) > _PAIR or asked:
        return _matrix_page(folders, asked)
    from congestion_lab.reporting.gathering import story_of
    from congestion_lab.reporting.pages.report import report_page

    story = story_of(folders)
    return lambda others: report_page(story, elsewhere=others)


def _period_page(folders: tuple[Path, ...], asked: Asked) -> "Page":
    from congestion_lab.cli.comparing.runsets import named_studies
    from congestion_lab.reporting.pages.periodpage import period_page

    studies = named_studies(folders)
    periods = compared_periods(studies, asked)
    return lambda others: period_page(studies, periods, elsewhere=others)


def _matrix_page(folders: tuple[Path, ...], asked: Asked) -> "Page":
    from congestion_lab.cli.comparing.runsets import named_run_sets
    from congestion_lab.reporting.pages.matrixpage import matrix_page

    if len(folders) < _PAIR:
        raise click.UsageError("a ranking needs at least two run sets")
    run_sets = named_run_sets(folders)
    matrix, ranking = compared(run_sets, folders, asked)
    return lambda others: matrix_page(run_sets, matrix, ranking, elsewhere=others)


def _others(pages: dict[str, Path], language: str) -> dict[str, str]:
    return {other: path.name for other, path in pages.items() if other != language}
