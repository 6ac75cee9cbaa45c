"""What a certificate says of a plan: rule by rule, with figures, places and reservations."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from congestion_lab.core.geometry import Turn
from congestion_lab.signals.certification.certificate import RULES, Certificate, Judgement, Verdict, marking
from congestion_lab.signals.certification.certificatefile import write_certificates
from congestion_lab.signals.certification.certifying import certificate, certify
from congestion_lab.signals.intersection import ConflictDistance, Intersection, Leg, SignalHead
from congestion_lab.signals.plan import Control, PlanSet, SignalPlan
from congestion_lab.signals.safety.rules import Rules
from tests.judging import judgement, lettered, open_points


def _head(index: int, turn: Turn | None) -> SignalHead:
    link = "" if turn is None else f"in{index}"
    end = "" if turn is None else f"out{index}"
    return SignalHead(index, link, 0, end, turn, 13.89, 10.7 if turn is None else 20.0, f"Street {index}")


# 0 main street, 1 left turn against it, 2 side street, 3 crossing of the side street's exit
SITE = Intersection(
    controller_id="c",
    name="c",
    name_ar="",
    heads=(_head(0, Turn.STRAIGHT), _head(1, Turn.LEFT), _head(2, Turn.STRAIGHT), _head(3, None)),
    conflicts=frozenset({(0, 1), (0, 2), (1, 2), (2, 3)}),
    yields=frozenset({(1, 0), (1, 2), (2, 0)}),
)
SAFE = ((20, "GgrG"), (7, "Ggrr"), (4, "yyrr"), (3, "rrrr"), (20, "rrGr"), (4, "rryr"), (2, "rrrr"))


def _changed(number: int, length: float | None = None, state: str | None = None) -> SignalPlan:
    ring = list(SAFE)
    ring[number] = (length or ring[number][0], state or ring[number][1])
    return lettered(*ring)


def test_a_safe_plan_is_certified_and_every_rule_was_judged() -> None:
    one = certificate(lettered(*SAFE), SITE)
    assert one.certified, one.open
    assert {each.rule for each in one.judgements} == RULES.keys() - {"crossing"}  # the one leg has a signal
    assert one.conflicts == (("0", "1"), ("0", "2"), ("1", "2"), ("2", "3"))
    assert one.ring == "single ring of 3 stages: 20 + 7 + 20 s, intergreens 7 + 6 s"
    assert [run.duration_s for run in one.timelines[2].runs] == [34.0, 20.0, 4.0, 2.0]


@pytest.mark.parametrize(
    ("plan", "rule", "subject"),
    [
        (_changed(0, state="GGrG"), "conflicts", ("0", "1")),
        (_changed(0, state="gGrG"), "yielding", ("1", "0")),
        (_changed(2, 3.0), "yellow", ("0",)),
        (_changed(2, 7.0), "yellow", ("0",)),
        (_changed(2, state="yrrr"), "yellow", ("1",)),
        (_changed(3, 1.0), "intergreen", ("1", "2")),
        (_changed(1, 1.0), "pedestrian-clearance", ("3", "2")),
        (_changed(0, 5.0), "walk", ("3",)),
        (_changed(4, 4.0), "minimum-green", ("2",)),
        (_changed(0, 150.0), "cycle", ()),
        (lettered((40, "Ggrr")), "served", ("2",)),
        (_changed(4, state="rrgG"), "straight-across", ("2", "3")),
    ],
)
def test_every_rule_can_be_breached(plan: SignalPlan, rule: str, subject: tuple[str, ...]) -> None:
    one = certificate(plan, SITE)
    assert (rule, subject, Verdict.BREACHED) in open_points(one)
    assert not one.certified


def test_rings_and_barriers_add_up() -> None:
    # west's left and its straight start together with east's, and end one after the other: two rings, one barrier each
    heads = (
        _head(0, Turn.STRAIGHT),
        _head(1, Turn.LEFT),
        _head(2, Turn.STRAIGHT),
        _head(3, Turn.LEFT),
        _head(4, Turn.STRAIGHT),
    )
    crossing = frozenset({(0, 3), (1, 2), (0, 4), (1, 4), (2, 4), (3, 4)})
    site = replace(SITE, heads=heads, conflicts=crossing, yields=frozenset(), legs=(Leg(("in4",), 6.0),))
    rows = (
        *((10.0, "rGrGr"), (4.0, "ryrGr"), (2.0, "rrrGr"), (8.0, "rrGGr"), (4.0, "rrGyr"), (2.0, "rrGrr")),
        *((12.0, "GrGrr"), (4.0, "yryrr"), (3.0, "rrrrr"), (20.0, "rrrrG"), (4.0, "rrrry"), (2.0, "rrrrr")),
    )
    one = certificate(lettered(*rows), site)
    sums = {each.subject: (each.required_s, each.provided_s) for each in one.judgements if each.rule == "ring"}
    assert sums[()] == (75.0, 75.0)
    assert sums["ring 1",] == sums["ring 2",] == (75.0, 75.0)
    assert sums["ring 2", "barrier 1"] == sums["ring 1", "barrier 1"]
    assert all(each.verdict is Verdict.MET for each in one.judgements if each.rule == "ring")


def test_a_phase_shorter_than_the_plan_states_is_a_breach() -> None:
    plan = lettered(*SAFE)
    stated = replace(plan.intervals[4], min_s=25.0, max_s=40.0)
    one = certificate(replace(plan, intervals=(*plan.intervals[:4], stated, *plan.intervals[5:])), SITE)
    assert ("stated-minimum", ("2",), Verdict.BREACHED) in open_points(one)


def test_figures_and_seconds_of_the_least_separation() -> None:
    (cell,) = [
        each for each in certificate(lettered(*SAFE), SITE).separations if (each.clearing, each.entering) == ("0", "2")
    ]
    assert (cell.provided_s, cell.at_s) == (7.0, 34.0)
    assert cell.yellow_s == pytest.approx(1 + 13.89 / 6.1)
    assert cell.red_s == pytest.approx(26.1 / 13.89)  # the whole way of 20 m: nothing says where the paths meet
    assert not cell.measured
    assert cell.slack_s == pytest.approx(7.0 - 1 - 13.89 / 6.1 - 26.1 / 13.89)


def test_ways_to_the_conflict_area_shorten_what_is_required() -> None:
    ways = (ConflictDistance(0, 2, 8.0, 13.89), ConflictDistance(2, 0, 30.0, 0.0))
    cells = {
        (each.clearing, each.entering): each
        for each in certificate(lettered(*SAFE), replace(SITE, distances=ways)).separations
    }
    assert cells["0", "2"].red_s == pytest.approx(14.1 / 13.89 - 1.0)
    assert cells["2", "0"].red_s == pytest.approx(36.1 / 13.89)
    assert cells["0", "2"].measured


def test_who_enters_after_a_long_way_needs_no_red_but_never_less_than_the_yellow() -> None:
    ways = (ConflictDistance(0, 2, 2.0, 90.0),)
    cells = certificate(lettered(*SAFE), replace(SITE, distances=ways)).separations
    (cell,) = [each for each in cells if (each.clearing, each.entering) == ("0", "2")]
    assert cell.red_s == 0.0
    assert cell.required_s == cell.yellow_s


def test_people_on_foot_enter_at_once() -> None:
    ways = (ConflictDistance(2, 3, 20.0, 90.0),)
    cells = certificate(lettered(*SAFE), replace(SITE, distances=ways)).separations
    (cell,) = [each for each in cells if (each.clearing, each.entering) == ("2", "3")]
    assert cell.red_s == pytest.approx(26.1 / 13.89)


def test_a_way_too_long_for_an_all_red_is_a_reservation_until_the_plan_leaves_enough() -> None:
    ways = (ConflictDistance(0, 2, 100.0, 0.0),)  # 7.6 s of red; drivers take 6 s
    site = replace(SITE, distances=ways)
    needed = 1 + 13.89 / 6.1 + 106.1 / 13.89
    short = certificate(_changed(3, 6.0), site)
    assert judgement(short, "intergreen", "0", "2").verdict is Verdict.RESERVED
    assert "100 m take" in judgement(short, "intergreen", "0", "2").note
    assert judgement(certificate(_changed(3, needed - 4.0), site), "intergreen", "0", "2").verdict is Verdict.MET


def test_what_cannot_be_judged_is_a_reservation_and_no_pass() -> None:
    no_ways = replace(SITE, heads=tuple(replace(head, path_length_m=0.0) for head in SITE.heads))
    assert ("intergreen", ("0", "2"), Verdict.RESERVED) in open_points(certificate(lettered(*SAFE), no_ways))
    unknown_width = replace(SITE, heads=SITE.heads[:3], conflicts=SITE.conflicts - {(2, 3)})
    assert ("crossing", (), Verdict.RESERVED) in open_points(certificate(lettered(*SAFE), unknown_width))
    flashing = certificate(lettered(*SAFE, (1, "ffrr")), SITE)
    assert ("conflicts", ("0",), Verdict.RESERVED) in open_points(flashing)


@pytest.mark.parametrize("control", [Control.ACTUATED, Control.DELAY_BASED, Control.NEMA])
def test_greens_that_vary_are_a_reservation(control: Control) -> None:
    one = certificate(replace(lettered(*SAFE), control=control), SITE)
    assert ("fixed-times", (), Verdict.RESERVED) in open_points(one)
    assert (("ring", (), Verdict.RESERVED) in open_points(one)) == (control is Control.NEMA)


def test_a_plan_that_jumps_is_no_ring() -> None:
    plan = lettered(*SAFE)
    jumping = replace(plan, intervals=(replace(plan.intervals[0], extras=(("next", "3"),)), *plan.intervals[1:]))
    assert ("ring", (), Verdict.RESERVED) in open_points(certificate(jumping, SITE))


def test_responsive_plans_are_judged_at_their_shortest_greens_and_longest_cycle() -> None:
    plan = lettered(*SAFE)
    ring = (replace(plan.intervals[0], min_s=3.0, max_s=170.0), *plan.intervals[1:])
    one = certificate(replace(plan, control=Control.ACTUATED, intervals=ring), SITE)
    assert judgement(one, "walk", "3").provided_s == 3.0
    assert judgement(one, "cycle").provided_s == 210.0
    assert judgement(one, "cycle").verdict is Verdict.BREACHED


def test_bounds_that_a_policy_sets_are_those_of_the_certificate() -> None:
    assert not certificate(lettered(*SAFE), SITE, Rules(min_green_s=21.0)).certified
    assert not certificate(lettered(*SAFE), SITE, Rules(max_cycle_s=59.0)).certified


# a leg of the side street: inbound in2, and out0 into which the main street goes straight on
LEG = Leg(("in2",), 12.0, "Side <b>Street")
THREE = replace(SITE, heads=SITE.heads[:3], conflicts=frozenset({(0, 1), (0, 2), (1, 2)}), legs=(LEG,))
_RING = ((20.0, "Ggr"), (4.0, "yyr"), (3.0, "rrr"), (20.0, "rrG"), (4.0, "rry"), (2.0, "rrr"))


def test_a_leg_is_crossed_while_its_traffic_stands() -> None:
    judged = judgement(certificate(lettered(*_RING), THREE), "crossing", "in2")
    assert judged.required_s == pytest.approx(7 + 12 / 1.07)
    assert (judged.provided_s, judged.at_s) == (29.0, 51.0)  # from the end of its yellow to its next green
    assert judged.verdict is Verdict.MET


def test_a_leg_is_not_crossed_while_others_come_straight_into_it() -> None:
    wide = replace(THREE, legs=(replace(LEG, links=("in2", "out0")),))
    judged = judgement(certificate(lettered(*_RING), wide), "crossing", "in2", "out0")
    # all-red of 3 s after the main street, less the 1.9 s that its last vehicle needs to pass
    assert judged.provided_s == pytest.approx(2.0)
    assert judged.verdict is Verdict.BREACHED


def test_traffic_that_never_stops_leaves_a_reservation_unless_it_turns_right() -> None:
    ring = [(length, shown[:2] + "G") for length, shown in _RING]
    assert judgement(certificate(lettered(*ring), THREE), "crossing", "in2").verdict is Verdict.RESERVED
    heads = (*THREE.heads[:2], replace(THREE.heads[2], turn=Turn.RIGHT))
    judged = judgement(certificate(lettered(*ring), replace(THREE, heads=heads)), "crossing", "in2")
    assert judged.verdict is Verdict.MET
    assert "has to give way" in judged.note


def test_a_plan_without_intersection_and_an_intersection_without_plan() -> None:
    lone = certify(PlanSet((lettered(*SAFE),)), ())
    assert [(each.controller_id, each.certified) for each in lone] == [("c", False)]
    assert lone[0].open[0].verdict is Verdict.RESERVED
    bare = certify(PlanSet(()), (SITE,))
    assert bare[0].open[0].verdict is Verdict.BREACHED


def test_the_marking_counts_who_fails() -> None:
    good = certify(PlanSet((lettered(*SAFE),)), (SITE,))
    assert marking(good).certified
    bad = certify(PlanSet((_changed(3, 1.0),)), (SITE,))
    assert not marking([*good, *bad]).certified
    assert not marking([]).certified


@pytest.mark.parametrize(
    ("failing", "all_of_them", "text"),
    [
        (0, 1, "CERTIFIED: the one controller meets every rule."),
        (0, 2, "CERTIFIED: each of the 2 controllers meets every rule."),
        (1, 1, "NOT CERTIFIED: the one controller breaches a rule or cannot be judged. Not for use in a controller."),
        (1, 3, "NOT CERTIFIED: 1 of 3 controllers breaches a rule or cannot be judged. Not for use in a controller."),
        (2, 3, "NOT CERTIFIED: 2 of 3 controllers breach a rule or cannot be judged. Not for use in a controller."),
        (3, 3, "NOT CERTIFIED: none of the 3 controllers meets every rule. Not for use in a controller."),
        (0, 0, "NOT CERTIFIED: there is no plan."),
    ],
)
def test_the_marking_counts_in_singular_and_plural(failing: int, all_of_them: int, text: str) -> None:
    met, short = Judgement("known", (), Verdict.MET), Judgement("known", (), Verdict.BREACHED)
    judged = [short] * failing + [met] * (all_of_them - failing)
    assert marking([Certificate("c", "c", "", judgements=(each,)) for each in judged]).text == text


def test_a_certificate_file_holds_rules_figures_and_basis(tmp_path: Path) -> None:
    found = certify(PlanSet((lettered(*SAFE),)), (SITE,))
    write_certificates(tmp_path / "a.json", found)
    write_certificates(tmp_path / "b.json", found)
    assert (tmp_path / "a.json").read_bytes() == (tmp_path / "b.json").read_bytes()
    content = json.loads((tmp_path / "a.json").read_text(encoding="utf-8"))
    assert content["basis"]["walking_speed_mps"] == 1.07
    assert [rule["id"] for rule in content["rules"]] == list(RULES)
    (one,) = content["certificates"]
    assert one["certified"] is True
    assert all(each["slack_s"] == pytest.approx(each["provided_s"] - each["required_s"]) for each in one["separations"])


def _way(index: int, start: str, end: str, turn: Turn) -> SignalHead:
    return SignalHead(index, start, 0, end, turn, 13.89, 20.0)


# a street west to east with traffic both ways, and one from the south that ends in it
JUNCTION = Intersection(
    controller_id="c",
    name="c",
    name_ar="",
    heads=(
        _way(0, "wi", "eo", Turn.STRAIGHT),
        _way(1, "ei", "wo", Turn.STRAIGHT),
        _way(2, "si", "wo", Turn.LEFT),
        _way(3, "si", "eo", Turn.RIGHT),
        _way(4, "ei", "so", Turn.LEFT),
    ),
    conflicts=frozenset({(0, 2), (1, 2), (0, 3), (2, 4), (0, 4)}),
    yields=frozenset({(2, 0), (2, 1), (3, 0), (2, 4), (4, 0)}),
    legs=(Leg(("si", "so"), 6.0),),
)


@pytest.mark.parametrize(
    ("state", "groups"),
    [("GGgrr", [("0", "2"), ("1", "2")]), ("rrgrg", [("2", "4")]), ("rGgrr", [("1", "2")]), ("GGrgg", [])],
)
def test_nobody_turns_left_through_a_green_from_the_side(state: str, groups: list[tuple[str, str]]) -> None:
    ring = ((20.0, state), (4.0, "yyyyy"), (6.0, "rrrrr"), (20.0, "rrrGr"), (4.0, "rrryr"), (6.0, "rrrrr"))
    one = certificate(lettered(*ring), JUNCTION)
    assert [each.subject for each in one.open if each.rule == "straight-across"] == groups


def test_oncoming_left_turns_may_be_permitted_where_a_street_goes_on_at_an_angle() -> None:
    # the way straight on from `a` leads to `b`, yet straight on from `b` is a third street that `a` turns left into
    heads = (_way(0, "ai", "bo", Turn.STRAIGHT), _way(1, "ai", "co", Turn.LEFT), _way(2, "bi", "co", Turn.STRAIGHT))
    site = replace(SITE, heads=heads, conflicts=frozenset({(1, 2)}), yields=frozenset({(1, 2)}), legs=())
    one = certificate(lettered((30.0, "Ggg"), (4.0, "yyy"), (6.0, "rrr")), site)
    assert not [each for each in one.open if each.rule == "straight-across"]


def test_straight_on_that_has_to_give_way_to_a_turn_is_reserved() -> None:
    bend = replace(JUNCTION, yields=frozenset({(0, 4), (2, 4), (2, 1), (3, 0)}))
    one = certificate(lettered((20, "gGrrG"), (4, "yyrry"), (6, "rrrrr"), (20, "rrGGr"), (4, "rryyr")), bend)
    assert ("yielding", ("0", "4"), Verdict.RESERVED) in open_points(one)
    apart = certificate(
        lettered((20.0, "gGrrr"), (4.0, "yyrrr"), (6.0, "rrrrr"), (20.0, "rrrrG"), (4.0, "rrrry")), bend
    )
    assert not [each for each in apart.open if each.rule == "yielding"]


def test_a_right_turn_into_a_green_from_the_side_is_reserved() -> None:
    one = certificate(
        lettered((20.0, "GGrgr"), (4.0, "yyryr"), (6.0, "rrrrr"), (20.0, "rrGrr"), (4.0, "rryrr")), JUNCTION
    )
    assert ("yielding", ("3", "0"), Verdict.RESERVED) in open_points(one)
    apart = certificate(
        lettered((20.0, "GGrrr"), (4.0, "yyrrr"), (6.0, "rrrrr"), (20.0, "rrGGr"), (4.0, "rryyr")), JUNCTION
    )
    assert not [each for each in apart.open if each.rule == "yielding"]


def test_a_green_for_a_head_of_which_nothing_is_known_is_no_pass() -> None:
    wider = [(length, f"{state}{'G' if number == 0 else 'r'}") for number, (length, state) in enumerate(SAFE)]
    one = certificate(lettered(*wider), SITE)
    assert ("known", ("4",), Verdict.RESERVED) in open_points(one)
    assert certificate(lettered(*((length, f"{state}r") for length, state in SAFE)), SITE).certified
