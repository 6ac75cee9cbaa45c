"""Other rings that an intersection may legally run: its phases in another order, its left turns released otherwise.

Left turns may be given a permitted green beside their own through traffic, lose it where they have a protected one, or
get a protected phase where they have none. A phase may go if all that it serves is served elsewhere: left turns by a
permitted green, everything else by as good a green as before. Phases may follow each other in another order, so that
left turns lead or lag.

The safety rules judge: a ring that breaks one which the present plan keeps, or that leaves less time between two
conflicting heads, is no variant.
"""

import functools
import itertools
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

from congestion_lab.core.geometry import Turn
from congestion_lab.signals.cycle import TOLERANCE_S
from congestion_lab.signals.intersection import Intersection
from congestion_lab.signals.phases import phases
from congestion_lab.signals.plan import Aspect, Interval, SignalPlan
from congestion_lab.signals.safety.apart import LEFT, never_together
from congestion_lab.signals.safety.rules import ERROR, check_plan, intergreen_shortages
from congestion_lab.signals.safety.succession import Block, Present, Shown, Stage, ring_of_blocks

LIMIT = 12  # rings per intersection, the present one among them: more would only thin out the search
_MOST_COVERS = 4  # ways to do with fewer phases that are looked at
_MOST_BLOCKS = 10  # no intersection has more phases; all of their subsets are looked at
_ALL_ORDERS_UP_TO = 4  # blocks: six orders; of more blocks only neighbours change places
_ADDED_GREEN_S = 8.0  # a protected left turn starts with: its shortest green and one more vehicle (FHWA, table 5-3)
# Left turns that are never permitted anew (FHWA Traffic Signal Timing Manual, 2008, figure 4-11)
_MOST_LEFT_LANES = 1
_MOST_OPPOSING_LANES = 3
_FASTEST_OPPOSING_MPS = 20.1  # 45 mph


@dataclass(frozen=True, slots=True)
class Variant:
    """A ring that an intersection may run.

    Attributes:
        plan: The ring; its greens are those of the present plan, so that its cycle may be another.
        sources: For each of its phases the number of the present phase that it stands for; a number beyond those for a
            phase that was added.
    """

    plan: SignalPlan
    sources: tuple[int, ...]


def variants(plan: SignalPlan, intersection: Intersection) -> tuple[Variant, ...]:
    """Return the rings that an intersection may run, the present one first."""
    present = Present(plan, intersection)
    found = [Variant(plan, tuple(range(len(present.stages))))]
    if len(present.blocks) < 2 or plan.jumps:  # noqa: PLR2004 -- one block has one order
        return tuple(found)
    known = {_looks(found[0].plan)}
    judge = _judge(present)
    for blocks in _arrangements(present):
        made = ring_of_blocks(blocks, present)
        if made is None or _looks(made) in known:
            continue
        known.add(_looks(made))
        stages = [stage for block in blocks for stage in block]
        if len(phases(made)) == len(stages) and judge(made):
            found.append(Variant(made, tuple(stage.source for stage in stages)))
        if len(found) == LIMIT:
            break
    return tuple(found)


def _looks(plan: SignalPlan) -> object:
    return plan.groups, tuple(interval.aspects for interval in plan.intervals)


def _arrangements(present: Present) -> Iterator[Sequence[Block]]:
    """Yield blocks in an order: first those in the present order, then the second order of each, and so on."""
    turns = _LeftTurns(present)
    treated = dict.fromkeys((present.blocks, turns.permitted(), turns.protected(), turns.with_own_phase()))
    kept = [blocks for each in treated for blocks in _covers(each, turns.lefts)]
    for row in itertools.zip_longest(*map(_orders, kept)):
        yield from (blocks for blocks in row if blocks is not None)


