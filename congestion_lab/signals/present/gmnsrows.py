"""Rows of GMNS 0.96 tables of signal timings: what each says, and whether it says it as the specification asks.

https://github.com/zephyr-data-specs/GMNS. The specification has yellow and all-red together in `clearance`; our own
columns `opt_yellow` and `opt_all_red` part them.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from congestion_lab.core.names import unshielded
from congestion_lab.core.rows import Row
from congestion_lab.signals.plan import Aspect

_TOLERANCE_S = 0.1
_PROTECTION: Mapping[str, Aspect | None] = {
    "": None,
    "protected": Aspect.GREEN,
    "permitted": Aspect.PERMITTED,
    "rtor": Aspect.STOP_THEN_GO,
}
REFERENCES = ("begin_of_green", "begin_of_yellow", "begin_of_red")


@dataclass(frozen=True, slots=True)
class TimingPlan:
    """A row of `signal_timing_plan.csv`.

    Attributes:
        id: Its id.
        controller: Its controller.
        cycle_s: Cycle, or None where the file says nothing.
        times: What it may be asked for by: its id and the times of day that it is for.
    """

    id: str
    controller: str
    cycle_s: float | None
    times: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class TimingPhase:
    """A row of `signal_timing_phase.csv`.

    Attributes:
        id: Its id.
        plan: Its timing plan.
        number: Its phase number (NEMA).
        ring: Its ring.
        barrier: Its barrier.
        position: Its place in ring and barrier.
        green_s: `min_green`: the green of a fixed-time signal.
        longest_s: `max_green`, or None.
        clearance_s: Yellow and all-red together.
        yellow_s: Yellow, where the file parts the two.
        all_red_s: All-red, where the file parts the two.
        walk_s: Walk.
        ped_clearance_s: Time to finish crossing.
    """

    id: str
    plan: str
    number: str
    ring: int
    barrier: int
    position: int
    green_s: float
    longest_s: float | None
    clearance_s: float
    yellow_s: float | None
    all_red_s: float | None
    walk_s: float
    ped_clearance_s: float


@dataclass(frozen=True, slots=True)
class Coordination:
    """A row of `signal_coordination.csv`.

    Attributes:
        plan: Its timing plan.
        controller: Its controller.
        phase: Number of the phase that the offset refers to.
        reference: Which moment of that phase.
        offset_s: The offset.
        master: Controller to whose reference it is relative; "" for the common clock.
    """

    plan: str
    controller: str
    phase: str
    reference: str
    offset_s: float
    master: str


@dataclass(frozen=True, slots=True)
class PhaseRelease:
    """A row of `signal_phase_mvmt.csv`.

    Attributes:
        phase: Its timing phase.
        movement: Movement that is released; "" for people who cross a link.
        link: Link that is crossed.
        shown: GREEN, PERMITTED, STOP_THEN_GO for a right turn on red, or None where the file says nothing.
    """

    phase: str
    movement: str
    link: str
    shown: Aspect | None


def plan_row(row: Row) -> TimingPlan:
    """Return a row of `signal_timing_plan.csv`; its faults are kept by the row."""
    cycle = row.maybe("cycle_length", low=1, high=600) if "cycle_length" in row.cells else None
    name = row.id("timing_plan_id")
    times = tuple(row.cells.get(key, "").strip() for key in ("timeday_id", "time_day"))
    return TimingPlan(name, row.id("controller_id"), cycle, (name, *filter(None, times)))


def phase_row(row: Row) -> TimingPhase:
    """Return a row of `signal_timing_phase.csv`; its faults are kept by the row."""

    def maybe(key: str, high: float = 600.0) -> float | None:
        return row.maybe(key, low=0, high=high) if key in row.cells else None

    yellow, red, clearance = maybe("opt_yellow", 120), maybe("opt_all_red", 120), maybe("clearance", 120)
    if (
        yellow is not None
        and red is not None
        and clearance is not None
        and abs(yellow + red - clearance) > _TOLERANCE_S
    ):
        row.fault("clearance", f"{clearance:g} s is not opt_yellow and opt_all_red, {yellow:g} and {red:g} s")
    return TimingPhase(
        id=row.id("timing_phase_id"),
        plan=row.id("timing_plan_id"),
        number=row.text("signal_phase_num"),
        ring=row.whole("ring", low=0, high=12),
        barrier=row.whole("barrier", low=0, high=12),
        position=row.whole("position", low=0, high=100),
        green_s=row.number("min_green", low=0, high=600),
        longest_s=maybe("max_green"),
        clearance_s=(yellow or 0.0) + (red or 0.0) if clearance is None else clearance,
        yellow_s=yellow,
        all_red_s=red,
        walk_s=maybe("walk_time") or 0.0,
        ped_clearance_s=maybe("ped_clearance") or 0.0,
    )


def release_row(row: Row) -> PhaseRelease:
    """Return a row of `signal_phase_mvmt.csv`; its faults are kept by the row."""
    protection = row.cells.get("protection", "").strip().lower().replace("_", " ")
    if protection not in _PROTECTION:
        row.fault("protection", f"{protection!r} is unknown", f"use one of {', '.join(filter(None, _PROTECTION))}")
    movement, link = (unshielded(row.cells.get(key, "").strip()) for key in ("mvmt_id", "link_id"))
    if not movement and not link:
        row.fault("mvmt_id", "neither a movement nor a link is named")
    return PhaseRelease(row.id("timing_phase_id"), movement, link, _PROTECTION.get(protection))


def coordination_row(row: Row) -> Coordination:
    """Return a row of `signal_coordination.csv`; its faults are kept by the row."""
    reference = row.cells.get("coord_ref_to", "").strip().lower() or REFERENCES[0]
    if reference not in REFERENCES:
        row.fault("coord_ref_to", f"{reference!r} is unknown", f"use one of {', '.join(REFERENCES)}")
    offset = row.maybe("offset", low=-3600, high=3600) if "offset" in row.cells else None
    return Coordination(
        plan=row.id("timing_plan_id"),
        controller=row.id("controller_id"),
        phase=row.cells.get("coord_phase", "").strip(),
        reference=reference,
        offset_s=offset or 0.0,
        master=unshielded(row.cells.get("coord_contr_id", "").strip()),
    )
