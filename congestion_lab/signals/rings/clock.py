"""What phases in rings show at each time of the cycle: the one clock by which plans are read from rings and written.

* A head that the next phase of the ring releases too stays green while the first one clears, as a NEMA overlap does; it
  is protected then only if it is before and after.
* A head that several phases release at once shows the strongest of their greens.
* A green without a stated right of way is permitted while a head to which it must yield is green or clearing.
* No yellow follows the walk of people on foot.
"""

from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from typing import Generic, Protocol, TypeVar

from congestion_lab.signals.cycle import EXACT_S, apart_s, within_cycle_s
from congestion_lab.signals.plan import Aspect

RANK = (Aspect.RED, Aspect.YELLOW, Aspect.PERMITTED, Aspect.GREEN)
"""What a head may show, by how much it lets pass."""


class Timed(Protocol):
    """A phase of a ring, whoever tells it; times in seconds."""

    @property
    def ring(self) -> int:
        """Its ring: phases of one ring follow one another."""

    @property
    def start_s(self) -> float:
        """Start of its green, from the start of the cycle."""

    @property
    def walk_s(self) -> float:
        """How long people may start to cross, from then on."""

    @property
    def green_s(self) -> float:
        """Its green."""

    @property
    def yellow_s(self) -> float:
        """Yellow behind it."""

    @property
    def split_s(self) -> float:
        """Green, yellow and all-red."""


Phase_co = TypeVar("Phase_co", bound=Timed, covariant=True)


@dataclass(frozen=True, slots=True)
class Served(Generic[Phase_co]):
    """What a phase releases, by heads.

    Attributes:
        phase: The phase.
        heads: GREEN, PERMITTED, or None where the right of way decides, by head.
        walking: Those of them that release people on foot, for the walk only.
    """

    phase: Phase_co
    heads: Mapping[int, Aspect | None]
    walking: frozenset[int] = frozenset()


class RingClock:
    """Phases laid round a cycle."""

    def __init__(
        self,
        cycle_s: float,
        phases: Sequence[Served[Timed]],
        *,
        yields: AbstractSet[tuple[int, int]] = frozenset(),
        free: frozenset[int] = frozenset(),
    ) -> None:
        """Lay phases round a cycle.

        Args:
            cycle_s: Cycle.
            phases: Phases with what they release.
            yields: Pairs (a, b) of heads of which the first gives way to the second.
            free: Heads that no signal holds: always green, by the right of way.
        """
        self._cycle_s = cycle_s
        self._yields = yields
        self._free = free
        self._turns = [(served, self._follower(served.phase, phases)) for served in phases]

    def instants_s(self) -> list[float]:
        """Return the times at which something may change, ascending from 0."""
        moments = {0.0}
        for served, _ in self._turns:
            phase = served.phase
            for span in (0.0, phase.walk_s, phase.green_s, phase.green_s + phase.yellow_s, phase.split_s):
                moments.add(within_cycle_s(phase.start_s + span, self._cycle_s))
        return sorted(moments)

    def since_s(self, phase: Timed, time_s: float) -> float:
        """Return how long before a time of the cycle the green of a phase began."""
        return (time_s - phase.start_s) % self._cycle_s

    def walks(self, time_s: float) -> bool:
        """Return whether any phase lets people start to cross."""
        return any(self.since_s(served.phase, time_s) < served.phase.walk_s for served, _ in self._turns)

    def shown(self, head: int, time_s: float) -> Aspect:
        """Return what a head shows at a time of the cycle: green, permitted, yellow or red."""
        if head in self._free:
            return self._by_right_of_way(head, time_s)
        aspects = (
            self._shown_by(served, following, head, time_s) for served, following in self._turns if head in served.heads
        )
        return max(aspects, key=RANK.index, default=Aspect.RED)

    def _follower(self, phase: Timed, phases: Sequence[Served[Timed]]) -> Served[Timed] | None:
        """Return the other phase of the same ring that begins when this one has cleared."""
        end_s = phase.start_s + phase.split_s
        others = (other for other in phases if other.phase is not phase and other.phase.ring == phase.ring)
        return next((one for one in others if apart_s(one.phase.start_s, end_s, self._cycle_s) < EXACT_S), None)

    def _shown_by(self, served: Served[Timed], following: Served[Timed] | None, head: int, time_s: float) -> Aspect:
        phase, since_s, walks = served.phase, self.since_s(served.phase, time_s), head in served.walking
        lit_s = phase.walk_s if walks else phase.green_s
        if since_s < lit_s:
            return self._green(served, head, time_s)
        if lit_s < phase.green_s or since_s >= phase.split_s:
            return Aspect.RED
        if following is not None and head in following.heads:
            before = self._green(served, head, phase.start_s + phase.green_s - EXACT_S / 2)
            after = self._green(following, head, following.phase.start_s + EXACT_S / 2)
            return Aspect.GREEN if before is after is Aspect.GREEN else Aspect.PERMITTED
        return Aspect.YELLOW if since_s < phase.green_s + phase.yellow_s and not walks else Aspect.RED

    def _green(self, served: Served[Timed], head: int, time_s: float) -> Aspect:
        return served.heads[head] or self._by_right_of_way(head, time_s)

    def _by_right_of_way(self, head: int, time_s: float) -> Aspect:
        running = (served for served, _ in self._turns if self.since_s(served.phase, time_s) < served.phase.split_s)
        busy = self._free.union(*(served.heads for served in running))
        return Aspect.PERMITTED if any((head, other) in self._yields for other in busy) else Aspect.GREEN
