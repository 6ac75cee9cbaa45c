"""A plan laid over its intersection: what each head shows, and the time between conflicting heads."""

from collections.abc import Iterable, Iterator

from congestion_lab.signals.intersection import Intersection, SignalHead
from congestion_lab.signals.plan import Aspect, SignalPlan
from congestion_lab.signals.safety.clearing import NOTHING, Need, need
from congestion_lab.signals.safety.conflicts import Gap, gaps, green


def slack_s(separation: tuple[Gap, Need]) -> float:
    """Return how much longer a gap is than what is needed there; less than 0 where it is too short."""
    gap, need_there = separation
    return gap.duration_s - need_there.total_s


def urgency(separation: tuple[Gap, Need]) -> tuple[float, float]:
    """Return a key that puts first the gap that lacks most of yellow and a usual red, then the one with least slack."""
    gap, need_there = separation
    return min(0.0, gap.duration_s - need_there.usual_s), slack_s(separation)


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
        self.place = plan.places
        self.heads = intersection.released
        self.durations = [interval.duration_s for interval in plan.intervals]
        self.green = [green(plan, number) for number in range(len(plan.groups))]
        self._columns = list(zip(*(interval.aspects for interval in plan.intervals), strict=True))
        self._distances = {(each.clearing, each.entering): each for each in intersection.distances}
        self._gaps: dict[tuple[int, int, bool, bool], list[Gap]] = {}  # many heads share a group

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

    def tightest(self, clearing: int, entering: int) -> tuple[Gap, Need] | None:
        """The most urgent gap between a head and a conflicting one, and what the first needs there."""
        return min(self.separations(clearing, entering), key=urgency, default=None)

    def separations(self, clearing: int, entering: int) -> Iterator[tuple[Gap, Need]]:
        """Every gap between a head and a conflicting one, and what the first needs there."""
        return ((gap, self.need(clearing, entering, held=gap.held)) for gap in self._between(clearing, entering))

    def _between(self, clearing: int, entering: int) -> list[Gap]:
        yields = self.intersection.yields
        gives_way, is_given_way = (clearing, entering) in yields, (entering, clearing) in yields
        key = (self.place[clearing], self.place[entering], gives_way, is_given_way)
        if key not in self._gaps:
            shown = (self._columns[place] for place in key[:2])
            found = gaps(self.durations, *shown, clearing_yields=gives_way, entering_yields=is_given_way)
            self._gaps[key] = list(found)
        return self._gaps[key]

    def need(self, clearing: int, entering: int, *, held: bool = True) -> Need:
        """What a head needs before a conflicting head may enter, which a red held until then or not."""
        distance = self._distances.get((clearing, entering))
        entered = self.heads.get(entering, [])
        needs = (need(head, entered, distance, held=held) for head in self.heads.get(clearing, ()))
        return max(needs, key=lambda each: each.total_s, default=NOTHING)