def _orders(blocks: Sequence[Block]) -> Iterator[Sequence[Block]]:
    """Yield the cyclic orders, the present one first."""
    first, *rest = blocks
    if len(blocks) <= _ALL_ORDERS_UP_TO:
        yield from ((first, *order) for order in itertools.permutations(rest))
        return
    yield blocks
    for place in range(len(rest) - 1):
        yield (first, *rest[:place], rest[place + 1], rest[place], *rest[place + 2 :])


def _covers(blocks: Sequence[Block], lefts: frozenset[int]) -> list[Sequence[Block]]:
    """Return the blocks, the smallest choices of them that still serve everything, and those that do with one less."""
    if len(blocks) > _MOST_BLOCKS:
        return [blocks]
    given = [_Service.of([block]) for block in blocks]
    demanded = _Service.of(blocks)

    def serves(chosen: Sequence[int]) -> bool:
        return functools.reduce(_Service.plus, (given[place] for place in chosen)).covers(demanded, lefts)

    places = range(len(blocks))
    smallest: list[tuple[int, ...]] = []
    for size in range(2, len(blocks)):
        for chosen in itertools.combinations(places, size):
            if serves(chosen) and not any(set(small) < set(chosen) for small in smallest):
                smallest.append(chosen)
    fewer = [chosen for chosen in itertools.combinations(places, len(blocks) - 1) if len(chosen) > 1 and serves(chosen)]
    choices = dict.fromkeys([tuple(places), *smallest[:_MOST_COVERS], *fewer[:_MOST_COVERS]])
    return [tuple(blocks[place] for place in chosen) for chosen in choices]


@dataclass(frozen=True, slots=True)
class _Service:
    """Which heads get green, and which a protected one."""

    green: frozenset[int]
    protected: frozenset[int]

    @staticmethod
    def of(blocks: Sequence[Block]) -> "_Service":
        shown = [each for stage in itertools.chain.from_iterable(blocks) for each in enumerate(stage.shown)]
        return _Service(
            frozenset(head for head, aspect in shown if aspect.is_green),
            frozenset(head for head, aspect in shown if aspect is Aspect.GREEN),
        )

    @property
    def only_permitted(self) -> frozenset[int]:
        return self.green - self.protected

    def plus(self, other: "_Service") -> "_Service":
        return _Service(self.green | other.green, self.protected | other.protected)

    def covers(self, demanded: "_Service", lefts: frozenset[int]) -> bool:
        """Whether all get as good a green as is demanded; a permitted one is good enough for left turns."""
        return demanded.green <= self.green and demanded.protected - lefts <= self.protected


