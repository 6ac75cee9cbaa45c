"""What somebody who decides wants to know, in five answers: asked, changed, by how much, how sure, at what risk."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from markupsafe import Markup

from congestion_lab.core.names import clean_name
from congestion_lab.experiments.comparison import PairedDifference
from congestion_lab.reporting.gathering import Side, Story
from congestion_lab.reporting.sections.intersectiontable import NOTICED_S, IntersectionRow
from congestion_lab.reporting.sections.verdict import Verdict
from congestion_lab.reporting.translation import _, plural
from congestion_lab.reporting.wording import number, percent, period, signed
from congestion_lab.signals.cycle import within_cycle_s
from congestion_lab.signals.plan import SignalPlan
from congestion_lab.simulation.names import QUEUE
from congestion_lab.simulation.result import Status

_FEW_H = 10.0  # below it a tenth of an hour is told


@dataclass(frozen=True, slots=True)
class Answer:
    """A question and its answer, a sentence or more."""

    question: str
    sentences: tuple[str, ...]


def briefing(
    story: Story, verdict: Verdict, differences: Mapping[str, PairedDifference], rows: Sequence[IntersectionRow]
) -> list[Answer]:
    """Return the five answers of a comparison; none where nothing is compared."""
    if story.after is None:
        return []
    return [
        Answer(_("What was asked?"), tuple(_asked(story, story.after))),
        Answer(_("What changes?"), tuple(_changes(story.before, story.after))),
        Answer(_("By how much?"), tuple(_amounts(differences, rows))),
        Answer(_("How sure is it?"), tuple(_certainties(story.before, story.after, verdict))),
        Answer(_("What is the risk?"), tuple(_risks(story, story.after, verdict, rows))),
    ]


def same_timing(one: SignalPlan, other: SignalPlan) -> bool:
    """Return whether two plans show the same at any time, whatever their names and whole cycles of offset."""
    return _timing(one) == _timing(other)


def _timing(plan: SignalPlan) -> tuple[object, ...]:
    offset = within_cycle_s(plan.offset_s, plan.cycle_s)
    return (plan.control, offset, plan.groups, plan.intervals, plan.parameters, plan.attachments)


def _asked(story: Story, after: Side) -> Iterator[str]:
    first = story.before.runs.results[0]
    hours = period(story.before.runs.inputs.analysis_begin_s, first.horizon_s)
    if story.study is not None:
        yield _("Which signal plans cause the least mean delay, {hours}?").format(hours=hours)
    else:
        text = _("How does “{after}” compare with “{before}”, {hours}?")
        yield text.format(after=after.name, before=story.before.name, hours=hours)
    name = Markup('<bdi class="id">{}</bdi>').format(clean_name(story.before.runs.inputs.name))
    yield Markup.escape(_("Scenario: {name}")).format(name=name)


def _changes(before: Side, after: Side) -> Iterator[str]:
    pairs = [(old, new) for old in before.plans for new in after.plans if old.controller_id == new.controller_id]
    changed = [(old, new) for old, new in pairs if not same_timing(old, new)]
    if not changed:
        yield _("No signal plan changes.")
        return
    text = _("Signal plans that change: {changed} of {all}. Roads and demand stay.")
    yield text.format(changed=number(len(changed), 0), all=number(len(pairs), 0))
    old, new = (_span([plan.cycle_s for plan in plans]) for plans in zip(*changed, strict=True))
    yield _("Their cycles: {before} s before, {after} s after.").format(before=old, after=new)


def _span(values: Sequence[float]) -> str:
    low, high = number(min(values), 0), number(max(values), 0)
    return low if low == high else f"{low}–{high}"


def _amounts(differences: Mapping[str, PairedDifference], rows: Sequence[IntersectionRow]) -> Iterator[str]:
    delay = differences["mean_delay_s"]
    text = _("Mean delay per vehicle changes by {change} s ({relative}).")
    yield text.format(change=signed(delay.mean), relative=percent(delay.relative, 1))
    hours = differences.get("total_travel_time_h")
    if hours is not None:
        text = _("All vehicles together: {change} vehicle-hours of travel time ({relative}).")
        yield text.format(change=signed(hours.mean, int(abs(hours.mean) < _FEW_H)), relative=percent(hours.relative, 1))
    faster = sum(row.change_s < -NOTICED_S for row in rows)
    if faster and delay.mean < 0:  # who never got through a jam is in no mean of an intersection
        text = _("Faster by more than {seconds} s: {count} of {all} intersections.")
        yield text.format(seconds=number(NOTICED_S, 0), count=number(faster, 0), all=number(len(rows), 0))


def _certainties(before: Side, after: Side, verdict: Verdict) -> Iterator[str]:
    yield verdict.certainty
    if any(side.runs.results[0].provenance.engine == QUEUE for side in (before, after)):
        yield _("These figures come from the fast engine; confirm them in SUMO before anything is built on them.")


def _risks(story: Story, after: Side, verdict: Verdict, rows: Sequence[IntersectionRow]) -> Iterator[str]:
    yield from verdict.risks
    slower = sum(row.change_s > NOTICED_S for row in rows)
    if slower:
        text = _("Slower by more than {seconds} s: {count} of {all} intersections.")
        yield text.format(seconds=number(NOTICED_S, 0), count=number(slower, 0), all=number(len(rows), 0))
    jammed = sum(result.status is Status.GRIDLOCK for result in after.runs.results)
    if jammed:
        yield _("Gridlock with the new plans: {runs}.").format(runs=plural("{count} run", "{count} runs", jammed))
    if after.runs.failures or story.before.runs.failures:
        yield _("Some runs failed and are missing from all figures; see below.")
    if story.before.runs.inputs.notes:
        yield _("The model rests on unmeasured assumptions: see “Read with care”.")
    elif not verdict.risks and not slower and not jammed:
        yield _("No indicator that is watched became significantly worse.")
