"""An intersection drawn to scale: lanes, arrows, stop lines, crossings, streets, movements by signal group."""

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from markupsafe import Markup

from congestion_lab.core.geometry import Point
from congestion_lab.core.names import clean_name
from congestion_lab.network.model import Network
from congestion_lab.reporting.drawing.junctiongeometry import Arm, Ground, Path, ground_of
from congestion_lab.reporting.drawing.junctionmarks import (
    Key,
    arrows,
    badges,
    beside_lanes,
    beside_zebras,
    lane_marks,
    line_data,
)
from congestion_lab.reporting.drawing.mapframe import PAGE_WIDTH, MapFrame
from congestion_lab.reporting.drawing.svg import Attributes, element
from congestion_lab.reporting.drawing.zebras import STRIPE_M, Zebra, zebras_of
from congestion_lab.reporting.placenames import street_name
from congestion_lab.reporting.translation import _, in_numerals, isolated, whole
from congestion_lab.signals.intersection import Intersection
from congestion_lab.signals.plan import Aspect, SignalPlan

TONES = 8  # colours of groups; they come again from the ninth on, the number tells groups apart
_MARGIN_M = 5.0
_HIGHEST = 0.8 * PAGE_WIDTH
_SCALE_BAR_M = 20.0
_PATH_M = 3.6  # width of the surface below a path
_HEAD = 7.0  # length of the point of a movement
_LETTER = 0.55  # mean width of a letter over the font size, sans serif
_NAME_SIZE, _NAME_GAP = 15.0, 5.0
_SAME_SIDE_M = 25.0  # both carriageways of a street carry its name once


@dataclass(frozen=True, slots=True)
class Drawing:
    """An intersection as a picture.

    Attributes:
        picture: The picture.
        unplaced: Ids of the groups of people on foot whose place the network does not tell.
    """

    picture: Markup
    unplaced: tuple[str, ...]


def drawing_of(network: Network, plan: SignalPlan, site: Intersection) -> Drawing:
    """Return the picture of an intersection under a plan; groups of heads that no plan knows are drawn without number.

    Raises:
        KeyError: The network has no such controller.
    """
    ground = ground_of(network, plan.controller_id, site.legs)
    zebras = zebras_of(ground, site.heads)
    drawn = {index for zebra in zebras for index in zebra.heads}
    walking = {head.index for head in site.heads if head.is_crossing} - drawn
    unplaced = tuple(group.id for group in plan.groups if walking & set(group.heads))
    return Drawing(_picture(ground, zebras, _keys(plan), clean_name(site.name)), unplaced)


def _keys(plan: SignalPlan) -> dict[int, Key]:
    found = {}
    for place, group in enumerate(plan.groups):
        shown = {interval.aspects[place] for interval in plan.intervals}
        key = Key(group.id, place % TONES, Aspect.PERMITTED in shown and Aspect.GREEN not in shown)
        found.update(dict.fromkeys(group.heads, key))
    return found


def _picture(ground: Ground, zebras: Sequence[Zebra], keys: Mapping[int, Key], name: str) -> Markup:
    frame = frame_of(ground)
    label = _("Lanes and movements: {name}").format(name=isolated(name))
    box = {"class": "junction", "viewBox": frame.view_box, "role": "img", "aria-label": label}
    marks = [*lane_marks(ground, keys, frame)]
    return element(
        "svg",
        box,
        *_roads(ground, zebras, frame),
        *_movements(ground, keys, frame),
        element("path", {"class": "lanearrow", "d": arrows(marks)}),
        *badges([*beside_lanes(marks), *beside_zebras(zebras, keys, frame)]),
        element("g", {"class": "street-name"}, *_names(ground, frame)),
        *_compass(frame),
    )


def frame_of(ground: Ground) -> MapFrame:
    """Return the frame that shows all of an intersection, as large as the page allows."""
    reach = [
        (point, arm.width_m / 2 + _MARGIN_M)
        for arm in ground.arms
        for point in (*arm.line, *(() if arm.within else (arm.outer,)))
    ]
    left, right = min(x - r for (x, _y), r in reach), max(x + r for (x, _y), r in reach)
    bottom, top = min(y - r for (_x, y), r in reach), max(y + r for (_x, y), r in reach)
    scale = min(PAGE_WIDTH / (right - left), _HIGHEST / (top - bottom))
    spare = (PAGE_WIDTH / scale - (right - left)) / 2
    return MapFrame(left - spare, top, scale, (top - bottom) * scale)


