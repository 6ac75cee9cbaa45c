"""A demand model's file: every figure behind a demand, each with its source or the word that it is assumed.

A network folder holds one per time of day, `demand/<model>.yaml`; one that says `based_on: am-peak` gives only what
differs from that one.
"""

from pathlib import Path
from typing import Annotated, Generic, Literal, Self, TypeVar

from pydantic import BeforeValidator, Field, model_validator

from congestion_lab.core.errors import DemandError, Fault
from congestion_lab.core.times import seconds_from_clock
from congestion_lab.core.yamlfile import Strict
from congestion_lab.core.yamllayers import SUFFIX, read_layers
from congestion_lab.demand.trips.profile import Profile
from congestion_lab.demand.trips.vehicles import VehicleClass

T = TypeVar("T")
_SHARE_TOLERANCE = 1e-6
_FIGURE = "value"  # what holds this key is one figure, which another file replaces as a whole

Positive = Annotated[float, Field(gt=0)]
NotNegative = Annotated[float, Field(ge=0)]
Share = Annotated[float, Field(ge=0, le=1)]
Count = Annotated[int, Field(ge=1)]
Clock = Annotated[int, BeforeValidator(lambda text: seconds_from_clock(str(text)))]
ByZone = dict[str, NotNegative]


class Figure(Strict, Generic[T]):
    """A figure and where it comes from: a source, or the reason why it is assumed."""

    value: T
    source: str | None = None
    assumption: str | None = None

    @model_validator(mode="after")
    def _has_one_origin(self) -> Self:
        if bool(self.source) == bool(self.assumption):
            raise ValueError("a figure names either its `source` or, as `assumption`, why it is assumed")
        return self


class Period(Strict):
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


class Generation(Strict):
    """Who sets out, and what draws them."""

    residents: Figure[ByZone]
    jobs: Figure[ByZone]
    vehicle_trips_per_1000_residents: Figure[NotNegative]
    gate_inbound_veh: Figure[ByZone]
    gate_outbound_jobs: Figure[ByZone]


class Directions(Strict):
    """How many trips of a purpose run which way in the period, per trip that the rates of `generation` make."""

    toward: Figure[NotNegative]
    homeward: Figure[NotNegative]


class Visits(Directions):
    """Trips to shops, restaurants, leisure and family, and what draws them."""

    attraction: Figure[ByZone]


class Through(Strict):
    """Traffic from gate to gate."""

    entering_veh: Figure[ByZone]


class Distribution(Strict):
    """How far people go."""

    detour_factor: Figure[Annotated[float, Field(ge=1)]]
    impedance_per_km: Figure[NotNegative]
    intrazonal_km: Figure[Positive]


class Connectors(Strict):
    """On which links trips begin and end."""

    per_zone: Figure[Count]
    reach_m: Figure[Positive]
    shortest_link_m: Figure[Positive]
    arrival_m: Figure[NotNegative]


class Assignment(Strict):
    """How drivers choose their routes."""

    method: Figure[Literal["SUE", "incremental"]]
    iterations: Figure[Count]
    alternatives: Figure[Count]
    tls_penalty_s: Figure[NotNegative]
    minor_penalty_s: Figure[NotNegative]


class ClassFigures(Strict):
    """Size and dynamics of one vehicle class."""

    shape: Literal["passenger", "taxi", "delivery", "bus", "truck", "motorcycle"]
    pcu: Figure[Positive]
    length_m: Figure[Positive]
    min_gap_m: Figure[NotNegative]
    accel_mps2: Figure[Positive]
    decel_mps2: Figure[Positive]
    sigma: Figure[Share]
    tau_s: Figure[Positive]
    speed_factor: Figure[tuple[Positive, NotNegative]]


class Shares(Strict):
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


class Lines(Strict):
    """Lines of microbuses and buses: their table, where their vehicles stop and for how long."""

    table: str
    stop_spacing_m: Figure[Positive]
    stop_length_m: Figure[Positive]
    clear_after_m: Figure[NotNegative]
    clear_before_m: Figure[NotNegative]
    served_share: Figure[Share]
    dwell_mean_s: Figure[Positive]
    dwell_deviation_s: Figure[NotNegative]
    stopping: Figure[Literal["lane", "bay"]]


class Assumptions(Strict):
    """Everything that a demand is built from, besides the zones' places and the network."""

    name: str
    zones: str
    period: Period
    level: Figure[NotNegative]
    generation: Generation
    work: Directions
    visits: Visits
    through: Through
    distribution: Distribution
    connectors: Connectors
    assignment: Assignment
    classes: dict[str, ClassFigures]
    shares: Shares
    lines: Lines | None = None
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
    """Read the file of a demand model (YAML 1.2), over the one that it is based on, if it is.

    Raises:
        DemandError: A file is missing, no YAML, or breaks its schema; every fault is named.
    """
    return read_layers(path, Assumptions, DemandError, hint="start from a shipped model", whole=_FIGURE)


def read_model(folder: Path, model: str) -> Assumptions:
    """Read a demand model of a network folder by its name.

    Raises:
        DemandError: There is no such model, its file is faulty, or it gives another name.
    """
    known = model_names(folder)
    if not folder.is_dir():
        raise DemandError(Fault("there is no such folder", "name the folder of a network", str(folder)))
    if model not in known:
        hint = f"choose one of {', '.join(known)}" if known else "put the first model there"
        raise DemandError(Fault(f"there is no demand model {model!r}", hint, str(folder / "demand"), key="model"))
    path = folder / "demand" / f"{model}{SUFFIX}"
    assumptions = read_assumptions(path)
    if assumptions.name != model:
        rule = f"the file of the model {model!r} names itself {assumptions.name!r}"
        raise DemandError(Fault(rule, f"write `name: {model}`", str(path), key="name"))
    return assumptions


def model_names(folder: Path) -> tuple[str, ...]:
    """Return the names of a network folder's demand models, sorted."""
    return tuple(sorted(path.stem for path in (folder / "demand").glob(f"*{SUFFIX}")))


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
