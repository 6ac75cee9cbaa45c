"""Which movements no signal may release at once, whoever is to give way.

Drivers going straight on do not look for cross traffic or for people on foot, and drivers turning left on a green look
for oncoming traffic, not for traffic from the side: what a green asks to yield is who turns, to those whom they face
(MUTCD 2009, section 4D.04).
"""

from dataclasses import dataclass

from congestion_lab.core.geometry import Turn
from congestion_lab.signals.intersection import Intersection, SignalHead

LEFT = frozenset({Turn.LEFT, Turn.U_TURN})
_DRIVEN = frozenset({Turn.LEFT, Turn.STRAIGHT, Turn.RIGHT})
_FROM_THE_SIDE = frozenset({Turn.LEFT, Turn.STRAIGHT})


def never_together(intersection: Intersection) -> frozenset[tuple[int, int]]:
    """Return the pairs (a, b), a < b, of heads that no signal may release at once."""
    ways = _Ways.of(intersection)
    heads = intersection.released
    return frozenset(
        (first, second)
        for first, second in intersection.conflicts
        if any(ways.are_apart(one, other) for one in heads.get(first, ()) for other in heads.get(second, ()))
    )


def straight_that_yields(intersection: Intersection) -> frozenset[tuple[int, int]]:
    """Return the pairs (a, b) of heads of which the first goes straight on and yet has to give way to others.

    So it is where the main road bends or two roads merge; but no signal tells drivers going straight on that they
    have to yield.
    """
    straight = {head.index: head.from_link for head in intersection.heads if head.turn is Turn.STRAIGHT}
    ways = {head.index: head.from_link for head in intersection.heads if head.turn in _DRIVEN}
    return frozenset(
        (first, second)
        for first, second in intersection.yields
        if (second, first) not in intersection.yields
        and intersection.in_conflict(first, second)
        and first in straight
        and second in ways
        and straight[first] != ways[second]
    )


def left_that_yields(intersection: Intersection) -> frozenset[tuple[int, int]]:
    """Return the pairs (a, b) of heads of which the first turns left and has to give way to the second, straight on."""
    left = {head.index for head in intersection.heads if head.turn in LEFT}
    straight = {head.index for head in intersection.heads if head.turn is Turn.STRAIGHT}
    return frozenset(pair for pair in intersection.yields if pair[0] in left and pair[1] in straight)


def right_into_the_side(intersection: Intersection) -> frozenset[tuple[int, int]]:
    """Return the pairs (a, b) of heads of which the first turns right to where the second goes straight on.

    That traffic comes from the side, where a driver who turns right on a green expects none.
    """
    right = [head for head in intersection.heads if head.turn is Turn.RIGHT]
    straight = [head for head in intersection.heads if head.turn is Turn.STRAIGHT]
    return frozenset(
        (one.index, other.index)
        for one in right
        for other in straight
        if one.to_link == other.to_link
        and one.from_link != other.from_link
        and intersection.in_conflict(one.index, other.index)
    )


@dataclass(frozen=True, slots=True)
class _Ways:
    """Where traffic of each inbound link may go, but for turning round.

    Attributes:
        exits: Outbound links by inbound link.
        straight: Those straight on.
    """

    exits: dict[str, set[str]]
    straight: dict[str, set[str]]

    @classmethod
    def of(cls, intersection: Intersection) -> "_Ways":
        """Return the ways through an intersection."""
        exits: dict[str, set[str]] = {}
        straight: dict[str, set[str]] = {}
        for head in intersection.heads:
            if head.turn not in {None, Turn.U_TURN}:
                exits.setdefault(head.from_link, set()).add(head.to_link)
            if head.turn is Turn.STRAIGHT:
                straight.setdefault(head.from_link, set()).add(head.to_link)
        return cls(exits, straight)

    def are_apart(self, one: SignalHead, other: SignalHead) -> bool:
        """Whether two heads in conflict may never be green together."""
        if one.is_crossing or other.is_crossing:
            return Turn.STRAIGHT in (one.turn, other.turn)
        if one.from_link == other.from_link:
            return False
        if one.turn is other.turn is Turn.STRAIGHT:
            return one.to_link != other.to_link
        return self._meets_the_side(one, other) or self._meets_the_side(other, one)

    def _meets_the_side(self, turning: SignalHead, other: SignalHead) -> bool:
        """Whether a left turn meets traffic that does not come towards it."""
        if turning.turn not in LEFT or other.turn not in _FROM_THE_SIDE:
            return False
        return not self._faces(turning.from_link, other.from_link) and not self._faces(
            other.from_link, turning.from_link
        )

    def _faces(self, link: str, other: str) -> bool:
        """Whether the way straight on from a link leads to where the other comes from: they leave into it nowhere."""
        ahead = self.straight.get(link, set())
        return bool(ahead) and ahead.isdisjoint(self.exits.get(other, ()))
