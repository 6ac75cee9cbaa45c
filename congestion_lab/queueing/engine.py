"""The fast engine in the seat of any engine: one specification in, result tables out."""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path

import congestion_lab
from congestion_lab.core.digests import digest_of, digest_of_file
from congestion_lab.core.errors import Fault, ScenarioError
from congestion_lab.queueing.behaviour import Behaviour
from congestion_lab.queueing.model import QueueModel, Run
from congestion_lab.queueing.tables import link_intervals_table, links_table, passages_table, trips_table
from congestion_lab.signals.plan import Control, PlanSet
from congestion_lab.signals.responsive import responsive
from congestion_lab.simulation.names import QUEUE
from congestion_lab.simulation.result import Provenance, RunResult, Status, write_table
from congestion_lab.simulation.spec import Controller, Detail, RunSpec, SimulationInputs
from congestion_lab.simulation.tables import LINK_INTERVALS, LINKS, MOVEMENTS, PASSAGES, TRIPS
from congestion_lab.simulation.traffic import Traffic

_MODELS_KEPT = 2  # scenarios that a process goes back and forth between
_CONTROLLERS = frozenset({Controller.PLANS, Controller.ACTUATED})
_CONTROLS = frozenset({Control.FIXED, Control.ACTUATED})
_HINT = "simulate it with SUMO (`--engine sumo`)"


@lru_cache(maxsize=1)
def _physics() -> str:
    """Return the digest of the room's source: whatever changes in it may change results."""
    return digest_of([digest_of_file(path) for path in sorted(Path(__file__).parent.glob("*.py"))])


def version_of(behaviour: Behaviour) -> str:
    """Return the version that results carry: the program's, the engine's own and that of its drivers."""
    return f"{congestion_lab.__version__}+{_physics()[:6]}.{digest_of(behaviour._asdict())[:6]}"


@dataclass(frozen=True, slots=True)
class QueueEngine:
    """Lanes as queues with storage: a run in milliseconds, once a scenario is compiled.

    It runs fixed-time and gap-based control and has no emissions. A scenario is read and compiled once per process, so
    engines that differ in nothing but their reader must read the same.

    Attributes:
        read: Reads roads, demand and shipped plans; sent to worker processes with the engine.
        behaviour: How drivers pass stop lines.
        name: What results carry.
        version: Likewise.
    """

    read: Callable[[SimulationInputs], Traffic] = field(compare=False)
    behaviour: Behaviour = field(default_factory=Behaviour)
    name: str = QUEUE
    version: str = ""

    def __post_init__(self) -> None:
        if not self.version:
            object.__setattr__(self, "version", version_of(self.behaviour))

    def run(self, spec: RunSpec, folder: Path) -> RunResult:
        """Simulate and write the result tables into an empty folder.

        Raises:
            ScenarioError: The specification asks for what only SUMO can simulate.
            InputError: Its files cannot be used.
        """
        began_s, cpu_s = time.perf_counter(), time.thread_time()
        folder.mkdir(parents=True, exist_ok=True)
        require_supported(spec)
        model = model_of(self, spec.inputs)
        plans = plans_to_run(spec, model.traffic)
        run = model.run(model.table(plans), spec.seed, probing=spec.detail is Detail.FULL)
        trips = trips_table(model, run)
        write_table(folder, TRIPS, trips)
        if spec.detail is not Detail.TRIPS:
            write_table(folder, MOVEMENTS, model.movements_of(run))
        if spec.detail is Detail.FULL:
            write_table(folder, LINKS, links_table(model, run))
            write_table(folder, LINK_INTERVALS, link_intervals_table(model, run))
            write_table(folder, PASSAGES, passages_table(model, run))
        unfinished = bool(trips["arrived_s"].isna().any())
        return RunResult(
            digest=spec.digest,
            scenario=spec.inputs.name,
            seed=spec.seed,
            status=_status(spec, run, unfinished=unfinished),
            ended_s=_ended_s(spec, run, unfinished=unfinished),
            horizon_s=spec.inputs.horizon_s,
            analysis_begin_s=spec.inputs.analysis_begin_s,
            teleports=int(run.work.total["teleports"][0]),
            collisions=0,
            folder=folder,
            provenance=Provenance(
                engine=self.name,
                engine_version=self.version,
                program_version=congestion_lab.__version__,
                command=tuple(_call(self, spec)),
                wall_s=time.perf_counter() - began_s,
                cpu_s=time.thread_time() - cpu_s,
            ),
            place=_place(model, run) if run.gridlock else "",
            notes=model.traffic.notes,
        )


