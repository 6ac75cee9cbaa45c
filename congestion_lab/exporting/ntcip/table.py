"""Plans as parameters of NTCIP 1202 controllers: phases, and a pattern with its splits and its sequence.

Splits, cycle and offset are whole seconds there, yellow and red tenths. Nothing is rounded: a plan with finer times is
refused, but that a shortest green goes up to the next second. Coordination counts from the start of the coordinated
phase's green.
"""

import math
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from congestion_lab.core.errors import Fault
from congestion_lab.core.names import clean_name, shielded
from congestion_lab.exporting.cells import Cell, movements_text
from congestion_lab.exporting.handover import Handover, Written
from congestion_lab.exporting.ntcip import objects as ntcip
from congestion_lab.exporting.ntcip.objects import FREE, Entry, NtcipObject, octets, write_entries
from congestion_lab.exporting.ringtimes import (
    SLACK_S,
    RingPlan,
    finer_than,
    off_step,
    remarks,
    ring_plans,
    unwritable_ids,
)
from congestion_lab.signals.approaches import served
from congestion_lab.signals.retiming import max_gap_s
from congestion_lab.signals.rings.ringphases import NumberedPhase

_FIRST = 1  # number of the one pattern, of its splits and of its sequence
_MAX_RECALL, _MAX_AND_PED_RECALL = 4, 6  # splitMode: greens, and walks, come without being asked for
_SHORTEST_CYCLE_S, _LONGEST_S = 30, 255
_SHORTEST_YELLOW_S = 3.0
_TENTHS = 10


def write_ntcip(handover: Handover, stem: Path) -> Written:
    """Write `<stem>-ntcip.csv`.

    Raises:
        SignalPlanError: A plan cannot be told in phases of rings, or in the steps and ranges of the standard.
    """
    plans = ring_plans(handover, bounds)
    target = stem.with_name(f"{stem.name}-ntcip.csv")
    write_entries(target, ((plan.site, _entries(plan)) for plan in plans), handover.marking)
    return Written((target,), (*remarks("ntcip", plans), *short_yellows(plans)))


def short_yellows(plans: Iterable[RingPlan]) -> Iterator[str]:
    """Yield which phases, controller by controller, clear with less yellow than controllers by NEMA TS 2 keep."""
    for plan in plans:
        short = [f"{phase.number}" for phase in plan.rings.phases if phase.yellow_s < _SHORTEST_YELLOW_S - SLACK_S]
        if short:
            name, which = clean_name(plan.plan.controller_id), ", ".join(short)
            yield f"ntcip: {name}: less than {_SHORTEST_YELLOW_S:g} s of yellow, as NEMA TS 2 asks, in phases {which}"


def _entries(plan: RingPlan) -> Iterator[Entry]:
    for phase in plan.rings.phases:
        yield from phase_entries(plan, (phase,))
    yield from sequence_entries(sequence(plan), _FIRST)
    yield Entry(ntcip.CONTROL, "0", _FIRST if plan.keeps_time else FREE)
    yield from pattern_entries(plan, _FIRST, _FIRST)


def sequence(plan: RingPlan) -> tuple[str, ...]:
    """Return which phases follow each other, ring by ring."""
    return tuple(octets(phase.number for phase in ring) for ring in plan.rings.rings)


def sequence_entries(rings: tuple[str, ...], number: int) -> Iterator[Entry]:
    """Yield a sequence of phases under a number."""
    for ring, phases in enumerate(rings, start=1):
        yield Entry(ntcip.SEQUENCE_DATA, f"{number}.{ring}", phases)


def pattern_entries(plan: RingPlan, number: int, sequence_number: int, serves: str = "") -> Iterator[Entry]:
    """Yield a pattern and its splits, both under one number; nothing where the controller runs free."""
    if not plan.keeps_time:
        return
    pattern = str(number)
    cycle = round(plan.rings.cycle_s)
    yield Entry(ntcip.CYCLE, pattern, cycle, serves)
    yield Entry(ntcip.OFFSET, pattern, round(plan.reference_s) % cycle, serves)
    yield Entry(ntcip.SPLIT_NUMBER, pattern, number, serves)
    yield Entry(ntcip.SEQUENCE_NUMBER, pattern, sequence_number, serves)
    for phase in plan.rings.phases:
        index = f"{number}.{phase.number}"
        yield Entry(ntcip.SPLIT_TIME, index, round(phase.split_s), serves)
        yield Entry(ntcip.SPLIT_MODE, index, _MAX_AND_PED_RECALL if phase.walking else _MAX_RECALL, serves)
        yield Entry(ntcip.SPLIT_COORDINATED, index, int(phase is plan.rings.coordinated), serves)


