"""A detailed road plan: one-way carriageways, nodes and lane paths as they are to be built, free of any format."""

import enum
from dataclasses import dataclass

from congestion_lab.core.geometry import Point


class Control(enum.Enum):
    """What rules a node of the plan."""

    PRIORITY = "priority"
    SIGNAL = "signal"
    RING = "ring"  # on a roundabout: the circulating carriageway goes first
    MERGE = "merge"  # carriageways part or join without crossing
    DEAD_END = "dead_end"


@dataclass(frozen=True, slots=True)
class PlanNode:
    """Where carriageways meet.

    Attributes:
        id: Unique id.
        position: Metres in the model's projection.
        control: Who goes first.
        name_en: Name in English.
        name_ar: Name in Arabic.
        cycle_s: Cycle of its signal, 0 where there is none.
    """

    id: str
    position: Point
    control: Control
    name_en: str = ""
    name_ar: str = ""
    cycle_s: float = 0.0


@dataclass(frozen=True, slots=True)
class PlanLink:
    """A one-way carriageway.

    Attributes:
        id: Unique id.
        from_node: Node it leaves.
        to_node: Node it reaches.
        lanes: Number of lanes.
        pockets: How many of its leftmost lanes are for turning left or back only.
        speed_mps: Speed limit.
        lane_width_m: Width of a lane.
        shape: Its left edge, in driving direction; the lanes lie to the right of it.
        kind: Road class.
        level: Storeys above ground; negative under it.
        priority: Rank where no signal stands; higher goes first.
        name_en: Street name in English.
        name_ar: Street name in Arabic.
        confidence: A, B or C, as in the tables.
    """

    id: str
    from_node: str
    to_node: str
    lanes: int
    pockets: int
    speed_mps: float
    lane_width_m: float
    shape: tuple[Point, ...]
    kind: str
    level: int
    priority: int
    name_en: str
    name_ar: str
    confidence: str


@dataclass(frozen=True, slots=True, order=True)
class LanePath:
    """A permitted path through a node; lanes count from the kerb."""

    from_link: str
    to_link: str
    from_lane: int
    to_lane: int


@dataclass(frozen=True, slots=True)
class Roundabout:
    """The circulating carriageway around a square: its nodes and links in driving order."""

    nodes: tuple[str, ...]
    links: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class RoadPlan:
    """Everything that is to be built.

    Attributes:
        nodes: By ascending id.
        links: By ascending id.
        paths: All lane paths, ascending.
        roundabouts: Rings, which go first at their nodes.
        projection: PROJ text of the projected coordinates.
        origin: Projected coordinates of the plan's (0, 0), metres.
    """

    nodes: tuple[PlanNode, ...]
    links: tuple[PlanLink, ...]
    paths: tuple[LanePath, ...]
    roundabouts: tuple[Roundabout, ...]
    projection: str
    origin: Point
