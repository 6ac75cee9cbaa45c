from pathlib import Path

import pytest

from congestion_lab.core.errors import ScenarioError
from congestion_lab.signals.plan import Aspect, Control, Interval, SignalGroup, SignalPlan
from congestion_lab.signals.responsive import MAX_GREEN_S, MIN_GREEN_S, responsive
from congestion_lab.simulation.spec import Controller, RunSpec
from congestion_lab.sumo.preparing.prepare import require_signals
from congestion_lab.sumo.running.control import plans_to_run
from tests import roads

_PLAN = SignalPlan(
    "x",
    "0",
    Control.FIXED,
    0.0,
    (SignalGroup("1", (0,)), SignalGroup("2", (1,))),
    (
        Interval(30.0, (Aspect.GREEN, Aspect.RED)),
        Interval(3.0, (Aspect.YELLOW, Aspect.RED)),
        Interval(2.0, (Aspect.RED, Aspect.RED)),
        Interval(20.0, (Aspect.RED, Aspect.PERMITTED), min_s=8.0, max_s=60.0),
        Interval(3.0, (Aspect.RED, Aspect.YELLOW)),
    ),
)


def test_greens_without_bounds_get_sumos_and_the_rest_keeps_its_length() -> None:
    plan = responsive(_PLAN, Control.ACTUATED)
    assert plan.control is Control.ACTUATED
    bounds = [(interval.min_s, interval.max_s) for interval in plan.intervals]
    assert bounds == [(MIN_GREEN_S, MAX_GREEN_S), (None, None), (None, None), (8.0, 60.0), (None, None)]
    assert plan.cycle_s == _PLAN.cycle_s


def test_plans_are_kept_unless_a_responsive_controller_is_asked(tmp_path: Path) -> None:
    net = roads.crossing(tmp_path)
    scenario = roads.inputs(net, tmp_path / "none.rou.xml", end_s=1)
    assert plans_to_run(RunSpec(scenario, 1, "sumo", "1")) is None
    shipped = plans_to_run(RunSpec(scenario, 1, "sumo", "1", controller=Controller.DELAY_BASED))
    assert shipped is not None
    assert [plan.control for plan in shipped] == [Control.DELAY_BASED]


def test_signals_that_are_switched_by_the_clock_are_run_as_they_are_or_not_at_all(tmp_path: Path) -> None:
    net = roads.crossing(tmp_path)
    switched = tmp_path / "day.add.xml"
    switched.write_text(
        """<additional><tlLogic id="x" type="static" programID="night"><phase duration="9" state="rrrr"/></tlLogic>
        <WAUT startProg="0" refTime="0" id="w"><wautSwitch time="100" to="night"/></WAUT>
        <wautJunction wautID="w" junctionID="x"/></additional>"""
    )
    scenario = roads.inputs(net, tmp_path / "none.rou.xml", end_s=1, additional_files=(switched,))
    assert plans_to_run(RunSpec(scenario, 1, "sumo", "1")) is None
    plans = roads.with_greens(net, (30.0, 30.0))
    for spec in (
        RunSpec(scenario, 1, "sumo", "1", plans=plans),
        RunSpec(scenario, 1, "sumo", "1", controller=Controller.ACTUATED),
        RunSpec(scenario, 1, "sumo", "1", controller=Controller.MAX_PRESSURE),
    ):
        with pytest.raises(ScenarioError, match=r"day\.add\.xml.*by the clock"):
            plans_to_run(spec)
    with pytest.raises(ScenarioError, match="by the clock"):
        require_signals(scenario)
