import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from congestion_lab.demand.estimation.cells import Cells, cells_of, slice_edges_s
from congestion_lab.demand.estimation.realising import realised, recreated

_EDGES = slice_edges_s(0.0, 1800.0, 900.0)
_ENDS = [("a", "b"), ("a", "c"), ("b", "c")]


def _cells(routes: list[int], departs_s: list[float], fixed: list[bool] | None = None) -> Cells:
    still = np.array(fixed if fixed is not None else [False] * len(routes))
    return cells_of(np.array(routes), _ENDS, np.array(departs_s), _EDGES, still)


def test_slices_fill_the_period_and_the_last_may_be_shorter() -> None:
    assert slice_edges_s(0.0, 2000.0, 900.0).tolist() == [0.0, 900.0, 1800.0, 2000.0]


def test_cells_are_routes_in_slices() -> None:
    cells = _cells([0, 0, 0, 1, 2], [10.0, 20.0, 1000.0, 30.0, 40.0])
    assert cells.vehicles.tolist() == [2.0, 1.0, 1.0, 1.0]
    assert cells.zones == ("a", "b", "c")
    assert cells.pairs.tolist() == [[0, 1], [0, 2], [1, 2]]
    assert cells.by_pair(cells.vehicles).tolist() == [3.0, 1.0, 1.0]
    assert cells.by_slice(cells.vehicles).tolist() == [4.0, 1.0]


def test_the_prior_itself_is_realised_as_it_is() -> None:
    departs = np.array([20.0, 10.0, 1000.0, 30.0])
    cells = _cells([0, 0, 0, 1], departs.tolist())
    found = realised(cells, departs, cells.vehicles, seed=1)
    assert found.source.tolist() == [1, 0, 3, 2]
    assert found.copy.tolist() == [0, 0, 0, 0]
    assert found.departs_s.tolist() == [10.0, 20.0, 30.0, 1000.0]


@given(st.lists(st.floats(0, 4), min_size=6, max_size=6), st.integers(0, 1000))
def test_neighbours_get_their_number_to_within_one(factors: list[float], seed: int) -> None:
    random = np.random.default_rng(seed)
    departs = np.sort(random.uniform(0, 1800, 120)).round()
    cells = _cells(random.integers(0, 3, 120).tolist(), departs.tolist())
    wanted = cells.vehicles * np.array(factors)[cells.pair * 2 + cells.slice]
    found = realised(cells, departs, wanted, seed)
    made = np.bincount(cells.of_vehicle[found.source], minlength=len(cells.pair))
    assert len(found.source) == round(wanted.sum())
    slack = abs(round(wanted.sum()) - wanted.sum()) + 2
    assert np.abs(cells.by_pair(made.astype(float)) - cells.by_pair(wanted)).max() <= slack
    assert (np.diff(found.departs_s) >= 0).all()
    slices = np.searchsorted(_EDGES, found.departs_s, side="right") - 1
    assert np.minimum(slices, 1).tolist() == cells.slice[cells.of_vehicle[found.source]].tolist()


def test_fixed_vehicles_stay_and_copies_have_numbers() -> None:
    departs = np.array([10.0, 20.0, 30.0])
    cells = _cells([0, 0, 1], departs.tolist(), [True, False, False])
    found = realised(cells, departs, np.where(cells.fixed, 0.0, 3.0), seed=1)
    assert sorted(zip(found.source.tolist(), found.copy.tolist(), strict=True)) == [
        *((0, 0), (1, 0), (1, 1), (1, 2)),
        *((2, 0), (2, 1), (2, 2)),
    ]
    again = realised(cells, departs, np.where(cells.fixed, 0.0, 3.0), seed=1)
    other = realised(cells, departs, np.where(cells.fixed, 0.0, 3.0), seed=2)
    assert found.departs_s.tolist() == again.departs_s.tolist() != other.departs_s.tolist()


def test_vehicles_made_anew_copy_those_of_their_route_in_turn() -> None:
    departs, routes = np.array([10.0, 20.0, 30.0]), np.array([0, 0, 1])
    kept = np.array([False, False, True])
    found = recreated(routes, departs, kept, np.array([0, 0, 0, 1]), np.array([500.0, 100.0, 300.0, 200.0]))
    rows = zip(found.departs_s.tolist(), found.source.tolist(), found.copy.tolist(), strict=True)
    assert list(rows) == [(30.0, 2, 0), (100.0, 0, 0), (200.0, 2, 1), (300.0, 1, 0), (500.0, 0, 1)]


def test_only_the_kept_remain_if_nothing_is_wanted() -> None:
    none = np.zeros(0)
    found = recreated(np.array([0, 1]), np.array([1.0, 2.0]), np.array([True, False]), none.astype(int), none)
    assert found.source.tolist() == [0]
    assert found.departs_s == pytest.approx([1.0])
