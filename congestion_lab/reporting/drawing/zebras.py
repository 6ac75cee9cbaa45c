"""Crossings with a signal of their own on the ground plan of an intersection: stripes, and where people wait."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from congestion_lab.core.geometry import Point
from congestion_lab.reporting.drawing.junctiongeometry import Arm, Ground, heading
from congestion_lab.signals.intersection import SignalHead

STRIPE_M = 0.5  # width of a stripe
_APART_M = 1.0  # from one stripe to the next


@dataclass(frozen=True, slots=True)
class Zebra:
    """A crossing with a signal of its own.

    Attributes:
        heads: Its signal heads.
        stripes: Middle lines of its stripes, in the direction of the traffic.
        kerb: Where people wait.
        outward: The direction from there away from the carriageway, as a vector of length 1.
    """

    heads: tuple[int, ...]
    stripes: tuple[tuple[Point, Point], ...]
    kerb: Point
    outward: Point


def zebras_of(ground: Ground, heads: Sequence[SignalHead]) -> tuple[Zebra, ...]:
    """Return the crossings with a signal that lead over arms that are seen; both directions of one may have a head."""
    signals: dict[tuple[str, ...], dict[int, None]] = {}
    for head in heads:
        if head.is_crossing:
            signals.setdefault(head.crossed, {})[head.index] = None
    arms = {arm.link.id: arm for arm in ground.arms}
    seen = ((tuple(numbers), [arms[link] for link in links if link in arms]) for links, numbers in signals.items())
    return tuple(_zebra(numbers, crossed) for numbers, crossed in seen if crossed)


def _zebra(numbers: tuple[int, ...], crossed: Sequence[Arm]) -> Zebra:
    first = min(crossed, key=lambda arm: not arm.inbound)
    (near_x, near_y), (far_x, far_y) = first.walked(first.driven_m[1])
    x, y = heading(first.line, at_end=first.inbound)
    return Zebra(
        heads=numbers,
        stripes=tuple(stripe for arm in crossed for stripe in _stripes(arm)),
        kerb=((near_x + far_x) / 2, (near_y + far_y) / 2),
        outward=(y, -x),
    )


def _stripes(arm: Arm) -> Iterator[tuple[Point, Point]]:
    left, right = arm.driven_m
    count = max(1, round((right - left) / _APART_M))
    for number in range(count):
        yield arm.walked(left + (number + 0.5) / count * (right - left))
