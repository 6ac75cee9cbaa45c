"""Where cameras may stand, what passes them, and what a choice of them tells about origins and destinations."""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

Pair = tuple[str, str]
Matrix = NDArray[np.float64]

_PRIOR_CV = 1.0  # before counting, a pair's trips are known to no better than their own size


@dataclass(frozen=True, slots=True)
class PairFlow:
    """Vehicles of one origin-destination pair on one route.

    Attributes:
        pair: Origin and destination.
        links: Links of the route.
        vehicles: Number over the period.
    """

    pair: Pair
    links: tuple[str, ...]
    vehicles: float


@dataclass(frozen=True, slots=True)
class Site:
    """A place for a camera.

    Attributes:
        id: Link, node or signal controller.
        links: Links whose traffic it counts: one link, or all approaches of a junction.
    """

    id: str
    links: frozenset[str]


@dataclass(frozen=True)
class Survey:
    """Possible sites and the traffic that passes them.

    Attributes:
        sites: Where cameras may stand.
        flows: Who drives where.
    """

    sites: tuple[Site, ...]
    flows: tuple[PairFlow, ...]

    @cached_property
    def vehicles(self) -> float:
        """All vehicles."""
        return sum(flow.vehicles for flow in self.flows)

    @cached_property
    def pairs(self) -> tuple[Pair, ...]:
        """All pairs that have traffic."""
        return tuple(dict.fromkeys(flow.pair for flow in self.flows))

    @cached_property
    def seen_by_flow(self) -> tuple[frozenset[int], ...]:
        """Indices of the sites that see each flow."""
        by_link: dict[str, list[int]] = {}
        for index, site in enumerate(self.sites):
            for link in site.links:
                by_link.setdefault(link, []).append(index)
        return tuple(frozenset(i for link in flow.links for i in by_link.get(link, ())) for flow in self.flows)

    @cached_property
    def vehicles_by_sites(self) -> Mapping[frozenset[int], float]:
        """Vehicles that pass just these sites."""
        summed: dict[frozenset[int], float] = {}
        for flow, sites in zip(self.flows, self.seen_by_flow, strict=True):
            summed[sites] = summed.get(sites, 0.0) + flow.vehicles
        return summed

    @cached_property
    def sites_by_pair(self) -> Mapping[Pair, frozenset[int]]:
        """Sites that see any vehicle of a pair."""
        seen: dict[Pair, frozenset[int]] = {}
        for flow, sites in zip(self.flows, self.seen_by_flow, strict=True):
            seen[flow.pair] = seen.get(flow.pair, frozenset()) | sites
        return seen


@dataclass(frozen=True, slots=True)
class Weights:
    """What a choice is worth: shares of vehicles and of pairs that are seen, weighted.

    Attributes:
        flow: Weight of the share of vehicles that pass at least one camera.
        pairs: Weight of the share of pairs of which at least one vehicle passes a camera.
    """

    flow: float = 1.0
    pairs: float = 1.0


@dataclass(frozen=True, slots=True)
class Insight:
    """What a choice of sites tells.

    Attributes:
        flow_share: Share of vehicles that pass at least one.
        pair_share: Share of pairs of which at least one vehicle does.
        unique_share: Share of pairs that pass a set of counted links which no other pair passes.
        counts: Number of links that are counted.
        independent_counts: How many of these counts do not follow from the others.
        explained_share: Share of the prior variance of the trips of all pairs that the counts take away.
    """

    flow_share: float
    pair_share: float
    unique_share: float
    counts: int
    independent_counts: int
    explained_share: float


def worth(survey: Survey, chosen: Collection[int], weights: Weights) -> float:
    """Return what a choice is worth."""
    flow_share, pair_share = _shares(survey, frozenset(chosen))
    return weights.flow * flow_share + weights.pairs * pair_share


def insight(survey: Survey, chosen: Collection[int]) -> Insight:
    """Return what a choice of sites tells about the pairs."""
    links = sorted({link for index in chosen for link in survey.sites[index].links})
    passing, trips = _link_shares(survey, links)
    patterns = Counter(tuple(np.flatnonzero(column)) for column in passing.T)
    unique = sum(times == 1 and bool(pattern) for pattern, times in patterns.items())
    flow_share, pair_share = _shares(survey, frozenset(chosen))
    return Insight(
        flow_share=flow_share,
        pair_share=pair_share,
        unique_share=unique / len(survey.pairs),
        counts=len(links),
        independent_counts=int(np.linalg.matrix_rank(passing)) if links else 0,
        explained_share=_explained(passing, trips),
    )


def in_order_of_worth(survey: Survey, chosen: Iterable[int], first: Collection[int], weights: Weights) -> list[int]:
    """Return chosen sites such that each adds the most to those before it; `first` are there already."""
    left, placed = sorted(chosen), list(first)
    ordered: list[int] = []
    while left:
        best = max(left, key=lambda index: worth(survey, [*placed, *ordered, index], weights))
        left.remove(best)
        ordered.append(best)
    return ordered


def shares(survey: Survey, chosen: Iterable[int]) -> tuple[float, float]:
    """Return the shares of vehicles and of pairs that a choice of sites sees."""
    return _shares(survey, frozenset(chosen))


def vehicles_by_link(survey: Survey) -> dict[str, float]:
    """Return the vehicles on each link that has any."""
    summed: dict[str, float] = {}
    for flow in survey.flows:
        for link in set(flow.links):
            summed[link] = summed.get(link, 0.0) + flow.vehicles
    return summed


def _shares(survey: Survey, chosen: frozenset[int]) -> tuple[float, float]:
    seen = sum(vehicles for sites, vehicles in survey.vehicles_by_sites.items() if sites & chosen)
    pairs = sum(bool(sites & chosen) for sites in survey.sites_by_pair.values())
    return seen / survey.vehicles, pairs / len(survey.pairs)


def _link_shares(survey: Survey, links: Sequence[str]) -> tuple[Matrix, Matrix]:
    """Return which share of each pair's vehicles passes each link, and the vehicles of each pair."""
    rows = {link: row for row, link in enumerate(links)}
    columns = {pair: column for column, pair in enumerate(survey.pairs)}
    passing = np.zeros((len(links), len(survey.pairs)))
    trips = np.zeros(len(survey.pairs))
    for flow in survey.flows:
        column = columns[flow.pair]
        trips[column] += flow.vehicles
        for link in set(flow.links) & rows.keys():
            passing[rows[link], column] += flow.vehicles
    return passing / np.maximum(trips, 1e-12), trips


def _explained(passing: Matrix, trips: Matrix) -> float:
    """Return the share of variance that counts with Poisson errors take from independent trips (Bayes, linear)."""
    variance = (_PRIOR_CV * trips) ** 2
    if not len(passing) or not variance.sum():
        return 0.0
    spread = passing * variance
    counted = spread @ passing.T + np.diag(np.maximum(passing @ trips, 1.0))
    taken = np.einsum("ij,ij->", np.linalg.solve(counted, spread), spread)
    return float(taken / variance.sum())
