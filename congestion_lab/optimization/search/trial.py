"""The trial: before a plan is proposed it runs on further seeds, since few seeds do not show who jams now and then.

The plan that the search holds to be best runs on one further seed after another as long as it leads. Once its mean over
all its seeds falls behind what it promised and what the next in line promises, the next goes on trial. Proposed is the
plan with the least mean over all its seeds: a jam counts as what it costs. The present plans stand last in line and may
be proposed without a trial.
"""

import itertools
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace

from congestion_lab.core.seeds import derived_seed
from congestion_lab.optimization.search.race import Candidate, Race

SHARE = 1 / 4  # of what a budget holds beyond the present plan and one other; measured in benchmarks/README.md
_LEAST_RUNS, _MOST_RUNS = 4, 12  # what jams on one seed in five shows it on twelve with 93 % certainty: 1 - 0.8**12
_AT_A_TIME = 2  # runs of one plan: no matter how many workers, so that any number finds the same
_BEHIND = 0.05  # of the delay: what a jam adds to the mean that adds half of the delay on one seed of ten


@dataclass(frozen=True, slots=True)
class Tried:
    """Plans on trial.

    Attributes:
        candidate: The plans, and what the race found.
        further_s: Mean delay by seed that the race did not run them on; infinite where the run failed.
    """

    candidate: Candidate
    further_s: Mapping[int, float]

    @property
    def delays_s(self) -> dict[int, float]:
        """Mean delay by seed, of all seeds that they ran on."""
        return {**self.candidate.delays_s, **self.further_s}

    @property
    def mean_delay_s(self) -> float:
        """Mean over all seeds that they ran on."""
        delays = self.delays_s.values()
        return sum(delays) / len(delays)


def kept_runs(runs_allowed: int, seeds: int) -> int:
    """Return how many runs of a budget are kept for the trial; none of one that is too small for it.

    Args:
        runs_allowed: The budget.
        seeds: Number of seeds of the search.
    """
    return bounded(int(SHARE * (runs_allowed - 2 * seeds)))


def bounded(runs: int) -> int:
    """Return how many of the runs that there is room for a trial makes; none if they are too few to tell anything."""
    return 0 if runs < _LEAST_RUNS else min(runs, _MOST_RUNS)


def further_seeds(random_seed: int, count: int, *, taken: Collection[int]) -> tuple[int, ...]:
    """Return seeds for the trial.

    Args:
        random_seed: The seed of the search, from which they are derived.
        count: How many.
        taken: Seeds that are not to be among them: those of the search and of the confirmation.
    """
    derived = (derived_seed(random_seed, "trial", number) for number in itertools.count())
    fresh = (seed for seed in derived if seed not in taken)
    return tuple(itertools.islice(fresh, count))


def lined_up(promising: Sequence[Candidate], present: Candidate) -> list[Candidate]:
    """Return the order in which plans go on trial: those that promise more than the present ones, then these.

    After the first, plans that the race stopped come last: they would spend the trial on seeds that they missed.

    Args:
        promising: The plans that may be proposed, the most promising first.
        present: The present ones.
    """
    better = list(itertools.takewhile(lambda one: one is not present, promising))
    return [*better[:1], *sorted(better[1:], key=lambda one: one.stopped), present]


def on_trial(
    race: Race,
    line: Sequence[Candidate],
    seeds: Sequence[int],
    *,
    on_runs: Callable[[Sequence[Tried]], None] = lambda _tried: None,
) -> list[Tried]:
    """Spend the runs that the race kept; return the plans that were on trial and the present ones, the best first.

    Args:
        race: The race; plans that it stopped run on the seeds that they missed before any other.
        line: The plans that may be proposed, the most promising first, the present ones last.
        seeds: Seeds of the trial, at least as many as runs are kept.
        on_runs: Told of all plans on trial whenever one of them ran.
    """
    left, race.runs_kept = race.runs_kept, 0
    tried = [Tried(line[0], {})]
    while left:
        place, leader = min(enumerate(tried), key=lambda one: one[1].mean_delay_s)
        if len(tried) < len(line) and _is_behind(leader, line[len(tried)]):
            place, leader = len(tried), Tried(line[len(tried)], {})
            tried.append(leader)
        missed = [seed for seed in (*race.seeds, *seeds) if seed not in leader.delays_s]
        found = race.run(leader.candidate.entrant.plans, missed[: min(_AT_A_TIME, left)])
        left -= len(found)
        tried[place] = replace(leader, further_s={**leader.further_s, **found})
        on_runs(tried)
    judged = tried if len(tried) == len(line) else [*tried, Tried(line[-1], {})]
    return sorted(judged, key=lambda one: one.mean_delay_s)


def _is_behind(leader: Tried, following: Candidate) -> bool:
    promised_s = max(leader.candidate.score, following.score)
    return leader.mean_delay_s > (1 + _BEHIND) * promised_s
