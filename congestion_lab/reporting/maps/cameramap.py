"""A picture that stands alone: where cameras are and should be, on the streets and the traffic that passes them."""

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from markupsafe import Markup

from congestion_lab.core.geometry import Point, polyline_length_m
from congestion_lab.network.alignment import point_at
from congestion_lab.network.geography import controller_places
from congestion_lab.network.model import Link, Network
from congestion_lab.reporting.borrowed import retold
from congestion_lab.reporting.drawing.mapframe import PAGE_WIDTH, MapFrame, frame_of, line_of, paired_links
from congestion_lab.reporting.drawing.svg import element, path_data
from congestion_lab.reporting.maps.networkmap import junction_paths
from congestion_lab.reporting.placenames import PlaceNames
from congestion_lab.reporting.translation import _, in_numerals, isolated, language, whole
from congestion_lab.reporting.wording import number

_HEADING = 54.0
_ROW, _SECOND_LINE, _INDENT = 30.0, 11.0, 13.0
_COLUMNS = 3
_LONGEST_NAME = 44
_THINNEST, _THICKEST = 0.7, 4.5
_NEAREST = 17.0  # page units between two numbers, so that both can be read
_STYLE = """
svg { background: #fbfaf7; font-family: "Noto Sans", "Noto Sans Arabic", "Segoe UI", system-ui, sans-serif; }
path { fill: none; stroke-linecap: round; stroke-linejoin: round }
.link { stroke: #c9c6be } .through { stroke: #dedbd3; stroke-width: 0.8 }
.watched { stroke: #1f6fb2 } .known { stroke: #7a7870 } .stem { stroke: #33312c; stroke-width: 0.8 }
.new { fill: #c2410c; stroke: #fbfaf7; stroke-width: 1.2 } .old { fill: #5c5952; stroke: #fbfaf7; stroke-width: 1.2 }
.number { font-size: 9.5px; font-weight: 700; fill: #fff; text-anchor: middle }
.place { font-size: 11px; fill: #1d1c19 } .id { font-size: 8px; fill: #5c5952 }
.title { font-size: 15px; font-weight: 600; fill: #1d1c19 } .small { font-size: 10px; fill: #5c5952 }
"""


@dataclass(frozen=True, slots=True)
class Camera:
    """A camera on the map.

    Attributes:
        site: Link, node or signal controller.
        links: Links that it watches.
        note: What it adds, in words.
        exists: Whether it stands there already.
    """

    site: str
    links: frozenset[str]
    note: str
    exists: bool = False


def camera_svg(network: Network, cameras: Sequence[Camera], vehicles: Mapping[str, float], *, title: str = "") -> str:
    """Return a standalone SVG of cameras on a network.

    Args:
        network: The roads.
        cameras: Existing and new ones; new ones are numbered in this order.
        vehicles: Vehicles on each link, which make it broad.
        title: Line below the map.
    """
    frame = frame_of(network)
    rows = math.ceil(len(cameras) / _COLUMNS)
    size = {"width": int(PAGE_WIDTH), "height": int(frame.height + _HEADING + rows * _ROW)}
    head = {
        "xmlns": "http://www.w3.org/2000/svg",
        "viewBox": f"0 0 {size['width']} {size['height']}",
        "role": "img",
        "lang": language(),
    }
    said = retold(title) or _("Cameras")
    body = (
        element("title", {}, said),
        element("style", {}, Markup(_STYLE)),  # noqa: S704 -- a constant of this module
        element("path", {"class": "through", "d": junction_paths(network, frame)}),
        element("g", {}, *_links(network, frame, cameras, vehicles)),
        element("g", {}, *_marks(network, frame, cameras)),
        element("text", {"class": "title", "x": 24, "y": frame.height + 14}, whole(said)),
        element("text", {"class": "small", "x": 24, "y": frame.height + 30}, whole(_legend(cameras))),
        *_list(PlaceNames(network), cameras, frame.height + _HEADING),
    )
    return str(element("svg", {**head, **size}, *body)) + "\n"


