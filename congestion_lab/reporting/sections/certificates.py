"""Certificates of the plans that a report shows: the mark of the page, and rule by rule at each intersection."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from congestion_lab.core.names import clean_name
from congestion_lab.experiments.pooling import plans_of
from congestion_lab.experiments.runset import RunSet
from congestion_lab.network.model import Link
from congestion_lab.reporting.borrowed import retold
from congestion_lab.reporting.gathering import Side, Story
from congestion_lab.reporting.maps.linkmap import link_name
from congestion_lab.reporting.sections.intersectiontable import told_apart
from congestion_lab.reporting.translation import _, arrow, here, isolated, listed, plural, whole
from congestion_lab.reporting.wording import number, signed
from congestion_lab.signals.certification.certificate import RULES, Certificate, Judgement, Separation, Verdict
from congestion_lab.signals.certification.certifying import certify
from congestion_lab.signals.intersection import Intersection
from congestion_lab.simulation.spec import Controller
from congestion_lab.sumo.nets.netfile import read_intersections

_NAMED = 6  # intersections that the summary names
_ADDED_NOTE = "; "  # what `signals` joins to a note


@dataclass(frozen=True, slots=True)
class Mark:
    """What the head and the summary of a page say of the plans on it.

    Attributes:
        certified: Whether every plan that is judged meets every rule.
        text: So in a sentence.
        details: What else a reader has to know of it.
    """

    certified: bool
    text: str
    details: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class RuleRow:
    """One rule, where the plan comes nearest to breaking it or breaks it.

    Attributes:
        rule: Its name.
        verdict: met, breached or reserved: the worst of its judgements.
        said: The verdict in words.
        judged: At how many places it was judged.
        place: The place of the least margin; of the cycle, its bounds.
        required: What is required there, seconds; "" where the rule is no matter of a time.
        provided: What the plan gives there, seconds.
        margin: The difference.
        at: Second of the cycle at which that is.
        note: What is wrong, or what was looked at.
    """

    rule: str
    verdict: str
    said: str
    judged: int
    place: str
    required: str
    provided: str
    margin: str
    at: str
    note: str

    @property
    def details(self) -> str:
        """Place, figures, second and note in a row, as far as there are any."""
        figures = _("{required} s required, {provided} s given").format(required=self.required, provided=self.provided)
        second = _("at second {second}").format(second=self.at)
        told = (
            whole(self.place) if self.place else "",
            figures if self.required else "",
            second if self.at else "",
            self.note,
        )
        return listed([text for text in told if text])


@dataclass(frozen=True, slots=True)
class CertificateView:
    """The certificate of one intersection.

    Attributes:
        certified: Whether it meets every rule.
        text: So, with how many judgements came out how.
        ring: How the cycle adds up.
        rules: Every rule.
        open: Every judgement that is breached or reserved.
        groups: Ids of the groups in the intergreen matrix.
        matrix: By clearing group (row) and entering group (column), (required, provided, class) or None.
    """

    certified: bool
    text: str
    ring: str
    rules: tuple[RuleRow, ...]
    open: tuple[RuleRow, ...]
    groups: tuple[str, ...]
    matrix: tuple[tuple[tuple[str, str, str] | None, ...], ...]


def certificates_of(side: Side, story: Story) -> dict[str, Certificate]:
    """Return the certificates of a side's plans at the intersections of the network, by controller."""
    return {one.controller_id: one for one in certify(side.plans, story.intersections.values())}


def mark_of(side: Side, found: Mapping[str, Certificate], before: Mapping[str, Certificate] | None) -> Mark | None:
    """Return what a page has to say of the plans of the side that is judged; None where there are no signals.

    Args:
        side: That side.
        found: Its certificates.
        before: Those of the side that it is compared with, if there is one.
    """
    return _mark(side.name, side.runs.controller, found, before)


