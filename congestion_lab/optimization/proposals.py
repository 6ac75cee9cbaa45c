"""Where new points of the decision space come from: Optuna's samplers, by ask and tell."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING

from congestion_lab.optimization.space import Point

if TYPE_CHECKING:
    import optuna

_WORST_S = 1e9  # told for a failed run: finite, because samplers rank and average what they are told
_BOX_SIGMAS = 3.0  # CMA-ES starts with a sixth of the box as its standard deviation


class CmaEs:
    """CMA-ES in a box around a start point (`optuna.samplers.CmaEsSampler`).

    Optuna starts CMA-ES in the middle of the box with a sixth of its width as step, so the box says both.
    """

    def __init__(self, start: Point, sigma: float, *, population: int, seed: int, separable: bool = False) -> None:
        import optuna  # noqa: PLC0415 -- a fifth of a second that only a search pays

        optuna.logging.set_verbosity(optuna.logging.ERROR)
        self._start = start
        self._half = _BOX_SIGMAS * sigma
        self._space: dict[str, optuna.distributions.BaseDistribution] = {
            f"x{index}": optuna.distributions.FloatDistribution(-1.0, 1.0) for index in range(len(start))
        }
        sampler = optuna.samplers.CmaEsSampler(
            seed=seed,
            popsize=population,
            n_startup_trials=1,
            warn_independent_sampling=False,
            use_separable_cma=separable,
        )
        self._study = optuna.create_study(sampler=sampler)
        self._study.add_trial(
            optuna.trial.create_trial(params=dict.fromkeys(self._space, 0.0), distributions=self._space, value=0.0)
        )

    def ask(self, count: int) -> list[tuple[optuna.Trial, Point]]:
        """Return new points with the trials to tell of."""
        trials = [self._study.ask(self._space) for _ in range(count)]
        return [(trial, self._point(trial)) for trial in trials]

    def tell(self, trial: optuna.Trial, score: float) -> None:
        """Tell the delay that a point gave."""
        self._study.tell(trial, score if math.isfinite(score) else _WORST_S)

    def _point(self, trial: optuna.Trial) -> Point:
        moves: Sequence[float] = [trial.params[name] for name in self._space]
        return tuple(min(1.0, max(0.0, x + self._half * move)) for x, move in zip(self._start, moves, strict=True))
