"""Roads and demand as flat arrays: what an engine without files of its own starts from.

Indices count from 0 and -1 means none. Ragged lists are stored as offsets and values: entry i of a list owns
`values[offsets[i]:offsets[i + 1]]`. A *path* leads from one lane through a junction to one lane of the next link (GMNS
calls the set of paths between two links a movement).
"""

import enum
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from congestion_lab.signals.plan import PlanSet

Floats = NDArray[np.float64]
Ints = NDArray[np.int32]
Bits = NDArray[np.uint64]
Flags = NDArray[np.bool_]

_NO_PLANS = PlanSet(())


class DepartLane(enum.IntEnum):
    """Where a vehicle without a lane number enters its first link; numbers >= 0 are lane indices."""

    FIRST = -1  # the rightmost lane that it may use
    RANDOM = -2
    FREE = -3  # the lane with fewest vehicles, among those that it may use
    BEST = -4  # the lane from which it gets furthest without changing, with fewest vehicles among equals
    ALLOWED = -5  # FREE among the lanes that lead to its next link


@dataclass(frozen=True, slots=True, eq=False)
class Roads:
    """A network of lanes and the paths between them.

    Attributes:
        link_ids: Links in the order of their index.
        lane_offsets: Lanes of each link, from the right; shape (links + 1,).
        lane_length_m: Shape (lanes,).
        lane_speed_mps: Speed limits, shape (lanes,).
        lane_classes: Who may use a lane: one bit per vehicle class, shape (lanes,).
        path_offsets: Paths that leave each lane, shape (lanes + 1,).
        path_to_lane: Lane that a path leads to, shape (paths,).
        path_length_m: Length inside the junction, shape (paths,).
        path_speed_mps: Lowest speed limit inside the junction, shape (paths,).
        path_wait_m: Length up to the place inside the junction where a vehicle may wait for a gap; 0 if there is none.
        path_controller: Index of the signal controller, or -1.
        path_head: Index of the signal head at its controller, or -1.
        path_kept_clear: Whether nobody enters the junction who could not leave it.
        path_stops: Whether a stop sign stands there, or all must stop.
        yield_offsets: Paths that each path gives way to where no signal protects it, shape (paths + 1,).
        yield_paths: Their indices.
        foe_offsets: Paths that cross or merge with each path, shape (paths + 1,).
        foe_paths: Their indices.
        controller_ids: Signal controllers in the order of their index.
    """

    link_ids: tuple[str, ...]
    lane_offsets: Ints
    lane_length_m: Floats
    lane_speed_mps: Floats
    lane_classes: Bits
    path_offsets: Ints
    path_to_lane: Ints
    path_length_m: Floats
    path_speed_mps: Floats
    path_wait_m: Floats
    path_controller: Ints
    path_head: Ints
    path_kept_clear: Flags
    path_stops: Flags
    yield_offsets: Ints
    yield_paths: Ints
    foe_offsets: Ints
    foe_paths: Ints
    controller_ids: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class VehicleType:
    """How vehicles of one type drive.

    Attributes:
        id: Its name in the demand.
        class_bit: Number of its bit in `Roads.lane_classes`, the lowest being 0.
        length_m: Length.
        gap_m: Distance to the one ahead when standing.
        headway_s: Time gap that drivers keep (Krauss: tau).
        accel_mps2: Acceleration.
        decel_mps2: Comfortable deceleration.
        imperfection: Driver imperfection, 0 to 1 (Krauss: sigma).
        max_speed_mps: Technical maximum.
        speed_factor: Mean, standard deviation, lowest and highest factor on speed limits (normal, cut off).
    """

    id: str
    class_bit: int
    length_m: float
    gap_m: float
    headway_s: float
    accel_mps2: float
    decel_mps2: float
    imperfection: float
    max_speed_mps: float
    speed_factor: tuple[float, float, float, float]


@dataclass(frozen=True, slots=True, eq=False)
class Demand:
    """Who drives where and when, ordered by demanded time.

    Attributes:
        vehicle_ids: Vehicles in the order of their index.
        demanded_s: When they want to depart; seconds since midnight, ascending.
        mixture: Index into `mixtures` of each vehicle's type, or types to draw from.
        mixtures: Each a list of (index into `types`, probability), probabilities adding up to 1.
        types: Vehicle types.
        route: Index of each vehicle's route.
        route_offsets: Links of each route, shape (routes + 1,).
        route_links: Their indices; consecutive links are joined by a path.
        depart_lane: A lane index on the first link, or a `DepartLane`.
        depart_speed_mps: Speed at entry; NaN means as fast as possible.
        depart_m: Position at entry on the first link.
        arrive_m: Position at which the trip ends on the last link.
        stop_offsets: Stops of each vehicle, shape (vehicles + 1,).
        stop_leg: Position in the route of the link of each stop, ascending per vehicle.
        stop_s: How long the vehicle stands there.
    """

    vehicle_ids: tuple[str, ...]
    demanded_s: Floats
    mixture: Ints
    mixtures: tuple[tuple[tuple[int, float], ...], ...]
    types: tuple[VehicleType, ...]
    route: Ints
    route_offsets: Ints
    route_links: Ints
    depart_lane: Ints
    depart_speed_mps: Floats
    depart_m: Floats
    arrive_m: Floats
    stop_offsets: Ints
    stop_leg: Ints
    stop_s: Floats


@dataclass(frozen=True, slots=True, eq=False)
class Traffic:
    """Roads, demand and shipped plans of one scenario.

    Attributes:
        digest: Digest of the scenario's inputs.
        roads: The network.
        demand: Everybody who wants to depart between the begin and the horizon of the simulation.
        notes: What was left out or simplified, a sentence each.
        plans: The plans that the signals run if no others are given.
    """

    digest: str
    roads: Roads
    demand: Demand
    notes: tuple[str, ...] = ()
    plans: PlanSet = _NO_PLANS
