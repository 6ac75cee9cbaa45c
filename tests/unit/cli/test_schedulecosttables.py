"""What `plan schedule cost` says of a switch in a line."""

from dataclasses import replace

from congestion_lab.cli.plan.schedulecosttables import check_line
from congestion_lab.experiments.switchcheck import SwitchCheck
from congestion_lab.experiments.transitioncost import POINT

_ONE = SwitchCheck(1, 2, 1, (23_400.0, 23_424.0), 1, ("seed 1, x: …",), ("seed 1, x: …",))


def test_one_and_many_are_told_apart() -> None:
    assert check_line(POINT, _ONE) == (
        "switched at switch points, 1 run: new plans began from 06:30 to 06:30:24; "
        "1 of 2 controllers showed every second what is predicted; 1 time conflicting greens; 1 transition is not safe"
    )
    many = check_line(POINT, replace(_ONE, runs=2, unsafe=2, begun_s=None, conflicts=("a", "b")))
    assert "2 runs: no new plan began" in many
    assert many.endswith("2 times conflicting greens; 2 transitions are not safe")
    assert check_line(POINT, replace(_ONE, unsafe=0, conflicts=())).endswith(
        "no conflicting greens; every transition is safe"
    )
