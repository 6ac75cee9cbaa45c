"""Folders of runs that no simulator had to make, and a server of them at a free port."""

import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from congestion_lab.core.files import write_json
from congestion_lab.experiments.runset import RunSet
from congestion_lab.experiments.store import RunStore
from congestion_lab.optimization.shelf.shelf import Shelf
from congestion_lab.reporting.translation import LATIN
from congestion_lab.serving.answers import Answers
from congestion_lab.serving.reports import Reports
from congestion_lab.serving.server import Server
from congestion_lab.simulation.result import Failure
from congestion_lab.simulation.spec import Controller, RunSpec
from tests.fakes import FakeEngine, inputs


def write_run_set(folder: Path, *, seeds: tuple[int, ...] = (1, 3), name: str = "toy") -> None:
    """Write a run set in which the vehicle of each seed is delayed by it; one further seed failed."""
    folder.mkdir(parents=True)
    store, marks = RunStore(folder / "runs"), folder.parent / ".marks"
    marks.mkdir(exist_ok=True)
    engine = FakeEngine(marks)
    specs = [RunSpec(inputs(name, folder), seed=seed, engine="fake", engine_version="1") for seed in seeds]
    results = tuple(store.add(spec, lambda place, spec=spec: engine.run(spec, place)) for spec in specs)  # type: ignore[misc] # bound now
    failure = Failure("d", name, 99, "EngineError", "log")
    RunSet(name, inputs(name, folder), Controller.PLANS, (*results, failure)).save(folder)


def candidate(
    number: int, score: float | None, *, stopped: bool = False, origin: str = "fast engine"
) -> dict[str, Any]:
    """Return an entry of `history.json` with two seeds."""
    return {
        "number": number,
        "origin": "present" if number == 0 else origin,
        "delays_s": {"1": score, "2": score},
        "score": score,
        "stopped": stopped,
        "point": None,
    }


def write_history(folder: Path, *entries: Mapping[str, Any]) -> None:
    write_json(folder / "history.json", {"candidates": list(entries)})


def id_within(root: Path, name: str) -> str:
    """Return the id under which an entry is found."""
    return next(place.id for place in Shelf(root.resolve()).places() if place.name == name)


@contextmanager
def serving(root: Path, pages: Path, numerals: str = LATIN) -> Iterator[Server]:
    """Yield a server of a folder, at work; reports are kept in another."""
    pages.mkdir()
    shelf = Shelf(root.resolve())
    with Server("127.0.0.1", 0, Answers(shelf, Reports(shelf, pages, numerals), "en", numerals)) as made:
        thread = threading.Thread(target=made.serve_forever, args=(0.02,))
        thread.start()
        yield made
        made.shutdown()
        thread.join()
