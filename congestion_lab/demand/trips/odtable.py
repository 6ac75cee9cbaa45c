"""Origin-destination tables: vehicles between zones, perhaps by interval and class."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from congestion_lab.demand.trips.matrix import ODMatrix
from congestion_lab.demand.trips.zones import Zone


@dataclass(frozen=True, slots=True)
class ODCell:
    """Vehicles of one pair.

    Attributes:
        origin: Id of the zone that they leave.
        destination: Id of the zone that they reach.
        vehicles: How many, not necessarily whole.
        begin_s: Begin of the interval in which they depart; None where the table names none.
        end_s: Its end.
        kind: Vehicle class; "" for all together.
    """

    origin: str
    destination: str
    vehicles: float
    begin_s: float | None = None
    end_s: float | None = None
    kind: str = ""


@dataclass(frozen=True, slots=True)
class ODTable:
    """An origin-destination table.

    Attributes:
        cells: Its pairs with vehicles, in the order of the file; pairs that a long table lacks have none.
        unused: Headings that nothing was read from.
    """

    cells: tuple[ODCell, ...]
    unused: tuple[str, ...] = ()

    @property
    def total(self) -> float:
        """All vehicles."""
        return sum(cell.vehicles for cell in self.cells)

    @property
    def intrazonal(self) -> float:
        """Vehicles that stay in their zone."""
        return sum(cell.vehicles for cell in self.cells if cell.origin == cell.destination)


def matrix_of(table: ODTable, zones: Sequence[Zone]) -> ODMatrix:
    """Return all intervals and classes of a table as one matrix; trips within a zone are taken out."""
    places = {zone.id: place for place, zone in enumerate(zones)}
    trips = np.zeros((len(zones), len(zones)))
    for cell in table.cells:
        trips[places[cell.origin], places[cell.destination]] += cell.vehicles
    intrazonal = float(np.trace(trips))
    np.fill_diagonal(trips, 0.0)
    return ODMatrix(tuple(zones), trips, intrazonal)
