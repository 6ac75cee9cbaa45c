"""What a report says of plans by rules and formulas: mark, capacity rows, certificates."""

import re
from dataclasses import replace

import pandas as pd
import pytest

from congestion_lab.metrics.simulated import Simulated, SimulatedMovement, SimulatedQueue
from congestion_lab.network.model import Network
from congestion_lab.reporting.borrowed import retold
from congestion_lab.reporting.gathering import Side, Story
from congestion_lab.reporting.pages.report import report_page
from congestion_lab.reporting.sections import certificates
from congestion_lab.reporting.sections.capacity import Basis, basis_of, capacity_of
from congestion_lab.reporting.sections.certificates import (
    certificate_view,
    mark_of,
    rule_name,
    rulebook,
    uncertified,
)
from congestion_lab.reporting.sections.judged import judged_section
from congestion_lab.reporting.translation import ARABIC_INDIC, LATIN, speaking
from congestion_lab.signals.certification.certificate import RULES, Certificate, Judgement, Separation, Verdict
from congestion_lab.simulation.spec import Controller
from congestion_lab.simulation.tables import LINKS
from tests.stories import HOSTILE

MET = Judgement("known", (), Verdict.MET)
SHORT = Judgement("intergreen", ("1", "2"), Verdict.BREACHED, 5.0, 3.5, 41.0)
LONG = Judgement("intergreen", ("2", "1"), Verdict.MET, 5.0, 9.0, 12.0)
DOUBTED = Judgement("crossing", ("west_mid",), Verdict.RESERVED, 15.0, 9.0, 3.0, "Baghdad St, 8.5 m wide")


def _certificate(*judgements: Judgement, name: str = "C") -> Certificate:
    cells = tuple(_cell(each) for each in judgements if each.rule == "intergreen")
    return Certificate(name, name, "", "0", "fixed", 60.0, separations=cells, judgements=judgements)


def _cell(each: Judgement) -> Separation:
    clearing, entering = each.subject
    required, provided, at = each.required_s or 0.0, each.provided_s or 0.0, each.at_s or 0.0
    return Separation(clearing, entering, required, provided, at, 3.0, 2.0, 20.0, 5.0, measured=True)


def _after(story: Story) -> Side:
    assert story.after is not None
    return story.after


def _recorded(side: Side, delay_s: float = 20.0) -> None:
    """Write movements and queues beside the trips of every run."""
    for place, result in enumerate(side.runs.results):
        movements = {
            "from_link": ["west_mid"],
            "to_link": ["mid_east"],
            "vehicles": [300.0],
            "delay_s": [delay_s + place],
        }
        pd.DataFrame(movements).to_parquet(result.folder / "movements.parquet")
        queue: dict[str, object] = {column.name: 0.0 for column in LINKS.columns}
        queue |= {"link_id": "west_mid", "mean_queue_m": 12.0, "max_queue_m": 40.0 + place}
        pd.DataFrame([queue]).to_parquet(result.folder / "links.parquet")


def test_a_page_whose_plans_break_or_elude_a_rule_says_so_in_head_and_summary(story: Story) -> None:
    page = report_page(story)
    head, rest = page.split("<nav", 1)
    summary = rest.split('<section id="figures">')[0]
    mark = "NOT CERTIFIED: in “Proposed”, the one signal plan breaches a rule or cannot be judged"
    assert mark in head
    assert mark not in summary
    assert re.search("<b>Certificate:</b> .*Before the change, the signal plan was not certified.", summary)


def test_the_mark_tells_breaches_from_what_cannot_be_judged_and_what_was_before(story: Story) -> None:
    found = {"C": _certificate(MET, SHORT, name="Corner"), "D": _certificate(MET, DOUBTED, name="Square")}
    mark = mark_of(_after(story), found, {"C": _certificate(MET), "D": _certificate(DOUBTED)})
    assert mark is not None
    assert not mark.certified
    assert mark.text.startswith("NOT CERTIFIED: in “Proposed”, none of the 2 signal plans meets every rule. ")
    assert mark.details == (
        "A rule is breached at Corner.",
        "No rule is breached, but one cannot be judged, at Square.",
        "Before the change, 1 of 2 signal plans was not certified.",
    )


def test_intersections_of_one_name_are_told_apart_where_rules_are_breached(story: Story) -> None:
    found = {key: _certificate(MET, each, name="Bridge") for key, each in (("north", SHORT), ("south", MET))}
    mark = mark_of(_after(story), found, None)
    assert mark is not None
    assert mark.details == ("A rule is breached at Bridge (north).",)


