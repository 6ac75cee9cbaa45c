"""The movements of a UTDF intersection, section [Lanes]: which phases release them, and which may go on red."""

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from congestion_lab.core.geometry import Turn
from congestion_lab.core.movementcodes import FROM_INSIDE, HEADINGS_DEG, movement_code
from congestion_lab.core.utdffile import CellReader, Cells, text_of
from congestion_lab.signals.plan import Aspect
from congestion_lab.signals.present.planrecords import Movement, Release

_PHASES_PER_MOVEMENT = 4
_SOME = 8  # movements that a message names
_UNCONTROLLED = -1  # in Phase1: the signal never stops the movement
_ANY = frozenset({"", "0", "1", "2", "3"})
# From whose lane a movement without a phase of its own goes, by their turn, and what `Shared` says there: 1 is shared
# with the movement to the left, 2 with that to the right, 3 with both.
_LENDERS: Mapping[Turn, tuple[tuple[str, frozenset[str]], ...]] = {
    Turn.RIGHT: (("T", frozenset({"2", "3"})), ("L", frozenset({"2", "3"}))),
    Turn.LEFT: (("T", frozenset({"1", "3"})), ("R", frozenset({"1", "3"}))),
    Turn.STRAIGHT: (("L", frozenset({"2", "3"})), ("R", frozenset({"1", "3"}))),
    Turn.U_TURN: (("L", _ANY), ("T", frozenset({"1", "3"}))),
}


@dataclass(frozen=True, slots=True)
class Movements:
    """What the lanes of an intersection say of signals.

    Attributes:
        by_phase: What each phase releases.
        on_red: Right turns that may go on red after a stop.
        free: Movements that no signal holds.
        notes: What was found and not used, a sentence each.
    """

    by_phase: Mapping[str, tuple[Release, ...]]
    on_red: tuple[Movement, ...]
    free: tuple[Movement, ...]
    notes: tuple[str, ...]


def movements(
    columns: Mapping[str, Cells],
    phases: frozenset[str],
    *,
    node: str,
    names: Mapping[str, frozenset[str]],
    reader: CellReader,
) -> Movements:
    """Return the movements of an intersection.

    A movement that names no phase and goes from a lane that it shares goes with that lane's phases; whether it is
    protected then, the right of way decides.

    Args:
        columns: Records by movement.
        phases: Phases that have times.
        node: The intersection.
        names: What the file calls each node; programs that keep ids of their own write those there.
        reader: Reads cells and collects faults.
    """
    coded = {code: cells for code, cells in columns.items() if movement_code(code) and text_of(cells, "dest node")}
    named = {code: _named(cells, f"{node} {code}", reader) for code, cells in coded.items()}
    found: dict[str, list[Release]] = {}
    lost: list[str] = []
    on_red: list[Movement] = []
    free: list[Movement] = []
    parts = _parts(coded, node, reader)
    for code, cells in coded.items():
        movement = replace(_movement(code, cells, names), part=parts.get(code))
        loose = reader.value(cells, "phase1", f"{node} {code}", low=-1, high=99) == _UNCONTROLLED
        releasing = [] if loose else named[code] or _lent(code, coded, named)
        if not releasing:
            free.append(movement)
        for phase, shown in releasing:
            if phase in phases:
                found.setdefault(phase, []).append(Release(movement, shown))
            else:
                lost.append(f"{code} by phase {phase}")
        allowed = reader.value(cells, "allow rtor", f"{node} {code}", low=0, high=9)
        if movement.turn is Turn.RIGHT and allowed:
            on_red.append(movement)
    notes = [f"movements by phases without times: {', '.join(lost[:_SOME])}."] if lost else []
    notes += [f"right turns on red after a stop: {_codes(on_red)}."] if on_red else []
    notes += [f"movements without a phase, so that no signal holds them: {_codes(free)}."] if free else []
    by_phase = {phase: tuple(releases) for phase, releases in found.items()}
    return Movements(by_phase, tuple(on_red), tuple(free), tuple(notes))


def _named(cells: Cells, key: str, reader: CellReader) -> list[tuple[str, Aspect | None]]:
    """Return the phases that a movement names itself, protected ones first."""
    named: list[tuple[str, Aspect | None]] = []
    for record, shown in (("phase", Aspect.GREEN), ("permphase", Aspect.PERMITTED)):
        for number in range(1, _PHASES_PER_MOVEMENT + 1):
            phase = reader.value(cells, f"{record}{number}", key, low=-1, high=99)
            if phase is not None and phase > 0:
                named.append((str(int(phase)), shown))
    return named


def _lent(
    code: str, coded: Mapping[str, Cells], named: Mapping[str, list[tuple[str, Aspect | None]]]
) -> list[tuple[str, Aspect | None]]:
    """Return the phases of the movement from whose lane another one goes."""
    direction, turn = movement_code(code) or ("", Turn.STRAIGHT)
    for letter, sides in _LENDERS[turn]:
        lender = f"{direction}{letter}"
        if named.get(lender) and (text_of(coded[lender], "shared") in sides):
            return [(phase, None) for phase, _ in named[lender]]
    return []


def _parts(coded: Mapping[str, Cells], node: str, reader: CellReader) -> Mapping[str, tuple[int, int, int]]:
    """Return the lanes of movements that lead from one node to the same other: parts of one, counted from the kerb."""
    alike: dict[tuple[str, str, str], list[str]] = {}
    for code, cells in coded.items():
        ends = (text_of(cells, "up node"), text_of(cells, "dest node"))
        alike.setdefault((code[:2], *ends), []).append(code)
    parts: dict[str, tuple[int, int, int]] = {}
    for codes in (sorted(some, key=_inwards) for some in alike.values() if len(some) > 1):
        lanes = [reader.value(coded[code], "lanes", f"{node} {code}", low=0, high=99) for code in codes]
        counts = [max(1, int(count or 0)) for count in lanes]
        for code, count, last in zip(codes, counts, itertools.accumulate(counts), strict=True):
            parts[code] = (last - count + 1, last, sum(counts))
    return parts


def _inwards(code: str) -> int:
    """Return how far from the kerb the lanes of a movement lie, compared with others of its approach."""
    turn = code[2:].upper()
    return -FROM_INSIDE.index(turn if turn in FROM_INSIDE else turn[0])


def _movement(code: str, cells: Cells, names: Mapping[str, frozenset[str]]) -> Movement:
    direction, turn = movement_code(code) or ("", None)
    ends = [text_of(cells, record) for record in ("up node", "dest node")]
    up, dest = (frozenset({end}) | names.get(end, frozenset()) for end in ends)
    return Movement(code, turn, from_nodes=up, to_nodes=dest, heading_deg=HEADINGS_DEG.get(direction))


def _codes(some: Sequence[Movement]) -> str:
    return ", ".join(one.text for one in some)
