"""What is certified of a schedule: the plans of each file, and the switches between them."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from congestion_lab.signals.certification.certificate import Marking
from congestion_lab.signals.certification.certifying import certify
from congestion_lab.signals.schedules.changes import Change
from congestion_lab.signals.schedules.schedule import Schedule


@dataclass(frozen=True, slots=True)
class JudgedPlans:
    """The certificates of one plan file, counted.

    Attributes:
        file: The plan file.
        controllers: How many controllers it holds.
        uncertified: Those that breach a rule or cannot be judged.
    """

    file: Path
    controllers: int
    uncertified: tuple[str, ...]

    @property
    def certified(self) -> int:
        """How many controllers meet every rule."""
        return self.controllers - len(self.uncertified)


def judged_plans(schedule: Schedule) -> tuple[JudgedPlans, ...]:
    """Return what `plan certify` says of each plan file of a schedule, in the order of the schedule."""
    found = []
    for name, plans in schedule.plan_sets.items():
        certificates = certify(plans, schedule.intersections)
        uncertified = tuple(one.controller_id for one in certificates if not one.certified)
        found.append(JudgedPlans(schedule.plan_files[name], len(certificates), uncertified))
    return tuple(found)


def unsafe_transitions(changes: Sequence[Change]) -> int:
    """Return how many transitions, each of one controller, break a rule."""
    return sum(bool(one.breaches) for change in changes for one in change.transitions)


def shortcomings(judged: Sequence[JudgedPlans], changes: Sequence[Change]) -> Iterator[str]:
    """Yield why a schedule is not certified: a reason for each plan file, and one for its switches; none if it is."""
    for one in judged:
        if one.uncertified:
            counted = f"{len(one.uncertified)} of {one.controllers} controllers of {one.file.name}"
            yield f"{counted} {'breaches' if len(one.uncertified) == 1 else 'breach'} a rule or cannot be judged"
    unsafe = unsafe_transitions(changes)
    if unsafe:
        every = sum(len(change.transitions) for change in changes)
        yield f"{unsafe} of {every} transitions between plans {'is' if unsafe == 1 else 'are'} not safe"


def schedule_marking(judged: Sequence[JudgedPlans], changes: Sequence[Change]) -> Marking:
    """Return what every file that holds a schedule has to say, in one line."""
    reasons = "; ".join(shortcomings(judged, changes))
    if reasons:
        return Marking(certified=False, text=f"NOT CERTIFIED: {reasons}. Not for use in a controller.")
    files = ", ".join(f"{one.controllers} of {one.controllers} controllers of {one.file.name}" for one in judged)
    return Marking(certified=True, text=f"CERTIFIED: {files} meet every rule, and every switch between them is safe.")
