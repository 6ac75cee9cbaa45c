"""Departures that one vehicle, trip or flow of a route file asks for, under SUMO's own names."""

import itertools
import math
from collections.abc import Iterator
from dataclasses import dataclass

from congestion_lab.sumo.files.clock import moment_s
from congestion_lab.sumo.files.records import Record

_DEFAULT_CLASS = "DEFAULT_VEHTYPE"

Departure = tuple[str, str, float]  # vehicle, its type as written, when it wants to depart


@dataclass(frozen=True, slots=True)
class Window:
    """The period whose departures are wanted, [begin, end), and the factor on their number."""

    begin_s: float
    end_s: float
    scale: float


def single_departure(record: Record, window: Window) -> Iterator[Departure]:
    """Yield the departure of a vehicle or trip if it is in the period; the factor is not applied."""
    demanded_s = window.begin_s if record.get("depart") == "begin" else moment_s(record.get("depart"))
    if demanded_s is not None and window.begin_s <= demanded_s < window.end_s:
        yield record.get("id"), record.get("type", _DEFAULT_CLASS), demanded_s


def flow_departures(record: Record, window: Window) -> Iterator[Departure]:
    """Yield the departures of a flow in the period, made denser by the factor.

    They come at even spacing; where SUMO draws them at random (probability, exponential period) that is their
    expectation, so the number is right on average and the times are not SUMO's own. A flow without begin or end has
    that of the period.
    """
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


def quotas(scale: float) -> Iterator[int]:
    """Yield how many vehicles SUMO makes of each vehicle or trip that it reads, one after the other.

    SUMO 1.28 counts in thousandths: those it read where it drops some, those it made where it repeats some.
    """
    whole = int(scale)
    thousandths = math.floor((scale - whole) * 1000 + 0.5)
    made = 0
    for read in itertools.count():
        place = int((made + 1) / scale) if scale > 1 else read
        quota = whole + (place * thousandths % 1000 < thousandths)
        made += quota
        yield quota


def copies(vehicle_id: str, quota: int) -> Iterator[str]:
    """Yield the names that SUMO gives to the vehicles made of one."""
    for copy in range(quota):
        yield f"{vehicle_id}.{copy}" if copy else vehicle_id


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
