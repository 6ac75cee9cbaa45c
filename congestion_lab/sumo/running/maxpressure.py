"""Max-pressure control: green for the stage that relieves most (Varaiya 2013, doi:10.1016/j.trc.2013.08.014).

Acyclic: every ten seconds each controller shows the stage of highest pressure, the sum over its paths of the vehicles
standing before them less those standing behind them, all at the same saturation flow. It knows all queues and bounds no
waiting time, so it is a yardstick, not a controller for the field.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from congestion_lab.sumo.running.stepping import Paths, SteppedSimulation

DECISION_S = 10.0
YELLOW_S = 3.0  # within the decision interval, as in the RESCO benchmark (Ault and Sharon 2021)

_GREEN, _YELLOW = frozenset("Gg"), frozenset("yY")


@dataclass(frozen=True, slots=True)
class Stage:
    """Movements released together.

    Attributes:
        state: What the controller shows.
        inbound: Lane before each path that gets green; a lane that feeds two paths counts twice.
        outbound: Lane behind each path.
    """

    state: str
    inbound: tuple[str, ...]
    outbound: tuple[str, ...]

    def pressure_veh(self, simulation: SteppedSimulation) -> int:
        """Return the vehicles standing before the paths less those standing behind them."""
        waiting = sum(simulation.queue_veh(lane) for lane in self.inbound)
        return waiting - sum(simulation.queue_veh(lane) for lane in self.outbound)


def stages(states: Sequence[str], paths: Paths) -> tuple[Stage, ...]:
    """Return the stages of a programme: its distinct states with green and without yellow."""
    green = [state for state in dict.fromkeys(states) if _GREEN & set(state) and not _YELLOW & set(state)]
    return tuple(_stage(state, paths) for state in green)


def yellow_between(before: str, after: str) -> str:
    """Return the state that ends the greens of one stage that the next does not have."""
    return "".join("y" if old in _GREEN and new not in _GREEN else old for old, new in zip(before, after, strict=True))


class MaxPressure:
    """Max-pressure control of every controller that has a choice of stages."""

    def __init__(self, simulation: SteppedSimulation) -> None:
        self._simulation = simulation
        found = {one: stages(simulation.states(one), simulation.paths(one)) for one in simulation.controllers()}
        self._stages = {controller: some for controller, some in found.items() if len(some) > 1}
        self._shown = {controller: some[0] for controller, some in self._stages.items()}
        self._next_decision_s = simulation.time_s
        self._green_s = simulation.time_s

    def act(self) -> None:
        """Decide and switch where it is time to; call before every step."""
        now_s = self._simulation.time_s
        if now_s >= self._next_decision_s:
            self._next_decision_s, self._green_s = now_s + DECISION_S, now_s + YELLOW_S
            for controller in self._stages:
                self._decide(controller)
        elif now_s >= self._green_s:
            self._green_s = self._next_decision_s + YELLOW_S
            for controller, stage in self._shown.items():
                self._simulation.show(controller, stage.state)

    def _decide(self, controller: str) -> None:
        shown = self._shown[controller]
        pressures = {stage: stage.pressure_veh(self._simulation) for stage in self._stages[controller]}
        best = max(pressures, key=lambda stage: (pressures[stage], stage is shown))
        self._simulation.show(controller, yellow_between(shown.state, best.state))
        self._shown[controller] = best


def _stage(state: str, paths: Paths) -> Stage:
    released = [pair for letter, pairs in zip(state, paths, strict=True) if letter in _GREEN for pair in pairs]
    return Stage(state, tuple(inbound for inbound, _ in released), tuple(outbound for _, outbound in released))
