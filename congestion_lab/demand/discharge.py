"""Saturation headways from what was seen to leave queues at green."""

import csv
import io
import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from congestion_lab.core.errors import DemandError, Fault
from congestion_lab.demand.cells import Floats

COLUMNS = ("link_id", "lanes", "green_s", "vehicles")
START_UP_S = 2.0  # of the displayed green that is lost while the queue starts (HCM 6, chapter 19)
EXTENSION_S = 2.0  # of the yellow that is used as if it were green (likewise)


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

    @property
    def flow_vphpl(self) -> float:
        """Saturation flow, vehicles per hour of green and lane."""
        return 3600.0 / self.headway_s


def read_greens(path: Path) -> tuple[Green, ...]:
    """Read a table of saturated greens (CSV, UTF-8): link_id, lanes, green_s, vehicles.

    Raises:
        DemandError: The table cannot be read, lacks columns, or rows are faulty; every fault is named.
    """
    try:
        reader = csv.DictReader(io.StringIO(path.read_text(encoding="utf-8-sig"), newline=""))
        rows = list(reader)
    except (OSError, UnicodeDecodeError) as error:
        raise DemandError(Fault(f"the greens cannot be read: {error}", source=str(path))) from None
    if missing := [name for name in COLUMNS if name not in (reader.fieldnames or ())]:
        hint = f"the header must hold {', '.join(COLUMNS)}"
        raise DemandError(Fault(f"columns are missing: {', '.join(missing)}", hint, str(path), 1))
    greens, faults = [], []
    for line, row in enumerate(rows, start=2):
        try:
            greens.append(_green(row))
        except (ValueError, TypeError) as problem:
            faults.append(Fault(str(problem), "one row is one green whose queue did not clear", str(path), line))
    if faults or not greens:
        raise DemandError(*(faults or [Fault("the table holds no green", source=str(path))]))
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


def _green(row: dict[str, str]) -> Green:
    lanes, green_s, vehicles = int(row["lanes"]), float(row["green_s"]), float(row["vehicles"])
    if not row["link_id"]:
        raise ValueError("a green needs its link")
    if lanes < 1 or not (green_s > 0 and vehicles > 0 and math.isfinite(green_s * vehicles)):
        raise ValueError(f"{vehicles:g} vehicles of {lanes} lanes in {green_s:g} s: all must be above 0")
    return Green(row["link_id"], lanes, green_s, vehicles)
