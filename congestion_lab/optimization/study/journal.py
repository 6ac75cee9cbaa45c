"""What a study leaves of its search: `study.db` for Optuna's tools, `history.json` for people and reports.

The search replays when a study is run again, so both are logs. `study.db` is only ever appended to, a candidate in one
transaction: a candidate that stands there already has to be the same one.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from congestion_lab.core.errors import ExperimentError
from congestion_lab.core.files import write_json
from congestion_lab.core.plain import finite

if TYPE_CHECKING:
    import optuna

    from congestion_lab.optimization.search.race import Candidate
    from congestion_lab.optimization.search.trial import Tried
    from congestion_lab.optimization.space.space import DecisionSpace
from congestion_lab.optimization.study.studyfiles import DATABASE_FILE, HISTORY_FILE

_PLANS = "plans"
_DELAYS = "delays_s"
_SEARCH = "search"
_CUTS = "cuts"
_END = "end"
_TRIAL = "trial"
_TRIAL_RUNS = "trial_runs"
_WAY_OUT = "choose another folder with -o, or remove that file and run again: finished runs are kept"


@dataclass
class Journal:
    """The log of one search.

    Attributes:
        folder: The study's folder.
        space: Names the coordinates of points.
        study: The log for Optuna's tools.
        stored: Trials that it held when it was opened.
        entries: Candidates so far, as they stand in `history.json`.
        trial: Candidates on trial so far, as they stand there.
    """

    folder: Path
    space: DecisionSpace
    study: optuna.Study
    stored: list[optuna.trial.FrozenTrial]
    entries: list[dict[str, Any]]
    trial: list[dict[str, Any]] = field(default_factory=list)

    @property
    def failed(self) -> frozenset[tuple[str, int]]:
        """Plans, by digest, and seeds whose run failed when they were first tried; the present plans left out.

        Failed runs leave nothing in the run store, and a search replays only if they fail again.
        """
        ran = [(trial.user_attrs[_PLANS], trial.user_attrs[_DELAYS]) for trial in self.stored[1:]]
        ran += [(self.stored[one["number"]].user_attrs[_PLANS], one[_DELAYS]) for one in self._kept_trial]
        return frozenset((plans, int(seed)) for plans, delays in ran for seed, delay in delays.items() if delay is None)

    @property
    def cuts(self) -> list[int]:
        """Where time cut the rounds of the search, as far as it has been made."""
        return list(self.study.user_attrs.get(_CUTS, ()))

    @property
    def end(self) -> tuple[int, str] | None:
        """After how many candidates the search ended, and why; None if it has not."""
        kept = self.study.user_attrs.get(_END)
        return None if kept is None else (int(kept[0]), str(kept[1]))

    @property
    def trial_runs(self) -> int | None:
        """Runs of the trial, where time bounds them; None if that has not been settled."""
        kept = self.study.user_attrs.get(_TRIAL_RUNS)
        return None if kept is None else int(kept)

    @property
    def _kept_trial(self) -> list[dict[str, Any]]:
        return list(self.study.user_attrs.get(_TRIAL, ()))

    def keep_trial_runs(self, runs: int) -> None:
        """Keep how many runs the trial has, so that the search replays.

        Raises:
            ExperimentError: The log cannot be written.
        """
        with told(self.folder / DATABASE_FILE):
            self.study.set_user_attr(_TRIAL_RUNS, runs)

    def keep_trial(self, tried: Sequence[Tried]) -> None:
        """Log the plans on trial.

        Raises:
            ExperimentError: The study's log holds other delays, or cannot be written.
        """
        self.trial = [_trial_entry(one) for one in tried]
        database = self.folder / DATABASE_FILE
        with told(database):
            shorter, longer = sorted((self._kept_trial, self.trial), key=_runs)
            if not _begins(shorter, longer):
                raise _of_another_search(database, "its trial differs")
            self.study.set_user_attr(_TRIAL, longer)
        self.write()

    def keep_cuts(self, cuts: Sequence[int]) -> None:
        """Keep where time cut the rounds, so that the search replays.

        Raises:
            ExperimentError: The log cannot be written.
        """
        with told(self.folder / DATABASE_FILE):
            self.study.set_user_attr(_CUTS, list(cuts))

    def keep_end(self, reason: str) -> None:
        """Keep after how many candidates the search ended, and why.

        Raises:
            ExperimentError: The log cannot be written.
        """
        with told(self.folder / DATABASE_FILE):
            self.study.set_user_attr(_END, [len(self.entries), reason])

    def record(self, candidate: Candidate) -> None:
        """Log a candidate.

        Raises:
            ExperimentError: The study's log holds another candidate at its place, or cannot be written.
        """
        self.entries.append(_entry(candidate))
        if candidate.number < len(self.stored):
            self._expect(self.stored[candidate.number], candidate)
            return
        database = self.folder / DATABASE_FILE
        with told(database):
            if len(self.study.get_trials(deepcopy=False)) != candidate.number:
                raise ExperimentError(f"another search writes {database}; wait for its end, then run again")
            self.study.add_trial(_trial(candidate, self.space))
        self.write()

    def write(self) -> None:
        """Write `history.json`."""
        with told(self.folder / HISTORY_FILE):
            write_json(self.folder / HISTORY_FILE, {"candidates": self.entries, "trial": self.trial})

    def _expect(self, trial: optuna.trial.FrozenTrial, candidate: Candidate) -> None:
        there = trial.user_attrs.get(_PLANS), trial.user_attrs.get(_DELAYS)
        if there != (candidate.entrant.plans.digest, _entry(candidate)[_DELAYS]):
            raise _of_another_search(self.folder / DATABASE_FILE, f"candidate {candidate.number} differs")


def opened(folder: Path, name: str, space: DecisionSpace, *, search: str) -> Journal:
    """Open the log in a study's folder, or begin one.

    Args:
        folder: The study's folder.
        name: The study's name.
        space: What is searched.
        search: Digest of all that the search depends on.

    Raises:
        ExperimentError: The folder holds the log of another search, or the log cannot be read or written.
    """
    import optuna  # noqa: PLC0415 -- a fifth of a second that only a search pays

    optuna.logging.set_verbosity(optuna.logging.ERROR)
    database = folder / DATABASE_FILE
    with told(database):
        folder.mkdir(parents=True, exist_ok=True)
        storage = optuna.storages.RDBStorage(f"sqlite:///{database.resolve()}")
        study = optuna.create_study(storage=storage, study_name=name, direction="minimize", load_if_exists=True)
        names = optuna.get_all_study_names(storage)
        trials = study.get_trials(deepcopy=False)
        if names != [name]:
            raise _of_another_search(database, f"studies {', '.join(sorted(names))}")
        if trials and study.user_attrs.get(_SEARCH) != search:
            raise _of_another_search(database, "another scenario, budget, bounds or seeds")
        study.set_user_attr(_SEARCH, search)
    return Journal(folder, space, study, trials, [])


@contextmanager
def told(path: Path) -> Iterator[None]:
    """Say in a sentence what a disk or a database has against a file.

    Raises:
        ExperimentError: The block ended with an error of the disk or of the database.
    """
    from optuna.exceptions import StorageInternalError  # noqa: PLC0415 -- as below
    from sqlalchemy.exc import SQLAlchemyError  # noqa: PLC0415 -- a fifth of a second that only a search pays

    try:
        yield
    except (OSError, SQLAlchemyError, StorageInternalError) as error:
        reason = error.__cause__ if isinstance(error, StorageInternalError) else error
        words = getattr(reason, "orig", None) or reason
        raise ExperimentError(f"{path} cannot be read or written ({words}); free some space, or {_WAY_OUT}") from error


def _of_another_search(database: Path, difference: str) -> ExperimentError:
    return ExperimentError(f"{database} is the log of another search ({difference}); {_WAY_OUT}")


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
        _DELAYS: {str(seed): finite(delay) for seed, delay in candidate.delays_s.items()},
        "score": finite(candidate.score),
        "stopped": candidate.stopped,
        "point": None if candidate.entrant.point is None else list(candidate.entrant.point),
    }


def _trial_entry(one: Tried) -> dict[str, Any]:
    return {"number": one.candidate.number, _DELAYS: {str(seed): finite(s) for seed, s in one.further_s.items()}}


def _runs(entries: Sequence[dict[str, Any]]) -> int:
    return sum(len(entry[_DELAYS]) for entry in entries)


def _begins(shorter: Sequence[dict[str, Any]], longer: Sequence[dict[str, Any]]) -> bool:
    """Return whether a trial began as another one did."""
    pairs = zip(shorter, longer, strict=False)
    same = all(
        one["number"] == other["number"] and one[_DELAYS].items() <= other[_DELAYS].items() for one, other in pairs
    )
    return same and len(shorter) <= len(longer)
