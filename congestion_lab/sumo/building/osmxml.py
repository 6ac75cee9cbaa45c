"""A map's roads written as OpenStreetMap XML: only what netconvert is to see, in an order that never varies."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from xml.sax.saxutils import quoteattr

from congestion_lab.core.files import write_text
from congestion_lab.network.maps.osm import OsmMap, Restriction, TurnRule


def write_osm(osm: OsmMap, target: Path) -> None:
    """Write the roads and the turn restrictions that hold at a node."""
    lines = (*_nodes(osm), *_ways(osm), *_relations(osm))
    write_text(
        target, '<?xml version="1.0" encoding="UTF-8"?>\n<osm version="0.6">\n' + "\n".join(lines) + "\n</osm>\n"
    )


def _nodes(osm: OsmMap) -> Iterator[str]:
    for node in sorted(osm.nodes.values(), key=lambda each: each.id):
        place = f'<node id="{node.id}" lat="{node.lat:.7f}" lon="{node.lon:.7f}"'
        yield f"{place}>{_tags(node.tags)}</node>" if node.tags else f"{place}/>"


def _ways(osm: OsmMap) -> Iterator[str]:
    for way in sorted(osm.ways.values(), key=lambda each: each.id):
        points = "".join(f'<nd ref="{node}"/>' for node in way.nodes)
        yield f'<way id="{way.id}">{points}{_tags(way.tags)}</way>'


def _relations(osm: OsmMap) -> Iterator[str]:
    for one in osm.restrictions:
        if one.via in osm.nodes and {one.from_way, one.to_way} <= osm.ways.keys():
            members = (("way", one.from_way, "from"), ("way", one.to_way, "to"), ("node", one.via, "via"))
            ends = "".join(f'<member type="{what}" ref="{ref}" role="{role}"/>' for what, ref, role in members)
            kind = {"type": "restriction", "restriction": _kind(one)}
            yield f'<relation id="{one.id}">{ends}{_tags(kind)}</relation>'


def _kind(one: Restriction) -> str:
    """Return the restriction in a form that netconvert knows; which way a turn leads, the ways themselves say."""
    return one.kind if one.kind.endswith("_turn") or one.rule is TurnRule.ONLY else f"{one.rule.value}_straight_on"


def _tags(tags: Mapping[str, str]) -> str:
    return "".join(f"<tag k={quoteattr(key)} v={quoteattr(value)}/>" for key, value in sorted(tags.items()) if value)
