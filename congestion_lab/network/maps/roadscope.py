"""Which lines of a map are roads that the model holds, and what their tags mean for it."""

import math
import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from congestion_lab.network.maps.osm import OsmMap, OsmWay, is_two_way

ROADS = (
    *("motorway", "motorway_link", "trunk", "trunk_link", "primary", "primary_link", "secondary", "secondary_link"),
    *("tertiary", "tertiary_link", "unclassified", "residential", "living_street", "road"),
)
"""Values of `highway` for public roads, the most important first."""
FOOTWAYS = frozenset({"footway", "path", "pedestrian", "steps", "cycleway"})
_CLOSED = frozenset({"no", "private", "agricultural", "forestry", "military", "emergency"})
_OPEN = frozenset({"yes", "permissive", "designated", "destination", "customers"})
_KEPT = ("oneway", "junction", "name", "name:en", "name:ar", "lanes", "turn:lanes", "maxspeed")
_SPEED = re.compile(r"\s*(\d+(?:\.\d+)?)\s*(km/h|kmh|kph|mph)?\s*")
_UNSPOKEN = frozenset({"none", "signals", "variable", "implicit", "default", "walk"})
_KMH_PER_MPH = 1.609344
_MOST_LANES = 16  # both directions; more is a slip of the keyboard
MEETING_KMH = 15.0
"""Speed limit on a two-way road of one lane.

Two cars cannot pass, so both directions share one lane's capacity. SUMO has no such road, and a lane each way at full
speed would double what the street carries. Each direction gets a lane at 15 km/h: at that speed vehicles of 7.5 m leave
1 s + 7.5 m / 4.2 m/s = 2.8 s apart, which is 1,290 an hour and 55 per cent of a lane at 50 km/h, so that both together
carry about what the one lane can; it is also how fast people drive where they have to look out for each other.
"""


@dataclass(frozen=True)
class Scope:
    """What becomes part of the model besides public roads.

    Attributes:
        service: Whether service roads, alleys and car parks do.
        footways: Whether ways for people on foot and bicycles do.
    """

    service: bool = False
    footways: bool = False

    @property
    def kinds(self) -> frozenset[str]:
        """Values of `highway` that are imported."""
        more = ({"service"} if self.service else set()) | (FOOTWAYS if self.footways else set())
        return frozenset(ROADS) | more


def rank(kind: str) -> int:
    """Return the place of a class of road among all, 0 for motorways; service roads and ways on foot come last."""
    return ROADS.index(kind) if kind in ROADS else len(ROADS)


def motor_roads(osm: OsmMap) -> OsmMap:
    """Return a map without ways for people on foot and bicycles, which make no junction of a street."""
    return replace(osm, ways={way.id: way for way in osm.ways.values() if way.tags["highway"] not in FOOTWAYS})


@dataclass(frozen=True)
class Scoped:
    """The roads of a map that the model holds.

    Attributes:
        map: Those roads, with tags that netconvert reads as they are meant.
        left_out: How many ways are not in, by reason.
        one_lane: Two-way ways of one lane.
        unclear: Ways with a tag that cannot be read, and what it says.
        cut: Ways of which only a part has its points in the extract.
    """

    map: OsmMap
    left_out: Mapping[str, int]
    one_lane: frozenset[int]
    unclear: Mapping[int, str] = field(default_factory=dict)
    cut: frozenset[int] = frozenset()


def scoped(osm: OsmMap, scope: Scope) -> Scoped:
    """Return the roads of a map that are in scope, ready to be built."""
    reasons = {way.id: _reason_against(way, scope) for way in osm.ways.values()}
    roads = {way.id: way for way in osm.ways.values() if not reasons[way.id]}
    whole = {way.id: replace(way, nodes=_longest_run(osm, way)) for way in roads.values()}
    kept = {way.id: way for way in whole.values() if len(way.nodes) > 1}
    left_out = Counter(reason for reason in reasons.values() if reason)
    if len(kept) < len(whole):
        left_out["points are not in the extract"] = len(whole) - len(kept)
    one_lane = frozenset(way.id for way in kept.values() if _is_one_lane(way))
    unclear = {way.id: text for way in kept.values() if (text := _unclear(way))}
    ways = {way.id: replace(way, tags=_tags(way, meeting=way.id in one_lane)) for way in kept.values()}
    used = {node for way in ways.values() for node in way.nodes}
    roads_only = replace(osm, ways=ways, nodes={node: osm.nodes[node] for node in sorted(used)})
    cut = frozenset(way for way in osm.missing_nodes if way in kept)
    return Scoped(roads_only, dict(sorted(left_out.items())), one_lane, unclear, cut)


