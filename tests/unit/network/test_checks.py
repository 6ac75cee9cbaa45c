from collections.abc import Sequence
from dataclasses import replace

import pytest

from congestion_lab.core.geometry import Point, Turn, polyline_length_m
from congestion_lab.network.checks import CHECKS, Severity, check_network
from congestion_lab.network.model import Connection, Lane, Link, Network, Node


def link(
    from_node: str, to_node: str, *points: Point, lanes: int = 1, speed_mps: float = 13.9, kind: str = "street"
) -> Link:
    length = polyline_length_m(points)
    each = tuple(Lane(f"{from_node}-{to_node}_{n}", length, speed_mps, 3.2) for n in range(lanes))
    return Link(f"{from_node}-{to_node}", from_node, to_node, each, points, kind=kind)


def network(
    *links: Link, paths: Sequence[tuple[str, int, str, int, Turn]] = (), signals: Sequence[str] = ()
) -> Network:
    nodes = {}
    for one in links:
        for node_id, point in ((one.from_node, one.shape[0]), (one.to_node, one.shape[-1])):
            nodes[node_id] = Node(node_id, point, "priority")
    connections = tuple(
        Connection(*path, *(("signal", number) if path[0] in signals else ())) for number, path in enumerate(paths)
    )
    return Network(nodes, {one.id: one for one in links}, connections)


def found(net: Network, rule: str) -> list[tuple[str, str]]:
    return [(finding.place, finding.message) for finding in CHECKS[rule](net)]


def through(before: float, after: float) -> tuple[str, int, str, int, Turn]:
    return before, 0, after, 0, Turn.STRAIGHT


LINE = (link("a", "b", (0, 0), (100, 0)), link("b", "c", (100, 0), (200, 0)))


def test_a_street_through_the_model_has_no_fault() -> None:
    net = network(*LINE, paths=[through("a-b", "b-c")])
    assert check_network(net) == ()


def test_traffic_that_cannot_go_on_is_an_error() -> None:
    side = link("b", "d", (100, 0), (100, 100))
    net = network(*LINE, side, paths=[through("a-b", "b-c")])
    assert found(net, "dead_ends") == [("b-d", "nothing leads into it from 'b'")]
    stuck = link("d", "b", (100, 100), (100, 0))
    net = network(*LINE, stuck, paths=[through("a-b", "b-c")])
    assert found(net, "dead_ends") == [("d-b", "ends at 'b' and nothing leads on")]


def test_gates_that_do_not_reach_the_main_part_are_errors() -> None:
    loop = (link("x", "y", (0, 300), (100, 300)), link("y", "x", (100, 310), (0, 310)))
    turning = [("x-y", 0, "y-x", 0, Turn.U_TURN), ("y-x", 0, "x-y", 0, Turn.U_TURN)]
    net = network(*LINE, *loop, paths=[through("a-b", "b-c"), *turning])
    assert {place for place, _ in found(net, "connected")} == {"a-b", "b-c"}


def test_links_on_each_other_are_found_but_not_on_two_levels() -> None:
    twin = link("x", "y", (20, 1), (80, 1))
    assert found(network(*LINE, twin), "overlapping") == [("a-b", "lies on 'x-y' for 60 m")]
    assert found(network(*LINE, link("x", "y", (20, 1), (80, 1), kind="bridge")), "overlapping") == []


def test_links_that_cross_without_a_junction_are_found() -> None:
    across = link("x", "y", (50, -50), (50, 50))
    assert found(network(*LINE, across), "overlapping") == [("a-b", "crosses 'x-y' without a junction")]


def test_opposite_carriageways_side_by_side_are_fine() -> None:
    back = link("b", "a", (100, 3.4), (0, 3.4))
    assert found(network(LINE[0], back), "overlapping") == []


