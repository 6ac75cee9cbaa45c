"""Rings of plans whose NEMA form is known, and what rings cannot hold."""

from collections.abc import Sequence
from dataclasses import replace

import pytest

from congestion_lab.core.errors import SignalPlanError
from congestion_lab.core.geometry import Turn
from congestion_lab.signals.intersection import Intersection, SignalHead
from congestion_lab.signals.plan import Aspect, Control, Interval, SignalGroup, SignalPlan
from congestion_lab.signals.rings.ringbarrier import ring_barrier
from congestion_lab.signals.rings.ringphases import RingBarrier
from congestion_lab.signals.rings.ringreading import faithful_rings

_LETTERS = {"r": Aspect.RED, "y": Aspect.YELLOW, "G": Aspect.GREEN, "g": Aspect.PERMITTED, "u": Aspect.RED_YELLOW}


def _plan(*steps: tuple[float, str], control: Control = Control.FIXED, offset_s: float = 0.0) -> SignalPlan:
    groups = tuple(SignalGroup(f"g{head}", (head,)) for head in range(len(steps[0][1])))
    intervals = tuple(Interval(length, tuple(_LETTERS[letter] for letter in shown)) for length, shown in steps)
    return SignalPlan("x", "0", control, offset_s, groups, intervals)


def _site(movements: Sequence[str]) -> Intersection:
    """Heads in order, each an arm and a turn such as `wl`; `p` is a crossing."""
    turns = {"t": Turn.STRAIGHT, "l": Turn.LEFT, "r": Turn.RIGHT}
    heads = tuple(
        SignalHead(number, "", 0, "", None, 1.2, 10.0)
        if name == "p"
        else SignalHead(number, f"{name[0]}i", 0, f"{name}o", turns[name[1]], 13.9, 20.0)
        for number, name in enumerate(movements)
    )
    return Intersection("x", "x", "", heads, frozenset(), frozenset())


def _table(rings: RingBarrier) -> dict[int, tuple[tuple[int, int, int], float, float, tuple[int, ...]]]:
    places = {one.number: (one.barrier, one.ring, one.position) for one in rings.phases}
    return {one.number: (places[one.number], one.start_s, one.green_s, one.serves) for one in rings.phases}


# Leading left turns of unequal length, then the through streets; the cross street has permitted left turns.
# Heads: 0 west left, 1 west through, 2 east left, 3 east through, 4 south, 5 north.
_QUAD = (
    (8.0, "GrGrrr"),
    (3.0, "Gryrrr"),
    (1.0, "Grrrrr"),
    (6.0, "GGrrrr"),
    (3.0, "yGrrrr"),
    (1.0, "rGrrrr"),
    (20.0, "rGrGrr"),
    (3.0, "ryryrr"),
    (2.0, "rrrrrr"),
    (15.0, "rrrrGG"),
    (3.0, "rrrryy"),
    (2.0, "rrrrrr"),
)


def test_leading_left_turns_of_unequal_length_make_two_rings() -> None:
    site = _site(["wl", "wt", "el", "et", "st", "nt"])
    rings, departures = faithful_rings(_plan(*_QUAD), site)
    assert departures == ()
    assert _table(rings) == {
        1: ((1, 1, 1), 0.0, 8.0, (2,)),
        2: ((1, 1, 2), 12.0, 30.0, (1,)),
        4: ((2, 1, 2), 47.0, 15.0, (4,)),
        5: ((1, 2, 1), 0.0, 18.0, (0,)),
        6: ((1, 2, 2), 22.0, 20.0, (3,)),
        8: ((2, 2, 2), 47.0, 15.0, (5,)),
    }
    assert [sum(one.split_s for one in ring) for ring in rings.rings] == [67.0, 67.0]
    assert rings.coordinated is not None
    assert rings.coordinated.number == 2
    assert rings.overlaps == ()


