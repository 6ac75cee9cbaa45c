"""Schedules: what a file may say, which day is which, and whether switching is safe."""

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from congestion_lab.core.errors import SignalPlanError
from congestion_lab.core.geometry import Turn
from congestion_lab.signals.intersection import Intersection, SignalHead
from congestion_lab.signals.plan import Aspect, Control, Interval, PlanSet, SignalGroup, SignalPlan
from congestion_lab.signals.planfile import PlanFile, write_plan_file
from congestion_lab.signals.safety.rules import check_plan
from congestion_lab.signals.schedules.changes import changes
from congestion_lab.signals.schedules.schedule import read_schedule
from congestion_lab.signals.schedules.transitions import Procedure, breaches_at, switch_point_s, transition

_LETTERS = {"G": Aspect.GREEN, "y": Aspect.YELLOW, "r": Aspect.RED}
SITE = Intersection(
    "c",
    "c",
    "",
    (
        SignalHead(0, "w", 0, "e", Turn.STRAIGHT, 13.89, 20.0),
        SignalHead(1, "s", 0, "n", Turn.STRAIGHT, 13.89, 20.0),
    ),
    frozenset({(0, 1)}),
    frozenset(),
)


def _plan(*rows: tuple[float, str], offset_s: float = 0.0) -> SignalPlan:
    groups = (SignalGroup("main", (0,)), SignalGroup("side", (1,)))
    ring = tuple(Interval(length, tuple(_LETTERS[letter] for letter in shown)) for length, shown in rows)
    return SignalPlan("c", "p", Control.FIXED, offset_s, groups, ring)


def _timed(main_s: float, side_s: float, offset_s: float = 0.0) -> SignalPlan:
    rows = ((main_s, "Gr"), (4.0, "yr"), (2.0, "rr"), (side_s, "rG"), (4.0, "ry"), (2.0, "rr"))
    return _plan(*rows, offset_s=offset_s)


NIGHT, DAY = _timed(20, 10), _timed(40, 28, offset_s=17)


@pytest.mark.parametrize("procedure", Procedure)
@pytest.mark.parametrize("cycles", [510, 637, 1245])
def test_plans_in_step_switch_at_once_whatever_floats_make_of_tenths(procedure: Procedure, cycles: int) -> None:
    old = _timed(29.4, 16.5, offset_s=86.7)
    at_s = 86.7 + cycles * old.cycle_s
    found = transition(old, _timed(20.1, 12.3, offset_s=at_s), SITE, at_s=at_s, procedure=procedure)
    assert (found.wait_s, found.stretch_s, found.breaches) == (0.0, 0.0, ())


def test_a_switch_at_the_switch_point_waits_and_then_stretches_the_first_green() -> None:
    found = transition(NIGHT, DAY, SITE, at_s=130, procedure=Procedure.SWITCH_POINT)
    # night: 42 s from midnight, so that the cycle after 130 s begins at 168; day: 80 s from 17, next at 177
    assert (found.wait_s, found.stretch_s) == (38.0, 9.0)
    assert found.breaches == ()


def test_the_switch_point_is_where_the_first_green_begins() -> None:
    assert switch_point_s(_plan((2.0, "rr"), (20.0, "Gr"), (4.0, "yr"), (2.0, "rr"), (10, "rG"), (4, "ry"))) == 2.0


def test_a_switch_in_the_middle_cuts_yellow_clearance_and_green() -> None:
    def rules(leaves_s: float, begins_s: float) -> set[tuple[str, tuple[str, ...]]]:
        return {(one.rule, one.groups) for one in breaches_at(NIGHT, DAY, SITE, leaves_s=leaves_s, begins_s=begins_s)}

    assert rules(0.0, 0.0) == set()
    assert rules(22.0, 0.0) == {("yellow-too-short", ("0",))}  # 2 s of its yellow shown, then green again
    assert ("intergreen", ("0", "1")) in rules(24.0, 46.0)  # main has yellow only, then side gets green at once
    assert ("intergreen", ("0", "1")) in rules(20.0, 46.0)
    assert ("minimum-green", ("0",)) in rules(3.0, 40.0)  # 3 s of main, then its yellow
    assert ("minimum-green", ("1",)) in rules(0.0, 71.0)  # 3 s of side are left


