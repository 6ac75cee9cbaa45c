"""A plan as a ring-and-barrier diagram: numbered phases in two rings or in one, as NEMA controllers hold it.

Phases follow each other within a ring; at a barrier both rings change together (NEMA TS 2; FHWA Traffic Signal Timing
Manual, 2nd ed., chapter 4). A plan here is a row of stages, so that both rings have to be found:

* a barrier stands wherever no green goes on from one stage to the next;
* between two barriers each ring cuts the stages into one or two phases, so that every green is one phase, or several
  that follow each other in one ring (an overlap);
* where there are no such cuts, where traffic ends the greens, or where no greens overlap anyway, every stage becomes a
  phase of a single ring, and a green that lasts for several of them is an overlap of these.
"""

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import replace

from congestion_lab.core.errors import Fault, SignalPlanError
from congestion_lab.core.geometry import Turn
from congestion_lab.signals.cycle import TOLERANCE_S
from congestion_lab.signals.intersection import Intersection
from congestion_lab.signals.plan import Control, SignalPlan
from congestion_lab.signals.rings.ringphases import NumberedPhase, RingBarrier
from congestion_lab.signals.rings.stages import Run, Stages

MAX_PHASES = 16  # columns D1 to D16 of UTDF, and what common NTCIP 1202 controllers have
_MOST_BARRIERS = 4  # two of them hold the phases 1 to 8, four 1 to 16
_MOST_IN_A_RING = 2  # phases of one ring between two barriers
Tiles = tuple[tuple[int, int], ...]
"""Phases of one ring between two barriers as (first stage, last stage)."""


def ring_barrier(plan: SignalPlan, site: Intersection) -> RingBarrier:
    """Return a plan in rings, as it is at its longest; `ringreading` tells where that is not what the plan shows.

    People on foot walk beside the phase that starts with them. Where a crossing starts at another time, crossings have
    phases like any other head.

    Raises:
        SignalPlanError: There are more than 16 phases.
    """
    crossings = site.crossings & plan.places.keys()
    stages = Stages(plan, site, without=crossings)
    walks = list(_walks(stages, crossings - frozenset(stages.free)))
    numbered = _numbered(stages, plan, site)
    homeless = [walk for walk in walks if not any(_holds(phase, *walk[1:]) for phase in numbered)]
    if homeless:
        stages = Stages(plan, site)
        phases = [_walked(phase, crossings) for phase in _numbered(stages, plan, site)]
    else:
        phases = [_with_walks(phase, walks) for phase in numbered]
    if len(phases) > MAX_PHASES:
        rule = f"the plan has {len(phases)} phases; a ring diagram numbers {MAX_PHASES}"
        hint = "export it as sumo, vissig, csv or xlsx"
        raise SignalPlanError(Fault(rule, hint, source=f"plan {plan.controller_id}/{plan.program_id}"))
    return RingBarrier(stages.plan.cycle_s, tuple(sorted(phases, key=lambda phase: phase.number)), stages.free)


def _numbered(stages: Stages, plan: SignalPlan, site: Intersection) -> list[NumberedPhase]:
    blocks = _blocks(stages)
    cuts = _two_rings(stages, site, blocks) if plan.control is Control.FIXED else None
    return list(_single(stages, blocks)) if cuts is None else _dual(stages, site, blocks, cuts)


def _blocks(stages: Stages) -> list[list[int]]:
    """Return the stages between two barriers, block by block, the first one behind the last barrier of the cycle."""
    count = len(stages)
    ends = [place for place in range(count) if not stages.goes_on(place)]
    first = ends[-1] + 1 if ends else 0
    blocks: list[list[int]] = []
    for place in ((first + step) % count for step in range(count)):
        if not blocks or blocks[-1][-1] in ends:
            blocks.append([])
        blocks[-1].append(place)
    return blocks


