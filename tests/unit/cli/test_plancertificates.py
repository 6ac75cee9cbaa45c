"""What the terminal says of certificates, and of plans that are not handed over."""

from pathlib import Path

import pytest

from congestion_lab.cli.plan import certificates
from congestion_lab.core.errors import SignalPlanError
from congestion_lab.signals.certification.certificate import Certificate, Judgement, Verdict
from congestion_lab.signals.plan import PlanSet
from congestion_lab.signals.planfile import PlanFile

NOTHING = PlanFile("town", "0", (), PlanSet(()), {})


def test_plans_that_stay_here_are_told_a_breach_rather_than_what_cannot_be_judged(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    judged = [
        Certificate("first", "", "", judgements=(Judgement("fixed-times", (), Verdict.RESERVED),)),
        Certificate("second", "", "", judgements=(Judgement("yellow", ("a",), Verdict.BREACHED, 3.3, 3.0),)),
    ]
    monkeypatch.setattr(certificates, "certify", lambda *_: judged)
    with pytest.raises(SignalPlanError, match=r"second: yellow a: 3\.3 s required, 3\.0 s given"):
        certificates.released(NOTHING, Path("best-plan.json"), uncertified=False)
    assert not certificates.released(NOTHING, Path("best-plan.json"), uncertified=True).certified