def test_plans_that_meet_every_rule_are_called_certified(story: Story) -> None:
    mark = mark_of(_after(story), {"C": _certificate(MET, LONG)}, None)
    assert mark is not None
    assert mark.certified
    assert mark.text == "CERTIFIED: in “Proposed”, the one signal plan meets every rule."


def test_runs_that_traffic_timed_are_never_certified_by_plans_that_did_not_run(story: Story) -> None:
    after = _after(story)
    driven = replace(after, runs=replace(after.runs, controller=Controller.MAX_PRESSURE))
    mark = mark_of(driven, {"C": _certificate(MET)}, None)
    assert mark is not None
    assert not mark.certified
    assert mark.text.startswith("NOT CERTIFIED: ")


def test_without_signals_there_is_no_mark(story: Story) -> None:
    assert mark_of(_after(story), {}, None) is None


def test_pages_that_compare_run_sets_name_those_whose_plans_are_not_certified(
    story: Story, monkeypatch: pytest.MonkeyPatch
) -> None:
    runs = story.before.runs
    gone = "“a”: the files of its network or plans are no longer there, so that its plans cannot be certified."
    assert list(uncertified({"a": runs})) == [gone]
    runs.inputs.net_file.touch()
    assert list(uncertified({"a": replace(runs, plan_file=runs.inputs.net_file.with_name("gone.json"))})) == [gone]
    monkeypatch.setattr(certificates, "read_intersections", lambda _net: tuple(story.intersections.values()))
    monkeypatch.setattr(certificates, "plans_of", lambda _runs: story.before.plans)
    told = list(uncertified({"a": runs, "b": runs}))
    assert [text.partition(", the one signal plan breaches a rule")[0] for text in told] == [
        f"NOT CERTIFIED: in “{name}”" for name in "ab"
    ]
    monkeypatch.setattr(certificates, "certify", lambda *_: (_certificate(MET),))
    assert list(uncertified({"a": runs})) == []


def test_a_rule_shows_its_worst_place_with_required_provided_margin_and_second(network: Network) -> None:
    view = certificate_view(_certificate(MET, LONG, SHORT), network.links)
    row = next(each for each in view.rules if each.rule == "Intergreen")
    assert (row.verdict, row.judged, row.place) == ("breached", 2, "group 1 → 2")
    assert (row.required, row.provided, row.margin, row.at) == ("5.0", "3.5", "−1.5", "41.0")
    assert [each.place for each in view.open] == ["group 1 → 2"]
    assert view.text == "NOT CERTIFIED: 2 judgements met, 1 breached, 0 reserved"


@pytest.mark.parametrize("numerals", [LATIN, ARABIC_INDIC])
def test_a_pair_of_groups_reads_onward_in_arabic_whatever_the_digits(network: Network, numerals: str) -> None:
    with speaking("ar", numerals=numerals):
        (row,) = certificate_view(_certificate(SHORT), network.links).open
        assert row.place == "المجموعة \u20681\u2069 ← \u20682\u2069"
        assert row.details.startswith(f"\u2067{row.place}\u2069")


def test_the_intergreen_matrix_reads_from_the_clearing_to_the_entering_group(network: Network) -> None:
    view = certificate_view(_certificate(SHORT, LONG), network.links)
    assert view.groups == ("1", "2")
    assert view.matrix == ((None, ("5.0", "3.5", "breached")), (("5.0", "9.0", "met"), None))


def test_a_crossing_is_named_in_the_language_of_the_page(network: Network) -> None:
    with speaking("ar"):
        (row,) = certificate_view(_certificate(DOUBTED), network.links).open
    assert "شارع بغداد" in row.place
    assert "بعرض" in row.note
    assert row.said == "غير محسومة"


def test_every_rule_has_a_name_and_its_text_in_arabic() -> None:
    assert {rule_name(rule) for rule in RULES} == {name for name, _asked, _source in rulebook()}
    with speaking("ar"):
        for name, asked, source in rulebook():
            assert source not in {"completeness", "the plan"}
            assert re.search("[\u0600-\u06ff]", name)
            assert re.search("[\u0600-\u06ff]", asked)
            assert not re.search("[A-Za-z]", asked)


NOTES = (
    "Baghdad St, 8.5 m wide",
    "clearing 71 m takes 8.2 s of red; an all-red is usually at most 6 s",
    "single ring of 4 stages: 29 + 7 + 33 + 13 s, intergreens 10 + 9 + 10 + 9 s",
    "heads 3 and 4 cross and both show protected green in interval 0",
    "; group 7 never stops, so that gaps in its traffic decide",
)