@pytest.mark.parametrize(("length", "lost"), [(100, []), (20, [("a-b", "lanes 0 of 2 lead nowhere")])])
def test_a_lane_may_end_only_where_there_is_room_to_leave_it(length: float, lost: list[tuple[str, str]]) -> None:
    first = link("a", "b", (0, 0), (length, 0), lanes=2)
    second = link("b", "c", (length, 0), (length + 100, 0))
    net = network(first, second, paths=[("a-b", 1, "b-c", 0, Turn.STRAIGHT)])
    assert found(net, "vanishing_lanes") == lost


def test_two_lanes_that_end_together_are_found() -> None:
    first = link("a", "b", (0, 0), (200, 0), lanes=3)
    net = network(first, link("b", "c", (200, 0), (300, 0)), paths=[("a-b", 2, "b-c", 0, Turn.STRAIGHT)])
    assert found(net, "vanishing_lanes") == [("a-b", "lanes 0, 1 of 3 lead nowhere")]


@pytest.mark.parametrize(("kmh", "count"), [(5, 1), (50, 0), (180, 1)])
def test_implausible_limits(kmh: float, count: int) -> None:
    assert len(found(network(link("a", "b", (0, 0), (100, 0), speed_mps=kmh / 3.6)), "speeds")) == count


def test_short_links_and_links_that_double_back() -> None:
    net = network(link("a", "b", (0, 0), (5, 0)), link("c", "d", (0, 50), (50, 50), (10, 52)))
    assert found(net, "short_links") == [("a-b", "is 5.0 m long")]
    assert found(net, "sharp_bends") == [("c-d", "turns by 177 degrees")]


def crossing(*, shared: bool) -> Network:
    links = (
        link("w", "x", (0, 0), (100, 0), lanes=2),
        link("e", "x", (200, 8), (100, 8), lanes=2),
        link("x", "e", (100, 0), (200, 0), lanes=2),
        link("x", "w", (100, 8), (0, 8), lanes=2),
        link("x", "n", (100, 8), (100, 108)),
    )
    left = ("w-x", 1, "x-n", 0, Turn.LEFT)
    straight = [("w-x", lane, "x-e", lane, Turn.STRAIGHT) for lane in range(2 if shared else 1)]
    against = [("e-x", lane, "x-w", lane, Turn.STRAIGHT) for lane in range(2)]
    return network(*links, paths=[left, *straight, *against], signals=("w-x", "e-x"))


def test_left_turns_against_traffic_want_a_lane_of_their_own() -> None:
    assert found(crossing(shared=False), "turn_lanes") == []
    assert found(crossing(shared=True), "turn_lanes") == [
        ("w-x", "has no lane of its own for turning left at signal 'signal'")
    ]


def test_errors_come_first() -> None:
    net = network(link("a", "b", (0, 0), (5, 0)), link("x", "y", (0, 0), (0, 50)), link("z", "x", (0, 99), (0, 0)))
    severities = [finding.severity for finding in check_network(net)]
    assert severities == sorted(severities, key=lambda severity: severity is not Severity.ERROR)
    assert set(severities) == {Severity.ERROR, Severity.WARNING}


def test_a_street_that_forks_as_it_enters_is_an_end_and_two_that_meet_head_on_are_none() -> None:
    fork = (link("x", "a", (-100, 50), (0, 0)), link("x", "d", (-100, 50), (0, 100)), link("d", "a", (0, 100), (0, 0)))
    paths = [through("a-b", "b-c"), through("x-a", "a-b"), through("d-a", "a-b"), through("x-d", "d-a")]
    net = network(*LINE, *fork, paths=paths)
    assert found(net, "dead_ends") == []
    assert found(net, "connected") == []
    opposed = (link("x", "a", (-100, 0), (0, 0)), link("x", "d", (-100, 0), (-200, 0)))
    net = network(*LINE, *opposed, paths=[through("a-b", "b-c"), through("x-a", "a-b")])
    assert {place for place, _ in found(net, "dead_ends")} == {"x-a", "x-d"}


def test_links_on_different_levels_do_not_cross() -> None:
    over = link("d", "e", (50, -50), (50, 50))
    assert [place for place, _ in found(network(*LINE, over), "overlapping")] == ["a-b"]
    assert found(network(*LINE, replace(over, level=1)), "overlapping") == []
