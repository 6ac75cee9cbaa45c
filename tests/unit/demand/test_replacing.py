from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from congestion_lab.demand.trips.replacing import LineTraffic, line_traffic, without_replaced
from congestion_lab.demand.trips.sampling import Vehicle

_LENGTHS_M = {"short": 500.0, "long": 2000.0, "line": 1500.0}


def _trips(kind: str, count: int) -> list[Vehicle]:
    return [Vehicle(at, kind, ("short",) if at % 3 else ("short", "long")) for at in range(count)]


def _lines(kind: str, count: int) -> list[Vehicle]:
    return [Vehicle(at, kind, ("line", "short"), f"l.{at}") for at in range(count)]


def _left(trips: list[Vehicle], lines: list[Vehicle]) -> tuple[Vehicle, ...]:
    return without_replaced(trips, line_traffic(trips, lines, _LENGTHS_M), _LENGTHS_M)


def _driven_m(vehicles: list[Vehicle] | tuple[Vehicle, ...]) -> float:
    return sum(_LENGTHS_M[link] for one in vehicles for link in one.links)


@given(st.integers(1, 120), st.integers(0, 60))
def test_vehicle_kilometres_of_the_class_stay_what_they_were(count: int, running: int) -> None:
    trips, lines = _trips("microbus", count), _lines("microbus", running)
    left = _left(trips, lines)
    if _driven_m(lines) >= _driven_m(trips):
        assert left == ()
    else:
        assert _driven_m(left) + _driven_m(lines) == pytest.approx(_driven_m(trips), abs=2500.0)


def test_other_classes_stay_as_they_are() -> None:
    trips = [*_trips("car", 50), *_trips("microbus", 50)]
    left = _left(trips, _lines("microbus", 10))
    assert [one for one in left if one.vehicle_class == "car"] == _trips("car", 50)
    assert Counter(one.vehicle_class for one in left)["microbus"] < 50


def test_those_taken_out_are_spread_over_the_period() -> None:
    trips = _trips("microbus", 90)
    left = _left(trips, _lines("microbus", 20))
    halves = Counter(one.depart_s < 45 for one in left)
    assert abs(halves[True] - halves[False]) <= 3


def test_without_lines_nothing_changes() -> None:
    trips = _trips("microbus", 9)
    assert _left(trips, []) == tuple(trips)


def test_what_lines_drive_is_told_by_class_with_what_is_beyond_the_trips() -> None:
    trips = [*_trips("microbus", 3), *_trips("car", 5)]
    bus, microbus = line_traffic(trips, [*_lines("microbus", 50), *_lines("bus", 5)], _LENGTHS_M)
    assert bus == LineTraffic("bus", 10.0, 0.0)
    assert (bus.replaced_share, bus.added_km) == (0.0, 10.0)
    assert microbus == LineTraffic("microbus", 100.0, 3.5)
    assert (microbus.replaced_share, microbus.added_km) == (1.0, 96.5)
    (few,) = line_traffic(trips, _lines("microbus", 1), _LENGTHS_M)
    assert (few.replaced_share, few.added_km) == (2 / 3.5, 0.0)
