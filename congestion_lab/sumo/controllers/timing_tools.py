"""SUMO's own signal timing tools, for comparison: tlsCycleAdaptation (Webster) and tlsCoordinator (offsets).

They time for the demand as a planner would run them: with their own defaults, on the scenario's network and routes.
They count vehicles with fixed routes, so trips and flows are routed for them first (duarouter, fastest at free flow).
They know no turn lanes and no permitted turns, and need not make anything better.
"""

import enum
import sys
from collections.abc import Iterable
from pathlib import Path

from congestion_lab.signals.plan import PlanSet
from congestion_lab.simulation.spec import SimulationInputs
from congestion_lab.sumo.installation import binary, tool
from congestion_lab.sumo.nets.netfile import read_plans
from congestion_lab.sumo.nets.programs import write_programs
from congestion_lab.sumo.process import run_program

_PROGRAM_ID = "timing_tool"


class Cycle(enum.Enum):
    """What tlsCycleAdaptation does about cycle lengths."""

    SHIPPED = "shipped"  # the tool is not run
    WEBSTER = "webster"  # Webster's cycle for each intersection
    UNIFIED = "webster_unified"  # the longest of them for all
    EXISTING = "webster_existing"  # splits only, within the existing cycle


_CYCLE_OPTIONS: dict[Cycle, tuple[str, ...]] = {
    Cycle.WEBSTER: (),
    Cycle.UNIFIED: ("--unified-cycle",),
    Cycle.EXISTING: ("--existing-cycle",),
}


def timed_by_sumo(inputs: SimulationInputs, folder: Path, *, cycle: Cycle, coordinated: bool) -> PlanSet:
    """Return the plans that SUMO's tools make of a scenario.

    Args:
        inputs: The scenario; its shipped plans are the start.
        folder: Where the tools write.
        cycle: How tlsCycleAdaptation sets cycles and splits.
        coordinated: Whether tlsCoordinator sets offsets afterwards.

    Raises:
        SumoFailedError: A tool failed on this scenario.
    """
    if cycle is Cycle.SHIPPED and not coordinated:
        return read_plans(inputs.net_file, inputs.additional_files)
    folder = folder.resolve()  # the tools run inside it
    folder.mkdir(parents=True, exist_ok=True)
    routes = _routed(inputs, folder / "routed.rou.xml")
    plans = read_plans(inputs.net_file, inputs.additional_files)
    if cycle is not Cycle.SHIPPED:
        plans = _with_webster(inputs, routes, plans, _CYCLE_OPTIONS[cycle])
    return _with_offsets(inputs, routes, plans) if coordinated else plans


def _routed(inputs: SimulationInputs, target: Path) -> Path:
    files = ("--route-files", _joined(inputs.route_files), "--output-file", str(target))
    added = ("--additional-files", _joined(inputs.additional_files)) if inputs.additional_files else ()
    period = ("--begin", f"{inputs.begin_s:.15g}", "--end", f"{inputs.horizon_s:.15g}")
    command = (str(binary("duarouter")), "--net-file", str(inputs.net_file), *files, *added, *period, "--no-step-log")
    run_program(command, cwd=target.parent)
    return target


def _with_webster(inputs: SimulationInputs, routes: Path, plans: PlanSet, options: tuple[str, ...]) -> PlanSet:
    target = routes.with_name("webster.add.xml")
    begin = f"{inputs.analysis_begin_s:.15g}"
    given = ("-n", str(inputs.net_file), "-r", str(routes), "-b", begin, "-p", _PROGRAM_ID, "-o", str(target))
    run_program((sys.executable, str(tool("tlsCycleAdaptation.py")), *given, *options), cwd=routes.parent)
    made = {plan.controller_id: plan for plan in read_plans(inputs.net_file, (target,))}
    timed = (made[plan.controller_id] for plan in plans)  # controllers without demand keep the network's programme
    return PlanSet(tuple(timed))


def _with_offsets(inputs: SimulationInputs, routes: Path, plans: PlanSet) -> PlanSet:
    programs, target = routes.with_name("programs.add.xml"), routes.with_name("offsets.add.xml")
    write_programs(plans, programs, program_id=_PROGRAM_ID)
    given = ("-n", str(inputs.net_file), "-r", str(routes), "-a", str(programs), "-o", str(target))
    run_program((sys.executable, str(tool("tlsCoordinator.py")), *given), cwd=routes.parent)
    return read_plans(inputs.net_file, (programs, target))


def _joined(paths: Iterable[Path]) -> str:
    return ",".join(str(path) for path in paths)
