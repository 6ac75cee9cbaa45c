"""Counts of vehicles: the value that readers make and estimators use."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Count:
    """Vehicles that were seen at one place in one interval of one day, or on the mean of several days.

    Attributes:
        link: Link on which they were counted; of a turning count the inbound link.
        onto: Outbound link of a turning count; "" where the whole link was counted.
        begin_s: Begin of the interval, seconds after midnight.
        end_s: End of the interval, seconds after midnight.
        kind: Vehicle class; "" for all classes together.
        vehicles: How many; a mean of several days need not be whole.
    """

    link: str
    onto: str
    begin_s: float
    end_s: float
    kind: str
    vehicles: float
