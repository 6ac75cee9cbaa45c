"""Small named checks of a road network, each yielding findings.

Every check takes any `Network` and knows nothing of the file it came from. An error means that traffic cannot run as
the network says; a warning is something that an engineer should look at; what is only told to be known is information.
"""

import enum
import itertools
import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from congestion_lab.core.geometry import Point, Turn
from congestion_lab.network.alignment import bearing, point_at, turned
from congestion_lab.network.model import Link, Network
from congestion_lab.network.overlaps import overlaps
from congestion_lab.network.reach import main_part, reached

SHORTEST_LINK_M = 10.0  # a car and a gap; shorter links hold nobody and block junctions
SLOWEST_MPS = 10 / 3.6
FASTEST_MPS = 130 / 3.6
SHARPEST_BEND = math.radians(100)
WIDEST_FORK = math.radians(100)  # streets that part by more do not come from one street
LANE_END_M = 35.0  # least length of a lane that ends: on a shorter one nobody finds a gap in time
LEFT_LANE_FROM = 2  # an approach of so many lanes can spare one for turning left


class Severity(enum.Enum):
    """How bad a finding is, worst first."""

    ERROR = "error"
    WARNING = "warning"
    INFO = "info"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that a check found.

    Attributes:
        rule: Name of the check.
        severity: How bad it is.
        place: Id of the link or node.
        message: What is wrong there.
        x_m: Where, in the network's coordinates.
        y_m: Where, in the network's coordinates.
    """

    rule: str
    severity: Severity
    place: str
    message: str
    x_m: float
    y_m: float


Check = Callable[[Network], Iterator[Finding]]


def check_network(network: Network) -> tuple[Finding, ...]:
    """Return everything that all checks find on the roads of a network, errors first, then by rule and place."""
    found = itertools.chain.from_iterable(check(network.for_cars) for check in CHECKS.values())
    return tuple(sorted(found, key=_rank))


def _rank(finding: Finding) -> tuple[int, str, str, str]:
    return list(Severity).index(finding.severity), finding.rule, finding.place, finding.message


def _at(rule: str, severity: Severity, place: str, message: str, point: Point) -> Finding:
    return Finding(rule, severity, place, message, *point)


def _error(rule: str, link: Link, message: str) -> Finding:
    return _at(rule, Severity.ERROR, link.id, message, middle(link))


def _warning(rule: str, link: Link, message: str) -> Finding:
    return _at(rule, Severity.WARNING, link.id, message, middle(link))


def middle(link: Link) -> Point:
    """Return where half of a link is driven, metres in the network's projection."""
    return point_at(link.shape, link.length_m / 2)


def connected(network: Network) -> Iterator[Finding]:
    """Yield links that traffic from the main part of the network, or from its rim, cannot reach or cannot leave again.

    Where traffic enters at the rim it must find the main part, and where it leaves it must come from there, so that
    every place reaches every other.
    """
    onward: dict[str, set[str]] = {link_id: set() for link_id in network.links}
    backward: dict[str, set[str]] = {link_id: set() for link_id in network.links}
    for before, after in network.movements:
        onward[before].add(after)
        backward[after].add(before)
    entries, exits = rim(network)
    core = main_part(onward)
    from_core, to_core = reached(core, onward), reached(core, backward)
    fed, drained = from_core | reached(entries & to_core, onward), to_core | reached(exits & from_core, backward)
    for link in network.links.values():
        if link.id not in fed:
            yield _error("connected", link, "cannot be reached from the main part of the network")
        if link.id not in drained:
            yield _error("connected", link, "leads to no way back into the main part of the network")


def rim(network: Network) -> tuple[frozenset[str], frozenset[str]]:
    """Return the links on which traffic enters the network, and those on which it leaves.

    That is at ends of single streets, and where a street that a map was cut off from forks as it enters, or where
    streets have merged as they leave.
    """
    passed = {network.links[before].to_node for before, _ in network.movements}
    outbound, inbound = _by(network, lambda link: link.from_node), _by(network, lambda link: link.to_node)
    ends = {
        node for node in network.nodes if node not in passed and _is_end(inbound.get(node, ()), outbound.get(node, ()))
    }
    entries = frozenset(link.id for link in network.links.values() if link.from_node in ends)
    return entries, frozenset(link.id for link in network.links.values() if link.to_node in ends)


def _is_end(inbound: Sequence[Link], outbound: Sequence[Link]) -> bool:
    if max(len(inbound), len(outbound)) <= 1:
        return True
    if inbound and outbound:
        return False
    headings = [bearing(link.shape[-2], link.shape[-1]) for link in inbound]
    headings += [bearing(link.shape[0], link.shape[1]) for link in outbound]
    return all(abs(turned(a, b)) < WIDEST_FORK for a, b in itertools.combinations(headings, 2))


def dead_ends(network: Network) -> Iterator[Finding]:
    """Yield links inside the network from which nothing leads on, and those into which nothing leads."""
    entries, exits = rim(network)
    entered = {after for _, after in network.movements} | entries
    left = {before for before, _ in network.movements} | exits
    for link in network.links.values():
        if link.id not in left:
            yield _error("dead_ends", link, f"ends at {link.to_node!r} and nothing leads on")
        if link.id not in entered:
            yield _error("dead_ends", link, f"nothing leads into it from {link.from_node!r}")


