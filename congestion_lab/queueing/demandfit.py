"""Demand fitted to counts, in rounds: estimate, simulate, look again which count sees whom and when.

Which vehicles a count sees depends on travel times, and these on the demand; so the shares that the estimate rests on
are taken anew from a simulation of what was estimated, until the estimate stays as it is.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import numpy as np
from scipy import sparse

from congestion_lab.core.errors import DemandError, Fault
from congestion_lab.demand.counts.counts import Count
from congestion_lab.demand.estimation.cells import Cells, Floats
from congestion_lab.demand.estimation.counted import volumes
from congestion_lab.demand.estimation.entropy import at_level, least_information, typical_weight
from congestion_lab.demand.estimation.estimation import Observation, Prior, count_variance, evidence, least_squares
from congestion_lab.demand.estimation.realising import Realised, realised
from congestion_lab.demand.estimation.spread import STRUCTURES, error_factor, spread_of
from congestion_lab.queueing.demandbench import Bench, Simulated

GLS, ENTROPY = "gls", "entropy"
LEVELS = (0.75,)
"""Of the prior that are simulated before the first estimate: one that jams says little about who passes where.

None is above 1: beyond capacity counts no longer rise with demand, so that far too much explains them as well.
"""
_PLATEAU = 0.03  # share of the misfit by which one set of whole vehicles differs from the next by chance
_NOBODY = Fault(
    "no vehicle passes any counted link in its counted time",
    "compare the counts' links and times with the scenario's routes",
)


@dataclass(frozen=True, slots=True)
class Settings:
    """How a demand is fitted.

    Attributes:
        method: `gls` or `entropy`.
        count_error: Error of counts, as a share and standard deviation.
        prior_error: Error of the prior's cells, likewise.
        lowest: Least factor on a cell.
        highest: Greatest factor on a cell.
        rounds: Most rounds of estimating and simulating.
        settled: Share of all vehicles by which an estimate may still change when it counts as settled.
        seed: Draws the departures of vehicles that are repeated.
    """

    method: str = GLS
    count_error: float = 0.1
    prior_error: float = 0.4
    lowest: float = 0.1
    highest: float = 4.0
    rounds: int = 6
    settled: float = 0.02
    seed: int = 1


@dataclass(frozen=True, slots=True)
class Round:
    """What one round came to.

    Attributes:
        vehicles: Vehicles simulated.
        misfit: Mean square of (modelled − counted) over the standard deviation of the count.
        gridlocks: Runs that jammed.
    """

    vehicles: int
    misfit: float
    gridlocks: int


@dataclass(frozen=True, eq=False)
class DemandFit:
    """A demand fitted to counts.

    Attributes:
        cells: How the prior falls into cells.
        prior: What was believed before.
        structure: What the prior's errors are taken to be common to, as the counts say.
        vehicles: Estimated number per cell.
        realised: The same as whole vehicles.
        observation: The counts, with the shares of cells seen in that round.
        rounds: What each round came to, beginning with the prior itself and its `LEVELS`.
        best: Index of the round whose vehicles are taken: the one that met the counts best.
        settled: Whether the estimate stayed as it was in the end, or met the counts no better than the one before.
    """

    cells: Cells
    prior: Prior
    structure: str
    vehicles: Floats
    realised: Realised
    observation: Observation
    rounds: tuple[Round, ...]
    best: int
    settled: bool


def prior_of(cells: Cells, settings: Settings, structure: str) -> Prior:
    """Return what is believed before counting: the prior's own vehicles, and how far they may be off."""
    vehicles = cells.vehicles
    factor = error_factor(cells, spread_of(settings.prior_error, structure))
    lower = np.where(cells.fixed, 1.0, settings.lowest) * vehicles
    upper = np.where(cells.fixed, 1.0, settings.highest) * vehicles
    return Prior(vehicles, factor, lower, upper)


def likeliest(cells: Cells, settings: Settings, observation: Observation) -> tuple[str, Prior]:
    """Return the structure of the prior's errors under which the counts were likeliest, and the prior with it."""
    priors = {structure: prior_of(cells, settings, structure) for structure in STRUCTURES}
    best = max(priors, key=lambda structure: evidence(priors[structure], observation))
    return best, priors[best]


