"""The figures of a study that is only listed or watched: what it has tried and what it ended with."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from congestion_lab.core.errors import ExperimentError
from congestion_lab.core.guarded import guarded_json
from congestion_lab.optimization.study.studyfiles import HISTORY_FILE, SUMMARY_FILE

_MOST_BYTES = 50_000_000
_LONGEST_S = 1e7  # no simulation lasts so long
_NOTHING: Mapping[str, Any] = {}


@dataclass(frozen=True, slots=True)
class StudyFigures:
    """What a study says.

    Attributes:
        scenario: Name of the scenario; "" until it is finished.
        engine: Engines with their versions; "" until it is finished.
        candidates: Candidates of the search as they stand in `history.json`.
        trial: Those that were on trial, as they stand there.
        finished: Simulations that were finished, search and confirmation.
        failed: Simulations that failed.
        present_s: Mean delay of the present plans: on the confirmation seeds once it is finished, else on those of the
            search.
        best_s: The same of the best plans.
        change_s: Mean, low and high end of the paired interval of the change in delay; NaN until it is finished.
        summary: What `summary.json` holds; nothing until it is finished.
    """

    scenario: str
    engine: str
    candidates: tuple[Mapping[str, Any], ...]
    trial: tuple[Mapping[str, Any], ...]
    finished: int
    failed: int
    present_s: float
    best_s: float
    change_s: tuple[float, float, float]
    summary: Mapping[str, Any]

    @property
    def is_finished(self) -> bool:
        """Whether the best plan was confirmed."""
        return bool(self.summary)


def study_figures(folder: Path, root: Path) -> StudyFigures:
    """Read what a study has left so far.

    Args:
        folder: Its folder.
        root: Folder that its files must not leave.

    Raises:
        ExperimentError: A file leaves that folder, is damaged or larger than allowed.
    """
    history, summary = (_read(folder / name, root) for name in (HISTORY_FILE, SUMMARY_FILE))
    try:
        return _figures(tuple(history.get("candidates", ())), tuple(history.get("trial", ())), summary)
    except (KeyError, TypeError, ValueError, AttributeError, IndexError) as error:
        raise ExperimentError(f"a file of {folder} is damaged ({error!r}); run `optimize` again") from error


def _read(path: Path, root: Path) -> Mapping[str, Any]:
    if not (path.exists() or path.is_symlink()):
        return _NOTHING
    raw = guarded_json(path, root, most_bytes=_MOST_BYTES)
    if not isinstance(raw, dict) or not raw:
        raise ExperimentError(f"{path} is damaged (it holds nothing by name); run `optimize` again")
    return raw


def _figures(
    candidates: tuple[Mapping[str, Any], ...], trial: tuple[Mapping[str, Any], ...], summary: Mapping[str, Any]
) -> StudyFigures:
    delays = [delay for candidate in candidates for delay in _delays(candidate)]
    delays += [delay for one in trial for delay in _further_delays(one, candidates)]
    scores = [_float(one["score"]) for one in candidates if not one["stopped"]]
    present_s, best_s = _float(candidates[0]["score"]) if candidates else math.nan, min(scores, default=math.nan)
    change_s = (math.nan, math.nan, math.nan)
    if summary:
        confirmation = summary["confirmation"]
        sides = [confirmation["present"], confirmation["best"]]
        delays += [delay for side in sides for delay in side.values()]
        delays += [None for _ in confirmation["failures"]]
        present_s, best_s = (_mean(side) for side in sides)
        if confirmation["difference"] is not None:
            change_s = tuple(float(confirmation["difference"][key]) for key in ("mean", "low", "high"))  # type: ignore[assignment] # three
    versions = {key: value for key, value in summary.get("versions", _NOTHING).items() if key != "congestion_lab"}
    return StudyFigures(
        scenario=str(summary.get("scenario", "")),
        engine=", ".join(f"{name} {version}" for name, version in sorted(versions.items())),
        candidates=candidates,
        trial=trial,
        finished=sum(delay is not None for delay in delays),
        failed=sum(delay is None for delay in delays),
        present_s=present_s,
        best_s=best_s,
        change_s=change_s,
        summary=summary,
    )


def _delays(candidate: Mapping[str, Any]) -> list[float | None]:
    if not isinstance(candidate["origin"], str) or not isinstance(candidate["number"], int):
        raise TypeError("a candidate has no number or no origin")
    _require_delays(candidate["score"], *candidate["delays_s"].values())
    return list(candidate["delays_s"].values())


def _further_delays(one: Mapping[str, Any], candidates: Sequence[Mapping[str, Any]]) -> list[float | None]:
    if candidates[one["number"]]["number"] != one["number"]:
        raise ValueError("a candidate on trial is none of the search")
    _require_delays(*one["delays_s"].values())
    return list(one["delays_s"].values())


def _require_delays(*delays: float | None) -> None:
    for delay in delays:
        if delay is not None and not 0 <= float(delay) < _LONGEST_S:
            raise ValueError(f"a delay of {delay} s")


def _mean(delays: Mapping[str, float | None]) -> float:
    known = [float(delay) for delay in delays.values() if delay is not None]
    return sum(known) / len(known) if known else math.nan


def _float(score: float | None) -> float:
    """Return a score; infinite where a run failed."""
    return math.inf if score is None else float(score)
