import itertools
import math

import numpy as np
import pandas as pd
import pytest

from congestion_lab.core.geometry import Turn
from congestion_lab.metrics.corridors import (
    arrivals_on_green,
    corridors,
    knowing_who_goes_on,
    probe_times_s,
    sampled_ways,
    section_times,
)
from congestion_lab.network.model import Connection, Lane, Link, Network, Node
from congestion_lab.simulation.tables import PASSAGES

NAMES = ("a", "b", "c", "d")


def street(name: str = "Main St", *, last_name: str = "Main St", bends: bool = False) -> Network:
    """Four links of 100 m in a row with a signal between two, and a side street at the second signal."""
    spots = {f"n{place}": (100.0 * place, 0.0) for place in range(5)} | {"side": (200.0, 100.0)}
    nodes = {each: Node(each, spot, "signal") for each, spot in spots.items()}

    def link(each: str, start: str, end: str, called: str) -> Link:
        return Link(each, start, end, (Lane(f"{each}_0", 100.0, 10.0, 3.2),), (spots[start], spots[end]), called)

    names = [*([name] * 3), last_name]
    links = [link(each, f"n{at}", f"n{at + 1}", names[at]) for at, each in enumerate(NAMES)]
    links.append(link("side", "n2", "side", "Side St"))
    ahead = Turn.RIGHT if bends else Turn.STRAIGHT
    paths = [Connection(a, 0, b, 0, ahead, f"C{b}", at) for at, (a, b) in enumerate(zip("abc", "bcd", strict=True))]
    paths.append(Connection("b", 0, "side", 0, Turn.STRAIGHT if bends else Turn.LEFT, "Cc", 9))
    return Network(nodes, {each.id: each for each in links}, tuple(paths))


def test_a_corridor_knows_its_signals_and_where_they_are() -> None:
    (way,) = corridors(street(), most=5)
    assert [link.id for link in way.links] == list(NAMES)
    assert [(line.controller_id, line.heads, line.distance_m) for line in way.stop_lines] == [
        ("Cb", (0,), 100.0),
        ("Cc", (1,), 200.0),
        ("Cd", (2,), 300.0),
    ]
    assert (way.length_m, way.free_flow_s, way.speed_mps) == (300.0, 30.0, 10.0)  # to where the last begins


def test_a_corridor_follows_the_name_round_a_bend_and_goes_straight_where_it_ends() -> None:
    (bent,) = corridors(street(bends=True), most=5)
    assert [link.id for link in bent.links] == list(NAMES)
    (renamed,) = corridors(street(last_name="Other St"), most=5)
    assert [link.id for link in renamed.links] == list(NAMES)
    assert corridors(street(name="", last_name="", bends=True), most=5) == ()


def test_two_signals_make_no_corridor_and_loops_end() -> None:
    whole = street()
    paths = tuple(path for path in whole.connections if path.from_link != "c")
    assert corridors(Network(whole.nodes, whole.links, paths), most=5) == ()
    back = Connection("d", 0, "a", 0, Turn.STRAIGHT, "Ca", 0)
    (loop,) = corridors(Network(whole.nodes, whole.links, (*whole.connections, back)), most=5)
    assert sorted(link.id for link in loop.links) == list(NAMES)


def passages(*ways: tuple[str, float, list[float]]) -> pd.DataFrame:
    """PASSAGES of vehicles from (links, when they came onto the first, when they left each)."""
    rows = []
    for vehicle, (links, entered_s, left_s) in enumerate(ways):
        starts = [entered_s, *left_s]
        rows += [(f"v{vehicle}", link, starts[at], left_s[at]) for at, link in enumerate(links)]
    return PASSAGES.conform(pd.DataFrame(rows, columns=PASSAGES.names))


def test_probes_add_up_what_vehicles_took_on_each_section() -> None:
    (way,) = corridors(street(), most=1)
    rows = passages(("ab", 0.0, [10.0, 25.0]), ("bcd", 100.0, [130.0, 140.0, 160.0]), ("cd", 30.0, [42.0, 50.0]))
    sections = section_times(rows, way)
    assert [took.tolist() for _entered, took in sections] == [[10.0], [30.0], [12.0, 10.0]]
    assert probe_times_s(sections, np.array([0.0])) == pytest.approx([10 + 30 + 12])  # 40 s is nearer to 30 than 130


def test_who_turns_off_or_still_stands_gives_no_section_time() -> None:
    (way,) = corridors(street(), most=1)
    turned = passages(("b", 0.0, [500.0]), ("b", 5.0, [math.nan]))
    assert [entered.size for entered, _took in section_times(turned, way)] == [0, 0, 0]
    assert np.isnan(probe_times_s(section_times(turned, way), np.array([0.0, 5.0]))).all()


def test_a_line_ends_where_a_trip_does_and_goes_on_to_where_a_vehicle_turns_off() -> None:
    (way,) = corridors(street(), most=1)
    ended, turned = ("ab", 0.0, [10.0, 11.0]), ("ab?", 50.0, [60.0, 90.0, 95.0])
    found = sampled_ways(knowing_who_goes_on(passages(ended, turned)), way, begin_s=0, end_s=150, most=5)
    assert found[0] == ((0.0, 0.0), (10.0, 100.0), (10.0, 100.0))
    assert found[1] == ((50.0, 0.0), (60.0, 100.0), (60.0, 100.0), (90.0, 200.0))


def test_a_probe_that_meets_nobody_for_minutes_is_not_known() -> None:
    sections = [(np.array([0.0, 1000.0]), np.array([10.0, 20.0]))]
    times = probe_times_s(sections, np.array([100.0, 500.0, 900.0]))
    assert times[[0, 2]] == pytest.approx([10, 20])
    assert math.isnan(times[1])


def test_sampled_vehicles_are_lines_that_never_go_back() -> None:
    (way,) = corridors(street(), most=1)
    rows = passages(*((NAMES, 10.0 * at, [10.0 * at + 10 * n for n in (1, 2, 3, 4)]) for at in range(20)))
    rows = knowing_who_goes_on(rows)
    found = sampled_ways(rows, way, begin_s=0, end_s=150, most=5)
    assert len(found) == 5
    assert found[0][0] == (0.0, 0.0)
    assert found[0][-1] == (30.0, 300.0)
    assert all(a[0] <= b[0] and a[1] <= b[1] for line in found for a, b in itertools.pairwise(line))
    assert sampled_ways(rows, way, begin_s=500, end_s=600, most=5) == ()
    one_link = knowing_who_goes_on(passages(("b", 0.0, [10.0])))
    assert sampled_ways(one_link, way, begin_s=0, end_s=150, most=5) == ()


def test_arrivals_on_green_are_those_that_would_have_met_it_freely() -> None:
    section = (np.array([0.0, 5.0, 20.0, 31.0, 500.0]), np.array([99.0] * 5))
    windows = [(10.0, 20.0), (40.0, 50.0)]
    assert arrivals_on_green(section, 10.0, windows, begin_s=10.0, end_s=50.0) == (
        3,
        4,
    )  # 10, 15, 41 on green, 30 on red
    assert arrivals_on_green(section, 10.0, [], begin_s=0.0, end_s=60.0) == (0, 0)


def test_who_comes_before_the_first_green_or_after_the_last_comes_on_red() -> None:
    section = (np.array([0.0, 5.0, 12.0, 55.0, 70.0]), np.empty(5))
    assert arrivals_on_green(section, 0.0, [(10.0, 20.0), (40.0, 50.0)], begin_s=5.0, end_s=60.0) == (1, 3)
