"""From a document to a frozen model: pydantic's findings told as faults with line, key, rule and next step."""

import difflib
import re
import typing
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any, TypeVar

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    TypeAdapter,
    ValidationError,
    ValidationInfo,
    WithJsonSchema,
)
from pydantic_core import ErrorDetails

from congestion_lab.core.errors import Fault, ScenarioError
from congestion_lab.core.modelwords import shown_value, told
from congestion_lab.core.times import seconds_from_clock
from congestion_lab.scenarios.document import Document, KeyPath, dotted

M = TypeVar("M", bound=BaseModel)

_NAME_PATTERN = r"\w[\w.-]{0,79}"
_CLOCK_PATTERN = r"^\d{1,2}:[0-5]\d(:[0-5]\d)?$"


class Section(BaseModel):
    """A part of a file: frozen, with known keys only, and no silent conversion of text to numbers."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, allow_inf_nan=False)


def validated(document: Document, model: type[M]) -> M:
    """Return the document as a value of the model; file names in it are relative to the document.

    Raises:
        ScenarioError: With every fault of the document.
    """
    faults = list(document.faults)
    try:
        value = model.model_validate(dict(document.value), context={"folder": document.path.parent})
    except ValidationError as error:
        faults += [_fault(document, model, detail) for detail in _told_once(error.errors(include_url=False))]
        raise ScenarioError(*dict.fromkeys(faults)) from None
    if faults:
        raise ScenarioError(*faults)
    return value


def _told_once(details: Sequence[ErrorDetails]) -> Iterator[ErrorDetails]:
    """Leave out that a list is too short where that is because its items are faulty themselves."""
    places = [detail["loc"] for detail in details]
    for detail in details:
        inner = (place for place in places if len(place) > len(detail["loc"]))
        if detail["type"] != "too_short" or all(place[: len(detail["loc"])] != detail["loc"] for place in inner):
            yield detail


def _fault(document: Document, model: type[BaseModel], detail: ErrorDetails) -> Fault:
    path = _path_in_file(document, detail)
    rule, hint = _told(model, path, detail)
    return Fault(rule, hint, str(document.path), document.line_of(path), dotted(path))


def _path_in_file(document: Document, detail: ErrorDetails) -> KeyPath:
    """Leave out the names that pydantic gives to the branches of a union."""
    path: KeyPath = ()
    for part in detail["loc"]:
        if (*path, part) in document.lines:
            path = (*path, part)
    return (*path, detail["loc"][-1]) if detail["type"] == "missing" else path


def _told(model: type[BaseModel], path: KeyPath, detail: ErrorDetails) -> tuple[str, str]:
    rule, hint = told(detail)
    return rule, _known_keys(model, path) if detail["type"] == "extra_forbidden" else hint


def _known_keys(model: type[BaseModel], path: KeyPath) -> str:
    section: type[BaseModel] | None = model
    above = iter(path[:-1])
    for part in above:
        field = section.model_fields.get(str(part)) if section is not None else None
        section = _section_in(field.annotation) if field is not None else section
        if field is not None and typing.get_origin(field.annotation) is dict:
            next(above, None)  # a name that the file's author chose
    known = list(section.model_fields) if section is not None else []
    close = difflib.get_close_matches(str(path[-1]), known, n=1)
    return f"did you mean `{close[0]}`?" if close else f"known keys here: {', '.join(known)}"


def _section_in(annotation: Any) -> type[BaseModel] | None:  # noqa: ANN401 -- any type annotation
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    return next((found for part in typing.get_args(annotation) if (found := _section_in(part))), None)


class RuleError(ValueError):
    """A broken rule with what to do about it."""

    def __init__(self, rule: str, hint: str = "") -> None:
        self.hint = hint
        super().__init__(rule)


def _clock(value: object) -> float:
    if not isinstance(value, str):
        raise RuleError(f"a time is text like 07:30, not {shown_value(value)}", "write hours and minutes, e.g. 07:30")
    try:
        return float(seconds_from_clock(value))
    except ValueError as error:
        raise RuleError(str(error), "write hours and minutes, e.g. 07:30; units are not written") from None


def _resolved(value: object, info: ValidationInfo) -> Path:
    if not isinstance(value, str) or not value or "\0" in value:
        raise RuleError(f"a path is text, not {shown_value(value)}", "write the path relative to this file")
    folder: Path = (info.context or {}).get("folder", Path())
    return (folder / value).resolve()


def _existing_file(path: Path) -> Path:
    if not path.is_file():
        raise RuleError(f"there is no file {path}", _similar(path))
    return path


def _existing_folder(path: Path) -> Path:
    if not path.is_dir():
        raise RuleError(f"there is no folder {path}", _similar(path))
    return path


def _similar(path: Path) -> str:
    """Return the names beside a missing path that its author may have meant."""
    if not path.parent.is_dir():
        return f"the folder {path.parent} is missing too; paths are relative to this file"
    beside = sorted(entry.name for entry in path.parent.iterdir())
    close = difflib.get_close_matches(path.name, beside, n=1)
    return f"did you mean {close[0]!r}?" if close else "paths are relative to this file"


def safe_name(name: str) -> str:
    """Return a name that may become part of file and folder names.

    Raises:
        RuleError: It may not.
    """
    if not re.fullmatch(_NAME_PATTERN, name):
        rule = f"{shown_value(name)} is no safe file name"
        raise RuleError(rule, "use up to 80 letters, digits, `-`, `_` and `.`, beginning with a letter or digit")
    return name


def each_once(values: Sequence[Any]) -> Sequence[Any]:
    """Return the values, none of which may stand twice.

    Raises:
        RuleError: One does.
    """
    twice = sorted((value for value, times in Counter(values).items() if times > 1), key=str)
    if twice:
        raise RuleError(f"{', '.join(map(str, twice))} stands more than once", "name each once")
    return values


Clock = Annotated[
    float,
    BeforeValidator(_clock),
    WithJsonSchema({"type": "string", "pattern": _CLOCK_PATTERN, "examples": ["07:30"]}),
]
Duration = Annotated[
    float,
    BeforeValidator(_clock),
    WithJsonSchema({"type": "string", "pattern": _CLOCK_PATTERN, "examples": ["00:30"]}),
]
InputFile = Annotated[
    Path, BeforeValidator(_resolved), AfterValidator(_existing_file), WithJsonSchema({"type": "string", "minLength": 1})
]
InputFolder = Annotated[
    Path,
    BeforeValidator(_resolved),
    AfterValidator(_existing_folder),
    WithJsonSchema({"type": "string", "minLength": 1}),
]
# A name becomes part of file and folder names: it starts with a letter or digit and holds no separator.
Name = Annotated[str, AfterValidator(safe_name), WithJsonSchema({"type": "string", "pattern": f"^{_NAME_PATTERN}$"})]


def schema_of(model: Any, title: str) -> Mapping[str, object]:  # noqa: ANN401 -- a model, or a union of models
    """Return the JSON Schema of a file, for editors."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        **TypeAdapter(model).json_schema(mode="validation"),
        "title": title,
    }
