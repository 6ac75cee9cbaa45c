"""Plans for a crossroads as engineers arrange them, with any greens, clearances and offset."""

from collections.abc import Sequence
from functools import cache
from pathlib import Path

from hypothesis import strategies as st

from congestion_lab.core.geometry import Turn
from congestion_lab.exporting.handover import Handover
from congestion_lab.network.model import Network
from congestion_lab.signals.intersection import Intersection
from congestion_lab.signals.plan import Aspect, Control, Interval, PlanSet, SignalGroup, SignalPlan
from congestion_lab.sumo.nets.netfile import read_intersections, read_network
from tests.junctions import crossroads

_STREET = "wt wr et er"
_CROSS = "st sr nt nr sl- nl-"
ARRANGEMENTS = {
    "permitted": [f"{_STREET} wl- el-", _CROSS],
    "leading": ["wl el", f"{_STREET} wl- el-", _CROSS],
    "leading, one longer": ["wl el", "wl wt wr", _STREET, _CROSS],
    "lagging": [f"{_STREET} wl- el-", "wl el", _CROSS],
    "lagging, one longer": [_STREET, "el et er", "el wl", _CROSS],
    "leading and lagging": ["wl wt wr", _STREET, "el et er", _CROSS],
    "on both streets": ["wl el", "el et er", _STREET, "sl nl", "sl st sr", "st sr nt nr"],
    "one after the other": ["wl wt wr", "el et er", "sl st sr", "nl nt nr"],
    "right turns beside left turns": [f"{_STREET} sl", "wl el sr nr", "sl nl wr er", "st sr nt nr"],
    "without a barrier": ["wt er", "er nt", "nt wt"],
    "three at once": ["wr er wt", "wr er wt et", "wr el et", _CROSS],
}
"""Stages of movements by arm and turn; `-` marks permitted greens."""
_TURNS = {Turn.STRAIGHT: "t", Turn.LEFT: "l", Turn.RIGHT: "r"}


@cache
def crossroads_case(folder: Path) -> tuple[Network, Intersection]:
    """A crossroads on which every movement has a head of its own."""
    net = crossroads(folder / "net")
    (site,) = read_intersections(net)
    return read_network(net), site


@st.composite
def handovers(draw: st.DrawFn, folder: Path, *, parts: int = 1) -> Handover:
    """One plan, ready for an exporter, in whole seconds or in such parts of them."""
    network, site = crossroads_case(folder)
    stages = draw(st.sampled_from(sorted(ARRANGEMENTS)).map(ARRANGEMENTS.__getitem__))
    count = len(stages)

    def seconds(low: int, high: int) -> st.SearchStrategy[float]:
        return st.integers(low * parts, high * parts).map(lambda count: count / parts)

    greens = draw(st.lists(seconds(5, 40), min_size=count, max_size=count))
    reds = draw(st.lists(st.just(0.0) | seconds(1, 4), min_size=count, max_size=count))
    yellow = draw(seconds(3, 5))
    lengths = [(green, yellow, red) for green, red in zip(greens, reds, strict=True)]
    plan = plan_of(site, stages, lengths, draw(seconds(-100, 300)))
    return Handover("case", PlanSet((plan,)), {site.controller_id: site}, network)


def plan_of(
    site: Intersection,
    stages: Sequence[str],
    lengths_s: Sequence[tuple[float, float, float]],
    offset_s: float,
    *,
    by_lane: bool = False,
) -> SignalPlan:
    """Stages one after the other, each with green, yellow and all-red; who goes on stays green in between.

    By lane, stages name lanes too: `wt0` is the one at the kerb.
    """
    names = {
        head.index: f"{head.from_link[0]}{_TURNS[head.turn]}{head.from_lane if by_lane else ''}"
        for head in site.heads
        if head.turn is not None
    }
    shown = [
        {word.rstrip("-"): Aspect.PERMITTED if "-" in word else Aspect.GREEN for word in one.split()} for one in stages
    ]
    steps: list[tuple[float, dict[int, Aspect]]] = []
    for place, (green, yellow, red) in enumerate(lengths_s):
        now, then = shown[place], shown[(place + 1) % len(stages)]
        steps.append((green, {head: now.get(name, Aspect.RED) for head, name in names.items()}))
        for length, ending in ((yellow, Aspect.YELLOW), (red, Aspect.RED)):
            if length:
                steps.append((length, {head: _between(now, then, name, ending) for head, name in names.items()}))
    columns: dict[tuple[Aspect, ...], list[int]] = {}
    for head in sorted(names):
        columns.setdefault(tuple(aspects[head] for _, aspects in steps), []).append(head)
    groups = tuple(SignalGroup(str(heads[0]), tuple(heads)) for heads in columns.values())
    intervals = (Interval(float(length), tuple(one[group.heads[0]] for group in groups)) for length, one in steps)
    return SignalPlan(site.controller_id, "case", Control.FIXED, float(offset_s), groups, tuple(intervals))


def _between(now: dict[str, Aspect], then: dict[str, Aspect], name: str, ending: Aspect) -> Aspect:
    if name in now:
        return now[name] if name in then else ending
    return Aspect.RED
