"""Runs in worker processes, so that a crash costs one run and never the study."""

import itertools
import multiprocessing
import multiprocessing.connection
import os
import shutil
import signal
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from types import TracebackType
from typing import Protocol, Self

from congestion_lab.core.errors import CongestionLabError, EngineError, ExperimentError, SumoFailedError
from congestion_lab.core.files import remove_abandoned
from congestion_lab.experiments.store import RunStore
from congestion_lab.simulation.engine import Engine
from congestion_lab.simulation.result import Failure, Outcome
from congestion_lab.simulation.spec import RunSpec

_TRIES = 3  # a run that kills its worker this often is a failure of the run, not of the machine
_PATIENCE_S = 5.0  # for a worker that was told to end
_DISK_RESERVE_BYTES = 4 << 20  # below this a failure is blamed on the disk

OnDone = Callable[[RunSpec, Outcome], None]


class Executor(Protocol):
    """Runs specifications somewhere, so many at a time, and keeps the finished ones in a store."""

    engine: Engine
    store: RunStore
    workers: int

    def run(self, specs: Sequence[RunSpec], on_done: OnDone) -> dict[str, Outcome]:
        """Run specifications of distinct digests and return the outcomes by digest."""
        ...


class LocalExecutor:
    """Runs specifications in worker processes of this machine, which live until the executor is closed.

    Attributes:
        engine: Simulates; sent to the workers.
        store: Where finished runs are kept.
        workers: Number of worker processes.
    """

    def __init__(self, engine: Engine, store: RunStore, workers: int) -> None:
        self.engine = engine
        self.store = store
        self.workers = workers
        self._pool: ProcessPoolExecutor | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._close(at_once=kind is not None)

    def run(self, specs: Sequence[RunSpec], on_done: OnDone) -> dict[str, Outcome]:
        """Run specifications of distinct digests and return the outcomes by digest.

        A worker that dies takes only its own run with it: the pool is made anew and the lost runs are tried again.

        Raises:
            ExperimentError: The disk is full.
        """
        outcomes: dict[str, Outcome] = {}
        deaths = {spec.digest: 0 for spec in specs}
        while pending := [spec for spec in specs if spec.digest not in outcomes]:
            # After a death nobody knows which run killed the worker, so those that were lost go one at a time.
            suspects = [spec for spec in pending if deaths[spec.digest]]
            for spec, outcome in self._drain(suspects[:1] or pending):
                if outcome is None:
                    deaths[spec.digest] += 1
                    if deaths[spec.digest] < _TRIES:
                        continue
                outcomes[spec.digest] = outcome or _lost(spec)
                on_done(spec, outcomes[spec.digest])
        return outcomes

    def _drain(self, specs: Sequence[RunSpec]) -> Iterator[tuple[RunSpec, Outcome | None]]:
        """Yield outcomes as they come; None for a run that was lost when a worker died, and then what is left waits.

        Few are handed out ahead, because nobody can tell later which of those handed out a dead worker was at.
        """
        pool, queue = self._open(), iter(specs)
        waiting: dict[Future[Outcome], RunSpec] = {}
        while handed_out := self._hand_out(pool, queue, waiting):
            done, _ = wait(handed_out, return_when=FIRST_COMPLETED)
            for future in done:
                spec = waiting.pop(future)
                try:
                    yield spec, future.result()
                except BrokenProcessPool:
                    self._close(at_once=True)
                    queue = iter(())
                    yield spec, None

    def _hand_out(
        self, pool: ProcessPoolExecutor, queue: Iterator[RunSpec], waiting: dict[Future[Outcome], RunSpec]
    ) -> dict[Future[Outcome], RunSpec]:
        try:
            for spec in itertools.islice(queue, max(0, self.workers + 1 - len(waiting))):
                waiting[pool.submit(simulate, self.engine, self.store, spec)] = spec
        except BrokenProcessPool:  # those that wait are told so one by one
            pass
        return waiting

    def _open(self) -> ProcessPoolExecutor:
        if self._pool is None:
            context = multiprocessing.get_context("spawn")
            remove_abandoned(self.store.root)
            self._pool = ProcessPoolExecutor(self.workers, mp_context=context, initializer=_begin_worker)
        return self._pool

    def _close(self, *, at_once: bool) -> None:
        pool, self._pool = self._pool, None
        if pool is None:
            return
        pool.shutdown(wait=not at_once, cancel_futures=True)
        if at_once:
            children = multiprocessing.active_children()
            for process in children:
                process.terminate()
            for process in children:
                process.join(_PATIENCE_S)
            remove_abandoned(self.store.root)


def simulate(engine: Engine, store: RunStore, spec: RunSpec) -> Outcome:
    """Run one specification in this process; a run that cannot be finished becomes a Failure.

    An engine process that was killed from outside gets one more try.

    Raises:
        ExperimentError: The disk is full.
    """
    for last in (False, True):
        try:
            return store.add(spec, lambda folder: engine.run(spec, folder))
        except SumoFailedError as error:
            _blame_full_disk(store, error)
            if last or error.returncode >= 0:
                return _failure(spec, error)
        except CongestionLabError as error:
            return _failure(spec, error)
        except Exception as error:  # noqa: BLE001 -- the worker boundary: whatever went wrong is data about this run
            _blame_full_disk(store, error)
            return _failure(spec, error)
    raise AssertionError("unreachable")


def _begin_worker() -> None:
    """Leave Ctrl-C to the parent, which ends the workers, and end with the parent even if that is killed."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:
        multiprocessing.connection.wait([parent.sentinel])
        os._exit(1)


def _blame_full_disk(store: RunStore, error: Exception) -> None:
    if shutil.disk_usage(store.root).free < _DISK_RESERVE_BYTES:
        message = f"the disk that holds {store.root} is full; free some space and run the same command again"
        raise ExperimentError(f"{message}. Finished runs are kept") from error


def _failure(spec: RunSpec, error: Exception) -> Failure:
    return Failure(spec.digest, spec.inputs.name, spec.seed, type(error).__name__, str(error))


def _lost(spec: RunSpec) -> Failure:
    return _failure(spec, EngineError(f"the worker process died {_TRIES} times during this run"))
