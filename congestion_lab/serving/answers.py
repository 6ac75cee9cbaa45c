"""What the server answers: an address is looked up in what is there, and never becomes a path."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from http import HTTPStatus
from pathlib import Path

from congestion_lab.optimization.shelf.shelf import Entry, Place, Shelf, State
from congestion_lab.optimization.shelf.shelvedfiles import handed_over
from congestion_lab.reporting.page import policy_of
from congestion_lab.reporting.served import notices
from congestion_lab.reporting.served.pages import entry_page, follows, runs_page, standing_part, told
from congestion_lab.reporting.served.shell import Addresses
from congestion_lab.reporting.translation import LANGUAGES, LATIN, speaking
from congestion_lab.serving.reports import Reports

MOST_ENTRIES = 500
_NO_CONTENT_POLICY = "default-src 'none'; sandbox"
_NOT_FRAMED = "; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer to a request.

    Attributes:
        body: What it holds, or the file that holds it.
        kind: Its media type.
        status: Its status.
        headers: Headers beside those that every answer has.
    """

    body: bytes | Path
    kind: str
    status: HTTPStatus = HTTPStatus.OK
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Answers:
    """Answers from a folder of runs.

    Attributes:
        shelf: The folder of runs.
        reports: Its reports.
        language: Language of the address without one.
        numerals: Digits of all pages.
    """

    shelf: Shelf
    reports: Reports
    language: str
    numerals: str = LATIN

    def to(self, target: str) -> Answer:
        """Return the answer to a request.

        Args:
            target: Path of the address, as it was sent.
        """
        path = target.partition("?")[0].partition("#")[0]
        if path == "/":
            return Answer(b"", "text/plain", HTTPStatus.FOUND, {"Location": f"/{self.language}/"})
        language, *rest = path.removeprefix("/").split("/")
        if language not in LANGUAGES or not rest:
            language, rest = self.language, ["missing"]
        with speaking(language, numerals=self.numerals):
            return self._spoken(language, rest)

    def to_writing(self) -> Answer:
        """Return the answer to a request that is to change something."""
        with speaking(self.language, numerals=self.numerals):
            refused = _page(notices.writing_page(_addresses(self.language, "")), HTTPStatus.METHOD_NOT_ALLOWED)
        return replace(refused, headers={**refused.headers, "Allow": "GET, HEAD"})

    def to_strangers(self) -> Answer:
        """Return the answer to a request that was sent to a host that is not ours."""
        with speaking(self.language, numerals=self.numerals):
            return _page(notices.wrong_host_page(_addresses(self.language, "")), HTTPStatus.MISDIRECTED_REQUEST)

    def to_pages_elsewhere(self) -> Answer:
        """Return the answer to a request that a page of another site makes behind its reader's back."""
        with speaking(self.language, numerals=self.numerals):
            return _page(notices.elsewhere_page(_addresses(self.language, "")), HTTPStatus.FORBIDDEN)

    def to_nonsense(self, status: HTTPStatus) -> Answer:
        """Return the answer to what is no request that can be read; the status says why."""
        with speaking(self.language, numerals=self.numerals):
            return _page(notices.unreadable_page(status, _addresses(self.language, "")), status)

    def to_trouble(self, error: Exception) -> Answer:
        """Return the answer to a request that failed."""
        with speaking(self.language, numerals=self.numerals):
            page = notices.trouble_page(error, _addresses(self.language, ""))
            return _page(page, HTTPStatus.INTERNAL_SERVER_ERROR)

    def _spoken(self, language: str, rest: list[str]) -> Answer:
        if rest == [""]:
            return self._list(language)
        place = self.shelf.find(rest[0]) if len(rest) > 1 else None
        return _missing(language) if place is None else self._within(language, place, rest[1:])

    def _within(self, language: str, place: Place, rest: list[str]) -> Answer:
        match rest:
            case [""]:
                return self._entry(language, place)
            case ["standing.json"]:
                return _standing(self.shelf.entry(place))
            case ["report"]:
                return self._report(language, place)
            case ["report.json"]:
                return self._making(place)
            case ["files", file_id]:
                return self._file(language, place, file_id)
        return _missing(language)

    def _list(self, language: str) -> Answer:
        places = list(self.shelf.places())
        entries = [self.shelf.entry(place) for place in places[:MOST_ENTRIES]]
        left_out = len(places) - len(entries)
        return _page(runs_page(self.shelf.root.name, entries, _addresses(language, ""), left_out=left_out))

    def _entry(self, language: str, place: Place) -> Answer:
        entry = self.shelf.entry(place)
        found = {} if entry.state is State.DAMAGED else handed_over(place.folder, self.shelf.root)
        files = [(f"files/{file_id}", path) for file_id, path in found.items()]
        return _page(entry_page(entry, files, _addresses(language, f"{place.id}/")))

    def _report(self, language: str, place: Place) -> Answer:
        addresses = _addresses(language, f"{place.id}/report")
        entry = self.shelf.entry(place)
        if entry.state is not State.FINISHED:
            return _page(notices.unfinished_page(entry, addresses), HTTPStatus.CONFLICT)
        making = self.reports.ask(place)
        if making.pages:
            return _page(making.pages[language].read_text(encoding="utf-8"))
        if making.error is not None:
            return _page(notices.failed_page(place.name, making.error, addresses), HTTPStatus.CONFLICT)
        return _page(notices.making_page(place.name, making.stage, making.seconds, addresses))

    def _making(self, place: Place) -> Answer:
        making = self.reports.ask(place) if self.shelf.entry(place).state is State.FINISHED else None
        if making is None or making.is_over:
            return _json({"told": "", "html": "", "goes_on": False, "reload": True})
        said = notices.making_text(making.stage, making.seconds)
        return _json({"told": said, "html": notices.making_part(), "goes_on": True, "reload": False})

    def _file(self, language: str, place: Place, file_id: str) -> Answer:
        path = handed_over(place.folder, self.shelf.root).get(file_id)
        if path is None:
            return _missing(language)
        headers = {"Content-Security-Policy": _NO_CONTENT_POLICY, "Content-Disposition": _attachment(path.name)}
        return Answer(path, "application/octet-stream", headers=headers)


def _standing(entry: Entry) -> Answer:
    goes_on = follows(entry)
    return _json({"told": told(entry), "html": standing_part(entry), "goes_on": goes_on, "reload": not goes_on})


def _missing(language: str) -> Answer:
    return _page(notices.missing_page(_addresses(language, "")), HTTPStatus.NOT_FOUND)


def _addresses(language: str, rest: str) -> Addresses:
    return Addresses(f"/{language}/", {other: f"/{other}/{rest}" for other in LANGUAGES if other != language})


def _page(text: str, status: HTTPStatus = HTTPStatus.OK) -> Answer:
    policy = policy_of(text) + _NOT_FRAMED
    return Answer(text.encode(), "text/html; charset=utf-8", status, {"Content-Security-Policy": policy})


def _json(value: object) -> Answer:
    body = json.dumps(value, ensure_ascii=False).encode()
    return Answer(body, "application/json", headers={"Content-Security-Policy": _NO_CONTENT_POLICY})


def _attachment(name: str) -> str:
    """Return how a browser is told to keep a file; of a name only what no header can mistake (RFC 6266)."""
    return f'attachment; filename="{"".join(_plain(name))}"'


def _plain(name: str) -> Iterator[str]:
    for char in name:
        yield char if char.isascii() and (char.isalnum() or char in "-_.") else "_"
