"""The page of many run sets: their ranking, a matrix by indicators, and pictures of the changes."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from markupsafe import Markup

from congestion_lab.core.names import clean_name
from congestion_lab.experiments.matrix import Matrix, verdict
from congestion_lab.experiments.multiplicity import Judged
from congestion_lab.experiments.ranking import RESAMPLES, Place, Ranking
from congestion_lab.experiments.runset import RunSet
from congestion_lab.metrics.indicators import Indicator
from congestion_lab.reporting.borrowed import retold
from congestion_lab.reporting.drawing.dotplot import Dot, dot_plot
from congestion_lab.reporting.gathering import spoken_label
from congestion_lab.reporting.page import rendered_plain
from congestion_lab.reporting.sections.certificates import uncertified
from congestion_lab.reporting.sections.figures import unit_of
from congestion_lab.reporting.sections.provenance import run_warnings
from congestion_lab.reporting.translation import OWN_NAMES, _, in_numerals, isolated, listed, plural
from congestion_lab.reporting.wording import interval, number, percent, share, signed

FEW_SEEDS = 5  # with fewer, Student's t asks for differences of more than three standard errors
NO_OTHERS: Mapping[str, str] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Cell:
    """One run set's figures of one indicator, in words; a baseline has its mean only."""

    mean: str
    change: str = ""
    interval: str = ""
    tone: str = ""
    verdict: str = ""


def matrix_page(
    run_sets: Mapping[str, RunSet], matrix: Matrix, ranking: Ranking, *, elsewhere: Mapping[str, str] = NO_OTHERS
) -> str:
    """Return the comparison of many run sets as HTML without scripts, in the language spoken.

    Args:
        run_sets: By the names that matrix and ranking use.
        matrix: Their figures.
        ranking: Their order.
        elsewhere: Addresses of the same page in other languages, by language code.
    """
    names = {run: spoken_label(run) for run in matrix.runs}
    scenarios = dict.fromkeys(clean_name(run_set.inputs.name) for run_set in run_sets.values())
    content = {
        "kind": _("Comparison of run sets"),
        "title": ", ".join(scenarios),
        "elsewhere": [(code, OWN_NAMES[code], address) for code, address in elsewhere.items()],
        "subtitle": _("{runs}, compared on {seeds}").format(
            runs=plural("{count} run set", "{count} run sets", len(matrix.runs)),
            seeds=plural("{count} seed", "{count} seeds", len(matrix.seeds)),
        ),
        "lead": _lead(ranking, names),
        "dominated": [_dominated(place, names) for place in ranking.places if place.dominated_by],
        "cautions": [
            *uncertified({names[run]: runs for run, runs in run_sets.items()}),
            *_cautions(matrix, names, run_sets),
            *_warnings(run_sets, names),
        ],
        "ranks": [in_numerals(str(rank)) for rank in range(1, len(matrix.runs) + 1)],
        "score": _score_name(ranking),
        "places": [_place_row(ranking, place, names) for place in ranking.places],
        "ranking_note": _ranking_note(matrix),
        "weights": _weights(ranking),
        "heads": [(names[run], run == matrix.baseline) for run in matrix.runs],
        "rows": [(label_of(one), [_cell(matrix, run, one) for run in matrix.runs]) for one in matrix.indicators],
        "matrix_title": _("Run sets by indicators"),
        "matrix_note": _matrix_note(matrix, names),
        "plots": [(label_of(one), _plot(matrix, one, names)) for one in matrix.indicators],
        "notes": list(dict.fromkeys(retold(note) for runs in run_sets.values() for note in runs.inputs.notes if note)),
        "method": _method(),
        "facts": [facts(names[run], run_sets[run]) for run in matrix.runs],
    }
    return rendered_plain("matrix.html.j2", content)


