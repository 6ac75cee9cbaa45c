"""A small town as OpenStreetMap data: streets that cross on a grid, with whatever a test adds or changes."""

import bz2
import gzip
from collections.abc import Mapping, Sequence
from pathlib import Path
from xml.sax.saxutils import quoteattr

import osmium

_STEP = 0.001  # degrees between streets: about 110 m north and 93 m east
_LAT, _LON = 33.5, 36.3
SIZE = 4
SIGNAL = {"highway": "traffic_signals"}

# Node r*10 + c stands in row r and column c, way 100 + r runs east along row r, way 200 + c north along column c.
Tags = Mapping[str, str]


def town(
    *,
    nodes: Mapping[int, Tags] | None = None,
    ways: Mapping[int, Tags] | None = None,
    lines: Sequence[str] = (),
    without: Sequence[int] = (),
) -> str:
    """The town's map as XML.

    Args:
        nodes: Tags of nodes.
        ways: Tags of ways beside `highway=residential` and a name.
        lines: More elements, written after all others.
        without: Nodes that ways name and the map does not hold.
    """
    said = nodes or {}
    grid = [(10 * row + column, row, column) for row in range(SIZE) for column in range(SIZE)]
    parts = [point(one, row, column, said.get(one, {})) for one, row, column in grid if one not in without]
    rows = {100 + row: [10 * row + column for column in range(SIZE)] for row in range(SIZE)}
    columns = {200 + column: [10 * row + column for row in range(SIZE)] for column in range(SIZE)}
    for name, members in {**rows, **columns}.items():
        tags = {"highway": "residential", "name": f"Street {name}"} | dict((ways or {}).get(name, {}))
        parts.append(way(name, members, tags))
    return document(*parts, *lines)


def document(*parts: str) -> str:
    """A map of these elements."""
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n<osm version="0.6" generator="a test">\n'
        + "\n".join(parts)
        + "\n</osm>\n"
    )


def point(name: int, row: float, column: float, tags: Tags | None = None) -> str:
    """A node at a place on the grid."""
    place = f'<node id="{name}" lat="{_LAT + _STEP * row:.6f}" lon="{_LON + _STEP * column:.6f}"'
    return f"{place}>{_tags(tags)}</node>" if tags else f"{place}/>"


def way(name: int, members: Sequence[int], tags: Tags) -> str:
    """A way."""
    return f'<way id="{name}">' + "".join(f'<nd ref="{one}"/>' for one in members) + f"{_tags(tags)}</way>"


def restriction(name: int, kind: str, before: int, via: str, after: int) -> str:
    """A turn restriction from one way into another."""
    ends = f'<member type="way" ref="{before}" role="from"/><member type="way" ref="{after}" role="to"/>'
    return f'<relation id="{name}">{ends}{via}{_tags({"type": "restriction", "restriction": kind})}</relation>'


def at(node: int) -> str:
    """The member of a restriction that says at which node it holds."""
    return f'<member type="node" ref="{node}" role="via"/>'


def written(folder: Path, text: str, name: str = "town.osm") -> Path:
    """A map in a file of any container."""
    path = folder / name
    if name.endswith(".pbf"):
        plain = written(folder, text, "plain.osm")
        with osmium.SimpleWriter(str(path)) as writer:
            for item in osmium.FileProcessor(str(plain)):
                writer.add(item)
        plain.unlink()
    elif name.endswith(".gz"):
        path.write_bytes(gzip.compress(text.encode()))
    elif name.endswith(".bz2"):
        path.write_bytes(bz2.compress(text.encode()))
    else:
        path.write_text(text, encoding="utf-8")
    return path


def _tags(tags: Tags | None) -> str:
    return "".join(f"<tag k={quoteattr(key)} v={quoteattr(value)}/>" for key, value in (tags or {}).items())
