"""What an import knows besides the network: the map, what of it was taken, and what became of the planner's edits."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property

from congestion_lab.core.geometry import Point
from congestion_lab.network.maps.changes import Changed
from congestion_lab.network.maps.lostroads import LostRoads, MissingPart, lost_roads, missing_parts
from congestion_lab.network.maps.origins import Globe, Origins
from congestion_lab.network.maps.osm import OsmMap
from congestion_lab.network.maps.roadscope import Scoped
from congestion_lab.network.maps.signalplaces import SignalPlaces
from congestion_lab.network.model import Link, Network


@dataclass(frozen=True)
class MapFacts:
    """A network and the map that it was made from.

    Attributes:
        network: The network.
        osm: The map after edits, all that it holds.
        scoped: The roads of it that were in scope.
        places: Its signals.
        changed: The planner's edits, applied and lost.
        unreached: Links that were taken out because traffic could not reach or leave them.
        unsafe: What is dangerous about the plan of a controller, in words.
        usual_kmh: Speed limit that is assumed of a kind of road.
    """

    network: Network
    osm: OsmMap
    scoped: Scoped
    places: SignalPlaces
    changed: Changed
    unreached: tuple[Link, ...] = ()
    unsafe: Mapping[str, str] = field(default_factory=dict)
    usual_kmh: Mapping[str, float] = field(default_factory=dict)

    @cached_property
    def origins(self) -> Origins:
        """The network seen from the map."""
        return Origins(self.network)

    @cached_property
    def globe(self) -> Globe:
        """Where the network lies."""
        return Globe(self.network.projection, self.network.offset)

    @cached_property
    def missing(self) -> tuple[MissingPart, ...]:
        """Parts of the map of which the network holds nothing."""
        return missing_parts(self.scoped.map, self.origins, self.unreached)

    @cached_property
    def lost(self) -> LostRoads:
        """All streets for motor traffic that are not in the network."""
        return lost_roads(
            self.scoped.map,
            self.network,
            self.missing,
            self.unreached,
            signals=self.places.mapped,
            globe=self.globe,
        )

    def place_of_node(self, node: int) -> Point:
        """Return where a node of the map lies in the network's coordinates."""
        found = self.osm.nodes[node]
        return self.globe.plane(found.lon, found.lat)

    def place_of_way(self, way: int) -> Point:
        """Return where the middle of a way lies in the network's coordinates."""
        known = [node for node in self.osm.ways[way].nodes if node in self.osm.nodes]
        return self.place_of_node(known[len(known) // 2])
