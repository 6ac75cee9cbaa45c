"""`congestion-lab plan schedule`: check, simulate and write time-of-day schedules."""

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import click

from congestion_lab.cli.console import Exit, counted, remark, say, say_json
from congestion_lab.cli.options import example, file_for_results, json_option, out_option, verbosity_options
from congestion_lab.cli.plan.schedulecost import cost
from congestion_lab.core.names import clean_name

if TYPE_CHECKING:
    from congestion_lab.signals.schedules.changes import Change
    from congestion_lab.signals.schedules.marking import JudgedPlans


@click.group(epilog=example("plan schedule check week.yaml"))
def schedule() -> None:
    """Check, simulate and write schedules of plans.

    A schedule says by day types which plans run when.
    """


schedule.add_command(cost)


@schedule.command(epilog=example("plan schedule check week.yaml"))
@click.argument("file", type=click.Path(path_type=Path))
@json_option
@verbosity_options
def check(file: Path, *, as_json: bool) -> int:
    """Certify the plans of the schedule FILE and judge its switches.

    Every switch is judged at every intersection. Exit code 3 if a controller of a plan file is not certified, or a
    switch is not safe.
    """
    from congestion_lab.signals.schedules.changes import changes
    from congestion_lab.signals.schedules.marking import judged_plans, schedule_marking, unsafe_transitions
    from congestion_lab.signals.schedules.schedule import read_schedule

    content = read_schedule(file)
    judged, found = judged_plans(content), changes(content)
    if as_json:
        say_json({"plans": [_as_json(one) for one in judged], "switches": [asdict(change) for change in found]})
    else:
        for one in judged:
            say(_certified(one))
        for change in found:
            say(_line(change))
            for each in change.transitions:
                for breach in each.breaches:
                    say(f"  {breach.severity:<8} {each.controller_id}: {breach.rule}: {breach.message}")
        say(_judged(len(found), unsafe_transitions(found)))
    return Exit.OK if schedule_marking(judged, found).certified else Exit.BAD_INPUT


def _as_json(one: "JudgedPlans") -> dict[str, object]:
    return {
        "file": str(one.file),
        "controllers": one.controllers,
        "certified": one.certified,
        "not_certified": list(one.uncertified),
    }


def _certified(one: "JudgedPlans") -> str:
    line = f"{one.file.name}: {one.certified} of {one.controllers} controllers certified"
    if not one.uncertified:
        return line
    names = ", ".join(clean_name(name) for name in one.uncertified)
    return f"{line}; not {names}. See `congestion-lab plan certify {one.file}`"


def _judged(switches: int, unsafe: int) -> str:
    verb = "is" if unsafe == 1 else "are"
    return f"{counted(switches, 'switch', 'switches')} judged: {counted(unsafe, 'transition')} {verb} not safe"


def _line(change: "Change") -> str:
    head = f"{change.day_type} {change.clock} {change.before} → {change.after}"
    if not change.transitions:
        return f"{head}: no plan changes"
    wait = max(one.wait_s for one in change.transitions)
    stretch = max(one.stretch_s for one in change.transitions)
    controllers = counted(len(change.transitions), "controller")
    return f"{head}: {controllers}, up to {wait:g} s later, first green up to {stretch:g} s longer"


@schedule.command(epilog=example("plan schedule write week.yaml --day-type working-day -o working-day.add.xml"))
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--day-type", required=True, metavar="NAME", help="Day type of the schedule.")
@click.option("--uncertified", is_flag=True, help="Write it although plans or switches are not certified; it says so.")
@out_option("The file. Default: NAME.add.xml.")
@json_option
@verbosity_options
def write(file: Path, *, day_type: str, uncertified: bool, out: Path | None, as_json: bool) -> int:
    """Write one day of the schedule FILE for SUMO.

    The additional file holds programmes and when to switch (WAUT).
    """
    from congestion_lab.cli.plan.scheduleparts import day_type_named
    from congestion_lab.core.errors import Fault, SignalPlanError
    from congestion_lab.signals.schedules.changes import changes
    from congestion_lab.signals.schedules.marking import judged_plans, schedule_marking, shortcomings
    from congestion_lab.signals.schedules.schedule import read_schedule
    from congestion_lab.sumo.controllers.switching import write_day

    content = read_schedule(file)
    chosen = day_type_named(content, file, day_type)
    target = file_for_results(out or Path(f"{day_type}.add.xml"), file, *content.plan_files.values())
    judged, found = judged_plans(content), changes(content)
    mark = schedule_marking(judged, found)
    if not mark.certified and not uncertified:
        hint = (
            "see `plan schedule check` and `plan certify`; --uncertified writes it all the same and says so in the file"
        )
        raise SignalPlanError(*(Fault(f"NOT CERTIFIED: {why}", hint, str(file)) for why in shortcomings(judged, found)))
    if not mark.certified:
        remark(mark.text)
    write_day(chosen, content.procedure, target, comment=mark.text)
    if as_json:
        say_json([str(target)])
    else:
        say(str(target))
    return Exit.OK
