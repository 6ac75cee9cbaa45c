"""Departures read from route files: who was to drive, for vehicles that SUMO never came to load."""

import itertools
import math
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from congestion_lab.core.errors import DemandError
from congestion_lab.sumo.clock import moment_s
from congestion_lab.sumo.records import Record, records
from congestion_lab.sumo.xmlfiles import unpacked

_BLOCK_BYTES = 1 << 20
_COLUMNS = ["vehicle_id", "vehicle_class", "demanded_s"]
_DEFAULT_CLASS = "DEFAULT_VEHTYPE"

Departure = tuple[str, str, float]


@dataclass(frozen=True, slots=True)
class Window:
    """The period whose departures are wanted, [begin, end), and the factor on their number."""

    begin_s: float
    end_s: float
    scale: float


def departures(files: Iterable[Path], *, begin_s: float, end_s: float, scale: float = 1.0) -> pd.DataFrame:
    """Return every departure that route files ask for in [begin, end): vehicle_id, vehicle_class, demanded_s.

    Flows are written out at even spacing; where SUMO draws them at random (probability, exponential period) that is
    their expectation, so the number is right on average and the times are not SUMO's own. A flow without begin or end
    has that of the period. `scale` repeats or drops vehicles evenly and makes flows denser, with SUMO's own names.
    Vehicles without a time of their own (triggered) are left out.
    """
    window = Window(begin_s, end_s, scale)
    paths = tuple(files)
    single = (one for record in _records(paths, "vehicle", "trip") for one in single_departure(record, window))
    flowing = (one for record in _records(paths, "flow") for one in flow_departures(record, window))
    return pd.DataFrame([*_scaled(single, scale), *flowing], columns=_COLUMNS)


def mentions(files: Iterable[Path], *texts: bytes) -> bool:
    """Whether any of the files, plain or gzipped, contains one of the texts."""
    return any(_mentions(path, texts) for path in files)


def _records(paths: Iterable[Path], *tags: str) -> Iterator[Record]:
    for path in paths:
        yield from records(path, tags, roots=(), error=DemandError)


def single_departure(record: Record, window: Window) -> Iterator[Departure]:
    """Yield the departure of a vehicle or trip if it is in the period; its scale is not applied."""
    demanded_s = window.begin_s if record.get("depart") == "begin" else moment_s(record.get("depart"))
    if demanded_s is not None and window.begin_s <= demanded_s < window.end_s:
        yield record.get("id"), record.get("type", _DEFAULT_CLASS), demanded_s


def flow_departures(record: Record, window: Window) -> Iterator[Departure]:
    """Yield the departures of a flow in the period, as `departures` says."""
    given = moment_s(record.get("begin")), moment_s(record.get("end"))
    first_s, last_s = window.begin_s if given[0] is None else given[0], window.end_s if given[1] is None else given[1]
    number = math.ceil(int(record.get("number")) * window.scale - 1e-9) if record.get("number") else None
    spacing_s = _spacing_s(record, window.scale, (last_s - first_s) / number if number else math.inf)
    for index in itertools.count() if number is None else range(number):
        demanded_s = first_s + index * spacing_s if index else first_s
        if math.isinf(spacing_s) or demanded_s >= min(last_s, window.end_s):
            return
        if demanded_s >= window.begin_s:
            yield f"{record.get('id')}.{index}", record.get("type", _DEFAULT_CLASS), demanded_s


def _spacing_s(record: Record, scale: float, default_s: float) -> float:
    for name in ("vehsPerHour", "perHour"):
        if name in record.attributes:
            return _every_s(record.number(name) * scale / 3600)
    if "probability" in record.attributes:
        return _every_s(record.number("probability") * scale)
    period = record.get("period")
    if period.startswith("exp("):
        return _every_s(float(period[4:].rstrip(")")) * scale)
    period_s = moment_s(period)
    return _every_s(scale / period_s) if period_s else default_s


def _every_s(per_s: float) -> float:
    return 1 / per_s if per_s > 0 else math.inf


def _scaled(everyone: Iterable[Departure], scale: float) -> Iterator[Departure]:
    for index, (vehicle_id, vehicle_class, demanded_s) in enumerate(everyone):
        for name in scaled_names(vehicle_id, index, scale):
            yield name, vehicle_class, demanded_s


def scaled_names(vehicle_id: str, index: int, scale: float) -> Iterator[str]:
    """Yield the names of the vehicles that SUMO makes of the one that comes at a position (from 0) in the demand."""
    for copy in range(math.floor((index + 1) * scale) - math.floor(index * scale)):
        yield f"{vehicle_id}.{copy}" if copy else vehicle_id


def _mentions(path: Path, texts: Collection[bytes]) -> bool:
    overlap = max(len(text) for text in texts)
    with unpacked(path) as stream:
        kept = b""
        while block := stream.read(_BLOCK_BYTES):
            if any(text in kept + block for text in texts):
                return True
            kept = block[-overlap:]
    return False
