"""The ground plan of an intersection: where lanes, stop lines, paths and crossings lie, and what the picture shows."""

import itertools
import math
import re
from dataclasses import replace

import pytest

from congestion_lab.core.geometry import Point, Turn
from congestion_lab.network.model import Connection, Lane, Link, Network, Node
from congestion_lab.reporting.drawing.junctiondrawing import TONES, drawing_of, frame_of
from congestion_lab.reporting.drawing.junctiongeometry import SEEN_M, Ground, ground_of, heading, moved_right
from congestion_lab.reporting.drawing.mapframe import PAGE_WIDTH
from congestion_lab.reporting.drawing.zebras import zebras_of
from congestion_lab.reporting.translation import speaking
from congestion_lab.signals.intersection import Intersection, Leg, SignalHead
from congestion_lab.signals.plan import Aspect, Control, Interval, SignalGroup, SignalPlan

WIDTH_M = 3.0
HOSTILE = "<b>\"'\u202e&"


def _link(name: str, shape: tuple[Point, ...], ends: tuple[str, str], lanes: int, street: str = "") -> Link:
    made = tuple(Lane(f"{name}_{each}", 100.0, 13.9, WIDTH_M) for each in range(lanes))
    return Link(name, *ends, made, shape, street, "شارع" if street else "")


def _network() -> Network:
    """An arm from the west with two lanes, out to the east and the north; the stop line stands at x = -10."""
    nodes = {
        name: Node(name, spot, "") for name, spot in {"w": (-200.0, 0.0), "m": (0.0, 0.0), "e": (200.0, 0.0)}.items()
    }
    nodes["n"] = Node("n", (0.0, 200.0), "")
    links = [
        _link("in", ((-200.0, -3.0), (-10.0, -3.0)), ("w", "m"), 2, HOSTILE),
        _link("out", ((10.0, -1.5), (200.0, -1.5)), ("m", "e"), 1),
        _link("up", ((1.5, 10.0), (1.5, 200.0)), ("m", "n"), 1),
    ]
    paths = (
        Connection("in", 0, "out", 0, Turn.STRAIGHT, "C", 0),
        Connection("in", 1, "up", 0, Turn.LEFT, "C", 1),
        Connection("in", 0, "up", 0, Turn.LEFT),
    )
    return Network(nodes, {each.id: each for each in links}, paths)


def _plan() -> SignalPlan:
    groups = (SignalGroup("5", (0,)), SignalGroup(HOSTILE, (1,)), SignalGroup("w", (2,)))
    green, permitted, red = Aspect.GREEN, Aspect.PERMITTED, Aspect.RED
    intervals = (Interval(30.0, (green, permitted, red)), Interval(30.0, (red, red, green)))
    return SignalPlan("C", "0", Control.FIXED, 0.0, groups, intervals)


def _site(legs: tuple[Leg, ...] = ()) -> Intersection:
    heads = (
        SignalHead(0, "in", 0, "out", Turn.STRAIGHT, 13.9, 20.0),
        SignalHead(1, "in", 1, "up", Turn.LEFT, 13.9, 20.0),
        SignalHead(2, "", 0, "", None, 1.1, 9.0),
    )
    return Intersection("C", HOSTILE, "تقاطع", heads, frozenset(), frozenset(), legs=legs)


@pytest.fixture
def ground() -> Ground:
    return ground_of(_network(), "C", (Leg(("in",), 6.0), Leg(("elsewhere",), 9.0)))


def test_lane_0_is_at_the_kerb_and_lanes_lie_their_width_apart(ground: Ground) -> None:
    arm = next(each for each in ground.arms if each.link.id == "in")
    kerb, inner = arm.lane_line(0), arm.lane_line(1)
    assert kerb[-1] == pytest.approx((-10.0, -3.0 - WIDTH_M / 2))
    assert inner[-1] == pytest.approx((-10.0, -3.0 + WIDTH_M / 2))
    assert [edge[-1] for edge in arm.edges()] == [pytest.approx((-10.0, -3.0))]


def test_arms_are_seen_as_far_as_the_picture_reaches_and_end_at_the_intersection(ground: Ground) -> None:
    for arm in ground.arms:
        assert sum(math.dist(a, b) for a, b in itertools.pairwise(arm.line)) == pytest.approx(SEEN_M)
        assert max(map(abs, arm.stop)) == pytest.approx(10.0)
        assert math.dist(arm.stop, arm.outer) == pytest.approx(SEEN_M)
        assert math.hypot(*arm.outer) > math.hypot(*arm.stop)


def test_a_stop_line_crosses_the_lanes_that_it_stops(ground: Ground) -> None:
    arm = next(each for each in ground.arms if each.link.id == "in")
    assert sorted(arm.across([0, 1])) == [pytest.approx((-10.0, -6.0)), pytest.approx((-10.0, 0.0))]
    assert sorted(arm.across([0])) == [pytest.approx((-10.0, -6.0)), pytest.approx((-10.0, -3.0))]


def test_paths_leave_and_arrive_in_the_direction_of_their_lanes(ground: Ground) -> None:
    left = next(path for path in ground.paths if path.connection.signal_index == 1)
    start, first, last, end = left.curve
    assert start == pytest.approx((-10.0, -1.5))
    assert end == pytest.approx((1.5, 10.0))
    assert first[1] == pytest.approx(start[1])
    assert first[0] > start[0]
    assert last[0] == pytest.approx(end[0])
    assert last[1] < end[1]


