from pathlib import Path

import numpy as np
import pytest

from congestion_lab.core.errors import NetworkError
from congestion_lab.simulation.traffic import Roads
from congestion_lab.sumo.installation import binary
from congestion_lab.sumo.nets.netfile import read_intersections
from congestion_lab.sumo.nets.vehicleclasses import CLASS_BITS
from congestion_lab.sumo.process import run_program
from congestion_lab.sumo.traffic.roads import read_roads
from tests.roads import crossing, road

_ARMS = {"w": (-200, 0), "e": (200, 0), "s": (0, -200), "n": (0, 200)}


def cross(folder: Path, kind: str = "traffic_light", *options: str) -> Path:
    """Two two-way streets that cross at `x`; west and east have a bus lane on the right."""
    folder.mkdir()
    nodes = "".join(f'<node id="{name}" x="{x}" y="{y}"/>' for name, (x, y) in _ARMS.items())
    links = "".join(f"<edge {_street(name, *ends)}" for name in _ARMS for ends in ((name, "x"), ("x", name)))
    (folder / "cross.nod.xml").write_text(f'<nodes>{nodes}<node id="x" x="0" y="0" type="{kind}"/></nodes>')
    (folder / "cross.edg.xml").write_text(f"<edges>{links}</edges>")
    net = folder / "cross.net.xml"
    files = ("-n", folder / "cross.nod.xml", "-e", folder / "cross.edg.xml", "-o", net)
    run_program([binary("netconvert"), *files, "--no-turnarounds", *options])
    return net


def _street(arm: str, start: str, end: str) -> str:
    wide = arm in "we"
    lanes = '<lane index="0" allow="bus"/></edge>' if wide else "</edge>"
    priority = 3 if wide else 1
    name, numbers = f"{start}{end}", f'numLanes="{1 + wide}" speed="14" priority="{priority}"'
    return f'id="{name}" from="{start}" to="{end}" {numbers}>{lanes}'


def lane_names(roads: Roads) -> list[str]:
    counts = np.diff(roads.lane_offsets)
    return [f"{link}_{lane}" for link, count in zip(roads.link_ids, counts, strict=True) for lane in range(count)]


def path_names(roads: Roads) -> list[tuple[str, str]]:
    lanes = lane_names(roads)
    starts = np.repeat(np.arange(len(lanes)), np.diff(roads.path_offsets))
    return [(lanes[start], lanes[end]) for start, end in zip(starts, roads.path_to_lane, strict=True)]


def pairs(roads: Roads, offsets: np.ndarray, values: np.ndarray) -> set[tuple[tuple[str, str], tuple[str, str]]]:
    names = path_names(roads)
    owners = np.repeat(np.arange(len(names)), np.diff(offsets))
    return {(names[owner], names[value]) for owner, value in zip(owners, values, strict=True)}


def test_a_street_is_one_lane_without_paths(tmp_path: Path) -> None:
    roads = read_roads(road(tmp_path, length_m=500, speed_mps=15))
    assert roads.link_ids == ("main",)
    assert roads.lane_offsets.tolist() == [0, 1]
    assert roads.lane_length_m.tolist() == [500]
    assert roads.lane_speed_mps.tolist() == [15]
    assert roads.path_offsets.tolist() == [0, 0]
    assert roads.controller_ids == ()


def test_paths_lead_through_the_junction_under_their_signal(tmp_path: Path) -> None:
    roads = read_roads(crossing(tmp_path))
    names = path_names(roads)
    straight = names.index(("west_in_0", "east_out_0"))
    assert roads.controller_ids == ("x",)
    assert set(roads.path_controller.tolist()) == {0}
    assert sorted(roads.path_head.tolist()) == list(range(len(names)))
    assert roads.lane_length_m.sum() / 4 + roads.path_length_m[straight] / 2 == pytest.approx(400, abs=2)
    assert set(roads.path_speed_mps.tolist()) <= {13.9} | set(roads.path_speed_mps[roads.path_speed_mps < 13.9])
    assert ((names[straight]), ("south_in_0", "north_out_0")) in pairs(roads, roads.foe_offsets, roads.foe_paths)


