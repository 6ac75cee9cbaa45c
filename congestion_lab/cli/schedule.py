"""`congestion-lab plan schedule`: check and write time-of-day schedules."""

from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import click

from congestion_lab.cli.console import Exit, remark, say, say_json
from congestion_lab.cli.options import example, file_for_results, json_option, out_option, verbosity_options

if TYPE_CHECKING:
    from congestion_lab.signals.certificate import Marking
    from congestion_lab.signals.changes import Change
    from congestion_lab.signals.schedule import Schedule


@click.group(epilog=example("plan schedule check week.yaml"))
def schedule() -> None:
    """Check and write schedules: which plans run when, by day types."""


@schedule.command(epilog=example("plan schedule check week.yaml"))
@click.argument("file", type=click.Path(path_type=Path))
@json_option
@verbosity_options
def check(file: Path, *, as_json: bool) -> int:
    """Judge every switch of the schedule FILE at every intersection; exit code 3 if one is not safe."""
    from congestion_lab.signals.changes import changes
    from congestion_lab.signals.schedule import read_schedule

    found = changes(read_schedule(file))
    unsafe = _unsafe(found)
    if as_json:
        say_json([asdict(change) for change in found])
    else:
        for change in found:
            say(_line(change))
            for one in change.transitions:
                for breach in one.breaches:
                    say(f"  {breach.severity:<8} {one.controller_id}: {breach.rule}: {breach.message}")
        say(f"{len(found)} switches judged: {unsafe} transitions are not safe")
    return Exit.BAD_INPUT if unsafe else Exit.OK


def _line(change: "Change") -> str:
    head = f"{change.day_type} {change.clock} {change.before} → {change.after}"
    if not change.transitions:
        return f"{head}: no plan changes"
    wait = max(one.wait_s for one in change.transitions)
    stretch = max(one.stretch_s for one in change.transitions)
    return (
        f"{head}: {len(change.transitions)} controllers, up to {wait:g} s later, first green up to {stretch:g} s longer"
    )


@schedule.command(epilog=example("plan schedule write week.yaml --day-type working-day -o working-day.add.xml"))
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--day-type", required=True, metavar="NAME", help="Day type of the schedule.")
@click.option("--uncertified", is_flag=True, help="Write it although plans or switches are not certified; it says so.")
@out_option("The file. Default: NAME.add.xml.")
@json_option
@verbosity_options
def write(file: Path, *, day_type: str, uncertified: bool, out: Path | None, as_json: bool) -> int:
    """Write one day of the schedule FILE as an additional file for SUMO: programmes and when to switch (WAUT)."""
    from congestion_lab.core.errors import Fault, SignalPlanError
    from congestion_lab.signals.schedule import read_schedule
    from congestion_lab.sumo.switching import write_day

    content = read_schedule(file)
    chosen = next((one for one in content.day_types if one.name == day_type), None)
    if chosen is None:
        known = ", ".join(one.name for one in content.day_types)
        raise click.UsageError(f"{file} has no day type {day_type}; it has {known}")
    target = file_for_results(out or Path(f"{day_type}.add.xml"), file)
    mark = _marked(content)
    if not mark.certified and not uncertified:
        hint = (
            "see `plan schedule check` and `plan certify`; --uncertified writes it all the same and says so in the file"
        )
        raise SignalPlanError(Fault(mark.text.removesuffix("."), hint, str(file)))
    if not mark.certified:
        remark(mark.text)
    write_day(chosen, content.procedure, target, comment=mark.text)
    if as_json:
        say_json([str(target)])
    else:
        say(str(target))
    return Exit.OK


def _marked(content: "Schedule") -> "Marking":
    """Return what the files of a schedule have to say: of its plans, and of its switches."""
    from congestion_lab.signals.certificate import Marking, marking
    from congestion_lab.signals.certifying import certify
    from congestion_lab.signals.changes import changes

    sets = {switch.plans_name: switch.plans for one in content.day_types for switch in one.switches}
    mark = marking([one for plans in sets.values() for one in certify(plans, content.intersections)])
    unsafe = _unsafe(changes(content))
    if mark.certified and unsafe:
        return Marking(certified=False, text=f"NOT CERTIFIED: {unsafe} transitions between plans are not safe.")
    return mark


def _unsafe(found: "Sequence[Change]") -> int:
    return sum(bool(one.breaches) for change in found for one in change.transitions)
