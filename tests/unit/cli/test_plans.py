"""Plans as lines of text and as values for machines."""

from dataclasses import replace

import pytest

from congestion_lab.cli.console import say
from congestion_lab.cli.plan.plans import plan_lines, plans_as_json
from congestion_lab.signals.plan import Aspect, Control, Interval, SignalGroup, SignalPlan
from congestion_lab.signals.retiming import RingTimer

G, Y, R = Aspect.GREEN, Aspect.YELLOW, Aspect.RED
FIXED = SignalPlan(
    "c",
    "0",
    Control.FIXED,
    7.0,
    (SignalGroup("a", (0,)), SignalGroup("b", (1,))),
    (Interval(20.0, (G, R)), Interval(4.0, (Y, R)), Interval(12.0, (R, G)), Interval(4.0, (R, Y))),
)
ACTUATED = RingTimer(FIXED).actuated([40.0, 25.0], [6.0, 3.0], 2.5)


def test_a_fixed_plan_tells_cycle_offset_and_greens() -> None:
    lines = list(plan_lines(FIXED, "Corner"))
    assert lines[:3] == [
        "c  Corner",
        "  fixed, cycle 40 s, offset 7 s, clearing 8 s",
        "  greens of the phases: 20, 12 s",
    ]


def test_an_actuated_plan_tells_its_longest_cycle_its_gap_and_the_bounds_of_its_greens() -> None:
    lines = list(plan_lines(ACTUATED, "Corner"))
    assert lines[1] == "  actuated, longest cycle 73 s, greens end at a gap of 2.5 s, clearing 8 s"
    assert lines[2] == "  greens of the phases: 6-40, 3-25 s"


def test_machines_are_told_the_same() -> None:
    fixed, actuated = plans_as_json([FIXED, ACTUATED])
    assert (fixed["cycle_s"], fixed["offset_s"], fixed["phases"][0]) == (40, 7, {"groups": ["a"], "green_s": 20})
    assert (actuated["cycle_s"], actuated["max_gap_s"]) == (73, 2.5)
    assert actuated["phases"][1] == {"groups": ["b"], "green_s": 25, "shortest_s": 3}
    assert "offset_s" not in actuated


@pytest.mark.parametrize("offset_s", [-33.0, 7.0 + 40 * 25, 47.0 - 1e-9])
def test_whole_cycles_of_an_offset_are_not_told(offset_s: float) -> None:
    plan = replace(FIXED, offset_s=offset_s)
    assert ", offset 7 s," in list(plan_lines(plan, ""))[1]
    assert plans_as_json([plan])[0]["offset_s"] == 7


def test_names_in_lines_say_nothing_to_a_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    say("\x1b[31mred\u202e [bold]x[/]\n\u0645\u06cc\u200c\u062e  two")
    assert capsys.readouterr().out == "[31mred [bold]x[/]\n\u0645\u06cc\u200c\u062e  two\n"
    (heading, *_) = plan_lines(FIXED, "\u202eCorner\x07")
    assert heading.endswith("  Corner")
