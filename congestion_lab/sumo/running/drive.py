"""SUMO driven to its end, watched while it runs."""

import signal
import subprocess
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from congestion_lab.core.errors import DemandError, Fault, RunTimeoutError, SumoFailedError
from congestion_lab.sumo.process import started, tail
from congestion_lab.sumo.running.gridlock import PATIENCE_S, gridlock_time_s, moments

_LOST = "Route file should be sorted by departure time, ignoring"


def drive(command: Sequence[str], log: Path, *, timeout_s: float, patience_s: float = PATIENCE_S) -> float | None:
    """Run SUMO, which writes its summary to standard output, and return when it gridlocked, or None.

    In a gridlock it is asked by SIGINT to end: it then still writes all outputs.

    Args:
        command: SUMO's command line.
        log: Where its complaints go; SUMO works in that folder, so that outputs without a path stay there.
        timeout_s: Wall-clock bound.
        patience_s: Standstill that counts as gridlock.

    Raises:
        SumoFailedError: It ended with an error.
        RunTimeoutError: It took longer than `timeout_s` and was killed.
        DemandError: It ignored vehicles because the route file is not sorted.
    """
    with (
        log.open("wb") as stderr,
        started(command, cwd=log.parent, stdout=subprocess.PIPE, stderr=stderr) as process,
        _killed_after(process, timeout_s) as expired,
    ):
        gridlock_s = _watch(process, patience_s)
        process.wait()
    if expired.is_set():
        raise RunTimeoutError(f"the simulation took longer than {timeout_s:g} s\ncommand: {' '.join(command)}")
    complaints = log.read_text(encoding="utf-8", errors="replace")
    if process.returncode != 0:
        raise SumoFailedError(command, process.returncode, tail(complaints))
    if _LOST in complaints:
        line = next(line for line in complaints.splitlines() if _LOST in line)
        raise DemandError(Fault(f"SUMO lost vehicles: {line}", "sort the route files by departure time"))
    return gridlock_s


def _watch(process: subprocess.Popen[bytes], patience_s: float) -> float | None:
    assert process.stdout is not None  # noqa: S101 - opened as a pipe above
    gridlock_s = gridlock_time_s(moments(process.stdout), patience_s=patience_s)
    if gridlock_s is not None:
        process.send_signal(signal.SIGINT)
        for _ in process.stdout:  # let it finish: a full pipe would hold it
            pass
    return gridlock_s


@contextmanager
def _killed_after(process: subprocess.Popen[bytes], timeout_s: float) -> Iterator[threading.Event]:
    expired = threading.Event()

    def expire() -> None:
        expired.set()
        process.kill()

    timer = threading.Timer(timeout_s, expire)
    timer.start()
    try:
        yield expired
    finally:
        timer.cancel()
        timer.join()
