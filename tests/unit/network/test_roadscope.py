import pytest

from congestion_lab.network.maps.osm import OsmMap, OsmNode, OsmWay
from congestion_lab.network.maps.roadscope import Scope, Scoped, scoped, speed_kmh


def taken(tags: dict[str, str], *, scope: Scope | None = None, nodes: tuple[int, ...] = (1, 2)) -> Scoped:
    points = {one: OsmNode(one, 36.3 + one / 1000, 33.5) for one in range(1, 10)}
    return scoped(OsmMap(points, {7: OsmWay(7, nodes, tags)}), scope or Scope())


def tags_of(**tags: str) -> dict[str, str]:
    known = taken({key.replace("__", ":"): value for key, value in ({"highway": "primary"} | tags).items()})
    return {key: value for key, value in known.map.ways[7].tags.items() if value and key != "highway"}


@pytest.mark.parametrize(
    ("tags", "reason"),
    [
        ({"highway": "service"}, "service road"),
        ({"highway": "footway"}, "way for people on foot or bicycles"),
        ({"highway": "proposed"}, "highway=proposed"),
        ({"highway": "primary", "access": "private"}, "closed to the public or to cars"),
        ({"highway": "primary", "motor_vehicle": "no"}, "closed to the public or to cars"),
        ({"highway": "residential", "area": "yes"}, "area"),
    ],
)
def test_what_is_no_public_road_is_left_out_and_counted(tags: dict[str, str], reason: str) -> None:
    known = taken(tags)
    assert known.map.ways == {}
    assert known.left_out == {reason: 1}


@pytest.mark.parametrize(
    "tags",
    [
        {"highway": "primary", "access": "no", "motor_vehicle": "yes"},
        {"highway": "primary", "access": "destination"},
        {"highway": "primary", "bicycle": "no"},
    ],
)
def test_what_cars_may_use_is_in(tags: dict[str, str]) -> None:
    assert list(taken(tags).map.ways) == [7]


def test_service_roads_and_footways_come_in_when_asked() -> None:
    assert list(taken({"highway": "service"}, scope=Scope(service=True)).map.ways) == [7]
    assert list(taken({"highway": "footway"}, scope=Scope(footways=True)).map.ways) == [7]


@pytest.mark.parametrize(
    ("tags", "one_lane"),
    [
        ({"lanes": "1"}, True),
        ({"lanes": "1", "oneway": "no"}, True),
        ({"lanes": "1", "oneway": "yes"}, False),
        ({"lanes": "1", "junction": "roundabout"}, False),
        ({"lanes": "2"}, False),
        ({}, False),
    ],
)
def test_a_two_way_road_of_one_lane_does_not_double(tags: dict[str, str], one_lane: bool) -> None:  # noqa: FBT001
    known = taken({"highway": "residential", **tags})
    assert (known.one_lane == {7}) is one_lane
    if one_lane:
        after = known.map.ways[7].tags
        assert (after["lanes"], after["lanes:forward"], after["lanes:backward"]) == ("2", "1", "1")
        assert after["maxspeed"] == "15"


def test_a_slower_limit_stays_on_a_road_of_one_lane() -> None:
    assert tags_of(lanes="1", maxspeed="10")["maxspeed"] == "10"


@pytest.mark.parametrize(
    ("said", "kmh"), [("50", 50), ("50 km/h", 50), ("30 mph", 48.28), ("walk", None), ("RO:urban", None), ("-5", None)]
)
def test_speeds_are_read_in_every_unit(said: str, kmh: float | None) -> None:
    assert speed_kmh({"maxspeed": said}) == (None if kmh is None else pytest.approx(kmh, abs=0.01))


def test_what_cannot_be_read_is_dropped_and_told() -> None:
    known = taken({"highway": "primary", "lanes": "2;3", "maxspeed": "fast", "lanes:forward": "1"})
    assert known.unclear == {7: "lanes=2;3, maxspeed=fast"}
    assert "maxspeed" not in known.map.ways[7].tags
    assert "lanes" not in known.map.ways[7].tags
    assert known.map.ways[7].tags["lanes:forward"] == "1"


def test_only_tags_that_matter_stay() -> None:
    assert tags_of(surface="asphalt", turn__lanes="left|through", oneway="yes", note="<b>x</b>") == {
        "turn:lanes": "left|through",
        "oneway": "yes",
    }


@pytest.mark.parametrize(
    ("tags", "level"),
    [
        ({"bridge": "yes"}, "1"),
        ({"tunnel": "yes"}, "-1"),
        ({"bridge": "yes", "layer": "2"}, "2"),
        ({"layer": "x"}, None),
    ],
)
def test_bridges_and_tunnels_have_a_level(tags: dict[str, str], level: str | None) -> None:
    assert tags_of(**tags).get("level") == level


def test_names_are_sorted_by_script() -> None:
    assert tags_of(name="شارع بغداد", name__en="Baghdad Street") == {
        "name": "Baghdad Street",
        "name:en": "Baghdad Street",
        "name:ar": "شارع بغداد",
    }
    assert tags_of(name="شارع بغداد") == {"name:ar": "شارع بغداد"}
    assert tags_of(name="Ερμού") == {"name": "Ερμού", "name:en": "Ερμού"}


def test_the_longest_part_of_a_cut_way_stays() -> None:
    known = taken({"highway": "primary"}, nodes=(1, 99, 3, 3, 4, 5, 98))
    assert known.map.ways[7].nodes == (3, 4, 5)
    assert taken({"highway": "primary"}, nodes=(1, 99, 98)).left_out == {"points are not in the extract": 1}
