"""The search: formulas first, then CMA-ES around the best of them, then small steps where the rest of the budget goes.

Fields have a fixed size, whatever the number of workers, so that any number of workers finds the same plan.
"""

from collections.abc import Sequence

from congestion_lab.core.seeds import derived_seed
from congestion_lab.optimization.moves import Moves
from congestion_lab.optimization.proposals import CmaEs
from congestion_lab.optimization.race import Candidate, Entrant, Race
from congestion_lab.optimization.space import DecisionSpace, Point
from congestion_lab.signals.plan import PlanSet

FIELD = 8  # entrants that race at a time: enough for two to eight workers, few enough to learn often
_SIGMA = 0.05  # first step of CMA-ES: splits by half, offsets by a tenth of the cycle
_EVOLVED_SHARE = 0.45  # of the budget goes to CMA-ES where the space is small; see `_evolution_runs`
_SMALL_DIMENSION = 30
_STALE_FIELDS = 3  # fields in a row without a new plan: CMA-ES has converged
_GIVE_UP_FIELDS = 50  # the same for small steps, which are random: the space is exhausted


def search(race: Race, spaces: Sequence[DecisionSpace], analytic: Sequence[Entrant], *, seed: int) -> Candidate:
    """Spend the race's budget and return the best candidate.

    Args:
        race: The race, in which the present plan has run already.
        spaces: What may be searched; after the formulas the search goes on in the one that holds the best plan.
        analytic: Candidates that come before the search.
        seed: Seed of the search.
    """
    for begin in range(0, len(analytic), FIELD):
        race.try_all(analytic[begin : begin + FIELD])
    space = _home(spaces, race.best(1)[0].entrant.plans)
    _evolve(race, space, race.runs_left - _evolution_runs(race, space), seed)
    _refine(race, space, seed)
    return race.best(1)[0]


def _home(spaces: Sequence[DecisionSpace], plans: PlanSet) -> DecisionSpace:
    """Return the first space that holds the plans; the first of all if none does."""
    return next((space for space in spaces if space.decode(space.encode(plans)) == plans), spaces[0])


def _evolution_runs(race: Race, space: DecisionSpace) -> int:
    """Return how many runs CMA-ES gets: a covariance of many dimensions is not learnt from a few hundred runs."""
    return round(_EVOLVED_SHARE * race.runs_left) if space.dimension <= _SMALL_DIMENSION else 0


def _evolve(race: Race, space: DecisionSpace, runs_kept: int, seed: int) -> None:
    if race.runs_left <= runs_kept:
        return
    sampler = CmaEs(_best_point(race, space), _SIGMA, population=FIELD, seed=derived_seed(seed, "cma-es"))
    stale = 0
    while race.runs_left > runs_kept and stale < _STALE_FIELDS:
        used = race.runs_used
        asked = sampler.ask(FIELD)
        ran = race.try_all([Entrant(space.decode(point), "CMA-ES", point) for _, point in asked])
        by_plans = {candidate.entrant.plans.digest: candidate.score for candidate in ran}
        for trial, point in asked:
            score = by_plans.get(space.decode(point).digest)
            if score is None:
                return  # the budget ended within the field
            sampler.tell(trial, score)
        # In whole seconds converged samples are equal plans, which cost no run: without a bound this would never end.
        stale = stale + 1 if race.runs_used == used else 0


def _refine(race: Race, space: DecisionSpace, seed: int) -> None:
    moves = Moves(space, seed=derived_seed(seed, "moves"))
    idle = 0
    while race.runs_left >= len(race.seeds) and idle < _GIVE_UP_FIELDS:
        before = race.incumbent
        used = race.runs_used
        points = moves.around(_best_point(race, space), FIELD)
        race.try_all([Entrant(space.decode(point), "step", point) for point in points])
        moves.learn(succeeded=race.incumbent is not before)
        idle = idle + 1 if race.runs_used == used else 0


def _best_point(race: Race, space: DecisionSpace) -> Point:
    return space.encode(race.best(1)[0].entrant.plans)
