"""Which signal programmes a run gets: the network's own, a plan set's, or responsive ones made of either."""

from congestion_lab.core.errors import Fault, ScenarioError
from congestion_lab.signals.plan import Control, PlanSet
from congestion_lab.signals.responsive import responsive
from congestion_lab.simulation.spec import Controller, RunSpec, SimulationInputs
from congestion_lab.sumo.nets.netfile import read_plans
from congestion_lab.sumo.routes.demanded import mentions

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
