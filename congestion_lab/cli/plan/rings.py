"""Signal plans drawn along the cycle in the terminal: rings and barriers, and what each group shows.

Colours only repeat what letters say: G green, g green that gives way, y yellow, r red.
"""

import math
from collections.abc import Iterator, Mapping, Sequence

from rich.box import SIMPLE_HEAD
from rich.markup import escape
from rich.table import Table
from rich.text import Text

from congestion_lab.core.errors import SignalPlanError
from congestion_lab.core.names import clean_name
from congestion_lab.signals.intersection import Intersection
from congestion_lab.signals.plan import Aspect, SignalPlan
from congestion_lab.signals.retiming import at_its_longest
from congestion_lab.signals.rings.ringphases import NumberedPhase, RingBarrier
from congestion_lab.signals.rings.ringreading import faithful_rings

COLUMNS = 60  # of a cycle: with the names before it a plan is 80 wide at most
_NAME_COLUMNS = 18
_LETTERS = {
    Aspect.RED: "·",
    Aspect.RED_YELLOW: "/",
    Aspect.YELLOW: "y",
    Aspect.GREEN: "G",
    Aspect.PERMITTED: "g",
    Aspect.STOP_THEN_GO: "▫",
    Aspect.FLASHING: "*",
    Aspect.DARK: " ",
}
_STYLES: Mapping[str, str] = {"G": "bold green", "g": "green", "y": "yellow", "r": "red", "/": "yellow", "·": "dim red"}
_BARRIER, _NEXT = "║", "│"
_TICKS_S = (5, 10, 20, 30, 60)
_MOST_TICKS = 8
LEGEND = "  G protected  g gives way  y yellow  r · red  ║ barrier  │ next phase of a ring"


def plan_picture(plan: SignalPlan, site: Intersection | None) -> Table:
    """Return a plan along its cycle, the longest one where traffic ends the greens: rings, groups, seconds."""
    longest = at_its_longest(plan)
    table = Table.grid(padding=(0, 1, 0, 0))
    table.add_column(overflow="fold", max_width=_NAME_COLUMNS)
    table.add_column(no_wrap=True, min_width=COLUMNS)
    rings = None if site is None else _rings(plan, site)
    if rings is not None:
        for ring in rings.rings:
            table.add_row(f"  ring {ring[0].ring}", _painted(ring_bar(ring, rings.cycle_s)))
    for place, group in enumerate(longest.groups):
        table.add_row(escape(f"  {clean_name(group.id)}"), _painted(group_bar(longest, place)))
    table.add_row("", Text(_seconds(longest.cycle_s), style="dim"))
    return table


def phases_table(plan: SignalPlan, site: Intersection | None) -> Table | None:
    """Return the phases of a plan's rings with their times; None where there are no rings."""
    rings = None if site is None else _rings(plan, site)
    if rings is None:
        return None
    table = Table(box=SIMPLE_HEAD, pad_edge=False)
    for heading in ("ring", "phase", "from s", "green", "yellow", "red", "split"):
        table.add_column(heading, justify="right", no_wrap=True)
    table.add_column("groups", overflow="fold")
    groups = {head: clean_name(group.id) for group in plan.groups for head in group.heads}
    for phase in (phase for ring in rings.rings for phase in ring):
        times = (phase.start_s, phase.green_s, phase.yellow_s, phase.all_red_s, phase.split_s)
        served = dict.fromkeys(groups[head] for head in phase.serves if head in groups)
        cells = (f"{phase.ring}", f"{phase.number}", *(f"{time:g}" for time in times))
        table.add_row(*cells, escape(" ".join(served)))
    return table


def ring_remarks(plan: SignalPlan, site: Intersection | None) -> Iterator[str]:
    """Yield what rings do not show of a plan, or why there are none."""
    if site is None:
        yield "  no rings: the plan file holds no intersection for this plan"
        return
    try:
        less = faithful_rings(plan, site)[1]
    except SignalPlanError as error:
        yield f"  no rings: {error.faults[0].rule}"
        return
    yield from (f"  rings show less: {each}" for each in less)


def _rings(plan: SignalPlan, site: Intersection) -> RingBarrier | None:
    """Return the rings of a plan; None where rings cannot hold it, which `ring_remarks` explains."""
    try:
        return faithful_rings(plan, site)[0]
    except SignalPlanError:
        return None


def ring_bar(ring: Sequence[NumberedPhase], cycle_s: float) -> str:
    """Return a ring as letters: a bar and the number where a phase begins, then its green, yellow and red.

    Args:
        ring: Its phases in the order of time.
        cycle_s: Its cycle.
    """
    letters = [_letter_at(ring, (column + 0.5) * cycle_s / COLUMNS, cycle_s) for column in range(COLUMNS)]
    for place, phase in enumerate(ring):
        mark = _NEXT if phase.barrier == ring[place - 1].barrier and len(ring) > 1 and place else _BARRIER
        first = math.ceil(phase.start_s % cycle_s * COLUMNS / cycle_s - 0.5)  # the first column that shows it
        for step, letter in enumerate(f"{mark}{phase.number}"):
            letters[(first + step) % COLUMNS] = letter
    return "".join(letters)


def _letter_at(ring: Sequence[NumberedPhase], time_s: float, cycle_s: float) -> str:
    for phase in ring:
        since = (time_s - phase.start_s) % cycle_s
        if since < phase.green_s:
            return "G" if phase.protected or phase.walking else "g"
        if since < phase.green_s + phase.yellow_s:
            return "y"
        if since < phase.split_s:
            return "r"
    return "r"


def group_bar(plan: SignalPlan, group: int) -> str:
    """Return what a group shows over the cycle, sampled in the middle of each column."""
    ends, time = [], 0.0
    for interval in plan.intervals:
        time += interval.duration_s
        ends.append((time, _LETTERS[interval.aspects[group]]))
    instants = ((column + 0.5) * plan.cycle_s / COLUMNS for column in range(COLUMNS))
    return "".join(next(letter for end, letter in ends if instant < end) for instant in instants)


def _seconds(cycle_s: float) -> str:
    """Return the axis: seconds of the cycle under their columns."""
    step = next((each for each in _TICKS_S if cycle_s / each <= _MOST_TICKS), round(cycle_s))
    line = [" "] * COLUMNS
    for second in range(0, int(cycle_s) + 1, step):
        at, text = int(second * COLUMNS / cycle_s), str(second)
        if at + len(text) <= COLUMNS:
            line[at : at + len(text)] = text
    return "".join(line).rstrip() + " s"


def _painted(letters: str) -> Text:
    text = Text()
    for letter in letters:
        text.append(letter, style=_STYLES.get(letter, "bold"))
    return text
