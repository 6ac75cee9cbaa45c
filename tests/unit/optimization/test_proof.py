"""What a confirmation proved, as plan files carry it."""

import json
from pathlib import Path

import pytest

from congestion_lab.experiments.comparison import PairedDifference, paired
from congestion_lab.optimization.study.proof import CONFIRMATION, Outcome, as_provenance, outcome_of, proof_line
from congestion_lab.signals.planfile import read_plan_file
from tests.formulastudies import Finished, FormulaEngine, executor, studied

BEFORE = {11: 40.0, 12: 41.0, 13: 42.0}


def change(*after_s: float) -> PairedDifference:
    return paired(BEFORE, dict(zip(BEFORE, after_s, strict=True)))


@pytest.mark.parametrize(
    ("after_s", "outcome", "words"),
    [
        ((30.0, 31.5, 32.0), Outcome.BETTER, "PROVEN in simulation: less delay"),
        ((50.0, 51.5, 52.0), Outcome.WORSE, "PROVEN WORSE in simulation: more delay"),
        ((30.0, 80.0, 32.0), Outcome.NOT_PROVEN, "NOT PROVEN in simulation that there is less delay"),
    ],
)
def test_the_interval_decides(after_s: tuple[float, ...], outcome: Outcome, words: str) -> None:
    found = change(*after_s)
    assert outcome_of(found) is outcome
    told = proof_line({CONFIRMATION: json.loads(json.dumps(as_provenance(found)))})
    assert told.startswith(words)
    assert f"3 unseen seeds, 95 % interval of the change {found.low:+.1f} … {found.high:+.1f} s" in told


def test_too_few_seeds_prove_nothing() -> None:
    assert outcome_of(None) is Outcome.NOT_PROVEN
    told = proof_line({CONFIRMATION: as_provenance(None)})
    assert told.startswith("NOT PROVEN")
    assert told.endswith("fewer than two unseen seeds finished on both sides.")


@pytest.mark.parametrize("provenance", [{}, {"study": "toy"}, {CONFIRMATION: "yes"}])
def test_a_file_that_tells_of_no_confirmation_is_not_judged(provenance: dict[str, object]) -> None:
    assert proof_line(provenance) == ""


def test_a_study_writes_it_into_the_plan_that_it_found_only(finished: Finished) -> None:
    best, present = (read_plan_file(finished.folder / f"{name}-plan.json").provenance for name in ("best", "present"))
    assert proof_line(best).startswith("PROVEN in simulation")
    assert proof_line(present) == ""


def test_present_plans_that_nothing_beats_claim_no_proof(tmp_path: Path) -> None:
    studied(tmp_path, executor(tmp_path, FormulaEngine(flat=True)))
    assert proof_line(read_plan_file(tmp_path / "best-plan.json").provenance) == ""
    assert json.loads((tmp_path / "summary.json").read_text())["outcome"] == "not proven"