def _links(
    network: Network, frame: MapFrame, cameras: Sequence[Camera], vehicles: Mapping[str, float]
) -> Iterator[Markup]:
    known = {link for camera in cameras if camera.exists for link in camera.links}
    watched = {link for camera in cameras if not camera.exists for link in camera.links}
    paired = paired_links(network)
    most = max(vehicles.values(), default=0.0) or 1.0
    for link in sorted(network.links.values(), key=lambda each: (each.id in known | watched, each.id)):
        kind = "watched" if link.id in watched else "known" if link.id in known else "link"
        share = math.sqrt(vehicles.get(link.id, 0.0) / most)
        width = _THINNEST + (_THICKEST - _THINNEST) * share
        line = path_data(line_of(link, frame, paired=link.id in paired))
        yield element("path", {"class": kind, "stroke-width": width, "d": line})


def _marks(network: Network, frame: MapFrame, cameras: Sequence[Camera]) -> Iterator[Markup]:
    controllers = controller_places(network)
    taken: list[Point] = []
    for camera, label in zip(cameras, _labels(cameras), strict=True):
        x, y = frame.place(_position(camera, network, controllers))
        shown = _free((x, y), taken, frame)
        taken.append(shown)
        if shown != (x, y):
            yield element("path", {"class": "stem", "d": path_data([(x, y), shown])})
        look = "old" if camera.exists else "new"
        yield element("circle", {"class": look, "cx": shown[0], "cy": shown[1], "r": 8.0})
        yield element("text", {"class": "number", "x": shown[0], "y": shown[1] + 3.4}, label)


def _position(camera: Camera, network: Network, controllers: Mapping[str, Point]) -> Point:
    if camera.site in network.links:
        return _middle(network.links[camera.site])
    if camera.site in network.nodes:
        return network.nodes[camera.site].position
    return controllers[camera.site]


def _middle(link: Link) -> Point:
    return point_at(link.shape, polyline_length_m(link.shape) / 2)


def _free(place: Point, taken: Sequence[Point], frame: MapFrame) -> Point:
    """Return the nearest of some places around that no other number covers."""
    rings = [
        (
            place[0] + turn * _NEAREST * math.cos(step * math.pi / 4),
            place[1] + turn * _NEAREST * math.sin(step * math.pi / 4),
        )
        for turn in (1, 2, 3)
        for step in range(8)
    ]
    for one in (place, *rings):
        inside = 8 < one[0] < PAGE_WIDTH - 8 and 8 < one[1] < frame.height - 8  # noqa: PLR2004 -- the circle's radius
        if inside and all(math.dist(one, other) >= _NEAREST for other in taken):
            return one
    return place


def _labels(cameras: Sequence[Camera]) -> Iterator[str]:
    count = 0
    for camera in cameras:
        count += not camera.exists
        yield "" if camera.exists else in_numerals(str(count))


def _legend(cameras: Sequence[Camera]) -> str:
    old = sum(camera.exists for camera in cameras)
    text = _("{new} new cameras (numbers) and what they watch (blue); breadth of a street: vehicles on it")
    told = text.format(new=number(len(cameras) - old, 0))
    return told + (_("; {old} existing cameras (grey)").format(old=number(old, 0)) if old else "")


def _list(places: PlaceNames, cameras: Sequence[Camera], top: float) -> Iterator[Markup]:
    rows = math.ceil(len(cameras) / _COLUMNS)
    for place, (camera, label) in enumerate(zip(cameras, _labels(cameras), strict=True)):
        x, y = 24 + (place // rows) * (PAGE_WIDTH - 48) / _COLUMNS, top + (place % rows) * _ROW
        named = places.of(camera.site)
        head = f"{label or '•'}  {isolated(_shortened(named.name or named.id))}"
        small = "  ".join(filter(None, (isolated(_shortened(named.id)) if named.name else "", retold(camera.note))))
        yield element("text", {"class": "place", "x": x, "y": y}, whole(head))
        yield element("text", {"class": "id", "x": x + _INDENT, "y": y + _SECOND_LINE}, whole(small))


def _shortened(text: str) -> str:
    return text if len(text) <= _LONGEST_NAME else f"{text[: _LONGEST_NAME - 1]}…"