def _by(network: Network, key: Callable[[Link], str]) -> Mapping[str, list[Link]]:
    grouped: dict[str, list[Link]] = {}
    for link in network.links.values():
        grouped.setdefault(key(link), []).append(link)
    return grouped


def vanishing_lanes(network: Network) -> Iterator[Finding]:
    """Yield lanes that lead nowhere while their neighbours lead on.

    One outer lane may end where the road goes on narrower, if there is length enough to leave it.
    """
    leading: dict[str, set[int]] = {}
    for path in network.connections:
        leading.setdefault(path.from_link, set()).add(path.from_lane)
    for link_id, lanes in sorted(leading.items()):
        link = network.links[link_id]
        lost = sorted(set(range(len(link.lanes))) - lanes)
        drivable = [lane for lane in lost if link.lanes[lane].classes != frozenset({"none"})]
        at_edge = drivable in ([0], [len(link.lanes) - 1])
        if drivable and not (at_edge and link.length_m >= LANE_END_M):
            names = ", ".join(str(lane) for lane in drivable)
            yield _warning("vanishing_lanes", link, f"lanes {names} of {len(link.lanes)} lead nowhere")


def overlapping(network: Network) -> Iterator[Finding]:
    """Yield pairs of links that lie on each other, or cross without a junction, on one level."""
    for overlap in overlaps(network):
        message = f"lies on {overlap.other!r} for {overlap.length_m:.0f} m"
        if overlap.crossing:
            message = f"crosses {overlap.other!r} without a junction"
        yield _at("overlapping", Severity.ERROR, overlap.link, message, overlap.point)


def speeds(network: Network) -> Iterator[Finding]:
    """Yield links whose limit no road of this kind has."""
    for link in network.links.values():
        if not SLOWEST_MPS <= link.speed_mps <= FASTEST_MPS:
            yield _warning("speeds", link, f"has a limit of {3.6 * link.speed_mps:.0f} km/h")


def short_links(network: Network) -> Iterator[Finding]:
    """Yield links shorter than a car and a gap; the arcs of roundabouts are short by nature."""
    for link in network.links.values():
        ring = all(network.nodes[node].kind == "roundabout" for node in (link.from_node, link.to_node))
        if link.length_m < SHORTEST_LINK_M and not ring:
            yield _warning("short_links", link, f"is {link.length_m:.1f} m long")


def sharp_bends(network: Network) -> Iterator[Finding]:
    """Yield links that double back at a point of their alignment."""
    for link in network.links.values():
        for a, b, c in zip(link.shape, link.shape[1:], link.shape[2:], strict=False):
            bend = abs(turned(bearing(a, b), bearing(b, c)))
            if bend > SHARPEST_BEND:
                message = f"turns by {math.degrees(bend):.0f} degrees"
                yield _at("sharp_bends", Severity.WARNING, link.id, message, b)


def turn_lanes(network: Network) -> Iterator[Finding]:
    """Yield signal approaches where a left turn shares a lane with traffic straight on, though there are lanes enough.

    Only where straight traffic comes against it: otherwise nobody has to wait in that lane.
    """
    lanes = _lanes_by_turn(network)
    for controller, inbound in network.controllers.items():
        straight = {link_id: lanes.get((controller, link_id, Turn.STRAIGHT), set()) for link_id in inbound}
        for link_id in inbound:
            link = network.links[link_id]
            shared = straight[link_id] & lanes.get((controller, link_id, Turn.LEFT), set())
            opposed = any(other != link_id and straight[other] for other in _facing(network, link, inbound))
            if shared and opposed and len(link.lanes) >= LEFT_LANE_FROM:
                yield _warning("turn_lanes", link, f"has no lane of its own for turning left at signal {controller!r}")


def _lanes_by_turn(network: Network) -> Mapping[tuple[str, str, Turn], set[int]]:
    """Return the lanes that lead a way, by controller, inbound link and turn."""
    lanes: dict[tuple[str, str, Turn], set[int]] = {}
    for path in network.connections:
        if path.controller_id is not None:
            lanes.setdefault((path.controller_id, path.from_link, path.turn), set()).add(path.from_lane)
    return lanes


def _facing(network: Network, link: Link, inbound: tuple[str, ...]) -> Iterator[str]:
    """Yield the inbound links that come from ahead."""
    heading = bearing(link.shape[-2], link.shape[-1])
    for other_id in inbound:
        other = network.links[other_id]
        if abs(turned(heading, bearing(other.shape[-2], other.shape[-1]))) > math.radians(130):
            yield other_id


CHECKS: Mapping[str, Check] = MappingProxyType(
    {
        "connected": connected,
        "dead_ends": dead_ends,
        "overlapping": overlapping,
        "sharp_bends": sharp_bends,
        "short_links": short_links,
        "speeds": speeds,
        "turn_lanes": turn_lanes,
        "vanishing_lanes": vanishing_lanes,
    }
)
