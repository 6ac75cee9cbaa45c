"""A calibrated demand: its vehicles and scenario written, and held against the counts in both engines."""

import shutil
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from congestion_lab.core.files import written_whole
from congestion_lab.core.seeds import derived_seed
from congestion_lab.demand.estimation.assessment import Change, Compared, change_of
from congestion_lab.demand.estimation.cells import Floats
from congestion_lab.demand.estimation.realising import realised
from congestion_lab.demand.estimation.sightings import seen_by
from congestion_lab.experiments.demandcalibration import Calibrated, Task
from congestion_lab.scenarios.schema import Demand, NetworkSource, Scenario, load_scenario
from congestion_lab.scenarios.writing import write_scenario
from congestion_lab.simulation.names import SUMO
from congestion_lab.simulation.resampling import copy_names
from congestion_lab.sumo.demand.resampledroutes import Resampling, write_resampled
from congestion_lab.sumo.demand.sightings import simulated_sightings
from congestion_lab.sumo.installation import version
from congestion_lab.sumo.preparing.prepare import prepare

PRIOR, CALIBRATED, IN_SUMO = "prior", "calibrated", "calibrated in SUMO"
_ROUTES, _NET, _SCENARIO = "demand.rou.xml.gz", "network.net.xml", "scenario.yaml"


@dataclass(frozen=True, eq=False)
class Outcome:
    """A fit, judged.

    Attributes:
        calibrated: The fit.
        compared: Counts beside what the prior and the result would have counted.
        change: How the result differs from the prior.
        sumo_jams: Runs of SUMO that jammed.
    """

    calibrated: Calibrated
    compared: Compared
    change: Change
    sumo_jams: int


def write_demand(folder: Path, scenario: Scenario, found: Calibrated) -> Path:
    """Write the calibrated vehicles and the scenario that drives them; return the scenario's file."""
    task, fit = found.task, found.fit
    inputs, traffic = task.spec.inputs, task.bench.model.traffic
    names = copy_names(traffic.demand.vehicle_ids, fit.realised.source, fit.realised.copy)
    gaps = {one.id: task.time_gap_factor for one in traffic.demand.types} if task.headways else {}
    chosen = Resampling(
        traffic.demand, traffic.roads.link_ids, fit.realised.source, names, fit.realised.departs_s, gaps
    )
    write_resampled(folder / _ROUTES, inputs, chosen)
    additional = scenario.additional_files
    network = scenario.network
    if scenario.area is not None:  # the vehicles are those of the cut network
        network = NetworkSource.model_construct(file=_copied(inputs.net_file, folder / _NET))
        additional = tuple(_copied(path, folder / path.name) for path in inputs.additional_files)
    demand = Demand.model_construct(routes=(folder / _ROUTES,), depart_jitter_s=scenario.demand.depart_jitter_s)
    made = scenario.model_copy(
        update={
            "name": f"{scenario.name[:69]}-calibrated",
            "description": f"{scenario.description or scenario.name}; demand calibrated to counts",
            "network": network,
            "demand": demand,
            "additional": additional,
            "closures": inputs.closed_links,
            "area": None,
        }
    )
    write_scenario(folder / _SCENARIO, made, heading=f"{scenario.name} with vehicles calibrated to counts.")
    return folder / _SCENARIO


def judged(found: Calibrated, scenario_file: Path) -> Outcome:
    """Return how well the fit meets all counts in the fast engine, and the written scenario in SUMO."""
    task, fit = found.task, found.fit
    bench, counts, settings = task.bench, task.counts, task.asked.settings
    untouched = realised(fit.cells, bench.demand.demanded_s, fit.prior.vehicles, settings.seed)
    modelled = {
        PRIOR: bench.simulated(counts, fit.cells, untouched).modelled,
        CALIBRATED: bench.simulated(counts, fit.cells, fit.realised).modelled,
    }
    jams = 0
    if task.asked.sumo_runs:
        modelled[IN_SUMO], jams = _in_sumo(task, scenario_file)
    held = np.arange(len(counts)) >= len(task.fitted_to)
    present = np.bincount(fit.cells.of_vehicle[fit.realised.source], minlength=len(fit.cells.pair)).astype(np.float64)
    compared = Compared(counts, held, modelled, settings.count_error)
    change = change_of(fit.cells, fit.prior, present, fit.observation, error=settings.prior_error)
    return Outcome(found, compared, change, jams)


def _in_sumo(task: Task, scenario_file: Path) -> tuple[Floats, int]:
    """Return what the counts would be in SUMO, on the mean of some seeds, and how many of the runs jammed."""
    inputs = prepare(load_scenario(scenario_file), cache=scenario_file.parent / ".cache")
    total, jams = np.zeros(len(task.counts)), 0
    for number in range(task.asked.sumo_runs):
        seed = derived_seed(task.asked.settings.seed, "calibrated demand in SUMO", number)
        spec = replace(task.spec, inputs=inputs, seed=seed, engine=SUMO, engine_version=version())
        seen, jammed = simulated_sightings(spec)
        total += np.asarray(seen_by(task.counts, seen).sum(axis=1)).ravel()
        jams += jammed
    return total / task.asked.sumo_runs, jams


def _copied(source: Path, target: Path) -> Path:
    with written_whole(target) as temporary:
        shutil.copyfile(source, temporary)
    return target
