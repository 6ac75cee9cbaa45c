"""What one signal group shows, as VISSIG says it: a signal sequence, commands, and fixed states."""

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from congestion_lab.core.errors import Fault, SignalPlanError
from congestion_lab.exporting.handover import check_order
from congestion_lab.signals.phases import MIN_GREEN_S
from congestion_lab.signals.plan import Aspect, Control, SignalPlan
from congestion_lab.signals.timeline import Run, runs

RED, RED_AMBER, GREEN, AMBER = 1, 2, 3, 4
_ALWAYS_RED, _ALWAYS_GREEN, _FULL, _PLAIN, _WITH_AMBER = 1, 2, 3, 4, 7
_RED_STATE = (RED, False, True, 1000)
_GREEN_STATE = (GREEN, False, False, 5000)
_RED_AMBER_STATE = (RED_AMBER, True, True, 1000)
_AMBER_STATE = (AMBER, True, True, 3000)
SEQUENCES: Mapping[int, tuple[str, Sequence[tuple[int, bool, bool, int]]]] = MappingProxyType(
    {
        _ALWAYS_RED: ("Permanent red", (_RED_STATE,)),
        _ALWAYS_GREEN: ("Permanent green", (_GREEN_STATE,)),
        _FULL: ("Red-Red/Amber-Green-Amber", (_RED_STATE, _RED_AMBER_STATE, _GREEN_STATE, _AMBER_STATE)),
        _PLAIN: ("Red-Green", (_RED_STATE, _GREEN_STATE)),
        _WITH_AMBER: ("Red-Green-Amber", (_RED_STATE, _GREEN_STATE, _AMBER_STATE)),
    }
)
"""Signal sequences by id: name, and states as (display, fixed duration, closed to traffic, default milliseconds)."""
_DISPLAYS = {
    Aspect.RED: RED,
    Aspect.STOP_THEN_GO: RED,
    Aspect.RED_YELLOW: RED_AMBER,
    Aspect.YELLOW: AMBER,
    Aspect.GREEN: GREEN,
    Aspect.PERMITTED: GREEN,
}
_NEXT = frozenset({(RED, RED_AMBER), (RED, GREEN), (RED_AMBER, GREEN), (GREEN, AMBER), (GREEN, RED), (AMBER, RED)})
_NAMES = {RED: "red", RED_AMBER: "red and yellow", GREEN: "green", AMBER: "yellow"}
_SHORTEST_RED_MS = 1000  # default of red in VISSIG's signal sequences
_SHORTENED = (
    "greens are up to a few seconds shorter: VISSIG knows one yellow per group, and shows red before every green"
)
_HINT = "export it as sumo, csv or xlsx"
_LOST = {
    Aspect.PERMITTED: "permitted green is written as green; VISSIG leaves giving way to the roads",
    Aspect.STOP_THEN_GO: "go after a stop is written as red",
}


Part = tuple[int, int, int]
"""Begin in the cycle, display and length; times in milliseconds."""


@dataclass(frozen=True, slots=True)
class Lamps:
    """One group.

    Attributes:
        group: Its id.
        sequence: Its signal sequence, a key of `SEQUENCES`.
        commands_ms: When red and green begin, as (milliseconds from the start of the cycle, display), ascending.
        fixed_ms: Length of red-amber and amber, as far as the sequence has them.
        notes: What is not told.
    """

    group: str
    sequence: int
    commands_ms: tuple[tuple[int, int], ...]
    fixed_ms: Mapping[int, int]
    notes: tuple[str, ...] = ()


def lamps(plan: SignalPlan, group: int) -> Lamps:
    """Return what a group, by its place in the plan, shows.

    Raises:
        SignalPlanError: Traffic times the plan, or no signal sequence has its colours in their order.
    """
    name = plan.groups[group].id
    source = f"plan {plan.controller_id}/{plan.program_id}"
    if plan.control is not Control.FIXED:
        rule = f"{plan.control.value} control times the greens by traffic; VISSIG files hold fixed-time programmes"
        raise SignalPlanError(Fault(rule, _HINT, source))
    check_order(plan, _HINT)
    shown = runs(plan, group)
    unknown = sorted({run.aspect.value for run in shown} - {aspect.value for aspect in _DISPLAYS})
    if unknown:
        raise SignalPlanError(Fault(f"group {name} shows {', '.join(unknown)}; VISSIG cannot say that", _HINT, source))
    exact = _merged(shown, plan.cycle_s)
    parts = _with_one_amber(_with_red_behind_amber(exact))
    notes = tuple(text for aspect, text in _LOST.items() if any(run.aspect is aspect for run in shown))
    notes += (_SHORTENED,) if parts != exact else ()
    fault = _fault(parts) or _shortage(exact, parts)
    if fault:
        raise SignalPlanError(Fault(f"group {name}: {fault}", _HINT, source))
    if len(parts) == 1:
        return Lamps(name, _ALWAYS_GREEN if parts[0][1] == GREEN else _ALWAYS_RED, (), {}, notes)
    cycle = round(1000 * plan.cycle_s)
    commands = tuple(sorted((begin % cycle, display) for begin, display, _ in parts if display in (RED, GREEN)))
    fixed = {
        display: length
        for _, display, length in sorted(parts, key=lambda part: part[1])
        if display in (RED_AMBER, AMBER)
    }
    return Lamps(name, _sequence(fixed), commands, _complete(fixed), notes)


