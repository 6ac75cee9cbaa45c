"""What may stand in a cell of a table or a sheet when part of it comes from a map."""

from collections.abc import Iterable

from congestion_lab.core.geometry import Turn
from congestion_lab.core.names import inert
from congestion_lab.signals.approaches import Approach

Cell = str | float | int
_WORDS = {Turn.STRAIGHT: "straight", Turn.LEFT: "left", Turn.RIGHT: "right", Turn.U_TURN: "U-turn"}


def seconds(value: float) -> float | int:
    """Return whole seconds as an integer, others to a tenth."""
    rounded = round(float(value), 1)
    return int(rounded) if rounded.is_integer() else rounded


def movements_text(approaches: Iterable[Approach]) -> str:
    """Return what a group releases in words, e.g. `Baghdad Street: straight, right; pedestrians`."""
    return inert("; ".join(_approach_text(approach) for approach in approaches))


def _approach_text(approach: Approach) -> str:
    if not approach.turns:
        return "pedestrians"
    return f"{approach.name}: {', '.join(_WORDS[turn] for turn in approach.turns)}"
