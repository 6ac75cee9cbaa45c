"""A picture of a network that stands alone: links by lanes, signals, street names in both languages."""

import math
from collections.abc import Iterator, Sequence

from markupsafe import Markup

from congestion_lab.core.geometry import Point
from congestion_lab.core.names import clean_name
from congestion_lab.network.geography import controller_places
from congestion_lab.network.model import Link, Network
from congestion_lab.reporting.drawing.mapframe import PAGE_WIDTH, MapFrame, frame_of, line_of, paired_links
from congestion_lab.reporting.drawing.svg import Attributes, element, path_data, short
from congestion_lab.reporting.maps.streetnames import Street, anchor_of, named_streets
from congestion_lab.reporting.translation import _, in_numerals, isolated, language, left_to_right, whole
from congestion_lab.reporting.wording import distance, number

_FOOTER = 46.0
_LETTER = 0.56  # mean width of a letter over the font size, sans serif
_LATIN_SIZE, _ARABIC_SIZE = 8.5, 9.5
_MOST_LANES = 4
_STYLE = """
svg { background: #fbfaf7; font-family: "Noto Sans", "Noto Sans Arabic", "Segoe UI", system-ui, sans-serif; }
.link { fill: none; stroke-linecap: round; stroke-linejoin: round; }
.lanes1 { stroke: #b9b6ae; stroke-width: 1 } .lanes2 { stroke: #8f8b82; stroke-width: 1.7 }
.lanes3 { stroke: #5d6b78; stroke-width: 2.5 } .lanes4 { stroke: #2f4a63; stroke-width: 3.4 }
.signal { fill: #c2410c; stroke: #fbfaf7; stroke-width: 0.8 }
.through { fill: none; stroke: #d6d3cb; stroke-width: 1; stroke-linecap: round }
.name { paint-order: stroke; stroke: #fbfaf7; stroke-width: 2.6; stroke-linejoin: round; fill: #33312c }
text.name { text-anchor: middle }
.title { font-size: 15px; font-weight: 600; fill: #1d1c19 } .small { font-size: 10px; fill: #5c5952 }
.bar { stroke: #33312c; stroke-width: 1.2 }
"""


def network_svg(network: Network, *, title: str = "") -> str:
    """Return a standalone SVG of a network.

    Args:
        network: What is drawn; street names and a geographic projection are used where there are any.
        title: Line above the legend.
    """
    frame = frame_of(network)
    size = {"width": int(PAGE_WIDTH), "height": int(frame.height + _FOOTER)}
    box = f"0 0 {size['width']} {size['height']}"
    namespace = {"xmlns": "http://www.w3.org/2000/svg", "viewBox": box, "role": "img", "lang": language()}
    body = (
        element("title", {}, clean_name(title) or _("Road network")),
        element("style", {}, Markup(_STYLE)),  # noqa: S704 -- a constant of this module
        element("path", {"class": "through", "d": junction_paths(network, frame)}),
        element("g", {}, *_links(network, frame)),
        element("g", {}, *_signals(network, frame)),
        element("g", {}, *_names(network, frame)),
        *_legend(network, frame, clean_name(title)),
    )
    return str(element("svg", {**namespace, **size}, *body)) + "\n"


def junction_paths(network: Network, frame: MapFrame) -> str:
    """Return the `d` of all movements across junctions, so that streets do not end where a junction begins."""
    links = network.links
    ends = ((links[start].shape[-1], links[end].shape[0]) for start, end in network.movements)
    return "".join(path_data(map(frame.place, pair)) for pair in ends)


def _links(network: Network, frame: MapFrame) -> Iterator[Markup]:
    paired = paired_links(network)
    for link in sorted(network.links.values(), key=lambda each: len(each.lanes)):
        line = line_of(link, frame, paired=link.id in paired)
        yield element("path", {"class": f"link {_lane_class(link)}", "d": path_data(line)})


def _lane_class(link: Link) -> str:
    return f"lanes{min(len(link.lanes), _MOST_LANES)}"


