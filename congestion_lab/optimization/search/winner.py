"""Which of the plans that SUMO ran may be proposed: not the winner of a race on few seeds, who is flattered by them."""

import numpy as np

from congestion_lab.optimization.search.discrepancy import places
from congestion_lab.optimization.search.finalists import distinct
from congestion_lab.optimization.search.race import Candidate, Race
from congestion_lab.optimization.search.surrogate import Surrogate
from congestion_lab.optimization.space.space import DecisionSpace

_PLANS, _NEAR = 12, 0.15  # plans, and share of the delay, among which one is proposed
_JAMS_COUNT = 0.5  # of what jams add in the fast engine, which jams about twice as often as SUMO
_LEAST_S, _LEAST_ERROR = 0.1, 0.001  # seconds of delay, and error of their logarithm: nothing is known better


def in_line(race: Race, surrogate: Surrogate) -> tuple[Candidate, ...]:
    """Return the plans near the winner that differ, stopped ones included, the best by all that is known first.

    The delay of a plan is the mean of the logarithms of what SUMO and the fast engine say, each weighted by the inverse
    square of its error: SUMO's falls with the seeds that a plan ran, the fast engine's is that of its correction. Few
    seeds do not show who jams now and then; the many of the fast engine do, so part of what jams add is put on top.
    """
    best = race.best(1)[0]
    near = [one for one in race.candidates if one.score <= (1 + _NEAR) * best.score and not one.has_twin]
    close = [best, *sorted((one for one in near if one is not best), key=_score)[: _PLANS - 1]]
    expected_s, jam_factors = surrogate.prospects([one.entrant.plans for one in close])
    by_sumo = np.array([len(one.delays_s) for one in close]) / max(race.spread, _LEAST_ERROR) ** 2
    by_fast = 1 / max(surrogate.correction.error, _LEAST_ERROR) ** 2
    logarithms = by_sumo * np.log([_score(one) for one in close]) + by_fast * np.log(expected_s)
    costs = logarithms / (by_sumo + by_fast) + _JAMS_COUNT * np.log(jam_factors)
    ordered = [close[row] for row in np.argsort(costs, kind="stable")]
    coordinates = surrogate.coordinates([surrogate.place_of(one.entrant.plans) for one in ordered])
    return tuple(ordered[row] for row in distinct(coordinates, len(ordered)))


def in_line_by_sumo(race: Race, space: DecisionSpace) -> tuple[Candidate, ...]:
    """Return the plans near the winner that ran on all seeds and differ, the best first: what SUMO alone says."""
    best = race.best(_PLANS)
    close = [one for one in best if one.score <= (1 + _NEAR) * best[0].score]
    coordinates = places(space, [space.encode(one.entrant.plans) for one in close])
    return tuple(close[row] for row in distinct(coordinates, len(close)))


def _score(candidate: Candidate) -> float:
    return max(candidate.score, _LEAST_S)
