"""A fitted demand held against its counts and its prior: what agrees, what changed, what the counts cannot see."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from scipy import sparse

from congestion_lab.demand.counts.counts import Count
from congestion_lab.demand.estimation.agreement import Agreement, agreement, geh, hourly
from congestion_lab.demand.estimation.cells import Cells, Flags, Floats, Ints
from congestion_lab.demand.estimation.counted import lengths_s, volumes
from congestion_lab.demand.estimation.estimation import Observation, Prior, count_variance, uncertainty
from congestion_lab.demand.estimation.spread import error_factor, own_spread_of

UNSEEN_GAIN = 0.05  # a zone whose standard deviation shrinks by less than this share is hardly seen


@dataclass(frozen=True, eq=False)
class Compared:
    """Counts beside what simulations would have counted.

    Attributes:
        counts: The counts, held-out ones too.
        held: Which were held out, shape (counts,).
        modelled: What each simulation would have counted by its name, each of shape (counts,).
        count_error: Error of counts as a share.
    """

    counts: tuple[Count, ...]
    held: Flags
    modelled: Mapping[str, Floats]
    count_error: float

    def agreement(self, name: str, *, held: bool) -> Agreement:
        """Return how well a simulation agrees with the counts that were fitted to, or with those held out."""
        mine = self.held == held
        counted, seconds = volumes(self.counts)[mine], lengths_s(self.counts)[mine]
        return agreement(self.modelled[name][mine], counted, count_variance(counted, self.count_error), seconds)

    def flows_vph(self, name: str) -> Floats:
        """Return the flows that a simulation would have counted."""
        return hourly(self.modelled[name], lengths_s(self.counts))

    def counted_vph(self) -> Floats:
        """Return the flows counted."""
        return hourly(volumes(self.counts), lengths_s(self.counts))

    def geh(self, name: str) -> Floats:
        """Return the GEH of each count."""
        return geh(self.flows_vph(name), self.counted_vph())


@dataclass(frozen=True, slots=True)
class ZoneChange:
    """What became of the trips of one zone.

    Attributes:
        zone: Its name.
        leaving: Trips from it, before and after.
        reaching: Trips to it, before and after.
        seen_share: Share of its trips, from and to, that pass a counted link at a counted time.
        sure: Standard deviation of its trips as a share of the prior's, before and after counting: of the part of the
            error that it does not share with everybody.
    """

    zone: str
    leaving: tuple[float, float]
    reaching: tuple[float, float]
    seen_share: float
    sure: tuple[float, float]

    @property
    def unseen(self) -> bool:
        """Whether no trip of it is counted anywhere."""
        return self.seen_share <= 0

    @property
    def hardly_seen(self) -> bool:
        """Whether the counts leave what is its own nearly as uncertain as it was."""
        return self.sure[1] > (1 - UNSEEN_GAIN) * self.sure[0]


@dataclass(frozen=True, eq=False)
class Change:
    """How a demand differs from its prior.

    Attributes:
        total: Vehicles before and after.
        slices: Begin of each slice with the vehicles that depart in it before and after.
        moved_share: Sum of the differences by pair, without sign, over the prior's vehicles.
        pairs: Names of origin and destination with the vehicles before and after, and whether any of them is counted.
        zones: Every zone.
    """

    total: tuple[float, float]
    slices: tuple[tuple[float, float, float], ...]
    moved_share: float
    pairs: tuple[tuple[str, str, float, float, bool], ...]
    zones: tuple[ZoneChange, ...]

    @property
    def unseen_pairs_share(self) -> float:
        """Share of the prior's vehicles that belong to pairs no count sees."""
        return sum(before for _, _, before, _, seen in self.pairs if not seen) / max(self.total[0], 1.0)


def change_of(cells: Cells, prior: Prior, vehicles: Floats, observation: Observation, *, error: float) -> Change:
    """Return how a demand of so many vehicles per cell differs from its prior, and what the counts can tell of it.

    Args:
        cells: Cells of the prior.
        prior: The prior.
        vehicles: The demand.
        observation: The counts.
        error: Error of the prior's cells, as a share.
    """
    before, after = cells.by_pair(prior.vehicles), cells.by_pair(vehicles)
    counted = np.asarray(observation.seen.sum(axis=0)).ravel() > 0
    seen = cells.by_pair(np.where(counted, prior.vehicles, 0.0))
    names = [(cells.zones[a], cells.zones[b]) for a, b in cells.pairs.tolist()]
    rows = zip(names, before.tolist(), after.tolist(), (seen > 0).tolist(), strict=True)
    slices = (cells.by_slice(prior.vehicles).tolist(), cells.by_slice(vehicles).tolist())
    return Change(
        total=(float(prior.vehicles.sum()), float(vehicles.sum())),
        slices=tuple(zip(cells.edges_s[:-1].tolist(), *slices, strict=True)),
        moved_share=float(np.abs(after - before).sum() / max(before.sum(), 1.0)),
        pairs=tuple((first, last, a, b, sees) for (first, last), a, b, sees in rows),
        zones=tuple(_zones(cells, _own(cells, prior, error), vehicles, counted, observation)),
    )


def _own(cells: Cells, prior: Prior, error: float) -> Prior:
    """Return the prior as if its level and its times were known: its zones are seen by their own counts only."""
    return replace(prior, factor=error_factor(cells, own_spread_of(error)))


def _zones(
    cells: Cells, prior: Prior, vehicles: Floats, counted: Flags, observation: Observation
) -> Sequence[ZoneChange]:
    ends = cells.pairs[cells.pair]
    leaving = [_by_zone(cells, ends[:, 0], each) for each in (prior.vehicles, vehicles)]
    reaching = [_by_zone(cells, ends[:, 1], each) for each in (prior.vehicles, vehicles)]
    seen = sum(_by_zone(cells, ends[:, side], np.where(counted, prior.vehicles, 0.0)) for side in (0, 1))
    trips = leaving[0] + reaching[0]
    deviations = uncertainty(prior, observation, _zone_sums(cells, ends))
    shares = [np.divide(each, trips, out=np.zeros_like(trips), where=trips > 0) for each in (seen, *deviations)]
    return [
        ZoneChange(
            zone,
            (float(leaving[0][z]), float(leaving[1][z])),
            (float(reaching[0][z]), float(reaching[1][z])),
            float(shares[0][z]),
            (float(shares[1][z]), float(shares[2][z])),
        )
        for z, zone in enumerate(cells.zones)
    ]


def _by_zone(cells: Cells, zone: Ints, vehicles: Floats) -> Floats:
    return np.bincount(zone, weights=vehicles, minlength=len(cells.zones)).astype(np.float64)


def _zone_sums(cells: Cells, ends: Ints) -> sparse.csr_array:
    """Return which cells the trips of each zone are made of, from and to, shape (zones, cells)."""
    columns = np.tile(np.arange(len(ends)), 2)
    rows = np.concatenate([ends[:, 0], ends[:, 1]])
    return sparse.csr_array((np.ones(len(rows)), (rows, columns)), shape=(len(cells.zones), len(ends)))
