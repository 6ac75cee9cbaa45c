"""Day types and switches of a schedule, as commands name them."""

import itertools
from collections.abc import Iterator
from pathlib import Path

import click

from congestion_lab.core.times import clock_from_seconds, seconds_from_clock
from congestion_lab.signals.schedules.schedule import DayType, Schedule, Switch


def day_type_named(content: Schedule, file: Path, name: str) -> DayType:
    """Return a day type of a schedule.

    Raises:
        UsageError: It has none of that name.
    """
    for one in content.day_types:
        if one.name == name:
            return one
    known = ", ".join(one.name for one in content.day_types)
    raise click.UsageError(f"{file} has no day type {name}; it has {known}")


def switch_at(day: DayType, clock: str) -> tuple[Switch, Switch]:
    """Return what runs before a switch of a day type and what follows it; at midnight, on the second of two such days.

    Raises:
        UsageError: There is no such switch, or no plan changes at it.
    """
    at_s = clock_of("--at", clock)
    pairs = [(day.switches[-1], day.switches[0]), *itertools.pairwise(day.switches)]
    for before, after in pairs:
        if after.at_s == at_s and before.plans != after.plans:
            return before, after
    known = ", ".join(_changing(pairs)) or "none"
    raise click.UsageError(f"no plan of {day.name} changes at {clock}; switches: {known}")


def _changing(pairs: list[tuple[Switch, Switch]]) -> Iterator[str]:
    return (clock_from_seconds(after.at_s) for before, after in pairs if before.plans != after.plans)


def clock_of(option: str, text: str) -> int:
    """Return the seconds since midnight that an option says.

    Raises:
        UsageError: It is no time.
    """
    try:
        return seconds_from_clock(text)
    except ValueError as problem:
        raise click.UsageError(f"{option}: {problem}") from None
