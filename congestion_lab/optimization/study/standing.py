"""Where a study stands while it runs, for those who watch its folder: `standing.json`, gone when it ends."""

import math
import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from congestion_lab.core.errors import ExperimentError
from congestion_lab.core.files import is_alive, machine, write_json
from congestion_lab.core.guarded import guarded_json
from congestion_lab.optimization.study.simulating import Progress

STANDING_FILE = "standing.json"
_PAUSE_S = 1.0  # between two writings of the same stage
_MOST_BYTES = 10_000


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a study stands.

    Attributes:
        stage: What it is doing.
        counts: What is counted: simulations, or plans judged by the fast engine.
        done: What it has done in this stage.
        total: What it does at most; 0 where only time is the bound.
        process: The process that runs it.
        machine: The machine of that process.
    """

    stage: str
    counts: str
    done: int
    total: int
    process: int
    machine: str

    @property
    def is_elsewhere(self) -> bool:
        """Whether another machine runs it, of whose processes nothing is known here."""
        return self.machine != machine()


@contextmanager
def announced(folder: Path, on_progress: Callable[[Progress], None]) -> Iterator[Callable[[Progress], None]]:
    """Yield what hears of progress, passes it on and keeps `standing.json`, which goes when the block ends."""
    path = folder / STANDING_FILE
    last_stage, last_s = "", -math.inf

    def keep(state: Progress) -> None:
        nonlocal last_stage, last_s
        now_s = time.monotonic()
        if not state.remark and (state.stage != last_stage or now_s - last_s >= _PAUSE_S):
            last_stage, last_s = state.stage, now_s
            standing = Standing(state.stage, state.counts, state.done, state.total, os.getpid(), machine())
            with suppress(OSError):  # who watches sees less; the search itself finds no room and says so
                write_json(path, asdict(standing))

    def tell(state: Progress) -> None:
        keep(state)
        on_progress(state)

    keep(Progress("searching", 0, 0, math.inf))
    try:
        yield tell
    finally:
        with suppress(OSError):
            path.unlink(missing_ok=True)


def require_alone(folder: Path) -> None:
    """Make sure that no other process of this machine is at work on a study; the study's log notices those of others.

    Raises:
        ExperimentError: One is.
    """
    standing = None
    with suppress(ExperimentError):  # a damaged file tells of nobody and is written anew
        standing = read_standing(folder, folder)
    if standing is not None and not standing.is_elsewhere and standing.process != os.getpid():
        rule = f"process {standing.process} is at work on the study in {folder}"
        hint = f"wait for its end, or choose another folder with -o; if it is no `optimize`, remove {STANDING_FILE}"
        raise ExperimentError(f"{rule}; {hint}")


def read_standing(folder: Path, root: Path) -> Standing | None:
    """Return where a study stands; None where nobody runs it, or its process was killed.

    Args:
        folder: The study's folder.
        root: Folder that its files must not leave.

    Raises:
        ExperimentError: `standing.json` is damaged.
    """
    path = folder / STANDING_FILE
    if not path.exists():
        return None
    try:
        raw: Any = guarded_json(path, root, most_bytes=_MOST_BYTES)
        words = {key: str(raw[key]) for key in ("stage", "counts", "machine")}
        figures = {key: int(raw[key]) for key in ("done", "total", "process")}
        found = Standing(words["stage"], words["counts"], **figures, machine=words["machine"])
    except (KeyError, TypeError, ValueError, OverflowError) as error:
        raise ExperimentError(f"{path} is damaged ({error!r}); run `optimize` again") from error
    return found if found.is_elsewhere or (found.process > 0 and is_alive(found.process)) else None
