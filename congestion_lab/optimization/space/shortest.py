"""Shortest greens that keep intersections safe.

A short phase may be what lets one movement clear before another starts two phases later, and people on foot need longer
greens than vehicles. From the present greens each phase is therefore shortened only so far that the plan breaks no rule
that the present plan keeps, and shortens no clearing that is too short already. Longer greens only lengthen either.
Who is certified stays so: where the present plan meets every rule of its certificate, every other one does.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import replace

from congestion_lab.optimization.space.space import DecisionSpace, Ring
from congestion_lab.signals.certification.certifying import certificate
from congestion_lab.signals.cycle import TOLERANCE_S
from congestion_lab.signals.intersection import Intersection
from congestion_lab.signals.phases import phases
from congestion_lab.signals.plan import Control, SignalPlan
from congestion_lab.signals.retiming import RingTimer
from congestion_lab.signals.safety.rules import check_plan, intergreen_shortages

_OF_THE_CYCLE = frozenset({"cycle-bounds", "cycle"})  # the tightest plan is no plan to run: its cycle says nothing


def kept_safe(space: DecisionSpace, intersections: Sequence[Intersection]) -> DecisionSpace:
    """Return the space with shortest greens at which every point is as safe as the present plans."""
    sites = {site.controller_id: site for site in intersections}
    return replace(space, rings=tuple(_all_safe(ring, sites[ring.plan.controller_id]) for ring in space.rings))


def _all_safe(ring: Ring, site: Intersection) -> Ring:
    certified = _is_certified(ring.plan, site)
    variants = (each for each in ring.variants if not certified or _is_certified(each.plan, site))
    return replace(_kept_safe(ring, site), variants=tuple(_kept_safe(each, site) for each in variants))


def _kept_safe(ring: Ring, site: Intersection) -> Ring:
    is_worse = _judge(ring.plan, site)
    if not is_worse(_tight(ring, ring.min_greens_s)):
        return ring  # as nearly everywhere
    greens = [
        max(low, math.ceil(phase.green_s)) for low, phase in zip(ring.min_greens_s, phases(ring.plan), strict=True)
    ]
    for index, low in enumerate(ring.min_greens_s):
        tried = ([*greens[:index], green, *greens[index + 1 :]] for green in range(low, greens[index]))
        greens = next((each for each in tried if not is_worse(_tight(ring, each))), greens)
    return replace(ring, min_greens_s=tuple(greens))


def _tight(ring: Ring, greens_s: Sequence[int]) -> SignalPlan:
    return RingTimer(ring.plan).timed([float(green) for green in greens_s], ring.plan.offset_s, Control.FIXED)


def _judge(present: SignalPlan, site: Intersection) -> Callable[[SignalPlan], bool]:
    """Return what tells whether a plan is less safe than the present one."""
    broken, short, certified = _broken(present, site), intergreen_shortages(present, site), _is_certified(present, site)

    def is_worse(plan: SignalPlan) -> bool:
        if _broken(plan, site) - broken:
            return True
        shorter = any(
            gap.duration_s < short[pair][0].duration_s - TOLERANCE_S
            for pair, (gap, _) in intergreen_shortages(plan, site).items()
            if pair in short
        )
        return shorter or (certified and not _is_certified(plan, site))

    return is_worse


def _is_certified(plan: SignalPlan, site: Intersection) -> bool:
    return all(each.rule in _OF_THE_CYCLE for each in certificate(plan, site).open)


def _broken(plan: SignalPlan, site: Intersection) -> set[tuple[str, tuple[str, ...]]]:
    return {(breach.rule, breach.groups) for breach in check_plan(plan, site) if breach.rule not in _OF_THE_CYCLE}
