"""Other rings of an intersection: which there are, which are refused, and what they put between their phases.

A street from west to east crosses one from south to north; its left turns have lanes of their own.
"""

from dataclasses import replace

import pytest

from congestion_lab.core.geometry import Turn
from congestion_lab.signals.intersection import Intersection, SignalHead
from congestion_lab.signals.phases import phases
from congestion_lab.signals.plan import Aspect, Control, Interval, SignalGroup, SignalPlan
from congestion_lab.signals.safety.rules import check_plan
from congestion_lab.signals.safety.variants import LIMIT, Variant, variants

_LETTERS = {"G": Aspect.GREEN, "g": Aspect.PERMITTED, "y": Aspect.YELLOW, "r": Aspect.RED}
_NAMES = {aspect: letter for letter, aspect in _LETTERS.items()}


def _head(index: int, start: str, lane: int, end: str, turn: Turn = Turn.STRAIGHT) -> SignalHead:
    return SignalHead(index, start, lane, end, turn, 13.89, 20.0)


HEADS = (
    _head(0, "west", 0, "to_east"),
    _head(1, "east", 0, "to_west"),
    _head(2, "west", 1, "to_north", Turn.LEFT),
    _head(3, "east", 1, "to_south", Turn.LEFT),
    _head(4, "south", 0, "to_north"),
    _head(5, "north", 0, "to_south"),
)
_CROSSING = {(first, second) for first in range(4) for second in (4, 5)}
SITE = Intersection(
    "c", "c", "", HEADS, frozenset(_CROSSING | {(1, 2), (0, 3)}), frozenset({(2, 1), (3, 0), (2, 4), (3, 5)})
)
LAGGING = ((30, "GGrrrr"), (4, "yyrrrr"), (2, "rrrrrr"), (8, "rrGGrr"), (4, "rryyrr"), (3, "rrrrrr"))
SIDE = ((20, "rrrrGG"), (4, "rrrryy"), (2, "rrrrrr"))


def _plan(*rows: tuple[float, str]) -> SignalPlan:
    columns: dict[tuple[str, ...], list[int]] = {}
    for head, column in enumerate(zip(*(state for _, state in rows), strict=True)):
        columns.setdefault(column, []).append(head)
    groups = tuple(SignalGroup(str(heads[0]), tuple(heads)) for heads in columns.values())
    ring = (Interval(length, tuple(_LETTERS[state[group.heads[0]]] for group in groups)) for length, state in rows)
    return SignalPlan("c", "p", Control.FIXED, 0.0, groups, tuple(ring))


def _rows(plan: SignalPlan) -> tuple[tuple[float, str], ...]:
    place = {head: number for number, group in enumerate(plan.groups) for head in group.heads}
    return tuple(
        (each.duration_s, "".join(_NAMES[each.aspects[place[head]]] for head in range(len(place))))
        for each in plan.intervals
    )


def _by_phases(found: tuple[Variant, ...]) -> dict[tuple[str, ...], Variant]:
    """Variants by what their phases show."""
    return {tuple(_rows(each.plan)[phase.intervals[0]][1] for phase in phases(each.plan)): each for each in found}


PRESENT = _plan(*LAGGING, *SIDE)
FOUND = variants(PRESENT, SITE)


def test_the_present_ring_comes_first_and_all_are_as_safe() -> None:
    assert FOUND[0] == Variant(PRESENT, (0, 1, 2))
    assert check_plan(PRESENT, SITE) == ()
    assert [each for each in FOUND if check_plan(each.plan, SITE)] == []


def test_left_turns_lead_or_lag_protected_permitted_or_both() -> None:
    assert set(_by_phases(FOUND)) == {
        ("GGrrrr", "rrGGrr", "rrrrGG"),
        ("GGrrrr", "rrrrGG", "rrGGrr"),
        ("GGggrr", "rrGGrr", "rrrrGG"),
        ("GGggrr", "rrrrGG", "rrGGrr"),
        ("GGggrr", "rrrrGG"),
    }


def test_phases_keep_the_number_of_the_one_they_stand_for() -> None:
    sources = {shown: each.sources for shown, each in _by_phases(FOUND).items()}
    assert sources["GGrrrr", "rrrrGG", "rrGGrr"] == (0, 2, 1)
    assert sources["GGggrr", "rrrrGG"] == (0, 2)