def _two_rings(stages: Stages, site: Intersection, blocks: Sequence[Sequence[int]]) -> list[tuple[Tiles, Tiles]] | None:
    """Return how two rings cut each block into phases; None where they cannot, or where one ring does as well."""
    barriers = sum(not stages.goes_on(block[-1]) for block in blocks)
    if max(map(len, blocks), default=1) == 1 or barriers != len(blocks) or barriers > _MOST_BARRIERS:
        return None
    found = [_cut(stages.runs_in(block), len(block), site) for block in blocks]
    cuts = [pair for pair in found if pair is not None]
    return cuts if len(cuts) == len(found) else None


def _cut(runs: Sequence[Run], count: int, site: Intersection) -> tuple[Tiles, Tiles] | None:
    """Return the two cuts in which every green is made of whole phases of one ring.

    Among several, those that make no overlap of a green with a break, then those that leave the fewest phases without
    any green, then those with the fewest phases.
    """
    inner: list[Tiles] = [((0, cut - 1), (cut, count - 1)) for cut in range(1, count)]
    every = itertools.product([((0, count - 1),), *inner], repeat=_MOST_IN_A_RING)
    fitting = [(one, two) for one, two in every if all(_made(run, one) or _made(run, two) for run in runs)]
    return min(fitting, key=lambda pair: (*_cost(runs, pair, site), pair), default=None)


def _cost(runs: Sequence[Run], rings: tuple[Tiles, Tiles], site: Intersection) -> tuple[int, int, int]:
    """Return how many breaks two rings would bridge, how many of their phases serve nobody, and how many there are."""
    shares = _shares(runs, rings, site)
    ends = [{(run.head, run.last) for run in share} for share in shares]
    bridged = sum(run.resumes and (run.head, run.first - 1) in ends[ring] for ring in (0, 1) for run in shares[ring])
    phases = [(share, tile) for share, ring in zip(shares, rings, strict=True) for tile in ring]
    return bridged, sum(not _within(share, tile) for share, tile in phases), len(phases)


def _within(runs: Sequence[Run], tile: tuple[int, int]) -> list[Run]:
    return [run for run in runs if run.first <= tile[1] and tile[0] <= run.last]


def _made(run: Run, ring: Tiles) -> bool:
    return any(run.first == first for first, _ in ring) and any(run.last == last for _, last in ring)


def _dual(
    stages: Stages, site: Intersection, blocks: Sequence[Sequence[int]], cuts: Sequence[tuple[Tiles, Tiles]]
) -> list[NumberedPhase]:
    """Return the phases of two rings, which change places between two barriers where a green else would bridge one."""
    turns = itertools.product((1, -1), repeat=len(cuts))
    return min((list(_in_two_rings(stages, site, blocks, cuts, turn)) for turn in turns), key=_bridges)


def _bridges(phases: Sequence[NumberedPhase]) -> int:
    """Return how many heads phases serve that follow each other across a barrier: no green does so in the plan."""
    pairs = RingBarrier(0.0, tuple(phases)).followings
    return sum(len(set(one.serves) & set(two.serves)) for one, two in pairs if one.barrier != two.barrier)


def _in_two_rings(
    stages: Stages,
    site: Intersection,
    blocks: Sequence[Sequence[int]],
    cuts: Sequence[tuple[Tiles, Tiles]],
    turns: Sequence[int],
) -> Iterator[NumberedPhase]:
    straight = {head.index for head in site.heads if head.turn is Turn.STRAIGHT}
    for barrier, (block, pair, turn) in enumerate(zip(blocks, cuts, turns, strict=True), start=1):
        shares = _shares(stages.runs_in(block), pair, site)[::turn]
        for ring, tiles in enumerate(pair[::turn], start=1):
            parts = [_within(shares[ring - 1], tile) for tile in tiles]
            through = [any(run.protected and run.head in straight for run in runs) for runs in parts]
            lags = through == [True, False]
            for place, ((first, last), runs) in enumerate(zip(tiles, parts, strict=True)):
                position = 1 + place + _MOST_IN_A_RING - len(tiles)
                number = _nema_number(barrier, ring, _MOST_IN_A_RING - place if lags else position)
                yield _phase(stages, (number, ring, barrier, position), block[first], block[last], runs)


