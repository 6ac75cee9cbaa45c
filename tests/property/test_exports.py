"""Whatever legal plan is exported: an independent reader finds the same colours in every second."""

import csv
import itertools
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from congestion_lab.core.errors import SignalPlanError
from congestion_lab.core.geometry import Turn
from congestion_lab.exporting.formats import FORMATS
from congestion_lab.exporting.gmns.tables import write_gmns
from congestion_lab.exporting.handover import Handover
from congestion_lab.exporting.ntcip.table import write_ntcip
from congestion_lab.exporting.sumofile import write_sumo
from congestion_lab.exporting.utdf.file import write_utdf
from congestion_lab.exporting.vissig.file import write_vissig
from congestion_lab.signals.intersection import Intersection, SignalHead
from congestion_lab.signals.plan import Aspect, PlanSet, SignalPlan
from congestion_lab.signals.retiming import at_its_longest
from congestion_lab.signals.rings.ringbarrier import ring_barrier
from congestion_lab.signals.rings.ringreading import faithful_rings
from congestion_lab.signals.safety.clearing import required_intergreen_s, required_yellow_s
from congestion_lab.signals.safety.conflicts import group_conflicts
from congestion_lab.sumo.nets.programs import running_plans
from tests.gmnsschema import faults, read_tables
from tests.plancases import handovers
from tests.property.test_plans import plans
from tests.ringclock import RingClock, Slot, in_turn
from tests.sigfile import read_sig
from tests.utdf import read_utdf

_CHECKED = settings(max_examples=40, suppress_health_check=[HealthCheck.too_slow])
_SIMPLE = {Aspect.PERMITTED: "green", Aspect.STOP_THEN_GO: "red"}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("exports")


def each_second(plan: SignalPlan, group: int) -> list[Aspect]:
    """What a group shows in the middle of each second on the reference clock, over one cycle."""
    shown = []
    for second in range(round(plan.cycle_s)):
        here, number = (second + 0.5 - plan.offset_s) % plan.cycle_s, 0
        while here >= plan.intervals[number].duration_s:
            here -= plan.intervals[number].duration_s
            number += 1
        shown.append(plan.intervals[number].aspects[group])
    return shown


@given(data=st.data())
@_CHECKED
def test_vissig_shows_every_second_as_the_plan_does(data: st.DataObject, folder: Path) -> None:
    handover = data.draw(handovers(folder))
    (plan,) = handover.plans
    (file,) = write_vissig(handover, folder / "v").files
    sig = read_sig(file)
    assert sig.cycle == 1000 * plan.cycle_s
    for place, group in enumerate(plan.groups):
        planned = [_SIMPLE.get(aspect, aspect.value) for aspect in each_second(plan, place)]
        assert [sig.shown(group.id, 1000 * second + 500) for second in range(len(planned))] == planned, group.id


