"""What is to be simulated, as frozen values with a digest."""

import enum
from dataclasses import dataclass, field
from pathlib import Path

from congestion_lab.core.digests import digest_of
from congestion_lab.signals.plan import PlanSet
from congestion_lab.signals.schedules.transitions import Procedure


class Controller(enum.Enum):
    """Who decides the signals during a run."""

    PLANS = "plans"  # every controller runs its plan, as its own control type says
    ACTUATED = "actuated"  # the engine's gap-based control over the plan's phases
    DELAY_BASED = "delay_based"  # the engine's time-loss-based control over the plan's phases
    MAX_PRESSURE = "max_pressure"  # acyclic, step by step (Varaiya 2013)


class Detail(enum.Enum):
    """How much a run records."""

    TRIPS = "trips"  # one row per vehicle: what the objective needs
    MOVEMENTS = "movements"  # also movements: what the fast engine learns from
    FULL = "full"  # also links, passages, queues and emissions: what a report needs


@dataclass(frozen=True, slots=True)
class SimulationInputs:
    """What all runs of a scenario share.

    Attributes:
        name: The scenario's name.
        net_file: Road network.
        route_files: Demand.
        additional_files: Vehicle types, stops, detectors, signal programmes.
        begin_s: Start of the simulation, warm-up included; seconds since midnight.
        analysis_begin_s: Vehicles demanded from here on count.
        end_s: Horizon of the simulation; None means until every vehicle has arrived.
        limit_s: Where a run without `end_s` is cut off.
        scale: Factor on the demand.
        closed_links: Links closed to traffic.
        step_s: Length of a simulation step.
        mesoscopic: Whether vehicles move in queues instead of one by one.
        teleport_s: Waiting time after which a stuck vehicle is moved on, or None for never.
        blocked_junction_s: Standing time inside a junction after which others drive past, or None for never.
        depart_jitter_s: Every departure is put off by a random time up to this, so that seeds differ in demand too.
        digest: Digest of the contents of all files and of the settings above.
        notes: What whoever made the network says it rests on, a sentence each; changes no result, so it is no part of
            the digest.
    """

    name: str
    net_file: Path
    route_files: tuple[Path, ...]
    additional_files: tuple[Path, ...]
    begin_s: float
    analysis_begin_s: float
    end_s: float | None
    limit_s: float
    scale: float = 1.0
    closed_links: tuple[str, ...] = ()
    step_s: float = 1.0
    mesoscopic: bool = False
    teleport_s: float | None = None
    blocked_junction_s: float | None = None
    depart_jitter_s: float = 0.0
    digest: str = ""
    notes: tuple[str, ...] = ()

    @property
    def horizon_s(self) -> float:
        """The time up to which unfinished vehicles are counted."""
        return self.limit_s if self.end_s is None else self.end_s


@dataclass(frozen=True, slots=True)
class Changeover:
    """Plans that follow those of a run at some time of it, as a schedule switches them.

    Attributes:
        at_s: When the switch is asked for; seconds since midnight of the simulation.
        plans: What follows.
        procedure: How controllers change to it.
    """

    at_s: int
    plans: PlanSet
    procedure: Procedure


@dataclass(frozen=True, slots=True)
class RunSpec:
    """One simulation: a scenario, its signals, a seed.

    Attributes:
        inputs: The scenario's files and times.
        plans: Plans that replace those of the network; None keeps the shipped ones.
        controller: Who decides the signals.
        changeover: Plans that follow `plans` during the run, or None; both run as their own control type says.
        seed: Random seed of the engine.
        engine: Name of the engine.
        engine_version: Its version, so that a newer one simulates anew.
        detail: How much is recorded.
        timeout_s: Wall-clock bound.
    """

    inputs: SimulationInputs
    seed: int
    engine: str
    engine_version: str
    plans: PlanSet | None = None
    controller: Controller = Controller.PLANS
    changeover: Changeover | None = None
    detail: Detail = Detail.TRIPS
    timeout_s: float = field(default=3600.0, compare=False)

    def __post_init__(self) -> None:
        if self.changeover is not None and (self.plans is None or self.controller is not Controller.PLANS):
            raise ValueError("a changeover follows given plans that control the run")

    @property
    def digest(self) -> str:
        """Name of the run: the same spec is never simulated twice."""
        changeover = self.changeover
        switched = {} if changeover is None else {"changeover": _named_by_content(changeover)}
        return digest_of(
            {
                **switched,  # runs without one keep their names
                "inputs": self.inputs.digest,
                "plans": None if self.plans is None else self.plans.digest,
                "controller": self.controller,
                "seed": self.seed,
                "engine": [self.engine, self.engine_version],
                "detail": self.detail,
            }
        )


def _named_by_content(changeover: Changeover) -> list[object]:
    return [changeover.at_s, changeover.plans.digest, changeover.procedure]