def test_lagging_left_turns_keep_their_odd_numbers() -> None:
    """Through streets first with permitted left turns, which have a protected green behind."""
    plan = _plan(
        (20.0, "gGgGr"),
        (3.0, "gygyr"),
        (2.0, "grgrr"),
        (8.0, "GrGrr"),
        (3.0, "yryrr"),
        (1.0, "rrrrr"),
        (15.0, "rrrrG"),
        (4.0, "rrrry"),
    )
    rings, departures = faithful_rings(plan, _site(["wl", "wt", "el", "et", "st"]))
    assert departures == ()
    order = [[one.number for one in ring] for ring in rings.rings]
    assert order == [[2, 1, 4], [6, 5, 8]]
    by_number = {one.number: one for one in rings.phases}
    assert {number: one.protected for number, one in by_number.items() if number < 8} == {
        1: (0,),
        2: (1,),
        4: (4,),
        5: (2,),
        6: (3,),
    }
    assert {head for one in by_number.values() for head in one.permitted} == {0, 2}


def test_stages_that_share_nothing_make_one_ring() -> None:
    plan = _plan((20.0, "Gr"), (3.0, "yr"), (2.0, "rr"), (15.0, "rg"), (4.0, "ry"), (1.0, "rr"))
    rings, departures = faithful_rings(plan, _site(["wt", "st"]))
    assert departures == ()
    assert _table(rings) == {1: ((1, 1, 1), 0.0, 20.0, (0,)), 2: ((2, 1, 1), 25.0, 15.0, (1,))}
    assert [(one.yellow_s, one.all_red_s) for one in rings.phases] == [(3.0, 2.0), (4.0, 1.0)]
    assert (rings.phases[0].protected, rings.phases[1].permitted) == ((0,), (1,))


def test_greens_that_no_two_rings_hold_are_overlaps_of_one() -> None:
    """Group 1 is green in the second of three stages, group 0 in all, group 2 in the first two, group 3 in the last."""
    plan = _plan(
        (10.0, "GrGrr"),
        (10.0, "GGGrr"),
        (3.0, "Gyyrr"),
        (10.0, "GrrGr"),
        (3.0, "yrryr"),
        (10.0, "rrrrG"),
        (3.0, "rrrry"),
    )
    rings, departures = faithful_rings(plan, _site(["wt", "wl", "wr", "et", "st"]))
    assert departures == ()
    assert len(rings.rings) == 1
    assert [one.serves for one in rings.phases] == [(0, 2), (0, 1, 2), (0, 3), (4,)]
    assert rings.overlaps == (0, 2)


def test_traffic_that_ends_greens_does_so_stage_by_stage() -> None:
    plan = _plan(*_QUAD, control=Control.ACTUATED)
    assert len(ring_barrier(plan, _site(["wl", "wt", "el", "et", "st", "nt"])).rings) == 1


def test_people_walk_beside_the_phase_that_starts_with_them() -> None:
    plan = _plan((8.0, "GrG"), (12.0, "Grr"), (3.0, "yrr"), (15.0, "rGr"), (3.0, "ryr"))
    rings, departures = faithful_rings(plan, _site(["wt", "st", "p"]))
    assert departures == ()
    first = rings.phases[0]
    assert (first.protected, first.walking, first.walk_s, first.green_s) == ((0,), (2,), 8.0, 20.0)


def test_no_walk_outlasts_the_green_beside_it_by_a_hair() -> None:
    """A hundredth of a second less than a controller's clock tells is no time in which somebody walks."""
    plan = _plan((20.0, "GrG"), (0.04, "yrG"), (2.96, "yrr"), (2.0, "rrr"), (20.0, "rGr"), (3.0, "ryr"), (2.0, "rrr"))
    rings, _departures = faithful_rings(plan, _site(["wt", "st", "p"]))
    assert [(one.walking, one.walk_s, one.green_s) for one in rings.phases if one.walking] == [((2,), 20.0, 20.0)]


