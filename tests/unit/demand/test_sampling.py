from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from congestion_lab.demand.trips.profile import Profile
from congestion_lab.demand.trips.sampling import RouteFlow, sampled_vehicles, systematic

_PROFILE = Profile(3600.0, 900.0, (1.0, 2.0, 1.0))
_SHARES = {"local": {"car": 0.75, "bus": 0.25}}


@given(st.lists(st.floats(0, 20), min_size=1, max_size=30))
def test_whole_units_stay_within_one_of_their_weight(weights: list[float]) -> None:
    drawn = Counter(systematic(weights).tolist())
    assert sum(drawn.values()) == round(sum(weights))
    scale = round(sum(weights)) / sum(weights) if sum(weights) else 0
    assert all(abs(drawn[index] - scale * weight) <= 1 + 1e-9 for index, weight in enumerate(weights))


def test_vehicles_have_classes_routes_and_sorted_departures() -> None:
    flows = [RouteFlow(("a", "b"), 300.4, "local"), RouteFlow(("c",), 99.6, "local")]
    vehicles = sampled_vehicles(flows, _PROFILE, _SHARES, seed=1)
    assert Counter(one.links for one in vehicles) == {("a", "b"): 300, ("c",): 100}
    assert [one.depart_s for one in vehicles] == sorted(one.depart_s for one in vehicles)
    assert sum(4500 <= one.depart_s < 5400 for one in vehicles) == pytest.approx(200, abs=1)
    assert Counter(one.vehicle_class for one in vehicles)["bus"] == pytest.approx(100, abs=25)


def test_the_same_seed_gives_the_same_vehicles_and_another_does_not() -> None:
    flows = [RouteFlow((name,), 10.0, "local") for name in "abcdef"]
    assert sampled_vehicles(flows, _PROFILE, _SHARES, 1) == sampled_vehicles(flows, _PROFILE, _SHARES, 1)
    assert sampled_vehicles(flows, _PROFILE, _SHARES, 1) != sampled_vehicles(flows, _PROFILE, _SHARES, 2)


def test_no_flow_gives_no_vehicle() -> None:
    assert sampled_vehicles([], _PROFILE, _SHARES, 1) == ()
    assert sampled_vehicles([RouteFlow(("a",), 0.0, "local")], _PROFILE, _SHARES, 1) == ()
