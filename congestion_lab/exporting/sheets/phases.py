"""The table of a timing sheet that tells a plan as phases in rings, as controllers are keyed."""

from openpyxl.styles import Font

from congestion_lab.core.errors import SignalPlanError
from congestion_lab.exporting import wording
from congestion_lab.exporting.cells import seconds
from congestion_lab.exporting.sheets.layout import Pen
from congestion_lab.exporting.sheets.parts import headings, is_the_cycle
from congestion_lab.signals.intersection import Intersection
from congestion_lab.signals.plan import SignalPlan
from congestion_lab.signals.rings.ringphases import NumberedPhase
from congestion_lab.signals.rings.ringreading import faithful_rings

_SPLIT = 9


def phase_table(pen: Pen, row: int, plan: SignalPlan, intersection: Intersection) -> int:
    """Write one row per phase, ring by ring, with splits that follow the figures and add up to the cycle."""
    pen.text(row, 1, pen.say(wording.PHASES), font=Font(size=10, bold=True))
    try:
        rings, _ = faithful_rings(plan, intersection)
    except SignalPlanError:
        pen.text(row + 1, 1, pen.say(wording.NO_RINGS))
        return row + 2
    row += 1
    headings(pen, row, wording.PHASE_COLUMNS, figures_from=3)
    for number, ring in enumerate(rings.rings, start=1):
        first = row + 1
        for phase in ring:
            row += 1
            _phase_row(pen, row, phase, plan)
        row += 1
        pen.value(row, 2, pen.say(wording.RING_SUM).format(ring=number))
        pen.formula(row, _SPLIT, f"SUM(I{first}:I{row - 1})")
        is_the_cycle(pen, row, 3, f"I{row}", plan.cycle_s)
    return row + 1


def _phase_row(pen: Pen, row: int, phase: NumberedPhase, plan: SignalPlan) -> None:
    groups = ", ".join(group.id for group in plan.groups if set(group.heads) & set(phase.serves))
    times = (phase.start_s, phase.green_s, phase.yellow_s, phase.all_red_s)
    for column, value in enumerate((phase.number, groups, phase.ring, phase.barrier, *map(seconds, times)), start=1):
        pen.value(row, column, value)
    pen.formula(row, _SPLIT, f"F{row}+G{row}+H{row}")