def test_a_plan_that_follows_itself_at_the_same_second_is_as_safe_as_it_is() -> None:
    assert check_plan(DAY, SITE) == ()
    for second in range(int(DAY.cycle_s)):
        assert breaches_at(DAY, DAY, SITE, leaves_s=second, begins_s=second) == (), second


@given(
    greens=st.tuples(*[st.integers(5, 40)] * 4),
    offsets=st.tuples(st.integers(-90, 90), st.integers(-90, 90)),
    at=st.integers(0, 86_399),
)
@settings(max_examples=150)
def test_plans_of_one_order_follow_each_other_safely_at_the_switch_point(
    greens: tuple[int, int, int, int], offsets: tuple[int, int], at: int
) -> None:
    old, new = _timed(greens[0], greens[1], offsets[0]), _timed(greens[2], greens[3], offsets[1])
    found = transition(old, new, SITE, at_s=at, procedure=Procedure.SWITCH_POINT)
    assert found.breaches == ()
    assert 0 <= found.wait_s < old.cycle_s
    assert 0 <= found.stretch_s < new.cycle_s
    begun = at + found.wait_s
    assert (begun - old.offset_s) % old.cycle_s == pytest.approx(0)  # the old cycle was over
    assert (begun + found.stretch_s - new.offset_s) % new.cycle_s == pytest.approx(0)  # the new one is in step


@given(leaves=st.integers(0, 41), begins=st.integers(0, 79))
@settings(max_examples=200)
def test_what_a_switch_shows_second_by_second_is_safe_where_nothing_is_breached(leaves: int, begins: int) -> None:
    breaches = breaches_at(NIGHT, DAY, SITE, leaves_s=leaves, begins_s=begins)
    shown = [_at(NIGHT, leaves + second) for second in range(42)] + [_at(DAY, begins + second) for second in range(80)]
    worst = min(_clearances(shown, 42), default=99)
    assert (worst < 5.16) == any(one.rule == "intergreen" for one in breaches)


def _at(plan: SignalPlan, second: float) -> tuple[Aspect, ...]:
    left = second % plan.cycle_s
    for interval in plan.intervals:
        if left < interval.duration_s:
            return interval.aspects
        left -= interval.duration_s
    raise AssertionError


def _clearances(shown: list[tuple[Aspect, ...]], switch: int) -> list[int]:
    """Seconds between the end of one green and the start of the other that lie across the switch."""
    gaps = []
    for one, other in ((0, 1), (1, 0)):
        last = None
        for second in range(1, len(shown)):
            if shown[second - 1][one].is_green and not shown[second][one].is_green:
                last = second
            if shown[second][one].is_green:
                last = None
            if last is not None and shown[second][other].is_green:
                if last <= switch <= second:
                    gaps.append(second - last)
                break_now = second >= switch
                last = None
                if break_now:
                    break
    return gaps


def test_plans_of_different_heads_or_varying_greens_are_no_pair() -> None:
    fewer = replace(
        DAY, groups=DAY.groups[:1], intervals=tuple(replace(i, aspects=i.aspects[:1]) for i in DAY.intervals)
    )
    assert [one.rule for one in breaches_at(NIGHT, fewer, SITE, leaves_s=0, begins_s=0)] == ["heads"]
    actuated = replace(DAY, control=Control.ACTUATED)
    assert [one.rule for one in breaches_at(NIGHT, actuated, SITE, leaves_s=0, begins_s=0)] == ["fixed-times"]


