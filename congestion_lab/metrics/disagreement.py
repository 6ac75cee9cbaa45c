"""Where the HCM and the simulation tell different stories of one intersection, and why, as far as the data say so.

The formulas take an intersection alone: they see no spillback from downstream, no lane that the queue of another
movement blocks, and no platoon that they are not told of. A movement is named where the levels of service are two or
more apart, or where the formulas find capacity to spare while, at a worse level, a queue fills the link beyond for a
tenth of the time or its own for half of it.
"""

import enum
import math
from collections.abc import Iterator
from dataclasses import dataclass

from congestion_lab.core.geometry import Turn
from congestion_lab.metrics.capacity import Analysis, Approach, Movement
from congestion_lab.metrics.service import LEVELS, level_of_service
from congestion_lab.metrics.simulated import Simulated
from congestion_lab.signals.intersection import Intersection
from congestion_lab.signals.plan import Aspect, SignalPlan

LEVELS_APART = 2
FULL_SHARE = 0.1  # of the period in which a queue fills a link: more than a moment's wave
_MOSTLY = 0.5  # of the period: the approach is full more often than not
_LEAST_VPH = 20.0  # the mean delay of fewer vehicles is chance
_NEAR_CAPACITY = 0.9  # volume over capacity beyond which small errors of either decide the delay


class Cause(enum.Enum):
    """What may make the two differ."""

    SPILLBACK = "spillback"  # the link beyond was full
    BLOCKED = "blocked"  # another movement of the approach queues over its lanes
    OUTSIDE = "outside"  # the queue fills the approach, so that vehicles wait further back
    NEAR_CAPACITY = "near capacity"
    GAPS = "gaps"  # what a permitted green lets through is estimated
    DISCHARGE = "discharge"  # the simulation lets more through than the capacity computed
    PLATOONS = "platoons"  # arrivals are taken at a constant rate


@dataclass(frozen=True, slots=True)
class Reason:
    """One thing that the data show and the formulas do not see.

    Attributes:
        cause: What it is.
        link: Where, if it is on a link.
        share: Share of the period in which a queue filled that link, or volume over capacity.
        turn: Direction of the movement that blocks, if one does.
    """

    cause: Cause
    link: str = ""
    share: float = math.nan
    turn: Turn | None = None


@dataclass(frozen=True, slots=True)
class Disagreement:
    """One movement.

    Attributes:
        from_link: Inbound link.
        to_link: Outbound link.
        turn: Direction.
        los: Level of service by the HCM.
        simulated_los: Level of service of the simulated delay.
        saturation: Volume over capacity.
        reasons: What was found; nothing where the data tell no reason.
    """

    from_link: str
    to_link: str
    turn: Turn
    los: str
    simulated_los: str
    saturation: float
    reasons: tuple[Reason, ...]


@dataclass(frozen=True, slots=True)
class Disagreements:
    """An intersection.

    Attributes:
        los: Its level of service by the HCM.
        simulated_los: That of its simulated delay.
        movements: Its movements of which the two tell different stories.
    """

    los: str
    simulated_los: str
    movements: tuple[Disagreement, ...]

    @property
    def any(self) -> bool:
        """Whether there is anything to tell."""
        return bool(self.movements) or _apart(self.los, self.simulated_los) >= LEVELS_APART


def disagreements(found: Analysis, measured: Simulated, plan: SignalPlan, site: Intersection) -> Disagreements:
    """Return where the analysis of a plan and what runs measured differ.

    Args:
        found: The analysis.
        measured: What the runs measured.
        plan: The plan.
        site: Its intersection.
    """
    movements = tuple(
        one
        for approach in found.approaches
        for movement in approach.movements
        if (one := _judged(movement, approach, measured, _is_permitted(plan, site, movement))) is not None
    )
    delay = measured.delay_s(approach.from_link for approach in found.approaches)
    return Disagreements(found.los, level_of_service(delay), movements)


def _judged(one: Movement, approach: Approach, measured: Simulated, permitted: bool) -> Disagreement | None:  # noqa: FBT001 -- told by its name
    seen = measured.movements.get((one.from_link, one.to_link))
    if seen is None or seen.volume_vph < _LEAST_VPH or not one.los or not seen.los:
        return None
    worse = LEVELS.index(seen.los) - LEVELS.index(one.los)
    full = measured.full_share(one.to_link) >= FULL_SHARE or measured.full_share(one.from_link) >= _MOSTLY
    if abs(worse) < LEVELS_APART and not (worse > 0 and one.saturation < 1 and full):
        return None
    reasons = _why_worse(one, approach, measured, permitted) if worse > 0 else _why_better(one, permitted)
    return Disagreement(one.from_link, one.to_link, one.turn, one.los, seen.los, one.saturation, tuple(reasons))


def _why_worse(one: Movement, approach: Approach, measured: Simulated, permitted: bool) -> Iterator[Reason]:  # noqa: FBT001
    beyond, before = measured.full_share(one.to_link), measured.full_share(one.from_link)
    if beyond >= FULL_SHARE:
        yield Reason(Cause.SPILLBACK, one.to_link, beyond)
    if before >= FULL_SHARE:
        jam = max(approach.movements, key=lambda each: _delay_s(each, measured))
        if jam.to_link != one.to_link and level_of_service(_delay_s(jam, measured)) == LEVELS[-1]:
            yield Reason(Cause.BLOCKED, one.from_link, before, jam.turn)
        yield Reason(Cause.OUTSIDE, one.from_link, before)
    if one.saturation >= _NEAR_CAPACITY:
        yield Reason(Cause.NEAR_CAPACITY, share=one.saturation)
    yield from _assumed(one, permitted)


def _delay_s(one: Movement, measured: Simulated) -> float:
    seen = measured.movements.get((one.from_link, one.to_link))
    return 0.0 if seen is None or math.isnan(seen.delay_s) else seen.delay_s


def _why_better(one: Movement, permitted: bool) -> Iterator[Reason]:  # noqa: FBT001
    if one.saturation > 1:
        yield Reason(Cause.DISCHARGE, share=one.saturation)
    yield from _assumed(one, permitted)


def _assumed(one: Movement, permitted: bool) -> Iterator[Reason]:  # noqa: FBT001
    if permitted:
        yield Reason(Cause.GAPS)
    if not one.measured_arrivals:
        yield Reason(Cause.PLATOONS)


def _is_permitted(plan: SignalPlan, site: Intersection, one: Movement) -> bool:
    heads = {head.index for head in site.heads if (head.from_link, head.to_link) == (one.from_link, one.to_link)}
    groups = [place for place, group in enumerate(plan.groups) if heads & set(group.heads)]
    shown = {interval.aspects[place] for interval in plan.intervals for place in groups}
    return Aspect.PERMITTED in shown and Aspect.GREEN not in shown


def _apart(one: str, other: str) -> int:
    return abs(LEVELS.index(one) - LEVELS.index(other)) if one and other else 0
