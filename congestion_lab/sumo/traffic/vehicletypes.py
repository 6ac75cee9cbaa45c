"""Vehicle types of SUMO's demand and the mixtures that vehicles draw theirs from."""

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace

from congestion_lab.simulation.traffic import VehicleType
from congestion_lab.sumo.files.clock import seconds
from congestion_lab.sumo.files.records import Record
from congestion_lab.sumo.nets.vehicleclasses import CLASS_BITS, HABITS

DEFAULT_TYPE = "DEFAULT_VEHTYPE"
_BUILT_IN = {
    DEFAULT_TYPE: "passenger",
    "DEFAULT_PEDTYPE": "pedestrian",
    "DEFAULT_BIKETYPE": "bicycle",
    "DEFAULT_TAXITYPE": "taxi",
    "DEFAULT_RAILTYPE": "rail",
    "DEFAULT_CONTAINERTYPE": "container",
}
_FACTOR_BOUNDS = (0.2, 2.0)  # SUMO cuts speed factors there unless told otherwise
_HEADWAY_S = 1.0  # SUMO's tau

_MODEL = "Krauss"  # and its variants, by the beginning of their names: the others have no sigma

Mixture = tuple[tuple[int, float], ...]


@dataclass
class TypeBook:
    """The types read so far.

    Attributes:
        types: Types in use, in the order of their index.
        mixtures: Mixtures in use, in the order of their index.
        other_models: Types that follow others by another model than Krauss's, with that model.
    """

    types: list[VehicleType] = field(default_factory=list)
    mixtures: list[Mixture] = field(default_factory=list)
    other_models: dict[str, str] = field(default_factory=dict)
    _defined: dict[str, tuple[VehicleType, float]] = field(
        default_factory=lambda: {
            name: (vehicle_type(Record("vType", {"id": name, "vClass": kind}, (), 0)), 1.0)
            for name, kind in _BUILT_IN.items()
        }
    )
    _blends: dict[str, tuple[tuple[str, float], ...]] = field(default_factory=dict)
    _sizes: list[tuple[float, int]] = field(default_factory=list)
    _used: dict[tuple[str, str], int] = field(default_factory=dict)
    _mixed: dict[tuple[str, str], int] = field(default_factory=dict)

    def define(self, record: Record) -> None:
        """Take up a type or a distribution of types.

        Raises:
            ValueError: It holds a number that is none, or a class or type that does not exist.
        """
        if record.tag == "vType":
            self._defined[record.get("id")] = (vehicle_type(record), _weight(record))
            if not model(record).startswith(_MODEL):
                self.other_models[record.get("id")] = model(record)
            return
        for child in record.children:
            if child.tag == "vType":
                self.define(child)
        self._blends[record.get("id")] = tuple(self._members(record))

    def mixture(self, name: str, factor: str = "") -> int:
        """Return the index of the mixture of a type or distribution.

        Args:
            name: The type or distribution.
            factor: A speed factor of the vehicle's own, as written, or nothing.

        Raises:
            ValueError: There is none of that name.
        """
        if (name, factor) not in self._mixed:
            shares = list(self._shares(name))
            whole = sum(share for _, share in shares)
            if whole <= 0:
                raise ValueError(f"the distribution of types {name!r} has no share above 0")
            mixture = tuple((self._index(one, factor), share / whole) for one, share in shares if share > 0)
            self._mixed[name, factor] = len(self.mixtures)
            self.mixtures.append(mixture)
            length_m = sum(share * self.types[index].length_m for index, share in mixture)
            self._sizes.append((length_m, self.types[mixture[0][0]].class_bit))
        return self._mixed[name, factor]

    def size_and_class(self, mixture: int) -> tuple[float, int]:
        """Return the mean length of the vehicles of a mixture, and the bit of the class of its first type."""
        return self._sizes[mixture]

    def _members(self, record: Record) -> Iterator[tuple[str, float]]:
        for child in record.children:
            if child.tag == "vType":
                yield child.get("id"), _weight(child)
        names, weights = record.get("vTypes").split(), record.get("probabilities").split()
        if weights and len(weights) != len(names):
            raise ValueError(f"the distribution names {len(names)} types and {len(weights)} probabilities")
        for position, name in enumerate(names):
            if name not in self._defined and name not in self._blends:
                raise ValueError(f"the distribution names the type {name!r}, which is not defined above it")
            own = self._defined[name][1] if name in self._defined else 1.0
            yield name, float(weights[position]) if weights else own

    def _shares(self, name: str) -> Iterator[tuple[str, float]]:
        if name in self._blends:
            for member, share in self._blends[name]:
                inner = list(self._shares(member))
                whole = sum(weight for _, weight in inner)
                yield from ((one, share * weight / whole) for one, weight in inner if whole > 0)
        elif name in self._defined:
            yield name, 1.0
        else:
            raise ValueError(f"the vehicle type {name!r} is not defined")

    def _index(self, name: str, factor: str) -> int:
        if (name, factor) not in self._used:
            kind, _ = self._defined[name]
            self._used[name, factor] = len(self.types)
            fixed = replace(kind, speed_factor=(float(factor), 0.0, 0.0, math.inf)) if factor else kind
            self.types.append(fixed)
        return self._used[name, factor]


