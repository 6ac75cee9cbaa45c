"""The figures of a run set that is only listed: few files are read, and each of them is guarded."""

import functools
import math
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from congestion_lab.core.errors import ExperimentError, InputError
from congestion_lab.core.guarded import guarded_json, require_guarded
from congestion_lab.experiments.runset import RUN_SET_FILE, RunSet, load_run_set
from congestion_lab.experiments.store import RUN_FILE
from congestion_lab.metrics.objective import mean_delay_s
from congestion_lab.simulation.result import RunResult, Status
from congestion_lab.simulation.tables import TRIPS

RUNS = "runs"  # where `simulate` and `optimize` keep the runs of a folder
_MOST_JSON_BYTES = 20_000_000
_MOST_TABLE_BYTES = 300_000_000
_MOST_RUNS = 10_000  # of a run set; all of them are read whenever it is listed
_KEPT = 4096  # delays of runs that are remembered


@dataclass(frozen=True, slots=True)
class RunSetFigures:
    """What a run set says.

    Attributes:
        label: What people call it.
        scenario: Name of the scenario.
        engine: Engines with their releases.
        finished: Runs that were finished.
        failed: Runs that were not.
        jammed: Finished runs that ended as gridlock.
        delay_s: Mean delay per demanded vehicle, mean over the seeds; NaN without a finished run.
    """

    label: str
    scenario: str
    engine: str
    finished: int
    failed: int
    jammed: int
    delay_s: float


def run_set_figures(folder: Path, root: Path) -> RunSetFigures:
    """Read a run set.

    Args:
        folder: Its folder.
        root: Folder that neither it nor its runs may leave.

    Raises:
        ExperimentError: It does, or a file is damaged or larger than allowed.
    """
    _require_runs_within(folder, root)
    try:
        return _figures(load_run_set(folder), root)
    except (TypeError, ValueError, AttributeError) as error:
        if isinstance(error, InputError):
            raise
        raise ExperimentError(f"a run of {folder} is damaged ({error!r}); simulate again") from error


def _figures(runs: RunSet, root: Path) -> RunSetFigures:
    delays = [_delay_s(result, root) for result in runs.results]
    made_by = {f"{each.provenance.engine} {_release(each)}" for each in runs.results}
    return RunSetFigures(
        label=str(runs.label),
        scenario=str(runs.inputs.name),
        engine=", ".join(sorted(made_by)),
        finished=len(runs.results),
        failed=len(runs.failures),
        jammed=sum(result.status is Status.GRIDLOCK for result in runs.results),
        delay_s=sum(delays) / len(delays) if delays else math.nan,
    )


def _release(result: RunResult) -> str:
    """Return an engine's version without the digests of its sources."""
    return str(result.provenance.engine_version).partition("+")[0]


def _require_runs_within(folder: Path, root: Path) -> None:
    path = folder / RUN_SET_FILE
    raw: Any = guarded_json(path, root, most_bytes=_MOST_JSON_BYTES)
    named = raw.get(RUNS) if isinstance(raw, dict) else None
    if not isinstance(named, list):
        raise ExperimentError(f"{path} is damaged (it names no runs); simulate again")
    if len(named) > _MOST_RUNS:
        raise ExperimentError(f"{path} names more than {_MOST_RUNS} runs; it is not read")
    for run in named:
        require_guarded(folder / str(run) / RUN_FILE, root, most_bytes=_MOST_JSON_BYTES)


def _delay_s(result: RunResult, root: Path) -> float:
    path = require_guarded(result.folder / f"{TRIPS.name}.parquet", root, most_bytes=_MOST_TABLE_BYTES)
    found = path.stat()
    return _remembered_delay_s(result, found.st_mtime_ns, found.st_size)


@functools.lru_cache(maxsize=_KEPT)
def _remembered_delay_s(result: RunResult, _modified_ns: int, _size: int) -> float:
    return mean_delay_s(result.table(TRIPS), result.analysis_begin_s)
