"""Capacity analyses beside simulated values, in the terminal and for machines."""

import math
from collections.abc import Iterator, Sequence
from dataclasses import fields
from typing import Any

from rich.cells import cell_len, set_cell_size

from congestion_lab.cli.console import counted
from congestion_lab.core.names import clean_name
from congestion_lab.core.plain import plain
from congestion_lab.metrics.capacity import Analysis, Approach, Movement
from congestion_lab.metrics.disagreement import Cause, Disagreements, Reason
from congestion_lab.metrics.simulated import Simulated, SimulatedMovement, SimulatedQueue

_HEADINGS = (
    ("", "veh/h"),
    ("", "v/c"),
    ("green", "%"),
    ("HCM", "s"),
    ("", "LOS"),
    ("queue", "50 %"),
    ("", "95 %"),
    ("sim.", "s"),
    ("", "±"),
    ("", "LOS"),
    ("queue", "m"),
    ("longest", "m"),
)
_LABEL = "movement"
_INDENT = "  "


def analysis_heading(one: Analysis) -> str:
    """Return the figures of an intersection as a line of text."""
    known = "" if math.isnan(one.critical_saturation) else f", critical v/c {one.critical_saturation:.2f}"
    delay = "no vehicles"
    if not math.isnan(one.delay_s):
        delay = f"{one.volume_vph:.0f} veh/h, {_number(one.delay_s)} s, LOS {one.los}"
    name = f"{clean_name(one.controller_id)}  {one.name}".removesuffix(f"  {clean_name(one.controller_id)}")
    return f"{name}: cycle {one.cycle_s:g} s, intergreens {one.lost_s:g} s{known}; {delay}"


def analysis_lines(one: Analysis, measured: Simulated, columns: int) -> Iterator[str]:
    """Yield an intersection as a table, HCM on the left, the simulation on the right; queues in vehicles of one lane.

    Movements stand below the name of their approach. One whose name takes more room than so many columns leave beside
    the figures has these on a line of their own.
    """
    rows = list(_rows(one, measured))
    figures = [row for _, row in rows if row]
    sizes = [max(map(cell_len, cells)) for cells in zip(*_heads(), *figures, strict=True)]
    longest = max(cell_len(label) for label, row in (*rows, (_LABEL, sizes)) if row)
    gap = 2 if longest + sum(sizes) + 2 * len(sizes) <= columns else 1
    width = min(longest, max(columns - sum(sizes) - gap * len(sizes), len(_LABEL)))

    def line(label: str, cells: Sequence[str]) -> str:
        shown = (" " * (gap + size - cell_len(cell)) + cell for size, cell in zip(sizes, cells, strict=True))
        return set_cell_size(label, width) + "".join(shown)

    yield from map(line, ("", _LABEL), _heads())
    yield "─" * (width + sum(sizes) + gap * len(sizes))
    for label, cells in rows:
        if not cells or cell_len(label) > width:
            yield label
        if cells:
            yield line("" if cell_len(label) > width else label, cells).rstrip()


def _heads() -> tuple[tuple[str, ...], ...]:
    return tuple(zip(*_HEADINGS, strict=True))


def _rows(one: Analysis, measured: Simulated) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Yield approaches, which have no figures, and below each its movements."""
    for approach in one.approaches:
        yield clean_name(approach.name), ()
        for movement in approach.movements:
            yield _INDENT + _direction(movement, approach), (*_computed(movement), *_measured(movement, measured))


def _direction(movement: Movement, approach: Approach) -> str:
    """Return a movement's turn, and where it leads if another movement of the approach turns alike."""
    turn = movement.turn.value.replace("_", "-")
    alike = sum(other.turn is movement.turn for other in approach.movements)
    return turn if alike == 1 else f"{turn} to {clean_name(movement.to_link)}"


