"""Fixed-time plans for a model without timing sheets: what a signal engineer would enter before the first count.

Opposite approaches share a stage; every other approach has its own. A left turn against three lanes or more is
protected only, against two protected and permitted, against one permitted (FHWA Traffic Signal Timing Manual, 2nd ed.,
section 5.2), as far as it has a lane of its own. Yellow and all-red follow ITE; a green is never shorter than people
need to cross beside it. The cycle is shared out by speed limits, which stand in for flows that nobody has counted.
"""

import itertools
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from congestion_lab.core.geometry import Turn
from congestion_lab.signals.intersection import Intersection, SignalHead
from congestion_lab.signals.plan import Aspect, Control, Interval, SignalGroup, SignalPlan
from congestion_lab.signals.timing import all_red_s, clearing_speed_mps, pedestrian_green_s, splits, yellow_s

LEFT_GREEN_S = 7.0  # shortest protected left, FHWA Traffic Signal Timing Manual, 2nd ed., table 5-3
LEFT_SHARE = 0.4  # assumed: a left turn carries this much of its street's flow
MIN_ALL_RED_S = 1.0
PROGRAM_ID = "present"
_PROTECTED_ONLY_LANES = 3
_PERMITTED_ONLY_LANES = 1
_ORDER = {Turn.STRAIGHT: 0, Turn.RIGHT: 1, Turn.LEFT: 2, Turn.U_TURN: 3}


@dataclass(frozen=True, slots=True)
class Stage:
    """Heads that are green together.

    Attributes:
        heads: Their indices.
        weight: Share of the cycle that it asks for, in any unit.
        min_green_s: Shortest green.
    """

    heads: frozenset[int]
    weight: float
    min_green_s: float


@dataclass(frozen=True, slots=True)
class _Approach:
    link: str
    heads: tuple[SignalHead, ...]

    def of(self, *turns: Turn) -> tuple[SignalHead, ...]:
        return tuple(head for head in self.heads if head.turn in turns)

    @property
    def lanes_ahead(self) -> int:
        return len({head.from_lane for head in self.of(Turn.STRAIGHT)})

    @property
    def has_left_lane(self) -> bool:
        others = {head.from_lane for head in self.of(Turn.STRAIGHT, Turn.RIGHT)}
        return not others & {head.from_lane for head in self.of(Turn.LEFT, Turn.U_TURN)}

    @property
    def speed_mps(self) -> float:
        return max(head.approach_speed_mps for head in self.heads)


def present_plan(intersection: Intersection, cycle_s: float, crossings_m: Mapping[str, float]) -> SignalPlan:
    """Return a fixed-time plan.

    Args:
        intersection: Heads and conflicts.
        cycle_s: Wished cycle; longer where the shortest greens and the clearances need it.
        crossings_m: Width that pedestrians cross at each inbound link, kerb to kerb or kerb to refuge.
    """
    stages = staged(intersection, crossings_m)
    clearances = [_clearance(intersection, a, b) for a, b in itertools.pairwise([*stages, stages[0]])]
    lost = sum(yellow + red for yellow, red in clearances)
    lows = [math.ceil(stage.min_green_s - sum(clearance)) for stage, clearance in zip(stages, clearances, strict=True)]
    lows = [max(low, math.ceil(LEFT_GREEN_S)) for low in lows]
    total = max(round(cycle_s) - lost, sum(lows))
    greens = _whole(splits(total, [stage.weight for stage in stages], lows), total)
    states: list[tuple[float, float | None, tuple[Aspect, ...]]] = []
    for number, stage in enumerate(stages):
        after = stages[(number + 1) % len(stages)]
        yellow, red = clearances[number]
        states.append((greens[number], float(lows[number]), aspects(intersection, stage.heads)))
        if yellow and stage is not after:
            states.append((yellow, None, _clearing(intersection, stage, after, Aspect.YELLOW)))
        if red and stage is not after:
            states.append((red, None, _clearing(intersection, stage, after, Aspect.RED)))
    return _plan(intersection.controller_id, states)