def test_left_turns_wait_inside_and_give_way(tmp_path: Path) -> None:
    roads = read_roads(cross(tmp_path / "net"))
    names = path_names(roads)
    left = names.index(("sx_0", "xw_1"))
    assert 0 < roads.path_wait_m[left] < roads.path_length_m[left]
    assert roads.path_wait_m[names.index(("sx_0", "xn_0"))] == 0
    yields = pairs(roads, roads.yield_offsets, roads.yield_paths)
    assert (names[left], ("nx_0", "xs_0")) in yields
    assert (("nx_0", "xs_0"), names[left]) not in yields
    assert yields <= pairs(roads, roads.foe_offsets, roads.foe_paths)


def test_right_of_way_is_that_of_the_intersection(tmp_path: Path) -> None:
    net = cross(tmp_path / "net")
    roads, (intersection,) = read_roads(net), read_intersections(net)
    heads = dict(zip(path_names(roads), roads.path_head.tolist(), strict=True))
    foes = {(heads[a], heads[b]) for a, b in pairs(roads, roads.foe_offsets, roads.foe_paths)}
    yields = {(heads[a], heads[b]) for a, b in pairs(roads, roads.yield_offsets, roads.yield_paths)}
    assert {(min(pair), max(pair)) for pair in foes} == intersection.conflicts
    assert yields == intersection.yields


def test_right_of_way_is_the_same_without_lanes_inside_junctions(tmp_path: Path) -> None:
    inside, outside = (
        read_roads(cross(tmp_path / name, "priority", *options))
        for name, options in (("with", ()), ("without", ("--no-internal-links",)))
    )
    assert path_names(inside) == path_names(outside)
    assert pairs(inside, inside.foe_offsets, inside.foe_paths) == pairs(outside, outside.foe_offsets, outside.foe_paths)
    assert pairs(inside, inside.yield_offsets, inside.yield_paths) == pairs(
        outside, outside.yield_offsets, outside.yield_paths
    )
    assert outside.path_length_m.sum() == 0


def test_lanes_know_who_may_use_them(tmp_path: Path) -> None:
    roads = read_roads(cross(tmp_path / "net"))
    classes = dict(zip(lane_names(roads), roads.lane_classes.tolist(), strict=True))
    for lane, kind, may in (("wx_0", "bus", 1), ("wx_0", "passenger", 0), ("wx_1", "passenger", 1)):
        assert classes[lane] >> CLASS_BITS[kind] & 1 == may
    assert all(allowed >> CLASS_BITS["ignoring"] & 1 for allowed in classes.values())


@pytest.mark.parametrize(("kind", "stops"), [("allway_stop", 12), ("priority_stop", 6), ("priority", 0)])
def test_stop_signs_are_told(tmp_path: Path, kind: str, stops: int) -> None:
    roads = read_roads(cross(tmp_path / "net", kind))
    from_street = [start.startswith(("s", "n")) for start, _ in path_names(roads)]
    assert (roads.path_stops.sum() > 0) == (stops > 0)
    if kind == "priority_stop":
        assert all(minor for minor, stop in zip(from_street, roads.path_stops, strict=True) if stop)
    assert set(roads.path_controller.tolist()) == {-1}
    assert set(roads.path_head.tolist()) == {-1}


def test_connections_over_lanes_that_are_not_there_are_faults(tmp_path: Path) -> None:
    net = crossing(tmp_path)
    net.write_text(net.read_text().replace('via=":x_0_0"', 'via=":nowhere_0_0"'))
    with pytest.raises(NetworkError, match=r"roads\.net\.xml:\d+.*:nowhere_0_0"):
        read_roads(net)
