from collections import Counter
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from congestion_lab.core.errors import DemandError
from congestion_lab.demand.trips.assumptions import read_assumptions
from congestion_lab.demand.trips.odtable import ODCell, ODTable
from congestion_lab.demand.trips.sampling import RouteFlow
from congestion_lab.demand.trips.tabledtrips import all_trips, mean_pcu, peak_hour_share, sliced_vehicles, trip_slices
from congestion_lab.demand.trips.zones import Zone

_ASSUMPTIONS = read_assumptions(Path(__file__).parents[3] / "networks/damascus/demand/am-peak.yaml")
_ZONES = [
    Zone(name, name, name, kind, 33.5, 36.3, name)
    for name, kind in (("a", "district"), ("b", "district"), ("g", "gate"))
]
_SHARES = {"local": {"car": 0.75, "bus": 0.25}, "gate": {"car": 1.0}, "through": {"car": 1.0}}
_SEVEN, _EIGHT, _NINE = 25200.0, 28800.0, 32400.0


def _slices(*cells: ODCell):  # noqa: ANN202
    return trip_slices(ODTable(cells), _ZONES, _ASSUMPTIONS, "od.csv")


def test_intervals_and_classes_become_slices_and_together_the_whole() -> None:
    slices = _slices(
        ODCell("a", "b", 5, _SEVEN, _EIGHT, "car"),
        ODCell("b", "a", 2, _SEVEN, _EIGHT, "car"),
        ODCell("a", "b", 1, _SEVEN, _EIGHT, "bus"),
        ODCell("a", "a", 9, _EIGHT, _NINE, "car"),
        ODCell("a", "g", 4),
    )
    assert [(one.profile.begin_s, one.vehicle_class, one.matrix.total) for one in slices] == [
        (_ASSUMPTIONS.profile.begin_s, "", 4),
        (_SEVEN, "bus", 1),
        (_SEVEN, "car", 7),
        (_EIGHT, "car", 0),
    ]
    whole = all_trips(slices)
    assert (whole.total, whole.intrazonal, whole.trips[0, 1]) == (12, 9, 6)


def test_the_busiest_hour_follows_the_table() -> None:
    quarters = [
        ODCell("a", "b", vehicles, _SEVEN + 900 * place, _SEVEN + 900 * (place + 1))
        for place, vehicles in enumerate([1, 2, 3, 4, 5, 1])
    ]
    assert peak_hour_share(_slices(*quarters)) == pytest.approx(14 / 16)
    assert peak_hour_share(_slices(ODCell("a", "b", 10, _SEVEN, _NINE))) == pytest.approx(0.5)
    plain = peak_hour_share(_slices(ODCell("a", "b", 10)))
    assert plain == pytest.approx(_ASSUMPTIONS.profile.peak_hour_share())


def test_passenger_cars_follow_the_classes_of_the_table() -> None:
    pcu = {"car": 1.0, "bus": 3.0}
    slices = _slices(ODCell("a", "b", 6, kind="bus"), ODCell("b", "a", 2))
    found = mean_pcu(slices, _SHARES, pcu)
    assert found["local"] == pytest.approx((6 * 3 + 2 * 1.5) / 8)
    assert found["gate"] == found["through"] == 1


@given(st.lists(st.floats(0.01, 9), min_size=1, max_size=12), st.integers(0, 99))
def test_every_slice_has_its_trips_to_within_one(numbers: list[float], seed: int) -> None:
    cells = [
        ODCell("a", "b", number, _SEVEN + 60 * place, _SEVEN + 60 * (place + 1), "car")
        for place, number in enumerate(numbers)
    ]
    slices = _slices(*cells)
    flows = [[RouteFlow(("x",), number / 3, "local"), RouteFlow(("y",), number * 2 / 3, "local")] for number in numbers]
    vehicles = sliced_vehicles(slices, flows, _SHARES, seed)
    found = Counter(int((one.depart_s - _SEVEN) // 60) for one in vehicles)
    assert set(found) <= set(range(len(numbers)))
    assert all(abs(found[place] - number) <= 1 for place, number in enumerate(numbers))
    assert abs(len(vehicles) - sum(numbers)) <= 0.5 + 1e-9
    assert vehicles == sliced_vehicles(slices, flows, _SHARES, seed)


def test_classes_are_drawn_where_the_table_names_none() -> None:
    slices = _slices(ODCell("a", "b", 400))
    vehicles = sliced_vehicles(slices, [[RouteFlow(("x",), 400, "local")]], _SHARES, 1)
    assert Counter(one.vehicle_class for one in vehicles)["bus"] == pytest.approx(100, abs=30)
    assert np.ptp([one.depart_s for one in vehicles]) > 2.5 * 3600


def test_what_does_not_fit_the_model_is_told_at_once() -> None:
    with pytest.raises(DemandError) as caught:
        _slices(ODCell("a", "b", 1, 0, 3600), ODCell("a", "b", 1, _SEVEN, 86400, "tram"))
    told = [fault.rule for fault in caught.value.faults]
    assert told == [
        "there is no class 'tram'",
        "the interval 00:00 to 01:00 leaves the model's period",
        "the interval 07:00 to 24:00 leaves the model's period",
    ]
    with pytest.raises(DemandError, match="no trip between two zones"):
        _slices(ODCell("a", "a", 3))