def test_people_cross_just_inside_the_stop_line_as_wide_as_the_road(ground: Ground) -> None:
    (strip,) = ground.walks  # of a leg whose links are elsewhere nothing can be drawn
    assert {round(y, 6) for _x, y in strip} == {-6.0, 0.0}
    assert all(-10.0 < x < -6.0 for x, _y in strip)


def test_lanes_tell_the_directions_that_they_serve(ground: Ground) -> None:
    assert ground.turns_of("in") == {0: (Turn.STRAIGHT, Turn.LEFT), 1: (Turn.LEFT,)}
    assert not ground.turns_of("out")


def test_a_bent_line_is_moved_by_the_same_distance_on_both_sides_of_its_corner() -> None:
    moved = moved_right(((0.0, 0.0), (10.0, 0.0), (10.0, 10.0)), 2.0)
    assert moved[0] == pytest.approx((0.0, -2.0))
    assert moved[-1] == pytest.approx((12.0, 10.0))
    assert moved[1] == pytest.approx((10.0 + math.sqrt(2), -math.sqrt(2)))


def test_a_line_without_length_has_a_direction_too() -> None:
    assert heading(((1.0, 1.0), (1.0, 1.0)), at_end=True) == (1.0, 0.0)
    assert heading(((0.0, 0.0), (0.0, 5.0), (0.0, 5.0)), at_end=True) == (0.0, 1.0)


def test_everything_lies_on_the_page(ground: Ground) -> None:
    frame = frame_of(ground)
    for arm in ground.arms:
        for x, y in map(frame.place, (*arm.line, arm.outer)):
            assert 0 <= x <= PAGE_WIDTH
            assert 0 <= y <= frame.height


def test_movements_carry_number_and_colour_of_their_group_and_are_dashed_where_they_give_way() -> None:
    picture = str(drawing_of(_network(), _plan(), _site()).picture)
    ways = re.findall('class="(way[^"]*)"', picture)
    assert sorted(ways) == ["way free", "way tone0", "way tone1 permitted"]
    texts = re.findall("<text[^>]*>([^<]*)</text>", picture)
    assert texts.count("5") == 1
    assert picture.count("h0") == 2  # a disc below each number


def test_what_the_network_does_not_place_is_told() -> None:
    assert drawing_of(_network(), _plan(), _site()).unplaced == ("w",)


def _with_crossing(*links: str) -> Intersection:
    site = _site()
    return replace(site, heads=(*site.heads[:2], replace(site.heads[2], crossed=links)))


def test_a_signalled_crossing_is_striped_across_its_leg_with_its_group_at_the_kerb() -> None:
    ground = ground_of(_network(), "C")
    (zebra,) = zebras_of(ground, _with_crossing("in").heads)
    assert zebra.heads == (2,)
    assert len(zebra.stripes) == 2 * WIDTH_M  # a stripe each metre of two lanes
    assert all(-10.0 < x <= -6.0 and -6.0 < y < 0.0 for stripe in zebra.stripes for x, y in stripe)
    assert zebra.kerb[1] == pytest.approx(-6.0)
    assert zebra.outward == pytest.approx((0.0, -1.0))
    drawing = drawing_of(_network(), _plan(), _with_crossing("in"))
    assert drawing.unplaced == ()
    assert 'class="zebra"' in str(drawing.picture)
    texts = re.findall("<text[^>]*>([^<]*)</text>", str(drawing.picture))
    assert texts.count("w") == 1


def test_a_crossing_over_links_that_are_not_seen_is_told() -> None:
    drawing = drawing_of(_network(), _plan(), _with_crossing("elsewhere"))
    assert drawing.unplaced == ("w",)
    assert 'class="zebra"' not in str(drawing.picture)


def test_stripes_end_where_a_pavement_begins() -> None:
    network = _network()
    inbound = network.links["in"]
    pavement = replace(inbound.lanes[0], classes=frozenset({"pedestrian"}))
    links = {**network.links, "in": replace(inbound, lanes=(pavement, inbound.lanes[1]))}
    (zebra,) = zebras_of(ground_of(replace(network, links=links), "C"), _with_crossing("in").heads)
    assert len(zebra.stripes) == WIDTH_M
    assert zebra.kerb[1] == pytest.approx(-3.0)


@pytest.mark.parametrize(("language", "street"), [("en", "&lt;b&gt;"), ("ar", "شارع")])
def test_names_are_text_in_the_language_of_the_page(language: str, street: str) -> None:
    with speaking(language):
        picture = str(drawing_of(_network(), _plan(), _site((Leg(("in",), 6.0),))).picture)
    assert street in picture
    assert "<b>" not in picture
    assert "\u202e" not in picture
    assert 'class="walk"' in picture
    names = re.findall("<text[^>]*transform[^>]*>([^<]*)</text>", picture)
    assert len(names) == 1
    assert (names[0][0] == "\u2068") == (language == "ar")


def test_names_are_never_upside_down() -> None:
    for angle in re.findall(r"rotate\((-?\d+)\)", str(drawing_of(_network(), _plan(), _site()).picture)):
        assert -90 <= int(angle) <= 90


def test_colours_come_again_when_they_are_used_up() -> None:
    groups = tuple(SignalGroup(f"{place}", (place,)) for place in range(TONES + 1))
    plan = SignalPlan("C", "0", Control.FIXED, 0.0, groups, (Interval(60.0, (Aspect.GREEN,) * (TONES + 1)),))
    paths = tuple(Connection("in", 0, "out", 0, Turn.STRAIGHT, "C", place) for place in range(TONES + 1))
    network = _network()
    picture = str(drawing_of(Network(network.nodes, network.links, paths), plan, _site()).picture)
    assert picture.count('class="way tone0"') == 2
