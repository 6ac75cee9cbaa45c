"""YAML files of the network room: strict schemas, YAML 1.2, every fault with its line and key."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError
from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

from congestion_lab.core.errors import Fault, NetworkError


class Strict(BaseModel):
    """A frozen part of a file; unknown keys are errors."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)


M = TypeVar("M", bound=Strict)


def read_yaml(path: Path, model: type[M], *, missing: str) -> M:
    """Read a file by its schema.

    Args:
        path: The file.
        model: Its schema.
        missing: What to do if it cannot be read.

    Raises:
        NetworkError: The file is missing, is no YAML or breaks the schema; every fault is named.
    """
    try:
        data = YAML(typ="rt").load(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        raise NetworkError(Fault(f"cannot be read: {error}", missing, source=str(path))) from error
    except RecursionError:
        raise NetworkError(Fault("is nested too deeply to be read", source=str(path))) from None
    except YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        line = None if mark is None else mark.line + 1
        raise NetworkError(Fault("is no YAML", str(error), source=str(path), line=line)) from error
    try:
        return model.model_validate(data)
    except ValidationError as error:
        raise NetworkError(*(_fault(path, data, dict(item)) for item in error.errors())) from error


def _fault(path: Path, data: object, item: Mapping[str, object]) -> Fault:
    location = item["loc"] if isinstance(item["loc"], tuple) else ()
    key = ".".join(str(part) for part in location)
    return Fault(str(item["msg"]), source=str(path), line=_line_of(data, location), key=key)


def _line_of(data: object, location: tuple[object, ...]) -> int | None:
    """Return the 1-based line of a key or an item, or of the nearest one above it that is there."""
    line = None
    for part in location:
        marks = getattr(data, "lc", None)
        if marks is None:
            break
        if isinstance(data, Mapping) and part in data:
            line = marks.key(part)[0] + 1
            data = data[part]
        elif isinstance(data, Sequence) and isinstance(part, int) and part < len(data):
            line = marks.item(part)[0] + 1
            data = data[part]
        else:
            break
    return line