@given(data=st.data())
@_CHECKED
def test_vissig_intergreens_are_those_between_its_own_greens(data: st.DataObject, folder: Path) -> None:
    """From the end of one green to the start of the next one, measured on what the file itself shows."""
    handover = data.draw(handovers(folder))
    (plan,) = handover.plans
    (site,) = handover.intersections.values()
    (file,) = write_vissig(handover, folder / "i").files
    sig = read_sig(file)
    names = [group.id for group in plan.groups]
    seconds = range(sig.cycle // 1000)
    green = {name: [sig.shown(name, 1000 * one + 500) == "green" for one in seconds] for name in names}
    apart = {pair for pair in group_conflicts(plan, site) if not _both(green, *(names[place] for place in pair))}
    needed, left = sig.intergreens["Needed to clear"], sig.intergreens["Left by the programme"]
    both_ways = {*apart, *((second, first) for first, second in apart)}
    assert set(needed) == {(names[one], names[two]) for one, two in both_ways}
    assert set(left) <= set(needed)
    for (clearing, entering), time in left.items():
        measured = min(_gaps(green[clearing], green[entering]))
        assert time == 1000 * measured
    heads = {group.id: [head for head in site.heads if head.index in group.heads] for group in plan.groups}
    for (clearing, _), time in needed.items():
        least = min(0.0 if head.is_crossing else required_yellow_s([head]) for head in heads[clearing])
        most = max(required_intergreen_s([head]) for head in heads[clearing])  # whoever enters next
        assert least - 0.05 <= time / 1000 <= most + 0.1


def _both(green: dict[str, list[bool]], one: str, other: str) -> bool:
    return any(a and b for a, b in zip(green[one], green[other], strict=True))


def _gaps(clearing: list[bool], entering: list[bool]) -> list[int]:
    count = len(clearing)
    ends = [second for second in range(count) if clearing[second - 1] and not clearing[second]]
    return [next(step for step in range(count) if entering[(end + step) % count]) for end in ends]


@given(data=st.data())
@_CHECKED
def test_sumo_gives_back_the_plan(data: st.DataObject, folder: Path) -> None:
    handover: Handover = data.draw(handovers(folder))
    (file,) = write_sumo(handover, folder / "s").files
    (back,), (plan,) = running_plans((), folder, [file]), handover.plans
    assert (back.cycle_s, back.offset_s) == (plan.cycle_s, plan.offset_s)
    heads = {head: each_second(plan, place) for place, group in enumerate(plan.groups) for head in group.heads}
    again = {head: each_second(back, place) for place, group in enumerate(back.groups) for head in group.heads}
    assert again == heads


@given(data=st.data())
@_CHECKED
def test_utdf_shows_every_second_as_the_plan_does(data: st.DataObject, folder: Path) -> None:
    handover = data.draw(handovers(folder))
    (plan,), (site,) = handover.plans, handover.intersections.values()
    network = handover.roads("utdf")
    (file,) = write_utdf(handover, folder / "u").files
    utdf = read_utdf(file)
    clock = utdf.clock("1")
    assert clock.cycle == plan.cycle_s
    numbers = {(float(row["X"]), float(row["Y"])): row["INTID"] for row in utdf.nodes}
    ends = {name: numbers[tuple(round(value, 2) for value in node.position)] for name, node in network.nodes.items()}
    for head in site.heads:
        links = (network.links[head.from_link].from_node, network.links[head.to_link].to_node)
        up, down = utdf.tables["Lanes"]["Up Node", "1"], utdf.tables["Lanes"]["Dest Node", "1"]
        columns = [name for name in up if (up[name], down[name]) == (ends[links[0]], ends[links[1]])]
        if not columns:  # a column without phases would be released by others
            assert set(planned(plan, head.index)) == {"r"}
            continue
        (column,) = columns
        assert colours(clock, *utdf.movement("1", column)) == planned(plan, head.index), (head, column)


def colours(clock: RingClock, protected: Sequence[int], permitted: Sequence[int]) -> str:
    seconds = range(round(clock.cycle))
    return "".join(clock.shown(protected, permitted, second + 0.5) for second in seconds)


def planned(plan: SignalPlan, head: int) -> str:
    (place,) = [place for place, group in enumerate(plan.groups) if head in group.heads]
    letters = {Aspect.GREEN: "G", Aspect.PERMITTED: "g", Aspect.YELLOW: "y", Aspect.RED: "r"}
    return "".join(letters[aspect] for aspect in each_second(plan, place))


@given(data=st.data())
@_CHECKED
def test_gmns_shows_every_second_as_the_plan_does(data: st.DataObject, folder: Path) -> None:
    """From rings, barriers, positions, greens and clearances alone: GMNS knows no starts."""
    handover = data.draw(handovers(folder))
    (plan,), (site,) = handover.plans, handover.intersections.values()
    tables = read_tables(write_gmns(handover, folder / "g").files[0].parent)
    assert not list(faults(tables))
    phases = {row["timing_phase_id"]: row for row in tables["signal_timing_phase"]}
    (coordination,), (timing,) = tables["signal_coordination"], tables["signal_timing_plan"]
    clock = in_turn(
        _order([(int(row["ring"]), int(row["barrier"]), int(row["position"]), row) for row in phases.values()]),
        {int(row["signal_phase_num"]): _lengths(row) for row in phases.values()},
        int(coordination["coord_phase"]),
        float(coordination["offset"]),
    )
    assert clock.cycle == float(timing["cycle_length"]) == plan.cycle_s
    for head in site.heads:
        (movement,) = [row for row in tables["movement"] if _leads(row, head)]
        served = [row for row in tables["signal_phase_mvmt"] if row["mvmt_id"] == movement["mvmt_id"]]
        numbers = {row["timing_phase_id"]: int(phases[row["timing_phase_id"]]["signal_phase_num"]) for row in served}
        protected = [numbers[row["timing_phase_id"]] for row in served if row["protection"] == "protected"]
        permitted = [numbers[row["timing_phase_id"]] for row in served if row["protection"] == "permitted"]
        assert colours(clock, protected, permitted) == planned(plan, head.index)


def _leads(row: dict[str, str], head: SignalHead) -> bool:
    return (row["ib_link_id"], row["ob_link_id"]) == (head.from_link, head.to_link)


def _lengths(row: dict[str, str]) -> tuple[float, float, float]:
    return float(row["min_green"]), float(row["opt_yellow"]), float(row["opt_all_red"])


def _order(places: Sequence[tuple[int, int, int, dict[str, str]]]) -> list[list[list[int]]]:
    """Numbers of phases by ring and barrier, in the order of their positions."""
    rings = sorted({ring for ring, *_ in places})
    barriers = sorted({barrier for _, barrier, *_ in places})
    ordered = sorted(places, key=lambda place: place[2])
    return [
        [[int(row["signal_phase_num"]) for *at, _, row in ordered if at == [ring, barrier]] for barrier in barriers]
        for ring in rings
    ]


@given(data=st.data())
@_CHECKED
def test_ntcip_shows_every_second_as_the_plan_does(data: st.DataObject, folder: Path) -> None:
    """From sequences, splits, clearances and the offset; which phase serves whom, the plan's own rings tell."""
    handover = data.draw(handovers(folder))
    (plan,), (site,) = handover.plans, handover.intersections.values()
    assume(30 <= plan.cycle_s <= 255)
    (file,) = write_ntcip(handover, folder / "n").files
    with file.open(encoding="utf-8-sig", newline="") as stream:
        rows = {(row["name"], row["index"]): row["value"] for row in csv.DictReader(stream)}
    numbers = [int(index) for name, index in rows if name == "phaseRing"]
    clear = {
        one: (int(rows["phaseYellowChange", f"{one}"]) / 10, int(rows["phaseRedClear", f"{one}"]) / 10)
        for one in numbers
    }
    lengths = {one: (int(rows["splitTime", f"1.{one}"]) - sum(clear[one]), *clear[one]) for one in numbers}
    sequences = [
        [int(octet, 16) for octet in rows["sequenceData", f"1.{ring}"].split()]
        for ring in range(1, 3)
        if ("sequenceData", f"1.{ring}") in rows
    ]
    beside = {one: frozenset(int(octet, 16) for octet in rows["phaseConcurrency", f"{one}"].split()) for one in numbers}
    order = [[list(group) for _, group in itertools.groupby(ring, key=beside.__getitem__)] for ring in sequences]
    if len(sequences) == 1:
        order = [[[one] for one in sequences[0]]]
    (zero,) = [one for one in numbers if rows["splitCoordPhase", f"1.{one}"] == "1"]
    clock = in_turn(order, lengths, zero, float(rows["patternOffsetTime", "1"]))
    assert clock.cycle == int(rows["patternCycleTime", "1"]) == plan.cycle_s
    rings = ring_barrier(plan, site)
    for head in site.heads:
        protected = [phase.number for phase in rings.phases if head.index in phase.protected]
        permitted = [phase.number for phase in rings.phases if head.index in phase.permitted]
        assert colours(clock, protected, permitted) == planned(plan, head.index)


_TURNS = (*Turn, None)
_NAMES = st.text(max_size=6) | st.sampled_from(
    ["=1+1", "'=1", "a,b", '"q"', "\u202eabc", "a\nb", "\uff1dX", "]]>", "--", "\0"]
)


@pytest.mark.parametrize("format", ["sumo", "csv", "xlsx", "vissig", "ntcip"])
@given(plan=plans(), names=st.lists(_NAMES, min_size=11, max_size=11), offset=st.floats(-1e6, 1e6))
@settings(max_examples=25, suppress_health_check=[HealthCheck.too_slow])
def test_any_plan_is_written_or_refused(
    format: str, plan: SignalPlan, names: list[str], offset: float, folder: Path
) -> None:
    """Names that spreadsheets, markup or terminals would obey, milliseconds, and offsets of days."""
    groups = tuple(
        replace(one, id=f"{name}{place}") for place, (one, name) in enumerate(zip(plan.groups, names, strict=False))
    )
    plan = replace(plan, controller_id=names[8], program_id=names[9], offset_s=offset, groups=groups)
    heads = (SignalHead(one, f"{one}", 0, "out", _TURNS[one % 5], 13.9, 20.0, names[10]) for one in range(8))
    released = tuple(replace(one, from_link="") if one.is_crossing else one for one in heads)
    site = Intersection(plan.controller_id, names[10], "", released, frozenset({(0, 1), (1, 4)}), frozenset({(1, 0)}))
    handover = Handover("case", PlanSet((plan,)), {plan.controller_id: site}, None, "=NOT CERTIFIED")
    try:
        written = FORMATS[format](handover, folder / "any")
    except SignalPlanError:
        return
    if format == "csv":
        with written.files[0].open(encoding="utf-8-sig", newline="") as stream:
            rows = list(csv.DictReader(stream))
        assert len(rows) >= len(groups)
        for row in rows:
            times = [float(row[key]) for key in ("offset_s", "green_start_s", "green_end_s") if row[key]]
            assert all(0 <= time < float(row["cycle_s"]) for time in times)
            assert not any(text.startswith(("=", "+", "@", "\uff1d")) for text in row.values())


@given(plan=plans())
@settings(max_examples=150, suppress_health_check=[HealthCheck.too_slow])
def test_rings_never_show_a_green_that_the_plan_does_not(plan: SignalPlan) -> None:
    """Of any plan, however odd: either it is refused, or every departure takes a right of way and gives none."""
    site = Intersection(plan.controller_id, "x", "", (), frozenset(), frozenset())
    try:
        rings, departures = faithful_rings(plan, site)
    except SignalPlanError:
        return
    assert not any(departure.dangerous for departure in departures)
    clock = RingClock(
        rings.cycle_s,
        {one.number: Slot(one.start_s, one.green_s, one.yellow_s, one.all_red_s) for one in rings.phases},
        [[one.number for one in ring] for ring in rings.rings],
    )
    longest = at_its_longest(plan)
    starts = list(itertools.accumulate((each.duration_s for each in longest.intervals), initial=0.0))
    for head, place in ((head, place) for place, group in enumerate(longest.groups) for head in group.heads):
        if head in rings.free:
            continue
        protected = [one.number for one in rings.phases if head in one.protected]
        permitted = [one.number for one in rings.phases if head in one.permitted]
        for interval, start in zip(longest.intervals, starts, strict=False):
            letter = clock.shown(protected, permitted, start + interval.duration_s / 2)
            shown = interval.aspects[place]
            if interval.duration_s > 0.2:
                assert letter != "G" or shown is Aspect.GREEN
                assert letter != "g" or shown.is_green
