"""Schedule files: which plans run when, by day types.

Example:
    name: damascus-week
    day_types:
      - name: working-day
        weekdays: [sunday, monday, tuesday, wednesday, thursday]
        switches:
          - {at: "00:00", plans: night.json}
          - {at: "06:30", plans: morning.json}
      - name: weekend
        weekdays: [friday, saturday]
        switches: [{at: "00:00", plans: night.json}]
      - name: ramadan
        weekdays: [sunday, monday, tuesday, wednesday, thursday]
        first: 2027-02-08
        last: 2027-03-09
        switches: [{at: "00:00", plans: night.json}, {at: "09:00", plans: morning.json}]

A day type with dates goes before one without. Plan files stand beside the schedule or are named relative to it.
"""

import itertools
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, Field, model_validator

from congestion_lab.core.errors import Fault, SignalPlanError
from congestion_lab.core.times import seconds_from_clock
from congestion_lab.core.yamlfile import Strict, read_yaml
from congestion_lab.signals.intersection import Intersection
from congestion_lab.signals.plan import PlanSet
from congestion_lab.signals.planfile import PlanFile, read_plan_file
from congestion_lab.signals.schedules.transitions import Procedure

DAY_S = 86_400
WEEKDAYS = ("sunday", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday")
Weekday = Literal["sunday", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday"]


def _clock(text: str) -> str:
    if not seconds_from_clock(text) < DAY_S:
        raise ValueError(f"{text} is no time of the day; 00:00 to 23:59:59 are")
    return text


class SwitchEntry(Strict):
    """When which plan file begins."""

    at: Annotated[str, AfterValidator(_clock)]
    plans: Annotated[Path, Field(strict=False)]


class DayTypeEntry(Strict):
    """Days that run alike."""

    name: Annotated[str, Field(min_length=1, pattern=r"^[\w.-]+$")]
    weekdays: Annotated[tuple[Weekday, ...], Field(min_length=1)]
    switches: Annotated[tuple[SwitchEntry, ...], Field(min_length=1)]
    first: date | None = None
    last: date | None = None

    @model_validator(mode="after")
    def _whole(self) -> Self:
        times = [seconds_from_clock(switch.at) for switch in self.switches]
        if times[0] != 0:
            raise ValueError(f"the first switch of {self.name} is at {self.switches[0].at}; it is at 00:00")
        if any(after <= before for before, after in itertools.pairwise(times)):
            raise ValueError(f"the switches of {self.name} follow each other in time, none twice")
        if len(set(self.weekdays)) != len(self.weekdays):
            raise ValueError(f"{self.name} names a weekday twice")
        if (self.first is None) != (self.last is None):
            raise ValueError(f"{self.name} has both a first and a last date, or neither")
        if self.first is not None and self.last is not None and self.last < self.first:
            raise ValueError(f"{self.name} ends on {self.last}, before it begins")
        return self


class ScheduleDocument(Strict):
    """A schedule file."""

    name: Annotated[str, Field(min_length=1)]
    day_types: Annotated[tuple[DayTypeEntry, ...], Field(min_length=1)]
    procedure: Literal["switch-point", "immediate"] = "switch-point"

    @model_validator(mode="after")
    def _every_day_once(self) -> Self:
        names = [one.name for one in self.day_types]
        if len(set(names)) != len(names):
            raise ValueError("each day type has a name of its own")
        plain = [day for one in self.day_types if one.first is None for day in one.weekdays]
        missing = [day for day in WEEKDAYS if day not in plain]
        twice = sorted({day for day in plain if plain.count(day) > 1})
        if missing or twice:
            wrong = f"{', '.join(missing)} in none" if missing else f"{', '.join(twice)} in several"
            raise ValueError(f"every weekday is in one day type without dates; {wrong}")
        dated = [one for one in self.day_types if one.first is not None]
        for one, other in itertools.combinations(dated, 2):
            if set(one.weekdays) & set(other.weekdays) and _meet(one, other):
                raise ValueError(f"{one.name} and {other.name} share days")
        return self


def _meet(one: DayTypeEntry, other: DayTypeEntry) -> bool:
    latest = max(each.first for each in (one, other) if each.first is not None)
    earliest = min(each.last for each in (one, other) if each.last is not None)
    return latest <= earliest


@dataclass(frozen=True, slots=True)
class Switch:
    """From when on which plans run.

    Attributes:
        at_s: Seconds since midnight.
        plans_name: Name of the plan file, without its ending.
        plans: The plans.
    """

    at_s: int
    plans_name: str
    plans: PlanSet


@dataclass(frozen=True, slots=True)
class DayType:
    """Days that run alike.

    Attributes:
        name: Its name.
        weekdays: Which days of the week.
        first: First date; None for every date that no other day type has.
        last: Last date.
        switches: In order of time, the first one at midnight.
    """

    name: str
    weekdays: tuple[str, ...]
    first: date | None
    last: date | None
    switches: tuple[Switch, ...]


@dataclass(frozen=True, slots=True)
class Schedule:
    """Which plans run when.

    Attributes:
        name: Its name.
        procedure: How controllers change from one plan to another.
        day_types: The day types.
        intersections: What the plans must respect.
        network_digest: Digest of the network that all plans are for.
        plan_files: Where the plans of each name stand.
    """

    name: str
    procedure: Procedure
    day_types: tuple[DayType, ...]
    intersections: tuple[Intersection, ...]
    network_digest: str
    plan_files: Mapping[str, Path]

    @property
    def plan_sets(self) -> Mapping[str, PlanSet]:
        """The plans by name, in the order in which the schedule names them."""
        return {switch.plans_name: switch.plans for one in self.day_types for switch in one.switches}

    def day_type_of(self, day: date) -> DayType:
        """Return the day type of a date."""
        weekday = WEEKDAYS[day.isoweekday() % 7]
        fitting = [one for one in self.day_types if weekday in one.weekdays]
        dated = (
            one for one in fitting if one.first is not None and one.last is not None and one.first <= day <= one.last
        )
        return next(dated, next(one for one in fitting if one.first is None))


def read_schedule(path: Path) -> Schedule:
    """Return what a schedule file says, with its plans.

    Raises:
        SignalPlanError: The file or a plan file cannot be used, or the plans are not for one network and the same
            controllers; every fault is named.
    """
    document = read_yaml(path, ScheduleDocument, SignalPlanError, hint="docs/schedules.md shows one")
    names = dict.fromkeys(switch.plans for one in document.day_types for switch in one.switches)
    files = {name: read_plan_file(path.parent / name) for name in names}
    first = next(iter(files.values()))
    faults = list(_misfits(files, str(path)))
    if faults:
        raise SignalPlanError(*faults)
    return Schedule(
        name=document.name,
        procedure=Procedure(document.procedure),
        day_types=tuple(_day_type(one, files) for one in document.day_types),
        intersections=first.intersections,
        network_digest=first.network_digest,
        plan_files={name.stem: path.parent / name for name in names},
    )


def _misfits(files: Mapping[Path, PlanFile], source: str) -> Iterator[Fault]:
    names = list(files)
    stems = [name.stem for name in names]
    if len(set(stems)) < len(stems):
        yield Fault("two plan files have the same name", "name them apart: programmes are called so", source)
    first = files[names[0]]
    for name in names[1:]:
        if files[name].network_digest != first.network_digest:
            yield Fault(f"{name} and {names[0]} are for different networks", "use plans of one network", source)
        elif _controllers(files[name]) != _controllers(first):
            yield Fault(f"{name} and {names[0]} are for different controllers", "give every controller a plan", source)
        elif files[name].intersections != first.intersections:
            rule = f"{name} and {names[0]} describe the intersections differently"
            yield Fault(rule, "write the plan files anew from the network, with the same version", source)
    known = {site.controller_id for site in first.intersections}
    homeless = sorted(_controllers(first) - known)
    if homeless:
        yield Fault(f"{', '.join(homeless)} have no intersection", "write the plan file anew", source)


def _controllers(content: PlanFile) -> set[str]:
    return {plan.controller_id for plan in content.plans}


def _day_type(one: DayTypeEntry, files: Mapping[Path, PlanFile]) -> DayType:
    switches = (
        Switch(seconds_from_clock(switch.at), switch.plans.stem, files[switch.plans].plans) for switch in one.switches
    )
    return DayType(one.name, one.weekdays, one.first, one.last, tuple(switches))
