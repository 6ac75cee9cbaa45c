"""What the HCM says of an intersection under a plan, beside what the simulation measured there."""

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from congestion_lab.metrics.analysing import analysed
from congestion_lab.metrics.capacity import Analysis, Approach, Movement
from congestion_lab.metrics.simulated import Simulated, simulated
from congestion_lab.network.model import Link
from congestion_lab.reporting.gathering import Side
from congestion_lab.reporting.intersectiontable import TURNS
from congestion_lab.reporting.linkmap import link_name
from congestion_lab.reporting.translation import _, left_to_right
from congestion_lab.reporting.wording import number
from congestion_lab.signals.intersection import Intersection
from congestion_lab.signals.plan import SignalPlan
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
    """

    facts: str
    rows: tuple[CapacityRow, ...]


def measured_on(side: Side) -> Simulated | None:
    """Return what the runs of a side measured at intersections; None where a run did not record it."""
    results = side.runs.results
    recorded = all(result.has(table) for result in results for table in (MOVEMENTS, LINKS))
    return simulated(results) if results and recorded else None


def capacity_of(plan: SignalPlan, site: Intersection, measured: Simulated, links: Mapping[str, Link]) -> Capacity:
    """Return the analysis of a plan for the flows of the runs that were made under it."""
    found = analysed(plan, site, measured.flows)
    return Capacity(_facts(found), tuple(_rows(found, measured, links)))


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
    mine = [each for (start, _end), each in measured.movements.items() if start == one.from_link]
    known = [each for each in mine if each.volume_vph > 0 and not math.isnan(each.delay_s)]
    volume = sum(each.volume_vph for each in known)
    delay = sum(each.volume_vph * each.delay_s for each in known) / volume if volume else math.nan
    queue = measured.queues.get(one.from_link)
    return CapacityRow(
        name=link_name(links[one.from_link]),
        arrow="",
        whole=True,
        volume=number(one.volume_vph, 0),
        saturation="",
        delay=_figure(one.delay_s),
        los=one.los,
        queues=(),
        simulated_delay=number(delay),
        simulated_los="",
        simulated_queues=() if queue is None else (number(queue.mean_m, 0), number(queue.longest_m, 0)),
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
        delay=_figure(one.delay_s),
        los=one.los,
        queues=(_figure(one.queue_50_veh), _figure(one.queue_95_veh)),
        simulated_delay=number(math.nan) if found is None else left_to_right(f"{number(found.delay_s)}{spread}"),
        simulated_los="" if found is None else found.los,
        simulated_queues=(),
    )


def _figure(value: float, digits: int = 1) -> str:
    return _NO_END if math.isinf(value) else number(value, digits)
