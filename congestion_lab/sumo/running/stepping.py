"""The step-by-step door to SUMO: inside this process by libsumo, or over TraCI for the GUI and remote control.

libsumo holds one simulation per process and takes the process with it when it crashes; so a stepped run is a program of
its own (`congestion_lab.sumo.running.stepped`), and this module is used there.
"""

import signal
import socket
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from types import ModuleType
from typing import Any, Protocol

from congestion_lab.core.errors import SumoFailedError

Paths = tuple[tuple[tuple[str, str], ...], ...]  # (inbound lane, outbound lane) of each head's paths, by head index


class SteppedSimulation(Protocol):
    """A running simulation that stands still between steps."""

    @property
    def time_s(self) -> float:
        """Simulated time."""
        ...

    def step(self) -> None:
        """Simulate one step."""
        ...

    def controllers(self) -> tuple[str, ...]:
        """Return the ids of all signal controllers, sorted."""
        ...

    def paths(self, controller_id: str) -> Paths:
        """Return the paths that each signal head releases."""
        ...

    def states(self, controller_id: str) -> tuple[str, ...]:
        """Return the states of the controller's running programme, in its order."""
        ...

    def show(self, controller_id: str, state: str) -> None:
        """Show a state until told otherwise."""
        ...

    def queue_veh(self, lane_id: str) -> int:
        """Return how many vehicles stand on a lane."""
        ...


@dataclass(frozen=True, slots=True)
class SumoSimulation:
    """A simulation behind libsumo or TraCI, which offer the same calls.

    Attributes:
        api: The module libsumo, or a TraCI connection.
    """

    api: Any

    @property
    def time_s(self) -> float:
        """Simulated time."""
        return float(self.api.simulation.getTime())

    def step(self) -> None:
        """Simulate one step."""
        self.api.simulationStep()

    def controllers(self) -> tuple[str, ...]:
        """Return the ids of all signal controllers, sorted."""
        return tuple(sorted(self.api.trafficlight.getIDList()))

    def paths(self, controller_id: str) -> Paths:
        """Return the paths that each signal head releases."""
        heads = self.api.trafficlight.getControlledLinks(controller_id)
        return tuple(tuple((inbound, outbound) for inbound, outbound, _ in head) for head in heads)

    def states(self, controller_id: str) -> tuple[str, ...]:
        """Return the states of the controller's running programme, in its order."""
        running = self.api.trafficlight.getProgram(controller_id)
        logics = self.api.trafficlight.getAllProgramLogics(controller_id)
        logic = next(one for one in logics if one.programID == running)
        return tuple(phase.state for phase in logic.phases)

    def show(self, controller_id: str, state: str) -> None:
        """Show a state until told otherwise."""
        self.api.trafficlight.setRedYellowGreenState(controller_id, state)

    def queue_veh(self, lane_id: str) -> int:
        """Return how many vehicles stand on a lane."""
        return int(self.api.lane.getLastStepHaltingNumber(lane_id))


@contextmanager
def opened(command: Sequence[str], *, port: int | None = None) -> Iterator[SumoSimulation]:
    """Yield a simulation that is closed, with all its outputs written, when the block ends.

    Args:
        command: SUMO's command line.
        port: TCP port on this machine at which SUMO listens for TraCI; None steps it inside this process by libsumo.

    Raises:
        SumoFailedError: SUMO could not load its inputs, or ended with an error.
    """
    if port is None:
        import libsumo as module  # noqa: PLC0415 - half a second that only a stepped run pays
    else:
        import traci as module  # noqa: PLC0415 - as above
    try:
        simulation = _connected(module, command, port)
        yield simulation
        simulation.api.close()
    except (module.TraCIException, module.FatalTraCIError) as error:
        raise SumoFailedError(command, 1, str(error)) from error


def free_port() -> int:
    """Return a TCP port of this machine that nobody listens at now."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        return int(server.getsockname()[1])


@contextmanager
def interruption() -> Iterator[threading.Event]:
    """Yield an event that SIGINT sets, so that a run can end between two steps."""
    asked = threading.Event()
    before = signal.signal(signal.SIGINT, lambda *_: asked.set())
    try:
        yield asked
    finally:
        signal.signal(signal.SIGINT, before)


def _connected(module: ModuleType, command: Sequence[str], port: int | None) -> SumoSimulation:
    if port is None:
        module.start(list(command))
        return SumoSimulation(module)
    label = f"port-{port}"
    module.start(list(command), port=port, label=label)
    return SumoSimulation(module.getConnection(label))
