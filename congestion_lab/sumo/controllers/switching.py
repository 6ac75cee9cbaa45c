"""A day of a schedule as SUMO switches it: all programmes, and a WAUT that says when which runs."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from xml.sax.saxutils import quoteattr

from congestion_lab.core.files import write_text
from congestion_lab.core.names import xml_comment
from congestion_lab.signals.plan import PlanSet, SignalPlan
from congestion_lab.signals.schedules.schedule import DayType, Switch
from congestion_lab.signals.schedules.transitions import Procedure, switch_point_s
from congestion_lab.simulation.spec import Changeover
from congestion_lab.sumo.nets.programs import number_text, program_text

BEFORE, AFTER = "before", "after"  # what plans are called in a run with a changeover
_PREFIX = "congestion_lab."  # SUMO refuses a programme under a name that the network gave to its own
_SWITCH_POINT = "GSP"  # SUMO's parameter and procedure: from second to second of the two cycles


def write_day(day: DayType, procedure: Procedure, target: Path, *, comment: str = "") -> None:
    """Write an additional file in which SUMO runs one day of a schedule; its clock counts from midnight.

    At a switch point the running programme goes on to the start of its first green; there the next one begins, and
    its first green lasts until it is in step with the clock.

    Raises:
        SignalPlanError: A plan leaves out a signal head, or cannot run in SUMO.
    """
    body = "".join((*_programmes(day), *_switches(day), *_junctions(day, procedure)))
    head = f'<?xml version="1.0" encoding="UTF-8"?>\n{xml_comment(comment)}'
    write_text(target, f"{head}<additional>\n{body}</additional>\n")


def day_of(plans: PlanSet, changeover: Changeover) -> DayType:
    """Return the day of a run: plans from midnight on, and those that follow them."""
    switches = (Switch(0, BEFORE, plans), Switch(changeover.at_s, AFTER, changeover.plans))
    return DayType("changeover", (), None, None, switches)


def plans_name(program_id: str) -> str:
    """Return the name of the plans that a programme of a written day belongs to."""
    return program_id.removeprefix(_PREFIX)


def _programmes(day: DayType) -> Iterator[str]:
    for switch in {switch.plans_name: switch for switch in day.switches}.values():
        for plan in switch.plans:
            yield program_text(_named(plan, switch.plans_name))


def _named(plan: SignalPlan, name: str) -> SignalPlan:
    kept = tuple((key, text) for key, text in plan.parameters if key != _SWITCH_POINT)
    point = (_SWITCH_POINT, number_text(switch_point_s(plan)))
    return replace(plan, program_id=f"{_PREFIX}{name}", parameters=(*kept, point))


def _switches(day: DayType) -> Iterator[str]:
    first, *later = day.switches
    yield f'    <WAUT refTime="0" id={quoteattr(day.name)} startProg={quoteattr(_PREFIX + first.plans_name)}>\n'
    for switch in later:
        yield f'        <wautSwitch time="{switch.at_s}" to={quoteattr(_PREFIX + switch.plans_name)}/>\n'
    yield "    </WAUT>\n"


def _junctions(day: DayType, procedure: Procedure) -> Iterator[str]:
    how = f' procedure="{_SWITCH_POINT}" synchron="true"' if procedure is Procedure.SWITCH_POINT else ""
    for plan in day.switches[0].plans:
        name, day_name = quoteattr(plan.controller_id), quoteattr(day.name)
        yield f"    <wautJunction wautID={day_name} junctionID={name}{how}/>\n"
