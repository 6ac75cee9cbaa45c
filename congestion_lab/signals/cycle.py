"""Times of a cycle: what comes round again."""

DECIMALS = 3  # plans are exact to a millisecond
EXACT_S = 10**-DECIMALS
TOLERANCE_S = 0.05  # half the resolution of a controller's clock (NTCIP 1202: 0.1 s)


def within_cycle_s(time_s: float, cycle_s: float) -> float:
    """Return when in a cycle something happens, to a millisecond; what rounds to the cycle's end is its beginning."""
    time = round(time_s % cycle_s, DECIMALS)
    return time if time < cycle_s - EXACT_S / 2 else 0.0


def apart_s(one_s: float, other_s: float, cycle_s: float) -> float:
    """Return how far two times of a cycle are apart, the shorter way round."""
    away = (one_s - other_s) % cycle_s
    return min(away, cycle_s - away)
