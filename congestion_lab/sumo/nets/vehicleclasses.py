"""SUMO's vehicle classes: their order, what they may use, and how their vehicles drive unless told otherwise."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

CLASSES = (
    *("private", "emergency", "authority", "army", "vip", "pedestrian", "passenger", "hov", "taxi", "bus", "coach"),
    *("delivery", "truck", "trailer", "motorcycle", "moped", "bicycle", "evehicle", "tram", "rail_urban", "rail"),
    *("rail_electric", "rail_fast", "ship", "container", "cable_car", "subway", "aircraft", "wheelchair"),
    *("scooter", "drone", "custom1", "custom2"),
)
IGNORING = "ignoring"  # a class of its own that may use every lane

CLASS_BITS: Mapping[str, int] = MappingProxyType({name: bit for bit, name in enumerate((*CLASSES, IGNORING))})
_EVERYWHERE = 1 << CLASS_BITS[IGNORING]
_EVERYBODY = (1 << len(CLASS_BITS)) - 1


@dataclass(frozen=True, slots=True)
class Habits:
    """How vehicles of a class drive where their type says nothing (SUMO 1.28, `VClassDefaultValues` and its models).

    Attributes:
        length_m: Length.
        gap_m: Distance to the one ahead when standing.
        accel_mps2: Acceleration.
        decel_mps2: Comfortable deceleration.
        imperfection: Driver imperfection (Krauss: sigma).
        max_speed_mps: Technical maximum.
        wanted_speed_mps: What drivers want at most on any road.
        speed_deviation: Standard deviation of the factor on speed limits.
    """

    length_m: float = 5.0
    gap_m: float = 2.5
    accel_mps2: float = 2.6
    decel_mps2: float = 4.5
    imperfection: float = 0.5
    max_speed_mps: float = 200 / 3.6
    wanted_speed_mps: float = 10_000 / 3.6
    speed_deviation: float = 0.0


_CAR = Habits(speed_deviation=0.1)
_WALKER = {"accel_mps2": 1.5, "decel_mps2": 2.0, "wanted_speed_mps": 5 / 3.6, "speed_deviation": 0.1}
_RIDER = {"gap_m": 0.5, "accel_mps2": 1.2, "decel_mps2": 3.0, "wanted_speed_mps": 20 / 3.6, "speed_deviation": 0.1}
HABITS: Mapping[str, Habits] = MappingProxyType(
    dict.fromkeys(("private", "vip", "passenger", "hov", "evehicle", "custom1", "custom2"), _CAR)
    | dict.fromkeys(("authority", "army", "cable_car", IGNORING), Habits())
    | {
        "emergency": Habits(6.5),
        "pedestrian": Habits(0.215, 0.25, max_speed_mps=37.58 / 3.6, **_WALKER),
        "taxi": Habits(speed_deviation=0.05),
        "bus": Habits(12.0, 2.5, 1.2, 4.0, max_speed_mps=100 / 3.6),
        "coach": Habits(14.0, 2.5, 2.0, 4.0, max_speed_mps=100 / 3.6, speed_deviation=0.05),
        "delivery": Habits(6.5, speed_deviation=0.05),
        "truck": Habits(7.1, 2.5, 1.3, 4.0, max_speed_mps=130 / 3.6, speed_deviation=0.05),
        "trailer": Habits(16.5, 2.5, 1.1, 4.0, max_speed_mps=130 / 3.6, speed_deviation=0.05),
        "motorcycle": Habits(2.2, 2.5, 6.0, 10.0, speed_deviation=0.1),
        "moped": Habits(2.1, 2.5, 1.1, 7.0, max_speed_mps=60 / 3.6, speed_deviation=0.1),
        "bicycle": Habits(1.6, max_speed_mps=50 / 3.6, **_RIDER),
        "tram": Habits(22.0, 2.5, 1.0, 3.0, 0.0, 80 / 3.6),
        "rail_urban": Habits(109.5, 5.0, 1.0, 3.0, 0.0, 100 / 3.6),
        "rail": Habits(135.0, 5.0, 0.25, 1.3, 0.0, 160 / 3.6),
        "rail_electric": Habits(200.0, 5.0, 0.5, 1.3, 0.0, 220 / 3.6),
        "rail_fast": Habits(200.0, 5.0, 0.5, 1.3, 0.0, 330 / 3.6),
        "ship": Habits(17.0, 2.5, 0.1, 0.15, 0.0, 8 / 1.94, speed_deviation=0.1),
        "container": Habits(6.096),
        "subway": Habits(109.5, 5.0, max_speed_mps=100 / 3.6),
        "aircraft": Habits(72.7),
        "wheelchair": Habits(1.2, 0.5, max_speed_mps=30 / 3.6, **_WALKER),
        "scooter": Habits(1.2, max_speed_mps=25 / 3.6, **_RIDER),
        "drone": Habits(0.5),
    }
)


def permitted(lane: Mapping[str, str]) -> int:
    """Return who may use a lane, one bit per class as in `CLASS_BITS`, from its `allow` or `disallow`."""
    if "allow" in lane:
        allowed = lane["allow"].split()
        return _EVERYBODY if "all" in allowed else _bits(allowed) | _EVERYWHERE
    barred = lane.get("disallow", "").split()
    return _EVERYWHERE if "all" in barred else _EVERYBODY & ~_bits(barred) | _EVERYWHERE


def _bits(names: list[str]) -> int:
    return sum(1 << CLASS_BITS[name] for name in set(names) if name in CLASS_BITS)
