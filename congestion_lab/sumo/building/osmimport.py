"""From a map to a net: edits, roads in scope, signals where they belong, netconvert, and what nobody can drive out."""

import tempfile
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from xml.sax.saxutils import quoteattr

from congestion_lab.core.errors import Fault, NetworkError
from congestion_lab.core.files import write_text
from congestion_lab.network.checks import connected
from congestion_lab.network.maps.changes import Changed, changed
from congestion_lab.network.maps.edits import Edits, JoinEdit
from congestion_lab.network.maps.joining import already_one, merged, without_room
from congestion_lab.network.maps.origins import Origins, osm_nodes
from congestion_lab.network.maps.osm import OsmMap
from congestion_lab.network.maps.roadscope import Scope, Scoped, motor_roads, scoped
from congestion_lab.network.maps.signalplaces import SignalPlaces, is_signal, signal_places, with_signals
from congestion_lab.network.maps.turnrules import forbidden
from congestion_lab.network.model import Network
from congestion_lab.signals.intersection import Intersection
from congestion_lab.signals.plan import SignalPlan
from congestion_lab.sumo.building.importsettings import GUESSED_SIGNALS, Setting, settings_for, type_map
from congestion_lab.sumo.building.netconvert import without_header
from congestion_lab.sumo.building.networkbuild import with_programs
from congestion_lab.sumo.building.osmxml import write_osm
from congestion_lab.sumo.building.startplans import start_plans
from congestion_lab.sumo.installation import binary
from congestion_lab.sumo.nets.netfile import read_intersections, read_network
from congestion_lab.sumo.process import run_program

_MOST_ROUNDS = 20  # each takes out what the last one cut off; real maps need one to three
_TIMEOUT_S = 3600.0
_KEPT_AS_BUILT = ("--offset.disable-normalization", "--junctions.limit-turn-speed=-1", "--no-warnings")

Told = Callable[[str], None]


@dataclass(frozen=True)
class Built:
    """A net that was built from a map.

    Attributes:
        text: The net, plain XML.
        network: What it holds.
        osm: The map after edits.
        scoped: The roads of it that the model holds.
        places: The signals of the map.
        changed: Edits, applied and lost.
        settings: What netconvert was told.
        joined: Junctions that were made one because they have no room between them.
        unreached: Links of netconvert's first net that traffic could not reach or leave, with their roads.
        plans: Plans of the signals.
        intersections: What those plans must respect.
    """

    text: str
    network: Network
    osm: OsmMap
    scoped: Scoped
    places: SignalPlaces
    changed: Changed
    settings: tuple[Setting, ...]
    joined: tuple[JoinEdit, ...]
    unreached: Network
    plans: tuple[SignalPlan, ...]
    intersections: tuple[Intersection, ...]


def build(osm: OsmMap, edits: Edits, scope: Scope, *, guess: bool, told: Told) -> Built:
    """Build a net.

    Args:
        osm: The map.
        edits: What the planner corrects.
        scope: Which roads are in.
        guess: Whether signals are guessed where the map has none at all.
        told: Called with what is done next.

    Raises:
        NetworkError: Nothing is left that could be driven on.
        SumoFailedError: netconvert refused the map.
    """
    told("reading what the map says")
    after = changed(osm, edits)
    roads = scoped(after.map, scope)
    places = signal_places(motor_roads(roads.map))
    none_mapped = not any(is_signal(node) for node in osm.nodes.values())
    settings = (*settings_for(scope.footways), *(GUESSED_SIGNALS if guess and none_mapped else ()))
    with tempfile.TemporaryDirectory() as scratch:
        raw = Path(scratch) / "roads.net.xml"
        told("building the net")
        _convert(roads.map, places, after.joins, settings, raw)
        told("making one of junctions that have no room between them")
        apart = {node for edit in after.joins if not edit.join for node in edit.nodes}
        first = _built(raw)
        joined = without_room(first, apart)
        if joined:
            _convert(roads.map, places, (*after.joins, *already_one(first, roads.map), *joined), settings, raw)
        whole = _without_turns(raw, read_network(raw), roads.map)
        told("taking out what cannot be driven to")
        network = _without_signals(raw, strongly_connected(raw, whole), after.unsignalled)
        told("giving signals their first plans")
        intersections = read_intersections(raw)
        plans = start_plans(intersections, network)
        text = with_programs(without_header(raw.read_text(encoding="utf-8")), plans)
    lost = {link.id: link for link in whole.links.values() if link.id not in network.links}
    unreached = Network(whole.nodes, lost, ())
    return Built(text, network, after.map, roads, places, after, settings, joined, unreached, plans, intersections)


