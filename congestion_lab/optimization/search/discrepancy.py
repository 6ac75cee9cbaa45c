"""How far SUMO and the fast engine are apart, and where: a correction learnt from the plans that both judged.

The logarithm of SUMO's delay over the fast engine's is a constant plus a Gaussian process (ordinary kriging), over the
place of a plan in the decision space or over its cycle and delay. With a handful of plans it is easy to learn
nonsense, so it is judged by leaving out one plan at a time, and the constant stands unless it is clearly beaten.
"""

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from congestion_lab.optimization.space.space import DecisionSpace, Point

Floats = NDArray[np.float64]
_LEAST_PLANS = 6  # below, nothing but the constant is fitted
_CLEARLY = 0.6  # share of the constant's squared error that the best of 24 processes must stay below: one in six still
# does by chance on a dozen plans without any pattern, and nine of ten where there is one
_SMALL = 0.005  # an error that needs no mending
_LENGTHS = (0.25, 0.5, 1.0, 2.0)  # of correlation, in typical distances between the plans
_NOISES = (0.1, 0.5, 2.0)  # variance of one seed over the variance of the process
_OFFSET_SCALE = 1 / (4 * np.pi)  # an offset moves as far on its circle as its coordinate does
_HOME_SCALE = 0.25  # between two spaces, as far as a quarter of a coordinate


@dataclass(frozen=True, slots=True, eq=False)
class Samples:
    """Plans that both engines judged.

    Attributes:
        places: Where they stand in the decision space, shape (plans, features).
        fast_s: Mean delay by the fast engine.
        sumo_s: Mean delay by SUMO.
        seeds: Number of seeds that SUMO ran.
    """

    places: Floats
    fast_s: Floats
    sumo_s: Floats
    seeds: Floats


@dataclass(frozen=True, slots=True, eq=False)
class Process:
    """What plans tell of the plans around them.

    Attributes:
        by_state: Whether nearness is of cycle and delay instead of place.
        known: Features of the plans that were learnt from, shape (plans, features).
        length: Distance over which plans tell of each other.
        noise: Variance of one seed over that of the process.
        weights: Weight of each plan; none before it is fitted.
    """

    by_state: bool
    known: Floats
    length: float
    noise: float
    weights: Floats = field(default_factory=lambda: np.empty(0))

    def covariance(self, seeds: Floats) -> Floats:
        """Return the covariance of the known plans, each judged on a number of seeds."""
        return np.asarray(_kernel(self.known, self.known, self.length) + np.diag(self.noise / seeds))

    def logarithms(self, places: Floats, fast_s: Floats) -> Floats:
        """Return what it adds to the logarithm of the factors of plans."""
        near = _kernel(_features(places, fast_s, by_state=self.by_state), self.known, self.length)
        return np.asarray(near @ self.weights)


@dataclass(frozen=True, slots=True, eq=False)
class Correction:
    """Factors on the fast engine's delays.

    Attributes:
        mean: Logarithm of the factor far from any plan that SUMO judged.
        error: Standard error of the logarithm, leaving out one plan at a time; infinite below two plans.
        process: What the factors follow around such plans; None if they are constant.
    """

    mean: float = 0.0
    error: float = np.inf
    process: Process | None = None

    @property
    def kind(self) -> str:
        """What the factors follow, for people."""
        if self.process is None:
            return "constant"
        return "cycle and delay" if self.process.by_state else "place"

    def expected_s(self, places: Floats, fast_s: Floats) -> Floats:
        """Return what SUMO is expected to say of plans."""
        logarithms = 0.0 if self.process is None else self.process.logarithms(places, fast_s)
        return np.asarray(fast_s * np.exp(self.mean + logarithms))


def places(space: DecisionSpace, points: Sequence[Point], home: int = 0) -> Floats:
    """Return points so that plans that are alike lie close: offsets on circles, spaces apart.

    Args:
        space: The decision space.
        points: Its points.
        home: Number of the space among those that are searched.
    """
    array = np.array(points).reshape(len(points), space.dimension)
    circular = np.array([name.endswith(".offset") for name in space.names])
    angles = 4 * np.pi * array[:, circular]  # the unit runs through the cycle twice
    number = np.full((len(points), 1), home * _HOME_SCALE)
    return np.hstack([array[:, ~circular], _OFFSET_SCALE * np.cos(angles), _OFFSET_SCALE * np.sin(angles), number])


def fitted(samples: Samples) -> Correction:
    """Return the correction that predicts best what it has not seen."""
    if len(samples.fast_s) == 0:
        return Correction()
    ratios = np.log(samples.sumo_s / samples.fast_s)
    constant = _fitted(ratios, samples.seeds, None)
    if len(ratios) < _LEAST_PLANS:
        return constant
    found = (_fitted(ratios, samples.seeds, process) for process in _processes(samples))
    best = min(found, key=lambda correction: correction.error)
    return best if constant.error > _SMALL and best.error**2 < _CLEARLY * constant.error**2 else constant


def _processes(samples: Samples) -> Iterator[Process]:
    for by_state in (False, True):
        features = _features(samples.places, samples.fast_s, by_state=by_state)
        apart = _distances(features, features)[np.triu_indices(len(features), 1)]
        typical = float(np.median(apart)) or 1.0
        for length, noise in itertools.product(_LENGTHS, _NOISES):
            yield Process(by_state, features, length * typical, noise)


def _fitted(ratios: Floats, seeds: Floats, process: Process | None) -> Correction:
    """Fit the constant and the weights of a process, with the error of leaving one plan out (Dubrule 1983)."""
    covariance = np.diag(1 / seeds) if process is None else process.covariance(seeds)
    inverse = np.asarray(np.linalg.inv(covariance), dtype=np.float64)
    mean = float(inverse.sum(axis=0) @ ratios / inverse.sum())
    fitting = None if process is None else replace(process, weights=inverse @ (ratios - mean))
    return Correction(mean, _left_out_error(inverse, ratios, seeds), fitting)


def _left_out_error(inverse: Floats, ratios: Floats, seeds: Floats) -> float:
    if len(ratios) < 2:  # noqa: PLR2004 -- nothing is left to learn from
        return np.inf
    sums = inverse.sum(axis=0)
    projected = inverse - np.outer(sums, sums) / sums.sum()
    misses = (projected @ ratios) / np.diag(projected)
    return float(np.sqrt(np.average(misses**2, weights=seeds)))


def _features(places: Floats, fast_s: Floats, *, by_state: bool) -> Floats:
    return np.column_stack([places[:, 0], np.log(fast_s)]) if by_state else places


def _distances(first: Floats, second: Floats) -> Floats:
    squares = (first**2).sum(axis=1)[:, None] + (second**2).sum(axis=1)[None] - 2 * first @ second.T
    return np.asarray(np.sqrt(np.maximum(squares, 0.0)))


def _kernel(first: Floats, second: Floats, length: float) -> Floats:
    return np.asarray(np.exp(-0.5 * (_distances(first, second) / length) ** 2))
