"""The search that asks SUMO only: formulas first, then CMA-ES, then small steps where the rest of the budget goes.

Fields have a fixed size, whatever the number of workers, so that any number of workers finds the same plan.
"""

from collections.abc import Callable, Sequence

from congestion_lab.core.seeds import derived_seed
from congestion_lab.optimization.search.moves import Moves
from congestion_lab.optimization.search.proposals import CmaEs
from congestion_lab.optimization.search.race import Candidate, Entrant, Race
from congestion_lab.optimization.space.space import DecisionSpace, Point
from congestion_lab.signals.plan import PlanSet

FIELD = 8  # entrants that race at a time: enough for two to eight workers, few enough to learn often
_SIGMA = 0.05  # first step of CMA-ES: splits by half, offsets by a tenth of the cycle
_EVOLVED_SHARE = 0.45  # of the budget goes to CMA-ES where the space is small; see `_evolution_runs`
_SMALL_DIMENSION = 30
_STALE_FIELDS = 3  # fields in a row without a new plan: CMA-ES has converged
_GIVE_UP_FIELDS = 50  # the same for small steps, which are random: the space is exhausted
GoesOn = Callable[[], bool]
"""Whether there is time for another field."""


def search(
    race: Race,
    spaces: Sequence[DecisionSpace],
    analytic: Sequence[Entrant],
    *,
    seed: int,
    goes_on: GoesOn = lambda: True,
) -> Candidate:
    """Spend the race's budget and return the best candidate.

    Args:
        race: The race, in which the present plan has run already.
        spaces: What may be searched; after the formulas the search goes on in the one that holds the best plan.
        analytic: Candidates that come before the search.
        seed: Seed of the search.
        goes_on: Asked before every field.
    """
    for begin in range(0, len(analytic), FIELD):
        if goes_on():
            race.try_all(analytic[begin : begin + FIELD])
    space = spaces[home_of(spaces, race.best(1)[0].entrant.plans)]
    _evolve(race, space, race.runs_left - _evolution_runs(race, space), seed, goes_on)
    refine(race, space, seed=seed, goes_on=goes_on)
    return race.best(1)[0]


def home_of(spaces: Sequence[DecisionSpace], plans: PlanSet) -> int:
    """Return the number of the first space that holds the plans; that of the first of all if none does."""
    return next((number for number, space in enumerate(spaces) if space.decode(space.encode(plans)) == plans), 0)


def _evolution_runs(race: Race, space: DecisionSpace) -> int:
    """Return how many runs CMA-ES gets: a covariance of many dimensions is not learnt from a few hundred runs."""
    return round(_EVOLVED_SHARE * race.runs_left) if space.dimension <= _SMALL_DIMENSION else 0


def _evolve(race: Race, space: DecisionSpace, runs_kept: int, seed: int, goes_on: GoesOn) -> None:
    if race.runs_left <= runs_kept:
        return
    evolution = CmaEs(_best_point(race, space), _SIGMA, population=FIELD, seed=derived_seed(seed, "cma-es"))
    stale = 0
    while race.runs_left > runs_kept and stale < _STALE_FIELDS and goes_on():
        used = race.runs_used
        entrants = [Entrant(space.decode(point), "CMA-ES", point) for point in evolution.ask()]
        scores = {one.entrant.plans.digest: one.score for one in race.try_all(entrants)}
        told = [scores.get(entrant.plans.digest) for entrant in entrants]
        known = [score for score in told if score is not None]
        if len(known) < len(told):
            return  # the budget ended within the field
        evolution.tell(known)
        # In whole seconds converged samples are equal plans, which cost no run: without a bound this would never end.
        stale = stale + 1 if race.runs_used == used else 0


def refine(race: Race, space: DecisionSpace, *, seed: int, goes_on: GoesOn = lambda: True) -> None:
    """Spend what is left of the race's budget on small steps from the best plan."""
    moves = Moves(space, seed=derived_seed(seed, "moves"))
    idle = 0
    while race.runs_left >= len(race.seeds) and idle < _GIVE_UP_FIELDS and goes_on():
        before = race.incumbent
        used = race.runs_used
        points = moves.around(_best_point(race, space), FIELD)
        race.try_all([Entrant(space.decode(point), "step", point) for point in points])
        moves.learn(succeeded=race.incumbent is not before)
        idle = idle + 1 if race.runs_used == used else 0


def _best_point(race: Race, space: DecisionSpace) -> Point:
    return space.encode(race.best(1)[0].entrant.plans)