def _roads(ground: Ground, zebras: Sequence[Zebra], frame: MapFrame) -> Iterator[Markup]:
    """Yield the surface by its width, then what is painted on it."""
    surfaces: dict[int, list[str]] = {
        round(_PATH_M * frame.units_per_m): [_curve(path, frame) for path in ground.paths]
    }
    for arm in ground.arms:
        surfaces.setdefault(round(arm.width_m * frame.units_per_m), []).append(_line(arm.line, frame))
    for width, lines in surfaces.items():
        yield element("path", {"class": "surface", "d": "".join(lines), "stroke-width": width})
    painted = {
        "divider": [_line(edge, frame) for arm in ground.arms for edge in arm.edges()],
        "walk": [f"{_line(strip, frame)}Z" for strip in ground.walks],
        "stopline": [_line(arm.across(lanes), frame) for arm in ground.arms if (lanes := _controlled(ground, arm))],
    }
    for name, lines in painted.items():
        if lines:
            yield element("path", {"class": name, "d": "".join(lines)})
    if stripes := [_line(stripe, frame) for zebra in zebras for stripe in zebra.stripes]:
        yield element(
            "path", {"class": "zebra", "d": "".join(stripes), "stroke-width": round(STRIPE_M * frame.units_per_m, 1)}
        )


def _line(line: Iterable[Point], frame: MapFrame) -> str:
    return line_data(map(frame.place, line))


def _curve(path: Path, frame: MapFrame) -> str:
    start, *rest = (f"{x:.0f} {y:.0f}" for x, y in map(frame.place, path.curve))
    return f"M{start}C{' '.join(rest)}"


def _controlled(ground: Ground, arm: Arm) -> list[int]:
    """Return the lanes of an arm that stop at a signal."""
    found = (path.connection for path in ground.paths if path.connection.signal_index is not None)
    return sorted({each.from_lane for each in found if each.from_link == arm.link.id})


def _movements(ground: Ground, keys: Mapping[int, Key], frame: MapFrame) -> Iterator[Markup]:
    """Yield all curves of one group as one line, with their points."""
    lines: dict[Key | None, list[str]] = {}
    for path in ground.paths:
        key = keys.get(-1 if path.connection.signal_index is None else path.connection.signal_index)
        lines.setdefault(key, []).append(_curve(path, frame) + _point(path, frame))
    for key, curves in lines.items():
        classes = "way free" if key is None else f"way tone{key.tone}{' permitted' if key.permitted else ''}"
        yield element("path", {"class": classes, "d": "".join(curves)})


def _point(path: Path, frame: MapFrame) -> str:
    (cx, cy), (x, y) = map(frame.place, path.curve[2:])
    way = math.atan2(y - cy, x - cx)
    wings = [(x - _HEAD * math.cos(way + side), y - _HEAD * math.sin(way + side)) for side in (-0.5, 0.5)]
    return line_data((wings[0], (x, y), wings[1]))


def _names(ground: Ground, frame: MapFrame) -> Iterator[Markup]:
    """Yield the names of streets beside their arms, those of inbound ones first, each once on a side."""
    taken: list[tuple[str, Point]] = []
    for arm in sorted(ground.arms, key=lambda each: (not each.inbound, each.link.id)):
        name = street_name(arm.link)
        told = any(name == other and math.dist(arm.outer, place) < _SAME_SIDE_M for other, place in taken)
        if name and not told and not arm.within:
            taken.append((name, arm.outer))
            yield _name(name, arm, frame)


def _name(name: str, arm: Arm, frame: MapFrame) -> Markup:
    """Return a name to the right of an arm, written along it and never upside down."""
    stop, outer = frame.place(arm.stop), frame.place(arm.outer)
    length, wanted = math.dist(stop, outer), len(name) * _LETTER * _NAME_SIZE
    room = length - 2 * _NAME_GAP
    out = ((outer[0] - stop[0]) / length, (outer[1] - stop[1]) / length)
    kerb = (out[1], -out[0]) if arm.inbound else (-out[1], out[0])
    aside = arm.width_m / 2 * frame.units_per_m + _NAME_SIZE * _LETTER + _NAME_GAP
    back = length - _NAME_GAP - min(wanted, room) / 2
    x, y = (stop[axis] + back * out[axis] + aside * kerb[axis] for axis in (0, 1))
    angle = math.degrees(math.atan2(out[1], out[0]))
    upright = angle - 180 if angle > 90 else angle + 180 if angle <= -90 else angle  # noqa: PLR2004 -- degrees
    squeezed: Attributes = {"textLength": room, "lengthAdjust": "spacingAndGlyphs"} if wanted > room else {}
    move = f"translate({x:.0f} {y:.0f}) rotate({upright:.0f})"
    return element("text", {"transform": move, "dy": 5, **squeezed}, isolated(name))


def _compass(frame: MapFrame) -> Iterator[Markup]:
    """Yield an arrow to the north and a scale."""
    yield element("path", {"class": "compass", "d": "M26 58V22M19 32L26 20L33 32"})
    yield element("text", {"class": "small", "x": 26, "y": 74, "text-anchor": "middle"}, _("N"))
    length, low = _SCALE_BAR_M * frame.units_per_m, frame.height - 14
    corners = [(14.0, low - 6), (14.0, low), (14.0 + length, low), (14.0 + length, low - 6)]
    yield element("path", {"class": "compass", "d": line_data(corners)})
    text = _("{distance} m").format(distance=in_numerals(f"{_SCALE_BAR_M:.0f}"))
    yield element("text", {"class": "small", "x": 20.0 + length, "y": low}, whole(text))
