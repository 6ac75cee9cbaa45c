"""SUMO's XML files read under guard: nothing is expanded, fetched or unpacked without bound.

Every file goes through here before SUMO or another parser gets it. Expat reports a document type or an entity before
anything could be expanded, and a file that is guarded holds neither, so any parser reads it safely afterwards.
"""

import bz2
import gzip
import re
import zlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import IO, NamedTuple
from xml.etree.ElementTree import Element  # a type only; parsing is defusedxml's and expat's, under guard
from xml.parsers import expat

from defusedxml.ElementTree import iterparse, parse

from congestion_lab.core.errors import Fault, InputError

_BLOCK_BYTES = 1 << 20
_GZIP_MAGIC = b"\x1f\x8b"
_BZIP2_MAGIC = b"BZh"
MAX_BYTES = 8 << 30  # unpacked; the largest published city demand is about half of that
MAX_RATIO = 200  # unpacked over packed; SUMO's own files stay below 60
FREE_BYTES = 64 << 20  # unpacked size up to which any ratio is harmless
MAX_DEPTH = 64

# Where SUMO's files point for their schema; SUMO takes those from its own installation.
_SCHEMA_HOME = re.compile(
    r"https?://(www\.)?(sumo\.dlr\.de|sumo-sim\.org|sumo\.sf\.net|sumo\.sourceforge\.net)/[\w./-]+"
)
_SCHEMA_HINTS = ("noNamespaceSchemaLocation", "schemaLocation")


class Start(NamedTuple):
    """An opening tag.

    Attributes:
        tag: Its name.
        attributes: Its attributes.
        line: 1-based line it stands in.
        depth: 0 for the root.
    """

    tag: str
    attributes: dict[str, str]
    line: int
    depth: int


def guarded(path: Path) -> Path:
    """Return the path of a plain or gzipped XML file that is harmless to parse.

    Raises:
        InputError: The file is missing, not well formed, declares a document type or entities, refers to something
            outside itself, or unpacks beyond all bounds.
    """
    for _ in starts(path):
        pass
    return path


def starts(path: Path) -> Iterator[Start]:
    """Yield every opening tag of a plain or gzipped XML file, in order, under guard.

    Raises:
        InputError: See `guarded`; raised when the reading reaches the place.
    """
    reader = _GuardedReader(str(path))
    with unpacked(path) as stream:
        for block in _blocks(stream, path):
            reader.feed(block)
            yield from reader.taken()
        reader.close()
        yield from reader.taken()


def elements(path: Path, tags: Sequence[str]) -> Iterator[Element]:
    """Yield the elements of the given names with their children, from a file that is guarded first.

    One that stands in another of those names comes with that one. An element is emptied after it was handed out.

    Raises:
        InputError: See `guarded`.
    """
    guarded(path)
    wanted = frozenset(tags)
    open_wanted = 0
    with unpacked(path) as stream:
        for event, element in iterparse(stream, events=("start", "end"), forbid_dtd=True):
            if element.tag not in wanted:
                continue
            open_wanted += 1 if event == "start" else -1
            if event == "end" and open_wanted == 0:
                yield element
                element.clear()


def tree(path: Path) -> Element:
    """Return the root of a file that is guarded first, with all that is in it.

    Raises:
        InputError: See `guarded`.
    """
    with unpacked(guarded(path)) as stream:
        root = parse(stream, forbid_dtd=True).getroot()
    if root is None:  # a guarded file has a root; this is for the type checker
        raise InputError(Fault("the file is empty", source=str(path)))
    return root


