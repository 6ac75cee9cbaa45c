"""Signal plans drawn as bars along the cycle, one row per group."""

import itertools
import math
from collections.abc import Mapping
from dataclasses import dataclass

from markupsafe import Markup

from congestion_lab.core.geometry import Turn
from congestion_lab.core.names import clean_name
from congestion_lab.network.model import Link
from congestion_lab.reporting.drawing.svg import element
from congestion_lab.reporting.translation import _, here, in_numerals, isolated, listed
from congestion_lab.reporting.wording import number
from congestion_lab.signals.approaches import Approach, served
from congestion_lab.signals.cycle import within_cycle_s
from congestion_lab.signals.intersection import Intersection
from congestion_lab.signals.plan import Aspect, SignalPlan
from congestion_lab.signals.retiming import is_timed_by_traffic
from congestion_lab.signals.timeline import Run, runs

_ARROWS = {Turn.STRAIGHT: "↑", Turn.LEFT: "↰", Turn.RIGHT: "↱", Turn.U_TURN: "↶"}
# Height carries the meaning too, for readers and printers without colours: (top, height) of ten.
_FULL, _HALF, _LINE = (0.0, 10.0), (2.5, 5.0), (4.2, 1.6)
_BARS = {
    Aspect.GREEN: _FULL,
    Aspect.PERMITTED: _FULL,
    Aspect.YELLOW: _HALF,
    Aspect.RED_YELLOW: _HALF,
    Aspect.FLASHING: _HALF,
    Aspect.STOP_THEN_GO: _HALF,
    Aspect.RED: _LINE,
    Aspect.DARK: _LINE,
}
_TICKS = 6  # about so many marks along the time axis


@dataclass(frozen=True, slots=True)
class RingRow:
    """One group: its name, what it releases, and its bar."""

    group: str
    label: str
    bar: Markup


@dataclass(frozen=True, slots=True)
class Ring:
    """One plan ready to be drawn.

    Attributes:
        facts: Cycle and offset in words.
        ticks: Marks of the time axis as (place in percent, seconds).
        rows: One per group.
    """

    facts: str
    ticks: tuple[tuple[float, str], ...]
    rows: tuple[RingRow, ...]


def ring_of(plan: SignalPlan, intersection: Intersection, links: Mapping[str, Link], *, span_s: float) -> Ring:
    """Return the diagram of a plan on a time axis as long as `span_s`, at least its cycle; links by id name streets."""
    rows = (
        RingRow(group.id, approaches_label(served(group, intersection), links), _bar(runs(plan, place), span_s))
        for place, group in enumerate(plan.groups)
    )
    return Ring(_facts(plan), _ticks(span_s), tuple(rows))


def _facts(plan: SignalPlan) -> str:
    cycle = number(plan.cycle_s, _digits(plan.cycle_s))
    if is_timed_by_traffic(plan):
        return _("greens end by traffic, cycle at most {cycle} s").format(cycle=cycle)
    offset = within_cycle_s(plan.offset_s, plan.cycle_s)
    return _("cycle {cycle} s, offset {offset} s").format(cycle=cycle, offset=number(offset, _digits(offset)))


def approaches_label(approaches: tuple[Approach, ...], links: Mapping[str, Link]) -> str:
    """Return streets with arrows, as short as they can be read."""
    words = (
        f"{isolated(_street(approach, links))} {''.join(_ARROWS[turn] for turn in approach.turns)}"
        if approach.turns
        else _("pedestrians")
        for approach in approaches
    )
    return listed(list(dict.fromkeys(words)))


def _street(approach: Approach, links: Mapping[str, Link]) -> str:
    link = links.get(approach.from_link)
    return here(clean_name(link.name_en), clean_name(link.name_ar)) or approach.name if link else approach.name


def _bar(stretches: tuple[Run, ...], span_s: float) -> Markup:
    bars = (
        element(
            "rect", {"class": run.aspect.value, "x": run.start_s, "width": run.duration_s, "y": top, "height": tall}
        )
        for run in stretches
        for top, tall in (_BARS[run.aspect],)
    )
    box = {"viewBox": f"0 0 {span_s:g} 10", "preserveAspectRatio": "none", "aria-hidden": "true"}
    return element("svg", box, *bars)


def _ticks(span_s: float) -> tuple[tuple[float, str], ...]:
    step = next(step for step in (5, 10, 20, 30, 60, math.ceil(span_s)) if span_s / step <= _TICKS)
    return tuple(
        (100 * time / span_s, in_numerals(f"{time}"))
        for time in itertools.takewhile(lambda t: t <= span_s, itertools.count(0, step))
    )


def _digits(value: float) -> int:
    return 0 if float(value).is_integer() else 1