def _computed(movement: Movement) -> Iterator[str]:
    arriving = _number(100 * movement.arrivals_on_green, 0) if movement.measured_arrivals else "const."
    yield from (f"{movement.volume_vph:.0f}", _number(movement.saturation, 2), arriving)
    yield from (_number(movement.delay_s), movement.los)
    yield from (_number(movement.queue_50_veh), _number(movement.queue_95_veh))


def _measured(movement: Movement, measured: Simulated) -> Iterator[str]:
    found = measured.movements.get((movement.from_link, movement.to_link))
    queue = measured.queues.get(movement.from_link)
    yield from ("–", "", "") if found is None else (_number(found.delay_s), _number(found.delay_sd_s), found.los)
    yield from ("–", "–") if queue is None else (_number(queue.mean_m, 0), _longest(queue))


def _longest(queue: SimulatedQueue) -> str:
    """Return the longest queue; of one that filled its link, that it is at least so long."""
    return f"≥{_number(queue.longest_m, 0)}" if queue.full_share > 0 else _number(queue.longest_m, 0)


def disagreement_lines(one: Analysis, apart: Disagreements) -> Iterator[str]:
    """Yield where the HCM and the simulation tell different stories, and why; nothing where they agree."""
    if not apart.any:
        return
    count = len(apart.movements)
    where = f" in {counted(count, 'movement')}" if count else ""
    whole = f"the whole: {apart.los or '–'} by the HCM, {apart.simulated_los or '–'} simulated"
    yield f"  HCM AND SIMULATION DISAGREE{where} ({whole}); the formulas take each intersection alone:"
    names = {approach.from_link: approach.name for approach in one.approaches}
    for each in apart.movements:
        name = f"{names[each.from_link]} {each.turn.value.replace('_', '-')} to {clean_name(each.to_link)}"
        reasons = "; ".join(_reason(reason) for reason in each.reasons) or "the data tell no reason"
        yield f"    {name}: {each.los}, v/c {_number(each.saturation, 2)}, simulated {each.simulated_los}: {reasons}"


def _reason(one: Reason) -> str:
    full = f"{100 * one.share:.0f} % of the time"
    others = one.turn.value.replace("_", "-") if one.turn else ""
    return {
        Cause.SPILLBACK: f"spillback from downstream: a queue filled {clean_name(one.link)} for {full}",
        Cause.BLOCKED: f"the queue of those who go {others} blocks its lanes",
        Cause.OUTSIDE: f"its queue filled the approach for {full}: vehicles wait further back",
        Cause.NEAR_CAPACITY: "near capacity small errors decide",
        Cause.GAPS: "what its permitted green lets through is estimated",
        Cause.DISCHARGE: "the simulation lets more through than the computed capacity",
        Cause.PLATOONS: "its arrivals are taken at a constant rate",
    }[one.cause]


def _number(value: float, digits: int = 1) -> str:
    if math.isnan(value):
        return "–"
    return f"{value:.{digits}f}" if math.isfinite(value) else "∞"


def analysis_as_json(one: Analysis, measured: Simulated, apart: Disagreements) -> dict[str, Any]:
    """Return an analysis in JSON's own types, with the simulated values of its movements and where both disagree."""
    pairs = [(each.from_link, each.to_link) for approach in one.approaches for each in approach.movements]
    movements = [
        {"from_link": pair[0], "to_link": pair[1], **_fields(measured.movements[pair])}
        for pair in pairs
        if pair in measured.movements
    ]
    links = dict.fromkeys(start for start, _ in pairs)
    queues = [{"link": link, **_fields(measured.queues[link])} for link in links if link in measured.queues]
    told = {"simulated": {"runs": measured.runs, "movements": movements, "queues": queues}}
    return _fields(one) | told | {"disagreements": _fields(apart)}


def _fields(value: Analysis | SimulatedMovement | SimulatedQueue | Disagreements) -> dict[str, Any]:
    return {item.name: plain(getattr(value, item.name)) for item in fields(value)}
