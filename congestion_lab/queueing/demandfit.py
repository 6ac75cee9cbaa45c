"""Demand fitted to counts, in rounds: estimate, simulate, look again which count sees whom and when.

Which vehicles a count sees depends on travel times, and these on the demand; so the shares that the estimate rests on
are taken anew from a simulation of what was estimated, until the estimate stays as it is.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from scipy import sparse

from congestion_lab.core.errors import DemandError, Fault
from congestion_lab.demand.cells import Cells, Floats
from congestion_lab.demand.counted import volumes
from congestion_lab.demand.counts import Count
from congestion_lab.demand.entropy import at_level, least_information, typical_weight
from congestion_lab.demand.estimation import Observation, Prior, count_variance, least_squares
from congestion_lab.demand.realising import Realised, realised
from congestion_lab.demand.spread import error_factor, spread_of
from congestion_lab.queueing.demandbench import Bench, Simulated

GLS, ENTROPY = "gls", "entropy"


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
        change: Share of all vehicles by which the estimate changed after it; NaN where nothing was estimated.
        gridlocks: Runs that jammed.
    """

    vehicles: int
    misfit: float
    change: float
    gridlocks: int


@dataclass(frozen=True, eq=False)
class DemandFit:
    """A demand fitted to counts.

    Attributes:
        cells: How the prior falls into cells.
        prior: What was believed before.
        vehicles: Estimated number per cell.
        realised: The same as whole vehicles.
        observation: The counts, with the shares of cells seen in that round.
        rounds: What each round came to, beginning with the prior itself.
        best: Index of the round whose vehicles are taken: the one that met the counts best.
        settled: Whether the estimate stayed as it was in the end.
    """

    cells: Cells
    prior: Prior
    vehicles: Floats
    realised: Realised
    observation: Observation
    rounds: tuple[Round, ...]
    best: int
    settled: bool


def prior_of(cells: Cells, settings: Settings) -> Prior:
    """Return what is believed before counting: the prior's own vehicles, and how far they may be off."""
    vehicles = cells.vehicles
    factor = error_factor(cells, spread_of(settings.prior_error))
    lower = np.where(cells.fixed, 1.0, settings.lowest) * vehicles
    upper = np.where(cells.fixed, 1.0, settings.highest) * vehicles
    return Prior(vehicles, factor, lower, upper)


def fitted(
    bench: Bench,
    counts: Sequence[Count],
    cells: Cells,
    settings: Settings,
    tell: Callable[[Round], None] = lambda _: None,
) -> DemandFit:
    """Return the demand that explains counts and is not far from the prior.

    Args:
        bench: Simulates.
        counts: What was counted.
        cells: Cells of the prior.
        settings: How to fit.
        tell: Hears of every round.

    Raises:
        DemandError: No vehicle passes any counted link, or the estimate does not settle between its bounds.
    """
    prior, counted = prior_of(cells, settings), volumes(counts)
    wanted, seen = prior.vehicles, None
    rounds: list[Round] = []
    tried: list[tuple[Floats, Realised, Observation]] = []
    for number in range(settings.rounds + 1):
        vehicles = realised(cells, bench.demand.demanded_s, wanted, settings.seed)
        found = bench.simulated(counts, cells, vehicles)
        _require_sightings(found)
        seen = _remembered(seen, found, number)
        observation = Observation(seen, counted, count_variance(found.modelled, settings.count_error))
        better = _estimate(prior, observation, settings)
        change = float(np.abs(better - wanted).sum() / max(wanted.sum(), 1.0))
        rounds.append(_round(found, vehicles, counted, settings, change))
        tried.append((wanted, vehicles, observation))
        tell(rounds[-1])
        if change <= settings.settled:
            break
        wanted = better
    best = int(np.argmin([one.misfit for one in rounds]))
    return DemandFit(cells, prior, *tried[best], tuple(rounds), best, rounds[-1].change <= settings.settled)


def given(bench: Bench, counts: Sequence[Count], cells: Cells, settings: Settings, vehicles: Realised) -> DemandFit:
    """Return vehicles that another tool drew for counts as a fit: two rounds, the prior and the vehicles.

    Raises:
        DemandError: No vehicle passes any counted link.
    """
    prior, counted = prior_of(cells, settings), volumes(counts)
    untouched = realised(cells, bench.demand.demanded_s, prior.vehicles, settings.seed)
    before, found = (bench.simulated(counts, cells, each) for each in (untouched, vehicles))
    _require_sightings(before)
    rounds = (
        _round(before, untouched, counted, settings, np.nan),
        _round(found, vehicles, counted, settings, np.nan),
    )
    observation = Observation(found.seen, counted, count_variance(found.modelled, settings.count_error))
    return DemandFit(cells, prior, found.present, vehicles, observation, rounds, 1, settled=True)


def _require_sightings(found: Simulated) -> None:
    if found.seen.nnz == 0:
        rule = "no vehicle passes any counted link in its counted time"
        raise DemandError(Fault(rule, "compare the counts' links and times with the scenario's routes"))


def _round(found: Simulated, vehicles: Realised, counted: Floats, settings: Settings, change: float) -> Round:
    variance = count_variance((found.modelled + counted) / 2, settings.count_error)
    misfit = float((((found.modelled - counted) ** 2) / variance).mean())
    return Round(len(vehicles.source), misfit, change, found.gridlocks)


def _estimate(prior: Prior, observation: Observation, settings: Settings) -> Floats:
    if settings.method == ENTROPY:
        levelled = at_level(prior, observation, settings.prior_error)
        weight = typical_weight(levelled, settings.prior_error)
        return least_information(levelled, observation, weight=weight)
    return least_squares(prior, observation)


def _remembered(before: sparse.csr_array | None, found: Simulated, number: int) -> sparse.csr_array:
    """Return the shares seen, averaged over the rounds: the queues of one simulation are not those of the next.

    The prior's own round counts no more once there is another, and cells without vehicles keep what was seen before.
    """
    if before is None:
        return found.seen
    fresh = np.where(found.present > 0, 1.0 / number, 0.0)
    return sparse.csr_array(before * (1.0 - fresh)[None, :] + found.seen * fresh[None, :])
