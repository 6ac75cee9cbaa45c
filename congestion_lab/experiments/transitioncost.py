"""What traffic makes of a switch of plans: simulated beside runs that do not switch, vehicle by vehicle.

Every seed is run with the old plans kept, with the new plans all along, and with the switch, at switch points and at
once; demand and random numbers are the same. Up to the switch, kept and switched runs are equal. A switch at once keeps
no intergreens and needs no time: what one at switch points loses or gains against it, the transition itself does.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from congestion_lab.core.errors import DemandError, Fault
from congestion_lab.experiments.comparison import PairedDifference, paired
from congestion_lab.experiments.runner import Runner
from congestion_lab.metrics.objective import delay_s
from congestion_lab.signals.plan import PlanSet
from congestion_lab.signals.schedules.transitions import Procedure
from congestion_lab.simulation.result import Outcome, RunResult
from congestion_lab.simulation.spec import Changeover, RunSpec, SimulationInputs
from congestion_lab.simulation.tables import TRIPS

OLD = "old"  # the old plans all the time
NEW = "new"  # the new plans all the time
POINT = Procedure.SWITCH_POINT.value  # switched at switch points
ONCE = Procedure.IMMEDIATE.value  # switched at once
SIDES = (OLD, NEW, POINT, ONCE)
NOTICED_S = 10.0  # where level of service A ends (HCM 6th ed., exhibit 19-8): less is no delay to speak of
MINUTE_S = 60
_HOUR_S = 3600


@dataclass(frozen=True, slots=True)
class Switchover:
    """One switch of plans, on the clock of a simulation.

    Attributes:
        old: The plans that run.
        new: Those that follow.
        at_s: When the switch is asked for.
        window_s: Vehicles count that want to depart at most so long before it or less than so long after it; whole
            minutes.
        procedure: How controllers change by the schedule.
    """

    old: PlanSet
    new: PlanSet
    at_s: int
    window_s: int
    procedure: Procedure

    def specs(self, runner: Runner, inputs: SimulationInputs, seed: int) -> dict[str, RunSpec]:
        """Return the runs of one seed, by side."""
        kept = {OLD: runner.spec(inputs, seed, plans=self.old), NEW: runner.spec(inputs, seed, plans=self.new)}
        switched = {
            procedure.value: runner.spec(
                inputs, seed, plans=self.old, changeover=Changeover(self.at_s, self.new, procedure)
            )
            for procedure in Procedure
        }
        return kept | switched


@dataclass(frozen=True, slots=True)
class Cost:
    """One side against another, over the vehicles of the window.

    Attributes:
        base: What is compared with.
        side: What is compared.
        delay_s: Mean delay per demanded vehicle.
        total_h: Delay of all of them, vehicle-hours.
        later_veh: Vehicles that are more than `NOTICED_S` later than on the other side, mean over the seeds.
        earlier_veh: Those that are so much earlier.
    """

    base: str
    side: str
    delay_s: PairedDifference
    total_h: PairedDifference
    later_veh: float
    earlier_veh: float


@dataclass(frozen=True, slots=True)
class Minute:
    """The vehicles that want to depart within one minute.

    Attributes:
        minute: Number of the minute, the one that begins with the switch being 0.
        vehicles: How many there are, mean over the seeds.
        delay_s: Mean delay by side, mean over the seeds.
        transition_s: Mean delay of a switch at switch points beyond that of one at once.
    """

    minute: int
    vehicles: float
    delay_s: Mapping[str, float]
    transition_s: PairedDifference


@dataclass(frozen=True, slots=True)
class TransitionCost:
    """What a switch costs.

    Attributes:
        vehicles: Vehicles of the window, by seed.
        delay_s: Their mean delay by side and seed.
        unserved: Those that did not arrive by the horizon, by side, mean over the seeds.
        collisions: Collisions by side, in all runs together, warm-up included.
        unmatched: Vehicles of the window that not all sides of their seed have; they are left out.
        costs: Sides against each other.
        minutes: The window, minute by minute.
    """

    vehicles: Mapping[int, int]
    delay_s: Mapping[str, Mapping[int, float]]
    unserved: Mapping[str, float]
    collisions: Mapping[str, int]
    unmatched: int
    costs: tuple[Cost, ...]
    minutes: tuple[Minute, ...]


def transition_cost(switch: Switchover, runs: Mapping[int, Mapping[str, RunResult]]) -> TransitionCost:
    """Return what a switch costs.

    Args:
        switch: The switch.
        runs: By seed, at least one, the finished runs of all sides.

    Raises:
        DemandError: On some seed nobody wants to depart in the window.
        ExperimentError: There is no seed, or the table of a run is missing or damaged.
    """
    read = {seed: _delays(switch, sides) for seed, sides in runs.items()}
    tables = {seed: table for seed, (table, _) in read.items()}
    if empty := [seed for seed, table in tables.items() if table.empty]:
        rule = f"nobody wants to depart within {switch.window_s} s of the switch (seeds {', '.join(map(str, empty))})"
        raise DemandError(Fault(rule, "look at more time around it, or put it at another time of the scenario"))
    chosen = switch.procedure.value
    pairs = ((OLD, NEW), (OLD, chosen), (NEW, chosen), (ONCE, POINT))
    return TransitionCost(
        vehicles={seed: len(table) for seed, table in tables.items()},
        delay_s={side: _means(side, tables) for side in SIDES},
        unserved={side: float(np.mean([table[_unserved(side)].sum() for table in tables.values()])) for side in SIDES},
        collisions={side: sum(sides[side].collisions for sides in runs.values()) for side in SIDES},
        unmatched=sum(lost for _, lost in read.values()),
        costs=tuple(_cost(base, side, tables) for base, side in pairs),
        minutes=tuple(_minutes(switch, tables)),
    )


def _unserved(side: str) -> str:
    return f"{side} unserved"


def _delays(switch: Switchover, runs: Mapping[str, RunResult]) -> tuple[pd.DataFrame, int]:
    """Return the delays of the window's vehicles on every side, and how many vehicles not all sides have."""
    windows = {side: _windowed(switch, runs[side].table(TRIPS).set_index("vehicle_id")) for side in SIDES}
    shared = windows[OLD].index
    for trips in windows.values():
        shared = shared.intersection(trips.index, sort=False)
    everybody = set[str]().union(*(trips.index for trips in windows.values()))
    demanded_s = windows[OLD].loc[shared, "demanded_s"]
    table = pd.DataFrame({"minute": ((demanded_s - switch.at_s) // MINUTE_S).astype(int)}, index=shared)
    for side, trips in windows.items():
        table[side] = delay_s(trips.loc[shared])
        table[_unserved(side)] = trips.loc[shared, "arrived_s"].isna()
    return table, len(everybody) - len(shared)


def _windowed(switch: Switchover, trips: pd.DataFrame) -> pd.DataFrame:
    since_s = trips["demanded_s"] - switch.at_s
    return trips[(since_s >= -switch.window_s) & (since_s < switch.window_s)]


def _cost(base: str, side: str, tables: Mapping[int, pd.DataFrame]) -> Cost:
    changes = [table[side] - table[base] for table in tables.values()]
    return Cost(
        base,
        side,
        delay_s=paired(_means(base, tables), _means(side, tables)),
        total_h=paired(*({seed: table[one].sum() / _HOUR_S for seed, table in tables.items()} for one in (base, side))),
        later_veh=float(np.mean([(change > NOTICED_S).sum() for change in changes])),
        earlier_veh=float(np.mean([(change < -NOTICED_S).sum() for change in changes])),
    )


def _means(side: str, tables: Mapping[int, pd.DataFrame]) -> dict[int, float]:
    return {seed: float(table[side].mean()) for seed, table in tables.items()}


def _minutes(switch: Switchover, tables: Mapping[int, pd.DataFrame]) -> Iterator[Minute]:
    """Yield the minutes in which every seed has a vehicle."""
    minutes = switch.window_s // MINUTE_S
    for minute in range(-minutes, minutes):
        within = {seed: table[table["minute"] == minute] for seed, table in tables.items()}
        if all(map(len, within.values())):
            yield _minute(minute, within)


def _minute(minute: int, within: Mapping[int, pd.DataFrame]) -> Minute:
    means = {side: _means(side, within) for side in SIDES}
    return Minute(
        minute=minute,
        vehicles=float(np.mean([len(table) for table in within.values()])),
        delay_s={side: float(np.mean([*means[side].values()])) for side in SIDES},
        transition_s=paired(means[ONCE], means[POINT]),
    )


def finished_seeds(
    specs: Mapping[int, Mapping[str, RunSpec]], outcomes: Iterable[Outcome]
) -> dict[int, dict[str, RunResult]]:
    """Return by seed the runs of all sides, for the seeds of which every side was finished.

    Args:
        specs: The runs that were asked for, by seed and side.
        outcomes: What became of them, in any order.
    """
    results = {outcome.digest: outcome for outcome in outcomes if isinstance(outcome, RunResult)}
    return {
        seed: {side: results[spec.digest] for side, spec in sides.items()}
        for seed, sides in specs.items()
        if all(spec.digest in results for spec in sides.values())
    }
