"""Plans of other people's files put on the controllers of a network: by id, by name, by place."""

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from scipy.spatial import KDTree

from congestion_lab.core.errors import Fault, SignalPlanError
from congestion_lab.core.geometry import Point
from congestion_lab.core.names import folded
from congestion_lab.network.geography import plane_position
from congestion_lab.network.model import Network
from congestion_lab.signals.intersection import Intersection
from congestion_lab.signals.plan import PlanSet, SignalPlan
from congestion_lab.signals.present.phasing import plan_of_phases
from congestion_lab.signals.present.planrecords import PlanRecord, PlanSource
from congestion_lab.signals.present.releasing import Released, released
from congestion_lab.sumo.nets.linkplaces import link_places

_SAME_M = 0.1  # files round coordinates to centimetres or decimetres
FARTHEST_M = 60.0  # a wide junction from its middle to the corner where somebody measured
_LISTED = 6


@dataclass(frozen=True, slots=True)
class Match:
    """A record that became a plan.

    Attributes:
        theirs: Controller in the file.
        ours: Controller of the network.
        how: By what it was found.
        notes: What of the record could not be taken over, or was taken over by assumption, a sentence each.
    """

    theirs: str
    ours: str
    how: str
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class PlanImport:
    """Plans for a network.

    Attributes:
        plans: Plans of all controllers: those of the file, and the present ones of the others.
        matches: Records that became plans.
        unused: Records that did not, as (controller in the file, why).
        kept: Controllers that keep their present plan.
        notes: What else the file holds that was not used.
    """

    plans: PlanSet
    matches: tuple[Match, ...]
    unused: tuple[tuple[str, str], ...]
    kept: tuple[str, ...]
    notes: tuple[str, ...]


def place_plans(
    source: PlanSource,
    network: Network,
    intersections: Sequence[Intersection],
    present: PlanSet,
    *,
    pairs: Mapping[str, str],
    origin: str,
) -> PlanImport:
    """Put the plans of a file on the controllers of a network.

    A record belongs to the controller that `pairs` says, else to the one at the same coordinates, else of the same id,
    else of the same name, else to the next one within 60 m if the file has geographic places.

    Args:
        source: What the file tells.
        network: The network.
        intersections: What plans must respect there.
        present: Plans that are kept where the file has none.
        pairs: Controller of the network by controller in the file, as the user says.
        origin: Name of the file, for messages.

    Raises:
        SignalPlanError: `pairs` names a controller that is not there, or no record could be used.
    """
    sites = {site.controller_id: site for site in intersections}
    faults = [*_wrong_pairs(pairs, source.records, sites, origin)]
    if faults:
        raise SignalPlanError(*faults)
    known = _coinciding(source.positions, network)
    find = _Finder(network, intersections, pairs, known)
    links = link_places(network, known)
    made: dict[str, SignalPlan] = {}
    matches: list[Match] = []
    unused: list[tuple[str, str]] = []
    for record in source.records:
        ours, how = find.controller(record)
        if not ours:
            unused.append((record.controller, how))
        elif ours in made:
            unused.append((record.controller, f"{ours} has a plan already, from another controller of the file"))
        else:
            laid = released(record, sites[ours], links)
            try:
                made[ours] = _plan(record, sites[ours], laid)
            except SignalPlanError as problem:
                unused.append((record.controller, "; ".join(fault.rule for fault in problem.faults)))
            else:
                matches.append(Match(record.controller, ours, how, (*record.notes, *_told(laid))))
    if not made:
        told = (Fault(why, "", origin, key=controller) for controller, why in unused)
        hint = "name pairs with --match THEIRS=OURS; `plan template` lists the controllers and their approaches"
        raise SignalPlanError(Fault("no plan of the file fits a controller of the network", hint, origin), *told)
    kept = tuple(plan.controller_id for plan in present if plan.controller_id not in made)
    merged = {plan.controller_id: plan for plan in present} | made
    plans = PlanSet(tuple(plan for _, plan in sorted(merged.items())))
    return PlanImport(plans, tuple(matches), tuple(unused), kept, source.notes)


def _wrong_pairs(
    pairs: Mapping[str, str], records: Iterable[PlanRecord], sites: Mapping[str, Intersection], origin: str
) -> Iterator[Fault]:
    theirs = {record.controller for record in records}
    for their, our in pairs.items():
        if their not in theirs:
            yield Fault(f"the file has no controller {their!r}", "mend --match", origin, key=f"--match {their}={our}")
        if our not in sites:
            yield Fault(f"the network has no controller {our!r}", "mend --match", origin, key=f"--match {their}={our}")


