"""SUMO's programs as child processes that fail loudly and never outlive us."""

import ctypes
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from congestion_lab.core.errors import RunTimeoutError, SumoFailedError
from congestion_lab.sumo.installation import environment

_TAIL_LINES = 20
_PR_SET_PDEATHSIG = 1  # linux/prctl.h


@dataclass(frozen=True, slots=True)
class Completed:
    """A program that ended well.

    Attributes:
        command: Its command line.
        stdout: What it printed.
        stderr: What it complained about.
        wall_s: Wall-clock seconds it took.
    """

    command: tuple[str, ...]
    stdout: str
    stderr: str
    wall_s: float


def run_program(command: Sequence[str | Path], *, cwd: Path | None = None, timeout_s: float | None = None) -> Completed:
    """Run a program to its end.

    Args:
        command: Program and arguments; never a shell line.
        cwd: Folder to run in.
        timeout_s: Wall-clock bound, or None for no bound.

    Raises:
        SumoFailedError: It ended with a code other than 0, or could not be started.
        RunTimeoutError: It took longer than `timeout_s` and was killed.
    """
    line = tuple(str(part) for part in command)
    begin = time.perf_counter()
    with started(line, cwd=cwd, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        try:
            stdout, stderr = (blob.decode(errors="replace") for blob in process.communicate(timeout=timeout_s))
        except subprocess.TimeoutExpired:
            raise RunTimeoutError(f"{line[0]} took longer than {timeout_s} s\ncommand: {' '.join(line)}") from None
    if process.returncode != 0:
        raise SumoFailedError(line, process.returncode, tail(stderr or stdout))
    return Completed(line, stdout, stderr, time.perf_counter() - begin)


@contextmanager
def started(
    command: Sequence[str],
    *,
    cwd: Path | None = None,
    stdout: IO[bytes] | int = subprocess.DEVNULL,
    stderr: IO[bytes] | int = subprocess.DEVNULL,
) -> Iterator[subprocess.Popen[bytes]]:
    """Yield a running program that is killed, with its children, if it still runs when the block ends.

    It has its own session, so that Ctrl-C reaches us alone and we decide what happens to it. On Linux the kernel kills
    it as soon as the thread that started it is gone, even by SIGKILL; elsewhere it may outlive a killed parent.

    Raises:
        SumoFailedError: The program could not be started.
    """
    try:
        process = subprocess.Popen(
            list(command),
            cwd=cwd,
            stdin=subprocess.DEVNULL,
            stdout=stdout,
            stderr=stderr,
            env=dict(environment()),
            start_new_session=True,
            preexec_fn=_tie_to_parent(os.getpid()),  # noqa: PLW1509 - one async-signal-safe system call, bound before the fork
        )
    except OSError as error:
        raise SumoFailedError(command, -1, str(error)) from error
    with process:
        try:
            yield process
        finally:
            _kill(process)


def tail(log: str) -> str:
    """Return the last lines of a log."""
    return "\n".join(log.rstrip().splitlines()[-_TAIL_LINES:])


def _tie_to_parent(parent: int) -> Callable[[], None] | None:
    if sys.platform != "linux":
        return None
    prctl = ctypes.CDLL(None, use_errno=True).prctl

    def tie() -> None:
        prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
        if os.getppid() != parent:  # the parent died between the fork and the call above
            os._exit(1)

    return tie


def _kill(process: subprocess.Popen[bytes]) -> None:
    if process.poll() is not None:
        return
    if sys.platform == "win32":
        process.kill()
    else:
        os.killpg(process.pid, signal.SIGKILL)