def staged(intersection: Intersection, crossings_m: Mapping[str, float]) -> list[Stage]:
    """Return the stages in order; every head is green in one at least."""
    approaches = _approaches(intersection)
    stages: list[Stage] = []
    left = list(approaches)
    for first, second in _opposite(intersection, approaches):
        left = [approach for approach in left if approach not in (first, second)]
        stages += _pair(intersection, first, second, approaches, crossings_m)
    stages += [_alone(intersection, approach, approaches, crossings_m) for approach in left]
    served = frozenset(itertools.chain.from_iterable(stage.heads for stage in stages))
    for head in intersection.heads:
        if head.index not in served:
            heads = _filled(intersection, [head])
            stages.append(Stage(heads, LEFT_SHARE * head.approach_speed_mps, LEFT_GREEN_S))
            served |= heads
    return stages


def _approaches(intersection: Intersection) -> list[_Approach]:
    by_link: dict[str, list[SignalHead]] = {}
    for head in intersection.heads:
        if not head.is_crossing:
            by_link.setdefault(head.from_link, []).append(head)
    return [_Approach(link, tuple(heads)) for link, heads in sorted(by_link.items())]


def _opposite(intersection: Intersection, approaches: Sequence[_Approach]) -> list[tuple[_Approach, _Approach]]:
    """Return pairs of approaches whose traffic straight on does not meet, widest first."""
    candidates = [
        (-(a.lanes_ahead + b.lanes_ahead), -(a.speed_mps + b.speed_mps), a.link, b.link, a, b)
        for a, b in itertools.combinations(approaches, 2)
        if a.lanes_ahead
        and b.lanes_ahead
        and not _meet(intersection, a.of(Turn.STRAIGHT), b.of(Turn.STRAIGHT))
        and {head.to_link for head in a.of(Turn.STRAIGHT)}.isdisjoint(head.to_link for head in b.of(Turn.STRAIGHT))
    ]
    pairs: list[tuple[_Approach, _Approach]] = []
    for *_, a, b in sorted(candidates, key=lambda item: item[:4]):
        if not any(approach in pair for pair in pairs for approach in (a, b)):
            pairs.append((a, b))
    return pairs


def _meet(intersection: Intersection, some: Iterable[SignalHead], others: Sequence[SignalHead]) -> bool:
    return any(intersection.in_conflict(a.index, b.index) for a in some for b in others)


def _pair(
    intersection: Intersection,
    first: _Approach,
    second: _Approach,
    approaches: Sequence[_Approach],
    crossings_m: Mapping[str, float],
) -> list[Stage]:
    """Return the stages of two opposite approaches: straight on and right, then the protected left turns."""
    main: list[SignalHead] = []
    lefts: list[SignalHead] = []
    for own, against in ((first, second), (second, first)):
        main += own.of(Turn.STRAIGHT, Turn.RIGHT)
        turning = own.of(Turn.LEFT, Turn.U_TURN)
        met = _meet(intersection, turning, against.of(Turn.STRAIGHT))
        protected = met and own.has_left_lane and against.lanes_ahead > _PERMITTED_ONLY_LANES
        lefts += turning if protected else ()
        main += () if protected and against.lanes_ahead >= _PROTECTED_ONLY_LANES else turning
    speed = max(first.speed_mps, second.speed_mps)
    stages = [Stage(_filled(intersection, main), speed, _crossing_s((first, second), approaches, crossings_m))]
    if lefts:
        stages.append(Stage(_filled(intersection, lefts), LEFT_SHARE * speed, LEFT_GREEN_S))
    return stages


def _alone(
    intersection: Intersection, own: _Approach, approaches: Sequence[_Approach], crossings_m: Mapping[str, float]
) -> Stage:
    return Stage(_filled(intersection, own.heads), own.speed_mps, _crossing_s((own,), approaches, crossings_m))


def _crossing_s(green: Sequence[_Approach], approaches: Sequence[_Approach], crossings_m: Mapping[str, float]) -> float:
    """Return the green and clearance beside which people cross the approaches that are held."""
    held = [crossings_m.get(approach.link, 0.0) for approach in approaches if approach not in green]
    return pedestrian_green_s(max(held, default=0.0))


