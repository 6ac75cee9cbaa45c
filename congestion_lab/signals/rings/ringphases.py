"""Phases in rings as controllers are keyed: which number follows which, when it is green, and whom it serves."""

import itertools
from collections.abc import Iterator
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class NumberedPhase:
    """One phase of a ring.

    Attributes:
        number: Its number, 1 to 16. In two rings, through streets and phases that are alone in their ring between two
            barriers have even ones, as NEMA has them; in one ring phases count in the order of time.
        ring: Its ring, from 1.
        barrier: The barriers that it stands between, from 1.
        position: Its place between them in its ring, from 1.
        start_s: Start of its green, from the start of the cycle.
        green_s: Length of its green.
        yellow_s: Yellow behind it.
        all_red_s: Time from the end of yellow to the next phase of its ring.
        min_green_s: Shortest green that the plan allows.
        protected: Heads of vehicles that need not give way in it, ascending.
        permitted: Heads of vehicles that give way in it, ascending.
        walking: Heads of crossings that are green from its start, ascending.
        walk_s: How long these are green.
    """

    number: int
    ring: int
    barrier: int
    position: int
    start_s: float
    green_s: float
    yellow_s: float
    all_red_s: float
    min_green_s: float
    protected: tuple[int, ...]
    permitted: tuple[int, ...]
    walking: tuple[int, ...] = ()
    walk_s: float = 0.0

    @property
    def clearance_s(self) -> float:
        """Yellow and all-red."""
        return self.yellow_s + self.all_red_s

    @property
    def split_s(self) -> float:
        """Green, yellow and all-red: its share of the cycle."""
        return self.green_s + self.clearance_s

    @property
    def serves(self) -> tuple[int, ...]:
        """All heads that are green in it."""
        return (*self.protected, *self.permitted, *self.walking)


@dataclass(frozen=True, slots=True)
class RingBarrier:
    """A plan in rings.

    Attributes:
        cycle_s: Cycle length; the longest one where traffic ends the greens.
        phases: By number.
        free: Heads that no phase serves because they never change to red.
    """

    cycle_s: float
    phases: tuple[NumberedPhase, ...]
    free: tuple[int, ...] = ()

    @property
    def rings(self) -> tuple[tuple[NumberedPhase, ...], ...]:
        """Phases of each ring in the order of time."""
        order = sorted(self.phases, key=lambda phase: (phase.ring, phase.barrier, phase.position))
        return tuple(tuple(ring) for _, ring in itertools.groupby(order, key=lambda phase: phase.ring))

    @property
    def followings(self) -> Iterator[tuple[NumberedPhase, NumberedPhase]]:
        """Each phase with the one that follows it in its ring; a phase alone in its ring follows itself."""
        return (pair for ring in self.rings for pair in itertools.pairwise([*ring, ring[0]]))

    @property
    def coordinated(self) -> NumberedPhase | None:
        """The phase that an offset refers to: the longest green of the first ring; None without phases."""
        first = self.rings[0] if self.phases else ()
        return max(first, key=lambda phase: (phase.green_s, -phase.number), default=None)

    @property
    def overlaps(self) -> tuple[int, ...]:
        """Heads that are green in phases of one ring that follow each other, ascending."""
        pairs = ((one, two) for one, two in self.followings if one is not two)
        return tuple(sorted({head for one, two in pairs for head in set(one.serves) & set(two.serves)}))
