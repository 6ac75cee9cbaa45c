"""Signal timing formulas of the field: clearances, pedestrian greens, cycles, splits, capacities and offsets.

Sources: ITE = Institute of Transportation Engineers, Guidelines for Determining Traffic Signal Change and Clearance
Intervals; MUTCD = Manual on Uniform Traffic Control Devices 2009; HCM = Highway Capacity Manual, 6th edition, chapter
19; FHWA = Traffic Signal Timing Manual, 2nd edition (NCHRP 812).
"""

from collections.abc import Sequence

from congestion_lab.core.errors import Fault, SignalPlanError
from congestion_lab.core.geometry import Turn

WALKING_SPEED_MPS = 1.07  # 3.5 ft/s, MUTCD 4E.06
WALK_S = 7.0  # MUTCD 4E.06; 4 s where few walk
REACTION_S = 1.0  # ITE
DECELERATION_MPS2 = 3.05  # 10 ft/s2, ITE
GRAVITY_MPS2 = 9.81
MIN_YELLOW_S = 3.0  # MUTCD 4D.26
MAX_YELLOW_S = 6.0  # MUTCD 4D.26
MAX_ALL_RED_S = 6.0  # MUTCD 4D.26
VEHICLE_LENGTH_M = 6.1  # 20 ft, ITE
ENTERING_SPEED_MPS = 11.1  # 40 km/h: how fast the first vehicle enters at least, whatever the limit (RiLSA 2015)
TURNING_SPEED_MPS = 8.9  # 20 mph: speed at which turns clear, NCHRP 731
_MIN_GREEN_SHARE = 1e-6


def yellow_s(approach_speed_mps: float, *, grade: float = 0.0) -> float:
    """Return the yellow that lets a driver stop or pass: Y = t + v / (2a + 2gG), within 3-6 s (ITE, MUTCD 4D.26).

    Args:
        approach_speed_mps: Speed of the approach.
        grade: Rise over run towards the stop line, negative downhill; -0.1 is 10 %.
    """
    yellow = REACTION_S + approach_speed_mps / (2 * DECELERATION_MPS2 + 2 * GRAVITY_MPS2 * grade)
    return min(MAX_YELLOW_S, max(MIN_YELLOW_S, yellow))


def all_red_s(speed_mps: float, width_m: float, *, entering_s: float = 0.0) -> float:
    """Return the red that clears the junction: R = (W + L) / v - t, at least 0 and at most 6 s (ITE, MUTCD 4D.26).

    Args:
        speed_mps: Speed at which the last vehicle passes.
        width_m: From the stop line to the far end of the conflict area.
        entering_s: Time t that who comes next takes from the stop line to the conflict area.
    """
    return min(MAX_ALL_RED_S, max(0.0, passing_s(speed_mps, width_m) - entering_s))


def passing_s(speed_mps: float, width_m: float) -> float:
    """Return the time until the rear of a vehicle has left a conflict area: (W + L) / v (ITE)."""
    return (width_m + VEHICLE_LENGTH_M) / speed_mps


def clearing_speed_mps(approach_speed_mps: float, turn: Turn | None) -> float:
    """Return the speed at which the last vehicle clears: that of the approach, or that of a turn (NCHRP 731)."""
    return approach_speed_mps if turn is Turn.STRAIGHT else min(approach_speed_mps, TURNING_SPEED_MPS)


def pedestrian_clearance_s(crossing_m: float) -> float:
    """Return the time that somebody needs who has just stepped off the kerb (MUTCD 4E.06)."""
    return crossing_m / WALKING_SPEED_MPS


def pedestrian_green_s(crossing_m: float, *, walk_s: float = WALK_S, counted_clearance_s: float = 0.0) -> float:
    """Return the shortest vehicle green beside which pedestrians can cross: walk and clearance (MUTCD 4E.06).

    Args:
        crossing_m: Kerb to kerb, or kerb to refuge.
        walk_s: Time in which people start to walk.
        counted_clearance_s: Yellow and all-red after the green, where policy counts them to the crossing.
    """
    return walk_s + max(0.0, pedestrian_clearance_s(crossing_m) - counted_clearance_s)


def webster_cycle(lost_time_s: float, flow_ratios: Sequence[float], *, max_cycle_s: float = 120.0) -> float:
    """Return the cycle that minimises delay under isolated fixed-time control: (1.5 L + 5) / (1 - Y) (Webster 1958).

    Args:
        lost_time_s: Time lost per cycle, all phases.
        flow_ratios: Critical flow over saturation flow, one per phase.
        max_cycle_s: Upper bound applied to the result.

    Raises:
        SignalPlanError: The ratios add up to 1 or more, so no cycle clears the demand.
    """
    return min(max_cycle_s, (1.5 * lost_time_s + 5.0) / (1.0 - _load(flow_ratios)))


def _load(flow_ratios: Sequence[float]) -> float:
    load = sum(flow_ratios)
    if not 0 <= load < 1:
        rule = f"critical flows take {load:.2f} of the saturation flow; a cycle that clears them exists below 1 only"
        raise SignalPlanError(Fault(rule, "bound the ratios, or use the longest cycle", key="flow_ratios"))
    return load


def splits(
    green_s: float, flow_ratios: Sequence[float], min_greens_s: Sequence[float] | None = None
) -> tuple[float, ...]:
    """Return greens that fill the phases equally: g_i = G y_i / Y, none below its minimum (Webster 1958).

    Args:
        green_s: Green to share out: the cycle without the clearances.
        flow_ratios: Critical flow over saturation flow, one per phase; all zero means equal shares.
        min_greens_s: Shortest green per phase, or None for none.

    Raises:
        SignalPlanError: The shortest greens do not fit.
    """
    lows = [0.0] * len(flow_ratios) if min_greens_s is None else list(min_greens_s)
    if sum(lows) > green_s:
        rule = f"shortest greens of {sum(lows):g} s do not fit into {green_s:g} s of green"
        raise SignalPlanError(Fault(rule, "lengthen the cycle"))
    weights = [max(ratio, _MIN_GREEN_SHARE) for ratio in flow_ratios]
    held: set[int] = set()
    while True:  # each round holds at least one more phase at its minimum, so it ends
        free = [index for index in range(len(weights)) if index not in held]
        left = green_s - sum(lows[index] for index in held)
        unit = left / sum(weights[index] for index in free) if free else 0.0
        short = {index for index in free if weights[index] * unit < lows[index]}
        if not short:
            return tuple(lows[index] if index in held else weights[index] * unit for index in range(len(weights)))
        held |= short


def capacity_vph(saturation_vph: float, green_s: float, cycle_s: float) -> float:
    """Return the flow that a signal lets pass: s g / C (HCM)."""
    return saturation_vph * green_s / cycle_s


def progression_offset_s(upstream_offset_s: float, travel_s: float, queue_s: float, cycle_s: float) -> float:
    """Return the offset at which a platoon meets green: upstream start plus travel, less the standing queue (FHWA).

    Args:
        upstream_offset_s: Start of the upstream green.
        travel_s: Time from stop line to stop line.
        queue_s: Time that the queue standing downstream needs to move off.
        cycle_s: Common cycle.
    """
    return (upstream_offset_s + travel_s - queue_s) % cycle_s
