"""Whether a simulation switched plans as predicted: second by second, and without conflicting greens."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

import pandas as pd

from congestion_lab.core.times import clock_from_seconds
from congestion_lab.experiments.transitioncost import Switchover
from congestion_lab.signals.intersection import Intersection
from congestion_lab.signals.plan import Aspect
from congestion_lab.signals.schedules.displays import Display, greens_in_conflict, parting_s, predicted_displays, within
from congestion_lab.signals.schedules.transitions import Procedure, Transition, transition
from congestion_lab.simulation.result import RunResult
from congestion_lab.simulation.tables import DISPLAYS

_AFTER = "after"
_CYCLES = 2  # of the new plan, looked at once it is in step


@dataclass(frozen=True, slots=True)
class SwitchCheck:
    """What the displays that some runs recorded say of a switch.

    Attributes:
        runs: How many runs were looked at.
        controllers: How many controllers each has.
        unsafe: Transitions that break a rule, one per controller whose plan changes.
        begun_s: When the first and the last of them began the new plan, on any run; None if none did.
        as_predicted: Controllers that showed, on every run, at every second what was predicted.
        departures: Where a controller showed something else, in words.
        conflicts: Where conflicting heads had the right of way together, in words.
    """

    runs: int
    controllers: int
    unsafe: int
    begun_s: tuple[float, float] | None
    as_predicted: int
    departures: tuple[str, ...]
    conflicts: tuple[str, ...]


def switch_check(
    switch: Switchover,
    procedure: Procedure,
    runs: Iterable[RunResult],
    sites: Iterable[Intersection],
    *,
    begin_s: float,
    step_s: float,
) -> SwitchCheck:
    """Return how far runs showed what is predicted, from a cycle before the switch to two after it.

    Args:
        switch: The switch.
        procedure: How the controllers changed in these runs.
        runs: Runs with a changeover.
        sites: The intersections of all controllers.
        begin_s: When the runs began.
        step_s: Length of a simulation step.

    Raises:
        ExperimentError: A run recorded no displays, or damaged ones.
    """
    homes = {site.controller_id: site for site in sites}
    made = [
        transition(
            old, switch.new.plan_of(old.controller_id), homes[old.controller_id], at_s=switch.at_s, procedure=procedure
        )
        for old in switch.old
    ]
    results = list(runs)
    looks = [look for result in results for look in _looks(switch, made, result, homes, begin_s=begin_s, step_s=step_s)]
    departed = {look.controller_id for look in looks if look.departures}
    begun = [look.begun_s for look in looks if look.begun_s is not None]
    return SwitchCheck(
        runs=len(results),
        controllers=len(made),
        unsafe=sum(bool(each.breaches) for each in made if _changes(switch, each.controller_id)),
        begun_s=(min(begun), max(begun)) if begun else None,
        as_predicted=len(made) - len(departed) if results else 0,
        departures=tuple(text for look in looks for text in look.departures),
        conflicts=tuple(text for look in looks for text in look.conflicts),
    )


def _changes(switch: Switchover, controller_id: str) -> bool:
    return switch.old.plan_of(controller_id) != switch.new.plan_of(controller_id)


@dataclass(frozen=True, slots=True)
class _Look:
    """What one controller showed on one run."""

    controller_id: str
    begun_s: float | None
    departures: tuple[str, ...]
    conflicts: tuple[str, ...]


def _looks(
    switch: Switchover,
    made: Iterable[Transition],
    result: RunResult,
    homes: Mapping[str, Intersection],
    *,
    begin_s: float,
    step_s: float,
) -> Iterator[_Look]:
    recorded = {str(name): rows for name, rows in result.table(DISPLAYS).groupby("controller_id")}
    for predicted in made:
        name = predicted.controller_id
        old, new, rows = switch.old.plan_of(name), switch.new.plan_of(name), recorded.get(name, DISPLAYS.empty())
        in_step_s = predicted.at_s + predicted.wait_s + predicted.stretch_s
        end_s = min(result.ended_s, in_step_s + _CYCLES * new.cycle_s)
        period = {"begin_s": max(begin_s, switch.at_s - old.cycle_s), "end_s": end_s}
        shown, begun_s = within(_displays(rows), **period), _begun_s(rows)
        parted_s = parting_s(predicted_displays(old, new, predicted, **period), shown, end_s=end_s, tolerance_s=step_s)
        departures = (*_begun_otherwise(predicted, begun_s, result.ended_s, step_s=step_s), *_shown_otherwise(parted_s))
        where = f"seed {result.seed}, {name}"
        yield _Look(
            name,
            begun_s,
            tuple(f"{where}: {text}" for text in departures),
            tuple(f"{where}: {text}" for text in greens_in_conflict(name, shown, homes[name], end_s=end_s)),
        )


def _begun_otherwise(predicted: Transition, begun_s: float | None, ended_s: float, *, step_s: float) -> Iterator[str]:
    expected_s = predicted.at_s + predicted.wait_s
    clock = clock_from_seconds(expected_s)
    if ended_s <= expected_s:
        yield f"the run ended at {clock_from_seconds(ended_s)}, before the new plan was to begin at {clock}"
    elif begun_s is None:
        yield f"the new plan, predicted for {clock}, never began"
    elif abs(begun_s - expected_s) >= step_s:
        yield f"the new plan began at {clock_from_seconds(begun_s)}, not at {clock}"


def _shown_otherwise(parted_s: float | None) -> Iterator[str]:
    if parted_s is not None:
        yield f"from {clock_from_seconds(parted_s)} on it showed something else than predicted"


def _displays(rows: pd.DataFrame) -> Iterator[Display]:
    for begin_s, aspects in zip(rows["begin_s"], rows["aspects"], strict=True):
        yield Display(float(begin_s), tuple(Aspect(word) for word in aspects.split()))


def _begun_s(rows: pd.DataFrame) -> float | None:
    after = rows.loc[rows["plans"] == _AFTER, "begin_s"]
    return None if after.empty else float(after.min())
