"""Ways to the conflict area, on paths that can be measured by hand and on a built junction."""

from pathlib import Path

import pytest

from congestion_lab.signals.intersection import ConflictDistance
from congestion_lab.sumo.nets.conflictareas import VEHICLE_WIDTH_M, conflict_distances
from congestion_lab.sumo.nets.netfile import read_intersections
from tests.junctions import approach, crossroads

_EAST = [(-10.0, 0.0), (30.0, 0.0)]
_NORTH = [(0.0, -20.0), (0.0, 20.0)]
_STEP = 0.5


def _ways(
    *shapes: list[tuple[float, float]], width: float = VEHICLE_WIDTH_M
) -> dict[tuple[int, int], ConflictDistance]:
    courses = {head: [(shape, width)] for head, shape in enumerate(shapes)}
    return {(one.clearing, one.entering): one for one in conflict_distances([(0, 1)], courses)}


def test_paths_that_cross_at_right_angles_conflict_a_vehicle_width_around_the_crossing() -> None:
    ways = _ways(_EAST, _NORTH)
    # middle lines meet 10 m along the first path and 20 m along the second; each vehicle is 2.59 m wide
    assert ways[0, 1].clearing_m == pytest.approx(10 + VEHICLE_WIDTH_M, abs=2 * _STEP)
    assert ways[0, 1].clearing_m >= 10 + VEHICLE_WIDTH_M - _STEP
    assert ways[0, 1].entering_m == pytest.approx(20 - VEHICLE_WIDTH_M, abs=2 * _STEP)
    assert ways[0, 1].entering_m <= 20 - VEHICLE_WIDTH_M + _STEP
    assert ways[1, 0].clearing_m == pytest.approx(20 + VEHICLE_WIDTH_M, abs=2 * _STEP)
    assert ways[1, 0].entering_m == pytest.approx(10 - VEHICLE_WIDTH_M, abs=2 * _STEP)


def test_paths_that_merge_conflict_to_the_end() -> None:
    ways = _ways([(-20.0, 0.0), (20.0, 0.0)], [(-20.0, -30.0), (0.0, 0.0), (20.0, 0.0)])
    assert ways[0, 1].clearing_m == pytest.approx(40.0)
    assert ways[0, 1].entering_m < 36.1  # where the second path joins


def test_paths_that_stay_apart_conflict_where_they_come_nearest() -> None:
    ways = _ways(_EAST, [(5.0, 10.0), (5.0, 50.0)])
    assert ways[0, 1].clearing_m == pytest.approx(15, abs=4)
    assert ways[0, 1].entering_m == 0.0


def test_several_paths_of_a_head_take_the_longest_way_out_and_the_shortest_way_in() -> None:
    shifted = [(x, 5.0) for x, _ in _EAST]
    courses = {0: [(_EAST, 2.0), (shifted, 2.0)], 1: [(_NORTH, 2.0)]}
    ways = {(one.clearing, one.entering): one for one in conflict_distances([(0, 1)], courses)}
    assert ways[1, 0].clearing_m == pytest.approx(27, abs=1)
    assert ways[0, 1].entering_m == pytest.approx(18, abs=1)


def test_an_unknown_path_gives_no_distance() -> None:
    assert _ways(_EAST, []) == {}
    assert _ways(_EAST, [(0.0, 0.0)]) == {}
    assert conflict_distances([(0, 1)], {0: [(_EAST, 2.0)]}) == ()


def test_a_built_junction_has_both_ways_of_every_conflict(tmp_path: Path) -> None:
    (site,) = read_intersections(crossroads(tmp_path))
    assert {(one.clearing, one.entering) for one in site.distances} == {
        pair for a, b in site.conflicts for pair in ((a, b), (b, a))
    }
    length = {head.index: head.path_length_m for head in site.heads}
    for one in site.distances:
        assert 0 <= one.entering_m < length[one.entering]
        assert 0 < one.clearing_m <= length[one.clearing] + 0.1


def test_two_straight_paths_meet_in_the_middle_of_their_junction(tmp_path: Path) -> None:
    (site,) = read_intersections(approach(tmp_path))
    (way,) = [one for one in site.distances if one.clearing < one.entering]
    clearing = next(head for head in site.heads if head.index == way.clearing)
    assert clearing.path_length_m / 2 < way.clearing_m < clearing.path_length_m


def test_legs_are_as_wide_as_their_lanes_and_whole_without_a_refuge(tmp_path: Path) -> None:
    (site,) = read_intersections(crossroads(tmp_path, lanes=2))
    widths = {frozenset(leg.links): leg.width_m for leg in site.legs}
    assert widths == {
        frozenset({"wi", "wo"}): 12.8,
        frozenset({"ei", "eo"}): 12.8,
        frozenset({"si", "so"}): 6.4,
        frozenset({"ni", "no"}): 6.4,
    }


def test_one_way_streets_are_legs_of_their_own(tmp_path: Path) -> None:
    (site,) = read_intersections(approach(tmp_path, lanes=2))
    assert {leg.links: leg.width_m for leg in site.legs} == {
        ("in",): 6.4,
        ("side",): 3.2,
        ("exit",): 3.2,
        ("out",): 6.4,
    }
