"""Phases one after the other, head by head: what is shown in each, and what has to happen in between.

Where two phases follow each other as they do in the present plan, the clearance between them stays as it is. Every
other succession gets one by the formulas of the field: yellow for the fastest head that ends, then red until the last
conflicting head may enter (ITE), and never less than the present plan leaves between the same two heads.
"""

import itertools
import math
from collections.abc import Iterable, Iterator, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace
from functools import cached_property

from congestion_lab.signals.cycle import TOLERANCE_S
from congestion_lab.signals.intersection import Intersection, SignalHead
from congestion_lab.signals.phases import phases, stated_min_s
from congestion_lab.signals.plan import Aspect, Interval, SignalGroup, SignalPlan
from congestion_lab.signals.safety.clearing import required_intergreen_s, required_yellow_s
from congestion_lab.signals.timeline import green_times
from congestion_lab.signals.timing import MAX_ALL_RED_S

Shown = tuple[Aspect, ...]  # one aspect per head


@dataclass(frozen=True, slots=True)
class Stage:
    """A phase, head by head.

    Attributes:
        source: Number of the present phase that it stands for; a number beyond those if it was added.
        shown: What each head shows.
        interval: Its length, and what is stated for it.
    """

    source: int
    shown: Shown
    interval: Interval


Block = tuple[Stage, ...]
"""Phases that follow each other with nothing in between: they stay together."""
Step = tuple[Shown, Interval]


class Present:
    """A plan as it is, taken apart.

    Attributes:
        plan: The plan.
        site: Its intersection.
        stages: Its phases.
    """

    def __init__(self, plan: SignalPlan, site: Intersection) -> None:
        self.plan = plan
        self.site = site
        self._runs = [phase.intervals for phase in phases(plan)]
        self._place = plan.places
        self.stages = tuple(self._stage(source) for source in range(len(self._runs)))

    def shown(self, number: int) -> Shown:
        """Return what each head shows in an interval; red if it belongs to no group."""
        aspects = self.plan.intervals[number].aspects
        heads = range(max(self._place, default=-1) + 1)
        return tuple(aspects[self._place[head]] if head in self._place else Aspect.RED for head in heads)

    def after(self, source: int) -> list[int]:
        """Return the numbers of the intervals between a phase and the next one."""
        count = len(self.plan.intervals)
        begin = (self._runs[source][-1] + 1) % count
        end = self._runs[(source + 1) % len(self._runs)][0]
        return [number % count for number in range(begin, end if end >= begin else end + count)]

    @cached_property
    def blocks(self) -> tuple[Block, ...]:
        """The phases, those together that follow each other directly; the first one holds the first phase."""
        blocks: list[Block] = []
        for stage in self.stages:
            follows = bool(blocks) and not self.after(stage.source - 1)
            blocks[-1:] = [(*blocks[-1], stage)] if follows else [*blocks[-1:], (stage,)]
        if len(blocks) > 1 and not self.after(len(self.stages) - 1):
            blocks = [blocks[-1] + blocks[0], *blocks[1:-1]]
        return tuple(blocks)

    @cached_property
    def gaps_s(self) -> dict[tuple[int, int], float]:
        """Time between two heads of which one ends before and the other starts after a clearance."""
        gaps: dict[tuple[int, int], float] = {}
        for stage in self.stages:
            after = self.stages[(stage.source + 1) % len(self.stages)]
            length = sum(self.plan.intervals[number].duration_s for number in self.after(stage.source))
            for pair in itertools.product(ending(stage.shown, after.shown), entering(stage.shown, after.shown)):
                gaps[pair] = max(length, gaps.get(pair, 0.0))
        return gaps

    @cached_property
    def yellows_s(self) -> dict[int, float]:
        """Longest present yellow of each head."""
        times = ((group, green_times(self.plan, place)) for place, group in enumerate(self.plan.groups))
        return {
            head: max((time.yellow_s for time in greens), default=0.0)
            for group, greens in times
            for head in group.heads
        }

    @cached_property
    def heads(self) -> dict[int, list[SignalHead]]:
        """What each head releases."""
        return self.site.released

    def _stage(self, source: int) -> Stage:
        run = self._runs[source]
        first = self.plan.intervals[run[0]]
        length = sum(self.plan.intervals[number].duration_s for number in run)
        limits = [self.plan.intervals[number].max_s for number in run]
        most = None if None in limits else sum(limit or 0.0 for limit in limits)
        stated = replace(first, duration_s=length, min_s=stated_min_s(self.plan, run) or None, max_s=most)
        return Stage(source, self.shown(run[0]), stated)


