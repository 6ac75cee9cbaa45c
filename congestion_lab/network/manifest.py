"""The manifest of an authored road model: what it is called, how it is projected, what it assumes."""

import datetime as dt
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, ValidationError
from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

from congestion_lab.core.errors import Fault, NetworkError

MANIFEST = "network.yaml"


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)


class Title(_Strict):
    """A name in both languages."""

    en: str
    ar: str


class Variant(_Strict):
    """The network as of a day.

    Attributes:
        date: Changes after this day are not in.
        file: Name of the built file, inside the model's folder.
    """

    date: dt.date
    file: Annotated[str, Field(pattern=r"^[A-Za-z0-9_.-]+\.net\.xml\.gz$")]


class RoadClass(_Strict):
    """What is assumed of every link of a class.

    Attributes:
        lane_width_m: Width of a lane.
        median_m: Width between the carriageways.
        priority: Rank at junctions without signals; higher goes first.
    """

    lane_width_m: Annotated[float, Field(ge=2, le=5)]
    median_m: Annotated[float, Field(ge=0, le=60)]
    priority: Annotated[int, Field(ge=1, le=20)]


class Defaults(_Strict):
    """Further assumptions, each in this one place."""

    pocket_m: Annotated[float, Field(ge=20, le=200)]
    pocket_needs_m: Annotated[float, Field(ge=30, le=400)]
    ramp_speed_kmh: Annotated[float, Field(ge=20, le=80)]
    ring_speed_kmh: Annotated[float, Field(ge=15, le=60)]
    acceleration_lane_m: Annotated[float, Field(ge=50, le=400)]


class Manifest(_Strict):
    """The file `network.yaml`.

    Attributes:
        name: Id of the model.
        title: Name for people.
        licence: SPDX id.
        attribution: Whom to name.
        projection: PROJ text.
        variants: The networks that are built, by name.
        assumptions: What readers of any figure from the model have to know, a sentence each.
        classes: What is assumed of all links of a class.
        defaults: Further assumptions.
    """

    name: str
    title: Title
    licence: str
    attribution: str
    projection: Annotated[str, Field(pattern=r"^\+proj=")]
    variants: Annotated[Mapping[str, Variant], Field(min_length=1)]
    assumptions: tuple[str, ...] = ()
    classes: Mapping[str, RoadClass]
    defaults: Defaults


def read_manifest(path: Path) -> Manifest:
    """Read a manifest.

    Raises:
        NetworkError: The file is missing, is no YAML or breaks the schema; every fault is named.
    """
    try:
        data = YAML(typ="rt").load(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        rule = f"cannot be read: {error}"
        raise NetworkError(Fault(rule, "name a folder that holds a network.yaml", source=str(path))) from error
    except RecursionError:
        raise NetworkError(Fault("is nested too deeply for a manifest", source=str(path))) from None
    except YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        line = None if mark is None else mark.line + 1
        raise NetworkError(Fault("is no YAML", str(error), source=str(path), line=line)) from error
    try:
        return Manifest.model_validate(data)
    except ValidationError as error:
        raise NetworkError(*(_fault(path, data, dict(item)) for item in error.errors())) from error


def _fault(path: Path, data: object, item: Mapping[str, object]) -> Fault:
    location = item["loc"] if isinstance(item["loc"], tuple) else ()
    key = ".".join(str(part) for part in location)
    return Fault(str(item["msg"]), source=str(path), line=_line_of(data, location), key=key)


def _line_of(data: object, location: tuple[object, ...]) -> int | None:
    """Return the 1-based line of a key, or of the nearest key above it that is there."""
    line = None
    for part in location:
        marks = getattr(data, "lc", None)
        if marks is None or not isinstance(data, Mapping) or part not in data:
            break
        line = marks.key(part)[0] + 1
        data = data[part]
    return line
