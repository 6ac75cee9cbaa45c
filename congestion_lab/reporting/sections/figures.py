"""Indicators before and after, with what may be said about them."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from markupsafe import Markup

from congestion_lab.experiments.comparison import PairedDifference, paired
from congestion_lab.metrics.indicators import INDICATORS, UNSERVED, Indicator
from congestion_lab.metrics.summary import RunSummary
from congestion_lab.reporting.drawing.svg import element
from congestion_lab.reporting.translation import _
from congestion_lab.reporting.wording import interval, number, percent, signed

CARDS = ("mean_delay_s", "total_travel_time_h", "stops_per_veh", "unserved_veh")
_LABELS = 110.0  # half the width of a forest plot's page, in units
_NO_PICTURE = Markup("")
_CONSTANT = frozenset({"demanded_veh"})


@dataclass(frozen=True, slots=True)
class Figure:
    """One indicator ready to be shown.

    Attributes:
        id: Its id.
        label: Its name.
        unit: Its unit.
        before: Mean before.
        after: Mean after; "" where there is one side only.
        change: Mean paired difference.
        relative: The same as a share of the mean before.
        interval: 95 % interval of the difference.
        tone: better, worse, or same where the interval does not exclude no change.
        forest: The relative change with its interval as a picture; empty where there is none.
    """

    id: str
    label: str
    unit: str
    before: str
    after: str = ""
    change: str = ""
    relative: str = ""
    interval: str = ""
    tone: str = "same"
    forest: Markup = _NO_PICTURE


Values = Mapping[int, float]


def values_of(indicator: Indicator, summaries: Mapping[int, RunSummary]) -> Values:
    """Return an indicator by seed; empty where the runs did not record it."""
    found = {seed: indicator.value(each) for seed, each in summaries.items()}
    return {seed: value for seed, value in found.items() if value is not None and value == value}  # noqa: PLR0124 -- not NaN


def compared(before: Mapping[int, RunSummary], after: Mapping[int, RunSummary]) -> dict[str, PairedDifference]:
    """Return every indicator's paired difference over the seeds that both sides finished."""
    found = {}
    for indicator in (*INDICATORS, UNSERVED):
        old, new = values_of(indicator, before), values_of(indicator, after)
        shared = sorted(set(old) & set(new))
        if shared:
            found[indicator.id] = paired({seed: old[seed] for seed in shared}, {seed: new[seed] for seed in shared})
    return found


def comparison_figures(differences: Mapping[str, PairedDifference]) -> list[Figure]:
    """Return the indicators in their order, with a forest plot on one common scale."""
    shown = [each for each in (*INDICATORS, UNSERVED) if each.id in differences]
    reach = max((_reach(differences[each.id]) for each in shown), default=0.1)
    return [_compared(each, differences[each.id], min(max(reach, 0.02), 1.0)) for each in shown]


def single_figures(summaries: Mapping[int, RunSummary]) -> list[Figure]:
    """Return the indicators of one side."""
    return list(_single(summaries))


def figures_of(rows: Sequence[tuple[Indicator, Sequence[Values]]]) -> list[Figure]:
    """Return indicators of one side, or of two compared, from their values by seed; those without any are left out."""
    shown = [(each, sides) for each, sides in rows if all(sides)]
    if not shown or len(shown[0][1]) == 1:
        return [_alone(each, sides[0]) for each, sides in shown]
    shared = [(each, [_kept(side, set.intersection(*map(set, sides))) for side in sides]) for each, sides in shown]
    differences = [(each, paired(*sides)) for each, sides in shared if sides[0]]
    reach = max((_reach(difference) for _each, difference in differences), default=0.1)
    return [_compared(each, difference, min(max(reach, 0.02), 1.0)) for each, difference in differences]


def _kept(values: Values, seeds: set[int]) -> Values:
    return {seed: value for seed, value in values.items() if seed in seeds}


def _alone(indicator: Indicator, values: Values) -> Figure:
    mean = sum(values.values()) / len(values)
    return Figure(indicator.id, _(indicator.label), unit_of(indicator), number(mean, indicator.decimals))


def unit_of(indicator: Indicator) -> str:
    """Return an indicator's unit in the language spoken, "" where it has none."""
    return _(indicator.unit) if indicator.unit else ""


def tone_of(difference: PairedDifference, indicator: Indicator) -> str:
    """Return better or worse where the interval excludes no change, else same."""
    if not difference.significant or indicator.lower_is_better is None:
        return "same"
    return "better" if (difference.mean < 0) == indicator.lower_is_better else "worse"


def _single(summaries: Mapping[int, RunSummary]) -> Iterator[Figure]:
    for indicator in (*INDICATORS, UNSERVED):
        values = values_of(indicator, summaries)
        if values:
            yield _alone(indicator, values)


def _compared(indicator: Indicator, difference: PairedDifference, reach: float) -> Figure:
    digits = indicator.decimals or int(0 < abs(difference.mean) < 10)  # noqa: PLR2004 -- few vehicles
    tone = tone_of(difference, indicator)
    return Figure(
        id=indicator.id,
        label=_(indicator.label),
        unit=unit_of(indicator),
        before=number(difference.before_mean, digits),
        after=number(difference.after_mean, digits),
        change=signed(difference.mean, digits),
        relative=percent(difference.relative, 1),
        interval=interval(difference.low, difference.high, digits),
        tone=tone,
        forest=Markup("") if indicator.id in _CONSTANT else _forest(difference, reach),
    )


def _reach(difference: PairedDifference) -> float:
    """Return how far the interval lies from no change, as a share; 0 where it is not known."""
    ends = (difference.low, difference.high)
    if not difference.before_mean or any(abs(end) == float("inf") for end in ends):
        return 0.0
    reach = max(abs(end / difference.before_mean) for end in ends)
    return reach if reach < 1 else 0.0


def _forest(difference: PairedDifference, reach: float) -> Markup:
    if not difference.before_mean:
        return Markup("")

    def place(value: float) -> float:
        share = value / difference.before_mean / reach
        return _LABELS * max(-1.0, min(1.0, share))

    low, high = place(difference.low), place(difference.high)
    left, right = min(low, high), max(low, high)
    box = {"class": "forest", "viewBox": f"{-_LABELS - 5:.0f} -9 {2 * _LABELS + 10:.0f} 18", "aria-hidden": "true"}
    parts = (
        element("line", {"class": "axis", "x1": 0, "x2": 0, "y1": -9, "y2": 9}),
        element("line", {"class": "range", "x1": left, "x2": right, "y1": 0, "y2": 0}),
        element("circle", {"class": "dot", "cx": place(difference.mean), "cy": 0, "r": 4}),
    )
    return element("svg", box, *parts)
