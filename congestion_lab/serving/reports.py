"""Reports made when somebody asks for them, one at a time, and kept as long as the server lives."""

import os
import stat
import threading
import time
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from congestion_lab.core.digests import digest_of, digest_of_file, encodable
from congestion_lab.core.files import write_text
from congestion_lab.optimization.shelf.shelf import Place, Shelf
from congestion_lab.reporting.gathering import Story, story_of
from congestion_lab.reporting.pages.report import report_page
from congestion_lab.reporting.translation import LANGUAGES, LATIN, speaking

MOST_KEPT = 20  # reports, each in every language, some megabytes a page
_STATED = ".json"  # files that say which runs there are; what runs recorded is named by these
_READ = frozenset({_STATED, ".parquet"})  # what a report is made from; what is exported beside it changes none
_MOST_STATED_BYTES = 50_000_000
_RETRIED_S = 10.0  # after which a report that failed is tried again: what was missing may be there now


@dataclass
class Making:
    """The making of a report.

    Attributes:
        began_s: When it began, by the monotonic clock.
        stage: `waiting`, `reading` or `writing`.
        pages: The page by language, once all are written.
        error: Why it could not be made.
        ended_s: When it failed, by the same clock.
    """

    began_s: float = field(default_factory=time.monotonic)
    stage: str = "waiting"
    pages: dict[str, Path] = field(default_factory=dict)
    error: Exception | None = None
    ended_s: float = 0.0

    @property
    def seconds(self) -> float:
        """How long it has taken so far."""
        return time.monotonic() - self.began_s

    @property
    def is_over(self) -> bool:
        """Whether it was made or has failed."""
        return bool(self.pages) or self.error is not None

    @property
    def is_to_be_retried(self) -> bool:
        """Whether it failed some time ago."""
        return self.error is not None and time.monotonic() - self.ended_s > _RETRIED_S


class Reports:
    """The reports of a shelf.

    Attributes:
        shelf: Holds the studies and run sets.
        folder: Where pages are kept.
        numerals: Digits of the pages.
    """

    def __init__(self, shelf: Shelf, folder: Path, numerals: str = LATIN) -> None:
        self.shelf = shelf
        self.folder = folder
        self.numerals = numerals
        self._made: dict[str, Making] = {}
        self._books = threading.Lock()
        self._desk = threading.Lock()  # who holds it makes a report

    def ask(self, place: Place) -> Making:
        """Return the making of a place's report as it stands now, which begins if it has not been asked for yet.

        What has changed on disk since is another report.
        """
        key = _fingerprint(place.folder)
        with self._books:
            if key in self._made and self._made[key].is_to_be_retried:
                del self._made[key]
            if key not in self._made:
                self._forget()
                self._made[key] = Making()
                work = threading.Thread(target=self._make, args=(self._made[key], key, place), daemon=True)
                work.start()
            return self._made[key]

    def _make(self, making: Making, key: str, place: Place) -> None:
        with self._desk:
            try:
                making.stage = "reading"
                self.shelf.require_readable(place)
                story = story_of([place.folder])
                making.stage = "writing"
                making.pages = {language: self._written(story, key, place, language) for language in LANGUAGES}
            except Exception as error:  # noqa: BLE001 -- the boundary of a thread: whatever happens, the reader hears of it
                making.ended_s = time.monotonic()
                making.error = error

    def _written(self, story: Story, key: str, place: Place, language: str) -> Path:
        path = self.folder / f"{key}.{language}.html"
        others = {other: f"/{other}/{place.id}/report" for other in LANGUAGES if other != language}
        with speaking(language, numerals=self.numerals):
            write_text(path, report_page(story, elsewhere=others))
        return path

    def _forget(self) -> None:
        """Drop the oldest reports that are made, so that there is room for one more."""
        done = [key for key, making in self._made.items() if making.is_over]
        for key in done[: max(0, len(self._made) + 1 - MOST_KEPT)]:
            for path in self._made.pop(key).pages.values():
                path.unlink(missing_ok=True)


def _fingerprint(folder: Path) -> str:
    """Return a digest of what a report is made from: the contents of lists, the sizes and times of tables."""
    found = []
    for place, folders, files in os.walk(folder):
        folders.sort()
        for path in (Path(place) / name for name in sorted(files) if Path(name).suffix in _READ):
            with suppress(FileNotFoundError):  # it went meanwhile
                found.append([encodable(path.relative_to(folder)), *_state(path)])
    return digest_of([encodable(folder), found])


def _state(path: Path) -> tuple[int, int | str]:
    """Return the size of a file, and what it says or when it was written."""
    found = path.lstat()
    is_read = path.suffix == _STATED and stat.S_ISREG(found.st_mode) and found.st_size <= _MOST_STATED_BYTES
    return found.st_size, digest_of_file(path) if is_read else found.st_mtime_ns
