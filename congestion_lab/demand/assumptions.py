"""The assumptions file: every figure behind a demand, each with its source or the word that it is assumed."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Annotated, Any, Generic, Literal, Self, TypeVar

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError, model_validator
from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap, CommentedSeq
from ruamel.yaml.error import MarkedYAMLError, YAMLError

from congestion_lab.core.errors import DemandError, Fault
from congestion_lab.core.times import seconds_from_clock
from congestion_lab.demand.profile import Profile
from congestion_lab.demand.vehicles import VehicleClass

T = TypeVar("T")
_SHARE_TOLERANCE = 1e-6

Positive = Annotated[float, Field(gt=0)]
NotNegative = Annotated[float, Field(ge=0)]
Share = Annotated[float, Field(ge=0, le=1)]
Count = Annotated[int, Field(ge=1)]
Clock = Annotated[int, BeforeValidator(lambda text: seconds_from_clock(str(text)))]
ByZone = dict[str, NotNegative]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False, str_strip_whitespace=True)


class Figure(_Strict, Generic[T]):
    """A figure and where it comes from: a source, or the reason why it is assumed."""

    value: T
    source: str | None = None
    assumption: str | None = None

    @model_validator(mode="after")
    def _has_one_origin(self) -> Self:
        if bool(self.source) == bool(self.assumption):
            raise ValueError("a figure names either its `source` or, as `assumption`, why it is assumed")
        return self


class Period(_Strict):
    """When trips depart."""

    begin: Figure[Clock]
    end: Figure[Clock]
    interval_min: Figure[Positive]
    profile: Figure[Annotated[tuple[NotNegative, ...], Field(min_length=1)]]

    @model_validator(mode="after")
    def _profile_fills_it(self) -> Self:
        span_s = self.end.value - self.begin.value
        if span_s <= 0 or sum(self.profile.value) <= 0:
            raise ValueError("the period is empty: `end` lies after `begin` and the profile is not all zero")
        if abs(span_s - 60 * self.interval_min.value * len(self.profile.value)) > 1:
            raise ValueError("the profile needs one number per interval of the period")
        return self


class Generation(_Strict):
    """Who sets out, and what draws them."""

    residents: Figure[ByZone]
    jobs: Figure[ByZone]
    vehicle_trips_per_1000_residents: Figure[NotNegative]
    gate_inbound_veh: Figure[ByZone]
    gate_outbound_jobs: Figure[ByZone]
    returning_share: Figure[Share]


class Through(_Strict):
    """Traffic from gate to gate."""

    entering_veh: Figure[ByZone]


class Distribution(_Strict):
    """How far people go."""

    detour_factor: Figure[Annotated[float, Field(ge=1)]]
    impedance_per_km: Figure[NotNegative]
    intrazonal_km: Figure[Positive]


class Connectors(_Strict):
    """On which links trips begin and end."""

    per_zone: Figure[Count]
    reach_m: Figure[Positive]
    shortest_link_m: Figure[Positive]
    arrival_m: Figure[NotNegative]


class Assignment(_Strict):
    """How drivers choose their routes."""

    method: Figure[Literal["SUE", "incremental"]]
    iterations: Figure[Count]
    alternatives: Figure[Count]
    tls_penalty_s: Figure[NotNegative]
    minor_penalty_s: Figure[NotNegative]


class ClassFigures(_Strict):
    """Size and dynamics of one vehicle class."""

    shape: Literal["passenger", "taxi", "delivery", "bus", "truck"]
    pcu: Figure[Positive]
    length_m: Figure[Positive]
    min_gap_m: Figure[NotNegative]
    accel_mps2: Figure[Positive]
    decel_mps2: Figure[Positive]
    sigma: Figure[Share]
    tau_s: Figure[Positive]
    speed_factor: Figure[tuple[Positive, NotNegative]]


class Shares(_Strict):
    """Shares of the classes by where a trip runs."""

    local: Figure[dict[str, Share]]
    gate: Figure[dict[str, Share]]
    through: Figure[dict[str, Share]]

    @model_validator(mode="after")
    def _add_up(self) -> Self:
        for kind in ("local", "gate", "through"):
            total = sum(getattr(self, kind).value.values())
            if abs(total - 1) > _SHARE_TOLERANCE:
                raise ValueError(f"the shares of `{kind}` add up to {total:g}, not 1")
        return self


class Assumptions(_Strict):
    """Everything that a demand is built from, besides the zones' places and the network."""

    name: str
    zones: str
    period: Period
    level: Figure[NotNegative]
    generation: Generation
    through: Through
    distribution: Distribution
    connectors: Connectors
    assignment: Assignment
    classes: dict[str, ClassFigures]
    shares: Shares
    seed: Figure[Annotated[int, Field(ge=0)]]

    @model_validator(mode="after")
    def _classes_are_known(self) -> Self:
        used = set(self.shares.local.value) | set(self.shares.gate.value) | set(self.shares.through.value)
        if unknown := sorted(used - set(self.classes)):
            raise ValueError(f"`shares` names classes that `classes` lacks: {', '.join(unknown)}")
        return self

    @property
    def profile(self) -> Profile:
        """The period's profile."""
        return Profile(self.period.begin.value, 60 * self.period.interval_min.value, self.period.profile.value)

    @property
    def vehicle_classes(self) -> tuple[VehicleClass, ...]:
        """The vehicle classes, in the file's order."""
        return tuple(_vehicle_class(name, figures) for name, figures in self.classes.items())