def _reason_against(way: OsmWay, scope: Scope) -> str:
    kind = way.tags["highway"]
    if kind not in scope.kinds:
        known = {"service": "service road"} | dict.fromkeys(FOOTWAYS, "way for people on foot or bicycles")
        return known.get(kind, f"highway={kind}")
    if way.tags.get("area") == "yes":
        return "area"
    if kind not in FOOTWAYS and not _open_to_cars(way.tags):
        return "closed to the public or to cars"
    return ""


def _open_to_cars(tags: Mapping[str, str]) -> bool:
    """Return whether cars may use a road; what is said of cars counts more than what is said of all."""
    for key in ("motorcar", "motor_vehicle", "vehicle", "access"):
        if tags.get(key) in _OPEN:
            return True
        if tags.get(key) in _CLOSED:
            return False
    return True


def _longest_run(osm: OsmMap, way: OsmWay) -> tuple[int, ...]:
    """Return the longest part of a way whose points are known, without points that repeat the one before.

    An extract that is cut at a box lacks the points outside; to join what is left across the gap would draw a road
    that is not there.
    """
    runs: list[list[int]] = [[]]
    for node in way.nodes:
        if node not in osm.nodes:
            runs.append([])
        elif not runs[-1] or runs[-1][-1] != node:
            runs[-1].append(node)
    longest = max(runs, key=len)
    return tuple(longest)


def _is_one_lane(way: OsmWay) -> bool:
    lanes = way.tags.get("lanes", "")
    return is_two_way(way) and way.tags["highway"] not in FOOTWAYS and lanes in {"1", "1.0", "1.5"}


def _unclear(way: OsmWay) -> str:
    """Return the tags of a way that cannot be read, as they are."""
    bad = [
        key for key in ("lanes", "lanes:forward", "lanes:backward") if key in way.tags and _lanes(way.tags[key]) is None
    ]
    speed = way.tags.get("maxspeed")
    if speed is not None and speed not in _UNSPOKEN and ":" not in speed and speed_kmh(way.tags) is None:
        bad.append("maxspeed")
    return ", ".join(f"{key}={way.tags[key]}" for key in bad)


def _lanes(text: str) -> int | None:
    try:
        lanes = float(text)
    except ValueError:
        return None
    return math.floor(lanes) if math.isfinite(lanes) and 1 <= lanes <= _MOST_LANES else None


def speed_kmh(tags: Mapping[str, str]) -> float | None:
    """Return the speed limit that a way's tag gives in figures, or None."""
    found = _SPEED.fullmatch(tags.get("maxspeed", ""))
    if found is None:
        return None
    return float(found[1]) * (_KMH_PER_MPH if found[2] == "mph" else 1.0)


def _tags(way: OsmWay, *, meeting: bool) -> dict[str, str]:
    """Return the tags that matter, each in the form that has one meaning only."""
    tags = {key: value for key, value in way.tags.items() if key in _KEPT or key.startswith("turn:lanes:")}
    tags["highway"] = "unclassified" if way.tags["highway"] == "road" else way.tags["highway"]
    for key in ("lanes", "lanes:forward", "lanes:backward"):
        tags.pop(key, None)
        if key in way.tags and (lanes := _lanes(way.tags[key])):
            tags[key] = f"{lanes}"
    speed = speed_kmh(tags)
    tags.pop("maxspeed", None)
    if meeting:
        speed = min(speed or MEETING_KMH, MEETING_KMH)
        tags |= {"lanes": "2", "lanes:forward": "1", "lanes:backward": "1"}
    if speed is not None:
        tags["maxspeed"] = f"{speed:.4g}"
    level = _level(way.tags)
    return tags | ({"level": f"{level}"} if level else {}) | _names(tags)


def _level(tags: Mapping[str, str]) -> int:
    """Return the level of a way: 0 on the ground, above it on bridges, below it in tunnels."""
    try:
        layer = int(tags.get("layer", "0"))
    except ValueError:
        layer = 0
    over, under = tags.get("bridge", "no") != "no", tags.get("tunnel", "no") not in {"no", "building_passage"}
    return layer or int(over) - int(under)


_ARABIC = re.compile(r"[\u0600-\u06ff\u0750-\u077f\u08a0-\u08ff]")


def _names(tags: Mapping[str, str]) -> dict[str, str]:
    """Return a way's name once in Arabic and once in another script, as far as the map has them."""
    name = tags.get("name", "")
    arabic = tags.get("name:ar", name if _ARABIC.search(name) else "")
    other = tags.get("name:en", "" if _ARABIC.search(name) else name)
    return {"name": other, "name:en": other, "name:ar": arabic}