def _signals(network: Network, frame: MapFrame) -> Iterator[Markup]:
    for place in controller_places(network).values():
        x, y = frame.place(place)
        yield element("circle", {"class": "signal", "cx": x, "cy": y, "r": 3.2})


def _names(network: Network, frame: MapFrame) -> Iterator[Markup]:
    taken: list[tuple[float, float, float]] = []
    for street in named_streets(network):
        anchor, angle = anchor_of(street.link, frame)
        discs = _discs(street, anchor, angle)
        if _free(discs, taken, frame):
            taken.extend(discs)
            yield _label(street, anchor, angle)


def _discs(street: Street, anchor: Point, angle: float) -> list[tuple[float, float, float]]:
    """Return discs that cover a label, for a quick test of overlap."""
    letters = max(len(street.name_en) * _LATIN_SIZE, len(street.name_ar) * _ARABIC_SIZE * 0.8) * _LETTER
    radius = _LATIN_SIZE * (1.1 if street.name_en and street.name_ar else 0.7)
    along = (math.cos(math.radians(angle)), math.sin(math.radians(angle)))
    count = max(2, math.ceil(letters / radius))
    steps = [(place / (count - 1) - 0.5) * letters for place in range(count)]
    return [(anchor[0] + step * along[0], anchor[1] + step * along[1], radius) for step in steps]


def _free(discs: Sequence[tuple[float, ...]], taken: Sequence[tuple[float, ...]], frame: MapFrame) -> bool:
    inside = all(r < x < PAGE_WIDTH - r and r < y < frame.height - r for x, y, r in discs)
    return inside and all(math.dist((x, y), (u, v)) > r + s for x, y, r in discs for u, v, s in taken)


def _label(street: Street, anchor: Point, angle: float) -> Markup:
    turn = f"translate({short(anchor[0])} {short(anchor[1])}) rotate({short(angle)})"
    both = bool(street.name_en and street.name_ar)
    latin: Attributes = {"class": "name", "font-size": _LATIN_SIZE, "y": -1.5 if both else 2.5, "direction": "ltr"}
    arabic: Attributes = {
        "class": "name",
        "font-size": _ARABIC_SIZE,
        "y": 9.0 if both else 2.5,
        "direction": "rtl",
        "lang": "ar",
    }
    lines = [element("text", latin, isolated(street.name_en))] if street.name_en else []
    lines += [element("text", arabic, isolated(street.name_ar))] if street.name_ar else []
    return element("g", {"transform": turn}, *lines)


def _legend(network: Network, frame: MapFrame, title: str) -> Iterator[Markup]:
    base = frame.height + 16
    yield element("text", {"class": "title", "x": 24, "y": base}, title or _("Road network"))
    facts = _("{links} links, {signals} signal controllers").format(
        links=number(len(network.links), 0), signals=number(len(network.controllers), 0)
    )
    yield element("text", {"class": "small", "x": 24, "y": base + 17}, whole(facts))
    for lanes in range(1, _MOST_LANES + 1):
        x = 360 + 90 * (lanes - 1)
        most = left_to_right(in_numerals(f"{lanes}+" if lanes == _MOST_LANES else f"{lanes}"))
        text = _("{lanes} lanes").format(lanes=most) if lanes > 1 else _("1 lane")
        yield element("path", {"class": f"link lanes{lanes}", "d": f"M{x} {short(base + 6)}h24"})
        yield element("text", {"class": "small", "x": x + 30, "y": base + 10}, whole(text))
    yield element("circle", {"class": "signal", "cx": 726, "cy": base + 6, "r": 3.2})
    yield element("text", {"class": "small", "x": 735, "y": base + 10}, _("signals"))
    yield from _scale_bar(frame, base)


def _scale_bar(frame: MapFrame, base: float) -> Iterator[Markup]:
    metres = frame.scale_bar_m
    length = metres * frame.units_per_m
    text = distance(metres)
    yield element(
        "path", {"class": "bar", "d": f"M{short(PAGE_WIDTH - 24 - length)} {short(base + 6)}h{short(length)}"}
    )
    yield element("text", {"class": "small", "x": PAGE_WIDTH - 24 - length, "y": base + 20}, text)
