"""The time that has to pass between two conflicting greens.

Vehicles need yellow (ITE), then red until the last one's rear has left the conflict area, less the time that the first
one of the other movement takes to come there: R = (W + L) / v - t (ITE). That one crosses its stop line in the first
second of green, rolling at the speed of its approach, or at 40 km/h where that is more (RiLSA): nobody is taken to
start from standstill. Where nothing held it at the stop line before (it had a permitted green, or might go on red after
a stop), it may stand before the conflict area already, so that t = 0. People on foot enter at once, and need the time
to walk across. Where the paths are not known, the whole way through the junction is cleared.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from congestion_lab.signals.intersection import ConflictDistance, SignalHead
from congestion_lab.signals.timing import (
    ENTERING_SPEED_MPS,
    MAX_ALL_RED_S,
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
        red_s: Red after it, however long; for people on foot the time to walk across.
        clearing_m: Way that is cleared.
        entering_m: Way of the entering traffic to the conflict area.
        measured: Whether both ways are known from the paths.
        walking: Whether people on foot clear, whom no longest all-red hurries.
    """

    yellow_s: float
    red_s: float
    clearing_m: float
    entering_m: float
    measured: bool
    walking: bool = False

    @property
    def total_s(self) -> float:
        """Yellow and red together."""
        return self.yellow_s + self.red_s

    @property
    def usual_s(self) -> float:
        """Yellow and as much of the red as drivers take for an all-red: at most 6 s (MUTCD 4D.26)."""
        return self.total_s if self.walking else self.yellow_s + min(MAX_ALL_RED_S, self.red_s)


NOTHING = Need(0.0, 0.0, 0.0, 0.0, measured=True)


def required_yellow_s(heads: Iterable[SignalHead]) -> float:
    """Return the yellow that the fastest of some vehicle heads needs (ITE); 0 without vehicles."""
    return max((yellow_s(head.approach_speed_mps) for head in heads if not head.is_crossing), default=0.0)


def required_intergreen_s(heads: Iterable[SignalHead]) -> float:
    """Return the time that the last user needs to leave the junction, whoever enters next; the red is a usual one."""
    return max((need(head, (), None).usual_s for head in heads), default=0.0)


def need(
    head: SignalHead, entering: Sequence[SignalHead], distance: ConflictDistance | None, *, held: bool = True
) -> Need:
    """Return what a head needs before others may enter.

    Args:
        head: Whose traffic clears.
        entering: What the entering head releases.
        distance: Their ways to the conflict area, if they are known.
        held: Whether a red held the entering traffic at its stop line until it may enter.
    """
    if head.is_crossing:
        way = head.path_length_m
        return Need(0.0, pedestrian_clearance_s(way), way, 0.0, measured=way > 0, walking=True)
    yellow = yellow_s(head.approach_speed_mps)
    speed = clearing_speed_mps(head.approach_speed_mps, head.turn)
    if distance is None:
        way = head.path_length_m
        return Need(yellow, passing_s(speed, way), way, 0.0, measured=False)
    way = distance.entering_m if held else 0.0
    red = max(0.0, passing_s(speed, distance.clearing_m) - _arrival_s(entering, way))
    return Need(yellow, red, distance.clearing_m, way, measured=True)


def _arrival_s(entering: Sequence[SignalHead], way_m: float) -> float:
    """Return when the first vehicle, rolling, reaches the conflict area; people on foot may be there at once."""
    if not entering or any(head.is_crossing for head in entering):
        return 0.0
    return way_m / max(ENTERING_SPEED_MPS, *(head.approach_speed_mps for head in entering))