def test_a_crossing_that_no_group_drives_walks_nowhere() -> None:
    rings, departures = faithful_rings(
        _plan((20.0, "Gr"), (4.0, "yr"), (20.0, "rG"), (4.0, "ry")), _site(["wt", "st", "p"])
    )
    assert (departures, [one.walking for one in rings.phases]) == ((), [(), ()])


def test_people_alone_have_a_phase() -> None:
    plan = _plan((20.0, "Gr"), (3.0, "yr"), (15.0, "rG"), (9.0, "rr"))
    rings, departures = faithful_rings(plan, _site(["wt", "p"]))
    assert departures == ()
    assert [(one.walk_s, one.clearance_s) for one in rings.phases] == [(0.0, 3.0), (15.0, 9.0)]


def test_a_wait_for_longer_than_any_all_red_is_a_phase_that_serves_nobody() -> None:
    rings, departures = faithful_rings(_plan((60.0, "G"), (3.0, "y"), (27.0, "r")), _site(["wt"]))
    assert departures == ()
    assert [(one.serves, one.start_s, one.green_s, one.clearance_s) for one in rings.phases] == [
        ((0,), 0.0, 60.0, 3.0),
        ((), 63.0, 27.0, 0.0),
    ]


def test_a_green_that_outlasts_its_stage_ends_sooner_but_keeps_its_yellow() -> None:
    """Group 1 turns yellow 2 s after group 0: a phase has one yellow, and nobody may lose theirs."""
    plan = _plan((20.0, "GGr"), (2.0, "yGr"), (1.0, "yyr"), (3.0, "ryr"), (1.0, "rrr"), (15.0, "rrG"), (4.0, "rry"))
    rings, departures = faithful_rings(plan, _site(["wt", "wl", "st"]))
    assert [(one.yellow_s, one.all_red_s) for one in rings.phases] == [(4.0, 3.0), (4.0, 0.0)]
    assert sorted(map(str, departures)) == [
        "group g0: 1 s of red become yellow",
        "group g1: 2 s of protected green become yellow",
        "group g1: 2 s of yellow become red",
    ]


def test_a_green_that_pauses_in_a_clearance_is_refused() -> None:
    """An overlap would stay green where this one stops, perhaps for people who cross there."""
    plan = _plan((20.0, "GGr"), (3.0, "yyr"), (15.0, "GrG"), (3.0, "yry"))
    with pytest.raises(SignalPlanError, match="group g0: 6 s of yellow become protected green"):
        faithful_rings(plan, _site(["wt", "wl", "et"]))


def test_red_and_yellow_is_told_as_lost() -> None:
    plan = _plan((20.0, "Gr"), (3.0, "yr"), (1.0, "ru"), (15.0, "rG"), (3.0, "ry"), (1.0, "ur"))
    _, departures = faithful_rings(plan, _site(["wt", "st"]))
    assert sorted(map(str, departures)) == [
        "group g0: 1 s of red and yellow become red",
        "group g1: 1 s of red and yellow become red",
    ]


def test_signals_that_never_change_have_no_phase() -> None:
    rings, departures = faithful_rings(_plan((60.0, "Gg")), _site(["wt", "st"]))
    assert (rings.phases, rings.free, departures) == ((), (0, 1), ())


def test_who_gives_way_to_signals_that_never_change_is_not_left_red() -> None:
    site = replace(_site(["wt", "st"]), yields=frozenset({(1, 0)}))
    rings, departures = faithful_rings(_plan((60.0, "Gg")), site)
    assert (rings.phases, rings.free, departures) == ((), (0, 1), ())


def test_more_than_sixteen_phases_are_refused() -> None:
    steps = [
        step
        for place in range(17)
        for step in ((10.0, "r" * place + "G" + "r" * (16 - place)), (3.0, "r" * place + "y" + "r" * (16 - place)))
    ]
    with pytest.raises(SignalPlanError, match="17 phases"):
        ring_barrier(_plan(*steps), _site([f"{arm}{turn}" for arm in "wesnab" for turn in "lrt"][:17]))
