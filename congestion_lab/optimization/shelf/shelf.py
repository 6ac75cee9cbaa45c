"""What stands in a folder of runs: run sets and studies, finished or not, and what is wrong with damaged ones.

Folders may come from anywhere. Nothing in them is run, nothing outside the folder of runs is listed, sizes are bounded.
"""

import enum
import math
import os
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from congestion_lab.core.digests import digest_of, encodable
from congestion_lab.core.files import is_being_written
from congestion_lab.core.guarded import require_contained
from congestion_lab.experiments.runset import RUN_SET_FILE
from congestion_lab.optimization.shelf.shelvedrunset import RUNS, RunSetFigures, run_set_figures
from congestion_lab.optimization.shelf.shelvedstudy import StudyFigures, study_figures
from congestion_lab.optimization.study.standing import Standing, read_standing
from congestion_lab.optimization.study.studyfiles import MARKS, is_study

LARGEST_FILE_BYTES = 1_000_000_000  # a table of a report
_DEEPEST = 3  # folders below the folder of runs


class State(enum.Enum):
    """How far a study or run set has come."""

    RUNNING = "running"
    FINISHED = "finished"
    INTERRUPTED = "interrupted"
    ELSEWHERE = "elsewhere"  # its last word came from another machine, of which nothing is known here
    DAMAGED = "damaged"


@dataclass(frozen=True, slots=True)
class Place:
    """Where a study or a run set lies.

    Attributes:
        id: Digest of its path; all that others may name it by.
        name: Its path within the folder of runs.
        folder: Its folder.
        is_study: Whether it is a study.
    """

    id: str
    name: str
    folder: Path
    is_study: bool


@dataclass(frozen=True, slots=True)
class Entry:
    """A study or a run set as a list shows it.

    Attributes:
        place: Where it lies.
        state: How far it has come.
        changed_s: When it last changed, seconds since 1970.
        figures: What it says; None if it is damaged.
        standing: What a running study is doing.
        fault: What is wrong with it, if it is damaged; files by their paths within the folder of runs.
    """

    place: Place
    state: State
    changed_s: float
    figures: RunSetFigures | StudyFigures | None = None
    standing: Standing | None = None
    fault: str = ""


@dataclass(frozen=True, slots=True)
class Shelf:
    """A folder of runs.

    Attributes:
        root: The folder, resolved.
    """

    root: Path

    def places(self) -> Iterator[Place]:
        """Yield every study and run set in the order of their names; what lies within one belongs to it."""
        yield from self._places(self.root, 0)

    def find(self, place_id: str) -> Place | None:
        """Return the place of an id, if there is one."""
        return next((place for place in self.places() if place.id == place_id), None)

    def entry(self, place: Place) -> Entry:
        """Return what a place holds; what is damaged is told, never raised."""
        entry = Entry(place, State.DAMAGED, _changed_s(place.folder))
        try:
            return self._study(entry) if place.is_study else self._run_set(entry)
        except OSError as error:
            fault = f"{error.filename or place.folder} cannot be read ({error.strerror})"
        except Exception as error:  # noqa: BLE001 -- whatever a folder of others holds, it must not hide the rest
            fault = str(error) or type(error).__name__
        return replace(entry, fault=fault.replace(f"{self.root}{os.sep}", "").replace(str(self.root), self.root.name))

    def require_readable(self, place: Place) -> None:
        """Make sure that nothing that a report may read lies outside, or is none of our plain files.

        Raises:
            ExperimentError: Something is.
        """
        require_contained(place.folder, self.root, most_bytes=LARGEST_FILE_BYTES)
        if place.is_study:
            for label in ("present", "best"):
                run_set_figures(place.folder / label, self.root)

    def _places(self, folder: Path, depth: int) -> Iterator[Place]:
        name = folder.relative_to(self.root).as_posix() if depth else self.root.name
        place = Place(digest_of([encodable(Path(name)), depth]), name, folder, is_study=False)
        try:
            studied = is_study(folder)
            is_one = studied or (folder / RUN_SET_FILE).exists() or (depth > 0 and (folder / RUNS).is_dir())
            within = [] if is_one or depth == _DEEPEST else _folders(folder)
        except FileNotFoundError:  # it went while it was looked at
            return
        except OSError:  # what is wrong with it, `entry` tells
            yield place
            return
        if is_one:
            yield replace(place, is_study=studied)
        for child in within:
            if child.resolve().is_relative_to(self.root):
                yield from self._places(child, depth + 1)

    def _study(self, entry: Entry) -> Entry:
        folder = entry.place.folder
        figures, standing = study_figures(folder, self.root), read_standing(folder, self.root)
        if standing is not None:
            state = State.ELSEWHERE if standing.is_elsewhere else State.RUNNING
        else:
            state = State.FINISHED if figures.is_finished else State.INTERRUPTED
        return replace(entry, state=state, figures=figures, standing=standing)

    def _run_set(self, entry: Entry) -> Entry:
        folder = entry.place.folder
        _folders(folder)  # raises where nobody may look into it
        if is_being_written(folder / RUNS):
            return replace(entry, state=State.RUNNING, figures=_without_a_list(folder))
        if not (folder / RUN_SET_FILE).exists():
            return replace(entry, state=State.INTERRUPTED, figures=_without_a_list(folder))
        return replace(entry, state=State.FINISHED, figures=run_set_figures(folder, self.root))


def _without_a_list(folder: Path) -> RunSetFigures:
    """Return what is known of runs whose list is written when the last has ended."""
    return RunSetFigures("", "", "", sum(1 for _ in _folders(folder / RUNS)), 0, 0, math.nan)


def _folders(folder: Path) -> list[Path]:
    return sorted(each for each in folder.iterdir() if not each.name.startswith(".") and each.is_dir())


def _changed_s(folder: Path) -> float:
    """Return when one of the files that tell of a folder was last written."""
    times = [0.0]
    for name in (*MARKS, RUN_SET_FILE, RUNS, "."):
        try:
            times.append((folder / name).lstat().st_mtime)
        except OSError:
            continue
    return max(times)
