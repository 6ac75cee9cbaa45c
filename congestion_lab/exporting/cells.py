"""What may stand in a cell of a table or a sheet when part of it comes from a map."""

from collections.abc import Callable, Iterable

from congestion_lab.core.names import inert
from congestion_lab.exporting.wording import ENGLISH, PEDESTRIANS, TURNS, Language
from congestion_lab.signals.approaches import Approach

Cell = str | float | int


def seconds(value: float) -> float | int:
    """Return whole seconds as an integer, others to a millisecond, to which plans are exact."""
    rounded = round(float(value), 3)
    return int(rounded) if rounded.is_integer() else rounded


def within_cycle_s(time_s: float, cycle_s: float) -> float:
    """Return when in a cycle something happens, to a millisecond; what rounds to the cycle's end is its beginning."""
    return round(time_s % cycle_s, 3) % cycle_s


def movements_text(approaches: Iterable[Approach], language: Language = ENGLISH) -> str:
    """Return what a group releases in words, e.g. `Baghdad Street: straight, right; pedestrians`."""
    return inert("; ".join(_approach_text(approach, language.say) for approach in approaches))


def _approach_text(approach: Approach, say: Callable[[str], str]) -> str:
    if not approach.turns:
        return say(PEDESTRIANS)
    return f"{approach.name}: {', '.join(say(TURNS[turn]) for turn in approach.turns)}"