def _filled(intersection: Intersection, wanted: Sequence[SignalHead]) -> frozenset[int]:
    """Return the wanted heads that may be green together, and every right turn that meets none of them."""
    chosen: list[int] = []
    rights = [head for head in intersection.heads if head.turn is Turn.RIGHT and head not in wanted]
    for head in sorted(wanted, key=lambda head: (_ORDER[head.turn or Turn.U_TURN], head.index)):
        if all(_tolerated(intersection, head.index, other) for other in chosen):
            chosen.append(head.index)
    for head in rights:
        if not any(intersection.in_conflict(head.index, other) for other in chosen):
            chosen.append(head.index)
    return frozenset(chosen)


def _tolerated(intersection: Intersection, first: int, second: int) -> bool:
    """Return whether two heads may be green together: they do not meet, or one knows to give way."""
    gives_way = {(first, second), (second, first)} & intersection.yields
    return not intersection.in_conflict(first, second) or len(gives_way) == 1


def aspects(intersection: Intersection, green: frozenset[int]) -> tuple[Aspect, ...]:
    """Return what each head shows while these are green: those that must give way are permitted only."""
    yielding = {first for first, second in intersection.yields if first in green and second in green}
    return tuple(
        (Aspect.PERMITTED if index in yielding else Aspect.GREEN) if index in green else Aspect.RED
        for index in range(intersection.head_count)
    )


def _clearance(intersection: Intersection, stage: Stage, after: Stage) -> tuple[int, int]:
    """Return yellow and all-red between two stages, whole seconds (ITE).

    Who stays green but has to give way to traffic that starts clears too: it entered protected.
    """
    before, later = aspects(intersection, stage.heads), aspects(intersection, after.heads)
    ended = stage.heads - after.heads | {
        head
        for head in stage.heads & after.heads
        if (before[head], later[head]) == (Aspect.GREEN, Aspect.PERMITTED)
        and any(intersection.in_conflict(head, other) for other in after.heads - stage.heads)
    }
    ending = [head for head in intersection.heads if head.index in ended]
    starting = {head for head in after.heads if later[head] is not before[head]}  # a permitted one may become protected
    if not ending:
        return 0, 0
    yellow = max(yellow_s(head.approach_speed_mps) for head in ending)
    meeting = [head for head in ending if any(intersection.in_conflict(head.index, other) for other in starting)]
    reds = [all_red_s(clearing_speed_mps(head.approach_speed_mps, head.turn), head.path_length_m) for head in meeting]
    return math.ceil(yellow), math.ceil(max([MIN_ALL_RED_S, *reds]))


def _clearing(intersection: Intersection, stage: Stage, after: Stage, ending: Aspect) -> tuple[Aspect, ...]:
    """Return what heads show between two stages: those that stay green stay, as permitted unless protected in both."""
    before, later = aspects(intersection, stage.heads), aspects(intersection, after.heads)
    shown = []
    for index, (was, will) in enumerate(zip(before, later, strict=True)):
        if index not in stage.heads:
            shown.append(Aspect.RED)
        elif index not in after.heads:
            shown.append(ending)
        else:
            shown.append(was if was is will else Aspect.PERMITTED)
    return tuple(shown)


def _whole(greens: Sequence[float], total: int) -> list[int]:
    """Return whole seconds that add up to the total, by largest remainder; none is rounded below its floor."""
    floors = [math.floor(green + 1e-9) for green in greens]
    order = sorted(range(len(greens)), key=lambda index: (floors[index] - greens[index], index))
    for index in order[: total - sum(floors)]:
        floors[index] += 1
    return floors


def _plan(controller_id: str, states: list[tuple[float, float | None, tuple[Aspect, ...]]]) -> SignalPlan:
    columns: dict[tuple[Aspect, ...], list[int]] = {}
    for head, column in enumerate(zip(*(shown for _, _, shown in states), strict=True)):
        columns.setdefault(column, []).append(head)
    groups = tuple(SignalGroup(f"{number}", tuple(heads)) for number, heads in enumerate(columns.values(), 1))
    intervals = tuple(
        Interval(float(duration), tuple(shown[group.heads[0]] for group in groups), min_s=low)
        for duration, low, shown in states
    )
    return SignalPlan(controller_id, PROGRAM_ID, Control.FIXED, 0.0, groups, intervals)
