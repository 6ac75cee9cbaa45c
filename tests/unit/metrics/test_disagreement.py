"""Where the HCM and the simulation tell different stories, and what the data show of it."""

import math

import pytest

from congestion_lab.core.geometry import Turn
from congestion_lab.metrics.analysing import Conditions, analysed
from congestion_lab.metrics.disagreement import Cause, Disagreements, disagreements
from congestion_lab.metrics.service import level_of_service
from congestion_lab.metrics.simulated import Simulated, SimulatedMovement, SimulatedQueue
from congestion_lab.signals.intersection import Intersection, SignalHead
from congestion_lab.signals.plan import Aspect, Control, Interval, SignalGroup, SignalPlan

G, P, Y, R = Aspect.GREEN, Aspect.PERMITTED, Aspect.YELLOW, Aspect.RED
# west: straight on and left, on a lane each; south: one lane
SITE = Intersection(
    "c",
    "Crossing",
    "",
    (
        SignalHead(0, "w", 0, "e", Turn.STRAIGHT, 13.9, 20.0, "West St"),
        SignalHead(1, "w", 1, "n", Turn.LEFT, 13.9, 20.0, "West St"),
        SignalHead(2, "s", 0, "n", Turn.STRAIGHT, 13.9, 20.0, "South St"),
    ),
    frozenset({(0, 2), (1, 2)}),
    frozenset(),
)
ROWS = ((40, (G, G, R)), (5, (Y, Y, R)), (40, (R, R, G)), (5, (R, R, Y)))


def _plan(rows: tuple[tuple[float, tuple[Aspect, ...]], ...] = ROWS) -> SignalPlan:
    groups = tuple(SignalGroup(str(index), (index,)) for index in range(3))
    return SignalPlan("c", "p", Control.FIXED, 0.0, groups, tuple(Interval(*row) for row in rows))


def _found(
    delays_s: dict[tuple[str, str], float],
    full: dict[str, float],
    *,
    straight_vph: float = 300.0,
    left_vph: float = 100.0,
    plan: SignalPlan | None = None,
    known: bool = True,
) -> Disagreements:
    flows = {("w", "e"): straight_vph, ("w", "n"): left_vph, ("s", "n"): 300.0}
    movements = {
        pair: SimulatedMovement(volume, delays_s.get(pair, 20.0), math.nan, level_of_service(delays_s.get(pair, 20.0)))
        for pair, volume in flows.items()
    }
    queues = {link: SimulatedQueue(10.0, 50.0, full.get(link, 0.0)) for link in ("w", "s", "e", "n")}
    conditions = Conditions(arrivals_on_green=dict.fromkeys(flows, 40 / 90) if known else {})
    judged = plan or _plan()
    return disagreements(analysed(judged, SITE, flows, conditions), Simulated(1, movements, queues), judged, SITE)


def _told(found: Disagreements) -> dict[tuple[str, str], list[Cause]]:
    return {(each.from_link, each.to_link): [reason.cause for reason in each.reasons] for each in found.movements}


def test_where_both_agree_there_is_nothing_to_tell() -> None:
    found = _found({}, {})
    assert not found.any
    assert found.movements == ()
    assert (found.los, found.simulated_los) == ("B", "B")


def test_spillback_from_the_link_beyond_is_found() -> None:
    found = _found({("w", "e"): 95.0}, {"e": 0.3})
    assert _told(found) == {("w", "e"): [Cause.SPILLBACK]}
    (each,) = found.movements
    assert (each.los, each.simulated_los, each.reasons[0].link, each.reasons[0].share) == ("B", "F", "e", 0.3)


def test_a_full_link_is_told_one_level_apart_already_but_not_when_the_simulation_is_no_worse() -> None:
    assert _told(_found({("w", "e"): 30.0}, {"e": 0.3})) == {("w", "e"): [Cause.SPILLBACK]}
    assert _told(_found({("w", "e"): 30.0}, {"e": 0.05})) == {}
    assert _told(_found({("w", "e"): 30.0}, {"w": 0.3})) == {}
    assert _told(_found({("w", "e"): 30.0}, {"w": 0.6})) == {("w", "e"): [Cause.OUTSIDE]}
    assert not _found({}, {"e": 0.3}).any


def test_a_movement_that_jams_blocks_the_lane_of_the_other() -> None:
    found = _found({("w", "e"): 95.0, ("w", "n"): 200.0}, {"w": 0.5}, left_vph=900.0)
    assert _told(found) == {("w", "e"): [Cause.BLOCKED, Cause.OUTSIDE]}  # the left turn is F in both
    assert found.movements[0].reasons[0].turn is Turn.LEFT


def test_gaps_and_platoons_that_are_assumed_are_named() -> None:
    rows = tuple((length, (shown[0], P if shown[1] is G else shown[1], shown[2])) for length, shown in ROWS)
    found = _found({("w", "n"): 60.0}, {}, plan=_plan(rows), known=False)
    assert _told(found) == {("w", "n"): [Cause.GAPS, Cause.PLATOONS]}


def test_near_capacity_small_errors_decide_and_beyond_it_the_simulation_discharges_more() -> None:
    assert _told(_found({("w", "e"): 95.0}, {}, straight_vph=740.0)) == {("w", "e"): [Cause.NEAR_CAPACITY]}
    assert _told(_found({("w", "e"): 25.0}, {}, straight_vph=850.0)) == {("w", "e"): [Cause.DISCHARGE]}


@pytest.mark.parametrize("volume", [10.0, 19.0])
def test_the_delay_of_few_vehicles_is_chance(volume: float) -> None:
    assert _told(_found({("w", "n"): 95.0}, {}, left_vph=volume)) == {}


def test_where_the_data_tell_no_reason_the_difference_is_told_all_the_same() -> None:
    found = _found({("w", "e"): 60.0}, {})
    assert found.any
    assert _told(found) == {("w", "e"): []}