WEEK = """\
name: week
day_types:
  - name: working-day
    weekdays: [sunday, monday, tuesday, wednesday, thursday]
    switches:
      - {at: "00:00", plans: night.json}
      - {at: "06:30", plans: day.json}
      - {at: "21:00", plans: night.json}
  - name: weekend
    weekdays: [friday, saturday]
    switches: [{at: "00:00", plans: night.json}]
  - name: ramadan
    weekdays: [sunday, monday, tuesday, wednesday, thursday]
    first: 2027-02-08
    last: 2027-03-09
    switches: [{at: "00:00", plans: night.json}, {at: "09:00", plans: day.json}]
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name, plan in (("night", NIGHT), ("day", DAY)):
        write_plan_file(tmp_path / f"{name}.json", PlanFile("s", "net", (SITE,), PlanSet((plan,))))
    return tmp_path


def _schedule(folder: Path, text: str) -> Path:
    path = folder / "week.yaml"
    path.write_text(text, encoding="utf-8")
    return path


def test_every_date_has_its_day_type(folder: Path) -> None:
    found = read_schedule(_schedule(folder, WEEK))
    assert found.day_type_of(date(2026, 11, 29)).name == "working-day"  # a Sunday
    assert found.day_type_of(date(2026, 11, 27)).name == "weekend"  # a Friday
    assert found.day_type_of(date(2027, 2, 8)).name == "ramadan"
    assert found.day_type_of(date(2027, 3, 10)).name == "working-day"
    assert found.day_type_of(date(2027, 2, 12)).name == "weekend"


def test_every_switch_is_judged_those_at_midnight_too(folder: Path) -> None:
    found = changes(read_schedule(_schedule(folder, WEEK)))
    told = {(one.day_type, one.clock, one.before, one.after) for one in found}
    assert told == {
        ("working-day", "06:30", "night", "day"),
        ("working-day", "21:00", "day", "night"),
        ("ramadan", "09:00", "night", "day"),
        ("working-day", "00:00", "day", "night"),
        ("weekend", "00:00", "day", "night"),
        ("ramadan", "00:00", "day", "night"),
    }
    assert all(not one.breaches for change in found for one in change.transitions)
    # at 06:30 night is in second 6 of its main green and day in second 64, its side green
    hasty = changes(read_schedule(_schedule(folder, "procedure: immediate\n" + WEEK)))
    assert any(one.breaches for change in hasty for one in change.transitions)


@pytest.mark.parametrize(
    ("was", "becomes", "told"),
    [
        ("[friday, saturday]", "[friday]", "saturday in none"),
        ("[friday, saturday]", "[friday, saturday, sunday]", "sunday in several"),
        ("[friday, saturday]", "[friday, caturday]", "day_types.1.weekdays.1"),
        ('at: "00:00", plans: night.json}\n', 'at: "01:00", plans: night.json}\n', "it is at 00:00"),
        ('"21:00"', '"06:30"', "follow each other in time"),
        ('"21:00"', '"24:00"', "no time of the day"),
        ("last: 2027-03-09", "last: 2027-01-09", "before it begins"),
        (
            "last: 2027-03-09",
            "last: 2027-02-29",
            "week.yaml:15: .*'2027-02-29' is no timestamp: day is out",
        ),
        ("name: week\n", "name: !!int week\n", "'week' is no int"),
        ("name: week\n", "name: !!bool week\n", "'week' is no bool"),
        ("    last: 2027-03-09\n", "", "neither"),
        ("name: ramadan", "name: weekend", "a name of its own"),
        ("day.json", "evening.json", "evening.json"),
        ("name: week\n", "name: week\ncolour: red\n", "colour"),
    ],
)
def test_a_schedule_that_cannot_be_used_says_why(was: str, becomes: str, told: str, folder: Path) -> None:
    assert was in WEEK
    with pytest.raises(SignalPlanError, match=told):
        read_schedule(_schedule(folder, WEEK.replace(was, becomes)))


def test_plans_of_another_network_or_other_controllers_are_refused(folder: Path) -> None:
    write_plan_file(folder / "day.json", PlanFile("s", "other", (SITE,), PlanSet((DAY,))))
    with pytest.raises(SignalPlanError, match="different networks"):
        read_schedule(_schedule(folder, WEEK))
    write_plan_file(folder / "day.json", PlanFile("s", "net", (SITE,), PlanSet((replace(DAY, controller_id="d"),))))
    with pytest.raises(SignalPlanError, match="different controllers"):
        read_schedule(_schedule(folder, WEEK))
    other = replace(SITE, conflicts=frozenset())
    write_plan_file(folder / "day.json", PlanFile("s", "net", (other,), PlanSet((DAY,))))
    with pytest.raises(SignalPlanError, match="describe the intersections differently"):
        read_schedule(_schedule(folder, WEEK))
