"""What the search expects SUMO to say of a plan: the fast engine, calibrated and corrected by what SUMO has said."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from congestion_lab.core.seeds import derived_seed
from congestion_lab.optimization.search.agreement import Agreement, Measured, agreement
from congestion_lab.optimization.search.discrepancy import Correction, Floats, Samples, fitted, places
from congestion_lab.optimization.search.fastmodel import FastModel, Observed
from congestion_lab.optimization.space.space import DecisionSpace, Point
from congestion_lab.signals.plan import PlanSet

_SCREENING_SEEDS, _JUDGING_SEEDS, _LEARNING_SEEDS = 3, 32, 8
"""Of the fast engine: for all plans; others for the best of them, who were picked on the first and must not jam on a
seed now and then; and of these so many for plans that SUMO has judged."""
_JAMMING_SEEDS = 64  # to find what jams on one seed in twenty with 96 % certainty: 1 - 0.95**64
_CLEAR_SHARE, _JAM_RATIO = 0.1, 1.5  # drivers alone make seeds differ by a tenth or two
_LEAST_S = 0.1  # delays are told apart by their ratio only above this


@dataclass(frozen=True, slots=True)
class Place:
    """Where plans stand.

    Attributes:
        home: Number of their space.
        point: Their point there.
    """

    home: int
    point: Point


@dataclass(frozen=True, slots=True)
class Judged:
    """Plans that the fast engine judged.

    Attributes:
        plans: The plans.
        place: Where they stand.
        expected_s: Mean delay that SUMO is expected to see.
    """

    plans: PlanSet
    place: Place
    expected_s: float


@dataclass(frozen=True)
class Surrogate:
    """The fast engine in SUMO's stead.

    Attributes:
        fast: The engine.
        spaces: What is searched.
        seed: The seed from which those of the engine are derived.
        correction: What SUMO is expected to say instead of the engine.
        agreement: How the engine, before the correction, and SUMO agree so far.
    """

    fast: FastModel
    spaces: Sequence[DecisionSpace]
    seed: int
    correction: Correction = field(default_factory=Correction)
    agreement: Agreement = field(default_factory=Agreement)

    def place_of(self, plans: PlanSet) -> Place:
        """Return where plans stand: in the first space that holds them, or near them in the first of all."""
        points = [space.encode(plans) for space in self.spaces]
        holds = (space.decode(point) == plans for space, point in zip(self.spaces, points, strict=True))
        home = next((number for number, found in enumerate(holds) if found), 0)
        return Place(home, points[home])

    def coordinates(self, found: Sequence[Place]) -> Floats:
        """Return places so that plans that are alike lie close, shape (places, features)."""
        homes = np.array([one.home for one in found])
        rows = [np.flatnonzero(homes == home) for home in range(len(self.spaces))]
        parts = [
            places(space, [found[row].point for row in mine.tolist()], home)
            for home, (space, mine) in enumerate(zip(self.spaces, rows, strict=True))
        ]
        return np.asarray(np.vstack(parts)[np.argsort(np.concatenate(rows))])

    def screened(self, plans: Sequence[PlanSet], found: Sequence[Place]) -> list[Judged]:
        """Return a first judgement of plans."""
        return self._judged(plans, found, "screening", _SCREENING_SEEDS)

    def judged_again(self, first: Sequence[Judged]) -> list[Judged]:
        """Return the judgement of picked plans on seeds on which they were not picked, the best first."""
        again = self._judged([one.plans for one in first], [one.place for one in first], "judging", _JUDGING_SEEDS)
        return sorted(again, key=lambda one: one.expected_s)

    def prospects(self, plans: Sequence[PlanSet]) -> tuple[Floats, Floats]:
        """Return what SUMO is expected to say of plans that do not jam, and by how much jams raise their mean delay.

        Both by many seeds. A jam is what takes far longer than the best tenth of a plan's own seeds.
        """
        delays = np.maximum(self.fast.delays_s(plans, self._seeds("jamming", _JAMMING_SEEDS)), _LEAST_S)
        jams = delays > _JAM_RATIO * np.quantile(delays, _CLEAR_SHARE, axis=1, keepdims=True)
        clear_s = np.asarray(np.ma.masked_array(delays, jams).mean(axis=1))
        expected_s = self.correction.expected_s(self.coordinates([self.place_of(one) for one in plans]), clear_s)
        return expected_s, np.asarray(delays.mean(axis=1) / clear_s)

    def learnt(self, measured: Measured, observed: Sequence[Observed]) -> "Surrogate":
        """Return the surrogate after what SUMO has said.

        The newly calibrated engine is taken if it agrees better with SUMO over all plans than the one before.

        Args:
            measured: Mean delays in SUMO.
            observed: The runs behind them.
        """
        models = (self.fast, self.fast.calibrated(observed))
        found = self.coordinates([self.place_of(plans) for plans in measured.plans])
        samples = [self._samples(model, measured, found) for model in models]
        agreed = [agreement(one.fast_s, one.sumo_s) for one in samples]
        new = agreed[1].error <= agreed[0].error
        return replace(self, fast=models[new], correction=fitted(samples[new]), agreement=agreed[new])

    def _samples(self, model: FastModel, measured: Measured, found: Floats) -> Samples:
        fast_s = self._fast_s(model, measured.plans, "judging", _LEARNING_SEEDS)
        return Samples(found, fast_s, np.maximum(measured.delays_s, _LEAST_S), measured.seeds)

    def _judged(self, plans: Sequence[PlanSet], found: Sequence[Place], purpose: str, seeds: int) -> list[Judged]:
        if not plans:
            return []
        fast_s = self._fast_s(self.fast, plans, purpose, seeds)
        expected_s = self.correction.expected_s(self.coordinates(found), fast_s)
        return [Judged(*one) for one in zip(plans, found, expected_s.tolist(), strict=True)]

    def _fast_s(self, model: FastModel, plans: Sequence[PlanSet], purpose: str, seeds: int) -> Floats:
        delays = np.asarray(model.delays_s(plans, self._seeds(purpose, seeds)))
        return np.asarray(np.maximum(delays.mean(axis=1), _LEAST_S))

    def _seeds(self, purpose: str, count: int) -> list[int]:
        return [derived_seed(self.seed, purpose, number) for number in range(count)]
