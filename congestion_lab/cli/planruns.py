"""A plan file and the runs that it is judged beside."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import click

from congestion_lab.core.digests import digest_of_file
from congestion_lab.core.errors import ExperimentError, Fault, SignalPlanError
from congestion_lab.experiments.pooling import plans_of
from congestion_lab.experiments.runset import RunSet, load_run_set
from congestion_lab.metrics.simulated import Pair, Simulated, entries, shares_on_green, simulated
from congestion_lab.network.model import Network
from congestion_lab.signals.intersection import Intersection
from congestion_lab.signals.plan import PlanSet, SignalPlan
from congestion_lab.signals.planfile import PlanFile
from congestion_lab.simulation.result import RunResult
from congestion_lab.simulation.spec import Controller
from congestion_lab.simulation.tables import LINKS, MOVEMENTS, PASSAGES
from congestion_lab.sumo.netfile import read_network
from congestion_lab.sumo.networkbuild import net_of


def known_only(content: PlanFile, file: Path, controllers: Sequence[str]) -> None:
    """Refuse controllers that a plan file does not have.

    Raises:
        UsageError: There are some.
    """
    unknown = sorted(set(controllers) - {one.controller_id for one in content.plans})
    if unknown:
        known = ", ".join(one.controller_id for one in content.plans)
        raise click.UsageError(f"{file} has no controller {', '.join(unknown)}; it has {known}")


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
    return simulated(runs.results), _remarks(content.plans, source, runs)


def arrivals_by_movement(content: PlanFile, source: Path, folder: Path) -> Mapping[str, Mapping[Pair, float]]:
    """Return by controller the share of each movement's vehicles that arrived on green in the runs of a plan file.

    Raises:
        ExperimentError: The runs recorded no passages, or were not under these plans.
    """
    roads, results, remarks = roads_and_runs(content, source, None, folder)
    if remarks:
        raise ExperimentError(f"{remarks[0]}; arrivals on green are known for the plans that ran only")
    runs = [entries(result) for result in results]
    return {
        plan.controller_id: shares_on_green(runs, roads, plan, site_of(content, plan, source)) for plan in content.plans
    }


def roads_and_runs(
    content: PlanFile, source: Path, network: Path | None, folder: Path | None
) -> tuple[Network, tuple[RunResult, ...], list[str]]:
    """Return the roads of a plan file, the runs that recorded passages, and what to know about them.

    Args:
        content: The plans.
        source: Their file.
        network: Their network, if it is named.
        folder: A run set on it, if one is named.

    Raises:
        SignalPlanError: Neither is named, or the network is not that of the plans.
        ExperimentError: The run set recorded no passages.
    """
    runs = None if folder is None else load_run_set(folder)
    net = net_of(network) if network is not None else None if runs is None else runs.inputs.net_file
    if net is None:
        rule = "a plan file does not say where roads run"
        raise SignalPlanError(Fault(rule, "name its network with --network, or runs on it with --runs", str(source)))
    roads = read_network(net)
    if roads.digest != content.network_digest:
        rule = "the plans were made for another network"
        raise SignalPlanError(Fault(rule, "name the one of their scenario, in the same variant", str(source)))
    if runs is None:
        return roads, (), []
    if not runs.results or not all(result.has(PASSAGES) for result in runs.results):
        raise ExperimentError(f"{folder} holds no run that recorded who passed where; simulate with all details")
    return roads, runs.results, _remarks(content.plans, source, runs)


def _remarks(plans: PlanSet, source: Path, runs: RunSet) -> list[str]:
    """Return why the simulated values may not be those of the plans."""
    remarks = []
    if runs.controller is not Controller.PLANS:
        remarks.append(f"the runs were under {runs.controller.value} control, not under the plans of {source}")
    elif plans_of(runs) != plans:
        remarks.append(f"the runs were under other plans than those of {source}; simulated values are theirs")
    if runs.failures:
        remarks.append(f"{len(runs.failures)} runs failed and are left out")
    return remarks
