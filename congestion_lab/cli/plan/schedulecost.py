"""`congestion-lab plan schedule cost`: what traffic makes of a switch."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from congestion_lab.cli.console import Exit, complain, counted, remark, say, say_json
from congestion_lab.cli.options import (
    RUNS_FOLDER,
    example,
    folder_for_results,
    json_option,
    out_option,
    seed_option,
    seed_range,
    verbosity_options,
    workers_option,
)
from congestion_lab.cli.periods import period_option
from congestion_lab.core.foldercache import FolderCache
from congestion_lab.core.times import clock_from_seconds

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from congestion_lab.core.errors import Fault
    from congestion_lab.experiments.switchcheck import SwitchCheck
    from congestion_lab.experiments.transitioncost import Switchover
    from congestion_lab.signals.plan import SignalPlan
    from congestion_lab.signals.schedules.schedule import Schedule, Switch
    from congestion_lab.simulation.result import RunResult
    from congestion_lab.simulation.spec import SimulationInputs

_STORE = RUNS_FOLDER / ".switches"
_MOST_BYTES = 1 << 30  # of the default folder: a run of central Damascus takes 0.3 MB
_MINUTE_S = 60
_EXACT_STEPS = 1e-6


@click.command(
    epilog=example(
        "plan schedule cost week.yaml scenarios/damascus-centre-am-peak.yaml --day-type working-day --at 06:30"
    )
)
@click.argument("file", metavar="SCHEDULE", type=click.Path(path_type=Path))
@click.argument("scenario_file", metavar="SCENARIO", type=click.Path(path_type=Path))
@click.option("--day-type", required=True, metavar="NAME", help="Day type of the schedule.")
@click.option("--at", required=True, metavar="CLOCK", help="Time of the switch in the schedule.")
@period_option
@click.option(
    "--into",
    metavar="CLOCK",
    help="Time of the scenario at which the switch is simulated. Default: its own, if the scenario analyses that, else "
    "the middle of what it analyses.",
)
@click.option(
    "--window",
    type=click.IntRange(min=1),
    default=10,
    show_default=True,
    metavar="MINUTES",
    help="Vehicles count that want to depart so long before the switch, or so long after it.",
)
@click.option("--seeds", type=click.IntRange(min=1), default=3, show_default=True, help="Number of replications.")
@seed_option("First seed; the others follow it. Default: 1.")
@out_option(
    "Folder that keeps the runs, so that none is simulated twice. Default: runs/.switches, from which old ones go."
)
@workers_option
@json_option
@verbosity_options
def cost(
    file: Path,
    scenario_file: Path,
    *,
    day_type: str,
    at: str,
    period: str | None,
    into: str | None,
    window: int,
    seeds: int,
    seed: int | None,
    out: Path | None,
    workers: int,
    as_json: bool,
) -> int:
    """Simulate a switch of SCHEDULE and print what it costs.

    It happens in the traffic of SCENARIO. Each seed is simulated four times: with the old plans kept, with the new
    plans all along, and with the switch, at switch points and at once, by the programmes and the WAUT that `write`
    makes. Delays are per vehicle that the demand asks for, changes paired by seed. What SUMO showed is held against
    what `check` predicts; exit code 4 if any controller showed anything else, or conflicting greens.
    """
    from congestion_lab.cli.periods import chosen_scenario
    from congestion_lab.cli.plan.schedulecosttables import cost_as_json, cost_tables
    from congestion_lab.cli.plan.scheduleparts import day_type_named, switch_at
    from congestion_lab.cli.running import prepared
    from congestion_lab.experiments.transitioncost import Switchover, transition_cost
    from congestion_lab.signals.retiming import shifted
    from congestion_lab.signals.schedules.schedule import read_schedule

    numbers, store = seed_range(seed, seeds), FolderCache(folder_for_results(out or _STORE), _MOST_BYTES)
    content = read_schedule(file)
    before, after = switch_at(day_type_named(content, file, day_type), at)
    inputs = prepared(chosen_scenario(scenario_file, period))
    _require_fitting(content, file, inputs, (before, after))
    at_s = _place_s(inputs, after.at_s, into, window * _MINUTE_S)
    old, new = (shifted(each.plans, at_s - after.at_s) for each in (before, after))
    switch = Switchover(old, new, at_s, window * _MINUTE_S, content.procedure)
    runs = _simulated(switch, inputs, numbers, store, workers)
    if out is None:
        store.trim()
    if not runs:
        return Exit.ENGINE_FAILED
    found, checks = transition_cost(switch, runs), _checks(switch, runs, content, inputs)
    names = (before.plans_name, after.plans_name)
    if as_json:
        say_json(cost_as_json(switch, found, checks, names))
    else:
        for table in cost_tables(switch, found, names):
            say(table)
    _tell(checks, found.unmatched, as_json=as_json)
    if any(check.departures or check.conflicts for check in checks.values()):
        return Exit.ENGINE_FAILED
    return Exit.OK if len(runs) == len(numbers) else Exit.SOME_RUNS_FAILED


def _require_fitting(
    content: "Schedule", file: Path, inputs: "SimulationInputs", sides: "tuple[Switch, Switch]"
) -> None:
    """Make sure that the plans are for the scenario's network, and have a known place at a switch.

    Raises:
        SignalPlanError: They are not, or SUMO cannot keep their cycles at the scenario's steps.
        InputError: The scenario has no signals, or switches them by itself.
    """
    from congestion_lab.core.digests import digest_of_file
    from congestion_lab.core.errors import Fault, SignalPlanError
    from congestion_lab.sumo.preparing.prepare import require_signals

    require_signals(inputs)
    if digest_of_file(inputs.net_file) != content.network_digest:
        rule = f"its plans were made for another network than {inputs.name} has"
        raise SignalPlanError(Fault(rule, "name the scenario that they were made for, in the same area", str(file)))
    faults = [
        fault
        for side in sides
        for plan in side.plans
        for fault in _plan_faults(plan, str(content.plan_files[side.plans_name]), inputs.step_s)
    ]
    if faults:
        raise SignalPlanError(*faults)


def _plan_faults(plan: "SignalPlan", source: str, step_s: float) -> "Iterator[Fault]":
    """Yield why a plan has no known place at a switch, or SUMO cannot keep its cycle."""
    from congestion_lab.core.errors import Fault
    from congestion_lab.signals.plan import Control

    key = f"plan {plan.controller_id}"
    if plan.control is not Control.FIXED:
        rule = f"{plan.control.value} control has no known place at a switch"
        hint = "a transition can be predicted, and so held against a simulation, between fixed-time plans only"
        yield Fault(rule, hint, source, key=key)
    steps = [each.duration_s / step_s for each in plan.intervals]
    between = next((number for number in steps if abs(number - round(number)) > _EXACT_STEPS), None)
    if between is not None:
        rule = f"an interval lasts {between * step_s:g} s, between steps of {step_s:g} s; SUMO cannot keep its cycle"
        yield Fault(rule, "give the scenario shorter steps, e.g. `simulation: {step_s: 0.1}`", source, key=key)


def _place_s(inputs: "SimulationInputs", scheduled_s: int, into: str | None, window_s: int) -> int:
    """Return where on the scenario's clock the switch is simulated.

    Raises:
        UsageError: The scenario does not analyse the whole window there.
    """
    from congestion_lab.cli.plan.scheduleparts import clock_of

    begin_s, end_s = inputs.analysis_begin_s, inputs.horizon_s

    def fits(at_s: int) -> bool:
        return begin_s <= at_s - window_s and at_s + window_s <= end_s

    if into is not None:
        chosen = clock_of("--into", into)
    elif fits(scheduled_s):
        chosen = scheduled_s
    elif inputs.end_s is None:
        raise click.UsageError(f"{inputs.name} has no end, so no middle: say where the switch is to be by --into")
    else:
        chosen = int((begin_s + end_s) / 2 // _MINUTE_S * _MINUTE_S)
    if not fits(chosen):
        analysed = f"{inputs.name} analyses {clock_from_seconds(begin_s)} to {clock_from_seconds(end_s)}"
        asked = f"{window_s // _MINUTE_S} minutes before and after {clock_from_seconds(chosen)}"
        raise click.UsageError(f"{analysed}, which does not hold {asked}; choose --into and --window")
    return chosen


def _simulated(
    switch: "Switchover", inputs: "SimulationInputs", seeds: range, store: FolderCache, workers: int
) -> "Mapping[int, Mapping[str, RunResult]]":
    """Return the runs of all sides by seed, for seeds of which all were finished; what failed or jammed is told."""
    from congestion_lab.cli.running import local_runner, run_showing
    from congestion_lab.cli.tables import failure_lines, remarks
    from congestion_lab.experiments.transitioncost import finished_seeds
    from congestion_lab.simulation.result import Failure, RunResult

    with local_runner(store.root, workers) as runner:
        specs = {seed: switch.specs(runner, inputs, seed) for seed in seeds}
        every = [spec for sides in specs.values() for spec in sides.values()]
        store.ask_for(spec.digest for spec in every)
        outcomes = run_showing(runner, every, f"simulating the switch on {inputs.name}")
    for line in failure_lines(one for one in outcomes if isinstance(one, Failure)):
        complain(line)
    for line in remarks([one for one in outcomes if isinstance(one, RunResult)]):
        remark(line)
    return finished_seeds(specs, outcomes)


def _checks(
    switch: "Switchover",
    runs: "Mapping[int, Mapping[str, RunResult]]",
    content: "Schedule",
    inputs: "SimulationInputs",
) -> "dict[str, SwitchCheck]":
    from congestion_lab.experiments.switchcheck import switch_check
    from congestion_lab.signals.schedules.transitions import Procedure

    return {
        procedure.value: switch_check(
            switch,
            procedure,
            [sides[procedure.value] for sides in runs.values()],
            content.intersections,
            begin_s=inputs.begin_s,
            step_s=inputs.step_s,
        )
        for procedure in Procedure
    }


def _tell(checks: "Mapping[str, SwitchCheck]", unmatched: int, *, as_json: bool) -> None:
    """Say what SUMO showed, and what is wrong with it."""
    from congestion_lab.cli.plan.schedulecosttables import check_line

    if unmatched:
        verb = "is" if unmatched == 1 else "are"
        left_out = f"{counted(unmatched, 'vehicle')} {verb} left out"
        remark(f"{left_out}: not all runs of a seed have the same vehicles in the window")
    for procedure, check in checks.items():
        for line in (*check.departures, *check.conflicts):
            complain(f"{procedure}: {line}")
        if not as_json:
            say(check_line(procedure, check))
