"""What the HCM says of an intersection under a plan, beside what the simulation measured there."""

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from congestion_lab.metrics.analysing import Conditions, analysed
from congestion_lab.metrics.arriving import LEAST_ARRIVALS, Shares, shares_by_controller
from congestion_lab.metrics.capacity import Analysis, Approach, Movement
from congestion_lab.metrics.disagreement import Cause, Disagreement, Disagreements, Reason, disagreements
from congestion_lab.metrics.service import level_of_service
from congestion_lab.metrics.simulated import Simulated, simulated
from congestion_lab.network.model import Link
from congestion_lab.reporting.gathering import Side, Story
from congestion_lab.reporting.maps.linkmap import link_name
from congestion_lab.reporting.sections.intersectiontable import TURNS
from congestion_lab.reporting.translation import _, isolated, left_to_right, onward, plural
from congestion_lab.reporting.wording import NOTHING, number, queue_text, share
from congestion_lab.signals.intersection import Intersection
from congestion_lab.signals.plan import SignalPlan
from congestion_lab.simulation.spec import Controller
from congestion_lab.simulation.tables import LINKS, MOVEMENTS

_NO_END = "∞"


@dataclass(frozen=True, slots=True)
class CapacityRow:
    """One movement, or an approach with the means of its movements.

    Attributes:
        name: Street that it comes from; where it leads, of a movement.
        arrow: Its direction; "" of an approach.
        whole: Whether it is an approach.
        volume: Vehicles per hour.
        saturation: Volume over capacity; "" of an approach.
        arrivals: Share of arrivals on green, where it is measured; "" of an approach.
        delay: HCM control delay, seconds.
        los: HCM level of service.
        queues: Back of the queue of one lane, vehicles: 50 and 95 %; none of an approach.
        simulated_delay: Simulated delay with its spread over the runs, seconds.
        simulated_los: Level of service of that delay.
        simulated_queues: Mean and longest queue of the approach, metres; none of a movement.
    """

    name: str
    arrow: str
    whole: bool
    volume: str
    saturation: str
    arrivals: str
    delay: str
    los: str
    queues: tuple[str, ...]
    simulated_delay: str
    simulated_los: str
    simulated_queues: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Capacity:
    """The analysis of one intersection.

    Attributes:
        facts: The intersection as a whole, in words.
        rows: Approaches, each with its movements behind it.
        arrivals: Which arrivals the formulas rest on, in words.
        differing: That HCM and simulation tell different stories, in words; "" where they agree.
        differences: Where they do, movement by movement, and why.
    """

    facts: str
    rows: tuple[CapacityRow, ...]
    arrivals: str
    differing: str
    differences: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Basis:
    """What runs under the plans of one side say of its intersections.

    Attributes:
        measured: Movements and queues.
        arrivals: Shares of arrivals on green, by controller; nothing where they are not known.
    """

    measured: Simulated
    arrivals: Mapping[str, Shares]


def basis_of(side: Side, story: Story) -> Basis | None:
    """Return what the runs of a side say of its intersections; None where a run did not record movements and queues."""
    results = side.runs.results
    recorded = all(result.has(table) for result in results for table in (MOVEMENTS, LINKS))
    if not results or not recorded:
        return None
    timed = side.runs.controller is Controller.PLANS
    arrivals = shares_by_controller(results, story.network, side.plans, story.intersections) if timed else {}
    return Basis(simulated(results), arrivals)


def capacity_of(plan: SignalPlan, site: Intersection, basis: Basis, links: Mapping[str, Link]) -> Capacity:
    """Return the analysis of a plan for the flows and arrivals of the runs that were made under it."""
    measured, arrivals = basis.measured, basis.arrivals.get(plan.controller_id, {})
    found = analysed(plan, site, measured.flows, Conditions(arrivals_on_green=arrivals))
    apart = disagreements(found, measured, plan, site)
    return Capacity(
        facts=_facts(found),
        rows=tuple(_rows(found, measured, links)),
        arrivals=_arrivals(found),
        differing=_differing(apart),
        differences=tuple(_difference(each, links) for each in apart.movements),
    )


def _arrivals(found: Analysis) -> str:
    used = [each for approach in found.approaches for each in approach.movements if each.volume_vph > 0]
    known = sum(each.measured_arrivals for each in used)
    if known == 0:
        return _("Arrivals on green are not known from the runs: they are taken at a constant rate (arrival type 3).")
    if known == len(used):
        return _("Arrivals on green are those of the simulation.")
    text = _(
        "Arrivals on green are those of the simulation for {known} of {all} movements; the others have fewer than "
        "{least} arrivals, taken at a constant rate (arrival type 3)."
    )
    return text.format(known=number(known, 0), all=number(len(used), 0), least=number(LEAST_ARRIVALS, 0))


