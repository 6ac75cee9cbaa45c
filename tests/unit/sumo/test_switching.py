"""SUMO switches a written day when and how the schedule says."""

import itertools
from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from congestion_lab.signals.plan import PlanSet, SignalPlan
from congestion_lab.signals.schedules.schedule import DayType, Switch
from congestion_lab.signals.schedules.transitions import Procedure, transition
from congestion_lab.sumo.controllers.switching import write_day
from congestion_lab.sumo.installation import binary
from congestion_lab.sumo.nets.netfile import read_intersections, read_plans
from congestion_lab.sumo.process import run_program
from tests.junctions import crossroads

_SWITCH_S = 130
_END_S = 500


@pytest.fixture(scope="module")
def net(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return crossroads(tmp_path_factory.mktemp("switching"))


def _plans(net: Path) -> tuple[SignalPlan, SignalPlan]:
    """The network's plan, and one with longer greens and another offset."""
    (night,) = read_plans(net)
    ring = tuple(
        replace(each, duration_s=each.duration_s + (10 if each.duration_s > 20 else 0)) for each in night.intervals
    )
    return night, replace(night, intervals=ring, offset_s=17.0)


def _states(net: Path, day: DayType, procedure: Procedure, folder: Path) -> list[tuple[str, str]]:
    """Run a day and return the programme and the state of every second."""
    additional, told, asked = folder / "day.add.xml", folder / "states.xml", folder / "asked.add.xml"
    write_day(day, procedure, additional, comment="not -- certified")
    asked.write_text(f'<additional><timedEvent type="SaveTLSStates" source="x" dest="{told}"/></additional>')
    files = ("-n", str(net), "-a", f"{additional},{asked}")
    run_program([str(binary("sumo")), *files, "--end", str(_END_S), "--no-step-log"])
    rows = ET.parse(told).getroot().iter("tlsState")  # noqa: S314 -- our own run wrote it
    return [(row.get("programID", ""), row.get("state", "")) for row in rows]


def _day(net: Path) -> DayType:
    night, morning = (PlanSet((plan,)) for plan in _plans(net))
    return DayType("day", (), None, None, (Switch(0, "night", night), Switch(_SWITCH_S, "morning", morning)))


def test_sumo_waits_for_the_switch_point_and_stretches_the_first_green(net: Path, tmp_path: Path) -> None:
    night, morning = _plans(net)
    (site,) = read_intersections(net)
    expected = transition(night, morning, site, at_s=_SWITCH_S, procedure=Procedure.SWITCH_POINT)
    states = _states(net, _day(net), Procedure.SWITCH_POINT, tmp_path)
    begun = next(second for second, (name, _) in enumerate(states) if name == "congestion_lab.morning")
    assert begun == _SWITCH_S + expected.wait_s
    green = states[begun][1]
    first_s = next(second for second, (_, shown) in enumerate(states[begun:]) if shown != green)
    assert first_s == morning.intervals[0].duration_s + expected.stretch_s
    assert expected.wait_s > 0
    assert expected.stretch_s > 0


def test_no_head_loses_its_green_without_yellow(net: Path, tmp_path: Path) -> None:
    states = [shown for _, shown in _states(net, _day(net), Procedure.SWITCH_POINT, tmp_path)]
    lost = [
        second
        for second, (before, after) in enumerate(itertools.pairwise(states))
        for was, will in zip(before, after, strict=True)
        if was in "Gg" and will == "r"
    ]
    assert not lost


def test_an_immediate_switch_happens_at_its_second(net: Path, tmp_path: Path) -> None:
    states = _states(net, _day(net), Procedure.IMMEDIATE, tmp_path)
    assert [name for name, _ in states].index("congestion_lab.morning") == _SWITCH_S
