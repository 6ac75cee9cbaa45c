"""`congestion-lab report`: one offline HTML file in each language."""

from pathlib import Path

import click

from congestion_lab.cli.console import Exit, progress, say, say_json
from congestion_lab.cli.languages import BOTH, lang_option, numerals_option
from congestion_lab.cli.options import example, file_for_results, json_option, out_option, verbosity_options


@click.command(epilog=example("report runs/damascus-centre-signals --lang both -o report.html"))
@click.argument("folders", nargs=-1, required=True, metavar="RUN...", type=click.Path(path_type=Path))
@out_option(
    "HTML file to write. Default: report.html; with `--lang both` report.en.html and report.ar.html.",
    default=Path("report.html"),
    show_default=False,
)
@lang_option(BOTH)
@numerals_option()
@click.option("--pdf", is_flag=True, help="Also print each page as PDF beside it; needs Chromium, Chrome or Edge.")
@json_option
@verbosity_options
def report(folders: tuple[Path, ...], *, out: Path, lang: str, numerals: str, pdf: bool, as_json: bool) -> int:
    """Write a self-contained HTML report of one study, or of one or more run sets; it opens without a network.

    Where --pdf finds no browser to print with, the command ends with code 4 and writes nothing.
    """
    from congestion_lab.core.files import write_text
    from congestion_lab.reporting.chromium import needed_chromium, print_pdf
    from congestion_lab.reporting.gathering import story_of
    from congestion_lab.reporting.report import report_page
    from congestion_lab.reporting.translation import LANGUAGES, speaking

    pages = {one: out.with_suffix(f".{one}{out.suffix}") for one in LANGUAGES} if lang == BOTH else {lang: out}
    papers = {language: path.with_suffix(".pdf") for language, path in pages.items()} if pdf else {}
    for path in (*pages.values(), *papers.values()):
        file_for_results(path)
    printer = needed_chromium() if pdf else ""
    with progress() as bars:
        task = bars.add_task("writing the report", total=None)
        story = story_of(folders)
        for language, path in pages.items():
            with speaking(language, numerals=numerals):
                write_text(path, report_page(story, elsewhere=_others(pages, language)))
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


def _others(pages: dict[str, Path], language: str) -> dict[str, str]:
    return {other: path.name for other, path in pages.items() if other != language}