def _nema_number(barrier: int, ring: int, kind: int) -> int:
    """Return 1 to 4 for ring 1, 5 to 8 for ring 2, and 8 more behind the second barrier; through streets are even."""
    beyond, within = divmod(barrier - 1, 2)
    return 8 * beyond + 4 * (ring - 1) + 2 * within + kind


def _shares(runs: Sequence[Run], rings: tuple[Tiles, Tiles], site: Intersection) -> tuple[list[Run], list[Run]]:
    """Return which ring shows which green; of greens that either could show, every other approach is of the second."""
    links = {head.index: head.from_link for head in site.heads}
    approaches = list(dict.fromkeys(links.get(run.head, "") for run in runs))
    shares: tuple[list[Run], list[Run]] = ([], [])
    ring = 0
    for run in runs:
        parts = [_parts(run, tiles) if _made(run, tiles) else _MOST_IN_A_RING + 1 for tiles in rings]
        either = 1 - ring if run.resumes else approaches.index(links.get(run.head, "")) % 2
        alone = max(parts) > _MOST_IN_A_RING
        ring = either if parts[0] == parts[1] or (run.resumes and not alone) else parts.index(min(parts))
        shares[ring].append(run)
    return shares


def _parts(run: Run, ring: Tiles) -> int:
    return sum(run.first <= first <= run.last for first, _ in ring)


def _single(stages: Stages, blocks: Sequence[Sequence[int]]) -> Iterator[NumberedPhase]:
    numbers = itertools.count(1)
    for barrier, block in enumerate(blocks, start=1):
        runs = stages.runs_in(block)
        for place, stage in enumerate(block):
            here = [run for run in runs if run.first <= place <= run.last]
            yield _phase(stages, (next(numbers), 1, barrier, place + 1), stage, stage, here)


def _phase(
    stages: Stages, place: tuple[int, int, int, int], first: int, last: int, runs: Sequence[Run]
) -> NumberedPhase:
    green, clearing = stages.span_s(first, last), stages.clearing_s(last)
    yellow = max((stages.yellow_s(run.head, last) for run in runs), default=0.0)
    return NumberedPhase(
        *place,
        start_s=stages.start_s(first),
        green_s=green,
        yellow_s=yellow,
        all_red_s=round(clearing - yellow, 6),
        min_green_s=min(green, stages.shortest_s(first, last)),
        protected=tuple(sorted({run.head for run in runs if run.protected})),
        permitted=tuple(sorted({run.head for run in runs if not run.protected})),
    )


def _walks(stages: Stages, crossings: frozenset[int]) -> Iterator[tuple[int, float, float]]:
    """Yield head, start and length of every green of some crossings."""
    intervals = stages.plan.intervals
    for head in sorted(crossings):
        green = [aspect.is_green for aspect in stages.column(head)]
        for first in (number for number in range(len(green)) if green[number] and not green[number - 1]):
            ring = [(first + step) % len(green) for step in range(len(green))]
            lit = itertools.takewhile(green.__getitem__, ring)
            yield head, stages.plan.starts_s[first], sum(intervals[number].duration_s for number in lit)


def _holds(phase: NumberedPhase, start_s: float, length_s: float) -> bool:
    return abs(phase.start_s - start_s) < TOLERANCE_S and length_s < phase.green_s + TOLERANCE_S


def _with_walks(phase: NumberedPhase, walks: Sequence[tuple[int, float, float]]) -> NumberedPhase:
    """Return a phase with the crossings that start with it, all as long as the shortest of them, none beyond it."""
    beside = {head: min(length, phase.green_s) for head, start, length in walks if _holds(phase, start, length)}
    return replace(phase, walking=tuple(sorted(beside)), walk_s=round(min(beside.values(), default=0.0), 6))


def _walked(phase: NumberedPhase, crossings: frozenset[int]) -> NumberedPhase:
    """Return a phase with the crossings among its heads told apart."""
    walking = tuple(sorted(crossings & frozenset(phase.serves)))
    return replace(
        phase,
        protected=tuple(head for head in phase.protected if head not in crossings),
        permitted=tuple(head for head in phase.permitted if head not in crossings),
        walking=walking,
        walk_s=phase.green_s if walking else 0.0,
    )
