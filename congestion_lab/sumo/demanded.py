"""Departures read from route files: who was to drive, for vehicles that SUMO never came to load."""

import gzip
import itertools
import math
from collections.abc import Collection, Iterable, Iterator
from pathlib import Path

import pandas as pd

from congestion_lab.core.errors import DemandError
from congestion_lab.sumo.records import Record, records

_BLOCK_BYTES = 1 << 20
_COLUMNS = ["vehicle_id", "vehicle_class", "demanded_s"]
_UNITS_S = (1, 60, 3600, 86400)  # SUMO reads [[days:]hours:]minutes:seconds
_DEFAULT_CLASS = "DEFAULT_VEHTYPE"

Departure = tuple[str, str, float]


def departures(files: Iterable[Path], *, begin_s: float, end_s: float, scale: float = 1.0) -> pd.DataFrame:
    """Return every departure that route files ask for in [begin, end): vehicle_id, vehicle_class, demanded_s.

    Flows are written out at even spacing; where SUMO draws them at random (probability, exponential period) that is
    their expectation, so the number is right on average and the times are not SUMO's own. `scale` repeats or drops
    vehicles evenly, as SUMO does. Vehicles without a time of their own (triggered) are left out.
    """
    everyone = (one for path in files for one in _departures(path, end_s))
    inside = (one for one in everyone if begin_s <= one[2] < end_s)
    return pd.DataFrame(list(_scaled(inside, scale)), columns=_COLUMNS)


def mentions(files: Iterable[Path], *texts: bytes) -> bool:
    """Whether any of the files, plain or gzipped, contains one of the texts."""
    return any(_mentions(path, texts) for path in files)


def _departures(path: Path, end_s: float) -> Iterator[Departure]:
    for record in records(path, ("vehicle", "trip", "flow"), roots=(), error=DemandError):
        yield from _flow(record, end_s) if record.tag == "flow" else _single(record)


def _single(record: Record) -> Iterator[Departure]:
    demanded_s = _seconds(record.get("depart"))
    if demanded_s is not None:
        yield record.get("id"), record.get("type", _DEFAULT_CLASS), demanded_s


def _flow(record: Record, end_s: float) -> Iterator[Departure]:
    first_s = _seconds(record.get("begin")) or 0.0
    last_s = _seconds(record.get("end")) or math.inf
    number = int(record.get("number")) if record.get("number") else None
    spacing_s = _spacing_s(record, (last_s - first_s) / number if number else math.inf)
    if number is None and math.isinf(spacing_s):
        return
    for index in itertools.count() if number is None else range(number):
        demanded_s = first_s + index * spacing_s if index else first_s
        if demanded_s >= min(last_s, end_s):
            return
        yield f"{record.get('id')}.{index}", record.get("type", _DEFAULT_CLASS), demanded_s


def _spacing_s(record: Record, default_s: float) -> float:
    for name in ("vehsPerHour", "perHour"):
        if name in record.attributes:
            return 3600 / record.number(name) if record.number(name) > 0 else math.inf
    if "probability" in record.attributes:
        return 1 / record.number("probability")
    period = record.get("period")
    if period.startswith("exp("):
        return 1 / float(period[4:].rstrip(")"))
    return _seconds(period) or default_s


def _seconds(text: str) -> float | None:
    try:
        parts = [float(part) for part in text.split(":")]
    except ValueError:
        return None
    return sum(part * unit for part, unit in zip(reversed(parts), _UNITS_S, strict=False))


def _scaled(everyone: Iterable[Departure], scale: float) -> Iterator[Departure]:
    for index, (vehicle_id, vehicle_class, demanded_s) in enumerate(everyone):
        copies = math.floor((index + 1) * scale) - math.floor(index * scale)
        for copy in range(copies):
            yield (f"{vehicle_id}.{copy}" if copy else vehicle_id), vehicle_class, demanded_s


def _mentions(path: Path, texts: Collection[bytes]) -> bool:
    overlap = max(len(text) for text in texts)
    with gzip.open(path) if path.suffix == ".gz" else path.open("rb") as stream:
        kept = b""
        while block := stream.read(_BLOCK_BYTES):
            if any(text in kept + block for text in texts):
                return True
            kept = block[-overlap:]
    return False
