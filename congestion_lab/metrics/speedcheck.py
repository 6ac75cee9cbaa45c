"""Speeds that were measured beside those of a model, link by link."""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy import stats

_KMH = 3.6
_LEVEL = 0.95
_LEAST_RECORDS = 3  # fewer say nothing about their own spread
CLOSE = 0.15  # travel times within 15 %: FHWA Traffic Analysis Toolbox III (2004), table of calibration targets


@dataclass(frozen=True, slots=True)
class Drive:
    """One vehicle on one link.

    Attributes:
        link: The link.
        speed_mps: Its speed, over the whole link or at a moment.
    """

    link: str
    speed_mps: float


@dataclass(frozen=True, slots=True)
class LinkSpeeds:
    """Measured and modelled speed of a link.

    Attributes:
        link: The link.
        records: Number of records.
        measured_kmh: Space-mean speed of the records.
        low_kmh: Lower end of its 95 % interval; NaN with fewer than three records.
        high_kmh: Upper end.
        model_kmh: Space-mean speed in the model, over all its runs; NaN where nobody drove.
    """

    link: str
    records: int
    measured_kmh: float
    low_kmh: float
    high_kmh: float
    model_kmh: float

    @property
    def difference_kmh(self) -> float:
        """Model minus measurement."""
        return self.model_kmh - self.measured_kmh

    @property
    def is_compared(self) -> bool:
        """Whether the model has a speed there."""
        return math.isfinite(self.model_kmh)

    @property
    def is_close(self) -> bool:
        """Whether the model's travel time is within 15 % of the measured one."""
        return self.model_kmh > 0 and abs(self.measured_kmh / self.model_kmh - 1) <= CLOSE

    @property
    def is_inside(self) -> bool | None:
        """Whether the model lies in the interval of the measurement; None where there is no interval."""
        return self.low_kmh <= self.model_kmh <= self.high_kmh if math.isfinite(self.low_kmh) else None


@dataclass(frozen=True, slots=True)
class SpeedCheck:
    """All links on which speeds were measured, in one set of figures; each link weighs by its records.

    Attributes:
        links: Number of links that are compared.
        records: Number of their records.
        measured_kmh: Mean of the measured speeds.
        model_kmh: Mean of the model's.
        bias_kmh: Model minus measurement, in the mean.
        rmse_kmh: Root mean square of the differences.
        close_share: Share of links whose travel times differ by at most 15 %.
        inside_share: Share of links with an interval in which the model lies; NaN without any.
        correlation: Of measured and modelled speeds, over links; NaN with fewer than three.
    """

    links: int
    records: int
    measured_kmh: float
    model_kmh: float
    bias_kmh: float
    rmse_kmh: float
    close_share: float
    inside_share: float
    correlation: float


def link_speed_pairs(
    drives: Iterable[Drive], tables: Sequence[pd.DataFrame], *, samples: bool
) -> tuple[LinkSpeeds, ...]:
    """Return measured and modelled speeds by link, in the order of links.

    Of vehicles that drove over a whole link, the space-mean speed is the harmonic mean; of positions sampled at even
    times, the arithmetic mean (Wardrop 1952).

    Args:
        drives: Records.
        tables: LINKS tables of the model's runs.
        samples: Whether records are samples at even times.
    """
    by_link: dict[str, list[float]] = {}
    for drive in drives:
        by_link.setdefault(drive.link, []).append(drive.speed_mps)
    model = model_speeds_mps(tables)
    return tuple(
        LinkSpeeds(link, len(speeds), *_measured(np.array(speeds), samples=samples), model.get(link, math.nan) * _KMH)
        for link, speeds in sorted(by_link.items())
    )


def model_speeds_mps(tables: Sequence[pd.DataFrame]) -> Mapping[str, float]:
    """Return the space-mean speed of each link over all runs: distance driven over time spent."""
    links = pd.concat(tables)
    driven = links.assign(metres=(links["speed_mps"] * links["sampled_s"]).fillna(0.0))
    summed = driven.groupby("link_id")[["metres", "sampled_s"]].sum()
    speeds = summed["metres"] / summed["sampled_s"].where(summed["sampled_s"] > 0)
    return {str(link): float(speed) for link, speed in speeds.items()}


def speed_check(pairs: Iterable[LinkSpeeds]) -> SpeedCheck | None:
    """Return all links in one set of figures; None if the model has a speed on none of them."""
    compared = [pair for pair in pairs if pair.is_compared]
    if not compared:
        return None
    weights = np.array([pair.records for pair in compared], dtype=float)
    measured = np.array([pair.measured_kmh for pair in compared])
    modelled = np.array([pair.model_kmh for pair in compared])
    inside = [pair.is_inside for pair in compared if pair.is_inside is not None]
    varied = len(compared) >= _LEAST_RECORDS and measured.std() > 0 and modelled.std() > 0
    return SpeedCheck(
        links=len(compared),
        records=int(weights.sum()),
        measured_kmh=float(np.average(measured, weights=weights)),
        model_kmh=float(np.average(modelled, weights=weights)),
        bias_kmh=float(np.average(modelled - measured, weights=weights)),
        rmse_kmh=float(np.sqrt(np.average((modelled - measured) ** 2, weights=weights))),
        close_share=float(np.mean([pair.is_close for pair in compared])),
        inside_share=float(np.mean(inside)) if inside else math.nan,
        correlation=float(np.corrcoef(measured, modelled)[0, 1]) if varied else math.nan,
    )


def _measured(speeds_mps: np.ndarray[tuple[int], np.dtype[np.float64]], *, samples: bool) -> tuple[float, float, float]:
    """Return the space-mean speed and the ends of its interval, km/h."""
    values = speeds_mps if samples else 1 / speeds_mps  # seconds per metre add up over vehicles
    mean = float(values.mean())
    low, high = math.nan, math.nan
    if len(values) >= _LEAST_RECORDS:
        margin = float(stats.t.ppf((1 + _LEVEL) / 2, len(values) - 1) * values.std(ddof=1) / math.sqrt(len(values)))
        low, high = mean - margin, mean + margin
    if samples:
        return mean * _KMH, low * _KMH, high * _KMH
    fastest = math.inf if low <= 0 else _KMH / low
    return _KMH / mean, _KMH / high, math.nan if math.isnan(low) else fastest
