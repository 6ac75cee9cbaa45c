"""Plans as parameters of NTCIP 1202 controllers: one row per object, with its identifier, unit and range.

Splits, cycle and offset are whole seconds there, yellow and red tenths. Nothing is rounded: a plan with finer times is
refused, but that a shortest green goes up to the next second. Coordination counts from the start of the coordinated
phase's green.
"""

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from congestion_lab.core.errors import Fault
from congestion_lab.core.names import clean_name, inert, shielded
from congestion_lab.exporting.cells import Cell, movements_text
from congestion_lab.exporting.handover import Handover, Written
from congestion_lab.exporting.ringtimes import RingPlan, finer_than, remarks, ring_plans
from congestion_lab.exporting.tablefile import write_table
from congestion_lab.signals.approaches import served
from congestion_lab.signals.retiming import max_gap_s
from congestion_lab.signals.ringphases import NumberedPhase

_BASE = "1.3.6.1.4.1.1206.4.2.1"  # NTCIP 1202, actuated signal controller units
_COLUMNS = ("controller", "intersection", "object", "name", "index", "value", "unit", "range", "tmdd", "serves")
_PATTERN, _SPLIT, _SEQUENCE = 1, 1, 1  # numbers of the one pattern, its splits and its sequence
_FREE = 254  # the pattern of a controller that keeps no common time
_MAX_RECALL = 4  # splitMode maxVehRecall
_SHORTEST_CYCLE_S, _LONGEST_S = 30, 255
_TENTHS = 10
_EXACT_S = 0.0015  # plans are exact to a millisecond


@dataclass(frozen=True, slots=True)
class _Object:
    """A kind of object.

    Attributes:
        place: Where it hangs below the base.
        name: Its descriptor.
        unit: Unit of its value; "" for a number without one.
        range: What values it takes.
        tmdd: Its name in TMDD 3.03 (IntersectionSignalTPInventoryPhase), where it has one.
    """

    place: str
    name: str
    unit: str
    range: str
    tmdd: str = ""


_WALK = _Object("1.2.1.2", "phaseWalk", "s", "0..255", "minimum-walk-duration")
_PED_CLEAR = _Object("1.2.1.3", "phasePedestrianClear", "s", "0..255")
_MIN_GREEN = _Object("1.2.1.4", "phaseMinimumGreen", "s", "0..255", "minimum-green-duration")
_PASSAGE = _Object("1.2.1.5", "phasePassage", "0.1 s", "0..255")
_MAXIMUM = _Object("1.2.1.6", "phaseMaximum1", "s", "0..255", "maximum-green-duration")
_YELLOW = _Object("1.2.1.8", "phaseYellowChange", "0.1 s", "0..255", "vehicle-clearance-duration")
_RED = _Object("1.2.1.9", "phaseRedClear", "0.1 s", "0..255", "vehicle-red-duration")
_RING = _Object("1.2.1.22", "phaseRing", "", "0..255")
_CONCURRENCY = _Object("1.2.1.23", "phaseConcurrency", "phase numbers, one octet each", "octets")
_CYCLE = _Object("4.7.1.2", "patternCycleTime", "s", "30..255")
_OFFSET = _Object("4.7.1.3", "patternOffsetTime", "s", "0..254")
_SPLIT_NUMBER = _Object("4.7.1.4", "patternSplitNumber", "", "0..255")
_SEQUENCE_NUMBER = _Object("4.7.1.5", "patternSequenceNumber", "", "0..255")
_SPLIT_TIME = _Object("4.9.1.3", "splitTime", "s", "0..255", "phase-split")
_SPLIT_MODE = _Object("4.9.1.4", "splitMode", "", "1..7", "split-mode")
_SPLIT_COORDINATED = _Object("4.9.1.5", "splitCoordPhase", "", "0..1", "coordinated-phase")
_CONTROL = _Object("4.14", "systemPatternControl", "", "0..255")
_SEQUENCE_DATA = _Object("7.3.1.3", "sequenceData", "phase numbers, one octet each", "octets")

_Entry = tuple[_Object, str, Cell, str]
"""Object, index, value, and whom it serves."""


def write_ntcip(handover: Handover, stem: Path) -> Written:
    """Write `<stem>-ntcip.csv`.

    Raises:
        SignalPlanError: A plan cannot be told in phases of rings, or in the steps and ranges of the standard.
    """
    plans = ring_plans(handover, _faults)
    target = stem.with_name(f"{stem.name}-ntcip.csv")
    write_table(target, _COLUMNS, (row for plan in plans for row in _rows(plan)), handover.marking)
    return Written((target,), remarks("ntcip", plans))


def _rows(plan: RingPlan) -> Iterator[Sequence[Cell]]:
    head = (shielded(plan.plan.controller_id), inert(plan.site.name))
    for kind, index, value, serves in _entries(plan):
        identifier = f"{_BASE}.{kind.place}.{index}"
        yield *head, identifier, kind.name, index, value, kind.unit, kind.range, kind.tmdd, serves