def uncertified(run_sets: Mapping[str, RunSet]) -> Iterator[str]:
    """Yield, for each run set by its name, what a page has to say of plans that are not certified.

    Raises:
        CongestionLabError: A plan file or a network is there and cannot be read.
    """
    sites: dict[Path, tuple[Intersection, ...]] = {}
    for name, runs in run_sets.items():
        net = runs.inputs.net_file
        needed = (net, *(runs.inputs.additional_files if runs.plan_file is None else (runs.plan_file,)))
        if not all(file.is_file() for file in needed):
            text = _(
                "“{run}”: the files of its network or plans are no longer there, so that its plans cannot be certified."
            )
            yield text.format(run=name)
            continue
        if net not in sites:
            sites[net] = read_intersections(net)
        found = {one.controller_id: one for one in certify(plans_of(runs), sites[net])}
        mark = _mark(name, runs.controller, found, None)
        if mark is not None and not mark.certified:
            yield mark.text


def _mark(
    name: str, controller: Controller, found: Mapping[str, Certificate], before: Mapping[str, Certificate] | None
) -> Mark | None:
    if not found:
        return None
    if controller is not Controller.PLANS:
        text = _(
            "NOT CERTIFIED: in the runs of “{side}” traffic timed the signals; a certificate is about plans alone."
        )
        return Mark(certified=False, text=text.format(side=name), details=())
    failing = [one for one in found.values() if not one.certified]
    if not failing:
        met = plural("the one signal plan meets every rule", "all {count} signal plans meet every rule", len(found))
        text = _("CERTIFIED: in “{side}”, {met}.").format(side=name, met=met)
        return Mark(certified=True, text=text, details=tuple(_earlier(before)))
    text = _("NOT CERTIFIED: in “{side}”, {unmet}. Not for use in a controller.")
    text = text.format(side=name, unmet=_unmet(len(failing), len(found)))
    return Mark(certified=False, text=text, details=(*_kinds(found), *_earlier(before)))


def _unmet(failing: int, count: int) -> str:
    if count == 1:
        return _("the one signal plan breaches a rule or cannot be judged")
    if failing == count:
        text = _("none of the {all} signal plans meets every rule")
    elif failing == 1:
        text = _("1 of {all} signal plans breaches a rule or cannot be judged")
    else:
        text = _("{failing} of {all} signal plans breach a rule or cannot be judged")
    return text.format(failing=number(failing, 0), all=number(count, 0))


def _kinds(found: Mapping[str, Certificate]) -> Iterator[str]:
    names = told_apart({key: here(one.name, one.name_ar) for key, one in found.items()})
    failing = [(isolated(names[key]), one) for key, one in found.items() if not one.certified]
    breached = [name for name, one in failing if one.count(Verdict.BREACHED)]
    reserved = [name for name, one in failing if not one.count(Verdict.BREACHED)]
    if breached:
        yield _("A rule is breached at {names}.").format(names=_listed(breached))
    if reserved:
        yield _("No rule is breached, but one cannot be judged, at {names}.").format(names=_listed(reserved))


def _listed(names: Sequence[str]) -> str:
    more = len(names) - _NAMED
    return listed([*names[:_NAMED], *([_("{count} more").format(count=number(more, 0))] if more > 0 else [])])


def _earlier(before: Mapping[str, Certificate] | None) -> Iterator[str]:
    if before:
        failing = sum(not one.certified for one in before.values())
        if failing == 0:
            text = _("Before the change, every signal plan was certified.")
        elif len(before) == 1:
            text = _("Before the change, the signal plan was not certified.")
        elif failing == 1:
            text = _("Before the change, 1 of {all} signal plans was not certified.")
        else:
            text = _("Before the change, {failing} of {all} signal plans were not certified.")
        yield text.format(failing=number(failing, 0), all=number(len(before), 0))


def certificate_view(one: Certificate, links: Mapping[str, Link]) -> CertificateView:
    """Return a certificate as a page shows it."""
    said = _("certified") if one.certified else _("NOT CERTIFIED")
    text = _("{verdict}: {met} judgements met, {breached} breached, {reserved} reserved")
    names = dict.fromkeys(name for each in one.separations for name in (each.clearing, each.entering))
    groups = tuple(sorted(names, key=lambda name: (len(name), name)))
    cells = {(each.clearing, each.entering): each for each in one.separations}
    return CertificateView(
        certified=one.certified,
        text=text.format(verdict=said, **{each.value: number(one.count(each), 0) for each in Verdict}),
        ring=retold(one.ring),
        rules=tuple(_rule_rows(one, links)),
        open=tuple(_row(each, links, judged=1) for each in one.open),
        groups=groups,
        matrix=tuple(tuple(_cell(cells.get((row, column)), one) for column in groups) for row in groups),
    )