def ring_of_blocks(blocks: Sequence[Block], present: Present) -> SignalPlan | None:
    """Return the plan in which some blocks follow each other; None where no clearance lies within its bounds.

    Groups are split where their heads no longer show the same.
    """
    steps: list[Step] = []
    for block, following in zip(blocks, [*blocks[1:], blocks[0]], strict=True):
        between = _between(block[-1], following[0], present)
        if between is None:
            return None
        steps += [*((stage.shown, stage.interval) for stage in block), *between]
    groups = tuple(_regrouped(present.plan.groups, [shown for shown, _ in steps]))
    intervals = (replace(each, aspects=tuple(shown[group.heads[0]] for group in groups)) for shown, each in steps)
    return replace(present.plan, groups=groups, intervals=tuple(intervals))


def ending(before: Shown, after: Shown) -> list[int]:
    """Return the heads whose green ends from one phase to another, or from then on has to give way."""
    pairs = enumerate(zip(before, after, strict=True))
    return [head for head, (was, will) in pairs if was.is_green and will is not was and will is not Aspect.GREEN]


def entering(before: Shown, after: Shown) -> list[int]:
    """Return the heads that get green, or need no longer give way."""
    pairs = enumerate(zip(before, after, strict=True))
    return [
        head
        for head, (was, will) in pairs
        if will.is_green > was.is_green or (will is Aspect.GREEN and was is not will)
    ]


def _clearing(before: Shown, after: Shown, vehicles: Aspect, walking: Iterable[int]) -> Shown:
    """Return what heads show between two phases: vehicles that end show an aspect, who goes on stays, nobody starts."""
    red = set(walking)
    ends = set(ending(before, after))
    shown = []
    for head, (was, will) in enumerate(zip(before, after, strict=True)):
        if head in ends:
            shown.append(Aspect.RED if head in red else vehicles)
        else:
            shown.append(was if was.is_green or not will.is_green else Aspect.RED)
    return tuple(shown)


def _between(before: Stage, after: Stage, present: Present) -> list[Step] | None:
    was, count = present.stages, len(present.stages)
    known = before.source < count and after.source == (before.source + 1) % count
    if known and (before.shown, after.shown) == (was[before.source].shown, was[after.source].shown):
        numbers = present.after(before.source)
        return [(present.shown(number), present.plan.intervals[number]) for number in numbers]
    return _cleared(before.shown, after.shown, present)


def _cleared(before: Shown, after: Shown, present: Present) -> list[Step] | None:
    """Return yellow and all-red in whole seconds; None where the red would be longer than drivers take for one."""
    vehicles = [head for head in ending(before, after) if head not in present.site.crossings]
    needed = max((required_yellow_s(present.heads.get(head, ())) for head in vehicles), default=0.0)
    yellow = _whole(max([needed, *(present.yellows_s.get(head, 0.0) for head in vehicles)]))
    red = max(0, _whole(_total_s(before, after, present)) - yellow)
    if red > MAX_ALL_RED_S:
        return None
    walking = present.site.crossings
    steps = ((Aspect.YELLOW, yellow), (Aspect.RED, red))
    return [
        (_clearing(before, after, aspect, walking), Interval(float(length), ())) for aspect, length in steps if length
    ]


def _total_s(before: Shown, after: Shown, present: Present) -> float:
    pairs = itertools.product(ending(before, after), entering(before, after))
    needs = (
        max(required_intergreen_s(present.heads.get(pair[0], ())), present.gaps_s.get(pair, 0.0))
        for pair in pairs
        if present.site.in_conflict(*pair)
    )
    return max(needs, default=0.0)


def _whole(seconds: float) -> int:
    return math.ceil(seconds - TOLERANCE_S)


def _regrouped(groups: Sequence[SignalGroup], shown: Sequence[Shown]) -> Iterator[SignalGroup]:
    """Yield the groups, those in parts whose heads do not always agree; the first part keeps the name."""
    taken = {group.id for group in groups}
    for group in groups:
        parts: dict[Shown, list[int]] = {}
        for head in group.heads:
            parts.setdefault(tuple(each[head] for each in shown), []).append(head)
        for number, heads in enumerate(parts.values()):
            name = group.id if number == 0 else _free_name(f"{group.id}/{heads[0]}", taken)
            taken.add(name)
            yield SignalGroup(name, tuple(heads))


def _free_name(name: str, taken: AbstractSet[str]) -> str:
    return _free_name(f"{name}'", taken) if name in taken else name
