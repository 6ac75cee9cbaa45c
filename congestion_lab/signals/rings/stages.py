"""The phases of a plan head by head: which greens go on from one to the next, and which end.

NEMA calls "phase" what serves some movements in one ring, so that a phase of a plan is called a stage here.
"""

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from congestion_lab.signals.intersection import Intersection
from congestion_lab.signals.phases import Phase, phases, runs_of_intervals
from congestion_lab.signals.plan import Aspect, SignalGroup, SignalPlan
from congestion_lab.signals.retiming import at_its_longest, at_its_shortest, is_timed_by_traffic

MAX_RED_S = 25.5  # longest all-red that controllers hold (NTCIP 1202 phaseRedClear)
_SWITCHED_OFF = frozenset({Aspect.DARK, Aspect.FLASHING})


@dataclass(frozen=True, slots=True)
class Run:
    """A green of one head, as far as it stays protected or stays permitted.

    Attributes:
        head: The head.
        first: First stage, by its place in a row of stages.
        last: Last stage.
        protected: Whether nobody has to be given way to.
        resumes: Whether it follows a green of the same head that ended with the stage before, with a break between.
    """

    head: int
    first: int
    last: int
    protected: bool
    resumes: bool = False


class Stages:
    """The stages of a plan at its longest.

    Attributes:
        plan: The plan.
        heads: The heads that stages serve: those that change and are not left out.
        free: Heads that are green all through the cycle and give way to nobody, or have no working signal. Where no
            head ever changes, all that are green are free: there is no phase beside which they could give way.
    """

    def __init__(self, plan: SignalPlan, site: Intersection, *, without: frozenset[int] = frozenset()) -> None:
        self._shortest = at_its_shortest(plan)
        self.plan = at_its_longest(plan)
        self._columns = {
            head: tuple(each.aspects[place] for each in plan.intervals)
            for place, group in enumerate(plan.groups)
            for head in group.heads
        }
        still = all(len(set(column)) == 1 for column in self._columns.values())
        yielding = set() if still else {head for head, _ in site.yields}
        self.free = tuple(
            sorted(head for head, column in self._columns.items() if _is_free(column, yields=head in yielding))
        )
        self.heads = tuple(sorted(self._columns.keys() - without - frozenset(self.free)))
        kept = _kept(self.plan, frozenset(self.heads))
        self._phases = sorted((*phases(kept), *_waits(kept)), key=_place)

    def __len__(self) -> int:
        return len(self._phases)

    def column(self, head: int) -> tuple[Aspect, ...]:
        """What a head shows in each interval."""
        return self._columns[head]

    def start_s(self, stage: int) -> float:
        """Start of a stage, from the start of the cycle."""
        return round(self.plan.starts_s[self._phases[stage].intervals[0]], 6)

    def span_s(self, first: int, last: int) -> float:
        """Time from the start of a stage to the end of the same or a later one."""
        length = self.start_s(last) - self.start_s(first)
        return round(length % self.plan.cycle_s + self._phases[last].green_s, 6)

    def clearing_s(self, stage: int) -> float:
        """Time from the end of a stage to the start of the next one."""
        return round(sum((self.plan.intervals[number].duration_s for number in self._after(stage)), 0.0), 6)

    def shortest_s(self, first: int, last: int) -> float:
        """Shortest time from the start of a stage to the end of the same or a later one."""
        places = [(first + step) % len(self) for step in range((last - first) % len(self) + 1)]
        between = sum(self.clearing_s(place) for place in places[:-1])
        return round(between + sum(self._shortest_s(place) for place in places), 6)

    def goes_on(self, stage: int) -> bool:
        """Whether any green goes on from a stage to the next one."""
        return any(self._continues(head, stage) for head in self.heads)

    def yellow_s(self, head: int, stage: int) -> float:
        """Yellow of a head whose green ends with a stage, or soon after it."""
        column = self._columns[head]
        ended = itertools.dropwhile(lambda number: column[number].is_green, self._after(stage))
        yellow = itertools.takewhile(lambda number: column[number] is Aspect.YELLOW, ended)
        return sum((self.plan.intervals[number].duration_s for number in yellow), 0.0)

    def runs_in(self, row: Sequence[int]) -> list[Run]:
        """Return the greens within a row of stages that follow each other; places count from 0 within the row."""
        return [run for head in self.heads for run in self._runs_of(head, row)]

    def _runs_of(self, head: int, row: Sequence[int]) -> Iterator[Run]:
        run: Run | None = None
        for place, stage in enumerate(row):
            aspect = self._columns[head][self._phases[stage].intervals[0]]
            protected = aspect is Aspect.GREEN
            goes_on = run is not None and self._continues(head, row[place - 1])
            if run and aspect.is_green and run.protected is protected and goes_on:
                run = replace(run, last=place)
                continue
            if run:
                yield run
            resumes = run is not None and not goes_on
            run = Run(head, place, place, protected, resumes) if aspect.is_green else None
        if run:
            yield run

    def _continues(self, head: int, stage: int) -> bool:
        following = self._phases[(stage + 1) % len(self)].intervals[0]
        numbers = (self._phases[stage].intervals[-1], *self._after(stage), following)
        return all(self._columns[head][number].is_green for number in numbers)

    def _after(self, stage: int) -> list[int]:
        """Return the numbers of the intervals between a stage and the next one."""
        count = len(self.plan.intervals)
        begin = self._phases[stage].intervals[-1] + 1
        end = self._phases[(stage + 1) % len(self)].intervals[0]
        return [(begin + step) % count for step in range((end - begin) % count)]

    def _shortest_s(self, stage: int) -> float:
        if is_timed_by_traffic(self._shortest):
            return sum(self._shortest.intervals[number].duration_s for number in self._phases[stage].intervals)
        return self._phases[stage].min_green_s


def _waits(plan: SignalPlan) -> Iterator[Phase]:
    """Yield the stretches in which all wait for longer than any all-red lasts, as stages that serve nobody."""
    for run in runs_of_intervals(plan):
        length = sum(plan.intervals[number].duration_s for number in run)
        if plan.groups and length > MAX_RED_S and set(plan.intervals[run[0]].aspects) == {Aspect.RED}:
            yield Phase(run, (), length, length, length)


def _place(phase: Phase) -> int:
    """Return where a stage stands in the order of time; one that spans the end of the cycle is the first."""
    return -1 if phase.intervals[0] > phase.intervals[-1] else phase.intervals[0]


def _is_free(column: Sequence[Aspect], *, yields: bool) -> bool:
    shown = set(column)
    return shown <= _SWITCHED_OFF or (len(shown) == 1 and column[0].is_green and not yields)


def _kept(plan: SignalPlan, heads: frozenset[int]) -> SignalPlan:
    """Return a plan of some heads only; intervals keep their numbers."""
    places = [place for place, group in enumerate(plan.groups) if heads & frozenset(group.heads)]
    groups = (plan.groups[place] for place in places)
    kept = tuple(SignalGroup(group.id, tuple(head for head in group.heads if head in heads)) for group in groups)
    intervals = (replace(each, aspects=tuple(each.aspects[place] for place in places)) for each in plan.intervals)
    return replace(plan, groups=kept, intervals=tuple(intervals))
