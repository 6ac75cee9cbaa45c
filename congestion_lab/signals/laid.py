"""A plan laid over its intersection: what each head shows, and the time between conflicting heads."""

import itertools
from collections.abc import Iterable

from congestion_lab.signals.clearing import NOTHING, Need, need
from congestion_lab.signals.conflicts import Gap, green, shortest_gap
from congestion_lab.signals.intersection import Intersection, SignalHead
from congestion_lab.signals.plan import Aspect, SignalPlan

TOLERANCE_S = 0.05  # half the resolution of a controller's clock (NTCIP 1202: 0.1 s)


class LaidPlan:
    """A plan laid over its intersection.

    Attributes:
        plan: The plan.
        intersection: Its intersection.
        place: Number of the group of each head.
        heads: What each head index releases.
        durations: Length of each interval, seconds.
        green: For each group, where it is green.
    """

    def __init__(self, plan: SignalPlan, intersection: Intersection) -> None:
        self.plan = plan
        self.intersection = intersection
        self.place = {head: number for number, group in enumerate(plan.groups) for head in group.heads}
        self.heads: dict[int, list[SignalHead]] = {}
        for head in intersection.heads:
            self.heads.setdefault(head.index, []).append(head)
        self.durations = [interval.duration_s for interval in plan.intervals]
        self.green = [green(plan, number) for number in range(len(plan.groups))]
        self._columns = list(zip(*(interval.aspects for interval in plan.intervals), strict=True))
        self._distances = {(each.clearing, each.entering): each for each in intersection.distances}
        self._gaps: dict[tuple[int, int, bool], Gap | None] = {}  # many heads share a group

    def column(self, head: int) -> tuple[Aspect, ...]:
        """What a head shows in each interval."""
        return self._columns[self.place[head]]

    def group_heads(self, number: int) -> list[SignalHead]:
        """The heads of a group that release something."""
        return [head for index in self.plan.groups[number].heads for head in self.heads.get(index, ())]

    def names(self, *heads: int) -> tuple[str, ...]:
        """Ids of the groups of some heads."""
        return tuple(dict.fromkeys(self.plan.groups[self.place[head]].id for head in heads))

    def placed(self, pairs: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
        """The pairs of heads of which both belong to a group, in order."""
        return sorted(pair for pair in pairs if pair[0] in self.place and pair[1] in self.place)

    def interval_at(self, time_s: float) -> int:
        """Number of the interval that runs at a time of the cycle."""
        ends = itertools.accumulate(self.durations)
        return next((number for number, end in enumerate(ends) if time_s < end - TOLERANCE_S), 0)

    def gap(self, clearing: int, entering: int) -> Gap | None:
        """The shortest time a head has to clear before a conflicting head gets the right of way."""
        gives_way = (entering, clearing) in self.intersection.yields
        key = (self.place[clearing], self.place[entering], gives_way)
        if key not in self._gaps:
            self._gaps[key] = self._gap(*key)
        return self._gaps[key]

    def _gap(self, clearing: int, entering: int, gives_way: bool) -> Gap | None:  # noqa: FBT001 -- a key's parts
        shown = self._columns[entering]
        dominant = [aspect is Aspect.GREEN or (aspect is Aspect.PERMITTED and not gives_way) for aspect in shown]
        return shortest_gap(self.durations, self.green[clearing], self.green[entering], dominant)

    def need(self, clearing: int, entering: int) -> Need:
        """What a head needs before a conflicting head may enter."""
        distance = self._distances.get((clearing, entering))
        entered = self.heads.get(entering, [])
        needs = (need(head, entered, distance) for head in self.heads.get(clearing, ()))
        return max(needs, key=lambda each: each.total_s, default=NOTHING)