class _Finder:
    """Finds the controllers of a network that records mean."""

    def __init__(
        self,
        network: Network,
        intersections: Sequence[Intersection],
        pairs: Mapping[str, str],
        known: Mapping[str, frozenset[str]],
    ) -> None:
        self._pairs = pairs
        self._ids = {site.controller_id for site in intersections}
        self._names: dict[str, set[str]] = {}
        for site in intersections:
            for name in filter(None, map(folded, (site.name, site.name_ar))):
                self._names.setdefault(name, set()).add(site.controller_id)
        self._places = {controller: _middle(network, links) for controller, links in network.controllers.items()}
        self._known = known
        ends = {name: {network.links[link].to_node for link in links} for name, links in network.controllers.items()}
        self._by_node = {node: name for name, nodes in ends.items() for node in sorted(nodes)}
        self._project = plane_position(network)

    def controller(self, record: PlanRecord) -> tuple[str, str]:
        """Return the controller and by what it was found, or "" and why none was."""
        if record.controller in self._pairs:
            return self._pairs[record.controller], "as you say"
        here = sorted(self._known.get(record.controller, frozenset()) & self._by_node.keys())
        if here:
            return self._by_node[here[0]], "same coordinates"
        for name in (record.controller, record.name, *sorted(record.aliases)):
            if name in self._ids:
                return name, "same id"
        named = self._names.get(folded(record.name), set()) if record.name else set()
        if len(named) == 1:
            return next(iter(named)), f"same name {record.name!r}"
        if len(named) > 1:
            return "", f"{len(named)} controllers are named {record.name!r}: {', '.join(sorted(named))}"
        return self._by_place(record)

    def _by_place(self, record: PlanRecord) -> tuple[str, str]:
        if record.place is None:
            return "", "no controller of the network has its id or name, and the file gives no geographic place for it"
        if self._project is None:
            return "", "no controller of the network has its id or name, and the network has no geographic place"
        lat, lon = record.place
        here = self._project((lon, lat))
        away = sorted((math.dist(here, place), controller) for controller, place in self._places.items())
        near = [one for one in away if one[0] <= FARTHEST_M]
        if not near:
            nearest = f"the nearest, {away[0][1]}, is {away[0][0]:.0f} m away" if away else "the network has none"
            return "", f"no controller has its id or name, or stands within {FARTHEST_M:.0f} m of it; {nearest}"
        return near[0][1], f"{near[0][0]:.0f} m away"


def _coinciding(places: Mapping[str, Point], network: Network) -> dict[str, frozenset[str]]:
    """Return the nodes of the network that lie where one of the file does, by its id there.

    A single one proves no common plane: both may have an origin.
    """
    if not places:
        return {}
    ours = list(network.nodes)
    tree = KDTree([node.position for node in network.nodes.values()])
    near = tree.query_ball_point(list(places.values()), _SAME_M)
    found = {their: frozenset(ours[at] for at in some) for their, some in zip(places, near, strict=True) if some}
    return found if len(found) > 1 else {}


def _middle(network: Network, links: Iterable[str]) -> Point:
    ends = {network.links[link].to_node for link in links if link in network.links}
    points = [network.nodes[node].position for node in sorted(ends)]
    return sum(x for x, _ in points) / len(points), sum(y for _, y in points) / len(points)


def _plan(record: PlanRecord, site: Intersection, laid: Released) -> SignalPlan:
    if not any(served.heads for served in laid.phases):
        told = ", ".join(text for _, text in laid.unknown[:_LISTED])
        raise SignalPlanError(Fault(f"none of its movements is at {site.controller_id}: {told}"))
    times = (record.program, record.cycle_s, record.offset_s)
    return plan_of_phases(site, *times, laid.phases, on_red=laid.on_red, free=laid.free)


def _told(laid: Released) -> Iterator[str]:
    if laid.unknown:
        more = f" and {len(laid.unknown) - _LISTED} more" if len(laid.unknown) > _LISTED else ""
        lines = [f"{text}" if line is None else f"{text} (line {line})" for line, text in laid.unknown[:_LISTED]]
        yield f"movements that the intersection does not have: {', '.join(lines)}{more}."
    if laid.unnamed:
        heads = dict.fromkeys(f"{head.from_link} > {head.to_link}" for head in laid.unnamed)
        more = f" and {len(heads) - _LISTED} more" if len(heads) > _LISTED else ""
        yield f"movements that no phase releases, so they stay red: {', '.join([*heads][:_LISTED])}{more}."
    if laid.harmless:
        yield f"heads that no phase releases and that cross nobody are always green: {_listed(laid.harmless)}."
    if laid.followed:
        yield f"U-turns that no phase names go with the left turn beside them: heads {_listed(laid.followed)}."
    if laid.by_compass:
        told = ", ".join(f"{link} ({heading:.0f}°)" for link, heading in sorted(laid.by_compass.items()))
        yield f"approaches were found by their compass direction: {told}."


def _listed(heads: Iterable[int]) -> str:
    return ", ".join(map(str, heads))