def _differing(apart: Disagreements) -> str:
    if not apart.any:
        return ""
    alone = _("The formulas take each intersection alone and do not see what happens beyond it.")
    if apart.los == apart.simulated_los:
        movements = plural("{count} movement", "{count} movements", len(apart.movements))
        return _("HCM and simulation disagree: {movements}.").format(movements=movements) + f" {alone}"
    text = _("HCM and simulation disagree: level of service {los} by the formulas, {simulated} in the simulation.")
    return f"{text.format(los=apart.los or NOTHING, simulated=apart.simulated_los or NOTHING)} {alone}"


def _difference(each: Disagreement, links: Mapping[str, Link]) -> str:
    start, end = (isolated(link_name(links[name])) for name in (each.from_link, each.to_link))
    text = _("{movement}: {los} by the formulas, v/c {ratio}; {simulated} in the simulation. {reasons}")
    return text.format(
        movement=onward(start, end),
        los=each.los,
        ratio=_figure(each.saturation, 2),
        simulated=each.simulated_los,
        reasons=" ".join(_reason(reason, links) for reason in each.reasons) or _("The data tell no reason."),
    )


def _reason(one: Reason, links: Mapping[str, Link]) -> str:
    told = {
        Cause.SPILLBACK: _("Spillback from downstream: a queue filled {street} {share} of the time."),
        Cause.BLOCKED: _("The queue of movement {arrow} blocks its lanes."),
        Cause.OUTSIDE: _("The queue filled the approach {share} of the time, so that vehicles wait further back."),
        Cause.NEAR_CAPACITY: _("Near capacity small errors decide."),
        Cause.GAPS: _("What gaps let through on its permitted green is estimated."),
        Cause.DISCHARGE: _("The simulation lets more vehicles through than the computed capacity."),
        Cause.PLATOONS: _("Its arrivals are taken at a constant rate."),
    }[one.cause]
    return told.format(
        street=isolated(link_name(links[one.link])) if one.link else "",
        share=share(one.share),
        arrow="" if one.turn is None else TURNS[one.turn.value],
    )


def _facts(found: Analysis) -> str:
    if math.isnan(found.delay_s):
        return _("No vehicle came.")
    text = _("{volume} vehicles per hour; HCM delay {delay} s, level of service {los}; critical v/c {critical}.")
    return text.format(
        volume=number(found.volume_vph, 0),
        delay=_figure(found.delay_s),
        los=found.los,
        critical=_figure(found.critical_saturation, 2),
    )


def _rows(found: Analysis, measured: Simulated, links: Mapping[str, Link]) -> Iterator[CapacityRow]:
    for approach in found.approaches:
        yield _approach(approach, measured, links)
        yield from (_movement(each, measured, links) for each in approach.movements)


def _approach(one: Approach, measured: Simulated, links: Mapping[str, Link]) -> CapacityRow:
    queue, delay = measured.queues.get(one.from_link), measured.delay_s([one.from_link])
    return CapacityRow(
        name=link_name(links[one.from_link]),
        arrow="",
        whole=True,
        volume=number(one.volume_vph, 0),
        saturation="",
        arrivals="",
        delay=_figure(one.delay_s),
        los=one.los,
        queues=(),
        simulated_delay=number(delay),
        simulated_los=level_of_service(delay),
        simulated_queues=()
        if queue is None
        else (number(queue.mean_m, 0), queue_text(queue.longest_m, full=queue.full_share > 0)),
    )


def _movement(one: Movement, measured: Simulated, links: Mapping[str, Link]) -> CapacityRow:
    found = measured.movements.get((one.from_link, one.to_link))
    spread = "" if found is None or math.isnan(found.delay_sd_s) else f" ± {number(found.delay_sd_s)}"
    return CapacityRow(
        name=link_name(links[one.to_link]),
        arrow=TURNS[one.turn.value],
        whole=False,
        volume=number(one.volume_vph, 0),
        saturation=_figure(one.saturation, 2),
        arrivals=share(one.arrivals_on_green) if one.measured_arrivals else "",
        delay=_figure(one.delay_s),
        los=one.los,
        queues=(_figure(one.queue_50_veh), _figure(one.queue_95_veh)),
        simulated_delay=number(math.nan) if found is None else left_to_right(f"{number(found.delay_s)}{spread}"),
        simulated_los="" if found is None else found.los,
        simulated_queues=(),
    )


def _figure(value: float, digits: int = 1) -> str:
    return _NO_END if math.isinf(value) else number(value, digits)
