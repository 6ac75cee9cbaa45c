"""Every switch that a schedule can make, judged at every intersection."""

import itertools
from collections.abc import Mapping
from dataclasses import dataclass

from congestion_lab.core.times import clock_from_seconds
from congestion_lab.signals.intersection import Intersection
from congestion_lab.signals.schedules.schedule import Schedule, Switch
from congestion_lab.signals.schedules.transitions import Transition, transition


@dataclass(frozen=True, slots=True)
class Change:
    """One switch of a schedule at all intersections.

    Attributes:
        day_type: Name of the day type in which it is.
        clock: When it is asked for.
        before: Name of the plans that run.
        after: Name of those that follow.
        transitions: One per controller whose plan changes.
    """

    day_type: str
    clock: str
    before: str
    after: str
    transitions: tuple[Transition, ...]


def changes(schedule: Schedule) -> tuple[Change, ...]:
    """Return every switch that the schedule can make, those at midnight from each day type to each included."""
    sites = {site.controller_id: site for site in schedule.intersections}
    found = []
    for one in schedule.day_types:
        for before, after in itertools.pairwise(one.switches):
            found.append(_change(schedule, sites, one.name, before, after))
        lasts = dict.fromkeys(other.switches[-1] for other in schedule.day_types)
        tonight = (last for last in lasts if last.plans != one.switches[0].plans)
        found += [_change(schedule, sites, one.name, last, one.switches[0]) for last in tonight]
    return tuple(found)


def _change(schedule: Schedule, sites: Mapping[str, Intersection], name: str, before: Switch, after: Switch) -> Change:
    pairs = ((before.plans.plan_of(plan.controller_id), plan) for plan in after.plans)
    made = (
        transition(old, new, sites[new.controller_id], at_s=after.at_s, procedure=schedule.procedure)
        for old, new in pairs
        if old != new
    )
    return Change(name, clock_from_seconds(after.at_s), before.plans_name, after.plans_name, tuple(made))