def vehicle_type(record: Record) -> VehicleType:
    """Return what a `<vType>` says, with SUMO's defaults for its class.

    Raises:
        ValueError: It holds a number that is none, or an unknown class.
    """
    kind = record.get("vClass", "passenger")
    if kind not in CLASS_BITS:
        raise ValueError(f"the vehicle class {kind!r} does not exist")
    if record.get("scale", "1") != "1":
        raise ValueError("has a scale of its own, which cannot be held here; scale the demand instead")
    habits = HABITS[kind]
    given = _with_model(record)
    factor = speed_factor(record.get("speedFactor"), record.get("speedDev"), habits.speed_deviation)
    wanted_mps = _number(given, "desiredMaxSpeed", habits.wanted_speed_mps) * factor[0]
    return VehicleType(
        id=record.get("id"),
        class_bit=CLASS_BITS[kind],
        length_m=_number(given, "length", habits.length_m),
        gap_m=_number(given, "minGap", habits.gap_m),
        headway_s=seconds(given["tau"]) if "tau" in given else _HEADWAY_S,
        accel_mps2=_number(given, "accel", habits.accel_mps2),
        decel_mps2=_number(given, "decel", habits.decel_mps2),
        imperfection=_number(given, "sigma", habits.imperfection if model(record).startswith(_MODEL) else 0.0),
        max_speed_mps=min(_number(given, "maxSpeed", habits.max_speed_mps), wanted_mps),
        speed_factor=factor,
    )


def model(record: Record) -> str:
    """Return the car-following model of a `<vType>`."""
    inside = (child.tag.partition("-")[2] for child in record.children if child.tag.startswith("carFollowing-"))
    return record.get("carFollowModel") or next(inside, _MODEL)


def speed_factor(text: str, deviation: str, default_deviation: float) -> tuple[float, float, float, float]:
    """Return (mean, standard deviation, lowest, highest) of a factor written `1.1`, `norm(…)` or `normc(…)`.

    Raises:
        ValueError: It is written otherwise.
    """
    mean, spread, (low, high) = 1.0, default_deviation, _FACTOR_BOUNDS
    if text.startswith("norm"):
        numbers = [float(part) for part in text.partition("(")[2].rstrip(") ").split(",")]
        mean, spread, low, high = [*numbers, *(0.0, 0.0, 0.0, math.inf)[len(numbers) :]]
    elif text:
        mean = float(text)
    return mean, float(deviation) if deviation else spread, low, high


def _with_model(record: Record) -> Mapping[str, str]:
    """Return the attributes of a type with those of the car-following model inside it."""
    models = (child for child in record.children if child.tag.startswith("carFollowing"))
    return {name: text for part in (record, *models) for name, text in part.attributes.items()}


def _number(given: Mapping[str, str], name: str, default: float) -> float:
    try:
        return float(given[name]) if name in given else default
    except ValueError:
        raise ValueError(f"<vType> has {name}={given[name]!r}; it must be a number") from None


def _weight(record: Record) -> float:
    return record.number("probability") if "probability" in record.attributes else 1.0
