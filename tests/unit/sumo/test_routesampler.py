from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from congestion_lab.core.errors import DemandError
from congestion_lab.demand.counts.counts import Count
from congestion_lab.sumo.demand.routesampler import resampled_vehicles, sampled
from congestion_lab.sumo.traffic.reading import read_traffic
from tests import roads

_ALONG = Count("w2", "", 0.0, 900.0, "", 40.0)


def test_counts_of_links_and_turns_are_met() -> None:
    routes = {("w1", "w2", "w3"): 100.0, ("s1", "n1"): 5.0, ("s2", "n2"): 5.0}
    counts = [_ALONG, replace(_ALONG, vehicles=60.0), Count("s1", "n1", 0.0, 900.0, "", 7.0)]
    found = sampled(routes, counts, seed=1)
    ways = [links for _, links in found]
    assert ways.count(("w1", "w2", "w3")) == 50
    assert ways.count(("s1", "n1")) == 7
    assert ways.count(("s2", "n2")) == 0
    assert all(0 <= depart_s < 900 for depart_s, _ in found)
    assert sampled(routes, counts, seed=1) == found


@pytest.mark.parametrize(
    ("other", "told"),
    [(replace(_ALONG, kind="bus"), "knows no classes"), (replace(_ALONG, begin_s=450.0), "do not overlap")],
)
def test_what_it_cannot_use_is_refused(other: Count, told: str) -> None:
    with pytest.raises(DemandError, match=told):
        sampled({("w1", "w2", "w3"): 1.0}, [_ALONG, other], seed=1)


def test_vehicles_that_no_count_sees_stay(tmp_path: Path) -> None:
    net = roads.avenue(tmp_path)
    demand = roads.routes(tmp_path, roads.flow("a", "w1 w2 w3", 20, end_s=900), roads.flow("b", "s1 n1", 10, end_s=900))
    traffic = read_traffic(roads.inputs(net, demand, end_s=900.0), cache=tmp_path)
    found = resampled_vehicles(traffic.demand, traffic.roads, [_ALONG], seed=1)
    ids = np.array(traffic.demand.vehicle_ids)[found.source]
    assert sum(name.startswith("a.") for name in ids) == 40
    kept = [(str(name), int(copy)) for name, copy in zip(ids, found.copy, strict=True) if name.startswith("b.")]
    assert sorted(kept) == sorted((f"b.{number}", 0) for number in range(10))
    assert (np.diff(found.departs_s) >= 0).all()
