"""The race: candidates run seed by seed beside the best plan known, and hopeless ones leave it early.

Every run of one plan on one seed is counted, and no plan runs twice on a seed. A candidate first runs on one seed; it
goes on to the others only while its differences to the incumbent and to the best of its field leave hope. The seed
that comes first changes from field to field, so that no plan is bred for one seed. A plan becomes the incumbent only
when it is better over all seeds.
"""

import math
import statistics
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType

from congestion_lab.optimization.space.space import Point
from congestion_lab.signals.plan import PlanSet

Evaluate = Callable[[Sequence[tuple[PlanSet, int]]], Sequence[float]]
"""Mean delay in seconds of each (plans, seed); infinite for a run that failed. Called with distinct pairs."""

_LEAST_HOPE, _HOPE_ERRORS = 0.01, 0.5
"""Share of the delay by which a candidate may lag behind the incumbent or the best of its field and still run on, and
standard errors of its lag if these are more: an equal plan is then stopped in three cases out of ten."""
_LEAST_SEEDS, _LEAST_S = 2, 0.1  # to see a spread, and a ratio of delays
_MOST_SPREAD = 0.1  # one gridlock among few runs says nothing about the others


@dataclass(frozen=True, slots=True)
class Entrant:
    """Plans that ask to be tried.

    Attributes:
        plans: The plans.
        origin: Where they come from, for people.
        point: Their point in the decision space; None for plans that did not come from there.
    """

    plans: PlanSet
    origin: str
    point: Point | None = None


@dataclass(frozen=True, slots=True)
class Candidate:
    """Plans that were tried.

    Attributes:
        number: Position in the order of trials, from 0.
        entrant: The plans and where they come from.
        delays_s: Mean delay by seed; infinite where the run failed.
        stopped: Whether it was stopped before it had run on all seeds.
        score: Delay to rank it by: its mean over all seeds, or, if it was stopped, the incumbent's mean then plus the
            mean difference on the seeds that both ran; never below the incumbent's. That of its twin if it has one.
        has_twin: Whether it was stopped because it does exactly what another candidate does.
    """

    number: int
    entrant: Entrant
    delays_s: Mapping[int, float]
    stopped: bool
    score: float
    has_twin: bool = False

    @property
    def mean_delay_s(self) -> float:
        """Mean over the seeds that it ran."""
        return sum(self.delays_s.values()) / len(self.delays_s)


