"""Capacity analysis of an intersection by the Highway Capacity Manual: lane groups, movements, approaches.

A lane group is the lanes of an approach that serve the same movements; who may choose takes the lane of lower volume
over capacity, until none is lower (HCM6, chapter 31). Saturation flows are those of `signals.performance.streams`:
1,800 vehicles an hour and lane times a factor for turns. Effective green is displayed green: start-up lost time and the
use of yellow are 2 s each, the defaults of HCM6 chapter 19. A permitted green serves what gaps in the conflicting flow
let through.
"""

from dataclasses import dataclass

from congestion_lab.core.geometry import Turn


@dataclass(frozen=True, slots=True)
class LaneGroup:
    """Lanes of one approach that serve the same movements.

    Attributes:
        from_link: Inbound link.
        lanes: Indices of its lanes.
        to_links: Where its movements lead.
        turns: Their directions, in the same order.
        volume_vph: Vehicles per hour.
        saturation_vph: Saturation flow of all its lanes.
        green_s: Effective green per cycle; permitted green counts by what gaps let through.
        capacity_vph: What the signal lets pass.
        saturation: Volume over capacity; infinite without capacity.
        arrivals_on_green: Share of its arrivals that meet a green.
        platoon_ratio: That share over the share of the cycle that is green (HCM6, chapter 19): 1 at a constant rate.
        measured_arrivals: Whether the share is measured; else arrivals come at a constant rate (arrival type 3).
        progression_factor: Uniform delay with those arrivals over that with arrivals at a constant rate.
        uniform_delay_s: d1, progression included.
        incremental_delay_s: d2.
        initial_queue_delay_s: d3.
        los: Level of service; F where volume exceeds capacity.
        queue_50_veh: Mean back of the queue of one lane, which stands for the median.
        queue_95_veh: 95th percentile of it.
    """

    from_link: str
    lanes: tuple[int, ...]
    to_links: tuple[str, ...]
    turns: tuple[Turn, ...]
    volume_vph: float
    saturation_vph: float
    green_s: float
    capacity_vph: float
    saturation: float
    arrivals_on_green: float
    platoon_ratio: float
    measured_arrivals: bool
    progression_factor: float
    uniform_delay_s: float
    incremental_delay_s: float
    initial_queue_delay_s: float
    los: str
    queue_50_veh: float
    queue_95_veh: float

    @property
    def delay_s(self) -> float:
        """Control delay per vehicle: d1 + d2 + d3."""
        return self.uniform_delay_s + self.incremental_delay_s + self.initial_queue_delay_s


@dataclass(frozen=True, slots=True)
class Movement:
    """One movement: the lane groups that serve it, by their volume.

    Attributes:
        from_link: Inbound link.
        to_link: Outbound link.
        turn: Direction.
        volume_vph: Vehicles per hour.
        saturation: Highest volume over capacity of its lane groups.
        arrivals_on_green: Share of arrivals on green that its delay rests on.
        measured_arrivals: Whether that share is measured; else arrivals come at a constant rate (arrival type 3).
        delay_s: Mean control delay; NaN without vehicles.
        los: Level of service.
        queue_50_veh: Longest mean queue of its lanes.
        queue_95_veh: Longest 95th percentile.
    """

    from_link: str
    to_link: str
    turn: Turn
    volume_vph: float
    saturation: float
    arrivals_on_green: float
    measured_arrivals: bool
    delay_s: float
    los: str
    queue_50_veh: float
    queue_95_veh: float


@dataclass(frozen=True, slots=True)
class Approach:
    """One inbound link.

    Attributes:
        from_link: The link.
        name: Street name or id, without anything harmful in it.
        volume_vph: Vehicles per hour.
        delay_s: Mean control delay; NaN without vehicles.
        los: Level of service by delay.
        lane_groups: Its lane groups.
        movements: Its movements.
    """

    from_link: str
    name: str
    volume_vph: float
    delay_s: float
    los: str
    lane_groups: tuple[LaneGroup, ...]
    movements: tuple[Movement, ...]


@dataclass(frozen=True, slots=True)
class Analysis:
    """One intersection.

    Attributes:
        controller_id: Its controller.
        name: Its name, without anything harmful in it.
        cycle_s: Cycle.
        lost_s: Intergreens per cycle.
        critical_saturation: X_c: critical flow ratios times C / (C - L); NaN without traffic.
        volume_vph: Vehicles per hour.
        delay_s: Mean control delay; NaN without vehicles.
        los: Level of service by delay.
        approaches: Its approaches.
    """

    controller_id: str
    name: str
    cycle_s: float
    lost_s: float
    critical_saturation: float
    volume_vph: float
    delay_s: float
    los: str
    approaches: tuple[Approach, ...]