def fitted(
    bench: Bench,
    counts: Sequence[Count],
    cells: Cells,
    settings: Settings,
    tell: Callable[[Round], None] = lambda _: None,
) -> DemandFit:
    """Return the demand that explains counts and is not far from the prior.

    Every estimate rests on the demand that met the counts best so far. Where a full step towards it meets them worse, a
    shorter one is tried: beyond capacity a jam keeps vehicles from the counts, and more demand would only lengthen it.

    Args:
        bench: Simulates.
        counts: What was counted.
        cells: Cells of the prior.
        settings: How to fit.
        tell: Hears of every round.

    Raises:
        DemandError: No vehicle passes any counted link, or the estimate does not settle between its bounds.
    """
    trial = _Trial(bench, counts, cells, settings, tell)
    best = trial.of(cells.vehicles)
    if best.observation.seen.nnz == 0:
        raise DemandError(_NOBODY)
    for level in LEVELS:
        best = min(best, trial.of(level * cells.vehicles, before=best), key=lambda one: one.misfit)
    structure, prior = likeliest(cells, settings, best.observation)
    step, settled = 1.0, False
    for _ in range(settings.rounds):
        aim = _estimate(prior, best.observation, settings)
        change = float(np.abs(aim - best.wanted).sum() / max(best.wanted.sum(), 1.0))
        settled = settled or change <= settings.settled
        if settled:
            break
        tried = trial.of(best.wanted + step * (aim - best.wanted), before=best)
        settled = abs(tried.misfit - best.misfit) <= _PLATEAU * best.misfit
        step = min(1.0, 2 * step) if tried.misfit < best.misfit else step / 2
        best = min(best, tried, key=lambda one: one.misfit)
    return DemandFit(
        cells, prior, structure, best.wanted, best.vehicles, best.observation, tuple(trial.rounds), best.number, settled
    )


@dataclass(frozen=True, eq=False)
class _Tried:
    """A demand that was simulated: numbers wanted, whole vehicles, what the counts see of them, and its round."""

    wanted: Floats
    vehicles: Realised
    observation: Observation
    misfit: float
    number: int


@dataclass(eq=False)
class _Trial:
    """Simulates demands and keeps a record of it."""

    bench: Bench
    counts: Sequence[Count]
    cells: Cells
    settings: Settings
    tell: Callable[[Round], None]
    rounds: list[Round] = field(default_factory=list)

    def of(self, wanted: Floats, *, before: _Tried | None = None) -> _Tried:
        """Simulate a demand; of cells that have no vehicle in it, counts see what they saw before."""
        kept = np.where(self.cells.fixed, self.cells.vehicles, wanted)
        vehicles = realised(self.cells, self.bench.demand.demanded_s, kept, self.settings.seed)
        found = self.bench.simulated(self.counts, self.cells, vehicles)
        counted = volumes(self.counts)
        self.rounds.append(_round(found, vehicles, counted, self.settings))
        self.tell(self.rounds[-1])
        seen = found.seen
        if before is not None:
            absent = (found.present == 0).astype(np.float64)
            seen = sparse.csr_array(seen + before.observation.seen * absent[None, :])
        variance = count_variance(found.modelled, self.settings.count_error)
        observation = Observation(seen, _explained(counted, found), variance)
        return _Tried(kept, vehicles, observation, self.rounds[-1].misfit, len(self.rounds) - 1)


def _explained(counted: Floats, found: Simulated) -> Floats:
    """Return what demand has to explain of counts that the model does not reach.

    Where vehicles stand at the end of the interval who missed a green, enough want to pass and something ahead holds
    them back: as many as stand there are not missing.
    """
    return np.where(counted > found.modelled, np.maximum(counted - found.queued, found.modelled), counted)


def given(bench: Bench, counts: Sequence[Count], cells: Cells, settings: Settings, vehicles: Realised) -> DemandFit:
    """Return vehicles that another tool drew for counts as a fit: two rounds, the prior and the vehicles.

    Raises:
        DemandError: No vehicle passes any counted link.
    """
    counted = volumes(counts)
    untouched = realised(cells, bench.demand.demanded_s, cells.vehicles, settings.seed)
    before, found = (bench.simulated(counts, cells, each) for each in (untouched, vehicles))
    if before.seen.nnz == 0:
        raise DemandError(_NOBODY)
    rounds = (_round(before, untouched, counted, settings), _round(found, vehicles, counted, settings))
    observation = Observation(found.seen, counted, count_variance(found.modelled, settings.count_error))
    structure, prior = likeliest(cells, settings, observation)
    return DemandFit(cells, prior, structure, found.present, vehicles, observation, rounds, 1, settled=True)


def _round(found: Simulated, vehicles: Realised, counted: Floats, settings: Settings) -> Round:
    variance = count_variance((found.modelled + counted) / 2, settings.count_error)
    misfit = float((((found.modelled - counted) ** 2) / variance).mean())
    return Round(len(vehicles.source), misfit, found.gridlocks)


def _estimate(prior: Prior, observation: Observation, settings: Settings) -> Floats:
    if settings.method == ENTROPY:
        levelled = at_level(prior, observation, settings.prior_error)
        weight = typical_weight(levelled, settings.prior_error)
        return least_information(levelled, observation, weight=weight)
    return least_squares(prior, observation)
