"""YAML 1.2 files as plain values that remember their lines, and their validation with every fault told at once."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from io import StringIO
from pathlib import Path

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from congestion_lab.core.errors import Fault, ScenarioError
from congestion_lab.core.yamlfile import MAX_DEPTH, line_too_deep

MAX_BYTES = 1 << 20
MAX_VALUES = 100_000  # after aliases are expanded: a few lines of them can stand for billions

_CORE_TAG = "tag:yaml.org,2002:"
_SCALAR_TAGS = {f"{_CORE_TAG}{name}" for name in ("null", "bool", "int", "float", "str")}
_TIMESTAMP_TAG = f"{_CORE_TAG}timestamp"

KeyPath = tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class Document:
    """A YAML file that was read.

    Attributes:
        path: The file.
        value: Its content: mappings with text keys, tuples, text, numbers, truth values and None.
        lines: 1-based line of every key path.
        faults: What is wrong with it as a YAML file, though it could be read.
    """

    path: Path
    value: Mapping[str, object]
    lines: Mapping[KeyPath, int]
    faults: tuple[Fault, ...] = ()

    def line_of(self, path: KeyPath) -> int | None:
        """Return the line of a key path, or of the closest one above it."""
        while path and path not in self.lines:
            path = path[:-1]
        return self.lines.get(path)


def read_document(path: Path) -> Document:
    """Read a YAML 1.2 mapping: `17:30` and `no` are text, a key stands once, nothing is executed.

    Raises:
        ScenarioError: The file is missing, too big, no YAML, or no mapping.
    """
    reader = _Reader(str(path))
    value = reader.read(_text(path))
    if not isinstance(value, dict):
        raise ScenarioError(Fault("the file holds no `key: value` lines", "start with `name: ...`", str(path)))
    return Document(path, value, reader.lines, tuple(reader.faults))


def _text(path: Path) -> str:
    source = str(path)
    try:
        with path.open("rb") as stream:
            blob = stream.read(MAX_BYTES + 1)
        text = blob.decode("utf-8-sig")
    except FileNotFoundError:
        raise ScenarioError(Fault("there is no such file", "check the path", source)) from None
    except OSError as error:
        raise ScenarioError(Fault(f"the file cannot be read: {error.strerror}", source=source)) from error
    except UnicodeDecodeError as error:
        raise ScenarioError(Fault(f"the file is not UTF-8 text: {error.reason}", "save it as UTF-8", source)) from error
    if len(blob) > MAX_BYTES:
        raise ScenarioError(
            Fault(f"the file is larger than {MAX_BYTES} bytes", "keep data in files of its own", source)
        )
    return text


class _Reader:
    """Turns a YAML text into plain values, noting the line of every key and every fault."""

    def __init__(self, source: str) -> None:
        self.source = source
        self.faults: list[Fault] = []
        self.lines: dict[KeyPath, int] = {}
        self._values = 0
        self._yaml = YAML(typ="safe", pure=True)

    def read(self, text: str) -> object:
        try:
            if (line := line_too_deep(text)) is not None:
                raise ScenarioError(Fault(f"nested deeper than {MAX_DEPTH} levels", source=self.source, line=line))
            node = YAML(typ="safe", pure=True).compose(StringIO(text))
            return None if node is None else self._plain(node, ())
        except MarkedYAMLError as error:
            line = None if error.problem_mark is None else error.problem_mark.line + 1
            rule = " ".join(part for part in (error.context, error.problem) if part)
            raise ScenarioError(Fault(f"no valid YAML: {rule}", source=self.source, line=line)) from error
        except YAMLError as error:
            raise ScenarioError(Fault(f"no valid YAML: {error}", source=self.source)) from error

    def _plain(self, node: Node, path: KeyPath) -> object:
        self._values += 1
        if self._values > MAX_VALUES or len(path) > MAX_DEPTH:
            rule = f"more than {MAX_VALUES} values or {MAX_DEPTH} levels, once `*` references are followed"
            raise ScenarioError(Fault(rule, "write the values out", self.source, node.start_mark.line + 1))
        if isinstance(node, ScalarNode):
            return self._scalar(node, path)
        if isinstance(node, SequenceNode) and node.tag == f"{_CORE_TAG}seq":
            return tuple(self._item(child, (*path, number)) for number, child in enumerate(node.value))
        if isinstance(node, MappingNode) and node.tag == f"{_CORE_TAG}map":
            return dict(self._pairs(node, path))
        self._complain(node, path, f"the tag {node.tag} is not known here", "leave the tag out")
        return None

    def _item(self, node: Node, path: KeyPath) -> object:
        self.lines[path] = node.start_mark.line + 1
        return self._plain(node, path)

    def _pairs(self, node: MappingNode, path: KeyPath) -> Iterator[tuple[str, object]]:
        seen: set[str] = set()
        for key_node, value_node in node.value:
            key = key_node.value if isinstance(key_node, ScalarNode) else "?"
            below = (*path, key)
            if key in seen:
                self._complain(key_node, below, "the key stands twice", "keep one of the two")
                continue
            seen.add(key)
            self.lines[below] = key_node.start_mark.line + 1
            yield key, self._plain(value_node, below)

    def _scalar(self, node: ScalarNode, path: KeyPath) -> object:
        if node.tag == _TIMESTAMP_TAG:
            return node.value  # a date is text to us
        if node.tag not in _SCALAR_TAGS:
            self._complain(node, path, f"the tag {node.tag} is not known here", "leave the tag out")
            return None
        try:
            value: object = self._yaml.constructor.construct_object(node)
        except (ValueError, KeyError) as problem:  # a KeyError: `!!bool` of another word
            self._complain(
                node, path, f"{node.value!r} is no {node.tag.removeprefix(_CORE_TAG)}: {problem}", "leave the tag out"
            )
            return None
        return value

    def _complain(self, node: Node, path: KeyPath, rule: str, hint: str) -> None:
        self.faults.append(Fault(rule, hint, self.source, node.start_mark.line + 1, dotted(path)))


def dotted(path: KeyPath) -> str:
    """Return a key path as people write it: `demand.routes[0]`."""
    text = ""
    for part in path:
        text += f"[{part}]" if isinstance(part, int) else f".{part}" if text else part
    return text
