"""Legs that people on foot cross without a signal of their own: whether the plan leaves them time.

They cross while the inbound traffic of the leg has red and nobody comes straight on into it, until the inbound traffic
gets green again. After traffic straight on has ended, the window starts when its last vehicle has passed the junction.
Who turns into the leg gives way to them, and so does who turns right out of it on a green that never ends (MUTCD 2009,
4D.04): that is an assumption about drivers, and the judgement says where it is made.
"""

import itertools
from collections.abc import Iterator, Sequence

from congestion_lab.core.geometry import Turn
from congestion_lab.core.names import clean_name
from congestion_lab.signals.certification.certificate import Judgement, Verdict
from congestion_lab.signals.cycle import TOLERANCE_S
from congestion_lab.signals.intersection import Leg, SignalHead
from congestion_lab.signals.plan import Aspect
from congestion_lab.signals.safety.clearing import need
from congestion_lab.signals.safety.laid import LaidPlan
from congestion_lab.signals.timing import pedestrian_green_s

_STANDING = frozenset({Aspect.RED, Aspect.RED_YELLOW, Aspect.STOP_THEN_GO})
Window = tuple[float, float]
"""Length, and the second of the cycle at which it begins."""


def leg_judgements(site: LaidPlan, walk_s: float) -> Iterator[Judgement]:
    """Yield one judgement per leg; a reservation where no width is known.

    Args:
        site: The plan over its intersection.
        walk_s: Time in which people start to walk.
    """
    if not site.intersection.legs and not any(head.is_crossing for head in site.intersection.heads):
        note = "no width of a leg is known; write the plan file anew from a network with lanes"
        yield Judgement("crossing", (), Verdict.RESERVED, note=note)
    for leg in site.intersection.legs:
        yield _judged(site, leg, pedestrian_green_s(leg.width_m, walk_s=walk_s))


def _judged(site: LaidPlan, leg: Leg, required_s: float) -> Judgement:
    placed = [head for head in site.intersection.heads if head.index in site.place]
    leaving = [head for head in placed if head.from_link in leg.links]
    slipping = [head for head in leaving if head.turn is Turn.RIGHT and _never_stops(site, head)]
    arriving = [head for head in leaving if head not in slipping]
    straight = [head for head in placed if head.to_link in leg.links and head.turn is Turn.STRAIGHT]
    length_s, start_s = _longest_window(site, arriving, straight)
    verdict = Verdict.MET if length_s >= required_s - TOLERANCE_S else Verdict.BREACHED
    note = f"{clean_name(leg.name)}, {leg.width_m:g} m wide".removeprefix(", ")
    if slipping:
        note += f"; group {site.names(slipping[0].index)[0]} turns right all the time and has to give way"
    endless = [head for head in (*arriving, *straight) if _never_stops(site, head)]
    if verdict is Verdict.BREACHED and endless:
        verdict = Verdict.RESERVED
        note += f"; group {site.names(endless[0].index)[0]} never stops, so that gaps in its traffic decide"
    return Judgement("crossing", leg.links, verdict, required_s, length_s, start_s, note)


def _longest_window(site: LaidPlan, arriving: Sequence[SignalHead], straight: Sequence[SignalHead]) -> Window:
    count = len(site.durations)
    moving = [[head for head in (*arriving, *straight) if _moves(site, head, number)] for number in range(count)]
    if not any(moving):
        return site.plan.cycle_s, 0.0
    windows = [
        _window(site, start, moving, straight) for start in range(count) if moving[start - 1] and not moving[start]
    ]
    return max(windows, key=lambda window: window[0], default=(0.0, 0.0))


def _window(
    site: LaidPlan, start: int, moving: Sequence[Sequence[SignalHead]], straight: Sequence[SignalHead]
) -> Window:
    ring = itertools.islice(itertools.cycle(range(len(site.durations))), start, None)
    length = sum(site.durations[number] for number in itertools.takewhile(lambda each: not moving[each], ring))
    passing = max((need(head, (), None).red_s for head in moving[start - 1] if head in straight), default=0.0)
    return max(0.0, length - passing), (site.plan.starts_s[start] + passing) % site.plan.cycle_s


def _never_stops(site: LaidPlan, head: SignalHead) -> bool:
    return all(site.green[site.place[head.index]])


def _moves(site: LaidPlan, head: SignalHead, interval: int) -> bool:
    return site.column(head.index)[interval] not in _STANDING