def _entries(plan: RingPlan) -> Iterator[_Entry]:
    for phase in plan.rings.phases:
        yield from _phase_entries(plan, phase)
    for number, ring in enumerate(plan.rings.rings, start=1):
        yield _SEQUENCE_DATA, f"{_SEQUENCE}.{number}", _octets(phase.number for phase in ring), ""
    coordinated = plan.rings.coordinated
    if coordinated is None or plan.is_actuated:
        yield _CONTROL, "0", _FREE, ""
        return
    yield _CONTROL, "0", _PATTERN, ""
    pattern = str(_PATTERN)
    yield _CYCLE, pattern, round(plan.rings.cycle_s), ""
    yield _OFFSET, pattern, round(plan.on_the_clock_s(coordinated.start_s)), ""
    yield _SPLIT_NUMBER, pattern, _SPLIT, ""
    yield _SEQUENCE_NUMBER, pattern, _SEQUENCE, ""
    for phase in plan.rings.phases:
        index = f"{_SPLIT}.{phase.number}"
        yield _SPLIT_TIME, index, round(phase.split_s), ""
        yield _SPLIT_MODE, index, _MAX_RECALL, ""
        yield _SPLIT_COORDINATED, index, int(phase is coordinated), ""


def _phase_entries(plan: RingPlan, phase: NumberedPhase) -> Iterator[_Entry]:
    index, serves = str(phase.number), _serves(plan, phase)
    beside = (
        other.number for other in plan.rings.phases if other.barrier == phase.barrier and other.ring != phase.ring
    )
    gap = max_gap_s(plan.plan) if plan.is_actuated else None
    values: list[tuple[_Object, Cell]] = [
        (_WALK, round(phase.walk_s)),
        (_PED_CLEAR, round(phase.green_s - phase.walk_s) if phase.walking else 0),
        (_MIN_GREEN, _up(phase.min_green_s)),
        (_PASSAGE, 0 if gap is None else round(_TENTHS * gap)),
        (_MAXIMUM, _up(phase.green_s)),
        (_YELLOW, round(_TENTHS * phase.yellow_s)),
        (_RED, round(_TENTHS * phase.all_red_s)),
        (_RING, phase.ring),
        (_CONCURRENCY, _octets(beside)),
    ]
    yield from ((kind, index, value, serves) for kind, value in values)


def _serves(plan: RingPlan, phase: NumberedPhase) -> str:
    """Return the groups that a phase releases, with their movements."""
    groups = [group for group in plan.plan.groups if set(group.heads) & set(phase.serves)]
    texts = (f"{clean_name(group.id)} ({movements_text(served(group, plan.site))})" for group in groups)
    return shielded("; ".join(texts))


def _octets(numbers: Iterable[int]) -> str:
    """Return numbers as octets in hexadecimal, e.g. `02 0A`; spreadsheets leave such text alone."""
    return " ".join(f"{number:02X}" for number in numbers)


def _up(value_s: float) -> int:
    return math.ceil(round(value_s, 3))


def _faults(plan: RingPlan) -> Iterator[Fault]:
    yield from finer_than(plan, 0.1, whole=True)
    hint = "retime the plan within these bounds, or export it as sumo, vissig, csv or xlsx"
    if not _SHORTEST_CYCLE_S <= plan.rings.cycle_s <= _LONGEST_S and not plan.is_actuated:
        rule = f"the cycle is {plan.rings.cycle_s:g} s; NTCIP 1202 holds {_SHORTEST_CYCLE_S} to {_LONGEST_S} s"
        yield Fault(rule, hint, plan.source)
    for what, value, most in _bounds(plan):
        if value > most:
            yield Fault(f"{what} is {value:g} s; NTCIP 1202 holds up to {most:g} s", hint, plan.source)
    for phase in plan.rings.phases:
        name = f"phase {phase.number}"
        if _up(phase.min_green_s) > phase.green_s + _EXACT_S:
            rule = f"the shortest green of {name}, {phase.min_green_s:g} s, exceeds its green in whole seconds"
            yield Fault(rule, hint, plan.source)
        walks = (phase.walk_s, phase.green_s - phase.walk_s) if phase.walking else ()
        if any(abs(value - round(value)) > _EXACT_S for value in walks):
            rule = f"people walk for {phase.walk_s:g} of {phase.green_s:g} s in {name}; NTCIP 1202 counts whole seconds"
            yield Fault(rule, hint, plan.source)
    yield from _uneven_rings(plan, hint)


def _bounds(plan: RingPlan) -> Iterator[tuple[str, float, float]]:
    for phase in plan.rings.phases:
        yield f"the split of phase {phase.number}", phase.split_s, _LONGEST_S
        yield f"the yellow of phase {phase.number}", phase.yellow_s, _LONGEST_S / _TENTHS
        yield f"the all-red of phase {phase.number}", phase.all_red_s, _LONGEST_S / _TENTHS


def _uneven_rings(plan: RingPlan, hint: str) -> Iterator[Fault]:
    """Yield where rings do not add up to the cycle, or reach a barrier apart from each other."""
    reached: dict[int, set[float]] = {}
    for ring in plan.rings.rings:
        if round(sum(phase.split_s for phase in ring), 3) != round(plan.rings.cycle_s, 3):
            yield Fault(f"the splits of ring {ring[0].ring} do not add up to the cycle", hint, plan.source)
        for barrier in {phase.barrier for phase in ring}:
            time = sum(phase.split_s for phase in ring if phase.barrier <= barrier)
            reached.setdefault(barrier, set()).add(round(time, 3))
    for barrier, times in reached.items():
        if len(times) > 1:
            yield Fault(f"the rings reach barrier {barrier} apart from each other", hint, plan.source)
