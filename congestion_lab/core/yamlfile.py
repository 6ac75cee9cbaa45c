"""YAML 1.2 files by a schema: every fault is told at once, with its line and key."""

from collections.abc import Callable, Iterator, Mapping
from io import StringIO
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError
from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap, CommentedSeq
from ruamel.yaml.constructor import RoundTripConstructor
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.events import AliasEvent, CollectionEndEvent, CollectionStartEvent
from ruamel.yaml.nodes import Node

from congestion_lab.core.errors import Fault, InputError
from congestion_lab.core.modelwords import told

MAX_DEPTH = 32  # levels of a file; no schema here has ten
_LARGEST_BYTES = 1 << 20
_KEY_ITSELF = "[key]"  # pydantic's mark where a key, not its value, is at fault


class Strict(BaseModel):
    """A frozen part of a file; unknown keys are errors."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False, str_strip_whitespace=True)


class _Constructor(RoundTripConstructor):
    """Makes values of a file; says where one stands that cannot be, such as 30 February."""

    def construct_object(self, node: Node, deep: bool = False) -> Any:  # noqa: ANN401, FBT001, FBT002 -- as ruamel has it
        try:
            return super().construct_object(node, deep)
        except (ValueError, KeyError) as problem:  # a KeyError: `!!bool` of another word
            told = f"{node.value!r} is no {str(node.tag).rpartition(':')[2]}: {problem}"
            raise MarkedYAMLError(problem=told, problem_mark=node.start_mark) from None


M = TypeVar("M", bound=Strict)
Key = tuple[str | int, ...]
Place = tuple[str, int]  # file and 1-based line


def read_yaml(path: Path, model: type[M], error: type[InputError], *, hint: str) -> M:
    """Read a file by its schema.

    Args:
        path: The file.
        model: Its schema.
        error: What is raised.
        hint: What to do where there is no such file, or nothing in it.

    Raises:
        InputError: Of the given type: the file is missing, is no YAML or breaks the schema; every fault is named.
    """
    raw = loaded(path, error, hint=hint)
    return checked(raw, model, error, lambda key: (str(path), line_of(raw, key)))


def checked(
    content: Mapping[str, object], model: type[M], error: type[InputError], place_of: Callable[[Key], Place]
) -> M:
    """Return what was read as a value of its schema.

    Args:
        content: What was read.
        model: Its schema.
        error: What is raised.
        place_of: Says where a key, or the nearest one above it, stands.

    Raises:
        InputError: Of the given type, with every fault.
    """
    try:
        return model.model_validate(content)
    except ValidationError as broken:
        raise error(*_faults(broken, place_of)) from None


def loaded(path: Path, error: type[InputError], *, hint: str) -> CommentedMap:
    """Read a file's keys, which remember their lines.

    Raises:
        InputError: Of the given type: the file is missing, too large, no YAML, or holds no keys.
    """
    source = str(path)
    try:
        with path.open("rb") as stream:
            content = stream.read(_LARGEST_BYTES + 1)
        if len(content) > _LARGEST_BYTES:
            raise error(Fault(f"is larger than {_LARGEST_BYTES} bytes", "keep data in files of its own", source))
        text = content.decode("utf-8-sig")
        if (line := line_too_deep(text)) is not None:
            raise error(Fault(f"nested deeper than {MAX_DEPTH} levels", source=source, line=line))
        yaml = YAML(typ="rt")
        yaml.Constructor = _Constructor
        raw = yaml.load(text)
    except MarkedYAMLError as broken:
        line = broken.problem_mark.line + 1 if broken.problem_mark else None
        raise error(Fault(f"is no YAML: {broken.problem}", source=source, line=line)) from None
    except OSError as problem:
        raise error(Fault(f"cannot be read: {problem.strerror or problem}", hint, source)) from None
    except (UnicodeDecodeError, YAMLError) as broken:
        raise error(Fault(f"cannot be read: {broken}", hint, source)) from None
    if not isinstance(raw, CommentedMap):
        raise error(Fault("holds no keys", hint, source, 1))
    return raw


def line_too_deep(text: str) -> int | None:
    """Return the line on which a YAML text nests deeper than `MAX_DEPTH`, or refers to something there; else None.

    Told before anything recurses into it.

    Raises:
        YAMLError: It is no YAML.
    """
    depth = 0
    for event in YAML(typ="safe", pure=True).parse(StringIO(text)):
        depth += isinstance(event, CollectionStartEvent) - isinstance(event, CollectionEndEvent)
        if depth > MAX_DEPTH or (isinstance(event, AliasEvent) and depth >= MAX_DEPTH):
            line: int = event.start_mark.line + 1
            return line
    return None


def _faults(broken: ValidationError, place_of: Callable[[Key], Place]) -> Iterator[Fault]:
    for one in broken.errors(include_url=False):
        path = tuple(part for part in one["loc"] if part != _KEY_ITSELF)
        rule, hint = told(one)
        if not hint and _KEY_ITSELF in one["loc"]:
            hint = "correct the name of the key"
        source, line = place_of(path)
        yield Fault(rule, hint, source, line, ".".join(str(part) for part in path))


def line_of(raw: Any, key: Key) -> int:  # noqa: ANN401 - a YAML tree holds anything
    """Return the 1-based line of a key or an item, or of the nearest one above it that is there."""
    line = 1
    for part in key:
        if isinstance(raw, CommentedMap) and part in raw:
            line = raw.lc.key(part)[0] + 1
        elif isinstance(raw, CommentedSeq) and isinstance(part, int) and part < len(raw):
            line = raw.lc.item(part)[0] + 1
        else:
            break
        raw = raw[part]
    return line