@contextmanager
def unpacked(path: Path) -> Iterator[IO[bytes] | gzip.GzipFile | bz2.BZ2File]:
    """Open a plain, gzipped or bzip2 file for reading its plain bytes; what it is, its first bytes say.

    Raises:
        InputError: It is missing or cannot be read.
    """
    try:
        with path.open("rb") as stream:
            magic = stream.read(max(len(_GZIP_MAGIC), len(_BZIP2_MAGIC)))
    except OSError as error:
        rule = "there is no such file" if isinstance(error, FileNotFoundError) else f"cannot be read: {error.strerror}"
        raise InputError(Fault(rule, "check the path", str(path))) from error
    if magic.startswith(_GZIP_MAGIC):
        with gzip.open(path, "rb") as unzipped:
            yield unzipped
    elif magic.startswith(_BZIP2_MAGIC):
        with bz2.open(path, "rb") as unzipped:
            yield unzipped
    else:
        with path.open("rb") as stream:
            yield stream


def _blocks(stream: IO[bytes] | gzip.GzipFile | bz2.BZ2File, path: Path) -> Iterator[bytes]:
    packed_bytes = path.stat().st_size
    total = 0
    while block := _read(stream, path):
        total += len(block)
        if total > MAX_BYTES or (total > FREE_BYTES and total > MAX_RATIO * packed_bytes):
            rule = f"unpacks to more than {total >> 20} MiB from {packed_bytes >> 10} KiB: this is no traffic data"
            raise InputError(Fault(rule, "unpack the file yourself and look at it", str(path)))
        yield block


def _read(stream: IO[bytes] | gzip.GzipFile | bz2.BZ2File, path: Path) -> bytes:
    try:
        return stream.read(_BLOCK_BYTES)
    except (OSError, EOFError, zlib.error) as error:
        raise InputError(Fault(f"cannot be unpacked: {error}", "fetch or pack the file again", str(path))) from error


class _GuardedReader:
    """Expat with every door but the elements shut."""

    def __init__(self, source: str) -> None:
        self._source = source
        self._found: list[Start] = []
        self._depth = 0
        self._parser = expat.ParserCreate()
        self._parser.buffer_text = True
        self._parser.StartElementHandler = self._start
        self._parser.EndElementHandler = self._end
        self._parser.StartDoctypeDeclHandler = self._doctype
        self._parser.EntityDeclHandler = self._entity
        self._parser.ExternalEntityRefHandler = self._external

    def feed(self, block: bytes) -> None:
        self._parse(block, final=False)

    def close(self) -> None:
        self._parse(b"", final=True)

    def taken(self) -> list[Start]:
        found, self._found = self._found, []
        return found

    def _parse(self, block: bytes, *, final: bool) -> None:
        try:
            self._parser.Parse(block, final)
        except expat.ExpatError as error:
            reason = expat.ErrorString(error.code)
            fault = Fault(f"no well-formed XML: {reason}", "is this the right file?", self._source, error.lineno)
            raise InputError(fault) from error

    def _start(self, tag: str, attributes: dict[str, str]) -> None:
        if self._depth >= MAX_DEPTH:
            self._refuse(f"elements are nested deeper than {MAX_DEPTH} levels")
        if self._depth == 0:
            self._check_schema_hints(attributes)
        self._found.append(Start(tag, attributes, self._parser.CurrentLineNumber, self._depth))
        self._depth += 1

    def _end(self, _tag: str) -> None:
        self._depth -= 1

    def _check_schema_hints(self, attributes: dict[str, str]) -> None:
        for name, value in attributes.items():
            if name.rpartition(":")[2] in _SCHEMA_HINTS and not _SCHEMA_HOME.fullmatch(
                value.split()[-1] if value else ""
            ):
                self._refuse(f"the schema {value!r} is an external reference", "remove that attribute", name)

    def _doctype(self, *_parts: object) -> None:
        self._refuse("declares a document type", "remove the DOCTYPE line")

    def _entity(self, *_parts: object) -> None:
        self._refuse("declares an entity", "write its text out")

    def _external(self, *_parts: object) -> int:
        self._refuse("refers to an external entity", "write its text out")
        return 0

    def _refuse(self, rule: str, hint: str = "", key: str = "") -> None:
        raise InputError(Fault(rule, hint, self._source, self._parser.CurrentLineNumber, key))
