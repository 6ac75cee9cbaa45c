"""Movements as Synchro and GMNS code them: a direction and a turn, such as SBL for southbound traffic turning left."""

import re
from collections.abc import Mapping

from congestion_lab.core.geometry import Turn

HEADINGS_DEG: Mapping[str, float] = {
    "NB": 0.0,
    "SB": 180.0,
    "EB": 90.0,
    "WB": 270.0,
    "NE": 45.0,
    "NW": 315.0,
    "SE": 135.0,
    "SW": 225.0,
}
"""Compass direction in which an approach drives, by its code: NB is northbound, so it comes from the south.

The cardinal ones stand first: they are the usual names.
"""
FROM_INSIDE = ("U", "L2", "L", "T", "R", "R2")
"""Turns of one approach as their lanes lie beside each other, from the innermost to the kerb."""
LETTERS: Mapping[Turn, str] = {Turn.STRAIGHT: "T", Turn.LEFT: "L", Turn.RIGHT: "R", Turn.U_TURN: "U"}
GMNS_TURNS: Mapping[str, Turn] = {
    "left": Turn.LEFT,
    "right": Turn.RIGHT,
    "thru": Turn.STRAIGHT,
    "uturn": Turn.U_TURN,
}
"""Turn by what GMNS calls it in `movement.type`."""
_TURNS = {letter: turn for turn, letter in LETTERS.items()}
_CODE = re.compile(rf"({'|'.join(HEADINGS_DEG)})([{''.join(_TURNS)}])\d?")


def movement_code(text: str) -> tuple[str, Turn] | None:
    """Return the direction's code and the turn of a movement code; None where it is none (PED, HOLD)."""
    found = _CODE.fullmatch(text.strip().upper())
    return (found[1], _TURNS[found[2]]) if found else None
