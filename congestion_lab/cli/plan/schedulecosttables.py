"""What a switch of plans costs, as tables for people and as values for machines."""

import math
import statistics
from collections.abc import Iterator, Mapping
from dataclasses import asdict
from typing import Any

from rich.box import SIMPLE_HEAD
from rich.markup import escape
from rich.table import Table

from congestion_lab.cli.console import counted
from congestion_lab.cli.tables import difference_as_json
from congestion_lab.core.names import clean_name
from congestion_lab.core.times import clock_from_seconds
from congestion_lab.experiments.comparison import PairedDifference
from congestion_lab.experiments.switchcheck import SwitchCheck
from congestion_lab.experiments.transitioncost import (
    MINUTE_S,
    NEW,
    NOTICED_S,
    OLD,
    ONCE,
    POINT,
    SIDES,
    Switchover,
    TransitionCost,
)

_LABELS = {
    OLD: "old plans kept",
    NEW: "new plans all along",
    POINT: "switched at switch points",
    ONCE: "switched at once",
}
_SHORT = {OLD: "old", NEW: "new", POINT: "points", ONCE: "at once"}
_READING = (
    "Paired by seed, 95 % intervals. Points against at once, which keeps no intergreens: what the transition itself "
    f"does. Later, earlier: vehicles by more than {NOTICED_S:g} s, mean over the seeds."
)


def cost_tables(switch: Switchover, cost: TransitionCost, names: tuple[str, str]) -> Iterator[Table]:
    """Yield what was simulated, the sides against each other, and the window minute by minute.

    Args:
        switch: The switch.
        cost: What it costs.
        names: Names of the old and of the new plans.
    """
    yield _sides(switch, cost, names)
    yield _costs(cost)
    yield _minutes(switch, cost)


def _table(title: str, first: str, *figures: str) -> Table:
    table = Table(title=escape(title), title_justify="left", box=SIMPLE_HEAD, pad_edge=False, collapse_padding=True)
    table.caption_justify = "left"
    table.add_column(first, overflow="fold", min_width=11)
    for heading in figures:
        table.add_column(heading, justify="right", no_wrap=True)
    return table


def _sides(switch: Switchover, cost: TransitionCost, names: tuple[str, str]) -> Table:
    old, new = (clean_name(name) for name in names)
    minutes = switch.window_s // MINUTE_S
    title = f"{old} → {new}, simulated at {clock_from_seconds(switch.at_s)}, {minutes} minutes before and after"
    table = _table(title, "run", "delay s/veh", "sd", "veh·h", "not arrived", "collisions")
    for side in SIDES:
        values = [*cost.delay_s[side].values()]
        hours = statistics.fmean(
            value * cost.vehicles[seed] / (60 * MINUTE_S) for seed, value in cost.delay_s[side].items()
        )
        spread = f"{statistics.stdev(values):.1f}" if len(values) > 1 else "–"
        mean = f"{statistics.fmean(values):.1f}"
        counts = (f"{cost.unserved[side]:.1f}", str(cost.collisions[side]))
        table.add_row(_LABELS[side], mean, spread, f"{hours:.1f}", *counts)
    seeds = ", ".join(map(str, sorted(cost.vehicles)))
    table.caption = f"Seeds {seeds}; {statistics.fmean(cost.vehicles.values()):.0f} vehicles want to depart."
    return table


def _costs(cost: TransitionCost) -> Table:
    table = _table("Changes", "of", "s/veh", "95 % interval", "veh·h", "later", "earlier")
    for one in cost.costs:
        label = f"{_SHORT[one.side]} against {_SHORT[one.base]}"
        change = (f"{one.delay_s.mean:+.2f}", _interval(one.delay_s, 2), f"{one.total_h.mean:+.2f}")
        table.add_row(label, *change, f"{one.later_veh:.0f}", f"{one.earlier_veh:.0f}")
    table.caption = _READING
    return table


def _minutes(switch: Switchover, cost: TransitionCost) -> Table:
    headings = (*_SHORT.values(), "transition", "95 % interval")
    table = _table("Minute of wanted departure: mean delay, s/veh", "from", "veh", *headings)
    for one in cost.minutes:
        clock = clock_from_seconds(switch.at_s + MINUTE_S * one.minute)
        delays = (f"{one.delay_s[side]:.1f}" for side in SIDES)
        table.add_row(
            clock, f"{one.vehicles:.0f}", *delays, f"{one.transition_s.mean:+.1f}", _interval(one.transition_s, 1)
        )
    table.caption = "Transition: at switch points against at once. Each interval holds by itself: one in twenty misses."
    return table


def _interval(difference: PairedDifference, digits: int) -> str:
    if not math.isfinite(difference.low):
        return "one seed"
    return f"{difference.low:+.{digits}f} … {difference.high:+.{digits}f}"


def check_line(procedure: str, check: SwitchCheck) -> str:
    """Return in a line what the runs showed at the switch."""
    begun = (
        "no new plan began"
        if check.begun_s is None
        else "new plans began from {} to {}".format(*map(clock_from_seconds, check.begun_s))
    )
    shown = f"{check.as_predicted} of {check.controllers} controllers showed every second what is predicted"
    conflicts = (
        f"{counted(len(check.conflicts), 'time')} conflicting greens" if check.conflicts else "no conflicting greens"
    )
    verb = "is" if check.unsafe == 1 else "are"
    unsafe = f"{counted(check.unsafe, 'transition')} {verb} not safe" if check.unsafe else "every transition is safe"
    return f"{_LABELS[procedure]}, {counted(check.runs, 'run')}: {begun}; {shown}; {conflicts}; {unsafe}"


def cost_as_json(
    switch: Switchover, cost: TransitionCost, checks: Mapping[str, SwitchCheck], names: tuple[str, str]
) -> dict[str, Any]:
    """Return everything that was found, by the names of the sides."""
    return {
        "old": names[0],
        "new": names[1],
        "simulated_at": clock_from_seconds(switch.at_s),
        "window_s": switch.window_s,
        "procedure": switch.procedure.value,
        "vehicles": _by_seed(cost.vehicles),
        "unmatched": cost.unmatched,
        "delay_s": {side: _by_seed(values) for side, values in cost.delay_s.items()},
        "not_arrived": dict(cost.unserved),
        "collisions": dict(cost.collisions),
        "changes": [
            {
                "side": one.side,
                "base": one.base,
                "delay_s": difference_as_json(one.delay_s),
                "total_h": difference_as_json(one.total_h),
                "later": one.later_veh,
                "earlier": one.earlier_veh,
            }
            for one in cost.costs
        ],
        "minutes": [
            {
                "minute": one.minute,
                "vehicles": one.vehicles,
                "delay_s": dict(one.delay_s),
                "transition_s": difference_as_json(one.transition_s),
            }
            for one in cost.minutes
        ],
        "checks": {procedure: asdict(check) for procedure, check in checks.items()},
    }


def _by_seed(values: Mapping[int, float]) -> dict[str, float]:
    return {str(seed): value for seed, value in values.items()}