class _LeftTurns:
    """The ways in which left turns may be released.

    Attributes:
        lefts: The heads that release nothing but left turns and U-turns.
    """

    def __init__(self, present: Present) -> None:
        self._present = present
        self._site = present.site
        self._apart = never_together(present.site)
        self._served = _Service.of(present.blocks)
        self.lefts = frozenset(
            head for head, released in present.heads.items() if all(each.turn in LEFT for each in released)
        )
        shared = {(head.from_link, head.from_lane) for head in present.site.heads if head.turn not in LEFT}
        self._own_lane = {
            index
            for index in self.lefts
            if not any((head.from_link, head.from_lane) in shared for head in present.heads[index])
        }

    def permitted(self) -> tuple[Block, ...]:
        """Return the phases with left turns permitted beside their through traffic wherever drivers can see to it."""
        return self._each(self._with_permitted)

    def protected(self) -> tuple[Block, ...]:
        """Return the phases with left turns on lanes of their own red where they have a protected green elsewhere."""
        held = self._own_lane & self._served.protected

        def shown(stage: Stage) -> Shown:
            return tuple(
                Aspect.RED if head in held and aspect is Aspect.PERMITTED else aspect
                for head, aspect in enumerate(stage.shown)
            )

        return self._each(shown)

    def with_own_phase(self) -> tuple[Block, ...]:
        """Return the phases with one more behind each that only permits left turns, for those on lanes of their own."""
        lacking = self._own_lane & self._served.only_permitted
        blocks: list[Block] = []
        for block in self._present.blocks:
            blocks.append(block)
            served = [head for head in sorted(lacking) if block[-1].shown[head].is_green]
            if served:
                source = len(self._present.stages) + block[-1].source
                blocks.append((Stage(source, self._alone(served, block[-1].shown), Interval(_ADDED_GREEN_S, ())),))
        return tuple(blocks)

    def _each(self, change: Callable[[Stage], Shown]) -> tuple[Block, ...]:
        return tuple(tuple(replace(stage, shown=change(stage)) for stage in block) for block in self._present.blocks)

    def _alone(self, served: Sequence[int], beside: Shown) -> Shown:
        """Return left turns protected, and of what was green beside them all that does not meet them."""
        meets = {head for head in range(len(beside)) for other in served if self._site.in_conflict(head, other)}
        shown = [Aspect.RED if aspect.is_green and head in meets else aspect for head, aspect in enumerate(beside)]
        for head in served:
            shown[head] = Aspect.GREEN
        return tuple(shown)

    def _with_permitted(self, stage: Stage) -> Shown:
        shown = list(stage.shown)
        for head in sorted(self.lefts):
            if shown[head] is Aspect.RED and self._has_through(head, stage.shown) and self._may_yield(head, shown):
                met = any(self._site.in_conflict(head, other) for other in _green(shown))
                shown[head] = Aspect.PERMITTED if met else Aspect.GREEN
        return tuple(shown)

    def _has_through(self, head: int, shown: Shown) -> bool:
        links = {each.from_link for each in self._present.heads[head]}
        return any(
            shown[each.index].is_green
            for each in self._site.heads
            if each.from_link in links and each.turn is Turn.STRAIGHT
        )

    def _may_yield(self, head: int, shown: Sequence[Aspect]) -> bool:
        """Whether drivers can find gaps in all that is green and meets them."""
        met = [other for other in _green(shown) if self._site.in_conflict(head, other)]
        yields = self._site.yields
        known = all((head, other) in yields and (other, head) not in yields for other in met)
        apart = any((min(head, other), max(head, other)) in self._apart for other in met)
        return known and not apart and self._is_easy(head, met)

    def _is_easy(self, head: int, met: Sequence[int]) -> bool:
        mine = {each.from_link for each in self._present.heads[head]}
        lanes = {(each.from_link, each.from_lane) for each in self._site.heads if each.index in self.lefts}
        opposing = [each for other in met for each in self._present.heads.get(other, ()) if not each.is_crossing]
        return (
            sum(link in mine for link, _ in lanes) <= _MOST_LEFT_LANES
            and len({(each.from_link, each.from_lane) for each in opposing}) <= _MOST_OPPOSING_LANES
            and all(each.approach_speed_mps <= _FASTEST_OPPOSING_MPS for each in opposing)
        )


def _green(shown: Sequence[Aspect]) -> list[int]:
    return [head for head, aspect in enumerate(shown) if aspect.is_green]


def _judge(present: Present) -> Callable[[SignalPlan], bool]:
    """Return what tells whether a ring is as safe as the present one."""
    errors = _errors(present.plan, present.site)
    shortages = intergreen_shortages(present.plan, present.site)

    def is_as_safe(plan: SignalPlan) -> bool:
        new = (
            (rule, heads)
            for rule, heads in _errors(plan, present.site)
            if not any(rule == other and heads <= more for other, more in errors)
        )
        short = intergreen_shortages(plan, present.site).items()
        kept = all(
            pair in shortages and gap.duration_s >= shortages[pair][0].duration_s - TOLERANCE_S
            for pair, (gap, _) in short
        )
        return kept and not any(new)

    return is_as_safe


def _errors(plan: SignalPlan, site: Intersection) -> set[tuple[str, frozenset[int]]]:
    heads = {group.id: group.heads for group in plan.groups}
    return {
        (breach.rule, frozenset(head for group in breach.groups for head in heads[group]))
        for breach in check_plan(plan, site)
        if breach.severity == ERROR
    }
