"""The signals that a study begins with, and the plan files that it leaves."""

from dataclasses import dataclass, replace
from pathlib import Path

from congestion_lab import __version__
from congestion_lab.network.model import Network
from congestion_lab.optimization.search.candidates import PRESENT
from congestion_lab.optimization.study.proof import CONFIRMATION, as_provenance
from congestion_lab.optimization.study.studyfiles import BEST_PLAN_FILE, PRESENT_PLAN_FILE
from congestion_lab.optimization.study.studysummary import StudySummary
from congestion_lab.signals.intersection import Intersection
from congestion_lab.signals.plan import PlanSet
from congestion_lab.signals.planfile import PlanFile, write_plan_file

_PROPOSED = "proposed"  # what timing sheets and exports call a plan that the search found


@dataclass(frozen=True, slots=True)
class Signals:
    """The signals of a scenario.

    Attributes:
        present: The plans of all controllers as they are.
        intersections: What plans must respect.
        network: The roads they stand on.
    """

    present: PlanSet
    intersections: tuple[Intersection, ...]
    network: Network


def write_plans(folder: Path, summary: StudySummary, *, study: str, signals: Signals) -> None:
    """Write the present plans and the best ones, with what was proven of these, as plan files into a study's folder."""
    best, scenario = summary.best, summary.present.inputs.name
    proof = {} if best.entrant.plans == signals.present else {CONFIRMATION: as_provenance(summary.difference)}
    for file, plans, origin, told in (
        (PRESENT_PLAN_FILE, signals.present, PRESENT, {}),
        (BEST_PLAN_FILE, _proposed(best.entrant.plans, signals.present), best.entrant.origin, proof),
    ):
        provenance = {"study": study, "origin": origin, "congestion_lab": __version__, **told}
        content = PlanFile(scenario, signals.network.digest, signals.intersections, plans, provenance)
        write_plan_file(folder / file, content)


def _proposed(plans: PlanSet, present: PlanSet) -> PlanSet:
    """Return the plans with those that differ from the present ones under a name of their own."""
    pairs = zip(plans, present, strict=True)
    return PlanSet(tuple(now if now == was else replace(now, program_id=_PROPOSED) for now, was in pairs))
