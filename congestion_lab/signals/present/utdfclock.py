"""The clock of a UTDF controller: when its phases begin, by Start and End, or by rings and a reference."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from congestion_lab.core.errors import Fault, SignalPlanError
from congestion_lab.signals.cycle import DECIMALS
from congestion_lab.signals.present.planrecords import PhaseTimes
from congestion_lab.signals.rings.starts import RingPhase, ring_times

TOLERANCE_S = 0.25  # files round times to a tenth; sums of three stay within this
_LAST_GREEN, _YIELD, _END = 0, 1, 2  # Referenced To; 3 is the first green


@dataclass(frozen=True, slots=True)
class UtdfPhase:
    """A phase that is served.

    Attributes:
        times: Its times; where there is a clock, its begin is on that.
        barrier: Its barrier.
        position: Its position.
        clock: Whether the file gives Start and End.
    """

    times: PhaseTimes
    barrier: int
    position: int
    clock: bool


def event_s(
    phases: Sequence[UtdfPhase], begins_s: Mapping[str, float], cycle_s: float, *, reference: int, referred: int
) -> float | None:
    """Return the moment that an offset refers to, or None where no phase is named as the reference.

    Args:
        phases: Phases that are served.
        begins_s: When they begin.
        cycle_s: Cycle.
        reference: Reference Phase: 206 is phases 2 and 6.
        referred: Referenced To: the last (0) or first (3) of their greens, or the first that yields (1) or ends (2).
    """
    named = [phase.times for phase in phases if phase.times.id in {f"{reference // 100}", f"{reference % 100}"}]
    if not named:
        return None
    spans = {_YIELD: [one.green_s for one in named], _END: [one.split_s for one in named]}
    begins = zip(named, spans.get(referred, [0.0] * len(named)), strict=True)
    moments = [begins_s[one.id] + span for one, span in begins]
    around = [(moment - moments[0] + cycle_s / 2) % cycle_s - cycle_s / 2 for moment in moments]
    return (moments[0] + (max(around) if referred == _LAST_GREEN else min(around))) % cycle_s


def ring_starts(phases: Sequence[UtdfPhase], cycle_s: float) -> Mapping[str, float]:
    """Return when phases begin by rings and barriers, which must fill the cycle."""
    rings = [
        RingPhase(one.times.id, one.times.ring, one.barrier, one.position, round(one.times.split_s, DECIMALS))
        for one in phases
    ]
    times = ring_times(rings)
    if abs(times.cycle_s - cycle_s) > TOLERANCE_S:
        rule = f"the splits of its rings add up to {times.cycle_s:g} s, its cycle is {cycle_s:g} s"
        raise SignalPlanError(Fault(rule))
    return times.starts_s


def timed(phases: Sequence[UtdfPhase], offset_s: float, cycle_s: float) -> Iterator[PhaseTimes]:
    """Yield phases with begins that count from the start of the cycle."""
    if all(phase.clock for phase in phases):
        begins = {phase.times.id: (phase.times.start_s - offset_s) % cycle_s for phase in phases}
    else:
        begins = dict(ring_starts(phases, cycle_s))
    for phase in phases:
        yield replace(phase.times, start_s=round(begins[phase.times.id], DECIMALS))
