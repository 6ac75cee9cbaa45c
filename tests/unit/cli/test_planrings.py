"""Rings in the terminal: letters that say what colours repeat, on 80 columns."""

import io
from collections.abc import Callable

from rich.console import Console

from congestion_lab.cli.plan.rings import (
    COLUMNS,
    LEGEND,
    group_bar,
    phases_table,
    plan_picture,
    ring_bar,
    ring_remarks,
)
from congestion_lab.core.geometry import Turn
from congestion_lab.signals.intersection import Intersection, SignalHead
from congestion_lab.signals.plan import Aspect, Control, Interval, SignalGroup, SignalPlan
from congestion_lab.signals.rings.ringphases import NumberedPhase

G, P, Y, R = Aspect.GREEN, Aspect.PERMITTED, Aspect.YELLOW, Aspect.RED
HOSTILE = "[bold]x[/bold]\u202e"


def _plan(*intervals: Interval, names: tuple[str, ...] = ("a", "b")) -> SignalPlan:
    groups = tuple(SignalGroup(name, (place,)) for place, name in enumerate(names))
    return SignalPlan("c", "0", Control.FIXED, 7.0, groups, intervals)


TWO_STAGES = _plan(Interval(26.0, (G, R)), Interval(4.0, (Y, R)), Interval(26.0, (R, P)), Interval(4.0, (R, Y)))
SITE = Intersection(
    "c",
    "Corner",
    "",
    (
        SignalHead(0, "w", 0, "e", Turn.STRAIGHT, 13.9, 20.0),
        SignalHead(1, "s", 0, "n", Turn.STRAIGHT, 13.9, 20.0),
    ),
    frozenset({(0, 1)}),
    frozenset(),
)


def _printed(thing: object, width: int = 80, *, colour: bool = False) -> str:
    out = io.StringIO()
    Console(file=out, width=width, highlight=False, force_terminal=colour, no_color=not colour).print(thing)
    return out.getvalue()


def _phase(number: int, ring: int, barrier: int, start_s: float, green_s: float) -> NumberedPhase:
    return NumberedPhase(number, ring, barrier, 1, start_s, green_s, 3.0, 2.0, 5.0, (number,), ())


def test_a_group_is_sampled_in_the_middle_of_each_column() -> None:
    assert group_bar(TWO_STAGES, 0) == "G" * 26 + "yyyy" + "·" * 30
    assert group_bar(TWO_STAGES, 1) == "·" * 30 + "g" * 26 + "yyyy"


def test_a_ring_names_its_phases_where_they_begin_and_tells_barriers_from_mere_changes() -> None:
    ring = (_phase(2, 1, 1, 0.0, 25.0), _phase(3, 1, 2, 30.0, 10.0), _phase(4, 1, 2, 45.0, 10.0))
    bar = ring_bar(ring, 60.0)
    assert len(bar) == COLUMNS
    assert (bar[0:2], bar[30:32], bar[45:47]) == ("║2", "║3", "│4")
    assert bar[2:30] == "G" * 23 + "yyyrr"


def test_no_letter_of_a_phase_stands_before_its_bar() -> None:
    bar = ring_bar((_phase(1, 1, 1, 0.0, 70.0), _phase(2, 1, 2, 75.0, 40.0)), 120.0)
    before, after = bar.split("║2")
    assert before.endswith("r")
    assert after.startswith("G")


def test_a_phase_around_the_end_of_the_cycle_goes_on_at_its_start() -> None:
    bar = ring_bar((_phase(1, 1, 1, 20.0, 25.0), _phase(2, 1, 2, 50.0, 25.0)), 60.0)
    assert bar[50:52] == "║2"
    assert bar[0:20] == "G" * 15 + "yyyrr"


def test_rings_and_groups_stand_under_each_other() -> None:
    lines = _printed(plan_picture(TWO_STAGES, SITE)).splitlines()
    ring = next(line for line in lines if "ring 1" in line)
    first = next(line for line in lines if line.startswith("  a"))
    assert ring.index("║") == first.index("G")


def test_nothing_is_wider_than_a_terminal_and_colours_add_nothing_to_the_letters() -> None:
    pictures: tuple[Callable[[], object], ...] = (
        lambda: plan_picture(TWO_STAGES, SITE),
        lambda: phases_table(TWO_STAGES, SITE),
    )
    for picture in pictures:
        plain = _printed(picture())
        assert max(map(len, plain.splitlines())) <= 80
        assert "\x1b" not in plain
        coloured = _printed(picture(), colour=True)
        assert "\x1b" in coloured
    assert len(LEGEND) <= 80


def test_phases_tell_times_that_add_up_to_the_cycle() -> None:
    rows = [line.split() for line in _printed(phases_table(TWO_STAGES, SITE)).splitlines() if "26" in line]
    assert [row[-1] for row in rows] == ["a", "b"]
    assert all(float(row[3]) + float(row[4]) + float(row[5]) == float(row[6]) for row in rows)
    assert sum(float(row[6]) for row in rows) == TWO_STAGES.cycle_s


def test_a_plan_without_an_intersection_says_why_there_are_no_rings() -> None:
    assert phases_table(TWO_STAGES, None) is None
    assert list(ring_remarks(TWO_STAGES, None)) == ["  no rings: the plan file holds no intersection for this plan"]
    assert "ring" not in _printed(plan_picture(TWO_STAGES, None))


def test_signals_that_flash_have_no_rings_and_the_reason_is_told() -> None:
    flashing = _plan(Interval(30.0, (Aspect.FLASHING, R)), Interval(26.0, (R, G)), Interval(4.0, (R, Y)))
    assert phases_table(flashing, SITE) is None
    told = list(ring_remarks(flashing, SITE))
    assert len(told) == 1
    assert told[0].startswith("  no rings: ")


def test_names_of_groups_are_text() -> None:
    named = _plan(*TWO_STAGES.intervals, names=(HOSTILE, "b"))
    printed = _printed(plan_picture(named, SITE)) + _printed(phases_table(named, SITE))
    assert "[bold]x[/" in printed
    assert "\u202e" not in printed
