"""Plans that look right and are not: none of them may be certified."""

from dataclasses import replace

import pytest

from congestion_lab.core.geometry import Turn
from congestion_lab.signals.certification.certificate import Verdict
from congestion_lab.signals.certification.certifying import certificate
from congestion_lab.signals.intersection import ConflictDistance, Intersection, Leg, SignalHead
from congestion_lab.signals.plan import Control, SignalPlan
from congestion_lab.signals.safety.repair import repaired
from congestion_lab.signals.safety.rules import check_plan
from tests.judging import judgement, lettered, open_points

_SPEED_MPS = 13.89


def _head(index: int, start: str, end: str, turn: Turn | None) -> SignalHead:
    return SignalHead(index, start, 0, end, turn, _SPEED_MPS, 10.7 if turn is None else 20.0)


# a street west to east with traffic both ways, a left turn from the east, a right turn from the south, and a crossing
SITE = Intersection(
    controller_id="c",
    name="c",
    name_ar="",
    heads=(
        _head(0, "wi", "eo", Turn.STRAIGHT),
        _head(1, "ei", "wo", Turn.STRAIGHT),
        _head(2, "ei", "so", Turn.LEFT),
        _head(3, "si", "eo", Turn.RIGHT),
        _head(4, "", "", None),
    ),
    conflicts=frozenset({(0, 2), (0, 3), (2, 4), (3, 4)}),
    yields=frozenset({(2, 0), (3, 0), (2, 4), (3, 4)}),
    distances=(
        ConflictDistance(0, 2, 20.0, 12.0),
        ConflictDistance(2, 0, 18.0, 14.0),
        ConflictDistance(0, 3, 20.0, 6.0),
        ConflictDistance(3, 0, 10.0, 16.0),
        ConflictDistance(2, 4, 25.0, 0.0),
        ConflictDistance(4, 2, 10.7, 20.0),
    ),
    legs=(Leg(("wi",), 6.0),),
)
# main street with the left turn permitted, then the left turn alone, then the side street, then people on foot
RING = (
    *((20, "GGgrr"), (4, "yGgrr"), (2, "rGgrr"), (10, "rGGrr"), (4, "ryyrr"), (2, "rrrrr")),
    *((8, "rrrGr"), (4, "rrryr"), (3, "rrrrr"), (8, "rrrrG"), (11, "rrrrr")),
)


def _changed(changes: dict[int, tuple[float, str]]) -> SignalPlan:
    return lettered(*(changes.get(number, interval) for number, interval in enumerate(RING)))


def test_the_ring_from_which_all_cases_depart_is_certified() -> None:
    one = certificate(lettered(*RING), SITE)
    assert one.certified, one.open


@pytest.mark.parametrize(
    ("changes", "rule", "subject", "verdict"),
    [
        ({4: (4, "ryrrr")}, "yellow", ("2",), Verdict.BREACHED),  # one head of two ends without yellow
        ({4: (4, "rfyrr")}, "yellow", ("1",), Verdict.BREACHED),  # a flash is no yellow
        ({8: (0.2, "rrrrr")}, "intergreen", ("3", "4"), Verdict.BREACHED),  # hardly any red before people walk
        ({10: (8, "rrrrr")}, "pedestrian-clearance", ("4", "2"), Verdict.BREACHED),
        ({6: (3, "rrrGr"), 8: (3, "rrrGr"), 9: (8, "rrryG")}, "minimum-green", ("3",), Verdict.BREACHED),  # 3 s twice
        ({6: (8, "rrrrr"), 7: (4, "rrrrr")}, "served", ("3",), Verdict.BREACHED),
        ({6: (8, "rrrsr"), 7: (4, "rrrsr")}, "served", ("3",), Verdict.RESERVED),  # a stop sign for ever
        ({6: (8, "rrrfr"), 7: (4, "rrrfr")}, "served", ("3",), Verdict.RESERVED),
        ({9: (8, "rsrrG")}, "conflicts", ("1",), Verdict.RESERVED),  # straight on after a stop
        ({9: (8, "frrrG")}, "conflicts", ("0",), Verdict.RESERVED),
        ({3: (10, "rGGrG")}, "conflicts", ("2", "4"), Verdict.BREACHED),
    ],
)
def test_each_case_is_judged_by_the_rule_that_it_breaks(
    changes: dict[int, tuple[float, str]], rule: str, subject: tuple[str, ...], verdict: Verdict
) -> None:
    one = certificate(_changed(changes), SITE)
    assert (rule, subject, verdict) in open_points(one)
    assert not one.certified