def phase_entries(plan: RingPlan, patterns: Sequence[NumberedPhase]) -> Iterator[Entry]:
    """Yield what a controller holds of a phase whatever pattern runs.

    Args:
        plan: The plan of the first pattern.
        patterns: The phase as it is in each pattern; they may differ in the length of its green and the least of it.
    """
    phase = patterns[0]
    beside = (
        other.number for other in plan.rings.phases if other.barrier == phase.barrier and other.ring != phase.ring
    )
    gap = max_gap_s(plan.plan) if plan.is_actuated else None
    values: list[tuple[NtcipObject, Cell]] = [
        (ntcip.WALK, round(phase.walk_s)),
        (ntcip.PED_CLEAR, round(phase.green_s - phase.walk_s) if phase.walking else 0),
        (ntcip.MIN_GREEN, _up(min(each.min_green_s for each in patterns))),
        (ntcip.PASSAGE, 0 if gap is None else round(_TENTHS * gap)),
        (ntcip.MAXIMUM, _up(max(each.green_s for each in patterns))),
        (ntcip.YELLOW, round(_TENTHS * phase.yellow_s)),
        (ntcip.RED, round(_TENTHS * phase.all_red_s)),
        (ntcip.RING, phase.ring),
        (ntcip.CONCURRENCY, octets(beside)),
    ]
    yield from (Entry(kind, str(phase.number), value, _serves(plan, phase)) for kind, value in values)


def _serves(plan: RingPlan, phase: NumberedPhase) -> str:
    """Return the groups that a phase releases, with their movements."""
    groups = [group for group in plan.plan.groups if set(group.heads) & set(phase.serves)]
    texts = (f"{clean_name(group.id)} ({movements_text(served(group, plan.site))})" for group in groups)
    return shielded("; ".join(texts))


def _up(value_s: float) -> int:
    return math.ceil(round(value_s, 3))


def bounds(plan: RingPlan) -> Iterator[Fault]:
    """Yield what steps and ranges of the standard cannot hold of a plan."""
    yield from unwritable_ids(plan)
    yield from finer_than(plan, 0.1, whole=True)
    if plan.is_actuated:
        yield from off_step(plan, "the gap", max_gap_s(plan.plan) or 0.0, 0.1)
        for phase in plan.rings.phases:
            yield from off_step(plan, f"the longest green of phase {phase.number}", phase.green_s, 1.0)
    hint = "retime the plan within these bounds, or export it as sumo, vissig, csv or xlsx"
    if not _SHORTEST_CYCLE_S <= plan.rings.cycle_s <= _LONGEST_S and not plan.is_actuated:
        rule = f"the cycle is {plan.rings.cycle_s:g} s; NTCIP 1202 holds {_SHORTEST_CYCLE_S} to {_LONGEST_S} s"
        yield Fault(rule, hint, plan.source)
    for what, value, most in _longest(plan):
        if value > most:
            yield Fault(f"{what} is {value:g} s; NTCIP 1202 holds up to {most:g} s", hint, plan.source)
    for phase in plan.rings.phases:
        name = f"phase {phase.number}"
        if _up(phase.min_green_s) > phase.green_s + SLACK_S:
            rule = f"the shortest green of {name}, {phase.min_green_s:g} s, exceeds its green in whole seconds"
            yield Fault(rule, hint, plan.source)
        walks = (phase.walk_s, phase.green_s - phase.walk_s) if phase.walking else ()
        if any(abs(value - round(value)) > SLACK_S for value in walks):
            rule = f"people walk for {phase.walk_s:g} of {phase.green_s:g} s in {name}; NTCIP 1202 counts whole seconds"
            yield Fault(rule, hint, plan.source)


def _longest(plan: RingPlan) -> Iterator[tuple[str, float, float]]:
    for phase in plan.rings.phases:
        yield f"the split of phase {phase.number}", phase.split_s, _LONGEST_S
        yield f"the yellow of phase {phase.number}", phase.yellow_s, _LONGEST_S / _TENTHS
        yield f"the all-red of phase {phase.number}", phase.all_red_s, _LONGEST_S / _TENTHS
