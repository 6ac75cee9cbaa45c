"""What a study leaves of its search: `study.db` for Optuna's tools, `history.json` for people and reports.

The search replays when a study is run again, so both are logs. `study.db` is only ever appended to: a candidate that
stands there already has to be the same one.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from congestion_lab.core.errors import ExperimentError
from congestion_lab.core.files import write_json

if TYPE_CHECKING:
    import optuna

    from congestion_lab.optimization.race import Candidate
    from congestion_lab.optimization.space import DecisionSpace

_DATABASE = "study.db"
_HISTORY = "history.json"
_PLANS = "plans"


@dataclass
class Journal:
    """The log of one search.

    Attributes:
        folder: The study's folder.
        space: Names the coordinates of points.
        entries: Candidates so far, as they stand in `history.json`.
    """

    folder: Path
    space: DecisionSpace
    study: optuna.Study
    stored: list[optuna.trial.FrozenTrial]
    entries: list[dict[str, Any]]

    def record(self, candidate: Candidate) -> None:
        """Log a candidate.

        Raises:
            ExperimentError: The study's log holds another candidate at its place.
        """
        self.entries.append(_entry(candidate))
        if candidate.number < len(self.stored):
            self._expect(self.stored[candidate.number], candidate)
            return
        self.study.add_trial(_trial(candidate, self.space))
        self.write()

    def write(self) -> None:
        """Write `history.json`."""
        write_json(self.folder / _HISTORY, {"candidates": self.entries})

    def _expect(self, trial: optuna.trial.FrozenTrial, candidate: Candidate) -> None:
        if trial.user_attrs.get(_PLANS) != candidate.entrant.plans.digest:
            rule = f"{self.folder / _DATABASE} is the log of another search (candidate {candidate.number} differs)"
            raise ExperimentError(f"{rule}; choose another folder with -o, or remove that file and run again")


def opened(folder: Path, name: str, space: DecisionSpace) -> Journal:
    """Open the log in a study's folder, or begin one."""
    import optuna  # noqa: PLC0415 -- a fifth of a second that only a search pays

    optuna.logging.set_verbosity(optuna.logging.ERROR)
    folder.mkdir(parents=True, exist_ok=True)
    storage = f"sqlite:///{(folder / _DATABASE).resolve()}"
    study = optuna.create_study(storage=storage, study_name=name, direction="minimize", load_if_exists=True)
    return Journal(folder, space, study, study.get_trials(deepcopy=False), [])


def _trial(candidate: Candidate, space: DecisionSpace) -> optuna.trial.FrozenTrial:
    import optuna  # noqa: PLC0415 -- as above

    point = candidate.entrant.point
    parameters = {} if point is None else dict(zip(space.names, point, strict=True))
    unit = optuna.distributions.FloatDistribution(0.0, 1.0)
    finite = math.isfinite(candidate.score)
    return optuna.trial.create_trial(
        state=optuna.trial.TrialState.COMPLETE if finite else optuna.trial.TrialState.FAIL,
        value=candidate.score if finite else None,
        params=parameters,
        distributions=dict.fromkeys(parameters, unit),
        user_attrs={_PLANS: candidate.entrant.plans.digest, **_entry(candidate)},
    )


def _entry(candidate: Candidate) -> dict[str, Any]:
    return {
        "number": candidate.number,
        "origin": candidate.entrant.origin,
        "delays_s": {str(seed): _finite(delay) for seed, delay in candidate.delays_s.items()},
        "score": _finite(candidate.score),
        "stopped": candidate.stopped,
        "point": None if candidate.entrant.point is None else list(candidate.entrant.point),
    }


def _finite(value: float) -> float | None:
    """Infinity stands for a failed run; JSON has none."""
    return value if math.isfinite(value) else None
