"""Movements as people write them into a table: `main_street_n: T R; NB: L`."""

import re
from collections.abc import Iterator, Mapping

from congestion_lab.core.geometry import Turn
from congestion_lab.core.movementcodes import HEADINGS_DEG, LETTERS
from congestion_lab.signals.present.planrecords import Movement

_ALL = frozenset({"all", "الكل"})
_TURNS: Mapping[str, Turn] = {
    **{letter.casefold(): turn for turn, letter in LETTERS.items()},
    "through": Turn.STRAIGHT,
    "straight": Turn.STRAIGHT,
    "مستقيم": Turn.STRAIGHT,
    "left": Turn.LEFT,
    "يسار": Turn.LEFT,
    "right": Turn.RIGHT,
    "يمين": Turn.RIGHT,
    "u-turn": Turn.U_TURN,
    "دوران": Turn.U_TURN,
}
_BETWEEN_APPROACHES = re.compile(r"[;\n؛]+")
_BETWEEN_TURNS = re.compile(r"[\s,،]+")
_LANE = re.compile(r"(.+)@([1-9]\d?)")


def movements_of(text: str) -> Iterator[Movement]:
    """Yield the movements of a cell: approaches parted by `;`, each with a colon and its turns.

    An approach is an inbound link, a street, or a compass direction (NB, SB, …). A turn is T, L, R, U, their names in
    English or Arabic, `all`, or `>` and the outbound link. `@` and a number narrow a turn from a link to one of its
    lanes, counted from 1 at the kerb.

    Raises:
        ValueError: Something is no approach or no turn.
    """
    for item in filter(None, map(str.strip, _BETWEEN_APPROACHES.split(text))):
        approach, _, words = (part.strip() for part in item.rpartition(":"))
        if not approach or not words:
            raise ValueError(f"{item!r} is no approach with its turns")
        for word in dict.fromkeys(_BETWEEN_TURNS.split(words)):
            yield _movement(approach, word)


def _movement(approach: str, word: str) -> Movement:
    text = f"{approach}: {word}"
    found = _LANE.fullmatch(word)
    turn, lanes = (found[1], frozenset({int(found[2]) - 1})) if found else (word, frozenset[int]())
    if turn.startswith(">") and len(turn) > 1:
        return Movement(text, from_link=approach, from_lanes=lanes, to_link=turn[1:])
    folded = turn.casefold()
    if folded not in _ALL and folded not in _TURNS:
        raise ValueError(f"{turn!r} is no turn: T, L, R, U, all, or > and the outbound link")
    if lanes:
        return Movement(text, _TURNS.get(folded), from_link=approach, from_lanes=lanes)
    heading = HEADINGS_DEG.get(approach.upper())
    return Movement(text, _TURNS.get(folded), from_link=approach, street=approach, heading_deg=heading)
