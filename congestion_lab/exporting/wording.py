"""Every fixed word of a timing sheet, in one table: each passes through the language of the handover."""

from collections.abc import Callable
from dataclasses import dataclass

from congestion_lab.core.geometry import Turn
from congestion_lab.signals.plan import Aspect, Control


def _english(name_en: str, name_ar: str) -> str:
    return name_en or name_ar


@dataclass(frozen=True, slots=True)
class Language:
    """In which language sheets speak.

    Attributes:
        say: Translates one of this module's texts.
        right_to_left: Whether sheets begin on the right.
        here: Chooses between the English and the Arabic name of a place.
        retell: Translates a sentence of the program with figures in it, such as the marking.
    """

    say: Callable[[str], str]
    right_to_left: bool = False
    here: Callable[[str, str], str] = _english
    retell: Callable[[str], str] = str


def N_(message: str) -> str:  # noqa: N802 -- gettext's name for what is extracted here and translated elsewhere
    """Return a message as it is."""
    return message


ENGLISH = Language(str)

NEXT_TURN = N_(", ")
NEXT_APPROACH = N_("; ")
TITLE = N_("Signal timing sheets")
OVERVIEW = N_("Overview")
OVERVIEW_COLUMNS = (
    N_("Sheet"),
    N_("Intersection"),
    N_("Name (Arabic)"),
    N_("Control"),
    N_("Cycle (s)"),
    N_("Offset (s)"),
    N_("Groups"),
)
CONTROLLER = N_("Controller")
PROGRAMME = N_("Programme")
CONTROL = N_("Control")
CYCLE = N_("Cycle (s)")
OFFSET = N_("Offset (s)")
LONGEST_CYCLE = N_("Longest cycle (s)")
IN_SECONDS = N_("All times are in seconds.")
FROM_MIDNIGHT = N_("A cycle begins {offset} s after midnight, and every {cycle} s from then on.")
MAX_GAP = N_("Green ends at a gap of (s)")
GROUP_COLUMNS = (
    N_("Group"),
    N_("Movements"),
    N_("Right of way"),
    N_("Green from"),
    N_("Green to"),
    N_("Green"),
    N_("Yellow"),
    N_("All-red"),
    N_("Green and clearance"),
)
INTERVAL_COLUMNS = (
    N_("Interval"),
    N_("Groups with green"),
    N_("Kind"),
    N_("From"),
    N_("To"),
    N_("Length"),
    N_("Minimum"),
    N_("Maximum"),
)
PHASE_COLUMNS = (
    N_("Phase"),
    N_("Groups"),
    N_("Ring"),
    N_("Barrier"),
    N_("From"),
    N_("Green"),
    N_("Yellow"),
    N_("All-red"),
    N_("Split"),
)
PHASES = N_("Phases in rings (NEMA)")
NO_RINGS = N_("Phases in rings cannot hold this plan; the intervals above can.")
SUM = N_("Sum")
RING_SUM = N_("Ring {ring}: sum of the splits")
IS_THE_CYCLE = N_("is the cycle")
IS_NOT_THE_CYCLE = N_("is NOT the cycle")
FIRST_SECONDS = N_("the first {seconds} s of the cycle")
CONFLICTS = N_("Conflicts between groups (x = paths cross or merge)")
INTERGREENS = N_(
    "Intergreen (s) from clearing group (row) to entering group; – = in conflict, never one after the other"
)
NEVER = N_("never")
GREEN_KIND = N_("green interval")
INTERGREEN_KIND = N_("intergreen")
PEDESTRIANS = N_("pedestrians")
RIGHTS_OF_WAY = (N_("protected"), N_("permitted"), N_("permitted and protected"))
ASPECTS = {
    Aspect.GREEN: N_("green"),
    Aspect.PERMITTED: N_("permitted green"),
    Aspect.YELLOW: N_("yellow"),
    Aspect.RED: N_("red"),
    Aspect.RED_YELLOW: N_("red and yellow"),
    Aspect.STOP_THEN_GO: N_("go after a stop"),
    Aspect.FLASHING: N_("flashing"),
    Aspect.DARK: N_("dark"),
}
TURNS = {Turn.STRAIGHT: N_("straight"), Turn.LEFT: N_("left"), Turn.RIGHT: N_("right"), Turn.U_TURN: N_("U-turn")}
CONTROLS = {
    Control.FIXED: N_("fixed"),
    Control.ACTUATED: N_("actuated"),
    Control.DELAY_BASED: N_("by delay"),
    Control.NEMA: N_("NEMA rings"),
}
