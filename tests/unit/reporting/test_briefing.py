import dataclasses

import pytest

from congestion_lab.reporting.gathering import Side, Story
from congestion_lab.reporting.sections.briefing import Answer, briefing, same_timing
from congestion_lab.reporting.sections.figures import compared
from congestion_lab.reporting.sections.intersectiontable import intersection_rows
from congestion_lab.reporting.sections.verdict import verdict_of
from congestion_lab.signals.plan import PlanSet
from congestion_lab.simulation.names import QUEUE
from congestion_lab.simulation.result import Status


def _answers(story: Story) -> list[Answer]:
    assert story.after is not None
    differences = compared(story.before.summaries, story.after.summaries)
    verdict = verdict_of(differences, unseen=story.study is not None)
    return briefing(story, verdict, differences, intersection_rows(story))


def _after(story: Story) -> Side:
    assert story.after is not None
    return story.after


def _with_results(side: Side, **changes: object) -> Side:
    results = tuple(dataclasses.replace(one, **changes) for one in side.runs.results)  # type: ignore[arg-type] # as named
    return dataclasses.replace(side, runs=dataclasses.replace(side.runs, outcomes=results))


def _told(story: Story, place: int) -> str:
    return " ".join(_answers(story)[place].sentences)


def test_five_questions_are_answered(story: Story) -> None:
    asked, changes, amount, certainty, risk = _answers(story)
    assert "least mean delay" in asked.sentences[0]
    assert changes.sentences == (
        "Signal plans that change: 1 of 1. Roads and demand stay.",
        "Their cycles: 53 s before, 66 s after.",
    )
    assert amount.sentences[0] == "Mean delay per vehicle changes by −9.5 s (−30.6\u202f%)."
    assert amount.sentences[1].startswith("All vehicles together: 0.0 vehicle-hours of travel time (−")
    assert amount.sentences[2] == "Faster by more than 3 s: 1 of 1 intersections."
    assert certainty.sentences[0].endswith("never saw. That covers chance in the traffic, not errors of the model.")
    assert "Some runs failed" in risk.sentences[0]


def test_run_sets_are_asked_for_their_difference(story: Story) -> None:
    asked = _told(dataclasses.replace(story, study=None), 0)
    assert asked.startswith(
        'How does “Proposed” compare with “Present”, 00:00–01:00? Scenario: <bdi class="id">&lt;script&gt;'
    )


def test_nothing_is_answered_where_nothing_is_compared(story: Story) -> None:
    after = _after(story)
    differences = compared(story.before.summaries, after.summaries)
    verdict = verdict_of(differences, unseen=True)
    assert briefing(dataclasses.replace(story, after=None), verdict, differences, []) == []


@pytest.mark.parametrize("shift_cycles", [0, 1, -2])
def test_a_plan_that_starts_whole_cycles_later_does_not_change(story: Story, shift_cycles: int) -> None:
    (plan,) = story.before.plans
    moved = dataclasses.replace(plan, program_id="new", offset_s=plan.offset_s + shift_cycles * plan.cycle_s)
    after = dataclasses.replace(_after(story), plans=PlanSet((moved,)))
    assert _told(dataclasses.replace(story, after=after), 1) == "No signal plan changes."


def test_intersections_are_no_gain_where_the_mean_over_all_vehicles_grows(story: Story) -> None:
    differences = compared(story.before.summaries, _after(story).summaries)
    worse = {**differences, "mean_delay_s": dataclasses.replace(differences["mean_delay_s"], mean=3.4)}
    answers = briefing(story, verdict_of(worse, unseen=True), worse, intersection_rows(story))
    assert "Faster" not in " ".join(answers[2].sentences)


def test_what_becomes_slower_is_a_risk(story: Story) -> None:
    assert "Slower" not in _told(story, 4)
    turned = dataclasses.replace(story, before=_after(story), after=story.before)
    assert "Slower by more than 3 s: 1 of 1 intersections." in _told(turned, 4)


def test_a_gridlock_is_a_risk(story: Story) -> None:
    jammed = _with_results(_after(story), status=Status.GRIDLOCK)
    assert "Gridlock with the new plans: 3 runs." in _told(dataclasses.replace(story, after=jammed), 4)


def test_figures_of_the_fast_engine_are_called_so(story: Story) -> None:
    made = dataclasses.replace(story.before.runs.results[0].provenance, engine=QUEUE)
    fast = _with_results(story.before, provenance=made)
    assert "confirm them in SUMO" in _told(dataclasses.replace(story, before=fast), 3)
    assert "confirm them in SUMO" not in _told(story, 3)


def test_a_queue_that_filled_its_link_is_told_to_be_at_least_so_long(story: Story) -> None:
    assert [row.before.queue for row in intersection_rows(story)] == ["40"]
    full = story.before.links.assign(spillback_share=0.01)
    filled = dataclasses.replace(story, before=dataclasses.replace(story.before, links=full))
    (row,) = intersection_rows(filled)
    assert row.before.queue == "≥\u202f40"
    assert {each.before.queue for each in row.movements} == {"≥\u202f40"}


def test_two_intersections_of_one_name_are_told_apart_by_their_ids(story: Story) -> None:
    first, *others = story.network.connections
    network = dataclasses.replace(story.network, connections=(dataclasses.replace(first, controller_id="D"), *others))
    twins = {name: dataclasses.replace(story.intersections["C"], controller_id=name, name="Bridge") for name in "CD"}
    told = intersection_rows(dataclasses.replace(story, network=network, intersections=twins))
    assert sorted(row.name for row in told) == ["Bridge (C)", "Bridge (D)"]
    (alone,) = intersection_rows(story)
    assert not alone.name.endswith("(C)")


def test_whole_cycles_of_an_offset_are_no_change_whatever_floats_make_of_tenths(story: Story) -> None:
    (plan,) = story.before.plans
    tenths = dataclasses.replace(plan.intervals[0], duration_s=plan.intervals[0].duration_s + 0.1)
    plan = dataclasses.replace(plan, offset_s=0.0, intervals=(tenths, *plan.intervals[1:]))
    assert all(same_timing(plan, dataclasses.replace(plan, offset_s=n * plan.cycle_s)) for n in range(-50, 50))
    assert same_timing(plan, dataclasses.replace(plan, offset_s=-1e-9))
    assert not same_timing(plan, dataclasses.replace(plan, offset_s=1.0))
