"""Green waves on a street of three signals that can be worked out by hand."""

import itertools
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from congestion_lab.core.errors import NetworkError
from congestion_lab.core.geometry import Turn
from congestion_lab.metrics.arriving import LEAST_ARRIVALS, Entries, shares_on_green
from congestion_lab.metrics.corridors import corridor_of, corridors
from congestion_lab.metrics.greenwaves import arrivals_by_signal, streets, wave
from congestion_lab.metrics.waythrough import corridor_through
from congestion_lab.network.model import Connection, Lane, Link, Network, Node
from congestion_lab.signals.intersection import Intersection, SignalHead
from congestion_lab.signals.plan import Aspect, Control, Interval, PlanSet, SignalGroup, SignalPlan
from congestion_lab.simulation.result import Provenance, RunResult, Status, write_table
from congestion_lab.simulation.tables import PASSAGES

# n0 -a-> n1 -b-> n2 -c-> n3 -d-> n4 and back by D, C, B, A, 200 m each at 10 m/s; signals at n1, n2, n3
_AHEAD, _BACK = ("a", "b", "c", "d"), ("D", "C", "B", "A")


@pytest.fixture
def street() -> Network:
    nodes = {f"n{at}": Node(f"n{at}", (200.0 * at, 0.0), "signal") for at in range(5)}

    def link(name: str, start: int, end: int) -> Link:
        shape = ((200.0 * start, 0.0), (200.0 * end, 0.0))
        return Link(name, f"n{start}", f"n{end}", (Lane(f"{name}_0", 200.0, 10.0, 3.2),), shape, "Main St")

    ahead = [link(name, at, at + 1) for at, name in enumerate(_AHEAD)]
    back = [link(name, 4 - at, 3 - at) for at, name in enumerate(_BACK)]
    joints = [(f"S{at}", 0, *pair) for at, pair in zip((1, 2, 3), itertools.pairwise(_AHEAD), strict=True)]
    joints += [(f"S{at}", 1, *pair) for at, pair in zip((3, 2, 1), itertools.pairwise(_BACK), strict=True)]
    paths = [Connection(start, 0, end, 0, Turn.STRAIGHT, name, head) for name, head, start, end in joints]
    return Network(nodes, {one.id: one for one in (*ahead, *back)}, tuple(paths))


def _plans(*offsets_s: float, cycle_s: float = 60.0) -> PlanSet:
    """Both directions are green for the first 24 s of each cycle."""
    groups = (SignalGroup("both", (0, 1)),)
    ring = (Interval(24.0, (Aspect.GREEN,)), Interval(cycle_s - 24.0, (Aspect.RED,)))
    plans = (
        SignalPlan(f"S{at}", "p", Control.FIXED, offset, groups, ring) for at, offset in enumerate(offsets_s, start=1)
    )
    return PlanSet(tuple(plans))


def test_offsets_of_the_travel_time_let_the_whole_green_through_one_way(street: Network) -> None:
    (both,) = streets(corridors(street, most=4), _plans(0.0, 20.0, 40.0))
    assert both.back is not None
    ahead, back = sorted(both.waves, key=lambda way: -way.progression.bandwidth_s)
    assert [line.controller_id for line in ahead.lines] == ["S1", "S2", "S3"]
    assert ahead.travel_s == (0.0, 20.0, 40.0)
    assert ahead.progression.bandwidth_s == 24.0
    assert ahead.progression.attainability == 1.0
    # backwards the greens are shifted by 40 s at each signal: 40 to 64, 0 to 24, 20 to 44 s never overlap
    assert back.progression.bands == ()
    assert both.efficiency == pytest.approx(24 / 120)
    assert both.attainability == pytest.approx(0.5)


def test_half_a_cycle_apart_alternate_offsets_serve_both_ways(street: Network) -> None:
    (both,) = streets(corridors(street, most=4), _plans(0.0, 20.0, 0.0, cycle_s=40.0))
    assert both.attainability == 1.0
    assert both.efficiency == pytest.approx(0.6)


