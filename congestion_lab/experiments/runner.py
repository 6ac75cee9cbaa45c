"""One way to run specifications: look them up, simulate what is missing, keep what is finished."""

from collections.abc import Sequence
from dataclasses import dataclass

from congestion_lab.experiments.executor import Executor, OnDone
from congestion_lab.signals.plan import PlanSet
from congestion_lab.simulation.result import Outcome
from congestion_lab.simulation.spec import Changeover, Controller, Detail, RunSpec, SimulationInputs


@dataclass(frozen=True, slots=True)
class Runner:
    """Makes and runs specifications; what its store holds is not simulated again.

    Attributes:
        executor: Simulates what is missing.
    """

    executor: Executor

    def spec(
        self,
        inputs: SimulationInputs,
        seed: int,
        *,
        plans: PlanSet | None = None,
        controller: Controller = Controller.PLANS,
        changeover: Changeover | None = None,
        detail: Detail = Detail.TRIPS,
    ) -> RunSpec:
        """Return the specification of one run on this runner's engine."""
        engine = self.executor.engine
        return RunSpec(
            inputs=inputs,
            seed=seed,
            engine=engine.name,
            engine_version=engine.version,
            plans=plans,
            controller=controller,
            changeover=changeover,
            detail=detail,
        )

    def run_all(self, specs: Sequence[RunSpec], on_done: OnDone | None = None) -> list[Outcome]:
        """Return the outcomes in the order of the specifications; equal specifications share one run.

        Raises:
            ExperimentError: The disk is full, or the store holds a run of another version.
        """
        report = on_done or (lambda _spec, _outcome: None)
        store = self.executor.store
        store.root.mkdir(parents=True, exist_ok=True)
        outcomes: dict[str, Outcome] = {}
        missing: dict[str, RunSpec] = {}
        for spec in specs:
            digest = spec.digest
            if digest in outcomes or digest in missing:
                continue
            if (found := store.find(spec)) is None:
                missing[digest] = spec
            else:
                outcomes[digest] = found
                report(spec, found)
        outcomes |= self.executor.run(list(missing.values()), report) if missing else {}
        return [outcomes[spec.digest] for spec in specs]
