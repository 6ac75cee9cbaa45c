"""Schedules as NTCIP objects: the year that a controller makes of them is the year of the schedule."""

import csv
import itertools
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from congestion_lab.core.errors import SignalPlanError
from congestion_lab.core.geometry import Turn
from congestion_lab.exporting.handover import Written
from congestion_lab.exporting.ntcip.schedules import write_ntcip_schedule
from congestion_lab.signals.intersection import Intersection, SignalHead
from congestion_lab.signals.plan import Aspect, Control, Interval, PlanSet, SignalGroup, SignalPlan
from congestion_lab.signals.planfile import PlanFile, write_plan_file
from congestion_lab.signals.schedules.schedule import WEEKDAYS, Schedule, read_schedule
from tests.ntcipclock import Objects, read_objects
from tests.plancases import ARRANGEMENTS, crossroads_case, plan_of

_ASPECTS = {"G": Aspect.GREEN, "y": Aspect.YELLOW, "r": Aspect.RED}
_HEADS = (
    SignalHead(0, "w", 0, "e", Turn.STRAIGHT, 13.89, 20.0),
    SignalHead(1, "s", 0, "n", Turn.STRAIGHT, 13.89, 20.0),
)
_SITE = Intersection("c", "=Umayyad", "", _HEADS, frozenset({(0, 1)}), frozenset())
_WORKING = "sunday, monday, tuesday, wednesday, thursday"
_WEEK = f"""\
name: week
day_types:
  - name: working-day
    weekdays: [{_WORKING}]
    switches:
      - {{at: "00:00", plans: night.json}}
      - {{at: "06:30", plans: day.json}}
      - {{at: "21:05", plans: night.json}}
  - name: weekend
    weekdays: [friday, saturday]
    switches: [{{at: "00:00", plans: night.json}}]
  - name: ramadan
    weekdays: [{_WORKING}]
    first: 2027-02-08
    last: 2027-03-09
    switches: [{{at: "00:00", plans: night.json}}, {{at: "09:00", plans: fasting.json}}]
"""


def _plan(main_s: float, side_s: float, *, red_s: float = 2, offset_s: float = 0, order: str = "Gr rG") -> SignalPlan:
    rows = [
        (length, shown)
        for green, length in zip(order.split(), (main_s, side_s), strict=True)
        for length, shown in ((length, green), (4, green.replace("G", "y")), (red_s, "rr"))
    ]
    ring = tuple(Interval(length, tuple(map(_ASPECTS.__getitem__, shown))) for length, shown in rows)
    groups = (SignalGroup("main", (0,)), SignalGroup("side", (1,)))
    return SignalPlan("c", "p", Control.FIXED, offset_s, groups, ring)


_PLANS = {"night": _plan(20, 10), "day": _plan(40, 28, offset_s=17), "fasting": _plan(30, 20)}


def _schedule(folder: Path, text: str = _WEEK, **plans: SignalPlan) -> Schedule:
    for name, plan in (_PLANS | plans).items():
        write_plan_file(folder / f"{name}.json", PlanFile("s", "net", (_SITE,), PlanSet((plan,))))
    (folder / "week.yaml").write_text(text, encoding="utf-8")
    return read_schedule(folder / "week.yaml")


def _objects(written: Written) -> Objects:
    (file,) = written.files
    return read_objects(file)["c"]


def _names(objects: Objects, plans: dict[str, SignalPlan]) -> dict[int, str]:
    """Plan files by pattern, recognised by their cycles."""
    cycles = {round(plan.cycle_s): name for name, plan in plans.items()}
    return {number: cycles[int(value)] for (column, number), value in objects.below("1.4.7.1.") if column == 2}


def _runs(schedule: Schedule, day: date) -> list[str]:
    """Plan files by minute, as the schedule has them."""
    switches = schedule.day_type_of(day).switches
    return [[one.plans_name for one in switches if one.at_s <= 60 * minute][-1] for minute in range(1440)]


def _assert_the_same_year(objects: Objects, schedule: Schedule, year: int) -> None:
    names = _names(objects, _PLANS)
    for day in _days(year):
        assert [names[pattern] for pattern in objects.patterns(day)] == _runs(schedule, day), day


