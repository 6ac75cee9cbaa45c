"""The page of several studies, such as those of times of day: present plans against those found, side by side."""

from collections.abc import Iterator, Mapping

from congestion_lab.core.names import clean_name
from congestion_lab.experiments.matrix import verdict
from congestion_lab.experiments.periods import Periods
from congestion_lab.experiments.runset import RunSet
from congestion_lab.metrics.indicators import Indicator
from congestion_lab.reporting.borrowed import retold
from congestion_lab.reporting.page import rendered_plain
from congestion_lab.reporting.pages.matrixpage import (
    FEW_SEEDS,
    NO_OTHERS,
    Cell,
    changed,
    facts,
    label_of,
    many_words,
    plotted,
    shown_digits,
)
from congestion_lab.reporting.sections.certificates import uncertified
from congestion_lab.reporting.sections.provenance import run_warnings
from congestion_lab.reporting.translation import OWN_NAMES, _, isolated, listed, onward, plural
from congestion_lab.reporting.wording import number

Studies = Mapping[str, tuple[RunSet, RunSet]]  # present and found, by name


def period_page(studies: Studies, periods: Periods, *, elsewhere: Mapping[str, str] = NO_OTHERS) -> str:
    """Return several studies side by side as HTML without scripts, in the language spoken.

    Args:
        studies: By the names that `periods` uses.
        periods: Their figures.
        elsewhere: Addresses of the same page in other languages, by language code.
    """
    names = {name: isolated(clean_name(name)) for name in periods.names}
    runs = {
        listed([names[name], side]): one
        for name, pair in studies.items()
        for side, one in zip((_("Present"), _("Proposed")), pair, strict=True)
    }
    content = {
        "kind": _("Comparison of studies"),
        "title": listed(list(dict.fromkeys(clean_name(present.inputs.name) for present, _found in studies.values()))),
        "elsewhere": [(code, OWN_NAMES[code], address) for code, address in elsewhere.items()],
        "subtitle": _("{studies}, present plans against those found").format(
            studies=plural("{count} study", "{count} studies", len(names))
        ),
        "lead": _lead(periods),
        "dominated": [],
        "cautions": [
            *uncertified({names[name]: found for name, (_present, found) in studies.items()}),
            *_cautions(periods),
            *(text for name, one in runs.items() for text in run_warnings(name, one)),
        ],
        "places": [],
        "weights": [],
        "heads": [(name, False) for name in names.values()],
        "rows": [(label_of(one), [_cell(periods, name, one) for name in names]) for one in periods.indicators],
        "matrix_title": _("Studies by indicators"),
        "matrix_note": _matrix_note(periods),
        "plots": [(label_of(one), _plot(periods, one, names)) for one in periods.indicators],
        "notes": list(dict.fromkeys(retold(note) for one in runs.values() for note in one.inputs.notes if note)),
        "method": _method(),
        "facts": [facts(name, one) for name, one in runs.items()],
    }
    return rendered_plain("matrix.html.j2", content)


def _lead(periods: Periods) -> str:
    first = periods.indicators[0]
    found = [verdict(first, periods.cells[name, first.id]) for name in periods.names]
    text = _("“{indicator}” becomes better beyond chance in {better} of {all} studies, and worse in {worse}.")
    counts = {"better": found.count("better"), "worse": found.count("worse"), "all": len(found)}
    return text.format(indicator=_(first.label), **{name: number(count, 0) for name, count in counts.items()})


def _cautions(periods: Periods) -> Iterator[str]:
    if min(map(len, periods.seeds.values())) < FEW_SEEDS:
        yield _("Few seeds were simulated, so only large differences can be told from chance.")
    if periods.unrecorded:
        text = _("Not recorded in all studies, so not compared: {indicators}.")
        yield text.format(indicators=listed([_(one.label) for one in periods.unrecorded]))


def _cell(periods: Periods, name: str, one: Indicator) -> Cell:
    judged = periods.cells[name, one.id]
    means = (judged.difference.before_mean, judged.difference.after_mean)
    present, found = (number(mean, shown_digits(one, mean)) for mean in means)
    return changed(one, judged, onward(present, found))


def _plot(periods: Periods, one: Indicator, names: Mapping[str, str]) -> object:
    label = _("{indicator}: change by study with its interval; the matrix holds the figures.")
    cells = [(spoken, periods.cells[name, one.id]) for name, spoken in names.items()]
    return plotted(one, cells, label.format(indicator=_(one.label)))


def _matrix_note(periods: Periods) -> str:
    text = _(
        "Means with present plans and with those found; below them the change and its interval. All {family} intervals "
        "hold at once with 95\N{NARROW NO-BREAK SPACE}%\N{NO-BREAK SPACE}confidence. Better and worse: beyond chance "
        "with all {family} comparisons considered."
    )
    return text.format(family=number(len(periods.cells), 0))


def _method() -> list[str]:
    return [
        _("Differences are paired by seed and judged by Student's t."),
        many_words(),
        _("They cover chance between seeds, not errors of the network or the demand."),
    ]
