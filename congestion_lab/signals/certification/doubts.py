"""What a plan leaves open although it breaches nothing: neither its file nor its signals say who may go."""

import itertools
from collections.abc import Callable, Iterable, Iterator, Mapping
from types import MappingProxyType

from congestion_lab.core.geometry import Turn
from congestion_lab.signals.certification.certificate import Judgement, Verdict
from congestion_lab.signals.intersection import Intersection
from congestion_lab.signals.plan import Aspect, SignalGroup
from congestion_lab.signals.safety.apart import left_that_yields, right_into_the_side, straight_that_yields
from congestion_lab.signals.safety.conflicts import is_trapped
from congestion_lab.signals.safety.laid import LaidPlan

_WITHOUT_ORDER = frozenset({Aspect.FLASHING, Aspect.DARK})
_CLOSED = frozenset({Aspect.RED, Aspect.RED_YELLOW, Aspect.YELLOW})
Doubt = tuple[tuple[str, ...], str]
"""Groups concerned, and what is not known."""


def known_heads(site: LaidPlan) -> Iterator[Judgement]:
    """Yield whether the intersection says what each signal head releases that is ever open, and who meets whom."""
    strange = [
        group.id for group in site.plan.groups if not site.heads.keys() >= set(group.heads) and _ever_open(site, group)
    ]
    for name in strange:
        note = f"group {name} has a signal head of which the intersection does not say what it releases"
        yield Judgement("known", (name,), Verdict.RESERVED, note=note)
    unmet = not site.intersection.conflicts and _merging(site.intersection)
    if unmet:
        note = "traffic of several links leads into one, yet the intersection names no conflict at all"
        yield Judgement("known", (), Verdict.RESERVED, note=note)
    if not strange and not unmet:
        yield Judgement("known", (), Verdict.MET)


def _merging(intersection: Intersection) -> bool:
    origins: dict[str, set[str]] = {}
    for head in intersection.heads:
        if not head.is_crossing:
            origins.setdefault(head.to_link, set()).add(head.from_link)
    return any(len(links) > 1 for links in origins.values())


def _ever_open(site: LaidPlan, group: SignalGroup) -> bool:
    return any(aspect not in _CLOSED for aspect in site.column(group.heads[0]))


def _without_order(site: LaidPlan) -> Iterator[Doubt]:
    for place, group in enumerate(site.plan.groups):
        if not _WITHOUT_ORDER.isdisjoint(each.aspects[place] for each in site.plan.intervals):
            yield (
                (group.id,),
                f"group {group.id} flashes or is dark during the cycle, so that the rules of the road decide",
            )


def _after_a_stop(site: LaidPlan) -> Iterator[Doubt]:
    for place, group in enumerate(site.plan.groups):
        stops = any(each.aspects[place] is Aspect.STOP_THEN_GO for each in site.plan.intervals)
        if stops and any(head.turn is not Turn.RIGHT for head in site.group_heads(place)):
            yield (group.id,), f"group {group.id} goes on red after a stop, which is known for right turns only"


def _never_released(site: LaidPlan) -> Iterator[Doubt]:
    for place, group in enumerate(site.plan.groups):
        if site.group_heads(place) and not any(site.green[place]):
            yield (group.id,), f"group {group.id} never gets green; it goes by the rules of the road"


def _trapped(site: LaidPlan) -> Iterator[Doubt]:
    """Yield left turns that lose a permitted green while those to whom they yield keep theirs: the yellow trap."""
    found = dict.fromkeys(
        site.names(turning, oncoming)
        for turning, oncoming in site.placed(left_that_yields(site.intersection))
        if any(is_trapped(site.column(turning), site.column(oncoming), end) for end in range(len(site.durations)))
    )
    for names in found:
        note = (
            f"group {names[0]} turns left and loses its green while group {names[-1]} keeps it; only signs warn of that"
        )
        yield names, note


def _untold(site: LaidPlan) -> Iterator[Doubt]:
    for names in _green_together(site, straight_that_yields(site.intersection)):
        note = f"group {names[0]} goes straight on but has to yield to group {names[-1]}; only signs say so"
        yield names, note
    for names in _green_together(site, right_into_the_side(site.intersection)):
        note = (
            f"group {names[0]} turns right into traffic of group {names[-1]} from the side; only signs say who yields"
        )
        yield names, note


def _without_priority(site: LaidPlan) -> Iterator[Doubt]:
    yields = site.intersection.yields
    open_pairs = (pair for pair in site.intersection.conflicts if yields.isdisjoint((pair, pair[::-1])))
    for names in _green_together(site, open_pairs):
        note = f"groups {names[0]} and {names[-1]} meet while both are green; the road model does not say who yields"
        yield names, note


def _green_together(site: LaidPlan, pairs: Iterable[tuple[int, int]]) -> Iterable[tuple[str, ...]]:
    """Return the groups, each pair once, of those heads that are green at once."""
    greens = ((pair, zip(*(site.green[site.place[head]] for head in pair), strict=True)) for pair in site.placed(pairs))
    return dict.fromkeys(site.names(*pair) for pair, shown in greens if any(map(all, shown)))


DOUBTS: Mapping[str, Callable[[LaidPlan], Iterator[Doubt]]] = MappingProxyType(
    {
        "served": _never_released,
        "conflicts": lambda site: itertools.chain(_without_order(site), _after_a_stop(site)),
        "yielding": lambda site: itertools.chain(_untold(site), _trapped(site), _without_priority(site)),
    }
)
"""What cannot be judged of a rule that nothing breaches, by the rule's id."""
