"""A scenario on which demands are tried: simulated, and looked at from where counts were taken."""

import dataclasses
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from scipy import sparse

from congestion_lab.core.seeds import derived_seed
from congestion_lab.demand.counts.counts import Count
from congestion_lab.demand.estimation.cells import Cells, Floats, cells_of, slice_edges_s
from congestion_lab.demand.estimation.realising import Realised
from congestion_lab.demand.estimation.sightings import queued_at, seen_by
from congestion_lab.queueing.model import QueueModel
from congestion_lab.queueing.passing import sightings
from congestion_lab.signals.plan import PlanSet
from congestion_lab.simulation.resampling import resampled
from congestion_lab.simulation.traffic import Demand, Traffic


@dataclass(frozen=True, eq=False)
class Simulated:
    """What simulations of a demand say about the counts.

    Attributes:
        modelled: Mean number that each count would have seen, shape (counts,).
        seen: Share of each cell's vehicles that each count sees, shape (counts, cells); 0 for cells without vehicles.
        queued: Mean number that stood at each count's place for more than a cycle when its interval ended.
        present: Vehicles per cell, shape (cells,).
        gridlocks: Runs that jammed.
    """

    modelled: Floats
    seen: sparse.csr_array
    queued: Floats
    present: Floats
    gridlocks: int


@dataclass(frozen=True, eq=False)
class Bench:
    """A scenario on which demands are simulated.

    Attributes:
        model: The scenario with its own demand, which is the prior.
        plans: What the signals run.
        runs: Simulations per demand.
        seed: Draws their vehicles.
    """

    model: QueueModel
    plans: PlanSet
    runs: int
    seed: int

    @property
    def demand(self) -> Demand:
        """The prior."""
        return self.model.traffic.demand

    def with_vehicles(self, vehicles: Realised) -> QueueModel:
        """Return the model with other vehicles."""
        made = resampled(self.demand, vehicles.source, vehicles.copy, vehicles.departs_s)
        traffic: Traffic = dataclasses.replace(self.model.traffic, demand=made)
        return QueueModel(traffic, self.model.inputs, self.model.behaviour)

    def simulated(self, counts: Sequence[Count], cells: Cells, vehicles: Realised) -> Simulated:
        """Return what simulations of vehicles say about counts."""
        model = self.with_vehicles(vehicles)
        table = model.table(self.plans)
        seen = sparse.csr_array((len(counts), len(vehicles.source)))
        queued, gridlocks = np.zeros(len(counts)), 0
        for number in range(self.runs):
            run = model.run(table, derived_seed(self.seed, "demand fit", number), probing=True)
            passed = sightings(model, run)
            seen = sparse.csr_array(seen + seen_by(counts, passed) / self.runs)
            queued += queued_at(counts, passed) / self.runs
            gridlocks += run.gridlock
        cell = cells.of_vehicle[vehicles.source]
        present = np.bincount(cell, minlength=len(cells.pair)).astype(np.float64)
        each = np.divide(1.0, present, out=np.zeros_like(present), where=present > 0)[cell]
        gather = sparse.csr_array((each, (np.arange(len(cell)), cell)), shape=(len(cell), len(present)))
        modelled: Floats = np.asarray(seen.sum(axis=1), dtype=np.float64).ravel()
        return Simulated(modelled, sparse.csr_array(seen @ gather), queued, present, gridlocks)


def prior_cells(model: QueueModel, slice_s: float, zone_of: Mapping[str, str] | None = None) -> Cells:
    """Return the cells of a scenario's own demand.

    Vehicles that call at stops follow a timetable and are not estimated.

    Args:
        model: The scenario.
        slice_s: Length of a slice of departure.
        zone_of: Zone of each link on which trips begin or end; where it says nothing a link is a zone of its own.
    """
    demand, names = model.traffic.demand, model.traffic.roads.link_ids
    zones = zone_of or {}
    ends = [
        tuple(zones.get(names[link], names[link]) for link in (demand.route_links[a], demand.route_links[b - 1]))
        for a, b in zip(demand.route_offsets[:-1], demand.route_offsets[1:], strict=True)
    ]
    edges = slice_edges_s(model.inputs.begin_s, model.inputs.horizon_s, slice_s)
    stopping = np.diff(demand.stop_offsets) > 0
    pairs = [(first, last) for first, last in ends]
    return cells_of(demand.route.astype(np.int64), pairs, demand.demanded_s, edges, stopping)
