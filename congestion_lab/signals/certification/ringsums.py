"""Whether the cycle of a plan adds up: its stages, and the rings and barriers that NEMA controllers hold it in."""

from collections.abc import Iterator

from congestion_lab.core.errors import SignalPlanError
from congestion_lab.signals.certification.certificate import Judgement, Verdict
from congestion_lab.signals.cycle import TOLERANCE_S
from congestion_lab.signals.intersection import Intersection
from congestion_lab.signals.phases import clearances, phases
from congestion_lab.signals.plan import Control, SignalPlan
from congestion_lab.signals.rings.ringbarrier import ring_barrier
from congestion_lab.signals.rings.ringphases import NumberedPhase, RingBarrier


def ring_judgements(plan: SignalPlan, site: Intersection) -> Iterator[Judgement]:
    """Yield whether stages and intergreens, and each ring, add up to the cycle, and whether rings meet at barriers."""
    if plan.control is Control.NEMA or plan.jumps:
        note = "the plan is no single row of stages: its phases jump, or run in rings of another program"
        yield Judgement("ring", (), Verdict.RESERVED, note=note)
        return
    total = sum(phase.green_s for phase in phases(plan)) + sum(each.duration_s for each in clearances(plan))
    yield Judgement("ring", (), _equal(total, plan.cycle_s), plan.cycle_s, total, note=ring_text(plan))
    rings = _in_two_rings(plan, site)
    if rings is not None:
        yield from _sums(rings)


def ring_text(plan: SignalPlan) -> str:
    """Return how a plan's cycle adds up, in words."""
    greens = [f"{phase.green_s:g}" for phase in phases(plan)]
    cleared = [f"{each.duration_s:g}" for each in clearances(plan)]
    parts = " + ".join(greens) or "0"
    return f"single ring of {len(greens)} stages: {parts} s, intergreens {' + '.join(cleared) or '0'} s"


def _sums(rings: RingBarrier) -> Iterator[Judgement]:
    first = rings.rings[0]
    for ring in rings.rings:
        name = f"ring {ring[0].ring}"
        total = sum(phase.split_s for phase in ring)
        yield Judgement("ring", (name,), _equal(total, rings.cycle_s), rings.cycle_s, total)
        for barrier in dict.fromkeys(phase.barrier for phase in first):
            asked, given = (_between(some, barrier) for some in (first, ring))
            yield Judgement("ring", (name, f"barrier {barrier}"), _equal(given, asked), asked, given)


def _between(ring: tuple[NumberedPhase, ...], barrier: int) -> float:
    return sum(phase.split_s for phase in ring if phase.barrier == barrier)


def _in_two_rings(plan: SignalPlan, site: Intersection) -> RingBarrier | None:
    """Return a plan in rings and barriers; None where stages say all that there is to say."""
    if plan.control is not Control.FIXED or not site.released.keys() <= plan.places.keys():
        return None
    try:
        rings = ring_barrier(plan, site)
    except SignalPlanError:  # more phases than such controllers number
        return None
    return rings if len(rings.rings) > 1 else None


def _equal(one: float, other: float) -> Verdict:
    return Verdict.MET if abs(one - other) <= TOLERANCE_S else Verdict.BREACHED
