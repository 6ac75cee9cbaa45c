"""What each level of a search took and gave: plans, simulations, time, and the delay of the best plan after it."""

import math
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace

from congestion_lab.optimization.search.agreement import Agreement
from congestion_lab.optimization.search.fastmodel import Meter
from congestion_lab.optimization.search.race import Candidate, Race
from congestion_lab.optimization.search.trial import Tried

FORMULAS, FAST, SUMO, TRIAL = "formulas", "fast engine", "SUMO", "trial"


@dataclass(frozen=True, slots=True)
class Level:
    """What one level of a search took and gave.

    Attributes:
        name: Its name.
        plans: Plans that it judged.
        sumo_runs: Simulations that it made in SUMO.
        seconds: Time that it took, waiting for simulations included.
        engine_s: Time of that in the fast engine.
        best_delay_s: Mean delay of the best plan after it, as SUMO measured it on the seeds of the search.
    """

    name: str
    plans: int = 0
    sumo_runs: int = 0
    seconds: float = 0.0
    engine_s: float = 0.0
    best_delay_s: float = math.inf


@dataclass(frozen=True, slots=True)
class Climb:
    """How a search went.

    Attributes:
        line: The plans that may be proposed, the most promising first.
        levels: What each level took and gave, in order.
        agreement: How the fast engine and SUMO agree on the plans that both judged; on none if it was not asked.
        correction: What the correction of the fast engine followed at the end.
        end: Why it ended.
        trial: The plans that were on trial, the best first; none where the budget holds no trial.
    """

    line: tuple[Candidate, ...]
    levels: tuple[Level, ...]
    agreement: Agreement
    correction: str
    end: str
    trial: tuple[Tried, ...] = ()

    @property
    def best(self) -> Candidate:
        """The plan that is proposed."""
        return self.trial[0].candidate if self.trial else self.line[0]


@dataclass
class Spending:
    """What the levels took and gave so far.

    Attributes:
        race: Counts the simulations.
        engine: Counts the time of the fast engine.
        levels: By name, in order.
    """

    race: Race
    engine: Meter = field(default_factory=Meter)
    levels: dict[str, Level] = field(default_factory=dict)

    @contextmanager
    def on(self, name: str) -> Iterator[None]:
        """Put what the block takes down to a level."""
        runs, plans, engine_s, whole = self.race.runs_used, len(self.race.candidates), self.engine.seconds, Meter()
        with whole.running():
            yield
        before = self._level(name)
        self.levels[name] = replace(
            before,
            plans=before.plans + len(self.race.candidates) - plans,
            sumo_runs=before.sumo_runs + self.race.runs_used - runs,
            seconds=before.seconds + whole.seconds,
            engine_s=before.engine_s + self.engine.seconds - engine_s,
        )

    def judged(self, name: str, plans: int) -> None:
        """Count plans that the fast engine judged."""
        before = self._level(name)
        self.levels[name] = replace(before, plans=before.plans + plans)

    def gave(self, *names: str, best_s: float | None = None) -> None:
        """Put the best plan so far down to levels, or the delay of another one."""
        best_s = self.race.best(1)[0].score if best_s is None else best_s
        self.levels |= {name: replace(self._level(name), best_delay_s=best_s) for name in names}

    def _level(self, name: str) -> Level:
        return self.levels.get(name, Level(name))
