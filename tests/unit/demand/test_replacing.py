from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from congestion_lab.demand.replacing import replaced_shares, without_replaced
from congestion_lab.demand.sampling import Vehicle

_LENGTHS_M = {"short": 500.0, "long": 2000.0, "line": 1500.0}


def _trips(kind: str, count: int) -> list[Vehicle]:
    return [Vehicle(at, kind, ("short",) if at % 3 else ("short", "long")) for at in range(count)]


def _lines(kind: str, count: int) -> list[Vehicle]:
    return [Vehicle(at, kind, ("line", "short"), f"l.{at}") for at in range(count)]


def _driven_m(vehicles: list[Vehicle] | tuple[Vehicle, ...]) -> float:
    return sum(_LENGTHS_M[link] for one in vehicles for link in one.links)


@given(st.integers(1, 120), st.integers(0, 60))
def test_vehicle_kilometres_of_the_class_stay_what_they_were(count: int, running: int) -> None:
    trips, lines = _trips("microbus", count), _lines("microbus", running)
    left = without_replaced(trips, lines, _LENGTHS_M)
    if _driven_m(lines) >= _driven_m(trips):
        assert left == ()
    else:
        assert _driven_m(left) + _driven_m(lines) == pytest.approx(_driven_m(trips), abs=2500.0)


def test_other_classes_stay_as_they_are() -> None:
    trips = [*_trips("car", 50), *_trips("microbus", 50)]
    left = without_replaced(trips, _lines("microbus", 10), _LENGTHS_M)
    assert [one for one in left if one.vehicle_class == "car"] == _trips("car", 50)
    assert Counter(one.vehicle_class for one in left)["microbus"] < 50


def test_those_taken_out_are_spread_over_the_period() -> None:
    trips = _trips("microbus", 90)
    left = without_replaced(trips, _lines("microbus", 20), _LENGTHS_M)
    halves = Counter(one.depart_s < 45 for one in left)
    assert abs(halves[True] - halves[False]) <= 3


def test_without_lines_nothing_changes() -> None:
    trips = _trips("microbus", 9)
    assert without_replaced(trips, [], _LENGTHS_M) == tuple(trips)


def test_shares_are_at_most_1_and_of_classes_that_have_trips() -> None:
    shares = replaced_shares(_trips("microbus", 3), [*_lines("microbus", 50), *_lines("bus", 5)], _LENGTHS_M)
    assert shares == {"microbus": 1.0}
