"""Capacity analyses in the terminal."""

import re
from collections.abc import Mapping

from congestion_lab.cli.plan.analysis import analysis_lines
from congestion_lab.core.geometry import Turn
from congestion_lab.metrics.capacity import Analysis, Approach, Movement
from congestion_lab.metrics.simulated import Simulated, SimulatedQueue


def _movement(to_link: str, turn: Turn) -> Movement:
    return Movement(
        "in",
        to_link,
        turn,
        100.0,
        0.5,
        0.4,
        measured_arrivals=True,
        delay_s=12.0,
        los="B",
        queue_50_veh=1.0,
        queue_95_veh=2.0,
    )


def _lines(name: str, columns: int, queues: Mapping[str, SimulatedQueue] | None = None) -> list[str]:
    movements = (_movement("north", Turn.LEFT), _movement("lane", Turn.LEFT), _movement("east", Turn.STRAIGHT))
    approach = Approach("in", name, 300.0, 12.0, "B", (), movements)
    analysis = Analysis("c", "c", 90.0, 12.0, 0.5, 300.0, 12.0, "B", (approach,))
    return list(analysis_lines(analysis, Simulated(0, {}, queues or {}), columns))


def _labels(lines: list[str]) -> list[str]:
    return [line.partition("100")[0].rstrip() for line in lines[3:]]


def test_two_turns_to_one_side_are_told_apart_by_where_they_lead() -> None:
    assert _labels(_lines("Station Avenue", 200)) == [
        "Station Avenue",
        "  left to north",
        "  left to lane",
        "  straight",
    ]


def test_names_that_leave_no_room_for_figures_stand_above_them() -> None:
    lines = _lines("Station Avenue", 70)
    assert _labels(lines) == ["Station Avenue", "  left to north", "", "  left to lane", "", "  straight", ""]
    assert max(map(len, lines)) <= 70
    wide = _lines("Station Avenue", 200)
    assert [line.split() for line in lines if "100" in line][-1] == wide[-1].split()[1:]


def test_figures_stand_below_their_headings() -> None:
    lines = _lines("", 80)
    ends = [[match.end() for match in re.finditer(r"\S+(?: %)?", line)] for line in (lines[1], lines[-1])]
    assert ends[0][1:9] == ends[1][1:9]
    assert len({len(line) for line in lines[:3]}) == 1


def test_a_queue_that_filled_its_link_is_told_as_at_least_so_long() -> None:
    for full, longest in ((0.0, "80"), (0.01, "≥80")):
        lines = _lines("Station Avenue", 80, {"in": SimulatedQueue(31.4, 80.0, full)})
        assert [line.split()[-2:] for line in lines if "100" in line] == [["31", longest]] * 3
