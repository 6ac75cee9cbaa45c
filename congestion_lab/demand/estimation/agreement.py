"""How well modelled numbers agree with counted ones: GEH, FHWA 2019's bands, normalised error."""

from dataclasses import dataclass

import numpy as np

from congestion_lab.demand.estimation.cells import Floats

GEH_GOOD = 5.0  # below it a link counts as met (UK DMRB 12.2.1, TAG unit M3.1)
GEH_SHARE = 0.85  # of all links and periods that should be
_S_PER_H = 3600.0
BAND_SHARES = {1: 0.66, 2: 0.95}
"""Shares of points that FHWA (2019, Traffic Analysis Toolbox III, HOP-18-036) wants in bands of 1 and 2 deviations."""


@dataclass(frozen=True, slots=True)
class Agreement:
    """Modelled against counted, over links and periods.

    FHWA 2019 has four criteria for each measure. The first two ask for shares of points within the bands that the
    variation between days spans: here that of the counts' own error. The last two, bounded dynamic absolute and
    systematic error, compare with the representative day among many: one series of counts does not tell them.

    Attributes:
        points: How many counts.
        geh_share: Share of them with a GEH below 5.
        mean_geh: Mean GEH.
        within: Share of points within one and within two standard deviations of the count.
        error: Root of the mean square error over the mean count (RMSN).
        bias: Modelled over counted vehicles in all, less 1.
    """

    points: int
    geh_share: float
    mean_geh: float
    within: tuple[float, float]
    error: float
    bias: float

    @property
    def geh_met(self) -> bool:
        """Whether enough points have a GEH below 5."""
        return self.geh_share >= GEH_SHARE

    @property
    def bands_met(self) -> tuple[bool, bool]:
        """Whether enough points lie within one, and within two standard deviations."""
        return self.within[0] >= BAND_SHARES[1], self.within[1] >= BAND_SHARES[2]


def geh(modelled_vph: Floats, counted_vph: Floats) -> Floats:
    """Return the GEH statistic of hourly flows, sqrt(2(m − c)²/(m + c)); 0 where both are 0."""
    total = modelled_vph + counted_vph
    squares = np.divide(2 * (modelled_vph - counted_vph) ** 2, total, out=np.zeros_like(total), where=total > 0)
    return np.sqrt(squares)


def hourly(vehicles: Floats, seconds: Floats) -> Floats:
    """Return numbers of intervals as flows per hour."""
    return vehicles * _S_PER_H / seconds


def agreement(modelled: Floats, counted: Floats, variance: Floats, seconds: Floats) -> Agreement:
    """Return how well numbers agree; all NaN where nothing was counted.

    Args:
        modelled: Vehicles in the model per count.
        counted: Vehicles counted.
        variance: Variance of the counts.
        seconds: Lengths of the intervals.
    """
    if not len(counted):
        return Agreement(0, np.nan, np.nan, (np.nan, np.nan), np.nan, np.nan)
    values = geh(hourly(modelled, seconds), hourly(counted, seconds))
    off = np.abs(modelled - counted) / np.sqrt(variance)
    mean, total = float(counted.mean()), float(counted.sum())
    square = float(np.sqrt(((modelled - counted) ** 2).mean()))
    return Agreement(
        points=len(counted),
        geh_share=float((values < GEH_GOOD).mean()),
        mean_geh=float(values.mean()),
        within=(float((off <= 1).mean()), float((off <= 2).mean())),  # noqa: PLR2004 - the two bands
        error=square / mean if mean > 0 else np.nan,
        bias=float(modelled.sum()) / total - 1 if total > 0 else np.nan,
    )
