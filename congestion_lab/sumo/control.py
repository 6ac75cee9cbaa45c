"""Which signal programmes a run gets: the network's own, a plan set's, or responsive ones made of either."""

from dataclasses import replace

from congestion_lab.core.errors import Fault, ScenarioError
from congestion_lab.signals.plan import Aspect, Control, Interval, PlanSet, SignalPlan
from congestion_lab.simulation.spec import Controller, RunSpec, SimulationInputs
from congestion_lab.sumo.demanded import mentions
from congestion_lab.sumo.netfile import read_plans

# SUMO's defaults for generated actuated programmes (netconvert --tls.min-dur, --tls.max-dur)
MIN_GREEN_S = 5.0
MAX_GREEN_S = 50.0

_RESPONSIVE = {Controller.ACTUATED: Control.ACTUATED, Controller.DELAY_BASED: Control.DELAY_BASED}


def plans_to_run(spec: RunSpec) -> PlanSet | None:
    """Return the plans that replace the network's programmes, or None to keep them.

    Raises:
        ScenarioError: Signals are to be replaced that the scenario switches by the clock.
    """
    control = _RESPONSIVE.get(spec.controller)
    if spec.plans is not None or spec.controller is not Controller.PLANS:
        refuse_time_switches(spec.inputs)
    if control is None:
        return spec.plans
    plans = spec.plans or read_plans(spec.inputs.net_file, spec.inputs.additional_files)
    return PlanSet(tuple(responsive(plan, control) for plan in plans))


def refuse_time_switches(inputs: SimulationInputs) -> None:
    """Make sure that nothing puts other programmes in the place of the plans while a simulation runs.

    Raises:
        ScenarioError: An additional file switches programmes by the clock; each is named.
    """
    rule = "switches signal programmes by the clock (<WAUT>), so no single plan can take their place"
    hint = "take the <WAUT> out, and name the files of one period"
    faults = [
        Fault(rule, hint, str(path), key="WAUT") for path in inputs.additional_files if mentions([path], b"<WAUT")
    ]
    if faults:
        raise ScenarioError(*faults)


def responsive(plan: SignalPlan, control: Control) -> SignalPlan:
    """Return the plan under gap-based or time-loss-based control, with default bounds for greens that have none.

    Yellow and all-red keep their length.
    """
    return replace(plan, control=control, intervals=tuple(_bounded(interval) for interval in plan.intervals))


def _bounded(interval: Interval) -> Interval:
    if not _is_green(interval):
        return interval
    lowest = MIN_GREEN_S if interval.min_s is None else interval.min_s
    highest = max(MAX_GREEN_S, lowest) if interval.max_s is None else interval.max_s
    return replace(interval, min_s=lowest, max_s=highest)


def _is_green(interval: Interval) -> bool:
    shown = set(interval.aspects)
    return any(aspect.is_green for aspect in shown) and not shown & {Aspect.YELLOW, Aspect.RED_YELLOW}