def _merged(shown: Sequence[Run], cycle_s: float) -> list[Part]:
    """Return (begin, display, length) in milliseconds; neighbours that look alike are one, around the end too."""
    begins = [(round(1000 * run.start_s), _DISPLAYS[run.aspect]) for run in shown]
    changes = [(begin, display) for place, (begin, display) in enumerate(begins) if display != begins[place - 1][1]]
    if not changes:
        return [(0, begins[0][1], round(1000 * cycle_s))]
    ends = [begin for begin, _ in changes[1:]] + [changes[0][0] + round(1000 * cycle_s)]
    return [(begin, display, end - begin) for (begin, display), end in zip(changes, ends, strict=True)]


def _with_red_behind_amber(parts: Sequence[Part]) -> list[Part]:
    """Return the parts with a second of red wherever yellow turns green again; that green begins later by it."""
    mended: list[Part] = []
    for place, (begin, display, length) in enumerate(parts):
        if (parts[place - 1][1], display) == (AMBER, GREEN):
            mended.append((begin, RED, _SHORTEST_RED_MS))
            mended.append((begin + _SHORTEST_RED_MS, display, length - _SHORTEST_RED_MS))
        else:
            mended.append((begin, display, length))
    return mended


def _with_one_amber(parts: Sequence[Part]) -> list[Part]:
    """Return the parts with all ambers as long as the longest; greens before shorter ones end sooner by what lacks."""
    longest = max((length for _, display, length in parts if display == AMBER), default=0)
    mended: list[Part] = []
    for place, (begin, display, length) in enumerate(parts):
        _, after, following = parts[(place + 1) % len(parts)]
        if display == GREEN and after in (AMBER, RED):
            lacking = longest - (following if after == AMBER else 0)
            mended.append((begin, display, length - lacking))
            if after == RED and longest:
                mended.append((begin + length - lacking, AMBER, longest))
        elif display == AMBER:
            mended.append((begin + length - longest, display, longest))
        else:
            mended.append((begin, display, length))
    return mended


def _fault(parts: Sequence[Part]) -> str:
    """Return why no signal sequence shows these parts in their order; nothing if one does."""
    displays = [display for _, display, _ in parts]
    changes = list(itertools.pairwise([*displays, displays[0]])) if len(parts) > 1 else []
    for before, after in changes:
        if (before, after) not in _NEXT:
            return f"{_NAMES[after]} follows {_NAMES[before]}, which no signal sequence of VISSIG has"
    if not changes and displays[0] in (AMBER, RED_AMBER):
        return f"it shows {_NAMES[displays[0]]} all the time, which no signal sequence of VISSIG has"
    lengths = {length for _, display, length in parts if display == RED_AMBER}
    if len(lengths) > 1 or (lengths and (RED, GREEN) in changes):
        return "red and yellow has several lengths; VISSIG knows one per group"
    return ""


def _shortage(exact: Sequence[Part], parts: Sequence[Part]) -> str:
    """Return why greens may not give way to VISSIG's yellow; nothing if they are long enough."""
    before, after = ([length for _, display, length in some if display == GREEN] for some in (exact, parts))
    shortest = min([1000 * MIN_GREEN_S, *before])
    if min(after, default=shortest) < shortest:
        return "a green is too short for the yellow that VISSIG shows behind every green of a group"
    return ""


def _sequence(fixed: Mapping[int, int]) -> int:
    if RED_AMBER in fixed:
        return _FULL
    return _WITH_AMBER if AMBER in fixed else _PLAIN


def _complete(fixed: Mapping[int, int]) -> Mapping[int, int]:
    """Return the fixed states with an amber of no length beside a red-amber: the sequence has both."""
    return MappingProxyType({RED_AMBER: fixed[RED_AMBER], AMBER: fixed.get(AMBER, 0)} if RED_AMBER in fixed else fixed)
