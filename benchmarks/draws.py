"""Random legal plans: points drawn uniformly from a decision space, always the same ones."""

import numpy as np

from congestion_lab.optimization.space.space import DecisionSpace, Point
from congestion_lab.signals.plan import PlanSet

_SEED = 20261124  # seed


def random_points(space: DecisionSpace, count: int) -> list[Point]:
    """Return points drawn uniformly from the decision space, always the same ones."""
    return [tuple(map(float, point)) for point in np.random.default_rng(_SEED).random((count, space.dimension))]


def random_plans(space: DecisionSpace, count: int) -> list[PlanSet]:
    """Return the plans of such points."""
    return [space.decode(point) for point in random_points(space, count)]
