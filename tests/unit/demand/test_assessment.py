import numpy as np
import pytest
from scipy import sparse

from congestion_lab.demand.counts.counts import Count
from congestion_lab.demand.estimation.assessment import Compared, change_of
from congestion_lab.demand.estimation.cells import cells_of
from congestion_lab.demand.estimation.estimation import Observation, Prior
from congestion_lab.demand.estimation.spread import error_factor, spread_of

_ENDS = [("a", "b"), ("c", "d")]


def test_what_no_count_sees_is_named() -> None:
    departs = np.array([10.0, 20.0, 30.0, 1000.0])
    still = np.zeros(4, dtype=bool)
    cells = cells_of(np.array([0, 0, 1, 1]), _ENDS, departs, np.array([0.0, 900.0, 1800.0]), still)
    prior = Prior(
        cells.vehicles, error_factor(cells, spread_of(0.4, "of all kinds")), 0.0 * cells.vehicles, 4.0 * cells.vehicles
    )
    seen = Observation(sparse.csr_array([[1.0, 0.0, 0.0]]), np.array([3.0]), np.array([0.1]))
    change = change_of(cells, prior, np.array([3.0, 1.0, 1.0]), seen, error=0.4)
    assert change.total == (4.0, 5.0)
    assert change.moved_share == pytest.approx(0.25)
    assert change.slices == ((0.0, 3.0, 4.0), (900.0, 1.0, 1.0))
    assert change.pairs == (("a", "b", 2.0, 3.0, True), ("c", "d", 2.0, 2.0, False))
    assert change.unseen_pairs_share == 0.5
    zones = {one.zone: one for one in change.zones}
    assert [zones[name].unseen for name in "abcd"] == [False, False, True, True]
    assert zones["a"].leaving == (2.0, 3.0)
    assert zones["b"].reaching == (2.0, 3.0)
    assert zones["a"].sure[1] < 0.6 * zones["a"].sure[0]
    assert zones["c"].sure[1] == pytest.approx(zones["c"].sure[0])
    assert [zones[name].hardly_seen for name in "ac"] == [False, True]


def test_errors_of_a_prior_add_up_to_what_was_asked_for() -> None:
    assert spread_of(0.4, "of all kinds").total == pytest.approx(0.4)
    departs = np.array([10.0, 1000.0])
    cells = cells_of(np.array([0, 1]), _ENDS, departs, np.array([0.0, 900.0, 1800.0]), np.array([False, True]))
    factor = error_factor(cells, spread_of(0.4, "of all kinds"))
    covariance = (factor @ factor.T).toarray()
    assert covariance[0, 0] == pytest.approx(0.16)
    assert covariance[1].tolist() == [0.0, 0.0]


def test_agreement_is_told_apart_for_links_held_out() -> None:
    counts = tuple(Count(link, "", 0.0, 900.0, "", 25.0) for link in "ab")
    compared = Compared(counts, np.array([False, True]), {"prior": np.array([25.0, 75.0])}, 0.1)
    assert compared.agreement("prior", held=False).bias == 0.0
    assert compared.agreement("prior", held=True).bias == pytest.approx(2.0)
    assert compared.flows_vph("prior").tolist() == [100.0, 300.0]
    assert compared.geh("prior") == pytest.approx([0.0, np.sqrt(2 * 200**2 / 400)])
