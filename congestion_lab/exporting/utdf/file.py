"""Plans as Synchro's combined CSV (UTDF 2006, UTDFVERSION 8).

The format is not published; sections, codes and how times depend on each other were read from files that Synchro wrote.
Lengths are metres and speeds km/h (`Metric` 1). Readers split lines at every comma, so that no text holds one.
"""

from collections.abc import Iterable, Sequence
from pathlib import Path

from congestion_lab.core.errors import Fault
from congestion_lab.core.files import write_text
from congestion_lab.core.movementcodes import HEADINGS_DEG
from congestion_lab.exporting.cells import Cell
from congestion_lab.exporting.handover import Handover, Written
from congestion_lab.exporting.ringtimes import RingPlan, finer_than, remarks, ring_plans
from congestion_lab.exporting.utdf.lanes import lane_groups, lane_records, untold
from congestion_lab.exporting.utdf.nodes import Row, flat, link_records, node_records, places
from congestion_lab.exporting.utdf.times import phase_records, plan_records
from congestion_lab.signals.rings.ringbarrier import MAX_PHASES

_USUAL_PHASES = 8
_DIGIT = 9
_NETWORK: tuple[tuple[str, Cell], ...] = (
    ("UTDFVERSION", 8),
    ("Metric", 1),
    ("yellowTime", 3),
    ("allRedTime", 2),
    ("DefFlow", 1900),
    ("vehLength", 6.1),
)


def write_utdf(handover: Handover, stem: Path) -> Written:
    """Write `<stem>-utdf.csv`: signals, the roads at them and the nodes next to them.

    Raises:
        SignalPlanError: A plan cannot be told in phases of rings, has times finer than a tenth of a second, or is timed
            otherwise than fixed or actuated; or a junction has more approaches or turns than the format has columns.
    """
    network = handover.roads("utdf")
    plans = ring_plans(handover, _faults, turns_on_red=True)
    nodes = places(network, [plan.controller_id for plan in handover.plans])
    groups = lane_groups(network, nodes, plans)
    names = {controller: site.name for controller, site in handover.intersections.items()}
    phases = max((phase.number for plan in plans for phase in plan.rings.phases), default=0)
    columns = MAX_PHASES if phases > _USUAL_PHASES else _USUAL_PHASES
    marking: list[Row] = [("marking", flat(handover.marking))] if handover.marking else []
    directions = tuple(HEADINGS_DEG)
    text = [
        _section("Network", "Network Settings", ("RECORDNAME", "DATA"), [*marking, *_NETWORK]),
        _section("Nodes", "Node Data", _NODES, node_records(nodes, names, handover.marking)),
        _section("Links", "Link Data", ("RECORDNAME", "INTID", *directions), link_records(network, nodes, directions)),
        _section(
            "Lanes",
            "Lane Group Data",
            ("RECORDNAME", "INTID", *groups.columns),
            lane_records(network, nodes, groups, plans),
        ),
        _section("Timeplans", "Timing Plan Settings", ("RECORDNAME", "INTID", "DATA"), plan_records(plans, nodes)),
        _section("Phases", "Phasing Data", _phase_columns(columns), phase_records(plans, nodes, columns)),
    ]
    target = stem.with_name(f"{stem.name}-utdf.csv")
    write_text(target, "\n".join(text))
    notes = (f"utdf: {note}" for note in (*groups.notes, *untold(groups, plans)))
    return Written((target,), (*remarks("utdf", plans), *notes))


_NODES = ("INTID", "TYPE", "X", "Y", "Z", "DESCRIPTION", "CBD")


def _phase_columns(count: int) -> tuple[str, ...]:
    return ("RECORDNAME", "INTID", *(f"D{number}" for number in range(1, count + 1)))


def _section(name: str, title: str, columns: Sequence[str], rows: Iterable[Row]) -> str:
    lines = (",".join(map(str, row)) for row in rows)
    return "\n".join((f"[{name}]", title, ",".join(columns), *lines, ""))


def _faults(plan: RingPlan) -> Iterable[Fault]:
    yield from finer_than(plan, 0.1, whole=False)
    if any(max(phase.barrier, phase.position) > _DIGIT for phase in plan.rings.phases):
        hint = "export it as sumo, vissig, csv or xlsx"
        yield Fault(f"more than {_DIGIT} phases follow each other between two barriers", hint, plan.source)
