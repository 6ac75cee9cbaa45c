"""Timing tables as CSV: what a controller's keypad asks for, one row per green."""

from collections.abc import Iterator, Sequence
from pathlib import Path

from congestion_lab.core.names import inert
from congestion_lab.exporting.cells import Cell, movements_text, seconds
from congestion_lab.exporting.handover import Handover, Written
from congestion_lab.exporting.tablefile import write_table
from congestion_lab.signals.approaches import served
from congestion_lab.signals.cycle import within_cycle_s
from congestion_lab.signals.intersection import Intersection
from congestion_lab.signals.plan import SignalPlan
from congestion_lab.signals.retiming import at_its_longest, at_its_shortest, is_timed_by_traffic, max_gap_s
from congestion_lab.signals.safety.conflicts import group_conflicts, intergreen_s
from congestion_lab.signals.timeline import green_times

TIMING_COLUMNS = (
    "controller",
    "intersection",
    "intersection_ar",
    "programme",
    "control",
    "cycle_s",
    "offset_s",
    "group",
    "movements",
    "green",
    "right_of_way",
    "green_start_s",
    "green_end_s",
    "green_s",
    "yellow_s",
    "all_red_s",
    "green_and_clearance_s",
    "shortest_green_s",
    "longest_green_s",
    "max_gap_s",
)
INTERGREEN_COLUMNS = ("controller", "intersection", "clearing_group", "entering_group", "intergreen_s")


def write_csv(handover: Handover, stem: Path) -> Written:
    """Write `<stem>-timings.csv` and `<stem>-intergreens.csv`.

    Times are seconds from the start of the cycle; an offset lies within the cycle, as controllers take it. Where
    traffic ends the greens, the times are those of the longest cycle; the bounds and the gap are empty elsewhere.
    Intergreens stand where one group follows another with nothing but a clearance in between, and are empty elsewhere.
    """
    timings = stem.with_name(f"{stem.name}-timings.csv")
    intergreens = stem.with_name(f"{stem.name}-intergreens.csv")
    marking = handover.marking
    write_table(timings, TIMING_COLUMNS, (row for pair in handover for row in _timing_rows(*pair)), marking)
    write_table(intergreens, INTERGREEN_COLUMNS, (row for pair in handover for row in _intergreen_rows(*pair)), marking)
    return Written((timings, intergreens))


def _timing_rows(plan: SignalPlan, intersection: Intersection) -> Iterator[Sequence[Cell]]:
    plan = at_its_longest(plan)
    head = (
        inert(plan.controller_id),
        inert(intersection.name),
        inert(intersection.name_ar),
        inert(plan.program_id),
        plan.control.value,
        seconds(plan.cycle_s),
        "" if is_timed_by_traffic(plan) else seconds(within_cycle_s(plan.offset_s, plan.cycle_s)),
    )
    for place, group in enumerate(plan.groups):
        name = (inert(group.id), movements_text(served(group, intersection)))
        greens = green_times(plan, place)
        if not greens:
            yield (*head, *name, 0, "", "", "", 0, 0, 0, 0, "", "", "")
        for count, (green, bounds) in enumerate(zip(greens, _bounds(plan, place), strict=True), start=1):
            times = (
                green.start_s,
                green.end_s,
                green.green_s,
                green.yellow_s,
                green.all_red_s,
                green.green_and_clearance_s,
            )
            way = green.right_of_way
            yield (*head, *name, count, way, *map(seconds, times), *bounds)


def _bounds(plan: SignalPlan, place: int) -> Iterator[Sequence[Cell]]:
    """Yield shortest and longest green and the gap that ends it, for each green of a group."""
    gap = max_gap_s(plan)
    longest = green_times(at_its_longest(plan), place)
    for short, long in zip(green_times(at_its_shortest(plan), place), longest, strict=True):
        if is_timed_by_traffic(plan):
            yield seconds(short.green_s), seconds(long.green_s), "" if gap is None else seconds(gap)
        else:
            yield "", "", ""


def _intergreen_rows(plan: SignalPlan, intersection: Intersection) -> Iterator[Sequence[Cell]]:
    ids = [group.id for group in plan.groups]
    for pair in sorted(group_conflicts(plan, intersection)):
        for clearing, entering in (pair, pair[::-1]):
            time = intergreen_s(plan, clearing, entering)
            names = (plan.controller_id, intersection.name, ids[clearing], ids[entering])
            yield (*map(inert, names), "" if time is None else seconds(time))
