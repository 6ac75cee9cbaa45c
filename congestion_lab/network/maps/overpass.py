"""Roads asked of an Overpass server: the question, the answer, and what to say when there is none.

The protocol is that of https://wiki.openstreetmap.org/wiki/Overpass_API: the question is posted as the form field
`data`, the answer is OpenStreetMap XML; a server that is busy answers 429 or 504, and one that gives up in the middle
still answers 200, with a `<remark>` in the file or a page of HTML.
"""

import http.client
import math
import urllib.error
import urllib.parse
import urllib.request
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from congestion_lab import __version__
from congestion_lab.core.digests import digest_of
from congestion_lab.core.errors import Fault, InputError, NetworkError
from congestion_lab.core.files import written_whole

SERVER = "https://overpass-api.de/api/interpreter"
_AGENT = f"congestion-lab/{__version__} (open traffic-engineering program)"
_ASKED_S = 180  # what the server may take
_PATIENCE_S = 200.0  # what we wait for the next piece of its answer
_BLOCK_BYTES = 1 << 20
_MOST_BYTES = 2 << 30
_LARGEST_DEGREES2 = 4.0  # a box of two by two degrees holds several countries' worth of streets
_WIDEST_DEGREES = 180.0
_HIGHEST_DEGREES = 90.0
_REFUSALS = {
    400: "the server does not understand the question; check the name of the place",
    429: "the server is busy with your earlier questions; wait a minute and try again",
    504: "the server is too busy, or the area is too large; try again later or take a smaller area",
}


class NoAnswerError(NetworkError):
    """The server cannot be reached or gives no answer now; a later try may."""


@dataclass(frozen=True, slots=True)
class Box:
    """An area of the globe, degrees."""

    west: float
    south: float
    east: float
    north: float

    @classmethod
    def read(cls, text: str) -> "Box":
        """Return the box that a text names: west, south, east, north.

        Raises:
            NetworkError: It names none.
        """
        try:
            box = cls(*(float(part) for part in text.split(",")))
        except (TypeError, ValueError):
            hint = "give west,south,east,north in degrees, e.g. 36.27,33.49,36.33,33.53"
            raise NetworkError(Fault(f"{text!r} is no box", hint, key="--bbox")) from None
        rule = box._fault()
        if rule:
            hint = "give west,south,east,north in degrees; large areas come as .osm.pbf from download.geofabrik.de"
            raise NetworkError(Fault(f"{text!r} {rule}", hint, key="--bbox"))
        return box

    def _fault(self) -> str:
        sides = (self.west, self.south, self.east, self.north)
        if not all(map(math.isfinite, sides)):
            return "has a side that is no number"
        if (
            max(abs(self.west), abs(self.east)) > _WIDEST_DEGREES
            or max(abs(self.south), abs(self.north)) > _HIGHEST_DEGREES
        ):
            return "leaves the globe"
        if self.west >= self.east or self.south >= self.north:
            return "is empty: west must be less than east, and south less than north"
        if (self.east - self.west) * (self.north - self.south) > _LARGEST_DEGREES2:
            return "is too large for a public server"
        return ""

    @property
    def roads(self) -> str:
        """The roads inside, in the server's language."""
        return f'way["highway"]({self.south},{self.west},{self.north},{self.east})->.roads;'

    def __str__(self) -> str:
        return f"box {self.west},{self.south},{self.east},{self.north}"


@dataclass(frozen=True, slots=True)
class Place:
    """A town or district by its name, in whatever language; a blank one is a NetworkError."""

    name: str

    def __post_init__(self) -> None:
        """Refuse a blank name, of which a server would search the whole globe."""
        if not self.name.strip():
            raise NetworkError(Fault("the place has no name", "write a town or district", key="--place"))

    @property
    def roads(self) -> str:
        """The roads inside, in the server's language."""
        quoted = self.name.replace("\\", "\\\\").replace('"', '\\"')
        names = "".join(
            f'area["boundary"="administrative"]["{key}"="{quoted}"];' for key in ("name", "name:en", "name:ar")
        )
        return f'({names})->.place;\nway["highway"](area.place)->.roads;'

    def __str__(self) -> str:
        return f"place {self.name}"


