from congestion_lab.network.maps.osm import OsmMap, OsmNode, OsmWay
from congestion_lab.network.maps.signalplaces import REACH_M, SignalPlaces, signal_places, with_signals

SIGNAL = {"highway": "traffic_signals"}
_DEGREE_M = 111_195.0


def street(signal_m: float, *, tags: dict[str, str] | None = None, signal: dict[str, str] | None = None) -> OsmMap:
    """A street south to north with crossings at 0 m and 200 m, and a signal in between."""
    at = {1: -100.0, 2: 0.0, 3: signal_m, 4: 200.0, 5: 300.0}
    nodes = {
        one: OsmNode(one, 36.3, 33.5 + north / _DEGREE_M, (signal or SIGNAL) if one == 3 else {})
        for one, north in at.items()
    }
    sides = {6: (0.0, 0.001), 7: (0.0, -0.001), 8: (200.0, 0.001), 9: (200.0, -0.001)}
    nodes |= {one: OsmNode(one, 36.3 + east, 33.5 + north / _DEGREE_M) for one, (north, east) in sides.items()}
    main = OsmWay(10, (1, 2, 3, 4, 5), {"highway": "primary", **(tags or {})})
    return OsmMap(
        nodes,
        {
            10: main,
            11: OsmWay(11, (6, 2, 7), {"highway": "primary"}),
            12: OsmWay(12, (8, 4, 9), {"highway": "primary"}),
        },
    )


def places(*arguments: float, **more: dict[str, str]) -> SignalPlaces:
    return signal_places(street(*arguments, **more))


def test_a_signal_on_a_junction_belongs_to_it() -> None:
    osm = street(50)
    nodes = {**osm.nodes, 3: OsmNode(3, 36.3, 33.5005), 2: OsmNode(2, 36.3, 33.5, SIGNAL)}
    assert signal_places(OsmMap(nodes, osm.ways)) == SignalPlaces((2,), frozenset({2}), ())


def test_a_stop_line_belongs_to_the_junction_ahead() -> None:
    assert places(180, tags={"oneway": "yes"}).junctions == {4}
    assert places(20, tags={"oneway": "-1"}).junctions == {2}


def test_the_junction_behind_is_none_of_a_one_way() -> None:
    found = places(20, tags={"oneway": "yes"})
    assert found == SignalPlaces((3,), frozenset(), (3,))


def test_on_a_two_way_street_the_nearer_junction_has_it() -> None:
    assert places(20).junctions == {2}
    assert places(180).junctions == {4}


def test_what_is_out_of_reach_is_stray() -> None:
    assert places(REACH_M - 1).stray == ()
    assert places(REACH_M + 1).stray == (3,)


def test_a_signal_at_a_crosswalk_counts() -> None:
    crossing = {"highway": "crossing", "crossing": "traffic_signals"}
    assert places(20, signal=crossing).junctions == {2}


def test_signals_stand_on_junctions_and_nowhere_else() -> None:
    osm = street(20)
    after = with_signals(osm, signal_places(osm))
    assert {node.id: node.tags for node in after.nodes.values() if node.tags} == {2: SIGNAL}
