"""What a plan leaves open although it breaches nothing: neither its file nor its signals say who may go."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from types import MappingProxyType

from congestion_lab.signals.apart import right_into_the_side, straight_that_yields
from congestion_lab.signals.certificate import Judgement, Verdict
from congestion_lab.signals.laid import LaidPlan
from congestion_lab.signals.plan import Aspect, SignalGroup

_WITHOUT_ORDER = frozenset({Aspect.FLASHING, Aspect.DARK})
_CLOSED = frozenset({Aspect.RED, Aspect.RED_YELLOW, Aspect.YELLOW})
Doubt = tuple[tuple[str, ...], str]
"""Groups concerned, and what is not known."""


def known_heads(site: LaidPlan) -> Iterator[Judgement]:
    """Yield whether the intersection says what each signal head releases that is ever open."""
    strange = [
        group.id for group in site.plan.groups if not site.heads.keys() >= set(group.heads) and _ever_open(site, group)
    ]
    for name in strange:
        note = f"group {name} has a signal head of which the intersection does not say what it releases"
        yield Judgement("known", (name,), Verdict.RESERVED, note=note)
    if not strange:
        yield Judgement("known", (), Verdict.MET)


def _ever_open(site: LaidPlan, group: SignalGroup) -> bool:
    return any(aspect not in _CLOSED for aspect in site.column(group.heads[0]))


def _without_order(site: LaidPlan) -> Iterator[Doubt]:
    for place, group in enumerate(site.plan.groups):
        if not _WITHOUT_ORDER.isdisjoint(each.aspects[place] for each in site.plan.intervals):
            yield (
                (group.id,),
                f"group {group.id} flashes or is dark during the cycle, so that the rules of the road decide",
            )


def _untold(site: LaidPlan) -> Iterator[Doubt]:
    for names in _green_together(site, straight_that_yields(site.intersection)):
        note = f"group {names[0]} goes straight on but has to yield to turns of group {names[-1]}; only signs say so"
        yield names, note
    for names in _green_together(site, right_into_the_side(site.intersection)):
        note = (
            f"group {names[0]} turns right into traffic of group {names[-1]} from the side; only signs say who yields"
        )
        yield names, note


def _green_together(site: LaidPlan, pairs: Iterable[tuple[int, int]]) -> Iterable[tuple[str, ...]]:
    """Return the groups, each pair once, of those heads that are green at once."""
    greens = ((pair, zip(*(site.green[site.place[head]] for head in pair), strict=True)) for pair in site.placed(pairs))
    return dict.fromkeys(site.names(*pair) for pair, shown in greens if any(map(all, shown)))


DOUBTS: Mapping[str, Callable[[LaidPlan], Iterator[Doubt]]] = MappingProxyType(
    {"conflicts": _without_order, "yielding": _untold}
)
"""What cannot be judged of a rule that nothing breaches, by the rule's id."""