def test_another_speed_shifts_the_bands(street: Network) -> None:
    (both,) = streets(corridors(street, most=4), _plans(0.0, 20.0, 40.0), speed_mps=20.0)
    best = max(way.progression.bandwidth_s for way in both.waves)
    assert best == pytest.approx(24 - 2 * 10)  # twice as fast: each signal is reached 10 s before its green is


def test_signals_without_a_plan_are_passed_over(street: Network) -> None:
    plans = PlanSet(tuple(plan for plan in _plans(0.0, 20.0, 40.0) if plan.controller_id != "S2"))
    found = wave(corridor_of(_AHEAD, street), plans)
    assert [line.controller_id for line in found.lines] == ["S1", "S3"]
    assert found.travel_s == (0.0, 40.0)


def test_a_one_way_street_has_one_direction(street: Network) -> None:
    (only,) = streets([corridor_of(_AHEAD, street)], _plans(0.0, 20.0, 40.0))
    assert only.back is None
    assert only.attainability == 1.0


def test_arrivals_on_green_are_counted_from_passages(street: Network, tmp_path: Path) -> None:
    way = wave(corridor_of(_AHEAD, street), _plans(0.0, 20.0, 40.0))
    rows = [
        ("v", "a", 0.0, 20.0),
        ("v", "b", 20.0, 40.0),
        ("v", "c", 40.0, 60.0),
        ("v", "d", 60.0, 80.0),
        ("w", "a", 35.0, 65.0),
        ("w", "b", 75.0, 100.0),
        ("w", "c", 100.0, 120.0),
        ("w", "d", 120.0, 140.0),
    ]
    write_table(tmp_path, PASSAGES, PASSAGES.conform(pd.DataFrame(rows, columns=PASSAGES.names)))
    made = Provenance("fake", "1", "1", (), 0.0, 0.0)
    run = RunResult("d", "s", 1, Status.COMPLETED, 180.0, 180.0, 0.0, 0, 0, tmp_path, made)
    counted = arrivals_by_signal(way, _plans(0.0, 20.0, 40.0), [run])
    # each link takes 20 s freely: v reaches the lines at 20, 40 and 60 s, w at 55, 95 and 120 s, nobody in front;
    # S1 is green 0-24 and 60-84, S2 20-44 and 80-104, S3 40-64 and 100-124
    assert counted == ((1, 2), (2, 2), (2, 2))


def test_shares_on_green_are_those_of_each_movement(street: Network) -> None:
    plans = _plans(0.0, 20.0, 40.0)
    heads = (
        SignalHead(0, "a", 0, "b", Turn.STRAIGHT, 10.0, 20.0),
        SignalHead(1, "C", 0, "B", Turn.STRAIGHT, 10.0, 20.0),
    )
    site = Intersection("S1", "S1", "", heads, frozenset(), frozenset())
    many = np.tile([0.0, 35.0, 42.0, 170.0], LEAST_ARRIVALS // 3)
    came = {("a", "b"): many, ("x", "y"): np.array([1.0])}
    shares = shares_on_green([Entries(came, 0.0, 180.0)], street, plans.plan_of("S1"), site)
    # reach the line at 20, 55, 62 and 190 s; S1 is green 0-24 and 60-84; the last one comes after the run
    assert shares == {("a", "b"): pytest.approx(2 / 3)}
    fewer = [Entries({("a", "b"): many[:-4]}, 0.0, 180.0)]
    assert shares_on_green(fewer, street, plans.plan_of("S1"), site) == {}  # three short of what is enough


def test_a_planner_names_a_way(street: Network) -> None:
    assert [link.id for link in corridor_through(street, ["S1", "S3"]).links] == ["a", "b", "c", "d"]
    assert [link.id for link in corridor_through(street, ["S3", "S2"]).links] == ["D", "C", "B"]


@pytest.mark.parametrize(
    ("names", "told"),
    [
        (["S1", "S9"], "no controller S9"),
        (["S1"], "two signals or more"),
        (["S1", "S1"], "two signals or more"),
        (["S2", "S1", "S3"], "no way leads past S2, S1, S3"),
    ],
)
def test_a_way_that_there_is_not_is_told(names: list[str], told: str, street: Network) -> None:
    with pytest.raises(NetworkError, match=told):
        corridor_through(street, names)
