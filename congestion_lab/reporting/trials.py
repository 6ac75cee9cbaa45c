"""The search's history as the report needs it."""

import itertools
import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from congestion_lab.core.errors import ExperimentError
from congestion_lab.core.guarded import inner_file


@dataclass(frozen=True, slots=True)
class Trial:
    """One candidate that the search tried.

    Attributes:
        origin: Where it came from.
        delay_s: Mean delay by which it was ranked; infinite where a run failed.
        stopped: Whether it was stopped before it had run on all seeds.
        runs_used: Simulation runs that the search had used when it was done.
    """

    origin: str
    delay_s: float
    stopped: bool
    runs_used: int


def read_trials(path: Path) -> tuple[Trial, ...]:
    """Read the candidates of `history.json`.

    Raises:
        ExperimentError: The file is missing or damaged.
    """
    try:
        raw: Any = json.loads(inner_file(path, path.parent).read_text(encoding="utf-8"))
        return trials_of(raw["candidates"] if isinstance(raw, dict) else raw)
    except FileNotFoundError:
        raise ExperimentError(f"{path} is missing; run `optimize` again, finished runs are kept") from None
    except (json.JSONDecodeError, KeyError, TypeError, ValueError, AttributeError) as error:
        raise ExperimentError(f"{path} is damaged ({error!r}); run `optimize` again, finished runs are kept") from error


def trials_of(entries: Sequence[Mapping[str, Any]]) -> tuple[Trial, ...]:
    """Return the candidates of the entries of `history.json`.

    Raises:
        KeyError, TypeError, ValueError, AttributeError: An entry is none.
    """
    runs = itertools.accumulate(len(entry["delays_s"]) for entry in entries)
    return tuple(_trial(entry, used) for entry, used in zip(entries, runs, strict=True))


def finite(trials: tuple[Trial, ...]) -> tuple[Trial, ...]:
    """Return the candidates whose runs did not fail."""
    return tuple(trial for trial in trials if math.isfinite(trial.delay_s))


def _trial(entry: Mapping[str, Any], used: int) -> Trial:
    delays = [math.inf if value is None else float(value) for value in entry["delays_s"].values()]
    score = entry.get("score")
    delay = sum(delays) / len(delays) if score is None else float(score)
    return Trial(str(entry["origin"]), delay, bool(entry["stopped"]), used)
