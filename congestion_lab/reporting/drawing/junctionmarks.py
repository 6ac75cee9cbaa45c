"""What stands on the lanes and kerbs of a drawn intersection: arrows, and the numbers of signal groups."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from markupsafe import Markup

from congestion_lab.core.geometry import Point, Turn
from congestion_lab.core.names import clean_name
from congestion_lab.reporting.drawing.junctiongeometry import Ground, heading
from congestion_lab.reporting.drawing.mapframe import MapFrame
from congestion_lab.reporting.drawing.svg import element
from congestion_lab.reporting.drawing.zebras import Zebra
from congestion_lab.reporting.translation import isolated

_BADGE_GAP, _BADGE_STEP = 11.5, 18.0  # from the stop line to the first number, and to the next one
_STOP_TO_ARROW = 12.0
_ARROW = 17.0  # length of an arrow on the lane
_ARROWS: Mapping[Turn, Sequence[Sequence[Point]]] = {  # as lines of (to the right, ahead), from the foot on
    Turn.STRAIGHT: (((0, 0), (0, 17)), ((-3, 12), (0, 17), (3, 12))),
    Turn.LEFT: (((0, 0), (0, 8), (-2, 11), (-7, 11)), ((-3, 14), (-7, 11), (-3, 8))),
    Turn.RIGHT: (((0, 0), (0, 8), (2, 11), (7, 11)), ((3, 14), (7, 11), (3, 8))),
    Turn.U_TURN: (((0, 0), (0, 11), (-2, 14), (-6, 14), (-8, 11), (-8, 6)), ((-11, 9), (-8, 5), (-5, 9))),
}


@dataclass(frozen=True, slots=True)
class Key:
    """How one signal group is shown.

    Attributes:
        group: Its id.
        tone: Number of its colour.
        permitted: Whether it must give way whenever it is green.
    """

    group: str
    tone: int
    permitted: bool


@dataclass(frozen=True, slots=True)
class LaneMark:
    """What is painted and written on one lane.

    Attributes:
        stop: Its end at the stop line.
        way: Direction of travel.
        groups: The groups that release it.
        turns: The directions that it serves.
    """

    stop: Point
    way: Point
    groups: tuple[Key, ...]
    turns: tuple[Turn, ...]

    def behind(self, distance: float) -> Point:
        """Return the place so far behind the stop line."""
        return self.stop[0] - distance * self.way[0], self.stop[1] - distance * self.way[1]


def lane_marks(ground: Ground, keys: Mapping[int, Key], frame: MapFrame) -> Iterator[LaneMark]:
    """Yield what stands on each lane that leads into the intersection."""
    for arm in ground.arms:
        for lane, turns in sorted(ground.turns_of(arm.link.id).items()):
            line = [frame.place(point) for point in arm.lane_line(lane)]
            groups = dict.fromkeys(_groups(ground, keys, arm.link.id, lane))
            yield LaneMark(line[-1], heading(line, at_end=True), tuple(groups), turns)


def _groups(ground: Ground, keys: Mapping[int, Key], link: str, lane: int) -> Iterator[Key]:
    for path in ground.paths:
        connection, head = path.connection, path.connection.signal_index
        if (connection.from_link, connection.from_lane) == (link, lane) and head is not None and head in keys:
            yield keys[head]


def arrows(marks: Iterable[LaneMark]) -> str:
    """Return the arrows of all lanes, behind the numbers of their groups."""
    return "".join(_arrow(mark) for mark in marks)


def _arrow(mark: LaneMark) -> str:
    foot = mark.behind(_STOP_TO_ARROW + len(mark.groups) * _BADGE_STEP + _ARROW)
    (ahead_x, ahead_y), (right_x, right_y) = mark.way, (-mark.way[1], mark.way[0])
    lines = (line for turn in Turn if turn in mark.turns for line in _ARROWS[turn])
    return "".join(
        line_data(
            (foot[0] + right * right_x + ahead * ahead_x, foot[1] + right * right_y + ahead * ahead_y)
            for right, ahead in line
        )
        for line in lines
    )


def beside_lanes(marks: Sequence[LaneMark]) -> Iterator[tuple[Key, Point]]:
    """Yield the places of the numbers of groups on their lanes, the nearest to the stop line."""
    for mark in marks:
        for place, key in enumerate(mark.groups):
            yield key, mark.behind(_BADGE_GAP + place * _BADGE_STEP)


def beside_zebras(zebras: Sequence[Zebra], keys: Mapping[int, Key], frame: MapFrame) -> Iterator[tuple[Key, Point]]:
    """Yield the places of the numbers of groups of people on foot, at the kerb where they wait."""
    for zebra in zebras:
        (x, y), (right, ahead) = frame.place(zebra.kerb), zebra.outward  # a page's y grows downwards
        for place, key in enumerate(dict.fromkeys(keys[index] for index in zebra.heads if index in keys)):
            away = _BADGE_GAP + place * _BADGE_STEP
            yield key, (x + away * right, y - away * ahead)


def badges(placed: Sequence[tuple[Key, Point]]) -> Iterator[Markup]:
    """Yield numbers of groups on discs; a line of no length with round ends is a disc."""
    for tone in sorted({key.tone for key, _place in placed}):
        discs = (f"M{x:.0f} {y:.0f}h0" for key, (x, y) in placed if key.tone == tone)
        yield element("path", {"class": f"badge tone{tone}", "d": "".join(discs)})
    texts = (
        element("text", {"x": round(x), "y": round(y) + 4}, isolated(clean_name(key.group))) for key, (x, y) in placed
    )
    yield element("g", {"class": "badge-text"}, *texts)


def line_data(points: Iterable[Point]) -> str:
    """Return the `d` of a polyline to a unit of the page, about 15 cm on the ground."""
    return "M" + "L".join(f"{x:.0f} {y:.0f}" for x, y in points)
