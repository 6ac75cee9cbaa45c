"""A process of its own for each measurement, and what processes cost: CPU seconds and peak memory.

Peak memory is the kernel's `VmHWM`: `getrusage` hands a program the peak of whoever started it.
"""

import multiprocessing
import os
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

T = TypeVar("T")
_LOOK_EVERY_S = 0.02
_KIB_PER_MIB = 1024


def alone(measure: Callable[..., T], *arguments: object) -> T:
    """Return what a function gives in a fresh process; it and its arguments are importable and picklable."""
    with ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn")) as pool:
        return pool.submit(measure, *arguments).result()


def own_peak_mib() -> float:
    """Return the peak memory of this process."""
    return _peak_mib(os.getpid())


@dataclass
class Cost:
    """What a stretch of work cost.

    Attributes:
        cpu_s: CPU seconds of this process and of the children that ended within the stretch.
        child_peak_mib: Peak memory of its largest child.
    """

    cpu_s: float = 0.0
    child_peak_mib: float = 0.0
    _ended: threading.Event = field(default_factory=threading.Event)

    def _watch(self) -> None:
        while not self._ended.wait(_LOOK_EVERY_S):
            for child in _children(os.getpid()):
                self.child_peak_mib = max(self.child_peak_mib, _peak_mib(child))


@contextmanager
def cost_of_children() -> Iterator[Cost]:
    """Yield the cost of the children of the block, complete at its end."""
    cost, begin = Cost(), _children_cpu_s()
    watcher = threading.Thread(target=cost._watch, daemon=True)  # noqa: SLF001 -- its own thread
    watcher.start()
    try:
        yield cost
    finally:
        cost._ended.set()  # noqa: SLF001
        watcher.join()
        cost.cpu_s = _children_cpu_s() - begin


def cpu_of(work: Callable[[], T]) -> tuple[float, T]:
    """Return the CPU seconds of this process, all threads, that a call takes, and what it returns."""
    begin = time.process_time()
    result = work()
    return time.process_time() - begin, result


def _children_cpu_s() -> float:
    times = os.times()
    return times.children_user + times.children_system


def _children(pid: int) -> Iterator[int]:
    for tasks in Path(f"/proc/{pid}/task").glob("*/children"):
        for child in _text(tasks).split():
            yield int(child)
            yield from _children(int(child))


def _peak_mib(pid: int) -> float:
    """Return the peak memory of a process; 0 for one that has just ended."""
    lines = (line.split() for line in _text(Path(f"/proc/{pid}/status")).splitlines())
    return next((float(words[1]) / _KIB_PER_MIB for words in lines if words[:1] == ["VmHWM:"]), 0.0)


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except (FileNotFoundError, ProcessLookupError):
        return ""
