import itertools

import pytest

from congestion_lab.core.geometry import Turn
from congestion_lab.signals.intersection import Intersection, SignalHead
from congestion_lab.signals.plan import Aspect
from congestion_lab.signals.safety.rules import check_plan
from congestion_lab.sumo.building.presentplans import present_plan, staged


def crossing(lanes: int, *, left_lane: bool = True) -> Intersection:
    """Return a street from west to east with so many lanes straight on each way, lefts, and one side street."""
    heads: list[SignalHead] = []

    def head(link: str, lane: int, out: str, turn: Turn) -> int:
        heads.append(SignalHead(len(heads), link, lane, out, turn, 13.9, 20.0))
        return len(heads) - 1

    straight = {link: [head(link, lane, f"{link}-on", Turn.STRAIGHT) for lane in range(lanes)] for link in "we"}
    left = {link: head(link, lanes if left_lane else lanes - 1, f"{link}-left", Turn.LEFT) for link in "we"}
    side = head("s", 0, "s-on", Turn.STRAIGHT)
    against = [(left["w"], other) for other in straight["e"]] + [(left["e"], other) for other in straight["w"]]
    across = [(other, side) for other in (*straight["w"], *straight["e"], *left.values())]
    conflicts = frozenset((min(pair), max(pair)) for pair in (*against, *across))
    return Intersection("x", "X", "", tuple(heads), conflicts, frozenset(against))


@pytest.mark.parametrize(
    ("lanes", "shown"),
    [
        (1, {Aspect.PERMITTED}),
        (2, {Aspect.PERMITTED, Aspect.GREEN}),
        (3, {Aspect.GREEN}),
    ],
)
def test_left_turns_are_protected_by_the_lanes_they_cross(lanes: int, shown: set[Aspect]) -> None:
    place = crossing(lanes)
    plan = present_plan(place, 90, {})
    left = next(head.index for head in place.heads if head.turn is Turn.LEFT)
    group = next(number for number, group in enumerate(plan.groups) if left in group.heads)
    phases = [interval for interval in plan.intervals if interval.min_s is not None]
    assert {phase.aspects[group] for phase in phases} - {Aspect.RED} == shown


def test_left_turn_without_a_lane_of_its_own_is_permitted_only() -> None:
    assert len(staged(crossing(3, left_lane=False), {})) == 2


@pytest.mark.parametrize(("lanes", "wished"), list(itertools.product((1, 2, 3), (60, 90, 120))))
def test_cycle_is_kept_and_no_rule_broken(lanes: int, wished: float) -> None:
    place = crossing(lanes)
    plan = present_plan(place, wished, {})
    assert plan.cycle_s == wished
    assert check_plan(plan, place) == ()


def test_green_lasts_as_long_as_people_need_to_cross_beside_it() -> None:
    narrow, wide = (present_plan(crossing(2), 50, {"w": width, "e": width}) for width in (7.0, 26.0))
    side = [max(interval.min_s or 0 for interval in plan.intervals) for plan in (narrow, wide)]
    assert side[0] < side[1]
    assert side[1] >= 7 + 26.0 / 1.07 - 10
    assert wide.cycle_s > 50, "a cycle too short for people is lengthened"