def test_a_new_succession_is_cleared_by_the_formulas() -> None:
    """At 13.89 m/s yellow takes 3.28 s and 20 m with a car 1.88 s: 4 s of yellow, 2 s of red. Left turns: 2.93 s."""
    leading = _by_phases(FOUND)["GGrrrr", "rrrrGG", "rrGGrr"].plan
    assert _rows(leading) == (
        (30, "GGrrrr"),
        (4, "yyrrrr"),
        (2, "rrrrrr"),
        (20, "rrrrGG"),
        (4, "rrrryy"),
        (2, "rrrrrr"),
        (8, "rrGGrr"),
        (4, "rryyrr"),
        (3, "rrrrrr"),
    )


def test_a_succession_that_stays_keeps_its_clearance() -> None:
    slow = _plan(*LAGGING, (20, "rrrrGG"), (5, "rrrryy"), (4, "rrrrrr"))
    (permitted,) = (each for each in variants(slow, SITE) if each.sources == (0, 2))
    assert _rows(permitted.plan)[-2:] == ((5, "rrrryy"), (4, "rrrrrr"))


def test_no_clearance_is_shorter_than_the_present_one_between_the_same_heads() -> None:
    """Where the side street has always had 9 s before the through street starts, it keeps them in any order."""
    slow = _plan(*LAGGING, (20, "rrrrGG"), (5, "rrrryy"), (4, "rrrrrr"))
    permitted = _by_phases(variants(slow, SITE))["GGggrr", "rrrrGG", "rrGGrr"].plan
    side = _rows(permitted).index((20, "rrrrGG"))
    assert _rows(permitted)[side + 1 : side + 3] == ((5, "rrrryy"), (1, "rrrrrr"))
    crossed = _plan((30, "GGrrrr"), (6, "yyrrrr"), (3, "rrrrrr"), *SIDE, (8, "rrGGrr"), (4, "rryyrr"), (3, "rrrrrr"))
    both = _by_phases(variants(crossed, SITE))["GGggrr", "rrrrGG", "rrGGrr"].plan
    assert _rows(both)[1:3] == ((6, "yyyyrr"), (3, "rrrrrr"))


def test_left_turns_that_lose_their_priority_are_cleared_before_the_others_start() -> None:
    leading = _by_phases(FOUND)["GGggrr", "rrrrGG", "rrGGrr"].plan
    assert _rows(leading)[-2:] == ((4, "rryyrr"), (3, "rrrrrr"))


def test_left_turns_that_are_only_permitted_may_get_a_phase() -> None:
    present = _plan((30, "GGggrr"), (4, "yyyyrr"), (3, "rrrrrr"), *SIDE)
    found = _by_phases(variants(present, SITE))
    assert found["GGggrr", "rrGGrr", "rrrrGG"].sources == (0, 2, 1)


def test_left_turns_with_a_phase_may_lose_their_permitted_green() -> None:
    present = _plan((30, "GGggrr"), (4, "yyggrr"), (2, "rrggrr"), *LAGGING[3:], *SIDE)
    assert ("GGrrrr", "rrGGrr", "rrrrGG") in _by_phases(variants(present, SITE))


@pytest.mark.parametrize(
    "changes",
    [
        {1: {"approach_speed_mps": 22.0}, 0: {"approach_speed_mps": 22.0}},
        {2: {"from_lane": 1}, 6: {"index": 2, "from_link": "west", "from_lane": 2}, 7: {"index": 3, "from_lane": 2}},
    ],
    ids=["fast", "two lanes"],
)
def test_left_turns_are_not_permitted_where_drivers_cannot_see_to_it(changes: dict[int, dict[str, object]]) -> None:
    heads = [*HEADS, HEADS[2], HEADS[3]]
    heads = [replace(head, **changes.get(place, {})) for place, head in enumerate(heads)]  # type: ignore[arg-type] # as listed above
    found = variants(PRESENT, replace(SITE, heads=tuple(heads)))
    assert len(found) == 2
    assert not any(Aspect.PERMITTED in each.aspects for one in found for each in one.plan.intervals)