def _rule_rows(one: Certificate, links: Mapping[str, Link]) -> Iterator[RuleRow]:
    for rule in RULES:
        judged = [each for each in one.judgements if each.rule == rule]
        if judged:
            yield _row(min(judged, key=_nearness), links, judged=len(judged))


def _nearness(each: Judgement) -> tuple[int, float]:
    """Order judgements of one rule: what is worst first, then what has the least margin."""
    rank = (Verdict.BREACHED, Verdict.RESERVED, Verdict.MET).index(each.verdict)
    return rank, float("inf") if each.margin_s is None else each.margin_s


def _row(each: Judgement, links: Mapping[str, Link], *, judged: int) -> RuleRow:
    timed = each.required_s is not None and each.provided_s is not None
    margin = each.margin_s
    return RuleRow(
        rule=rule_name(each.rule),
        verdict=each.verdict.value,
        said=verdict_word(each.verdict),
        judged=judged,
        place=_note(each) if each.rule == "cycle" else _place(each, links),
        required=number(each.required_s) if timed and each.required_s is not None else "",
        provided=number(each.provided_s) if timed and each.provided_s is not None else "",
        margin="" if margin is None or each.rule == "cycle" else signed(margin),  # its limit may be a highest one
        at="" if each.at_s is None else number(each.at_s),
        note="" if each.rule == "cycle" else _note(each),
    )


def rulebook() -> list[tuple[str, str, str]]:
    """Return every rule: its name, what it asks, where it is from."""
    return [(rule_name(rule.id), retold(rule.title), retold(rule.source)) for rule in RULES.values()]


def rule_name(rule: str) -> str:
    """Return the name of a rule in the language spoken.

    Raises:
        KeyError: There is no such rule.
    """
    return {
        "known": _("Plan and place known"),
        "served": _("All served"),
        "fixed-times": _("Fixed times"),
        "ring": _("Sums of the cycle"),
        "conflicts": _("Conflicting greens"),
        "yielding": _("Giving way"),
        "straight-across": _("Straight across"),
        "yellow": _("Yellow"),
        "intergreen": _("Intergreen"),
        "pedestrian-clearance": _("Clearance on foot"),
        "minimum-green": _("Minimum green"),
        "walk": _("Green on foot"),
        "stated-minimum": _("Stated minimum"),
        "crossing": _("Crossing without a signal"),
        "cycle": _("Length of the cycle"),
    }[rule]


def verdict_word(verdict: Verdict) -> str:
    """Return a verdict in the language spoken."""
    return {Verdict.MET: _("met"), Verdict.BREACHED: _("breached"), Verdict.RESERVED: _("reserved")}[verdict]


def _place(each: Judgement, links: Mapping[str, Link]) -> str:
    if each.rule == "crossing":
        known = (
            isolated(link_name(links[name])) if name in links else isolated(clean_name(name)) for name in each.subject
        )
        return listed(list(dict.fromkeys(known)))
    if each.rule == "ring":
        return listed([retold(name) for name in each.subject])
    groups = f" {arrow()} ".join(isolated(clean_name(name)) for name in each.subject)
    return _("group {group}").format(group=groups) if groups else ""


def _note(each: Judgement) -> str:
    """Return a note in the language spoken; street and width of a crossing, and what is added behind, one by one."""
    if each.rule not in {"crossing", "cycle"} or each.required_s is None:
        return retold(each.note)
    first, *rest = each.note.split(_ADDED_NOTE)
    return retold(first) + "".join(retold(_ADDED_NOTE + part) for part in rest)


def _cell(found: Separation | None, one: Certificate) -> tuple[str, str, str] | None:
    if found is None:
        return None
    subject = (found.clearing, found.entering)
    verdicts = [
        each.verdict
        for each in one.judgements
        if each.subject == subject and each.rule in {"intergreen", "pedestrian-clearance"}
    ]
    worst = next((each for each in (Verdict.BREACHED, Verdict.RESERVED) if each in verdicts), Verdict.MET)
    return number(found.required_s), number(found.provided_s), worst.value
