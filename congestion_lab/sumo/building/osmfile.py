"""OpenStreetMap files of every usual container, read under guard into the program's own values."""

from collections.abc import Collection, Iterator, Mapping
from pathlib import Path

import osmium

from congestion_lab.core.errors import Fault, InputError, NetworkError
from congestion_lab.network.maps.osm import OsmMap, OsmNode, OsmWay, Restriction, TurnRule
from congestion_lab.sumo.files.xmlfiles import starts

# What follows the name of a file, and what the library that reads it calls the format.
SUFFIXES: Mapping[str, str] = {
    ".osm": "xml",
    ".osm.xml": "xml",
    ".osm.gz": "xml.gz",
    ".osm.xml.gz": "xml.gz",
    ".osm.bz2": "xml.bz2",
    ".osm.xml.bz2": "xml.bz2",
    ".osm.pbf": "pbf",
    ".pbf": "pbf",
}
_WAYS = osmium.osm.WAY | osmium.osm.RELATION


def is_osm(path: Path) -> bool:
    """Return whether a file's name says that it is OpenStreetMap data."""
    return _format_of(path) is not None


def read_osm(path: Path) -> OsmMap:
    """Return the roads and turn restrictions of an extract; what else it holds is passed over.

    Raises:
        NetworkError: The file is missing, damaged, cut off, of an unknown kind, or holds no road.
    """
    found = _format_of(path)
    if found is None:
        hint = f"name a file that ends in one of {', '.join(SUFFIXES)}"
        raise NetworkError(Fault(f"{path.suffix!r} is no kind of map that can be imported", hint, str(path)))
    if not path.is_file():
        raise NetworkError(Fault("there is no such file", "check the path", str(path)))
    if found != "pbf":
        _guard(path)
    try:
        return _checked(_read(osmium.io.File(str(path), found)), path)
    except (RuntimeError, ValueError, osmium.InvalidLocationError) as error:
        if isinstance(error, InputError):
            raise
        hint = "fetch the file again; it is damaged or cut off"
        raise NetworkError(Fault(f"cannot be read as OpenStreetMap data: {error}", hint, str(path))) from error


def _format_of(path: Path) -> str | None:
    fitting = [suffix for suffix in SUFFIXES if path.name.lower().endswith(suffix)]
    return SUFFIXES[max(fitting, key=len)] if fitting else None


def _guard(path: Path) -> None:
    """Refuse XML that could do harm, is no OpenStreetMap data, or that a server broke off."""
    for number, start in enumerate(starts(path)):
        if number == 0 and start.tag != "osm":
            hint = "give OpenStreetMap data; a server's page of excuses looks like this too"
            raise NetworkError(Fault(f"the root element is <{start.tag}>, not <osm>", hint, str(path), start.line))
        if start.tag == "remark" and start.depth == 1:
            hint = "ask again for a smaller area"
            raise NetworkError(Fault("the server ended its answer early with a <remark>", hint, str(path), start.line))


def _read(file: osmium.io.File) -> OsmMap:
    ways: dict[int, OsmWay] = {}
    restrictions: list[Restriction] = []
    unreadable: list[int] = []
    lines = osmium.FileProcessor(file, _WAYS)
    for item in lines.with_filter(osmium.filter.KeyFilter("highway", "restriction")):
        tags = {tag.k: tag.v for tag in item.tags}
        if isinstance(item, osmium.osm.Way) and "highway" in tags:
            ways[item.id] = OsmWay(item.id, tuple(node.ref for node in item.nodes), tags)
        elif isinstance(item, osmium.osm.Relation) and _concerns_cars(tags):
            found = _restriction(item.id, tags, [(one.type, one.ref, one.role) for one in item.members])
            if found is None:
                unreadable.append(item.id)
            else:
                restrictions.append(found)
    wanted = {node for way in ways.values() for node in way.nodes}
    nodes = {node.id: node for node in _nodes(file, wanted)}
    known = {way.id: sum(node in nodes for node in way.nodes) for way in ways.values()}
    missing = {way.id: len(way.nodes) - known[way.id] for way in ways.values() if known[way.id] < len(way.nodes)}
    source = str(lines.header.get("generator"))
    return OsmMap(nodes, ways, tuple(restrictions), tuple(unreadable), missing, source)


def _nodes(file: osmium.io.File, wanted: Collection[int]) -> Iterator[OsmNode]:
    for node in osmium.FileProcessor(file, osmium.osm.NODE):
        if isinstance(node, osmium.osm.Node) and node.id in wanted and node.location.valid():
            yield OsmNode(node.id, node.location.lon, node.location.lat, {tag.k: tag.v for tag in node.tags})


def _concerns_cars(tags: Mapping[str, str]) -> bool:
    exempt = tags.get("except", "").replace(" ", "").split(";")
    return "restriction" in tags and not {"motorcar", "motor_vehicle", "vehicle"} & set(exempt)


def _restriction(name: int, tags: Mapping[str, str], members: Collection[tuple[str, int, str]]) -> Restriction | None:
    """Return what a relation says, or None if it lacks a member that it needs, or has too many of them."""
    froms, tos = ([ref for kind, ref, role in members if (kind, role) == ("w", end)] for end in ("from", "to"))
    nodes, ways = ([ref for kind, ref, role in members if (kind, role) == (what, "via")] for what in ("n", "w"))
    kind = tags["restriction"]
    rule = next((rule for rule in TurnRule if kind.startswith(f"{rule.value}_")), None)
    if rule is None or len(froms) != 1 or len(tos) != 1 or bool(nodes) == bool(ways) or len(nodes) > 1:
        return None
    return Restriction(name, rule, kind, froms[0], nodes[0] if nodes else None, tos[0])


def _checked(found: OsmMap, path: Path) -> OsmMap:
    whole = {way.id for way in found.ways.values() if sum(node in found.nodes for node in way.nodes) > 1}
    if not whole:
        rule = "holds no road with its points" if found.ways else "holds no road"
        raise NetworkError(Fault(rule, "choose an area with streets, and export it with all points", str(path)))
    return found
