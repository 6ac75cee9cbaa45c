"""Level 1: thousands of plans on the fast engine.

CMA-ES runs from several starts and again, with more samples, when it stalls; then one intersection at a time is varied
around the best plan and the best variant kept, as TRANSYT climbs hills (Robertson 1969). Populations and steps have
fixed sizes, so that any number of threads finds the same plans.
"""

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np

from congestion_lab.core.seeds import derived_seed
from congestion_lab.optimization.search.moves import blocks
from congestion_lab.optimization.search.parts import Part, changed, moving, shared
from congestion_lab.optimization.search.proposals import CmaEs
from congestion_lab.optimization.search.surrogate import Judged, Place, Surrogate
from congestion_lab.optimization.space.space import Point
from congestion_lab.signals.plan import PlanSet

_POLISHED_SHARE = 0.45  # of the plans of a round go to one intersection at a time; less or more found worse plans on 16
_STALE_GENERATIONS = 12  # without a gain: CMA-ES begins again
_GAIN = 0.001  # share of the delay below which a gain is none
_STEPS = (0.06, 0.03, 0.015, 0.008)  # of one coordinate: splits by half, down to a second or two
_LEVELS, _PASSES = (0.0, 0.15, 0.3, 0.45, 0.6, 0.75, 0.9), 2  # at which shared settings are tried, one after another
_LEAST_MOVING = 2  # coordinates: CMA-ES needs as many
_LUCKY = 4  # random steps of all coordinates of an intersection, beside those of one


@dataclass
class Screen:
    """The surrogate with a memory and a bound. Mutable: it fills.

    Attributes:
        surrogate: Judges plans.
        allowed: Plans that it may still judge; those that it knows are free.
        goes_on: Asked before every batch with the number of plans judged.
        archive: All plans that it judged.
        leader: The best of them.
    """

    surrogate: Surrogate
    allowed: int
    goes_on: Callable[[int], bool] = lambda _judged: True
    archive: dict[PlanSet, Judged] = field(default_factory=dict)
    leader: Judged | None = None

    def is_open(self, kept: int = 0) -> bool:
        """Return whether it may judge further plans and has more than a number of them left."""
        return self.allowed > kept and self.goes_on(len(self.archive))

    def judge(self, home: int, points: Sequence[Point]) -> list[Judged]:
        """Return what points of a space are worth."""
        decoded = [self.surrogate.spaces[home].decode(point) for point in points]
        fresh = {plans: point for plans, point in zip(decoded, points, strict=True) if plans not in self.archive}
        if fresh:
            places = [Place(home, point) for point in fresh.values()]
            self.archive |= {one.plans: one for one in self.surrogate.screened(list(fresh), places)}
            self.allowed -= len(fresh)
        judged = [self.archive[plans] for plans in decoded]
        self.leader = _better([*judged, self.leader or judged[0]])
        return judged

    def ranked(self) -> list[Judged]:
        """Return all plans, the best first."""
        return sorted(self.archive.values(), key=_expected_s)


def explore(screen: Screen, starts: Sequence[Place], *, sigma: float, seed: int, first: bool) -> None:
    """Search from several starts until the screen is closed or everything near is known.

    Args:
        screen: Judges plans and keeps them.
        starts: Where to begin.
        sigma: First step of CMA-ES, as a share of the cube.
        seed: Seed of the search.
        first: Whether nothing is known yet, so that settings that all intersections share are tuned before the others.
    """
    began = [_tuned(screen, start) if first else screen.judge(start.home, [start.point])[0] for start in starts]
    kept = round(_POLISHED_SHARE * screen.allowed)
    share = (screen.allowed - kept) // len(starts)
    for number, start in enumerate(began):
        _evolve(screen, start, sigma, max(kept, screen.allowed - share), derived_seed(seed, "start", number))
    _polish(screen, derived_seed(seed, "polish"))


def population_of(dimension: int) -> int:
    """Return Hansen's default population, rounded up to what keeps several cores busy to the end."""
    return 4 * math.ceil((4 + 3 * math.log(dimension)) / 4)


def _tuned(screen: Screen, start: Place) -> Judged:
    """Return the best plan that differs from a start in what all intersections share: cycle, gap, shortest greens."""
    best = screen.judge(start.home, [start.point])[0]
    for indices in _PASSES * shared(screen.surrogate.spaces[start.home]):
        points = [changed(best.place.point, indices, [level] * len(indices)) for level in _LEVELS]
        best = _better([best, *(screen.judge(start.home, points) if screen.is_open() else [])])
    return best


def _evolve(screen: Screen, best: Judged, sigma: float, kept: int, seed: int) -> None:
    """Run CMA-ES, and again with twice the samples from the best so far when it stalls (Auger & Hansen 2005)."""
    population, begun = 0, 0
    while screen.is_open(kept):
        known = len(screen.archive)
        part = Part(best.place, moving(screen.surrogate.spaces[best.place.home], best.place.point))
        if len(part.moving) < _LEAST_MOVING:
            return
        population = 2 * population or population_of(len(part.moving))
        own = derived_seed(seed, "restart", begun)
        evolution = CmaEs(part.values, sigma, population=population, seed=own)
        best = _better([best, *_evolved(screen, evolution, part, kept)])
        if len(screen.archive) == known:
            return  # in whole seconds all samples were known: the neighbourhood is exhausted
        begun += 1


def _evolved(screen: Screen, evolution: CmaEs, part: Part, kept: int) -> Iterator[Judged]:
    """Run CMA-ES until it stalls or the screen closes; yield the best of each generation."""
    best_s, stale = math.inf, 0
    while stale < _STALE_GENERATIONS and not evolution.has_converged and screen.is_open(kept):
        judged = screen.judge(part.through.home, [part.point(values) for values in evolution.ask()])
        evolution.tell([one.expected_s for one in judged])
        leader = _better(judged)
        stale = 0 if leader.expected_s < (1 - _GAIN) * best_s else stale + 1
        best_s = min(best_s, leader.expected_s)
        yield leader


def _polish(screen: Screen, seed: int) -> None:
    """Vary one intersection at a time around the best plan, with ever smaller steps."""
    random = np.random.default_rng(seed)
    for step in _STEPS:
        gained = True
        while gained and screen.leader is not None:
            before_s = screen.leader.expected_s
            for block in [range(1), *blocks(screen.surrogate.spaces[screen.leader.place.home])]:
                if not screen.is_open():
                    return
                centre = screen.leader.place
                space = screen.surrogate.spaces[centre.home]
                screen.judge(centre.home, list(_varied(centre.point, block, space.choices, step, random)))
            gained = screen.leader.expected_s < (1 - _GAIN) * before_s


def _varied(
    centre: Point, block: Sequence[int], choices: Sequence[int], step: float, random: np.random.Generator
) -> Iterator[Point]:
    """Yield points that differ from the centre in one coordinate of the block, and some in all that are gradual."""
    gradual = [index for index in block if not choices[index]]
    for index in block:
        kinds = [(kind + 0.5) / choices[index] for kind in range(choices[index])]
        for value in kinds or (centre[index] - step, centre[index] + step):
            yield changed(centre, [index], [value])
    for _ in range(_LUCKY if len(gradual) > 1 else 0):
        moves = step * random.standard_normal(len(gradual))
        yield changed(centre, gradual, [centre[index] + move for index, move in zip(gradual, moves, strict=True)])


def _better(judged: Sequence[Judged]) -> Judged:
    """Return the best; the first of equals."""
    return min(judged, key=_expected_s)


def _expected_s(judged: Judged) -> float:
    return judged.expected_s
