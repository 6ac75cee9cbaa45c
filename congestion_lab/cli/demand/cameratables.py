"""Choices of cameras as tables for people and as values for machines."""

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from functools import cached_property
from typing import Any

from rich.box import SIMPLE_HEAD
from rich.table import Table

from congestion_lab.demand.cameras.cameraprogram import Choice
from congestion_lab.demand.cameras.sites import Insight, Survey, Weights, insight, shares

_HEADINGS = ("new", "vehicles %", "added", "pairs %", "added", "unique %", "counts", "rank", "known %", "gap %")


@dataclass(frozen=True)
class Placement:
    """Choices for each number of new cameras, beside those that stand already.

    Attributes:
        survey: Sites and traffic.
        choices: For 1 camera, for 2, ….
        existing: Indices of the sites that have cameras already.
        weights: What the choices are worth.
    """

    survey: Survey
    choices: tuple[Choice, ...]
    existing: tuple[int, ...]
    weights: Weights

    @cached_property
    def before(self) -> Insight:
        """What the existing cameras tell."""
        return insight(self.survey, self.existing)

    @cached_property
    def insights(self) -> tuple[Insight, ...]:
        """What each choice tells together with them."""
        return tuple(insight(self.survey, [*one.sites, *self.existing]) for one in self.choices)

    @cached_property
    def steps(self) -> tuple[tuple[Choice, Insight, float, float], ...]:
        """Each choice, what it tells, and the shares of vehicles and pairs that it adds to the choice before."""
        befores = (self.before, *self.insights)
        return tuple(
            (one, told, told.flow_share - last.flow_share, told.pair_share - last.pair_share)
            for one, told, last in zip(self.choices, self.insights, befores, strict=False)
        )

    @cached_property
    def added(self) -> tuple[tuple[str, float, float], ...]:
        """Each site of the largest choice with the shares of vehicles and pairs that it adds to those before it."""
        sites = self.choices[-1].sites if self.choices else ()
        seen = [shares(self.survey, [*self.existing, *sites[:count]]) for count in range(len(sites) + 1)]
        return tuple(
            (self.survey.sites[index].id, seen[count + 1][0] - seen[count][0], seen[count + 1][1] - seen[count][1])
            for count, index in enumerate(sites)
        )


def curve_table(placement: Placement) -> Table:
    """Return what the best sites tell, for each number of new cameras."""
    table = Table(title="Best sites for each number of new cameras", title_justify="left", box=SIMPLE_HEAD)
    table.pad_edge, table.collapse_padding = False, True
    for heading in _HEADINGS:
        table.add_column(heading, justify="right", no_wrap=True)
    table.add_row("0", *_cells(placement.before, None, None), "")
    for one, told, flow, pairs in placement.steps:
        table.add_row(str(one.budget), *_cells(told, flow, pairs), _gap(one.gap))
    weights = placement.weights
    table.caption_justify = "left"
    table.caption = (
        f"Chosen for {weights.flow:g} × vehicles seen + {weights.pairs:g} × pairs seen. Unique: pairs that no other "
        "looks like to the cameras. Counts, rank: links that are counted, and counts that do not follow from others. "
        "Known: variance of the trips of all pairs that the counts take away, if each was known to its own size "
        "before. Gap: how much better another choice might be; 0 is proven best."
    )
    return table


def camera_lines(placement: Placement) -> Iterator[str]:
    """Yield the sites of the largest choice, those that add most first, under a word on what they are."""
    if placement.added:
        yield "Sites of the last row, those that add most first; rows above may stand for other sites:"
    for number, (name, flow, pairs) in enumerate(placement.added, start=1):
        yield f"{number:>3}  {name}  +{100 * flow:.1f} % of vehicles, +{100 * pairs:.1f} % of pairs"


def cameras_as_json(placement: Placement) -> dict[str, Any]:
    """Return all choices."""
    survey = placement.survey
    return {
        "vehicles": survey.vehicles,
        "pairs": len(survey.pairs),
        "sites": len(survey.sites),
        "existing": [survey.sites[index].id for index in placement.existing],
        "weights": asdict(placement.weights),
        "before": asdict(placement.before),
        "choices": [
            {
                "cameras": one.budget,
                "sites": [survey.sites[index].id for index in one.sites],
                "worth": one.worth,
                "bound": one.bound,
                "gap": one.gap,
                "added_flow_share": flow,
                "added_pair_share": pairs,
                **asdict(told),
            }
            for one, told, flow, pairs in placement.steps
        ],
    }


def _gap(gap: float) -> str:
    return "0" if gap == 0 else "<0.1" if gap < 0.001 else f"{100 * gap:.1f}"  # noqa: PLR2004 -- what is printed as 0.1 %


def _cells(told: Insight, flow: float | None, pairs: float | None) -> tuple[str, ...]:
    return (
        f"{100 * told.flow_share:.1f}",
        "" if flow is None else f"{100 * flow:+.1f}",
        f"{100 * told.pair_share:.1f}",
        "" if pairs is None else f"{100 * pairs:+.1f}",
        f"{100 * told.unique_share:.1f}",
        str(told.counts),
        str(told.independent_counts),
        f"{100 * told.explained_share:.1f}",
    )
