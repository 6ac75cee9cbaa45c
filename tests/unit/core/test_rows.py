"""What rows make of cells that hold no number within bounds."""

import pytest

from congestion_lab.core.rows import Row


@pytest.mark.parametrize("text", ["99999999999999999999", "-1", "x", ""])
def test_a_cell_out_of_bounds_is_told_and_nobody_counts_with_it(text: str) -> None:
    row = Row("lanes.csv", 3, {"lane": text})
    assert row.whole("lane", low=1, high=9) == 1
    assert row.number("lane", low=1, high=9) == 1
    assert [(fault.line, fault.key) for fault in row.faults] == [(3, "lane")] * 2


@pytest.mark.parametrize("text", ["nan", "inf", "1e400"])
def test_what_is_no_finite_number_is_told(text: str) -> None:
    row = Row("lanes.csv", 3, {"lane": text})
    assert row.number("lane", low=1, high=9) == 1
    assert len(row.faults) == 1
