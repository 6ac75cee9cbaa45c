"""Where the parts of an imported network come from on the map, and where they lie on the globe."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from types import MappingProxyType

from pyproj import Transformer

from congestion_lab.core.geometry import Point
from congestion_lab.network.model import Link, Network

_DEGREES = "EPSG:4326"


def osm_nodes(node_id: str) -> tuple[int, ...]:
    """Return the ids of the map's nodes that a node of an imported network is made of."""
    parts = node_id.removeprefix("cluster_").split("_")
    return tuple(int(part) for part in parts if part.removeprefix("-").isdecimal())


@dataclass(frozen=True)
class Origins:
    """A network seen from the map that it was made from.

    Attributes:
        network: The network.
    """

    network: Network

    @cached_property
    def node_of(self) -> Mapping[int, str]:
        """The network's node by each node of the map that it is made of."""
        return MappingProxyType({part: name for name in self.network.nodes for part in osm_nodes(name)})

    @cached_property
    def links_of(self) -> Mapping[int, tuple[Link, ...]]:
        """The network's links by the way that they were made from."""
        found: dict[int, list[Link]] = {}
        for link in self.network.links.values():
            for way in ways_of(link):
                found.setdefault(way, []).append(link)
        return MappingProxyType({way: tuple(links) for way, links in found.items()})


def ways_of(link: Link) -> tuple[int, ...]:
    """Return the ids of the map's ways that a link was made from."""
    return tuple(int(source) for source in link.sources if source.removeprefix("-").isdecimal())


@dataclass(frozen=True)
class Globe:
    """Longitudes and latitudes of a network's coordinates.

    Attributes:
        projection: PROJ string of the network.
        offset: What was added to projected coordinates, metres.
    """

    projection: str
    offset: Point

    @cached_property
    def _transformer(self) -> Transformer:
        return Transformer.from_crs(_DEGREES, self.projection, always_xy=True)

    def plane(self, lon: float, lat: float) -> Point:
        """Return where a place lies in the network's coordinates."""
        x, y = self._transformer.transform(lon, lat)
        return x + self.offset[0], y + self.offset[1]

    def degrees(self, point: Point) -> Point:
        """Return longitude and latitude of a point of the network."""
        lon, lat = self._transformer.transform(
            point[0] - self.offset[0], point[1] - self.offset[1], direction="INVERSE"
        )
        return lon, lat


def globe_of(network: Network) -> Globe | None:
    """Return the globe of a network, or None if its coordinates are not geographic."""
    return Globe(network.projection, network.offset) if network.projection else None
