"""What is certified of a schedule is counted file by file, and switches apart from plans."""

from dataclasses import replace
from pathlib import Path

import pytest

from congestion_lab.signals.intersection import Leg
from congestion_lab.signals.plan import PlanSet, SignalPlan
from congestion_lab.signals.planfile import PlanFile, write_plan_file
from congestion_lab.signals.schedules.changes import changes
from congestion_lab.signals.schedules.marking import judged_plans, schedule_marking, shortcomings, unsafe_transitions
from congestion_lab.signals.schedules.schedule import Schedule, read_schedule
from tests.unit.signals.test_schedule import DAY, NIGHT
from tests.unit.signals.test_schedule import SITE as BARE

SITE = replace(BARE, legs=(Leg(("w",), 3.0),))  # a width is known, so that everything can be judged
_WEEK = """\
name: week
procedure: {procedure}
day_types:
  - name: every-day
    weekdays: [sunday, monday, tuesday, wednesday, thursday, friday, saturday]
    switches: [{{at: "00:00", plans: plans/night.json}}, {{at: "06:30", plans: plans/day.json}}]
"""


def _schedule(folder: Path, night: SignalPlan, day: SignalPlan, procedure: str = "switch-point") -> Schedule:
    (folder / "plans").mkdir(exist_ok=True)
    other = replace(SITE, controller_id="d")
    for name, plan in (("night", night), ("day", day)):
        plans = PlanSet((plan, replace(DAY, controller_id="d")))
        write_plan_file(folder / "plans" / f"{name}.json", PlanFile("s", "net", (SITE, other), plans))
    path = folder / "week.yaml"
    path.write_text(_WEEK.format(procedure=procedure), encoding="utf-8")
    return read_schedule(path)


@pytest.fixture
def hasty() -> SignalPlan:
    """The plan of the night without the red that clears the junction."""
    rows = tuple(replace(each, duration_s=0.5 if each.duration_s == 2 else each.duration_s) for each in NIGHT.intervals)
    return replace(NIGHT, intervals=rows)


def test_controllers_are_counted_per_plan_file(tmp_path: Path, hasty: SignalPlan) -> None:
    content = _schedule(tmp_path, hasty, DAY)
    night, day = judged_plans(content)
    assert (night.file, night.controllers, night.certified, night.uncertified) == (
        tmp_path / "plans" / "night.json",
        2,
        1,
        ("c",),
    )
    assert (day.file.name, day.controllers, day.certified, day.uncertified) == ("day.json", 2, 2, ())


def test_what_is_certified_names_every_file(tmp_path: Path) -> None:
    content = _schedule(tmp_path, NIGHT, DAY)
    judged, found = judged_plans(content), changes(content)
    mark = schedule_marking(judged, found)
    assert mark.certified
    assert mark.text == (
        "CERTIFIED: 2 of 2 controllers of night.json, 2 of 2 controllers of day.json meet every rule, "
        "and every switch between them is safe."
    )
    assert list(shortcomings(judged, found)) == []


def test_plans_and_switches_are_told_apart(tmp_path: Path, hasty: SignalPlan) -> None:
    content = _schedule(tmp_path, hasty, DAY, "immediate")
    judged, found = judged_plans(content), changes(content)
    assert unsafe_transitions(found) > 0
    reasons = list(shortcomings(judged, found))
    assert reasons[0] == "1 of 2 controllers of night.json breaches a rule or cannot be judged"
    assert reasons[1].endswith("transitions between plans are not safe")
    assert len(reasons) == 2
    mark = schedule_marking(judged, found)
    assert not mark.certified
    assert all(reason in mark.text for reason in reasons)


def test_a_switch_that_is_not_safe_is_enough(tmp_path: Path) -> None:
    content = _schedule(tmp_path, NIGHT, DAY, "immediate")
    judged, found = judged_plans(content), changes(content)
    assert not any(one.uncertified for one in judged)
    assert list(shortcomings(judged, found)) == ["1 of 2 transitions between plans is not safe"]
    assert not schedule_marking(judged, found).certified