def _days(year: int) -> list[date]:
    days = itertools.count()
    every = (date(year, 1, 1) + timedelta(day) for day in days)
    return list(itertools.takewhile(lambda day: day.year == year, every))


@pytest.mark.parametrize("year", [2027, 2028])
def test_every_minute_of_a_year_runs_the_plan_of_the_schedule(year: int, tmp_path: Path) -> None:
    schedule = _schedule(tmp_path)
    objects = _objects(write_ntcip_schedule(schedule, tmp_path / "out", year=year))
    _assert_the_same_year(objects, schedule, year)


def test_a_known_schedule_has_the_objects_of_the_standard(tmp_path: Path) -> None:
    values = _objects(write_ntcip_schedule(_schedule(tmp_path), tmp_path)).values
    rows = [[values[f"6.3.3.2.1.{column}.{row}"] for column in (2, 3, 4, 5)] for row in (1, 2, 3, 4)]
    every_month, every_date = str(0b1_1111_1111_1110), str(2**32 - 2)
    working, weekend = str(0b0011_1110), str(0b1100_0000)
    assert rows == [
        [every_month, working, every_date, "1"],
        [every_month, weekend, every_date, "2"],
        [str(1 << 2), working, str(sum(1 << day for day in range(8, 29))), "3"],
        [str(1 << 3), working, str(sum(1 << day for day in range(1, 10))), "3"],
    ]
    assert [values[f"6.3.3.5.1.{column}.1.2"] for column in (3, 4)] == ["6", "30"]
    assert values["6.3.3.5.1.5.1.2"] == "1.3.6.1.4.1.1206.4.2.1.5.3.1.1.2"
    assert [values[f"1.5.3.1.2.{action}"] for action in (1, 2, 3)] == ["1", "2", "3"]
    assert values["1.5.1.0"] == "0", "cycles count from midnight"
    assert [values[f"1.4.7.1.{column}.2"] for column in (2, 3, 4, 5)] == ["80", "17", "2", "1"]
    assert [values[f"1.4.9.1.3.2.{phase}"] for phase in (1, 2)] == ["46", "34"]
    assert [values[f"1.1.2.1.6.{phase}"] for phase in (1, 2)] == ["40", "28"], "the longest green of any plan"


def test_every_value_lies_within_its_range(tmp_path: Path) -> None:
    (file,) = write_ntcip_schedule(_schedule(tmp_path), tmp_path).files
    with file.open(encoding="utf-8-sig", newline="") as stream:
        rows = [row for row in csv.DictReader(stream) if ".." in row["range"]]
    assert {"timeBaseScheduleDate", "dayPlanMinute", "timebaseAscPattern"} <= {row["name"] for row in rows}
    for row in rows:
        low, high = map(int, row["range"].split(".."))
        assert low <= int(row["value"]) <= high, row


def test_left_turns_that_lead_by_day_and_lag_by_night_are_sequences_of_the_same_phases(tmp_path: Path) -> None:
    _, site = crossroads_case(tmp_path)
    lengths = [(10, 3, 2)] * 4
    for name, arrangement in (("day", "leading, one longer"), ("night", "lagging, one longer")):
        plan = plan_of(site, ARRANGEMENTS[arrangement], lengths, 0)
        write_plan_file(tmp_path / f"{name}.json", PlanFile("s", "net", (site,), PlanSet((plan,))))
    (tmp_path / "week.yaml").write_text(_WEEK.replace("fasting.json", "day.json"), encoding="utf-8")
    (file,) = write_ntcip_schedule(read_schedule(tmp_path / "week.yaml"), tmp_path).files
    values = read_objects(file)[site.controller_id].values
    assert {index: values[f"1.7.3.1.3.{index}"] for index in ("1.1", "1.2", "2.1", "2.2")} == {
        "1.1": "02 01 04",
        "1.2": "06 05 08",
        "2.1": "01 02 04",
        "2.2": "05 06 08",
    }
    assert [values[f"1.4.7.1.5.{pattern}"] for pattern in (1, 2)] == ["1", "2"]


