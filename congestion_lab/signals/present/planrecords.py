"""Signal plans as other people's files tell them: phases with their times, and movements named in their own words.

Tables, UTDF and GMNS are all read into these values; `signals.present.phasing` makes plans of them.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from congestion_lab.core.geometry import Point, Turn
from congestion_lab.signals.plan import Aspect


@dataclass(frozen=True, slots=True)
class Movement:
    """A movement, by whatever the file says of it; the first that is given and found counts.

    Attributes:
        text: The file's own words, for messages.
        turn: Its direction, or None for all from that approach.
        from_link: Inbound link.
        from_lanes: Lanes of it, by index from the kerb; empty for all.
        from_inside: Lanes of it, counted from 1 at the innermost; empty for all.
        to_link: Outbound link.
        from_nodes: Ids that the node may have from which the approach comes.
        to_nodes: Ids that the node may have to which the movement leads.
        part: First and last of its lanes, counted from 1 at the kerb, and how many all its parts have; None for the
            whole. Files that know one green per movement tell lanes with other greens as movements of their own.
        street: Name of the approaching street.
        heading_deg: Compass direction in which the approach drives: 0 is northbound, 90 eastbound.
    """

    text: str
    turn: Turn | None = None
    from_link: str = ""
    from_lanes: frozenset[int] = frozenset()
    from_inside: frozenset[int] = frozenset()
    to_link: str = ""
    from_nodes: frozenset[str] = frozenset()
    to_nodes: frozenset[str] = frozenset()
    part: tuple[int, int, int] | None = None
    street: str = ""
    heading_deg: float | None = None


@dataclass(frozen=True, slots=True)
class Release:
    """A movement that a phase releases.

    Attributes:
        movement: The movement.
        shown: GREEN or PERMITTED; None where the file only says green, and the right of way decides.
    """

    movement: Movement
    shown: Aspect | None = None


@dataclass(frozen=True, slots=True)
class PhaseTimes:
    """One phase of a controller (NEMA's word), with the times at which it shows what.

    Attributes:
        id: Its number or name.
        start_s: Begin of its green, from the start of the cycle.
        green_s: Its green.
        yellow_s: Its yellow.
        all_red_s: Red that clears the junction before its ring goes on.
        releases: What it releases.
        ring: Sequence that it belongs to; phases of one ring follow one another.
        min_green_s: Shortest green that the file allows.
        walk_s: Green for people who cross beside it; 0 for none.
        ped_clearance_s: Time in which they finish crossing.
        line: Where it stands in the file, if that is known.
    """

    id: str
    start_s: float
    green_s: float
    yellow_s: float
    all_red_s: float
    releases: tuple[Release, ...]
    ring: int = 1
    min_green_s: float = 0.0
    walk_s: float = 0.0
    ped_clearance_s: float = 0.0
    line: int | None = None

    @property
    def split_s(self) -> float:
        """Green, yellow and all-red."""
        return self.green_s + self.yellow_s + self.all_red_s

    @property
    def least_green_s(self) -> float:
        """Shortest green that also lets people cross who start in it (MUTCD 4E.06)."""
        return max(self.min_green_s, self.walk_s + self.ped_clearance_s)


@dataclass(frozen=True, slots=True)
class PlanRecord:
    """The plan of one controller.

    Attributes:
        controller: Its id in the file.
        program: Name of the plan.
        cycle_s: Cycle.
        offset_s: Start of the cycle relative to the reference clock.
        phases: Its phases.
        name: Name of the intersection, possibly empty.
        aliases: Other ids that it may have, as programs write theirs into a description.
        place: Latitude and longitude, or None where the file has none.
        on_red: Movements that may go on red after a stop.
        free: Movements that no signal holds.
        notes: What the file says and the plan does not hold, a sentence each.
        line: Where it begins in the file, if that is known.
    """

    controller: str
    program: str
    cycle_s: float
    offset_s: float
    phases: tuple[PhaseTimes, ...]
    name: str = ""
    aliases: frozenset[str] = frozenset()
    place: tuple[float, float] | None = None
    on_red: tuple[Movement, ...] = ()
    free: tuple[Movement, ...] = ()
    notes: tuple[str, ...] = ()
    line: int | None = None


@dataclass(frozen=True, slots=True)
class PlanSource:
    """What a file or folder tells of plans.

    Attributes:
        records: One for each controller and plan.
        notes: What was found and not used, a sentence each.
        positions: Where nodes lie on the file's plane, metres, by their id in the file.
    """

    records: tuple[PlanRecord, ...]
    notes: tuple[str, ...] = ()
    positions: Mapping[str, Point] = field(default_factory=dict)
