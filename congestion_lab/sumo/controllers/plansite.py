"""The signals that present plans are put on: those of a network, with the plans that they have so far."""

from dataclasses import dataclass
from pathlib import Path

from congestion_lab.core.errors import Fault, NetworkError, SignalPlanError
from congestion_lab.network.model import Network
from congestion_lab.signals.intersection import Intersection
from congestion_lab.signals.plan import PlanSet
from congestion_lab.sumo.building.networkbuild import net_of
from congestion_lab.sumo.controllers.planmatching import Match, PlanImport
from congestion_lab.sumo.nets.netfile import read_intersections, read_network, read_plans
from congestion_lab.sumo.nets.netrecords import net_records
from congestion_lab.sumo.nets.programs import plans_of_file


@dataclass(frozen=True)
class PlanSite:
    """Signals and their plans.

    Attributes:
        name: Name of the scenario or network.
        net_file: The net.
        network: What it holds.
        intersections: What plans must respect there.
        present: The plans that run so far.
    """

    name: str
    net_file: Path
    network: Network
    intersections: tuple[Intersection, ...]
    present: PlanSet


def site_of_network(path: Path) -> PlanSite:
    """Return the signals of a network folder or a SUMO net.

    Raises:
        NetworkError: It cannot be read, or has no signal.
    """
    net = net_of(path, None)
    site = PlanSite(
        path.resolve().name.split(".", maxsplit=1)[0], net, read_network(net), read_intersections(net), read_plans(net)
    )
    if not site.intersections:
        raise NetworkError(Fault("the network has no signals", "plans need a network with signals", str(net)))
    return site


def place_programmes(source: Path, site: PlanSite) -> PlanImport:
    """Take over the programmes of a SUMO file; they belong to the controllers whose ids they have.

    Raises:
        SignalPlanError: A programme cannot be read, sets another number of signals, or none belongs to the network.
    """
    found = plans_of_file(source, net_records(site.net_file).programmes, site.net_file)
    heads = {one.controller_id: one.head_count for one in site.intersections}
    ours = {name: plan for name, plan in found.items() if name in heads and plan is not None}
    if not ours:
        hint = "the ids of <tlLogic> are those of the net's controllers"
        raise SignalPlanError(Fault("no programme is for a controller of the network", hint, str(source)))
    counts = {name: sum(len(group.heads) for group in plan.groups) for name, plan in ours.items()}
    wrong = [
        Fault(f"the programme of {name!r} sets {count} signals, the network has {heads[name]}", "", str(source))
        for name, count in counts.items()
        if count != heads[name]
    ]
    if wrong:
        raise SignalPlanError(*wrong)
    plans = {plan.controller_id: plan for plan in site.present} | ours
    unused = [(name, "no controller of the network has its id") for name in found if name not in heads]
    unused += [(name, "the programme switches its signals off") for name in found if name in heads and name not in ours]
    return PlanImport(
        plans=PlanSet(tuple(plan for _, plan in sorted(plans.items()))),
        matches=tuple(Match(name, name, "same id") for name in ours),
        unused=tuple(unused),
        kept=tuple(plan.controller_id for plan in site.present if plan.controller_id not in ours),
        notes=(),
    )