def test_greens_that_meet_across_the_end_of_the_cycle_leave_no_time() -> None:
    # the left turn is green to the very end of the cycle, and oncoming traffic from its first second
    ring = ((20, "GGrrr"), (4, "yyrrr"), (2, "rrrrr"), (8, "rrrGr"), (4, "rrryr"), (3, "rrrrr"), (8, "rrrrG"))
    late = certificate(lettered(*ring, (12, "rrrrr"), (10, "rrGrr")), SITE)
    judged = judgement(late, "intergreen", "2", "0")
    assert (judged.verdict, judged.provided_s, judged.at_s) == (Verdict.BREACHED, 0.0, 0.0)
    # green in the last and in the first interval of the cycle is one green, and both together a conflict
    both = certificate(lettered(*ring, (12, "rrrrr"), (10, "GrGrr")), SITE)
    assert ("conflicts", ("0", "2"), Verdict.BREACHED) in open_points(both)


def test_an_offset_beyond_the_cycle_is_told_within_it() -> None:
    one = certificate(lettered(*RING, offset_s=100.0), SITE)
    assert one.offset_s == 100.0 - one.cycle_s
    assert one.certified


def test_responsive_plans_may_leave_out_a_phase_and_are_never_certified() -> None:
    one = certificate(replace(lettered(*RING), control=Control.ACTUATED), SITE)
    assert open_points(one) == {("fixed-times", (), Verdict.RESERVED)}


def test_a_way_too_long_for_an_all_red_asks_for_all_that_it_takes_and_tells_the_bound() -> None:
    ways = tuple(replace(each, clearing_m=130.0) if each.entering == 2 else each for each in SITE.distances)
    judged = judgement(certificate(lettered(*RING), replace(SITE, distances=ways)), "intergreen", "0", "2")
    assert judged.required_s == pytest.approx(1 + _SPEED_MPS / 6.1 + (130 + 6.1) / _SPEED_MPS)  # 9.8 s of red, no less
    assert judged.verdict is Verdict.BREACHED
    assert judged.note == "clearing 130 m takes 9.8 s of red; an all-red is usually at most 6 s"


def test_a_gap_that_lacks_more_of_a_long_red_hides_none_that_lacks_a_usual_one() -> None:
    far = replace(SITE, distances=(ConflictDistance(0, 2, 130.0, 60.0), *SITE.distances[1:]))
    waiting = ((20, "GGgrr"), (4, "yGgrr"), (5.5, "rGgrr"), (10, "rGGrr"), (4, "ryyrr"), (2, "rrrrr"))  # needs 13.1 s
    held = ((10, "GGrrr"), (4, "yyrrr"), (3, "rrrrr"), (10, "rrGrr"), (4, "rryrr"), (4, "rrrrr"))  # needs 8.8 s
    judged = judgement(certificate(lettered(*waiting, *held, *RING[6:]), far), "intergreen", "0", "2")
    assert (judged.verdict, judged.provided_s) == (Verdict.BREACHED, 7.0)
    alone = judgement(certificate(lettered(*waiting, *RING[6:]), far), "intergreen", "0", "2")
    assert (alone.verdict, alone.provided_s) == (Verdict.RESERVED, 9.5)


def test_a_left_turn_that_waits_in_the_junction_gets_no_credit_for_its_way_there() -> None:
    needed = 1 + _SPEED_MPS / 6.1 + 26.1 / _SPEED_MPS
    lagging = certificate(lettered(*RING), SITE)  # permitted beside the oncoming traffic, then alone
    assert judgement(lagging, "intergreen", "0", "2").required_s == pytest.approx(needed)
    held = certificate(_changed({0: (20, "GGrrr"), 1: (4, "yGrrr"), 2: (2, "rGrrr")}), SITE)
    assert judgement(held, "intergreen", "0", "2").required_s == pytest.approx(needed - 12.0 / _SPEED_MPS)
    short = certificate(_changed({2: (1, "rGgrr")}), SITE)
    judged = judgement(short, "intergreen", "0", "2")
    assert judged.verdict is Verdict.BREACHED
    assert "nothing held group 2" in judged.note


def test_who_may_go_on_red_after_a_stop_gets_no_credit_when_its_green_comes() -> None:
    ring = ((20, "GGrsr"), (4, "yGrsr"), (2, "rGrsr"), (8, "rGrGr"), (4, "rGryr"), (3, "rGrrr"))
    judged = judgement(certificate(lettered(*ring), SITE), "intergreen", "0", "3")
    assert judged.required_s == pytest.approx(1 + _SPEED_MPS / 6.1 + 26.1 / _SPEED_MPS)
    held = lettered(*((length, state.replace("s", "r")) for length, state in ring))
    assert judgement(certificate(held, SITE), "intergreen", "0", "3").required_s == pytest.approx(
        judged.required_s - 6.0 / _SPEED_MPS
    )


