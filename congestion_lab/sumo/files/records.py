"""SUMO's XML as flat records, streamed: nothing is expanded, nothing outside the file is read."""

import gzip
import math
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass, field
from io import BufferedReader
from pathlib import Path
from xml.parsers import expat

from congestion_lab.core.errors import Fault, InputError

_BLOCK_BYTES = 1 << 16
_GZIP_MAGIC = b"\x1f\x8b"


@dataclass(frozen=True, slots=True)
class Record:
    """One element below the root, with everything in it.

    Attributes:
        tag: Its name.
        attributes: Its attributes, in the order of the file.
        children: Elements inside it.
        line: 1-based line it starts on.
    """

    tag: str
    attributes: Mapping[str, str]
    children: tuple["Record", ...]
    line: int

    def get(self, name: str, default: str = "") -> str:
        """Return an attribute's text."""
        return self.attributes.get(name, default)

    def number(self, name: str) -> float:
        """Return an attribute as a number.

        Raises:
            ValueError: It is missing or no finite number.
        """
        found = self.attributes.get(name)
        try:
            if found is not None and math.isfinite(number := float(found)):
                return number
        except ValueError:
            pass
        raise ValueError(f"<{self.tag}> has {name}={found!r}; it must be a finite number")

    def parameters(self) -> dict[str, str]:
        """Return its `<param>` entries."""
        return {child.get("key"): child.get("value") for child in self.children if child.tag == "param"}


Wanted = Callable[[Mapping[str, str]], bool]


def records(
    path: Path,
    tags: Collection[str],
    *,
    roots: Collection[str],
    error: type[InputError],
    wanted: Wanted | None = None,
) -> Iterator[Record]:
    """Yield the elements directly below the root that have one of the tags, in order.

    Args:
        path: XML file, plain or gzip.
        tags: Elements wanted.
        roots: Names that the root may have; empty for any.
        error: Class of the error for a file that cannot be used.
        wanted: Whether an element is wanted, by its attributes; all are if left out.

    Raises:
        InputError: The file is missing, is no XML, has a document type or another root.
    """
    builder = _Builder(frozenset(tags), frozenset(roots), wanted)
    try:
        with closing(_opened(path)) as stream:
            while block := stream.read(_BLOCK_BYTES):
                builder.parser.Parse(block, False)  # noqa: FBT003 - expat takes no keywords
                yield from builder.taken()
        builder.parser.Parse(b"", True)  # noqa: FBT003 - expat takes no keywords
    except _RefusedError as refusal:
        raise error(Fault(refusal.rule, refusal.hint, str(path), refusal.line)) from None
    except expat.ExpatError as problem:
        rule = f"the file is no well-formed XML: {expat.ErrorString(problem.code)}"
        raise error(Fault(rule, "check that the file is complete", str(path), problem.lineno)) from None
    except (OSError, EOFError) as problem:
        hint = "check the path and that the file is complete"
        rule = f"the file cannot be read: {getattr(problem, 'strerror', None) or problem}"
        raise error(Fault(rule, hint, str(path))) from None
    yield from builder.taken()


def _opened(path: Path) -> gzip.GzipFile | BufferedReader:
    with path.open("rb") as stream:
        magic = stream.read(len(_GZIP_MAGIC))
    return gzip.open(path, "rb") if magic == _GZIP_MAGIC else path.open("rb")


class _RefusedError(Exception):
    def __init__(self, rule: str, hint: str, line: int) -> None:
        super().__init__(rule)
        self.rule, self.hint, self.line = rule, hint, line


@dataclass(slots=True)
class _Open:
    tag: str
    attributes: dict[str, str]
    line: int
    children: list[Record] = field(default_factory=list)


class _Builder:
    """Collects finished records from expat's events."""

    def __init__(self, tags: frozenset[str], roots: frozenset[str], wanted: Wanted | None) -> None:
        self._tags, self._roots, self._wanted = tags, roots, wanted
        self._stack: list[_Open] = []
        self._depth = 0
        self._done: list[Record] = []
        self.parser = expat.ParserCreate()
        self.parser.StartElementHandler = self._start
        self.parser.EndElementHandler = self._end
        self.parser.StartDoctypeDeclHandler = self._doctype

    def taken(self) -> list[Record]:
        """Return the records finished since the last call."""
        done, self._done = self._done, []
        return done

    def _start(self, tag: str, attributes: dict[str, str]) -> None:
        line = self.parser.CurrentLineNumber
        if self._depth == 0 and self._roots and tag not in self._roots:
            expected = " or ".join(f"<{root}>" for root in sorted(self._roots))
            hint = f"give a SUMO file whose root is {expected}"
            raise _RefusedError(f"the root element is <{tag}>, not {expected}", hint, line)
        if self._stack or (self._depth == 1 and tag in self._tags and (not self._wanted or self._wanted(attributes))):
            self._stack.append(_Open(tag, attributes, line))
        self._depth += 1

    def _end(self, _tag: str) -> None:
        self._depth -= 1
        if not self._stack:
            return
        opened = self._stack.pop()
        record = Record(opened.tag, opened.attributes, tuple(opened.children), opened.line)
        (self._stack[-1].children if self._stack else self._done).append(record)

    def _doctype(self, *_declaration: object) -> None:
        rule = "the XML declares a document type, which may carry entities or external references"
        raise _RefusedError(rule, "remove the <!DOCTYPE …> declaration", self.parser.CurrentLineNumber)
