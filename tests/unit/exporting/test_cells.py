import pytest

from congestion_lab.exporting.cells import seconds


@pytest.mark.parametrize("value", [0.0, 4.25, 83.25, 0.1 + 0.2, 3.999, 60.0])
def test_no_time_is_rounded_that_a_plan_tells_apart(value: float) -> None:
    assert seconds(value) == pytest.approx(value, abs=5e-4)
    assert isinstance(seconds(60.0), int)
