"""What may stand in a cell of a table or a sheet when part of it comes from a map."""

from collections.abc import Iterable

from congestion_lab.core.names import inert
from congestion_lab.exporting.wording import ENGLISH, NEXT_APPROACH, NEXT_TURN, PEDESTRIANS, TURNS, Language
from congestion_lab.signals.approaches import Approach

Cell = str | float | int


def seconds(value: float) -> float | int:
    """Return whole seconds as an integer, others to a millisecond, to which plans are exact."""
    rounded = round(float(value), 3)
    return int(rounded) if rounded.is_integer() else rounded


def movements_text(approaches: Iterable[Approach], language: Language = ENGLISH) -> str:
    """Return what a group releases in words, e.g. `Baghdad Street: straight, right; pedestrians`."""
    return inert(language.say(NEXT_APPROACH).join(_approach_text(approach, language) for approach in approaches))


def _approach_text(approach: Approach, language: Language) -> str:
    if not approach.turns:
        return language.say(PEDESTRIANS)
    turns = language.say(NEXT_TURN).join(language.say(TURNS[turn]) for turn in approach.turns)
    return f"{language.here(approach.name, approach.name_ar)}: {turns}"
