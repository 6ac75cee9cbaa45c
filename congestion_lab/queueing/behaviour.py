"""How drivers pass stop lines: what calibration may change.

The shapes of the formulas and their defaults were measured on SUMO 1.28's default car-following model (Krauss), one
approach at a time; `tests/verification` repeats the comparison.
"""

from typing import NamedTuple


class Behaviour(NamedTuple):
    """Parameters of traffic flow that are not in the demand's vehicle types.

    Attributes:
        headway_factor: Factor on saturation headways.
        start_up_s: From the start of green until the first standing vehicle crosses the stop line.
        creep_mps: Speed at which it crosses.
        yellow_loss_s: Part of the stopping time v/2b that drivers do not use of the yellow.
        gap_factor: Factor on the gaps that yielding drivers accept.
        rolling_gap_s: Gap that is enough for a driver who need not stop.
        minor_mps: Highest speed at which a driver who must yield enters a junction.
        wave_factor: Factor on the time that free room takes to travel upstream through a queue.
        dawdle_factor: Factor on the speed that imperfect drivers lose.
    """

    headway_factor: float = 1.0
    start_up_s: float = 0.5
    creep_mps: float = 2.5
    yellow_loss_s: float = 0.55
    gap_factor: float = 1.0
    rolling_gap_s: float = 3.5
    minor_mps: float = 6.4
    wave_factor: float = 1.0
    dawdle_factor: float = 1.0
