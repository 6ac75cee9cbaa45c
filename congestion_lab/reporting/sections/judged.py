"""What each intersection of a report is judged by: its ground plan, its capacity, its certificate."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from congestion_lab.reporting.drawing.junctiondrawing import Drawing, drawing_of
from congestion_lab.reporting.gathering import Side, Story
from congestion_lab.reporting.sections.capacity import Basis, Capacity, basis_of, capacity_of
from congestion_lab.reporting.sections.certificates import (
    CertificateView,
    Mark,
    certificate_view,
    certificates_of,
    mark_of,
    rulebook,
)
from congestion_lab.reporting.sections.intersectiontable import intersection_names
from congestion_lab.reporting.translation import _, isolated
from congestion_lab.signals.certification.certificate import Certificate


@dataclass(frozen=True, slots=True)
class Judged:
    """One intersection under the plan that is judged.

    Attributes:
        drawing: Lanes and movements.
        capacity: The HCM beside the simulation; None where the runs did not record movements and queues.
        capacity_before: The HCM of the plan before, in words; "" where nothing is compared.
        certificate: Its certificate.
        certificate_before: That of the plan before, in words; "" where nothing is compared.
    """

    drawing: Drawing
    capacity: Capacity | None
    capacity_before: str
    certificate: CertificateView
    certificate_before: str


@dataclass(frozen=True, slots=True)
class _Known:
    """What is known of one side."""

    side: Side
    certificates: Mapping[str, Certificate]
    basis: Basis | None


@dataclass(frozen=True, slots=True)
class Judging:
    """All that a page says of the plans by rules and formulas.

    Attributes:
        mark: What head and summary say; None where there are no signals.
        places: Intersections with a plan, by controller.
        rules: Every rule: its name, what it asks, where it is from.
        differing: Names of the intersections at which HCM and simulation tell different stories.
    """

    mark: Mark | None
    places: Mapping[str, Judged]
    rules: list[tuple[str, str, str]]
    differing: tuple[str, ...]


def judged_section(story: Story) -> Judging:
    """Return what a page says of the plans of its later side, and beside them of those of the earlier one."""
    sides = [
        _Known(side, certificates_of(side, story), basis_of(side, story))
        for side in (story.before, story.after)
        if side is not None
    ]
    last, first = sides[-1], sides[0] if len(sides) > 1 else None
    judged = {plan.controller_id: _judged(story, plan.controller_id, last, first) for plan in last.side.plans}
    mark = mark_of(last.side, last.certificates, None if first is None else first.certificates)
    places = {name: one for name, one in judged.items() if one is not None}
    return Judging(mark, places, rulebook(), tuple(_differing(story, places)))


def _differing(story: Story, places: Mapping[str, Judged]) -> Iterator[str]:
    names = intersection_names(story)
    for controller, place in places.items():
        if place.capacity is not None and place.capacity.differing:
            yield isolated(names[controller])


def _judged(story: Story, controller: str, last: _Known, first: _Known | None) -> Judged | None:
    site, links = story.intersections.get(controller), story.network.links
    if site is None or controller not in story.network.controllers:
        return None
    plan = next(each for each in last.side.plans if each.controller_id == controller)
    capacity = None if last.basis is None else capacity_of(plan, site, last.basis, links)
    return Judged(
        drawing=drawing_of(story.network, plan, site),
        capacity=capacity,
        capacity_before="" if first is None else _capacity_before(story, controller, first),
        certificate=certificate_view(last.certificates[controller], links),
        certificate_before="" if first is None else _certificate_before(controller, first, story),
    )


def _capacity_before(story: Story, controller: str, first: _Known) -> str:
    plan = next((each for each in first.side.plans if each.controller_id == controller), None)
    if plan is None or first.basis is None:
        return ""
    facts = capacity_of(plan, story.intersections[controller], first.basis, story.network.links).facts
    return _("{side}: {text}").format(side=first.side.name, text=facts)


def _certificate_before(controller: str, first: _Known, story: Story) -> str:
    view = certificate_view(first.certificates[controller], story.network.links)
    return _("{side}: {text}").format(side=first.side.name, text=view.text)
