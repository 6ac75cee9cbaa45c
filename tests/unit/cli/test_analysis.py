"""Capacity analyses in the terminal."""

from congestion_lab.cli.plan.analysis import analysis_table
from congestion_lab.core.geometry import Turn
from congestion_lab.metrics.capacity import Analysis, Approach, Movement
from congestion_lab.metrics.simulated import Simulated


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


def test_two_turns_to_one_side_are_told_apart_by_where_they_lead() -> None:
    movements = (_movement("north", Turn.LEFT), _movement("lane", Turn.LEFT), _movement("east", Turn.STRAIGHT))
    approach = Approach("in", "Station Avenue", 300.0, 12.0, "B", (), movements)
    analysis = Analysis("c", "c", 90.0, 12.0, 0.5, 300.0, 12.0, "B", (approach,))
    names = list(analysis_table(analysis, Simulated(0, {}, {})).columns[0].cells)
    assert names == ["Station Avenue left to north", "Station Avenue left to lane", "Station Avenue straight"]
