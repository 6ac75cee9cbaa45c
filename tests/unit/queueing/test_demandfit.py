"""A demand on an avenue with two signals, counted by virtual cameras and found again."""

from dataclasses import replace

import numpy as np
import pytest
from scipy import sparse

from congestion_lab.core.errors import DemandError
from congestion_lab.demand.counts.counts import Count
from congestion_lab.demand.estimation import virtual
from congestion_lab.demand.estimation.cells import Cells
from congestion_lab.demand.estimation.counted import volumes
from congestion_lab.demand.estimation.realising import Realised, realised
from congestion_lab.demand.estimation.spread import STRUCTURES
from congestion_lab.queueing.demandbench import Bench, Simulated, prior_cells
from congestion_lab.queueing.demandfit import ENTROPY, GLS, LEVELS, Settings, _explained, fitted, given
from congestion_lab.queueing.model import QueueModel
from congestion_lab.queueing.passing import sightings
from congestion_lab.sumo.traffic.reading import read_traffic
from tests import roads

_END_S = 1800.0
_SLICE_S = 900.0


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> QueueModel:
    """Three streams: 300 vehicles along the avenue, 60 and 90 across it."""
    folder = tmp_path_factory.mktemp("avenue")
    net = roads.avenue(folder)
    streams = {"along": ("w1 w2 w3", 300), "first": ("s1 n1", 60), "second": ("s2 n2", 90)}
    demand = roads.routes(
        folder,
        *(roads.flow(name, way, number, end_s=_END_S) for name, (way, number) in streams.items()),
        '<vehicle id="bus" depart="100"><route edges="w1 w2 w3"/><stop edge="w2" duration="10"/></vehicle>',
    )
    inputs = roads.inputs(net, demand, end_s=_END_S + 600)
    return QueueModel(read_traffic(inputs, cache=folder), inputs)


def _wrong(model: QueueModel, factors: dict[str, float]) -> Bench:
    cells = prior_cells(model, _SLICE_S)
    pairs = [factors[cells.zones[first]] for first, _ in cells.pairs.tolist()]
    vehicles = cells.vehicles * np.array(pairs)[cells.pair]
    whole = Bench(model, model.traffic.plans, runs=2, seed=1)
    return Bench(whole.with_vehicles(_realised(model, cells, vehicles)), model.traffic.plans, runs=2, seed=1)


def _realised(model: QueueModel, cells: Cells, vehicles: np.ndarray) -> Realised:
    return realised(cells, model.traffic.demand.demanded_s, vehicles, seed=1)


def _counts(model: QueueModel, *links: str) -> tuple[Count, ...]:
    seen = sightings(model, model.run(model.table(model.traffic.plans), 77, probing=True))
    return virtual.counted(virtual.places(links, 0.0, _END_S, _SLICE_S), seen)


def _by_origin(cells: Cells, found: Realised) -> dict[str, int]:
    made = np.bincount(cells.of_vehicle[found.source], minlength=len(cells.pair)).astype(float)
    names = [cells.zones[first] for first, _ in cells.pairs.tolist()]
    return dict(zip(names, cells.by_pair(made).astype(int).tolist(), strict=True))


def test_everybody_is_sighted_on_every_link_of_the_way(model: QueueModel) -> None:
    seen = sightings(model, model.run(model.table(model.traffic.plans), 1, probing=True))
    assert np.isfinite(seen.left_s).all()
    assert (seen.ready_s <= seen.left_s + 1).all()
    names = np.array(seen.links)[seen.link]
    for link, number in {"w1": 301, "w2": 301, "w3": 301, "s1": 60, "n1": 60, "n2": 90}.items():
        assert (names == link).sum() == number, link
    after = {(str(names[i]), seen.links[seen.onto[i]] if seen.onto[i] >= 0 else "") for i in range(len(names))}
    assert after == {("w1", "w2"), ("w2", "w3"), ("w3", ""), ("s1", "n1"), ("n1", ""), ("s2", "n2"), ("n2", "")}


@pytest.mark.parametrize("method", [GLS, ENTROPY])
def test_a_known_demand_is_found_from_a_wrong_prior(model: QueueModel, method: str) -> None:
    bench = _wrong(model, {"w1": 0.6, "s1": 1.4, "s2": 1.4})
    cells = prior_cells(bench.model, _SLICE_S)
    heard = []
    counts = _counts(model, "w2", "n1", "n2")
    settings = Settings(method=method, count_error=0.01, prior_error=1.0)
    fit = fitted(bench, counts, cells, settings, heard.append)
    assert fit.settled
    assert tuple(heard) == fit.rounds
    assert fit.best > len(LEVELS)
    assert fit.rounds[fit.best].misfit == min(one.misfit for one in fit.rounds)
    found = _by_origin(cells, fit.realised)
    assert found["w1"] == pytest.approx(301, rel=0.04)
    assert found["s1"] == pytest.approx(60, rel=0.08)
    assert found["s2"] == pytest.approx(90, rel=0.08)
    again = fitted(bench, counts, cells, settings)
    assert again.realised.source.tolist() == fit.realised.source.tolist()