Area = Box | Place


def question(area: Area) -> str:
    """Return the question for the roads of an area, their points and the turn restrictions between them."""
    asked = '(.roads; node(w.roads); relation["restriction"](bw.roads););\nout body;'
    return f"[out:xml][timeout:{_ASKED_S}];\n{area.roads}\n{asked}\n"


def cached(area: Area, folder: Path) -> Path:
    """Return where the answer for an area is kept."""
    return folder / f"overpass-{digest_of(question(area))}.osm"


def fetch(area: Area, server: str, target: Path, *, patience_s: float = _PATIENCE_S) -> None:
    """Ask a server for the roads of an area and write its answer, whole.

    Args:
        area: Which roads.
        server: Address of its interpreter.
        target: Where the answer goes.
        patience_s: How long to wait for the next piece of the answer.

    Raises:
        NoAnswerError: It cannot be reached, is busy or breaks off.
        NetworkError: It refuses the question, or the answer is no map.
    """
    if urllib.parse.urlsplit(server).scheme not in {"http", "https"}:
        raise NetworkError(
            Fault(f"{server!r} is no web address", "give the address of an Overpass server", key="--overpass")
        )
    form = urllib.parse.urlencode({"data": question(area)}).encode()
    request = urllib.request.Request(server, form, {"User-Agent": _AGENT})  # noqa: S310 -- the scheme is checked above
    try:
        with urllib.request.urlopen(request, timeout=patience_s) as answer, written_whole(target) as temporary:  # noqa: S310 -- likewise
            with temporary.open("wb") as stream:
                told = answer.headers.get("Content-Length", "")
                _copy(answer, stream, server, int(told) if told.isdecimal() else None)
            _check(temporary, server)
    except urllib.error.HTTPError as error:
        error.close()
        hint = _REFUSALS.get(error.code, "try again later, or name another server with `--overpass`")
        kind = NetworkError if error.code in {400, 404, 405, 406, 414} else NoAnswerError
        raise kind(Fault(f"the server answers {error.code} {error.reason}", hint, server)) from error
    except (OSError, http.client.HTTPException) as error:
        if isinstance(error, InputError):
            raise
        reason = getattr(error, "reason", None) or error
        hint = "check the connection, or import a file: download.geofabrik.de has every country as .osm.pbf"
        raise NoAnswerError(Fault(f"no answer from the server: {reason}", hint, server)) from error


def _copy(answer: IO[bytes], target: IO[bytes], server: str, announced: int | None) -> None:
    total = 0
    while block := answer.read(_BLOCK_BYTES):
        total += len(block)
        if total > _MOST_BYTES:
            raise NetworkError(Fault("the answer has no end", "take a smaller area", server))
        target.write(block)
    if announced is not None and total < announced:
        raise NoAnswerError(Fault("the server's answer is cut off", "try again, or take a smaller area", server))


def _check(path: Path, server: str) -> None:
    """Refuse what is no map by its first and last bytes; the rest is checked when it is read."""
    with path.open("rb") as stream:
        head = stream.read(1000)
        stream.seek(max(path.stat().st_size - 1000, 0))
        tail = stream.read()
    if b"<osm" not in head:
        text = " ".join(head.decode(errors="replace").split())[:120]
        raise NoAnswerError(Fault(f"the server's answer is no map: {text}", "try again later", server))
    if b"</osm>" not in tail:
        raise NoAnswerError(Fault("the server's answer is cut off", "try again, or take a smaller area", server))
    if b"<remark>" in tail:
        text = tail.decode(errors="replace").split("<remark>")[1].split("</remark>")[0].strip()
        raise NoAnswerError(
            Fault(f"the server gave up: {text[:200]}", "take a smaller area, or try again later", server)
        )
