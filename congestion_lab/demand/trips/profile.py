"""How demand spreads over time."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

_S_PER_H = 3600.0


@dataclass(frozen=True, slots=True)
class Profile:
    """Relative demand in equal intervals.

    Attributes:
        begin_s: Start of the first interval, seconds since midnight.
        interval_s: Length of an interval.
        weights: Relative demand per interval; none negative, not all zero.
    """

    begin_s: float
    interval_s: float
    weights: tuple[float, ...]

    @property
    def end_s(self) -> float:
        """End of the last interval."""
        return self.begin_s + self.interval_s * len(self.weights)

    def peak_hour_share(self) -> float:
        """Return the share of the busiest sixty minutes in the whole, by whole intervals."""
        width = max(1, round(_S_PER_H / self.interval_s))
        windows = np.convolve(self.weights, np.ones(min(width, len(self.weights))), mode="valid")
        return float(windows.max() / sum(self.weights))

    def times_s(self, quantiles: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return when the given shares (0 to 1) of the demand have departed; demand is even within an interval."""
        cumulative = np.concatenate(([0.0], np.cumsum(self.weights))) / sum(self.weights)
        edges = self.begin_s + self.interval_s * np.arange(len(cumulative))
        times: NDArray[np.float64] = np.interp(quantiles, cumulative, edges)
        return times