def _lead(ranking: Ranking, names: Mapping[str, str]) -> str:
    leaders = [names[place.run] for place in ranking.places if place.best_rank == 1]
    criterion = _criterion(ranking)
    if len(leaders) == 1:
        text = _("By {criterion}, “{run}” comes first, and chance does not explain it.")
        return text.format(criterion=criterion, run=leaders[0])
    if all(ranking.is_tied(place, 1) for place in ranking.places if place.best_rank == 1):
        text = _("By {criterion}, these are tied whichever seeds are drawn: {runs}.")
        return text.format(criterion=criterion, runs=listed([_quoted(name) for name in leaders]))
    text = _("By {criterion}, chance leaves open which of these comes first: {runs}.")
    return text.format(criterion=criterion, runs=listed([_quoted(name) for name in leaders]))


def _criterion(ranking: Ranking) -> str:
    return _quoted(_(ranking.by.label)) if isinstance(ranking.by, Indicator) else _("the weighted change")


def _quoted(name: str) -> str:
    return _("“{name}”").format(name=name)


def _dominated(place: Place, names: Mapping[str, str]) -> str:
    text = _("“{run}” is dominated: by the means it is nowhere better and somewhere worse than {others}.")
    return text.format(run=names[place.run], others=listed([_quoted(names[other]) for other in place.dominated_by]))


def _cautions(matrix: Matrix, names: Mapping[str, str], run_sets: Mapping[str, RunSet]) -> Iterator[str]:
    if len({runs.inputs.digest for runs in run_sets.values()}) > 1:
        yield _("The run sets are of different scenarios: differences are not those of the signals alone.")
    if len({runs.engines for runs in run_sets.values()}) > 1:
        yield _("The run sets come from different engines: differences are not those of the signals alone.")
    if len(matrix.seeds) < FEW_SEEDS:
        yield _("Few seeds were simulated, so only large differences can be told from chance.")
    for run, seeds in matrix.left_out.items():
        text = _("Seeds of “{run}” that not all run sets have are left out: {seeds}.")
        yield text.format(run=names[run], seeds=in_numerals(listed([str(seed) for seed in seeds])))
    if matrix.unrecorded:
        text = _("Not recorded by all run sets, so not compared: {indicators}.")
        yield text.format(indicators=listed([_(one.label) for one in matrix.unrecorded]))


def _warnings(run_sets: Mapping[str, RunSet], names: Mapping[str, str]) -> Iterator[str]:
    for run, runs in run_sets.items():
        yield from run_warnings(names[run], runs)


def _score_name(ranking: Ranking) -> str:
    return label_of(ranking.by) if isinstance(ranking.by, Indicator) else _("Weighted change")


def _weights(ranking: Ranking) -> list[str]:
    if isinstance(ranking.by, Indicator):
        return []
    return [f"{_(one.label)}: {share(weight)}" for one, weight in ranking.by.items()]


def _place_row(ranking: Ranking, place: Place, names: Mapping[str, str]) -> dict[str, object]:
    best, worst = (in_numerals(str(rank)) for rank in (place.best_rank, place.worst_rank))
    single = isinstance(ranking.by, Indicator)
    return {
        "ranks": best if best == worst else _("{best} to {worst}").format(best=best, worst=worst),
        "name": names[place.run],
        "score": number(place.score, shown_digits(ranking.by, place.score)) if single else percent(place.score, 1),
        "shares": [
            _("tie") if ranking.is_tied(place, rank) else share(part) for rank, part in enumerate(place.shares, 1)
        ],
    }


def shown_digits(one: Indicator | Mapping[Indicator, float], value: float) -> int:
    """Return the decimals that are shown; few vehicles are told by tenths."""
    decimals = one.decimals if isinstance(one, Indicator) else 1
    return decimals or int(0 < abs(value) < 10)  # noqa: PLR2004 -- few vehicles


def _cell(matrix: Matrix, run: str, one: Indicator) -> Cell:
    mean = matrix.mean(run, one)
    text = number(mean, shown_digits(one, mean))
    if run == matrix.baseline:
        return Cell(text)
    return changed(one, matrix.cells[run, one.id], text)