def test_phases_that_serve_others_are_refused(tmp_path: Path) -> None:
    with pytest.raises(SignalPlanError, match=r"what phase 1 serves is heads \[0\] in night and heads \[1\] in day"):
        write_ntcip_schedule(_schedule(tmp_path, day=_plan(40, 28, order="rG Gr")), tmp_path)


def test_what_the_year_cannot_hold_is_told(tmp_path: Path) -> None:
    written = write_ntcip_schedule(_schedule(tmp_path), tmp_path, marking="NOT  CERTIFIED")
    told = "\n".join(written.remarks)
    assert "needed are 3 day plans of up to 3 events, and 4 schedule entries" in told
    assert "dates of ramadan are those of 2027 and come again every year" in told
    assert "coordCorrectionMode" in told
    assert "'=Umayyad" in written.files[0].read_text(encoding="utf-8-sig"), "no formula"
    plain = write_ntcip_schedule(_schedule(tmp_path), tmp_path, year=2030)
    assert "needed are 2 day plans of up to 3 events, and 2 schedule entries" in "\n".join(plain.remarks)
    assert "ntcip: left out, as no day of 2030 is one: ramadan" in plain.remarks
    assert "left out" not in told


def test_what_cannot_be_held_is_refused_with_every_reason(tmp_path: Path) -> None:
    text = _WEEK.replace("06:30", "06:30:30").replace("2027-03-09", "2028-03-09")
    day = replace(_plan(40.5, 28, red_s=3), control=Control.FIXED)
    night = replace(_plan(20, 10), control=Control.ACTUATED)
    with pytest.raises(SignalPlanError) as caught:
        write_ntcip_schedule(_schedule(tmp_path, text, day=day, night=night), tmp_path / "out")
    told = str(caught.value)
    assert "night: plan c/p: traffic ends its greens" in told
    assert "day: plan c/p: the cycle is 82.5 s" in told
    assert "working-day switches at 06:30:30" in told
    assert "its dates lie in 2027 to 2028" in told
    assert "--year 2027" in told
    assert not (tmp_path / "out").exists()


def test_what_a_controller_has_once_must_be_the_same_in_every_plan(tmp_path: Path) -> None:
    with pytest.raises(SignalPlanError, match=r"phaseRedClear of phase 1 is 20 in night and 30 in day"):
        write_ntcip_schedule(_schedule(tmp_path, day=_plan(40, 28, red_s=3)), tmp_path)


@st.composite
def _spans(draw: st.DrawFn) -> str:
    """Day types with dates in one year that share no days."""
    cuts = draw(st.lists(st.integers(0, 364), min_size=2, max_size=8, unique=True).map(sorted))
    text = ""
    for number, (first, last) in enumerate(zip(cuts[::2], cuts[1::2], strict=False)):
        weekdays = draw(st.lists(st.sampled_from(WEEKDAYS), min_size=1, unique=True))
        begin, end = (date(2027, 1, 1) + timedelta(day) for day in (first, last))
        text += (
            f"  - name: dated-{number}\n    weekdays: [{', '.join(weekdays)}]\n    first: {begin}\n    last: {end}\n"
        )
        hour, minute = divmod(draw(st.integers(1, 1439)), 60)
        text += '    switches: [{at: "00:00", plans: day.json}, '
        text += f'{{at: "{hour:02}:{minute:02}", plans: fasting.json}}]\n'
    return text


@settings(deadline=None, max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(spans=_spans())
def test_any_dates_give_the_days_of_the_schedule(spans: str, tmp_path: Path) -> None:
    schedule = _schedule(tmp_path, _WEEK[: _WEEK.index("  - name: ramadan")] + spans)
    objects = _objects(write_ntcip_schedule(schedule, tmp_path / "out", year=2027))
    _assert_the_same_year(objects, schedule, 2027)


def test_a_day_type_of_a_whole_year_goes_before_those_without_dates(tmp_path: Path) -> None:
    text = _WEEK.replace("2027-02-08", "2027-01-01").replace("2027-03-09", "2027-12-31")
    schedule = _schedule(tmp_path, text)
    assert {schedule.day_type_of(day).name for day in _days(2027)} == {"ramadan", "weekend"}
    _assert_the_same_year(_objects(write_ntcip_schedule(schedule, tmp_path / "out")), schedule, 2027)