def test_nobody_is_taken_to_enter_more_slowly_than_rilsa_does() -> None:
    slow = replace(SITE, heads=tuple(replace(head, approach_speed_mps=5.0) for head in SITE.heads))
    held = _changed({0: (20, "GGrrr"), 1: (4, "yGrrr"), 2: (2, "rGrrr")})
    judged = judgement(certificate(held, slow), "intergreen", "0", "2")
    assert judged.required_s == pytest.approx(3.0 + 26.1 / 5.0 - 12.0 / 11.1)


def test_a_protected_left_turn_clears_before_oncoming_traffic_starts_although_it_stays_green() -> None:
    leading = ((10, "rGGrr"), (20, "GGgrr"), (4, "yyyrr"), (2, "rrrrr"), *RING[6:])
    one = certificate(lettered(*leading), SITE)
    judged = judgement(one, "intergreen", "2", "0")
    assert (judged.verdict, judged.provided_s) == (Verdict.BREACHED, 0.0)
    assert "intergreen" in {breach.rule for breach in check_plan(lettered(*leading), SITE)}
    assert not check_plan(repaired(lettered(*leading), SITE), SITE)
    cleared = certificate(lettered(leading[0], (6, "rGgrr"), *leading[1:]), SITE)
    assert judgement(cleared, "intergreen", "2", "0").verdict is Verdict.MET


@pytest.mark.parametrize(("permitted_s", "verdict"), [(0.5, Verdict.BREACHED), (2.0, Verdict.MET)])
def test_a_moment_of_permitted_green_behind_the_yellow_is_no_clearance(permitted_s: float, verdict: Verdict) -> None:
    leading = (
        (10, "rGGrr"),
        (4, "rGyrr"),
        (permitted_s, "rGgrr"),
        (20, "GGgrr"),
        (4, "yyyrr"),
        (2, "rrrrr"),
        *RING[6:],
    )
    judged = judgement(certificate(lettered(*leading), SITE), "intergreen", "2", "0")
    assert (judged.verdict, judged.provided_s) == (verdict, 4.0 + permitted_s)
    assert "intergreen" not in {breach.rule for breach in check_plan(repaired(lettered(*leading), SITE), SITE)}


def test_a_green_that_comes_anew_enters_anew_although_it_has_to_give_way() -> None:
    # the left turn ends with the oncoming traffic and is permitted again a second later
    ring = ((20, "GGgrr"), (1, "yGrrr"), (10, "yGgrr"), (4, "ryyrr"), (2, "rrrrr"), *RING[6:])
    judged = judgement(certificate(lettered(*ring), SITE), "intergreen", "0", "2")
    assert (judged.verdict, judged.provided_s) == (Verdict.BREACHED, 1.0)


def test_a_left_turn_that_loses_its_green_before_the_oncoming_traffic_is_a_trap() -> None:
    trap = ((20, "GGgrr"), (4, "Gyyrr"), (2, "Grrrr"), (6, "Grrrr"), (4, "yrrrr"), (2, "rrrrr"), *RING[6:])
    assert ("yielding", ("2", "0"), Verdict.RESERVED) in open_points(certificate(lettered(*trap), SITE))
    together = ((20, "GGgrr"), (4, "yyyrr"), (2, "rrrrr"), *RING[6:])
    assert not [each for each in certificate(lettered(*together), SITE).open if each.rule == "yielding"]


def test_two_roads_that_merge_without_saying_who_yields_are_reserved() -> None:
    merging = replace(
        SITE,
        heads=(_head(0, "a", "o", Turn.STRAIGHT), _head(1, "b", "o", Turn.STRAIGHT)),
        conflicts=frozenset({(0, 1)}),
        yields=frozenset({(1, 0)}),
        distances=(),
        legs=(),
    )
    one = certificate(lettered((30, "Gg"), (4, "yy"), (6, "rr")), merging)
    assert ("yielding", ("1", "0"), Verdict.RESERVED) in open_points(one)


def test_a_permitted_green_yields_to_nobody_where_the_road_model_names_no_priority() -> None:
    silent = replace(SITE, yields=SITE.yields - {(2, 0)})
    assert ("yielding", ("0", "2"), Verdict.RESERVED) in open_points(certificate(lettered(*RING), silent))


def test_an_intersection_that_names_no_conflict_is_not_taken_at_its_word() -> None:
    one = certificate(lettered((30, "GGGGG"), (4, "yyyyr"), (11, "rrrrr")), replace(SITE, conflicts=frozenset()))
    assert ("known", (), Verdict.RESERVED) in open_points(one)