@dataclass
class Race:
    """All trials of a study and the best of them. Mutable: it is the search's only memory.

    Attributes:
        evaluate: Runs plans on seeds.
        seeds: Seeds of the search.
        runs_allowed: Bound on the number of runs.
        on_candidate: Told of every finished candidate, in order.
        candidates: Every candidate so far.
        runs_kept: Runs of those allowed that are kept for what comes after the race.
        runs_used: Runs so far.
        incumbent: The best candidate that ran on all seeds.
    """

    evaluate: Evaluate
    seeds: tuple[int, ...]
    runs_allowed: int
    on_candidate: Callable[[Candidate], None] = lambda _candidate: None
    candidates: list[Candidate] = field(default_factory=list)
    runs_kept: int = 0
    runs_used: int = 0
    incumbent: Candidate | None = None
    _known: dict[str, Candidate] = field(default_factory=dict)
    _fields: int = 0

    @property
    def runs_left(self) -> int:
        """Runs that the budget still holds for the race."""
        return self.runs_allowed - self.runs_kept - self.runs_used

    def try_all(self, entrants: Sequence[Entrant], *, all_seeds: bool = False) -> list[Candidate]:
        """Try a field of entrants against the incumbent and return those that ran, in their order.

        Plans that were tried before are not run again. Entrants for whom the budget has no run left are dropped; it is
        spread over the field only so far that the best of the field can still run on all seeds.

        Args:
            entrants: The field.
            all_seeds: Whether nobody is stopped.
        """
        fresh: dict[str, Entrant] = {}
        for entrant in entrants:
            if entrant.plans.digest not in self._known:
                fresh.setdefault(entrant.plans.digest, entrant)
        delays: dict[str, dict[int, float]] = {digest: {} for digest in fresh}
        stages = [self._seed_order()] if all_seeds else _stages(self._seed_order())
        self._fields += 1
        running = list(fresh)
        for number, seeds in enumerate(stages):
            later = sum(len(stage) for stage in stages[number + 1 :])
            affordable = max(0, self.runs_left - later) // len(seeds)
            running = running[:affordable]
            self._run({digest: fresh[digest] for digest in running}, seeds, delays)
            if not all_seeds:
                running = self._hopeful(running, delays)
        # Those that ran on all seeds come first: one of them may be the incumbent that the others are scored against.
        for digest in sorted(fresh, key=lambda digest: len(delays[digest]), reverse=True):
            if delays[digest]:
                self._finish(digest, fresh[digest], delays[digest])
        return [self._known[entrant.plans.digest] for entrant in entrants if entrant.plans.digest in self._known]

    def run(self, plans: PlanSet, seeds: Sequence[int]) -> dict[int, float]:
        """Run plans on seeds beside the race and return their delays; counted like all others."""
        self.runs_used += len(seeds)
        return dict(zip(seeds, self.evaluate([(plans, seed) for seed in seeds]), strict=True))

    def best(self, count: int) -> list[Candidate]:
        """Return the best candidates among those that ran on all seeds."""
        complete = [candidate for candidate in self.candidates if not candidate.stopped]
        return sorted(complete, key=lambda candidate: (candidate.score, candidate.number))[:count]

    @property
    def spread(self) -> float:
        """By how much two plans differ more on one seed than on another: standard deviation of the logarithms.

        The median over the candidates that ran on all seeds, each beside the incumbent; 0 while there is none.
        """
        if self.incumbent is None or len(self.seeds) < _LEAST_SEEDS:
            return 0.0
        others = [one for one in self.candidates if one is not self.incumbent and not one.stopped]
        found = [_spread(one.delays_s, self.incumbent.delays_s) for one in others if math.isfinite(one.score)]
        return min(_MOST_SPREAD, statistics.median(found)) if found else 0.0

    def _seed_order(self) -> tuple[int, ...]:
        first = self._fields % len(self.seeds)
        return self.seeds[first:] + self.seeds[:first]

    def _run(
        self, entrants: Mapping[str, Entrant], seeds: Sequence[int], delays: Mapping[str, dict[int, float]]
    ) -> None:
        """Run entrants on seeds."""
        pairs = [(digest, seed) for digest in entrants for seed in seeds]
        results = self.evaluate([(entrants[digest].plans, seed) for digest, seed in pairs]) if pairs else []
        self.runs_used += len(pairs)
        for (digest, seed), delay in zip(pairs, results, strict=True):
            delays[digest][seed] = delay

    def _hopeful(self, running: Sequence[str], delays: Mapping[str, Mapping[int, float]]) -> list[str]:
        """Return who goes on, the best first: those close to the incumbent and to the best of their field so far.

        Of plans that differ in nothing that these vehicles notice the first goes on.
        """
        mean = {digest: sum(delays[digest].values()) / len(delays[digest]) for digest in running}
        ran = min((len(delays[digest]) for digest in running), default=1)
        bound = (1 + self._hope(ran)) * min(mean.values(), default=0.0)
        different = {tuple(delays[digest].items()): digest for digest in reversed(running)}.values()
        close = [digest for digest in different if mean[digest] <= bound and self._has_hope(delays[digest])]
        return sorted(close, key=lambda digest: (mean[digest], running.index(digest)))

    def _has_hope(self, delays: Mapping[int, float]) -> bool:
        if self.incumbent is None:
            return True
        if any(delays.items() <= one.delays_s.items() for one in self.candidates):
            return False  # it does exactly what a plan did that was tried
        return self._lag_s(delays) <= self._hope(len(delays)) * self.incumbent.score

    def _hope(self, ran: int) -> float:
        """Return the share by which a candidate may lag after so many runs."""
        return max(_LEAST_HOPE, _HOPE_ERRORS * self.spread / math.sqrt(max(ran, 1)))

    def _lag_s(self, delays: Mapping[int, float]) -> float:
        """Mean difference to the incumbent on the seeds run so far."""
        assert self.incumbent is not None  # noqa: S101 -- for the type checker; callers looked
        return sum(delay - self.incumbent.delays_s[seed] for seed, delay in delays.items()) / len(delays)

    def _finish(self, digest: str, entrant: Entrant, delays: Mapping[int, float]) -> None:
        stopped = len(delays) < len(self.seeds)
        twin = (
            next((one for one in self.candidates if delays.items() <= one.delays_s.items()), None) if stopped else None
        )
        ordered = MappingProxyType({seed: delays[seed] for seed in self.seeds if seed in delays})
        score = twin.score if twin else self._score(delays, stopped=stopped)
        candidate = Candidate(len(self.candidates), entrant, ordered, stopped, score, twin is not None)
        self._known[digest] = candidate
        self.candidates.append(candidate)
        if not stopped and math.isfinite(candidate.score) and _beats(candidate, self.incumbent):
            self.incumbent = candidate
        self.on_candidate(candidate)

    def _score(self, delays: Mapping[int, float], *, stopped: bool) -> float:
        if not stopped or self.incumbent is None:
            return sum(delays.values()) / len(delays)
        return self.incumbent.score + max(0.0, self._lag_s(delays))


def _spread(delays: Mapping[int, float], others: Mapping[int, float]) -> float:
    return statistics.stdev(math.log(max(delays[seed], _LEAST_S) / max(others[seed], _LEAST_S)) for seed in delays)


def _beats(candidate: Candidate, incumbent: Candidate | None) -> bool:
    return incumbent is None or candidate.score < incumbent.score


def _stages(seeds: Sequence[int]) -> list[Sequence[int]]:
    """Split seeds into stages of 1, 2, 4, …: few runs for the hopeless, few waits for the rest."""
    stages: list[Sequence[int]] = []
    start = 0
    while start < len(seeds):
        size = 2 ** len(stages)
        stages.append(seeds[start : start + size])
        start += size
    return stages
