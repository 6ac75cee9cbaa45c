"""Schedules for NTCIP 1202 controllers: phases that all plans share, a pattern for each of them, and the time base."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path

from congestion_lab.core.errors import Fault, SignalPlanError
from congestion_lab.core.names import clean_name, inert
from congestion_lab.exporting.filenames import file_stem
from congestion_lab.exporting.handover import Handover, Written
from congestion_lab.exporting.ntcip import objects as ntcip
from congestion_lab.exporting.ntcip.objects import FREE, MAX_PATTERNS, Entry, write_entries
from congestion_lab.exporting.ntcip.table import (
    bounds,
    pattern_entries,
    phase_entries,
    sequence,
    sequence_entries,
    short_yellows,
)
from congestion_lab.exporting.ntcip.timebase import TimeBase, time_base, time_base_faults
from congestion_lab.exporting.ringtimes import RingPlan, remarks, ring_plans
from congestion_lab.signals.schedules.schedule import Schedule

_AUTOMATIC, _STANDBY, _MIDNIGHT = 0, 0, 0  # the time base decides, no system commands, cycles count from midnight
_HINT = "give the plans the same phases, or export each plan file by itself: `plan export --format ntcip`"
_Plans = Mapping[str, RingPlan]
"""The plans of one controller, by plan file."""


def write_ntcip_schedule(
    schedule: Schedule, folder: Path, *, year: int | None = None, marking: str = "", source: str = ""
) -> Written:
    """Write `<name>-ntcip.csv`: what each controller has to know of all plan files, and when which one runs.

    Args:
        schedule: The schedule.
        folder: Where to.
        year: Which year the table is for; None for the one that its dates lie in.
        marking: One line that the file is to carry.
        source: The file that the schedule is from, to be named in messages.

    Raises:
        SignalPlanError: A plan or the schedule cannot be held; every reason is told.
    """
    plans, faults = _plans_of(schedule, source)
    faults += [fault for by_name in plans for fault in _differences(by_name)]
    faults += time_base_faults(schedule, year, source)
    if faults:
        raise SignalPlanError(*faults)
    base = time_base(schedule, year)
    target = folder / f"{file_stem(schedule.name)}-ntcip.csv"
    controllers = ((next(iter(by_name.values())).site, _entries(by_name, base)) for by_name in plans)
    write_entries(target, controllers, " ".join(marking.split()))
    return Written((target,), (*_remarks(schedule, plans), *base.remarks()))


def _plans_of(schedule: Schedule, source: str) -> tuple[list[_Plans], list[Fault]]:
    """Return the plans of each controller, and what the format cannot hold of any."""
    sets = {switch.plans_name: switch.plans for one in schedule.day_types for switch in one.switches}
    sites = {site.controller_id: site for site in schedule.intersections}
    by_controller: dict[str, dict[str, RingPlan]] = {}
    faults: list[Fault] = []
    if len(sets) > MAX_PATTERNS:
        rule = f"it has {len(sets)} plan files; NTCIP 1202 numbers {MAX_PATTERNS} patterns"
        faults.append(Fault(rule, "use fewer plans", source))
    for name, plans in sets.items():
        try:
            for one in ring_plans(Handover(schedule.name, plans, sites), _held):
                by_controller.setdefault(one.plan.controller_id, {})[name] = one
        except SignalPlanError as problem:
            faults += [replace(fault, source=f"{name}: {fault.source}") for fault in problem.faults]
    return list(by_controller.values()), faults


def _held(plan: RingPlan) -> Iterator[Fault]:
    yield from bounds(plan)
    if plan.is_actuated:
        rule = "traffic ends its greens, and the one pattern for that (free) has no times of its own"
        yield Fault(rule, "export each plan file by itself: `plan export --format ntcip`", plan.source)


def _differences(by_name: _Plans) -> Iterator[Fault]:
    """Yield what a controller has once for all patterns, where its plans differ in it."""
    (first, one), *others = by_name.items()
    asked = _once(one)
    for name, other in others:
        given = _once(other)
        for what in dict.fromkeys((*asked, *given)):
            values = [once.get(what, "missing") for once in (asked, given)]
            if values[0] != values[1]:
                rule = f"{what} is {values[0]} in {first} and {values[1]} in {name}; it is one for all patterns"
                yield Fault(rule, _HINT, f"controller {clean_name(one.plan.controller_id)}")


def _once(plan: RingPlan) -> Mapping[str, object]:
    """Return what a controller has once for all patterns and must be the same in each."""
    entries = (entry for phase in plan.rings.phases for entry in phase_entries(plan, (phase,)))
    kept = (entry for entry in entries if entry.kind not in {ntcip.MIN_GREEN, ntcip.MAXIMUM})
    values: dict[str, object] = {f"{entry.kind.name} of phase {entry.index}": entry.value for entry in kept}
    return values | {f"what phase {each.number} serves": f"heads {sorted(each.serves)}" for each in plan.rings.phases}


def _entries(by_name: _Plans, base: TimeBase) -> Iterator[Entry]:
    """Yield the objects of one controller; action, pattern and splits of a plan file have one number."""
    plans = list(by_name.values())
    for phases in zip(*(plan.rings.phases for plan in plans), strict=True):
        yield from phase_entries(plans[0], phases)
    sequences = {rings: number for number, rings in enumerate(dict.fromkeys(map(sequence, plans)), start=1)}
    for rings, number in sequences.items():
        yield from sequence_entries(rings, number)
    actions = {name: number for number, name in enumerate(by_name, start=1)}
    for name, plan in by_name.items():
        yield from pattern_entries(plan, actions[name], sequences[sequence(plan)], inert(name))
    yield Entry(ntcip.OPERATIONAL_MODE, "0", _AUTOMATIC)
    yield Entry(ntcip.CONTROL, "0", _STANDBY)
    yield Entry(ntcip.PATTERN_SYNC, "0", _MIDNIGHT)
    for name, plan in by_name.items():
        pattern = actions[name] if plan.keeps_time else FREE
        yield Entry(ntcip.ACTION_PATTERN, str(actions[name]), pattern, inert(name))
    yield from base.entries(actions)


def _remarks(schedule: Schedule, plans: Iterable[_Plans]) -> Iterator[str]:
    every = [plan for by_name in plans for plan in by_name.values()]
    yield from dict.fromkeys((*remarks("ntcip", every), *short_yellows(every)))
    how = schedule.procedure.value
    yield f"ntcip: controllers get into step with a new pattern in their own way (coordCorrectionMode), not by {how}"
