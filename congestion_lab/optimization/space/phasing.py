"""The order of phases and the treatment of left turns by the formulas of the field: whichever gives the least delay."""

from collections.abc import Sequence

import numpy as np

from congestion_lab.optimization.space.ring import Ring, timed
from congestion_lab.optimization.space.space import DecisionSpace
from congestion_lab.optimization.space.splits import least_delay, total_delay_s
from congestion_lab.signals.intersection import Intersection
from congestion_lab.signals.performance.streams import Flows, streams
from congestion_lab.signals.plan import PlanSet, SignalPlan


def least_delay_phases(
    space: DecisionSpace, intersections: Sequence[Intersection], flows: Flows, common_s: float, *, hours: float
) -> PlanSet:
    """Return the plans in which every intersection runs the ring, and the greens, of least HCM delay.

    Args:
        space: What may be searched.
        intersections: The intersections of the scenario.
        flows: Vehicles per hour by movement.
        common_s: Common cycle.
        hours: Length of the analysed period.
    """
    sites = {site.controller_id: site for site in intersections}

    def best(home: Ring) -> SignalPlan:
        site = sites[home.plan.controller_id]
        tried = [_timed(ring, site, flows, common_s, hours) for ring in (home, *home.variants)]
        return min(tried, key=lambda each: each[0])[1]

    return space.with_plans({ring.plan.controller_id: best(ring) for ring in space.rings})


def _timed(ring: Ring, site: Intersection, flows: Flows, common_s: float, hours: float) -> tuple[float, SignalPlan]:
    """Return the delay of all vehicles of an hour, in vehicle-seconds, and the plan."""
    load = streams(ring.plan, site, flows)
    cycle = ring.cycle_s(common_s)
    greens = least_delay(ring, load, cycle, hours=hours)
    (delay,) = total_delay_s(load, np.array([greens]), cycle, hours=hours)
    return float(delay), timed(ring, cycle, greens, ring.plan.offset_s)
