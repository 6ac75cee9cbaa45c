"""A plan file and the runs that it is judged beside."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import click

from congestion_lab.core.digests import digest_of_file
from congestion_lab.core.errors import ExperimentError, Fault, SignalPlanError
from congestion_lab.experiments.pooling import plans_of
from congestion_lab.experiments.runset import RunSet, load_run_set
from congestion_lab.metrics.arriving import Shares, shares_by_controller
from congestion_lab.metrics.simulated import Simulated, simulated
from congestion_lab.network.model import Network
from congestion_lab.signals.intersection import Intersection
from congestion_lab.signals.plan import PlanSet, SignalPlan
from congestion_lab.signals.planfile import PlanFile
from congestion_lab.simulation.result import RunResult
from congestion_lab.simulation.spec import Controller
from congestion_lab.simulation.tables import LINKS, MOVEMENTS, PASSAGES
from congestion_lab.sumo.building.networkbuild import net_of
from congestion_lab.sumo.nets.netfile import read_network


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


@dataclass(frozen=True, slots=True)
class Judged:
    """What the runs of a run set say of plans.

    Attributes:
        measured: Movements and queues.
        arrivals: Shares of arrivals on green by controller; nothing where they are not known.
        remarks: What to know about them.
    """

    measured: Simulated
    arrivals: Mapping[str, Shares]
    remarks: tuple[str, ...]


def judged_by(content: PlanFile, source: Path, folder: Path) -> Judged:
    """Return what a run set measured; arrivals on green only where the plans ran and passages were recorded.

    Raises:
        ExperimentError: The run set cannot be used: it recorded no movements, or ran on another network.
    """
    runs = load_run_set(folder)
    if not runs.results or not all(result.has(table) for result in runs.results for table in (MOVEMENTS, LINKS)):
        raise ExperimentError(f"{folder} holds no run that recorded movements; simulate with all details")
    if digest_of_file(runs.net_file) != content.network_digest:
        raise ExperimentError(f"{folder} ran on another network than the plans of {source} are for")
    others, remarks = _other_plans(content.plans, source, runs), _remarks(content.plans, source, runs)
    sites = {site.controller_id: site for site in content.intersections}
    roads = read_network(runs.net_file)
    arrivals = {} if others else shares_by_controller(runs.results, roads, content.plans, sites)
    if not arrivals:
        remarks.append("arrivals on green are not known from the runs; they are taken at a constant rate")
    return Judged(simulated(runs.results), arrivals, tuple(remarks))


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
    net = net_of(network) if network is not None else None if runs is None else runs.net_file
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
    remarks = _other_plans(plans, source, runs)
    if runs.failures:
        remarks.append(f"{len(runs.failures)} runs failed and are left out")
    return remarks


def _other_plans(plans: PlanSet, source: Path, runs: RunSet) -> list[str]:
    if runs.controller is not Controller.PLANS:
        return [f"the runs were under {runs.controller.value} control, not under the plans of {source}"]
    if plans_of(runs) != plans:
        return [f"the runs were under other plans than those of {source}; simulated values are theirs"]
    return []
