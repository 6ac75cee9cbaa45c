"""Virtual cameras: counts taken from a simulation whose demand is known, with the errors that counting has."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from congestion_lab.core.seeds import derived_seed
from congestion_lab.demand.counts.counts import Count
from congestion_lab.demand.estimation.cells import Floats
from congestion_lab.demand.estimation.sightings import Sightings, seen_by


def places(links: Sequence[str], begin_s: float, end_s: float, interval_s: float) -> tuple[Count, ...]:
    """Return what cameras at these links would count: one count of nobody yet per link and whole interval."""
    begins = np.arange(begin_s, end_s - interval_s + 1e-6, interval_s)
    return tuple(Count(link, "", float(t), float(t + interval_s), "", 0.0) for link in links for t in begins)


def camera_links(links: Sequence[str], share: float, seed: int) -> tuple[str, ...]:
    """Return links drawn for cameras. With the same seed, a larger share holds the smaller one's links too."""
    ordered = sorted(links)
    drawn = np.random.default_rng(derived_seed(seed, "cameras")).permutation(len(ordered))
    return tuple(sorted(ordered[index] for index in drawn[: max(1, round(share * len(ordered)))]))


def counted(where: Sequence[Count], sightings: Sightings) -> tuple[Count, ...]:
    """Return the counts that a simulation gives at some places."""
    seen = np.asarray(seen_by(where, sightings).sum(axis=1)).ravel()
    return tuple(replace(one, vehicles=float(number)) for one, number in zip(where, seen, strict=True))


def noisy(counts: Sequence[Count], error: float, seed: int) -> tuple[Count, ...]:
    """Return whole counts off by a normal error of so much of each, as a share."""
    drawn = np.random.default_rng(derived_seed(seed, "miscounted")).standard_normal(len(counts))
    told: Floats = np.rint(np.maximum([one.vehicles for one in counts] * (1 + error * drawn), 0.0))
    return tuple(replace(one, vehicles=float(number)) for one, number in zip(counts, told, strict=True))
