from dataclasses import dataclass, field

from congestion_lab.sumo.running.maxpressure import DECISION_S, YELLOW_S, MaxPressure, stages, yellow_between
from congestion_lab.sumo.running.stepping import Paths

_PATHS: Paths = ((("west", "east"),), (("south", "north"),))
_STATES = ("Gr", "yr", "rG", "ry", "rr", "Gr")


@dataclass
class Board:
    """A controller with two streets and queues that the test sets."""

    queues: dict[str, int]
    time_s: float = 0.0
    shown: list[tuple[float, str]] = field(default_factory=list)

    def step(self) -> None:
        self.time_s += 1

    def controllers(self) -> tuple[str, ...]:
        return ("x",)

    def paths(self, controller_id: str) -> Paths:
        return _PATHS

    def states(self, controller_id: str) -> tuple[str, ...]:
        return _STATES

    def show(self, controller_id: str, state: str) -> None:
        self.shown.append((self.time_s, state))

    def queue_veh(self, lane_id: str) -> int:
        return self.queues.get(lane_id, 0)


def shown_over(board: Board, seconds: int) -> list[tuple[float, str]]:
    control = MaxPressure(board)
    for _ in range(seconds):
        control.act()
        board.step()
    return board.shown


def test_stages_are_the_distinct_greens_of_a_programme() -> None:
    assert [stage.state for stage in stages(_STATES, _PATHS)] == ["Gr", "rG"]
    assert stages(_STATES, _PATHS)[1].inbound == ("south",)


def test_only_greens_that_end_turn_yellow() -> None:
    assert yellow_between("GgrG", "GrGr") == "Gyry"


def test_green_goes_to_the_longer_queue_after_yellow() -> None:
    assert shown_over(Board({"west": 2, "south": 5}), 5) == [(0, "yr"), (YELLOW_S, "rG")]


def test_a_full_exit_counts_against_a_stage() -> None:
    shown = shown_over(Board({"west": 3, "south": 5, "north": 4}), 5)
    assert {state for _, state in shown} == {"Gr"}


def test_equal_pressure_keeps_what_is_shown_and_decisions_come_every_ten_seconds() -> None:
    shown = shown_over(Board({"west": 1, "south": 1}), 21)
    assert {state for _, state in shown} == {"Gr"}
    assert [time for time, _ in shown] == [0, YELLOW_S, DECISION_S, DECISION_S + YELLOW_S, 2 * DECISION_S]
