"""The time that has to pass between two conflicting greens.

Vehicles need yellow (ITE), then red until the last one's rear has left the conflict area, less the time that the first
one of the other movement takes to come there at the full speed of its approach: R = (W + L) / v - t (ITE). People on
foot need the time to walk across. Where the paths are not known, the whole way through the junction is cleared.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from congestion_lab.signals.intersection import ConflictDistance, SignalHead
from congestion_lab.signals.timing import (
    all_red_s,
    clearing_speed_mps,
    passing_s,
    pedestrian_clearance_s,
    yellow_s,
)


@dataclass(frozen=True, slots=True)
class Need:
    """What one head needs from the end of its green until a conflicting one may enter.

    Attributes:
        yellow_s: Yellow; 0 for people on foot.
        red_s: Red after it; for people on foot the time to walk across.
        clearing_m: Way that is cleared.
        entering_m: Way of the entering traffic to the conflict area.
        measured: Whether both ways are known from the paths.
        full_red_s: Red that the formula gives where that is longer than an all-red may be (MUTCD 4D.26: at most 6 s).
    """

    yellow_s: float
    red_s: float
    clearing_m: float
    entering_m: float
    measured: bool
    full_red_s: float = 0.0

    @property
    def total_s(self) -> float:
        """Yellow and red together."""
        return self.yellow_s + self.red_s


NOTHING = Need(0.0, 0.0, 0.0, 0.0, measured=True)


def required_yellow_s(heads: Iterable[SignalHead]) -> float:
    """Return the yellow that the fastest of some vehicle heads needs (ITE); 0 without vehicles."""
    return max((yellow_s(head.approach_speed_mps) for head in heads if not head.is_crossing), default=0.0)


def required_intergreen_s(heads: Iterable[SignalHead]) -> float:
    """Return the time that the last user needs to leave the junction, whoever enters next."""
    return max((need(head, (), None).total_s for head in heads), default=0.0)


def need(head: SignalHead, entering: Sequence[SignalHead], distance: ConflictDistance | None) -> Need:
    """Return what a head needs before others may enter.

    Args:
        head: Whose traffic clears.
        entering: What the entering head releases.
        distance: Their ways to the conflict area, if they are known.
    """
    if head.is_crossing:
        known, crossing = head.path_length_m > 0, pedestrian_clearance_s(head.path_length_m)
        return Need(0.0, crossing, head.path_length_m, 0.0, measured=known, full_red_s=crossing)
    yellow = yellow_s(head.approach_speed_mps)
    speed = clearing_speed_mps(head.approach_speed_mps, head.turn)
    if distance is None:
        way = head.path_length_m
        return Need(yellow, all_red_s(speed, way), way, 0.0, measured=False, full_red_s=passing_s(speed, way))
    arrival = _arrival_s(entering, distance.entering_m)
    return Need(
        yellow_s=yellow,
        red_s=all_red_s(speed, distance.clearing_m, entering_s=arrival),
        clearing_m=distance.clearing_m,
        entering_m=distance.entering_m,
        measured=True,
        full_red_s=max(0.0, passing_s(speed, distance.clearing_m) - arrival),
    )


def _arrival_s(entering: Sequence[SignalHead], way_m: float) -> float:
    """Return when the first vehicle reaches the conflict area at full speed; people on foot may be there at once."""
    if not entering or any(head.is_crossing for head in entering):
        return 0.0
    return way_m / max(head.approach_speed_mps for head in entering)