def read_assumptions(path: Path) -> Assumptions:
    """Read an assumptions file (YAML 1.2).

    Raises:
        DemandError: The file is missing, no YAML, or breaks its schema; every fault is named.
    """
    raw = _loaded(path)
    try:
        return Assumptions.model_validate(raw)
    except ValidationError as error:
        raise DemandError(*_faults(error, raw, str(path))) from None


def _loaded(path: Path) -> CommentedMap:
    try:
        raw = YAML().load(path.read_text(encoding="utf-8"))
    except MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else None
        raise DemandError(Fault(f"no YAML: {error.problem}", source=str(path), line=line)) from None
    except RecursionError:
        raise DemandError(Fault("nested too deeply for a file of assumptions", source=str(path))) from None
    except (OSError, UnicodeDecodeError, YAMLError) as error:
        raise DemandError(Fault(f"the assumptions cannot be read: {error}", source=str(path))) from None
    if not isinstance(raw, CommentedMap):
        raise DemandError(Fault("the file holds no keys", "start from the shipped assumptions.yaml", str(path), 1))
    return raw


def _faults(error: ValidationError, raw: CommentedMap, source: str) -> Iterator[Fault]:
    for one in error.errors(include_url=False):
        place = one["loc"]
        key = ".".join(str(part) for part in place)
        hint = "remove it, or correct its name" if one["type"] == "extra_forbidden" else ""
        yield Fault(one["msg"].removeprefix("Value error, "), hint, source, _line(raw, place), key)


def _line(raw: Any, place: Sequence[str | int]) -> int:  # noqa: ANN401 - a YAML tree holds anything
    line = 1
    for part in place:
        if isinstance(raw, CommentedMap) and part in raw:
            line = raw.lc.key(part)[0] + 1
        elif isinstance(raw, CommentedSeq) and isinstance(part, int) and part < len(raw):
            line = raw.lc.item(part)[0] + 1
        else:
            break
        raw = raw[part]
    return line


def _vehicle_class(name: str, figures: ClassFigures) -> VehicleClass:
    return VehicleClass(
        id=name,
        shape=figures.shape,
        pcu=figures.pcu.value,
        length_m=figures.length_m.value,
        min_gap_m=figures.min_gap_m.value,
        accel_mps2=figures.accel_mps2.value,
        decel_mps2=figures.decel_mps2.value,
        sigma=figures.sigma.value,
        tau_s=figures.tau_s.value,
        speed_factor=figures.speed_factor.value,
    )
