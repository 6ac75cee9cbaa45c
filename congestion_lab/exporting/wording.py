"""Every fixed word of a timing sheet, in one table: each passes through the language of the handover."""

from collections.abc import Callable
from dataclasses import dataclass

from congestion_lab.core.geometry import Turn
from congestion_lab.signals.plan import Aspect


@dataclass(frozen=True)
class Language:
    """In which language sheets speak.

    Attributes:
        say: Translates one of this module's texts.
        right_to_left: Whether sheets begin on the right.
    """

    say: Callable[[str], str]
    right_to_left: bool = False


ENGLISH = Language(str)

TITLE = "Signal timing sheets"
OVERVIEW = "Overview"
OVERVIEW_COLUMNS = ("Sheet", "Intersection", "Name (Arabic)", "Control", "Cycle (s)", "Offset (s)", "Groups")
CONTROLLER = "Controller"
PROGRAMME = "Programme"
CONTROL = "Control"
CYCLE = "Cycle (s)"
OFFSET = "Offset (s)"
LONGEST_CYCLE = "Longest cycle (s)"
MAX_GAP = "Green ends at a gap of (s)"
GROUP_COLUMNS = (
    "Group",
    "Movements",
    "Right of way",
    "Green from",
    "Green to",
    "Green",
    "Yellow",
    "All-red",
    "Green and clearance",
)
INTERVAL_COLUMNS = ("Interval", "Groups with green", "Kind", "From", "To", "Length", "Minimum", "Maximum")
PHASE_COLUMNS = ("Phase", "Groups", "Ring", "Barrier", "From", "Green", "Yellow", "All-red", "Split")
PHASES = "Phases in rings (NEMA)"
NO_RINGS = "Phases in rings cannot hold this plan; the intervals above can."
SUM = "Sum"
RING_SUM = "Ring {ring}: sum of the splits"
IS_THE_CYCLE = "is the cycle"
IS_NOT_THE_CYCLE = "is NOT the cycle"
FIRST_SECONDS = "the first {seconds} s of the cycle"
CONFLICTS = "Conflicts between groups (x = paths cross or merge)"
INTERGREENS = "Intergreen (s) from clearing group (row) to entering group; – = in conflict, never one after the other"
NEVER = "never"
GREEN_KIND = "green"
INTERGREEN_KIND = "intergreen"
PEDESTRIANS = "pedestrians"
RIGHTS_OF_WAY = ("protected", "permitted", "permitted and protected")
ASPECTS = {
    Aspect.GREEN: "green",
    Aspect.PERMITTED: "permitted green",
    Aspect.YELLOW: "yellow",
    Aspect.RED: "red",
    Aspect.RED_YELLOW: "red and yellow",
    Aspect.STOP_THEN_GO: "go after a stop",
    Aspect.FLASHING: "flashing",
    Aspect.DARK: "dark",
}
TURNS = {Turn.STRAIGHT: "straight", Turn.LEFT: "left", Turn.RIGHT: "right", Turn.U_TURN: "U-turn"}
