"""What is handed over to another program or to a signal engineer, and what became of it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from congestion_lab.core.errors import Fault, SignalPlanError
from congestion_lab.exporting.wording import ENGLISH, Language
from congestion_lab.network.model import Network
from congestion_lab.signals.intersection import Intersection
from congestion_lab.signals.plan import PlanSet, SignalPlan


@dataclass(frozen=True, slots=True)
class Handover:
    """Plans with all that formats tell of them.

    Attributes:
        scenario: Name of what the plans were made for.
        plans: The plans.
        intersections: The intersection of every plan, by controller id.
        network: The roads, for formats that tell where they run.
        marking: One line that every file carries where a reader meets it first; "" for none.
        language: In which language sheets for people speak.
    """

    scenario: str
    plans: PlanSet
    intersections: Mapping[str, Intersection]
    network: Network | None = None
    marking: str = ""
    language: Language = ENGLISH

    def __iter__(self) -> Iterator[tuple[SignalPlan, Intersection]]:
        return ((plan, self.intersections[plan.controller_id]) for plan in self.plans)

    def roads(self, format: str) -> Network:
        """Return the network.

        Raises:
            SignalPlanError: None was given.
        """
        if self.network is None:
            rule = f"{format} tells where roads run, which a plan file does not say"
            hint = "name what the plans were made for: --network FOLDER|NET, or --scenario where it cuts an area"
            raise SignalPlanError(Fault(rule, hint, key="network"))
        return self.network


def check_order(plan: SignalPlan, hint: str) -> None:
    """Let pass only plans whose intervals follow each other in their order.

    Raises:
        SignalPlanError: Some name their successors, so that nobody knows when a green begins.
    """
    if plan.jumps:
        rule = "its intervals name their successors, so that no time of the cycle is certain"
        raise SignalPlanError(Fault(rule, hint, f"plan {plan.controller_id}/{plan.program_id}"))


@dataclass(frozen=True, slots=True)
class Written:
    """What an exporter leaves.

    Attributes:
        files: The files.
        remarks: What the format could not hold of these plans, a sentence each.
    """

    files: tuple[Path, ...]
    remarks: tuple[str, ...] = ()
