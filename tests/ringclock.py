"""What phases in rings show in every second, read from a file by rules of the field: nothing here is the program's.

A movement is green in the phases that name it; where two of them follow each other in a ring it stays green between.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Slot:
    """One phase on the reference clock, seconds."""

    start: float
    green: float
    yellow: float
    red: float


@dataclass(frozen=True)
class RingClock:
    """Phases by number, and the order of the numbers in each ring."""

    cycle: float
    slots: Mapping[int, Slot]
    rings: Sequence[Sequence[int]]

    def shown(self, protected: Sequence[int], permitted: Sequence[int], time: float) -> str:
        """What a movement sees: G, g, y or r."""
        seen = {self._shown(number, protected, permitted, time) for number in (*protected, *permitted)}
        return next((letter for letter in "Ggy" if letter in seen), "r")

    def _shown(self, number: int, protected: Sequence[int], permitted: Sequence[int], time: float) -> str:
        slot = self.slots[number]
        passed = (time - slot.start) % self.cycle
        letter = "G" if number in protected else "g"
        if passed < slot.green:
            return letter
        (ring,) = [ring for ring in self.rings if number in ring]
        following = ring[(ring.index(number) + 1) % len(ring)]
        if passed < slot.green + slot.yellow + slot.red and following != number:
            if following in protected:
                return letter
            if following in permitted:
                return "g"
        return "y" if slot.green <= passed < slot.green + slot.yellow else "r"


def in_turn(
    order: Sequence[Sequence[Sequence[int]]], lengths: Mapping[int, tuple[float, float, float]], zero: int, at: float
) -> RingClock:
    """Phases that are told by order and length: ring by ring the numbers between barriers, one phase's start known.

    Args:
        order: Rings, of barrier groups, of phase numbers.
        lengths: Green, yellow and red by number.
        zero: The phase whose start is known.
        at: That start on the reference clock.
    """
    groups = max(len(ring) for ring in order)
    starts: dict[int, float] = {}
    barrier = 0.0
    for group in range(groups):
        ends = []
        for ring in order:
            time = barrier
            for number in ring[group]:
                starts[number] = time
                time += sum(lengths[number])
            ends += [time] if ring[group] else []
        assert max(ends) - min(ends) < 0.01, "rings reach a barrier together"
        barrier = ends[0]
    slots = {number: Slot((start - starts[zero] + at) % barrier, *lengths[number]) for number, start in starts.items()}
    return RingClock(barrier, slots, [[number for group in ring for number in group] for ring in order])
