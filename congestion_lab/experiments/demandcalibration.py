"""A scenario's demand fitted to counts: what is fitted to what, and the fit."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from congestion_lab.core.errors import DemandError, Fault
from congestion_lab.demand.counts.counts import Count
from congestion_lab.demand.counts.counttable import read_counts
from congestion_lab.demand.estimation.cells import Cells
from congestion_lab.demand.estimation.counted import Site, hold_out, usable
from congestion_lab.demand.estimation.discharge import SaturationHeadway, read_greens, saturation_headways
from congestion_lab.experiments.zoning import zoning_of
from congestion_lab.queueing.demandbench import Bench, prior_cells
from congestion_lab.queueing.demandfit import DemandFit, Round, Settings, fitted, given
from congestion_lab.queueing.discharge import with_headways
from congestion_lab.queueing.engine import QueueEngine, model_of, plans_to_run, require_supported
from congestion_lab.queueing.model import QueueModel
from congestion_lab.scenarios.schema import Scenario
from congestion_lab.signals.plan import PlanSet
from congestion_lab.simulation.spec import Controller, RunSpec, SimulationInputs
from congestion_lab.sumo.demand.resampledroutes import unwritten_types
from congestion_lab.sumo.demand.routesampler import resampled_vehicles

GLS, ENTROPY, ROUTESAMPLER = "gls", "entropy", "routesampler"
_RUNS = 3  # of the fast engine per round


@dataclass(frozen=True, slots=True)
class Asked:
    """What was asked for.

    Attributes:
        scenario_file: The scenario whose demand is the prior.
        counts_file: The counts.
        hold_out: Share of links held out.
        slice_s: Length of a slice of departure.
        only_inside: Whether counts outside the scenario are left out.
        sumo_runs: Runs of SUMO on the result.
        discharge_file: Saturated greens, or None.
        settings: How to fit.
    """

    scenario_file: Path
    counts_file: Path
    hold_out: float
    slice_s: float
    only_inside: bool
    sumo_runs: int
    discharge_file: Path | None
    settings: Settings


@dataclass(frozen=True, eq=False)
class Task:
    """A scenario and counts, ready for a fit.

    Attributes:
        asked: What was asked for.
        spec: How the scenario is run in the fast engine.
        bench: Simulates it.
        cells: Cells of the prior.
        fitted_to: Counts to fit to.
        held: Counts that are held out.
        outside: How many counts lie outside the scenario and are left out.
        headways: Saturation headways observed.
        time_gap_factor: Factor on all drivers' time gaps that these ask for.
        why_no_zones: Why no zones are known, so that every link is one of its own; "" where they are.
    """

    asked: Asked
    spec: RunSpec
    bench: Bench
    cells: Cells
    fitted_to: tuple[Count, ...]
    held: tuple[Count, ...]
    outside: int = 0
    headways: tuple[SaturationHeadway, ...] = ()
    time_gap_factor: float = 1.0
    why_no_zones: str = ""

    @property
    def counts(self) -> tuple[Count, ...]:
        """All counts used."""
        return (*self.fitted_to, *self.held)


@dataclass(frozen=True, eq=False)
class Calibrated:
    """A fit beside what it was made from."""

    task: Task
    fit: DemandFit


def calibration_task(
    asked: Asked, scenario: Scenario, inputs: SimulationInputs, plans: PlanSet | None, engine: QueueEngine
) -> Task:
    """Return what a fit needs: the scenario compiled, and the counts that lie in it.

    Args:
        asked: What was asked for.
        scenario: The scenario of `asked.scenario_file`.
        inputs: What its runs share.
        plans: Plans that replace the shipped ones, or None.
        engine: The fast engine.

    Raises:
        InputError: Counts, discharge or scenario cannot be used; every reason is named.
    """
    counts = read_counts(asked.counts_file)
    seed = asked.settings.seed
    controller = Controller(scenario.signals.controller)
    spec = RunSpec(inputs, seed, engine.name, engine.version, plans=plans, controller=controller)
    require_supported(spec)
    model, headways, factor = _discharging(model_of(engine, inputs), asked.discharge_file)
    inside = usable(counts, _site(model), str(asked.counts_file), only_inside=asked.only_inside)
    fitted_to, held = hold_out(inside, asked.hold_out, seed)
    zoning = zoning_of(scenario)
    return Task(
        asked,
        spec,
        Bench(model, plans_to_run(spec, model.traffic), _RUNS, seed),
        prior_cells(model, asked.slice_s, zoning.of_link),
        fitted_to,
        held,
        len(counts) - len(inside),
        headways,
        factor,
        zoning.why_none,
    )


def calibrated(task: Task, tell: Callable[[Round], None] = lambda _: None) -> Calibrated:
    """Return the demand that explains the counts of a task.

    Args:
        task: What is fitted to what.
        tell: Hears of every round of `gls` and `entropy`.

    Raises:
        DemandError: No vehicle passes any counted link, or the estimate does not settle between its bounds.
    """
    bench, counts, settings = task.bench, task.fitted_to, task.asked.settings
    if settings.method == ROUTESAMPLER:
        vehicles = resampled_vehicles(bench.demand, bench.model.traffic.roads, counts, settings.seed)
        return Calibrated(task, given(bench, counts, task.cells, settings, vehicles))
    return Calibrated(task, fitted(bench, counts, task.cells, settings, tell))


def _discharging(model: QueueModel, greens: Path | None) -> tuple[QueueModel, tuple[SaturationHeadway, ...], float]:
    """Return the model with headways as observed, what was observed, and the factor on drivers' time gaps.

    Raises:
        DemandError: The table is faulty, or asks for what drivers cannot do or the route files do not hold.
    """
    if greens is None:
        return model, (), 1.0
    headways = saturation_headways(read_greens(greens))
    if elsewhere := unwritten_types(model.inputs, [one.id for one in model.traffic.demand.types]):
        rule = f"the route files do not define the types {', '.join(elsewhere)}, so their headways cannot be set"
        raise DemandError(Fault(rule, "define them in a route file of the scenario", key="--discharge"))
    made, factor = with_headways(model, headways)
    return made, headways, factor


def _site(model: QueueModel) -> Site:
    traffic, inputs = model.traffic, model.inputs
    kinds = frozenset(one.id for one in traffic.demand.types)
    return Site(frozenset(traffic.roads.link_ids), kinds, inputs.analysis_begin_s, inputs.horizon_s)
