"""What is asked of a comparison of many run sets: baseline, what is judged, what they are ranked by."""

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from congestion_lab.cli.options import ALL
from congestion_lab.core.errors import Fault, InputError

if TYPE_CHECKING:
    from congestion_lab.experiments.matrix import Matrix
    from congestion_lab.experiments.periods import Periods
    from congestion_lab.experiments.ranking import Ranking
    from congestion_lab.experiments.runset import RunSet
    from congestion_lab.metrics.indicators import Indicator

F = TypeVar("F", bound=Callable[..., Any])

_OBJECTIVE = "mean_delay_s"
_KEY = "--weights"
_LARGEST_WEIGHT = 1e6  # shares are what counts; sums of much larger numbers end in infinity


@dataclass(frozen=True, slots=True)
class Asked:
    """Options as they were typed; None where one was not."""

    baseline: str | None
    rank_by: str | None
    weights: str | None
    indicators: str | None

    def __bool__(self) -> bool:
        """Whether anything was asked."""
        return any(text is not None for text in (self.baseline, self.rank_by, self.weights, self.indicators))


def matrix_options(function: F) -> F:
    """`--baseline`, `--rank-by`, `--weights`, `--indicators`, which a command takes together as `asked`."""
    options = (
        click.option("--baseline", metavar="RUN", help="Run set that others are compared with. Default: the first."),
        click.option("--rank-by", metavar="INDICATOR", help="Rank by one indicator. Default: mean_delay_s."),
        click.option(
            "--weights",
            metavar="FILE|NAME=W,...",
            help="Rank by weighted relative changes: delay=0.6,unserved=0.4, or a YAML file of such keys.",
        ),
        click.option(
            "--indicators",
            metavar="NAME,...|all",
            help="What is judged; the fewer, the sharper. Ids as `--json` has them, or parts of them.",
        ),
    )
    for option in reversed(options):
        function = option(function)
    return function


def compared(run_sets: Mapping[str, "RunSet"], folders: Sequence[Path], asked: Asked) -> "tuple[Matrix, Ranking]":
    """Return the matrix of run sets, and their ranking.

    Args:
        run_sets: By name.
        folders: Where each of them lies.
        asked: What the options say; the baseline is named as a run set or by its folder.

    Raises:
        UsageError: What was asked contradicts itself, or the baseline is none of the run sets.
        InputError: An indicator is not known, or a weight is no weight.
        ExperimentError: The run sets cannot be compared or ranked so.
    """
    from congestion_lab.cli.tables import summaries
    from congestion_lab.experiments.matrix import compare_all
    from congestion_lab.experiments.ranking import rank_by, rank_by_weights
    from congestion_lab.metrics.indicators import COMPARABLE

    if asked.rank_by is not None and asked.weights is not None:
        raise click.UsageError("--rank-by and --weights exclude each other")
    weights = None if asked.weights is None else read_weights(asked.weights)
    single = _indicator(_OBJECTIVE if asked.rank_by is None else asked.rank_by, "--rank-by")
    wanted = {*_judged(asked.indicators), *(weights or (single,))}
    baseline = _baseline(list(run_sets), folders, asked.baseline)
    figures = {name: summaries(run_set) for name, run_set in run_sets.items()}
    matrix = compare_all(figures, baseline, [each for each in COMPARABLE if each in wanted])
    return matrix, rank_by(matrix, single) if weights is None else rank_by_weights(matrix, weights)


def compared_periods(studies: "Mapping[str, tuple[RunSet, RunSet]]", asked: Asked) -> "Periods":
    """Return the changes of several studies side by side.

    Raises:
        UsageError: Something was asked that needs run sets.
        InputError: An indicator is not known.
        ExperimentError: A study cannot be compared.
    """
    from congestion_lab.cli.tables import summaries
    from congestion_lab.experiments.periods import compare_periods
    from congestion_lab.metrics.indicators import COMPARABLE

    if any(text is not None for text in (asked.baseline, asked.rank_by, asked.weights)):
        raise click.UsageError("--baseline, --rank-by and --weights are for run sets; these are studies")
    wanted = {*_judged(asked.indicators)}
    sides = {name: (summaries(present), summaries(best)) for name, (present, best) in studies.items()}
    return compare_periods(sides, [each for each in COMPARABLE if each in wanted])


def _baseline(names: Sequence[str], folders: Sequence[Path], text: str | None) -> str:
    if text is None:
        return names[0]
    meant = [name for name, folder in zip(names, folders, strict=True) if folder.resolve() == Path(text).resolve()]
    found = [text] if text in names else meant
    if not found:
        raise click.UsageError(f"--baseline {text} is none of the run sets: {', '.join(names)}")
    return found[0]


def read_weights(text: str) -> "dict[Indicator, float]":
    """Return weights by indicator from `name=weight,...`, or from a YAML file with a key for each.

    Raises:
        InputError: A name is no indicator or stands twice, a weight is no number above 0; every fault is told.
    """
    weights: dict[Indicator, float] = {}
    faults = []
    for name, raw, source, line in _pairs(text):
        try:
            one, weight = _indicator(name, _KEY), _weight(raw, name)
        except InputError as error:
            faults += [Fault(each.rule, each.hint, source, line, each.key) for each in error.faults]
            continue
        if one in weights:
            faults.append(Fault(f"{name!r} names {one.id} a second time", "keep one of the two", source, line, _KEY))
        weights[one] = weight
    if faults:
        raise InputError(*faults)
    return weights


def _pairs(text: str) -> Iterator[tuple[str, object, str, int | None]]:
    """Yield name, weight, file and line."""
    from congestion_lab.core.yamlfile import line_of, loaded

    if "=" in text and not Path(text).is_file():
        for part in text.split(","):
            name, _sign, raw = part.partition("=")
            yield name.strip(), raw.strip(), "", None
        return
    hint = "give a YAML file of lines `mean_delay_s: 0.6`, or `mean_delay_s=0.6,unserved_veh=0.4`"
    raw_file = loaded(Path(text), InputError, hint=hint)
    for key, raw in raw_file.items():
        yield str(key), raw, text, line_of(raw_file, (key,))


def _weight(raw: object, name: str) -> float:
    try:
        weight = float(str(raw))
    except ValueError:
        weight = math.nan
    if not 0 < weight <= _LARGEST_WEIGHT:
        hint = f"give a number above 0, at most {_LARGEST_WEIGHT:,.0f}"
        raise InputError(Fault(f"the weight of {name!r} is {raw!r}", hint, key=_KEY))
    return weight


def _judged(text: str | None) -> "tuple[Indicator, ...]":
    from congestion_lab.experiments.matrix import JUDGED
    from congestion_lab.metrics.indicators import COMPARABLE

    if text is None:
        return JUDGED
    if text == ALL:
        return COMPARABLE
    return tuple(_indicator(name.strip(), "--indicators") for name in text.split(","))


def _indicator(text: str, key: str) -> "Indicator":
    from congestion_lab.metrics.indicators import comparable

    try:
        return comparable(text)
    except KeyError as error:
        raise InputError(Fault(str(error.args[0]), "name one of these", key=key)) from None
