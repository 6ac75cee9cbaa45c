"""Saturation headways from what was seen to leave queues at green."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from congestion_lab.core.cellvalues import number_of
from congestion_lab.core.errors import DemandError, Fault
from congestion_lab.core.namedrows import NamedRow, named_rows
from congestion_lab.core.names import unshielded
from congestion_lab.demand.estimation.cells import Floats

COLUMNS = ("link_id", "lanes", "green_s", "vehicles")
START_UP_S = 2.0  # of the displayed green that is lost while the queue starts (HCM 6, chapter 19)
EXTENSION_S = 2.0  # of the yellow that is used as if it were green (likewise)
_HINT = "one row is one green whose queue did not clear: link_id, lanes, green_s, vehicles"


@dataclass(frozen=True, slots=True)
class Green:
    """One green at whose end a queue still stood.

    Attributes:
        link: The approach.
        lanes: Lanes that were counted together.
        green_s: Green displayed.
        vehicles: Vehicles that left in it and in the yellow behind it.
    """

    link: str
    lanes: int
    green_s: float
    vehicles: float


@dataclass(frozen=True, slots=True)
class SaturationHeadway:
    """What an approach's greens say.

    Attributes:
        link: The approach.
        headway_s: Time between vehicles of one lane that leave the queue.
        error_s: Its standard error; NaN with one green.
        greens: How many greens it rests on.
    """

    link: str
    headway_s: float
    error_s: float
    greens: int


def read_greens(path: Path) -> tuple[Green, ...]:
    """Read a table of saturated greens (CSV or XLSX): link_id, lanes, green_s, vehicles.

    Raises:
        DemandError: The table cannot be read, lacks columns, or rows are faulty; every fault is named.
    """
    greens: list[Green] = []
    faults: list[Fault] = []
    _headings, rows = named_rows(path, COLUMNS, faults, hint=_HINT, error=DemandError)
    for row in rows:
        try:
            greens.append(_green(row))
        except ValueError as problem:
            faults.append(Fault(str(problem), _HINT, str(path), row.number))
    if faults:
        raise DemandError(*sorted(faults, key=lambda fault: fault.line or 0))
    return tuple(greens)


def saturation_headways(greens: Sequence[Green]) -> tuple[SaturationHeadway, ...]:
    """Return the headway of each approach, by link.

    A lane lets n = (G − start-up + extension)/h vehicles pass in a green G that is used to its end. 1/h is the slope of
    n over the effective green, through the origin, so short greens weigh less.
    """
    links = sorted({one.link for one in greens})
    return tuple(_headway(link, [one for one in greens if one.link == link]) for link in links)


def _headway(link: str, greens: Sequence[Green]) -> SaturationHeadway:
    effective: Floats = np.array([one.green_s - START_UP_S + EXTENSION_S for one in greens])
    passed: Floats = np.array([one.vehicles / one.lanes for one in greens])
    square = float(effective @ effective)
    slope = float(effective @ passed) / square
    error = math.nan
    if len(greens) > 1:
        residual = passed - slope * effective
        error = float(np.sqrt(residual @ residual / (len(greens) - 1) / square)) / slope**2
    return SaturationHeadway(link, 1.0 / slope, error, len(greens))


def _green(row: NamedRow) -> Green:
    link = unshielded(row.text("link_id"))
    lanes, green_s, vehicles = (number_of(row.cells[name]) for name in ("lanes", "green_s", "vehicles"))
    if not link:
        raise ValueError("a green needs its link")
    if not lanes.is_integer() or min(lanes, green_s, vehicles) <= 0:
        raise ValueError(f"{vehicles:g} vehicles of {lanes:g} lanes in {green_s:g} s: all must be above 0, lanes whole")
    return Green(link, int(lanes), green_s, vehicles)