@lru_cache(maxsize=_MODELS_KEPT)
def model_of(engine: QueueEngine, inputs: SimulationInputs) -> QueueModel:
    """Return the scenario compiled for an engine.

    Raises:
        InputError: Its files cannot be used.
    """
    return QueueModel(engine.read(inputs), inputs, engine.behaviour)


def plans_to_run(spec: RunSpec, traffic: Traffic) -> PlanSet:
    """Return the plans of a run: the specification's or the shipped ones, actuated if it says so.

    Raises:
        ScenarioError: Some plans are of a control that only SUMO can simulate; each is named.
    """
    plans = traffic.plans if spec.plans is None else spec.plans
    if spec.controller is Controller.ACTUATED:
        return PlanSet(tuple(responsive(plan, Control.ACTUATED) for plan in plans))
    faults = [
        Fault(f"the fast engine has no {plan.control.value} control", _HINT, key=f"plan {plan.controller_id}")
        for plan in plans
        if plan.control not in _CONTROLS
    ]
    if faults:
        raise ScenarioError(*faults)
    return plans


def require_supported(spec: RunSpec) -> None:
    """Make sure that the settings of a specification are such as the fast engine can follow.

    Raises:
        ScenarioError: They are not; every reason is named.
    """
    faults = list(_unsupported(spec))
    if faults:
        raise ScenarioError(*faults)


def _unsupported(spec: RunSpec) -> Iterator[Fault]:
    if spec.controller not in _CONTROLLERS:
        rule = f"the fast engine has no controller {spec.controller.value!r}"
        yield Fault(rule, f"{_HINT}, or take `plans` or `actuated`", spec.inputs.name, key="signals.controller")
    if spec.changeover is not None:
        yield Fault("the fast engine runs one set of plans, no changeover", _HINT, spec.inputs.name)
    if spec.inputs.mesoscopic:
        hint = f"{_HINT}, or leave `mesoscopic` out"
        yield Fault("the mesoscopic mode is SUMO's own", hint, spec.inputs.name, key="simulation.mesoscopic")


def _status(spec: RunSpec, run: Run, *, unfinished: bool) -> Status:
    if run.gridlock:
        return Status.GRIDLOCK
    return Status.CUT_OFF if spec.inputs.end_s is None and unfinished else Status.COMPLETED


def _ended_s(spec: RunSpec, run: Run, *, unfinished: bool) -> float:
    if run.gridlock:
        return run.ended_s
    arrived_s = run.work.vehicles["arrived_s"][: len(run.fleet.vehicles)]
    if spec.inputs.end_s is None and not unfinished and arrived_s.size:
        return float(arrived_s.max())
    return spec.inputs.horizon_s


def _place(model: QueueModel, run: Run) -> str:
    """Return the link whose first vehicle has stood longest; "" if nobody is inside."""
    return "" if run.stuck_lane < 0 else model.traffic.roads.link_ids[int(model.bed.lanes["link"][run.stuck_lane])]


def _call(engine: QueueEngine, spec: RunSpec) -> Iterator[str]:
    yield from (f"{__name__}.{type(engine).__name__}", f"inputs={spec.inputs.digest}", f"seed={spec.seed}")
    yield from (f"{name}={value:g}" for name, value in engine.behaviour._asdict().items())
