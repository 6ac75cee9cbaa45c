"""Any plan survives its way through files, and any ring its retiming."""

from collections.abc import Sequence
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from congestion_lab.signals.phases import Phase, clearance_s, phases
from congestion_lab.signals.plan import Aspect, Control, Interval, PlanSet, SignalGroup, SignalPlan
from congestion_lab.signals.planfile import PlanFile, read_plan_file, write_plan_file
from congestion_lab.signals.retiming import RingTimer
from congestion_lab.sumo.nets.programs import running_plans, write_programs

_TEXT = st.text(st.characters(exclude_categories=("C", "Z")), min_size=1, max_size=8)
_SECONDS = st.integers(1, 120_000).map(lambda milli: milli / 1000)
_LIMITS = st.none() | _SECONDS


@st.composite
def plans(draw: st.DrawFn) -> SignalPlan:
    heads = draw(st.integers(1, 8))
    columns = st.tuples(*[st.sampled_from(Aspect)] * heads)
    rows = draw(st.lists(columns, min_size=1, max_size=12))
    heads_by_column: dict[tuple[Aspect, ...], list[int]] = {}
    for head, column in enumerate(zip(*rows, strict=True)):
        heads_by_column.setdefault(column, []).append(head)
    groups = tuple(SignalGroup(str(members[0]), tuple(members)) for members in heads_by_column.values())
    aspects = [tuple(row[group.heads[0]] for group in groups) for row in rows]
    ring = tuple(
        Interval(draw(_SECONDS), shown, draw(_LIMITS), draw(_LIMITS), draw(st.sampled_from([(), (("name", "n <&>"),)])))
        for shown in aspects
    )
    parameters = draw(st.dictionaries(_TEXT, _TEXT, max_size=2))
    name = draw(_TEXT.filter(lambda text: text != "off"))
    offset = draw(st.integers(-90_000, 90_000)) / 1000
    return SignalPlan("c", name, draw(st.sampled_from(Control)), offset, groups, ring, tuple(parameters.items()))


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("plans")


@given(plan=plans())
@settings(max_examples=150, suppress_health_check=[HealthCheck.too_slow])
def test_plan_to_file_to_plan_is_the_identity(plan: SignalPlan, folder: Path) -> None:
    write_programs(PlanSet((plan,)), folder / "p.add.xml")
    assert running_plans((), folder, [folder / "p.add.xml"]) == PlanSet((plan,))
    content = PlanFile("s", "d", (), PlanSet((plan,)))
    write_plan_file(folder / "p.json", content)
    assert read_plan_file(folder / "p.json") == content


@given(plan=plans(), turns=st.integers(-3, 3))
@settings(max_examples=150, suppress_health_check=[HealthCheck.too_slow])
def test_an_interval_runs_from_its_start_on_whatever_floats_make_of_the_sum(plan: SignalPlan, turns: int) -> None:
    for number, start in enumerate(plan.starts_s):
        assert plan.interval_at(start + turns * plan.cycle_s) == number
        assert plan.interval_at(start - 0.001) == (number - 1) % len(plan.intervals)


@given(plan=plans(), seconds=st.lists(st.integers(0, 60), min_size=12, max_size=12))
@settings(max_examples=150, suppress_health_check=[HealthCheck.too_slow])
def test_retiming_changes_the_greens_alone(plan: SignalPlan, seconds: list[int]) -> None:
    ring = phases(plan)
    greens = [phase.min_green_s + extra for phase, extra in zip(ring, seconds, strict=False)]
    other = RingTimer(plan).timed(greens, 3.0, plan.control)
    again = _in_step(phases(other), ring)
    assert [phase.green_s for phase in again] == pytest.approx(greens)
    assert clearance_s(other) == pytest.approx(clearance_s(plan))
    assert [phase.groups for phase in again] == [phase.groups for phase in ring]
    assert other.cycle_s == pytest.approx(clearance_s(plan) + sum(greens))
    assert RingTimer(plan).timed([phase.green_s for phase in ring], plan.offset_s, plan.control) == plan


def _in_step(ring: Sequence[Phase], present: Sequence[Phase]) -> list[Phase]:
    """Turn a ring back where the first piece of a phase that spans the cycle's end was left with no second."""
    turns = ([*ring[turn:], *ring[:turn]] for turn in range(len(ring)))
    served = [phase.groups for phase in present]
    lasting = [phase.intervals for phase in present if phase.intervals[0] > phase.intervals[-1]]
    return next((turn for turn in turns if lasting and [phase.groups for phase in turn] == served), [*ring])
