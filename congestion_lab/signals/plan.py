"""Signal plans as frozen values.

A plan is a ring of intervals. An interval in which the right of way is given is a *phase*; the intervals between two
phases are the *intergreen*: yellow and all-red. Groups hold the signal heads that always show the same colour.
"""

import enum
import itertools
from collections.abc import Iterator
from dataclasses import dataclass

from congestion_lab.core.digests import digest_of
from congestion_lab.core.errors import Fault, SignalPlanError
from congestion_lab.signals.cycle import EXACT_S, within_cycle_s

MAX_HEADS = 10_000  # no controller drives so many; a larger index is a mistake
MAX_S = 1e9  # thirty years; a longer time is a mistake


class Aspect(enum.Enum):
    """What a signal group shows."""

    RED = "red"
    RED_YELLOW = "red_yellow"
    YELLOW = "yellow"
    GREEN = "green"  # protected: nobody with priority crosses
    PERMITTED = "permitted"  # green that yields to opposing traffic
    STOP_THEN_GO = "stop_then_go"  # may pass after a full stop (right turn on red)
    FLASHING = "flashing"  # signal off, yield
    DARK = "dark"  # signal off, priority rules hold

    @property
    def is_green(self) -> bool:
        """Whether vehicles may enter on a signal's right of way."""
        return self in (Aspect.GREEN, Aspect.PERMITTED)


class Control(enum.Enum):
    """How a controller times its intervals."""

    FIXED = "fixed"
    ACTUATED = "actuated"
    DELAY_BASED = "delay_based"
    NEMA = "nema"


@dataclass(frozen=True, slots=True)
class SignalGroup:
    """Signal heads that always show the same colour.

    Attributes:
        id: Name within its controller.
        heads: Indices of the controller's signal heads, ascending.
    """

    id: str
    heads: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Interval:
    """A stretch of the cycle in which no group changes.

    Attributes:
        duration_s: Its length.
        aspects: One aspect per group, in the plan's order of groups.
        min_s: Shortest length under responsive control, if set.
        max_s: Longest length under responsive control, if set.
        extras: Further attributes that are carried through unchanged, as (name, text).
    """

    duration_s: float
    aspects: tuple[Aspect, ...]
    min_s: float | None = None
    max_s: float | None = None
    extras: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class SignalPlan:
    """The programme of one controller.

    Attributes:
        controller_id: The intersection it belongs to.
        program_id: Its name among the controller's programmes.
        control: How the intervals are timed.
        offset_s: Start of the cycle relative to the reference clock.
        groups: Signal groups.
        intervals: The cycle, in order.
        parameters: Further settings of the controller, as (name, text).
        attachments: Further definitions of a responsive controller, in its engine's own words, carried unchanged.
    """

    controller_id: str
    program_id: str
    control: Control
    offset_s: float
    groups: tuple[SignalGroup, ...]
    intervals: tuple[Interval, ...]
    parameters: tuple[tuple[str, str], ...] = ()
    attachments: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        faults = list(self._faults())
        if faults:
            raise SignalPlanError(*faults)

    def _faults(self) -> Iterator[Fault]:
        source = f"plan {self.controller_id}/{self.program_id}"
        if not self.intervals:
            yield Fault("a plan has at least one interval", source=source)
        heads = [head for group in self.groups for head in group.heads]
        if len(set(heads)) != len(heads):
            yield Fault("a signal head belongs to one group only", source=source)
        for head in heads:
            if not 0 <= head < MAX_HEADS:
                yield Fault(f"{head} is no signal head; they count from 0", source=source)
        if len({group.id for group in self.groups}) != len(self.groups):
            yield Fault("each group has a name of its own", source=source)
        if not abs(self.offset_s) <= MAX_S:
            yield Fault(f"the offset is {self.offset_s} s; it must be a number", source=source)
        yield from self._interval_faults(source)

    def _interval_faults(self, source: str) -> Iterator[Fault]:
        for number, interval in enumerate(self.intervals):
            if len(interval.aspects) != len(self.groups):
                rule = f"interval {number} shows {len(interval.aspects)} aspects for {len(self.groups)} groups"
                yield Fault(rule, source=source)
            if not all(limit is None or 0 <= limit <= MAX_S for limit in (interval.min_s, interval.max_s)):
                rule = (
                    f"interval {number} states {interval.min_s} to {interval.max_s} s; neither is negative or endless"
                )
                yield Fault(rule, source=source)
            if not 0 < interval.duration_s <= MAX_S:
                rule = f"interval {number} lasts {interval.duration_s} s; it must be positive, and end"
                yield Fault(rule, source=source)

    def __hash__(self) -> int:
        # By what tells plans of one intersection apart: hashing all aspects takes longer than a fast engine.
        durations = tuple([interval.duration_s for interval in self.intervals])
        return hash((self.controller_id, self.offset_s, durations))

    @property
    def cycle_s(self) -> float:
        """Cycle length."""
        return sum(interval.duration_s for interval in self.intervals)

    @property
    def places(self) -> dict[int, int]:
        """Number of the group that each signal head belongs to."""
        return {head: place for place, group in enumerate(self.groups) for head in group.heads}

    @property
    def starts_s(self) -> tuple[float, ...]:
        """Start of each interval, from the start of the cycle."""
        *starts, _ = itertools.accumulate((interval.duration_s for interval in self.intervals), initial=0.0)
        return tuple(starts)

    def interval_at(self, time_s: float) -> int:
        """Return the number of the interval that runs at a time of the cycle, to a millisecond."""
        within = within_cycle_s(time_s, self.cycle_s)
        begun = [number for number, start in enumerate(self.starts_s) if start < within + EXACT_S / 2]
        return begun[-1]

    @property
    def jumps(self) -> bool:
        """Whether intervals name their successors, so that no time of the cycle is certain."""
        return any(name == "next" for interval in self.intervals for name, _ in interval.extras)


@dataclass(frozen=True, slots=True)
class PlanSet:
    """The plans of all controllers for one period, ordered by controller id."""

    plans: tuple[SignalPlan, ...]

    def __post_init__(self) -> None:
        ids = [plan.controller_id for plan in self.plans]
        if ids != sorted(set(ids)):
            rule = "a plan set holds one plan per controller, ordered by controller id"
            raise SignalPlanError(Fault(rule, source="plan set"))

    def __iter__(self) -> Iterator[SignalPlan]:
        return iter(self.plans)

    def __len__(self) -> int:
        return len(self.plans)

    def plan_of(self, controller_id: str) -> SignalPlan:
        """Return the plan of a controller.

        Raises:
            KeyError: The set has no plan for it.
        """
        for plan in self.plans:
            if plan.controller_id == controller_id:
                return plan
        raise KeyError(controller_id)

    @property
    def digest(self) -> str:
        """Content digest."""
        return digest_of(self)
