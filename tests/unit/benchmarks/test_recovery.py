"""What the recovery benchmark makes of known demands, without an engine."""

import numpy as np
import pytest

from benchmarks import __main__ as main
from benchmarks import recovery
from congestion_lab.demand.estimation.agreement import Agreement
from congestion_lab.demand.estimation.cells import Cells, cells_of, slice_edges_s


def _cells() -> Cells:
    ends = [(f"o{number % 20}", f"d{number}") for number in range(200)]
    routes, departs = np.repeat(np.arange(200), 5), np.tile(np.arange(5) * 100.0, 200)
    return cells_of(routes, ends, departs, slice_edges_s(0.0, 500.0, 500.0), np.zeros(1000, dtype=bool))


def test_recovery_is_a_question() -> None:
    assert "recovery" in main.QUESTIONS


@pytest.mark.parametrize(
    ("kind", "low", "high", "mean"),
    [("pairs ± 40 %", 0.6, 1.4, 1.0), ("origins ± 40 %", 0.6, 1.4, 1.0), ("all − 40 %, pairs ± 20 %", 0.48, 0.72, 0.6)],
)
def test_priors_are_wrong_by_as_much_as_they_say(kind: str, low: float, high: float, mean: float) -> None:
    factors = recovery.WRONG[kind](_cells(), np.random.default_rng(1))
    assert factors.shape == (200,)
    assert low <= factors.min() < factors.max() <= high
    assert factors.mean() == pytest.approx(mean, abs=0.1)


def test_errors_of_origins_are_shared_by_all_their_pairs() -> None:
    cells = _cells()
    factors = recovery.WRONG["origins ± 40 %"](cells, np.random.default_rng(1))
    first = cells.pairs[:, 0] == cells.pairs[0, 0]
    assert np.unique(factors[first]).size == 1
    assert np.unique(factors).size == 20


def test_a_line_tells_means_over_the_draws() -> None:
    held = Agreement(10, 0.9, 1.0, (0.7, 0.95), 0.2, -0.05)
    found = [recovery.Found(total, 0.5, held, 1.0) for total in (-0.1, 0.1)]
    line = recovery._line(("pairs ± 40 %", 0.1, "gls"), found)
    assert line[:4] == ("pairs ± 40 %", "10 %", "gls", "0.0 ± 14.1")
    assert line[5] == "90.0 ± 0.0"
    assert recovery._data(found)["total"] == [-0.1, 0.1]
