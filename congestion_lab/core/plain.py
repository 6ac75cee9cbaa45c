"""Values in JSON's own types."""

import dataclasses
import enum
import math
from collections.abc import Mapping


def plain(value: object) -> object:
    """Return a value in JSON's own types, in an order that depends on its content alone."""
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {item.name: plain(getattr(value, item.name)) for item in dataclasses.fields(value)}
    if isinstance(value, enum.Enum):
        return value.value
    if isinstance(value, frozenset):
        return sorted(plain(item) for item in value)  # type: ignore[type-var]  # sets here hold pairs of numbers
    if isinstance(value, Mapping):
        return {str(name): plain(item) for name, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(item) for item in value]
    return value


def finite(value: float) -> float | None:
    """Return a number, or None where it is infinite or none: JSON has neither."""
    return value if math.isfinite(value) else None
