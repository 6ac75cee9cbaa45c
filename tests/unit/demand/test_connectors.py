from collections import defaultdict

import numpy as np
import pytest

from congestion_lab.core.errors import DemandError
from congestion_lab.demand.trips.connectors import (
    Connector,
    Site,
    district_connectors,
    gate_connector,
    street_flows,
    streets,
)
from congestion_lab.demand.trips.matrix import ODMatrix
from congestion_lab.demand.trips.zones import Zone

_A, _B = (Zone(name, "", "", "district", 0, 0) for name in "ab")
_GATE = Zone("g", "", "", "gate", 0, 0, "node")


def _connectors(zone: Zone, count: int) -> tuple[Connector, ...]:
    return tuple(Connector(f"{zone.id}.{k}", zone.id, (f"{zone.id}{k}",), (f"{zone.id}{k}",)) for k in range(count))


def test_opposite_carriageways_are_one_street() -> None:
    east, west = Site("e", (0, 0), (1, 0)), Site("w", (0, 10), (-1, 0))
    far_west, north = Site("v", (0, 500), (-1, 0)), Site("n", (5, 5), (0, 1))
    assert streets([east, west, far_west, north]) == ((east, west), (far_west,), (north,))


def test_the_nearest_streets_within_reach_connect() -> None:
    candidates = [(Site(f"s{x}", (float(x), 0.0), (1.0, 0.0)),) for x in (900, 100, 300, 5000)]
    found = district_connectors(_A, (0.0, 0.0), candidates, count=3, reach_m=1000)
    assert [one.origins for one in found] == [("s100",), ("s300",), ("s900",)]
    assert district_connectors(_A, (0.0, 0.0), candidates, count=3, reach_m=50) == ()


def test_a_gate_needs_both_ways() -> None:
    assert gate_connector(_GATE, ["in"], ["out"]) == Connector("g.0", "g", ("in",), ("out",))
    with pytest.raises(DemandError, match="'node'"):
        gate_connector(_GATE, ["in"], [])


def test_flows_keep_their_sum_and_spread_evenly() -> None:
    matrix = ODMatrix((_A, _B, _GATE), np.array([[0, 60.0, 12], [30, 0, 0], [0, 6, 0]]))
    connectors = {"a": _connectors(_A, 3), "b": _connectors(_B, 2), "g": _connectors(_GATE, 1)}
    flows = street_flows(matrix, connectors)
    leaving: defaultdict[str, float] = defaultdict(float)
    for flow in flows:
        leaving[flow.origin] += flow.vehicles
    assert sum(flow.vehicles for flow in flows) == pytest.approx(matrix.total)
    assert [leaving[f"a.{k}"] for k in range(3)] == pytest.approx([24, 24, 24])
    assert {flow.kind for flow in flows} == {"local", "gate"}


def test_a_zone_with_trips_but_no_street_is_a_fault() -> None:
    matrix = ODMatrix((_A, _B), np.array([[0, 1.0], [0, 0]]))
    with pytest.raises(DemandError, match="'b'"):
        street_flows(matrix, {"a": _connectors(_A, 1), "b": ()})