def _convert(
    osm: OsmMap, places: SignalPlaces, joins: Sequence[JoinEdit], settings: Iterable[Setting], target: Path
) -> None:
    folder = target.parent
    source, types, nodes = (folder / f"roads.{part}" for part in ("osm.xml", "typ.xml", "nod.xml"))
    if not osm.ways:
        raise NetworkError(Fault("no road is left to build", "choose an area with public roads, or add --service"))
    write_osm(with_signals(osm, places), source)
    write_text(types, type_map())
    command: list[str | Path] = [binary("netconvert")]
    command += [f"--osm-files={source}", f"--type-files={types}", f"--output-file={target}"]
    together = [edit.nodes for edit in merged(joins)]
    if together:
        write_text(nodes, _joins(together))
        command.append(f"--node-files={nodes}")
    apart = sorted({f"{node}" for edit in joins if not edit.join for node in edit.nodes})
    if apart:
        command.append(f"--junctions.join-exclude={','.join(apart)}")
    run_program([*command, *map(str, settings)], timeout_s=_TIMEOUT_S)


def _built(net: Path) -> Network:
    """Return what netconvert made of a map: it leaves no link where no two roads hang together."""
    try:
        return read_network(net)
    except NetworkError as empty:
        rule = f"the roads of the map make no network: {empty.faults[0].rule}"
        raise NetworkError(Fault(rule, "choose a larger area, and export it with all points")) from empty


def _joins(groups: Iterable[tuple[int, ...]]) -> str:
    lines = (f"<join nodes={quoteattr(' '.join(map(str, group)))}/>" for group in groups)
    return "<nodes>\n" + "\n".join(lines) + "\n</nodes>\n"


def _without_turns(net: Path, network: Network, roads: OsmMap) -> Network:
    """Take out of a net, in place, the movements that the map or the planner forbids and netconvert let pass."""
    wrong = forbidden(Origins(network), roads)
    if not wrong:
        return network
    patch = net.with_name("turns.con.xml")
    lines = (f"<delete from={quoteattr(before)} to={quoteattr(after)}/>" for before, after in wrong)
    write_text(patch, "<connections>\n" + "\n".join(lines) + "\n</connections>\n")
    _again(net, f"--connection-files={patch}")
    return read_network(net)


def strongly_connected(net: Path, network: Network) -> Network:
    """Take out of a net, in place, all links that traffic cannot reach or leave, and return what remains."""
    for _ in range(_MOST_ROUNDS):
        lost = sorted({finding.place for finding in connected(network.for_cars)})
        if not lost:
            return network
        if len(lost) == len(network.links):
            break
        _again(net, "--remove-edges.input-file", _listed(net, lost), "--remove-edges.isolated")
        network = read_network(net)
    raise NetworkError(Fault("no part of the map can be driven round", "choose a larger area"))


def _listed(net: Path, names: Iterable[str]) -> str:
    target = net.parent / "lost.txt"
    write_text(target, "\n".join(f"edge:{name}" for name in names) + "\n")
    return str(target)


def _without_signals(net: Path, network: Network, unsignalled: frozenset[int]) -> Network:
    """Take signals off, in place, where the planner says that none stands, however the net came to have them."""
    controlled = {network.links[link].to_node for links in network.controllers.values() for link in links}
    wrong = sorted(node for node in controlled if unsignalled & set(osm_nodes(node)))
    if not wrong:
        return network
    _again(net, "--tls.unset", ",".join(wrong))
    return read_network(net)


def _again(net: Path, *options: str) -> None:
    fresh = net.with_name("fresh.net.xml")
    run_program(
        [binary("netconvert"), f"--sumo-net-file={net}", f"--output-file={fresh}", *options, *_KEPT_AS_BUILT],
        timeout_s=_TIMEOUT_S,
    )
    fresh.replace(net)
