"""The best sites for each number of cameras: flow interception and coverage of pairs as an integer program.

After Yang and Zhou (1998), "Optimal traffic counting locations for origin-destination matrix estimation": maximal flow
interception and the OD covering rule, weighted against each other.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from scipy.sparse import coo_array, csr_array

from congestion_lab.demand.cameras.coveragecuts import Coverage, Cuts, best_cover
from congestion_lab.demand.cameras.sites import Survey, Weights, in_order_of_worth, worth

_EXACT_GAP = 5e-5  # relative, some vehicles of a city; below it a choice counts as proven best


@dataclass(frozen=True, slots=True)
class Choice:
    """The sites for one number of cameras.

    Attributes:
        budget: Number of new cameras.
        sites: Indices of their sites, those that add most first; without the existing ones.
        worth: What they are worth together with the existing ones.
        bound: What no choice of so many is worth more than.
    """

    budget: int
    sites: tuple[int, ...]
    worth: float
    bound: float

    @property
    def gap(self) -> float:
        """By which part of its worth a better choice might be better; 0 where this one is proven best."""
        gap = max(0.0, self.bound / self.worth - 1) if self.worth else 0.0
        return 0.0 if gap < _EXACT_GAP else gap


@dataclass(frozen=True, slots=True, eq=False)
class _Program:
    """What sites may still cover.

    Attributes:
        coverage: Groups of vehicles and pairs that the same sites see.
        candidates: Index in the survey of each site of the program.
    """

    coverage: Coverage
    candidates: tuple[int, ...]


def choices(
    survey: Survey,
    budget: int,
    *,
    existing: Sequence[int] = (),
    weights: Weights | None = None,
    time_limit_s: float = 60.0,
    on_step: Callable[[Choice], None] | None = None,
) -> tuple[Choice, ...]:
    """Return the best choice for 1 to `budget` new cameras; fewer if fewer see all that can be seen.

    Args:
        survey: Sites and traffic.
        budget: Largest number of new cameras.
        existing: Sites that have cameras already.
        weights: What a choice is worth.
        time_limit_s: For each number of cameras; after it, the best choice found so far is taken and `gap` says so.
        on_step: Called with each choice.
    """
    value = weights or Weights()
    program = _program(survey, existing, value)
    found: list[Choice] = []
    before: tuple[int, ...] = ()
    base = worth(survey, existing, value)
    everything = base + float(program.coverage.gain.sum())
    cuts = Cuts()
    for number in range(1, min(budget, len(program.candidates)) + 1):
        if found and found[-1].worth >= everything * (1 - _EXACT_GAP):
            break
        greedy = _extended(survey, before, existing, program.candidates, value)
        start = [program.candidates.index(site) for site in greedy]
        places, bound = best_cover(program.coverage, start, cuts, time_limit_s)
        best = tuple(program.candidates[place] for place in places)
        ordered = tuple(in_order_of_worth(survey, best, existing, value))
        reached = worth(survey, [*ordered, *existing], value)
        bound = min(bound, _decreasing(survey, existing, program.candidates, value, number))
        found.append(Choice(number, ordered, reached, max(reached, base + bound)))
        if on_step is not None:
            on_step(found[-1])
        before = ordered
    return tuple(found)


def _program(survey: Survey, existing: Sequence[int], weights: Weights) -> _Program:
    groups: dict[frozenset[int], float] = {}
    given = frozenset(existing)
    per_vehicle, per_pair = weights.flow / survey.vehicles, weights.pairs / len(survey.pairs)
    valued = (
        *((sites, per_vehicle * vehicles) for sites, vehicles in survey.vehicles_by_sites.items()),
        *((sites, per_pair) for sites in survey.sites_by_pair.values()),
    )
    for sites, gain in valued:
        if sites and gain and not sites & given:
            groups[sites] = groups.get(sites, 0.0) + gain
    candidates = _undominated(groups)
    kept = {index: place for place, index in enumerate(candidates)}
    merged = _merged(groups, kept)
    rows, columns = _entries(merged)
    size = (len(merged), len(candidates))
    seen = csr_array(coo_array((np.ones(len(rows)), (rows, columns)), shape=size))
    return _Program(Coverage(np.array([*merged.values()]), seen), candidates)


def _undominated(groups: Mapping[frozenset[int], float]) -> tuple[int, ...]:
    """Return the sites that see something which no other single site sees all of; of equal sites, the first."""
    sees: dict[int, set[int]] = {}
    for number, sites in enumerate(groups):
        for site in sites:
            sees.setdefault(site, set()).add(number)
    order = sorted(sees, key=lambda site: (-len(sees[site]), site))
    members = [*groups]
    kept: set[int] = set()
    for site in order:
        rivals = frozenset.intersection(*(members[number] for number in sees[site]))  # these see all that it sees
        if not rivals & kept:
            kept.add(site)
    return tuple(sorted(kept))


def _merged(groups: Mapping[frozenset[int], float], kept: Mapping[int, int]) -> dict[tuple[int, ...], float]:
    merged: dict[tuple[int, ...], float] = {}
    for sites, gain in groups.items():
        key = tuple(sorted(kept[site] for site in sites if site in kept))
        merged[key] = merged.get(key, 0.0) + gain
    return merged


def _entries(groups: Iterable[tuple[int, ...]]) -> tuple[list[int], list[int]]:
    pairs = [(row, column) for row, group in enumerate(groups) for column in group]
    return [row for row, _column in pairs], [column for _row, column in pairs]


def _extended(
    survey: Survey, chosen: Sequence[int], existing: Sequence[int], candidates: Sequence[int], weights: Weights
) -> tuple[int, ...]:
    """Return a choice and the one candidate that adds most to it."""
    seen = frozenset((*chosen, *existing))
    gains = dict(_gains(survey, seen, candidates, weights))
    best = max(sorted(gains), key=lambda site: gains[site], default=None)
    return tuple(chosen) if best is None else (*chosen, best)


def _decreasing(
    survey: Survey, existing: Sequence[int], candidates: Sequence[int], weights: Weights, number: int
) -> float:
    """Return a bound that needs no search: no site adds more to others than it is worth alone."""
    gains = sorted((gain for _site, gain in _gains(survey, frozenset(existing), candidates, weights)), reverse=True)
    return sum(gains[:number])


def _gains(
    survey: Survey, seen: frozenset[int], candidates: Sequence[int], weights: Weights
) -> Iterator[tuple[int, float]]:
    gains = {site: 0.0 for site in candidates if site not in seen}
    per_vehicle, per_pair = weights.flow / survey.vehicles, weights.pairs / len(survey.pairs)
    for sites, vehicles in survey.vehicles_by_sites.items():
        for site in sites & gains.keys() if not sites & seen else ():
            gains[site] += per_vehicle * vehicles
    for sites in survey.sites_by_pair.values():
        for site in sites & gains.keys() if not sites & seen else ():
            gains[site] += per_pair
    yield from gains.items()
