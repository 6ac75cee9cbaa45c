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
    """One candidate that the search tried, or put on trial.

    Attributes:
        origin: Where it came from.
        delay_s: Mean delay by which it was ranked; infinite where a run failed.
        stopped: Whether it was stopped before it had run on all seeds.
        runs_used: Simulation runs that the search had used when it was done.
        on_trial: Whether it was tried before and the delay is its mean over all seeds, those of the trial included.
    """

    origin: str
    delay_s: float
    stopped: bool
    runs_used: int
    on_trial: bool = False


def read_trials(path: Path) -> tuple[Trial, ...]:
    """Read the candidates of `history.json`, and then those that were on trial.

    Raises:
        ExperimentError: The file is missing or damaged.
    """
    try:
        raw: Any = json.loads(inner_file(path, path.parent).read_text(encoding="utf-8"))
        return trials_of(raw["candidates"], raw.get("trial", ()))
    except FileNotFoundError:
        raise ExperimentError(f"{path} is missing; run `optimize` again, finished runs are kept") from None
    except (json.JSONDecodeError, KeyError, TypeError, ValueError, AttributeError, IndexError) as error:
        raise ExperimentError(f"{path} is damaged ({error!r}); run `optimize` again, finished runs are kept") from error


def trials_of(entries: Sequence[Mapping[str, Any]], further: Sequence[Mapping[str, Any]] = ()) -> tuple[Trial, ...]:
    """Return the candidates of the entries of `history.json`, and then those that were on trial.

    Args:
        entries: The candidates.
        further: What the trial found of some of them on further seeds.

    Raises:
        KeyError, TypeError, ValueError, AttributeError, IndexError: An entry is none.
    """
    runs = itertools.accumulate(len(entry["delays_s"]) for entry in (*entries, *further))
    tried = [_trial(entry, used) for entry, used in zip(entries, runs, strict=False)]
    return (
        *tried,
        *(_on_trial(entry, entries[entry["number"]], used) for entry, used in zip(further, runs, strict=True)),
    )


def finite(trials: tuple[Trial, ...]) -> tuple[Trial, ...]:
    """Return the candidates whose runs did not fail."""
    return tuple(trial for trial in trials if math.isfinite(trial.delay_s))


def _on_trial(entry: Mapping[str, Any], before: Mapping[str, Any], used: int) -> Trial:
    delays = _delays({**before["delays_s"], **entry["delays_s"]})
    return Trial(str(before["origin"]), sum(delays) / len(delays), stopped=False, runs_used=used, on_trial=True)


def _trial(entry: Mapping[str, Any], used: int) -> Trial:
    delays = _delays(entry["delays_s"])
    score = entry.get("score")
    delay = sum(delays) / len(delays) if score is None else float(score)
    return Trial(str(entry["origin"]), delay, bool(entry["stopped"]), used)


def _delays(by_seed: Mapping[str, float | None]) -> list[float]:
    return [math.inf if value is None else float(value) for value in by_seed.values()]
