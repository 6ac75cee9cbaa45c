"""Departures read from route files: who was to drive, for vehicles that SUMO never came to load."""

from collections.abc import Collection, Iterable, Iterator
from pathlib import Path

import pandas as pd

from congestion_lab.core.errors import DemandError
from congestion_lab.sumo.files.records import Record, records
from congestion_lab.sumo.files.xmlfiles import unpacked
from congestion_lab.sumo.routes.departing import Departure, Window, copies, flow_departures, quotas, single_departure

_BLOCK_BYTES = 1 << 20
_COLUMNS = ["vehicle_id", "vehicle_class", "demanded_s"]


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


def _scaled(everyone: Iterable[Departure], scale: float) -> Iterator[Departure]:
    for (vehicle_id, vehicle_class, demanded_s), quota in zip(everyone, quotas(scale), strict=False):
        for name in copies(vehicle_id, quota):
            yield name, vehicle_class, demanded_s


def _mentions(path: Path, texts: Collection[bytes]) -> bool:
    overlap = max(len(text) for text in texts)
    with unpacked(path) as stream:
        kept = b""
        while block := stream.read(_BLOCK_BYTES):
            if any(text in kept + block for text in texts):
                return True
            kept = block[-overlap:]
    return False
