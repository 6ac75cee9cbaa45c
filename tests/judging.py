"""Plans written as letters per head, and what a certificate says of them."""

from congestion_lab.signals.certification.certificate import Certificate, Judgement, Verdict
from congestion_lab.signals.plan import Aspect, Control, Interval, SignalGroup, SignalPlan

_LETTERS = {
    "G": Aspect.GREEN,
    "g": Aspect.PERMITTED,
    "y": Aspect.YELLOW,
    "r": Aspect.RED,
    "f": Aspect.FLASHING,
    "s": Aspect.STOP_THEN_GO,
}


def lettered(*intervals: tuple[float, str], offset_s: float = 0.0) -> SignalPlan:
    """Return the plan of controller `c` with a group per head: intervals are (length, a letter per head)."""
    groups = tuple(SignalGroup(str(head), (head,)) for head in range(len(intervals[0][1])))
    ring = tuple(Interval(length, tuple(_LETTERS[letter] for letter in state)) for length, state in intervals)
    return SignalPlan("c", "p", Control.FIXED, offset_s, groups, ring)


def open_points(one: Certificate) -> set[tuple[str, tuple[str, ...], Verdict]]:
    return {(each.rule, each.subject, each.verdict) for each in one.open}


def judgement(one: Certificate, rule: str, *subject: str) -> Judgement:
    (found,) = [each for each in one.judgements if each.rule == rule and each.subject == subject]
    return found