@pytest.mark.parametrize("note", NOTES)
def test_notes_of_judgements_are_told_in_arabic(note: str) -> None:
    with speaking("ar"):
        told = re.sub("\u2068[^\u2069]*\u2069", "", retold(note))
    assert not re.search("[a-z]{2}", told)


def test_hcm_and_simulation_stand_beside_each_other_by_approach_and_movement(story: Story, network: Network) -> None:
    measured = Simulated(
        2,
        {("west_mid", "mid_east"): SimulatedMovement(400.0, 33.0, 1.5, "C")},
        {"west_mid": SimulatedQueue(12.0, 44.0)},
    )
    (plan,) = _after(story).plans
    arrivals = {"C": {("west_mid", "mid_east"): 0.5}}
    found = capacity_of(plan, story.intersections["C"], Basis(measured, arrivals), network.links)
    approach, movement = found.rows
    assert approach.whole
    assert (approach.volume, approach.simulated_delay, approach.simulated_los) == ("400", "33.0", "C")
    assert approach.simulated_queues == ("12", "44")
    # c = s g / C = 1800 * 33 / 66; X = 400 / 900
    assert (movement.volume, movement.saturation) == ("400", "0.44")
    assert movement.simulated_delay == "33.0 ± 1.5"
    assert 5.0 < float(movement.delay) < 20.0  # d1 = 0.5 * 66 * 0.25 / (1 - 0.44 * 0.5) = 10.6 s, and d2
    assert float(movement.queues[0]) < float(movement.queues[1])
    assert found.facts.startswith("400 vehicles per hour; HCM delay ")
    assert movement.arrivals.startswith("50")
    assert found.arrivals == "Arrivals on green are those of the simulation."
    assert (found.differing, found.differences) == ("", ())


def test_a_spillback_that_the_formulas_do_not_see_is_told_with_its_place(story: Story, network: Network) -> None:
    measured = Simulated(
        2,
        {("west_mid", "mid_east"): SimulatedMovement(400.0, 95.0, 1.5, "F")},
        {"west_mid": SimulatedQueue(12.0, 44.0, 0.01), "mid_east": SimulatedQueue(80.0, 99.0, 0.4)},
    )
    (plan,) = _after(story).plans
    found = capacity_of(plan, story.intersections["C"], Basis(measured, {}), network.links)
    assert found.differing.startswith("HCM and simulation disagree: level of service B by the formulas, F in the sim")
    assert found.rows[0].simulated_queues == ("12", "≥\u202f44")
    (told,) = found.differences
    assert "v/c 0.44; F in the simulation. Spillback from downstream: a queue filled " in told
    assert told.endswith("Its arrivals are taken at a constant rate.")
    assert found.arrivals.startswith("Arrivals on green are not known from the runs")
    with speaking("ar"):
        arabic = capacity_of(plan, story.intersections["C"], Basis(measured, {}), network.links)
    assert "ارتداد الرتل" in arabic.differences[0]


def test_runs_that_recorded_no_queues_show_no_capacity(story: Story) -> None:
    assert basis_of(_after(story), story) is None
    assert judged_section(story).places["C"].capacity is None


def test_runs_that_recorded_movements_show_capacity_of_both_sides(story: Story) -> None:
    for side in (story.before, _after(story)):
        _recorded(side)
    place = judged_section(story).places["C"]
    assert place.capacity is not None
    assert place.capacity_before.startswith("Present: 300 vehicles per hour")
    page = report_page(story)
    assert 'class="capacity"' in page
    assert "Simulated delay, s" in page


@pytest.mark.parametrize(("language", "told"), [("en", "HCM and simulation disagree"), ("ar", "تختلف نتائج HCM")])
def test_a_page_says_at_the_place_and_above_all_plans_where_both_disagree(
    story: Story, language: str, told: str
) -> None:
    _recorded(_after(story), delay_s=20.0)
    with speaking(language):
        assert 'class="warning differing"' not in report_page(story)
        _recorded(_after(story), delay_s=95.0)
        page = report_page(story)
    assert 'class="warning differing"' in page
    assert page.count(told) == 2


def test_hostile_names_stay_text_in_the_new_parts(story: Story) -> None:
    page = report_page(story)
    assert HOSTILE not in page
    assert "<script>alert" not in page


def test_a_plan_without_an_intersection_is_left_out(story: Story) -> None:
    bare = replace(story, intersections={})
    section = judged_section(bare)
    assert section.places == {}
    assert section.mark is not None
    assert not section.mark.certified
