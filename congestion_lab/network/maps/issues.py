"""What an engineer is to look at after an import: findings, each with a suggested repair and a place on the globe."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from congestion_lab.core.geometry import Point
from congestion_lab.network.checks import Finding, Severity
from congestion_lab.network.maps.changes import Edit
from congestion_lab.network.maps.origins import Globe

_ZOOM = 19  # closest view of openstreetmap.org


@dataclass(frozen=True, slots=True)
class Issue:
    """A finding with the way out.

    Attributes:
        finding: What was found.
        repair: What to do about it.
        edit: The repair as an edit that can be applied without asking; None where a person has to decide.
        degrees: Longitude and latitude, or None where the network is not on the globe.
    """

    finding: Finding
    repair: str
    edit: Edit | None = None
    degrees: Point | None = None

    @property
    def map_link(self) -> str:
        """Where openstreetmap.org shows the place; nothing where the network is not on the globe."""
        if self.degrees is None:
            return ""
        lon, lat = (f"{value:.6f}" for value in self.degrees)
        return f"https://www.openstreetmap.org/?mlat={lat}&mlon={lon}#map={_ZOOM}/{lat}/{lon}"


def issue(rule: str, severity: Severity, place: str, message: str, point: Point, *, edit: Edit | None = None) -> Issue:
    """Return an issue with the repair that its rule suggests."""
    return Issue(Finding(rule, severity, place, message, *point), REPAIRS[rule], edit)


def located(one: Issue, globe: Globe | None) -> Issue:
    """Return an issue with its place on the globe."""
    if globe is None:
        return one
    return Issue(one.finding, one.repair, one.edit, globe.degrees((one.finding.x_m, one.finding.y_m)))


REPAIRS: Mapping[str, str] = MappingProxyType(
    {
        "against_neighbours": "check the direction on the spot; correct it with `roads: [{way: …, direction: …}]`",
        "close_junctions": "make them one with `joins: [{nodes: […]}]`, or keep them if vehicles do stop in between",
        "connected": "check one-ways and turn bans around it; open one with an edit",
        "cut_ways": "nothing, if the place is at the edge; else export the area with all points of its ways",
        "dead_ends": "check whether the street goes on, or open the other direction with `direction: both`",
        "disconnected": "a larger extract keeps what its edge cuts off; else draw the junction, or say `closed: true`",
        "edits_lost": "look what took its place on the map and change the edit, or delete it",
        "one_lane_two_way": "say `lanes: 1` if two cars can pass, `direction: forward` if it is a one-way",
        "overlapping": "check bridge, tunnel and layer of both on the map, or draw the missing junction",
        "restrictions_dropped": "forbid the turn with `turns: [{from_way: …, via: …, to_way: …, allowed: false}]`",
        "restrictions_unread": "correct the relation on the map, or write the ban as an edit under `turns`",
        "sharp_bends": "look at the place; if the line is a slip, straighten it on the map",
        "short_links": "join the two junctions with `joins: [{nodes: […]}]` if they are one place",
        "signals_guessed": "confirm it with `signals: [{node: …, signal: true}]` or refuse it with `signal: false`",
        "signals_lost": "if it does control a junction, say which with `signals: [{node: …, signal: true}]`",
        "speeds": "give the limit with `roads: [{way: …, speed_kmh: …}]`",
        "tags_unclear": "give lanes or speed with `roads: [{way: …, lanes: …, speed_kmh: …}]`",
        "turn_lanes": "if there is a left-turn lane, tag turn:lanes on the map or give one more lane with an edit",
        "unreachable": "check one-ways and turn bans around it; open one with an edit, and it comes back",
        "unsafe_plans": "write a plan by hand and check it with `congestion-lab plan check`",
        "vanishing_lanes": "give the number of lanes with `roads: [{way: …, lanes: …}]`",
    }
)
