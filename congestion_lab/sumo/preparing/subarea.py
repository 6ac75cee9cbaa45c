"""A part of a network with the traffic that really passes it.

The whole scenario is simulated once to learn when every trip enters the area: mesoscopic with signals by default,
because that is fast; microscopic if the scenario asks. Then the net is cut with all its rules and programmes, and every
route is clipped to its stretches inside: through traffic is kept and enters when it reached the area. Trips that did
not reach the area within the simulated period are no part of its demand, and what leaves the area leaves freely: no
queue reaches in from outside.
"""

import dataclasses
import tempfile
from collections.abc import Collection, Sequence
from pathlib import Path

from congestion_lab.core.digests import digest_of
from congestion_lab.core.errors import Fault, ScenarioError
from congestion_lab.core.foldercache import FolderCache
from congestion_lab.network.model import Link, Network
from congestion_lab.scenarios.schema import Area
from congestion_lab.simulation.spec import SimulationInputs
from congestion_lab.sumo.files.outline import file_digests, net_outline, with_digest
from congestion_lab.sumo.installation import version
from congestion_lab.sumo.nets.netfile import read_network
from congestion_lab.sumo.preparing.areanet import cut_additional, cut_net, links_at
from congestion_lab.sumo.preparing.areatrips import simulate_whole, write_trips
from congestion_lab.sumo.routes.demandsurvey import survey
from congestion_lab.sumo.running.closures import with_closures

_LAYOUT = 3  # part of the cache's names: raised when the way of cutting changes
_MOST_BYTES = 2 << 30  # some hundred cuts: the centre of Damascus takes 4 MB
_NET, _ROUTES = "area.net.xml", "area.rou.xml"


def cut(whole: SimulationInputs, area: Area, cache: Path) -> SimulationInputs:
    """Return a scenario cut to an area.

    A cut is made once and found again by what it is made from, whatever the scenario is called: the same area of the
    same net with the same trips, closures and times.

    Raises:
        InputError: The area holds no link or no trip, or the network has no geographic coordinates.
        EngineError: A SUMO program failed.
    """
    cuts = FolderCache(cache / "areas", _MOST_BYTES)
    return _inputs(whole, cuts.folder(_digest(whole, area), lambda folder: _make(whole, area, folder)))


def _digest(whole: SimulationInputs, area: Area) -> str:
    """Return the digest of all that `_make` reads."""
    times = (whole.begin_s, whole.analysis_begin_s, whole.horizon_s, whole.step_s)
    settings = (whole.scale, whole.closed_links, area.model_dump())
    return digest_of([_LAYOUT, version(), file_digests(whole), times, settings])


def _make(whole: SimulationInputs, area: Area, folder: Path) -> None:
    network = read_network(whole.net_file)
    inside = links_inside(network, area)
    cut_net(whole.net_file, network, inside, folder / _NET)
    controllers = net_outline(folder / _NET).controllers
    for number, path in enumerate(whole.additional_files):
        cut_additional(path, controllers, inside, folder / f"{number:03d}.add.xml")
    with tempfile.TemporaryDirectory() as scratch:
        drivable = with_closures(whole, Path(scratch))
        driven = simulate_whole(drivable, Path(scratch), mesoscopic=area.entry_times == "mesoscopic")
        write_trips(drivable, driven, inside, folder / _ROUTES)
    end_s = whole.horizon_s
    if survey([folder / _ROUTES], inside, whole.analysis_begin_s, end_s).vehicles == 0:
        raise ScenarioError(Fault("no trip passes the area in the period", "choose a larger area", key="area"))


def _inputs(whole: SimulationInputs, folder: Path) -> SimulationInputs:
    known = net_outline(folder / _NET).links
    part = dataclasses.replace(
        whole,
        net_file=folder / _NET,
        route_files=(folder / _ROUTES,),
        additional_files=tuple(sorted(folder.glob("*.add.xml"))),
        scale=1.0,  # it is in the trips already
        closed_links=tuple(link for link in whole.closed_links if link in known),
    )
    return with_digest(part)


def links_inside(network: Network, area: Area) -> frozenset[str]:
    """Return the links of an area.

    In a polygon are the links whose middle lies in it, all links at every signal controller most of whose inbound links
    do, and all links at its roundabouts: a junction is simulated with all its approaches. A list is taken as it is.

    Raises:
        ScenarioError: No link is inside, or a polygon meets a network without geographic coordinates.
    """
    if area.links is not None:
        return frozenset(area.links)
    inside = _in_polygon(network, area.polygon or ())
    if not inside:
        raise ScenarioError(
            Fault("no link lies in the polygon", "corners are [latitude, longitude]", key="area.polygon")
        )
    return inside | _at_kept_controllers(network, inside) | _at_roundabouts(network, inside)


def _in_polygon(network: Network, corners: Sequence[tuple[float, float]]) -> frozenset[str]:
    from shapely import Point, Polygon, prepare  # noqa: PLC0415 -- heavy, and needed for polygons only

    from congestion_lab.network.geography import link_middles, plane_position  # noqa: PLC0415 -- likewise

    position = plane_position(network)
    if position is None:
        rule = "the network has no geographic coordinates, so a polygon has no place on it"
        raise ScenarioError(Fault(rule, "name the links of the area under `links`", key="area.polygon"))
    polygon = Polygon([position((longitude, latitude)) for latitude, longitude in corners])
    if not polygon.is_valid:
        rule = "the sides of the polygon cross each other"
        raise ScenarioError(Fault(rule, "list the corners in the order of a walk around it", key="area.polygon"))
    prepare(polygon)
    return frozenset(link for link, middle in link_middles(network).items() if polygon.contains(Point(middle)))


def _at_kept_controllers(network: Network, inside: Collection[str]) -> frozenset[str]:
    kept: set[str] = set()
    for controller, inbound in network.controllers.items():
        if 2 * sum(link in inside for link in inbound) > len(inbound):
            kept |= links_at(network, controller)
    return frozenset(kept)


def _at_roundabouts(network: Network, inside: Collection[str]) -> frozenset[str]:
    links = (network.links[link] for link in inside)
    nodes = {end for link in links for end in (link.from_node, link.to_node) if _is_circulating(network, link)}
    return frozenset(link.id for link in network.links.values() if {link.from_node, link.to_node} & nodes)


def _is_circulating(network: Network, link: Link) -> bool:
    return all(network.nodes[end].kind == "roundabout" for end in (link.from_node, link.to_node))