def test_vehicles_with_a_timetable_stay(model: QueueModel) -> None:
    cells = prior_cells(model, _SLICE_S)
    assert int(cells.vehicles[cells.fixed].sum()) == 1
    bench = Bench(model, model.traffic.plans, runs=1, seed=1)
    nobody = [replace(one, vehicles=0.0) for one in _counts(model, "w2")]
    fit = fitted(bench, nobody, cells, Settings(prior_error=3.0, lowest=0.0))
    kept = [bench.demand.vehicle_ids[index] for index in fit.realised.source]
    assert kept.count("bus") == 1
    assert _by_origin(cells, fit.realised)["w1"] < 100


def test_who_is_never_counted_follows_the_common_level_only(model: QueueModel) -> None:
    bench = _wrong(model, {"w1": 0.6, "s1": 0.6, "s2": 0.6})
    cells = prior_cells(bench.model, _SLICE_S)
    fit = fitted(bench, _counts(model, "w2"), cells, Settings())
    assert fit.structure in STRUCTURES
    found = _by_origin(cells, fit.realised)
    assert found["w1"] > 250
    assert 0.6 * 90 < found["s2"] < 90


def test_counts_that_nobody_passes_are_refused(model: QueueModel) -> None:
    bench = Bench(model, model.traffic.plans, runs=1, seed=1)
    late = [Count("w2", "", _END_S + 500, _END_S + 600, "", 5.0)]
    cells = prior_cells(model, _SLICE_S)
    with pytest.raises(DemandError, match="no vehicle passes any counted link"):
        fitted(bench, late, cells, Settings())
    with pytest.raises(DemandError, match="no vehicle passes any counted link"):
        given(bench, late, cells, Settings(), _realised(model, cells, cells.vehicles))


def test_vehicles_of_another_tool_are_judged_like_ours(model: QueueModel) -> None:
    bench = Bench(model, model.traffic.plans, runs=1, seed=1)
    cells, counts = prior_cells(model, _SLICE_S), _counts(model, "w2", "n1")
    more = _realised(model, cells, 1.2 * cells.vehicles)
    fit = given(bench, counts, cells, Settings(), more)
    assert [one.vehicles for one in fit.rounds] == [451, len(more.source)]
    assert fit.rounds[1].misfit > fit.rounds[0].misfit
    assert fit.vehicles.sum() == len(more.source)


def test_links_may_share_a_zone(model: QueueModel) -> None:
    cells = prior_cells(model, _SLICE_S, {"s1": "south", "s2": "south"})
    assert cells.zones == ("n1", "n2", "south", "w1", "w3")


def test_a_count_behind_which_a_queue_stands_asks_for_no_more_demand(model: QueueModel) -> None:
    counted, modelled, queued = np.array([60.0, 60.0, 60.0, 20.0]), np.full(4, 40.0), np.array([0.0, 5.0, 50.0, 50.0])
    found = Simulated(modelled, sparse.csr_array((4, 1)), queued, np.ones(1), 0)
    assert _explained(counted, found).tolist() == [60.0, 55.0, 40.0, 20.0]
    cells = prior_cells(model, _SLICE_S)
    bench = Bench(model, model.traffic.plans, runs=1, seed=1)
    fit = fitted(bench, [Count("w1", "", 0.0, _SLICE_S, "", 1500.0)], cells, Settings(prior_error=1.0))
    assert len(fit.realised.source) < 4 * len(cells.of_vehicle), "no demand at all gets so many through"


def test_a_prior_that_jams_is_thinned_instead_of_lengthening_the_jam(model: QueueModel) -> None:
    bench = _wrong(model, {"w1": 4.0, "s1": 4.0, "s2": 4.0})
    cells = prior_cells(bench.model, _SLICE_S)
    fit = fitted(bench, _counts(model, "w1", "w2", "s1", "s2"), cells, Settings(prior_error=1.0))
    assert len(fit.realised.source) < len(cells.of_vehicle)
    assert fit.rounds[fit.best].misfit < 0.5 * fit.rounds[0].misfit


def test_counts_of_a_class_see_that_class(model: QueueModel) -> None:
    bench = Bench(model, model.traffic.plans, runs=1, seed=1)
    cells = prior_cells(model, _SLICE_S)
    (kind,) = {one.id for one in model.traffic.demand.types}
    one = _counts(model, "w2")[0]
    both = bench.simulated([one, replace(one, kind=kind), replace(one, kind="tram")], cells, _all(model, cells))
    assert both.modelled[0] == both.modelled[1] > 0
    assert both.modelled[2] == 0
    assert volumes([one])[0] == pytest.approx(both.modelled[0], abs=6)


def _all(model: QueueModel, cells: Cells) -> Realised:
    return _realised(model, cells, cells.vehicles)
