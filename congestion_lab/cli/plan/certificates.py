"""Certificates in the terminal, and what they allow to be handed over."""

from collections.abc import Iterator, Sequence
from pathlib import Path

from rich.box import SIMPLE_HEAD
from rich.markup import escape
from rich.table import Table

from congestion_lab.core.errors import Fault, SignalPlanError
from congestion_lab.core.names import clean_name
from congestion_lab.signals.certification.certificate import (
    RULES,
    Certificate,
    Judgement,
    Marking,
    Separation,
    Verdict,
    marking,
)
from congestion_lab.signals.certification.certifying import certify
from congestion_lab.signals.planfile import PlanFile


def released(content: PlanFile, source: Path, *, uncertified: bool) -> Marking:
    """Return what files that hold these plans have to say.

    Raises:
        SignalPlanError: The plans are not certified, and nobody asked for them all the same.
    """
    certificates = certify(content.plans, content.intersections)
    found = marking(certificates)
    if found.certified or uncertified:
        return found
    first = next(_gravest(certificates), "")
    hint = f"see `congestion-lab plan certify {source}`; --uncertified exports all the same and marks every file"
    raise SignalPlanError(Fault(f"{found.text.removesuffix('.')}{first}", hint, str(source)))


def _gravest(certificates: Sequence[Certificate]) -> Iterator[str]:
    """Yield what is open, what is breached before what cannot be judged."""
    for verdict in (Verdict.BREACHED, Verdict.RESERVED):
        for one in certificates:
            for judgement in one.open:
                if judgement.verdict is verdict:
                    yield f"; {clean_name(one.controller_id)}: {judgement_line(judgement)}"


def marking_line(content: PlanFile, source: Path) -> str:
    """Return whether plans are certified, and where to read why not: the rules of safety alone are not all."""
    found = marking(certify(content.plans, content.intersections))
    return found.text if found.certified else f"{found.text} See `congestion-lab plan certify {source}`."


def certificate_lines(one: Certificate) -> Iterator[str]:
    """Yield a certificate in short: how many judgements came out how, and those that are open."""
    name = f"{clean_name(one.controller_id)}  {one.name}".removesuffix(f"  {clean_name(one.controller_id)}")
    counts = ", ".join(f"{one.count(verdict)} {verdict.value}" for verdict in Verdict)
    yield f"{name}: {'certified' if one.certified else 'NOT CERTIFIED'} ({counts})"
    if one.program_id:
        yield f"  cycle {one.cycle_s:g} s, offset {one.offset_s:g} s, {one.ring}"
    for judgement in one.open:
        yield f"  {judgement.verdict.value:<8} {judgement_line(judgement)}"


def judgement_line(judgement: Judgement) -> str:
    """Return a judgement as a line of text: rule, place, figures, note."""
    joined = " + " if judgement.rule == "crossing" else " -> "
    subject = joined.join(clean_name(part) for part in judgement.subject)
    figures = []
    if judgement.required_s is not None and judgement.provided_s is not None:
        figures.append(f"{judgement.required_s:.1f} s required, {judgement.provided_s:.1f} s given")
    if judgement.at_s is not None:
        figures.append(f"at second {round(judgement.at_s, 1):g}")
    parts = [" ".join(figures), judgement.note]
    return f"{judgement.rule} {subject}".strip() + ": " + "; ".join(filter(None, parts))


def rules_table(one: Certificate) -> Table:
    """Return a row for each rule: how often it was judged, and where the least margin is."""
    table = Table(title="Rules", title_justify="left", box=SIMPLE_HEAD, pad_edge=False)
    table.add_column("rule", overflow="fold")
    for heading in ("met", "breached", "reserved", "least margin", "at"):
        table.add_column(heading, justify="right", no_wrap=True)
    for rule in RULES.values():
        judged = [each for each in one.judgements if each.rule == rule.id]
        if judged:
            counts = (sum(each.verdict is verdict for each in judged) for verdict in Verdict)
            table.add_row(escape(rule.title), *(str(count) for count in counts), *_least(judged))
    return table


def _least(judged: Sequence[Judgement]) -> tuple[str, str]:
    timed = [each for each in judged if each.margin_s is not None and each.rule not in {"ring", "cycle"}]
    if not timed:
        return "", ""
    least = min(timed, key=lambda each: each.margin_s or 0.0)
    return f"{least.margin_s or 0.0:+.1f} s", "" if least.at_s is None else f"{round(least.at_s, 1):g} s"


def intergreen_table(one: Certificate) -> Table:
    """Return the intergreen matrix as a list: required, provided, slack and the second of the least gap."""
    table = Table(title="Intergreens, m and s", title_justify="left", box=SIMPLE_HEAD, pad_edge=False)
    for heading in ("from", "to", "clears", "enters", "yellow", "red", "required", "provided", "slack", "at"):
        table.add_column(heading, justify="right", no_wrap=True)
    for each in one.separations:
        table.add_row(*_intergreen_cells(each))
    return table


def _intergreen_cells(each: Separation) -> Iterator[str]:
    yield from (escape(clean_name(name)) for name in (each.clearing, each.entering))
    figures = (each.clearing_m, each.entering_m, each.yellow_s, each.red_s, each.required_s, each.provided_s)
    yield from (f"{figure:.1f}" for figure in figures)
    yield from (f"{each.slack_s:+.1f}", f"{round(each.at_s, 1):g}")
