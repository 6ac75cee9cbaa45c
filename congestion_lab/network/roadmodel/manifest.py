"""The manifest of an authored road model: what it is called, how it is projected, what it assumes."""

import datetime as dt
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated

from pydantic import AfterValidator, Field
from pyproj import Proj
from pyproj.exceptions import CRSError

from congestion_lab.core.errors import NetworkError
from congestion_lab.core.yamlfile import Strict, read_yaml

MANIFEST = "network.yaml"


def _known(text: str) -> str:
    try:
        Proj(text)
    except CRSError:
        raise ValueError(f"PROJ knows no projection {text!r}") from None
    return text


class Title(Strict):
    """A name in both languages."""

    en: str
    ar: str


class Variant(Strict):
    """The network as of a day.

    Attributes:
        date: Changes after this day are not in.
        file: Name of the built file, inside the model's folder.
    """

    date: dt.date
    file: Annotated[str, Field(pattern=r"^[A-Za-z0-9_.-]+\.net\.xml\.gz$")]


class RoadClass(Strict):
    """What is assumed of every link of a class.

    Attributes:
        lane_width_m: Width of a lane.
        median_m: Width between the carriageways.
        priority: Rank at junctions without signals; higher goes first.
    """

    lane_width_m: Annotated[float, Field(ge=2, le=5)]
    median_m: Annotated[float, Field(ge=0, le=60)]
    priority: Annotated[int, Field(ge=1, le=20)]


class Defaults(Strict):
    """Further assumptions, each in this one place."""

    pocket_m: Annotated[float, Field(ge=20, le=200)]
    pocket_needs_m: Annotated[float, Field(ge=30, le=400)]
    ramp_speed_kmh: Annotated[float, Field(ge=20, le=80)]
    ring_speed_kmh: Annotated[float, Field(ge=15, le=60)]
    acceleration_lane_m: Annotated[float, Field(ge=50, le=400)]


class Manifest(Strict):
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
    projection: Annotated[str, Field(pattern=r"^\+proj="), AfterValidator(_known)]
    variants: Annotated[Mapping[str, Variant], Field(min_length=1)]
    assumptions: tuple[str, ...] = ()
    classes: Mapping[str, RoadClass]
    defaults: Defaults


def read_manifest(path: Path) -> Manifest:
    """Read a manifest.

    Raises:
        NetworkError: The file is missing, is no YAML or breaks the schema; every fault is named.
    """
    return read_yaml(path, Manifest, NetworkError, hint="name a folder that holds a network.yaml")