def changed(one: Indicator, judged: Judged, mean: str) -> Cell:
    """Return a change in words, under a mean or two."""
    difference, found = judged.difference, verdict(one, judged)
    digits = shown_digits(one, difference.mean)
    change, relative = signed(difference.mean, digits), percent(difference.relative, 1)
    words = {"better": _("better"), "worse": _("worse"), "same": _("the same"), "unclear": _("unclear")}
    return Cell(
        mean=mean,
        change=f"{change} ({relative})" if difference.before_mean else change,
        interval=interval(difference.low, difference.high, digits),
        tone=found if found in {"better", "worse"} else "same",
        verdict=words[found],
    )


def plotted(one: Indicator, cells: Sequence[tuple[str, Judged]], label: str) -> Markup:
    """Return a dot plot of changes, each with its name."""
    dots = []
    for name, judged in cells:
        difference, cell = judged.difference, changed(one, judged, "")
        text = f"{name}: {cell.change}, {cell.interval}, {cell.verdict}"
        dots.append(Dot(name, difference.mean, difference.low, difference.high, cell.tone, text))
    return dot_plot(dots, label)


def _plot(matrix: Matrix, one: Indicator, names: Mapping[str, str]) -> Markup:
    text = _("{indicator}: change against “{baseline}” with its interval; the matrix holds the figures.")
    label = text.format(indicator=_(one.label), baseline=names[matrix.baseline])
    return plotted(one, [(names[run], matrix.cells[run, one.id]) for run in matrix.others], label)


def label_of(one: Indicator) -> str:
    """Return an indicator's name with its unit."""
    return f"{_(one.label)} ({unit_of(one)})" if one.unit else _(one.label)


def _matrix_note(matrix: Matrix, names: Mapping[str, str]) -> str:
    text = _(
        "Mean; below it the change against “{baseline}” and its interval. All {family} intervals hold at once with "
        "95\N{NARROW NO-BREAK SPACE}%\N{NO-BREAK SPACE}confidence. Better and worse: beyond chance with all {family} "
        "comparisons considered."
    )
    return text.format(baseline=names[matrix.baseline], family=number(len(matrix.cells), 0))


def _ranking_note(matrix: Matrix) -> str:
    text = _(
        "The ranks are those that chance leaves open; run sets whose ranks overlap are tied. Beside them, how often "
        "each rank is taken in {resamples} resamples of the seeds; of few seeds ({seeds} here) that understates chance."
    )
    return text.format(resamples=number(RESAMPLES, 0), seeds=number(len(matrix.seeds), 0))


def many_words() -> str:
    """Return in a sentence what is done so that no difference is believed only because many were looked at."""
    return _(
        "Many comparisons are made at once, so each must show more: the chance that even one verdict is wrong stays "
        "at 5\N{NARROW NO-BREAK SPACE}% at most (Holm 1979), and the intervals are widened until all of them hold "
        "together (Bonferroni); a verdict may be sharper than its interval."
    )


def _method() -> list[str]:
    return [
        _("Differences are paired by seed and judged by Student's t."),
        many_words(),
        _("Ranks come from all pairs of run sets, judged by Holm's procedure in the same way."),
        _("Weighted changes are shares of the baseline's mean; a change for the worse is positive."),
        _("They cover chance between seeds, not errors of the network or the demand."),
    ]


def facts(name: str, runs: RunSet) -> list[str]:
    """Return where the figures of a run set come from: name, scenario, engine, seeds, digest."""
    first = runs.results[0].provenance
    return [
        name,
        isolated(clean_name(runs.inputs.name)),
        isolated(f"{first.engine} {first.engine_version}"),
        in_numerals(listed([str(seed) for seed in sorted(runs.by_seed)])),
        isolated(runs.inputs.digest),
    ]
