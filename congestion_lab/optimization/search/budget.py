"""What a search may spend beside simulations: time, where the user says so.

Time must not make a search irreproducible, so it only decides where the search is cut, and the places of the cuts are
kept: a study that is run again is cut at the same places.
"""

import math
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from congestion_lab.core.errors import Fault, ScenarioError

_MINUTE_S = 60.0


@dataclass(frozen=True, slots=True)
class Pace:
    """How fast simulations are made here.

    Attributes:
        run_s: Time that one takes.
        workers: How many are made at a time.
    """

    run_s: float
    workers: int

    def time_s(self, runs: int) -> float:
        """Return the time that simulations take."""
        return math.ceil(runs / self.workers) * self.run_s

    def runs_in(self, seconds: float) -> int:
        """Return how many simulations are made in a time."""
        return int(max(seconds, 0.0) // self.run_s) * self.workers


@dataclass
class Clock:
    """Time left for a search. Without a bound nothing depends on the speed of the machine.

    Attributes:
        minutes: Bound on the whole study; None for none.
        now_s: Tells the time.
        kept_s: Time to be kept for the field of plans that is begun last, and for what comes after the search.
        kept_for: What it is kept for, in words.
        reached: Candidates that are tried in any case: an interrupted search comes as far as it had come.
        ended_after: Candidates after which the search ended when it was first made, if it did.
        reason: Why it ended then.
    """

    minutes: float | None = None
    now_s: Callable[[], float] = time.monotonic
    kept_s: float = 0.0
    kept_for: str = ""
    reached: int = 0
    ended_after: int | None = None
    reason: str = "the time is used up"
    _begun_s: float = field(init=False)

    def __post_init__(self) -> None:
        self._begun_s = self.now_s()

    @property
    def left_s(self) -> float:
        """Seconds left; infinite without a bound."""
        return math.inf if self.minutes is None else self.minutes * _MINUTE_S - self.needed_s

    @property
    def needed_s(self) -> float:
        """Seconds that the study takes if nothing but what time is kept for is still done."""
        return self.now_s() - self._begun_s + self.kept_s

    def keep(self, pace: Pace, *, field: int, confirming: int) -> None:
        """Keep the time that simulations take.

        Args:
            pace: How fast they are made.
            field: Those of the field of plans that is begun last.
            confirming: Those of the confirmation.
        """
        self.kept_s = pace.time_s(field) + pace.time_s(confirming)
        self.kept_for = (
            f"a simulation takes {pace.run_s:.0f} s here, {pace.workers} at a time, so the {field} of a first field of "
            f"plans and the {confirming} of the confirmation take {self.kept_s / _MINUTE_S:.1f} min"
        )

    def require_search(self, study: str) -> None:
        """Make sure that there is time for a search.

        Raises:
            ScenarioError: There is none, with what would do.
        """
        if self.minutes is not None and self.left_s <= 0:
            rule = f"{self.minutes:g} min hold no search: {self.kept_for}"
            enough = math.ceil(self.needed_s / _MINUTE_S) + 1
            hint = f"give `--minutes {enough}` or more, or name fewer seeds; what has been simulated is kept"
            raise ScenarioError(Fault(rule, hint, study, key="search.minutes"))

    def is_over(self, candidates: int) -> bool:
        """Return whether a search that has tried a number of candidates has to end."""
        if self.ended_after is not None:
            return candidates >= self.ended_after
        return candidates >= self.reached and self.left_s <= 0


@dataclass
class Cut:
    """Ends one round when its time is up, or after as many steps as it had when it was first made.

    Attributes:
        clock: Time left for all rounds.
        share: Share of that which the round may take.
        kept: Steps after which it was cut when it was first made; 0 if it was not; None for a round that is new.
        steps: Steps so far.
        cut_after: Steps after which it was cut; 0 if it was not.
    """

    clock: Clock
    share: float
    kept: int | None = None
    steps: int = 0
    cut_after: int = 0
    _spare_s: float = field(init=False)

    def __post_init__(self) -> None:
        self._spare_s = (1 - self.share) * self.clock.left_s if self.clock.minutes is not None else 0.0

    def goes_on(self) -> bool:
        """Return whether another step may be made, and count it."""
        if self.cut_after:
            return False
        self.steps += 1
        is_up = self.clock.left_s <= self._spare_s if self.kept is None else self.steps == self.kept
        if is_up:
            self.cut_after = self.steps
        return not is_up