def test_left_turns_that_share_a_lane_with_others_keep_their_permitted_green() -> None:
    present = _plan((30, "GGggrr"), (4, "yyggrr"), (2, "rrggrr"), *LAGGING[3:], *SIDE)
    shared = tuple(replace(head, from_lane=0) for head in HEADS)
    assert ("GGrrrr", "rrGGrr", "rrrrGG") not in _by_phases(variants(present, replace(SITE, heads=shared)))


def test_what_drivers_do_not_yield_to_is_not_permitted() -> None:
    found = variants(PRESENT, replace(SITE, yields=frozenset()))
    assert [each.sources for each in found] == [(0, 1, 2), (0, 2, 1)]


def test_phases_that_follow_each_other_directly_stay_together() -> None:
    """The through street goes on alone before the left turns join in: no order tears this apart."""
    present = _plan((20, "GGrrrr"), (9, "GGggrr"), (4, "yyyyrr"), (3, "rrrrrr"), *SIDE)
    found = variants(present, SITE)
    assert len(found) > 1
    for each in found:
        place = each.sources.index(0)
        assert each.sources[place : place + 2] == (0, 1)


def test_people_on_foot_are_not_hurried_by_another_order() -> None:
    """Twenty metres take 19 s on foot: no all-red is that long."""
    walking = SignalHead(4, "", 0, "", None, 1.2, 20.0)
    site = replace(SITE, heads=(*HEADS[:4], walking, *HEADS[5:]))
    rows = (*LAGGING, (20, "rrrrGG"), (18, "rrrrrG"), (4, "rrrrry"), (2, "rrrrrr"))
    for each in variants(_plan(*rows), site):
        place = each.sources.index(2)
        assert each.sources[place : place + 2] == (2, 3)


def test_a_ring_whose_intervals_name_their_successors_stays_as_it_is() -> None:
    jumping = replace(PRESENT.intervals[0], extras=(("next", "1 3"),))
    plan = replace(PRESENT, intervals=(jumping, *PRESENT.intervals[1:]))
    assert variants(plan, SITE) == (Variant(plan, (0, 1, 2)),)


def test_two_phases_without_left_turns_have_one_order() -> None:
    heads = tuple(replace(head, turn=Turn.STRAIGHT) for head in HEADS)
    plan = _plan((30, "GGrrrr"), (4, "yyrrrr"), (3, "rrrrrr"), (20, "rrrrGG"), (4, "rrrryy"), (3, "rrrrrr"))
    assert len(variants(plan, replace(SITE, heads=heads))) == 1


def test_there_are_never_more_than_can_be_searched_and_always_the_same() -> None:
    count = 6
    heads = tuple(_head(index, f"in{index}", 0, f"out{index}") for index in range(count))
    pairs = frozenset((first, second) for first in range(count) for second in range(first + 1, count))
    rows = []
    for phase in range(count):
        rows += [
            (20.0, "".join("G" if head == phase else "r" for head in range(count))),
            (4.0, "".join("y" if head == phase else "r" for head in range(count))),
            (2.0, "r" * count),
        ]
    site = Intersection("c", "c", "", heads, pairs, frozenset())
    found = variants(_plan(*rows), site)
    assert 1 < len(found) <= LIMIT
    assert found == variants(_plan(*rows), site)
    assert len({each.sources for each in found}) == len(found)


def test_a_part_of_a_group_takes_no_name_that_another_has() -> None:
    heads = (*HEADS[:3], *(replace(head, index=head.index - 1) for head in HEADS[4:]))
    crossing = {(first, second) for first in range(3) for second in (3, 4)}
    site = replace(SITE, heads=heads, conflicts=frozenset(crossing | {(1, 2)}), yields=frozenset({(2, 1), (2, 3)}))
    together = _plan((30, "gGgrr"), (4, "yyyrr"), (2, "rrrrr"), (20, "rrrGG"), (4, "rrryy"), (2, "rrrrr"))
    west, *others = together.groups
    named = replace(together, groups=(west, replace(others[0], id="0/2"), *others[1:]))
    assert west.heads == (0, 2)
    found = {tuple(group.id for group in each.plan.groups if 2 in group.heads) for each in variants(named, site)}
    assert found == {("0",), ("0/2'",)}
