"""A plan file and the runs that it is judged beside."""

from pathlib import Path

from congestion_lab.core.digests import digest_of_file
from congestion_lab.core.errors import ExperimentError, Fault, SignalPlanError
from congestion_lab.experiments.runset import RunSet, load_run_set
from congestion_lab.metrics.simulated import Simulated, simulated
from congestion_lab.signals.intersection import Intersection
from congestion_lab.signals.plan import PlanSet, SignalPlan
from congestion_lab.signals.planfile import PlanFile, read_plan_file
from congestion_lab.simulation.spec import Controller
from congestion_lab.simulation.tables import LINKS, MOVEMENTS
from congestion_lab.sumo.netfile import read_plans


def site_of(content: PlanFile, plan: SignalPlan, source: Path) -> Intersection:
    """Return the intersection of a plan.

    Raises:
        SignalPlanError: The plan file does not hold it.
    """
    for site in content.intersections:
        if site.controller_id == plan.controller_id:
            return site
    rule = f"the plan of {plan.controller_id!r} has no intersection"
    raise SignalPlanError(Fault(rule, "write the plan file anew", str(source)))


def measured_by(content: PlanFile, source: Path, folder: Path) -> tuple[Simulated, list[str]]:
    """Return what a run set measured, and what to know about it.

    Raises:
        ExperimentError: The run set cannot be used: it recorded no movements, or ran on another network.
    """
    runs = load_run_set(folder)
    if not runs.results or not all(result.has(table) for result in runs.results for table in (MOVEMENTS, LINKS)):
        raise ExperimentError(f"{folder} holds no run that recorded movements; simulate with all details")
    if digest_of_file(runs.inputs.net_file) != content.network_digest:
        raise ExperimentError(f"{folder} ran on another network than the plans of {source} are for")
    return simulated(runs.results), list(_remarks(content.plans, source, runs))


def _remarks(plans: PlanSet, source: Path, runs: RunSet) -> list[str]:
    """Return why the simulated values may not be those of the plans."""
    remarks = []
    if runs.controller is not Controller.PLANS:
        remarks.append(f"the runs were under {runs.controller.value} control, not under the plans of {source}")
    elif _plans_of(runs) != plans:
        remarks.append(f"the runs were under other plans than those of {source}; simulated values are theirs")
    if runs.failures:
        remarks.append(f"{len(runs.failures)} runs failed and are left out")
    return remarks


def _plans_of(runs: RunSet) -> PlanSet:
    if runs.plan_file is not None:
        return read_plan_file(runs.plan_file).plans
    return read_plans(runs.inputs.net_file, runs.inputs.additional_files)
