"""What a specification may say, and what names its run."""

from dataclasses import replace

import pytest

from congestion_lab.signals.plan import PlanSet
from congestion_lab.signals.schedules.transitions import Procedure
from congestion_lab.simulation.spec import Changeover, Controller, RunSpec
from tests.fakes import inputs
from tests.unit.signals.test_schedule import DAY, NIGHT

_OLD, _NEW = PlanSet((NIGHT,)), PlanSet((DAY,))
_CHANGEOVER = Changeover(600, _NEW, Procedure.SWITCH_POINT)
_SPEC = RunSpec(inputs(), 1, "sumo", "1", plans=_OLD, changeover=_CHANGEOVER)


def test_a_digest_covers_when_to_what_and_how_plans_change() -> None:
    others = [
        replace(_SPEC, changeover=None),
        replace(_SPEC, changeover=replace(_CHANGEOVER, at_s=601)),
        replace(_SPEC, changeover=replace(_CHANGEOVER, plans=_OLD)),
        replace(_SPEC, changeover=replace(_CHANGEOVER, procedure=Procedure.IMMEDIATE)),
        replace(_SPEC, plans=_NEW),
    ]
    assert len({spec.digest for spec in (_SPEC, *others)}) == len(others) + 1
    assert replace(_SPEC, changeover=replace(_CHANGEOVER)).digest == _SPEC.digest


def test_a_changeover_follows_plans_that_are_given_and_decide() -> None:
    with pytest.raises(ValueError, match="follows given plans"):
        replace(_SPEC, plans=None)
    with pytest.raises(ValueError, match="follows given plans"):
        replace(_SPEC, controller=Controller.ACTUATED)
