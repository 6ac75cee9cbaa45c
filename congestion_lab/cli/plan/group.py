"""`congestion-lab plan`: import, check, certify, show and export signal plans."""

from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import click

from congestion_lab.cli.console import Exit, progress, remark, say, say_json
from congestion_lab.cli.languages import lang_option
from congestion_lab.cli.options import (
    example,
    file_for_results,
    folder_for_results,
    json_option,
    out_option,
    variant_option,
    verbosity_options,
)
from congestion_lab.cli.periods import period_option
from congestion_lab.cli.plan.importing import import_plans, template
from congestion_lab.cli.plan.judging import analyze, certify, corridors
from congestion_lab.cli.plan.schedule import schedule
from congestion_lab.cli.plan.scheduleexport import export_schedule

if TYPE_CHECKING:
    from congestion_lab.network.model import Network
    from congestion_lab.signals.planfile import PlanFile
    from congestion_lab.signals.safety.rules import Breach

_EXAMPLE = "runs/damascus-centre-signals/best-plan.json"

_EXPORT_HELP = """Write the plans of FILE in the formats of the field.

\b
sumo    programmes that bare SUMO loads beside the network
csv     timings and intergreens as tables
xlsx    timing sheets, one per intersection, with live sums
vissig  fixed-time programmes with stages and intergreens (.sig)
utdf    Synchro's combined CSV, UTDFVERSION 8
gmns    signal tables of GMNS 0.96 with nodes, links and movements
ntcip   parameters of NTCIP 1202 controllers with object identifiers

What a format cannot hold is told; a plan that it would change dangerously is refused. See docs/export-formats.md.
Plans that are not certified are refused too (exit code 3), unless --uncertified marks every file.
"""


@click.group(epilog=example(f"plan check {_EXAMPLE}"))
def plan() -> None:
    """Import, check, certify, show and export signal plans."""


for _command in (import_plans, template, certify, analyze, corridors, schedule):
    plan.add_command(_command)
schedule.add_command(export_schedule)


@plan.command(epilog=example(f"plan check {_EXAMPLE} --repair -o repaired.json"))
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--repair", is_flag=True, help="Write a plan file with the breaches mended where they can be.")
@out_option("Where --repair writes. Default: beside FILE, with `-repaired` in its name.")
@json_option
@verbosity_options
def check(file: Path, *, repair: bool, out: Path | None, as_json: bool) -> int:
    """Name every breach of the safety rules in FILE.

    Exit code 3 if there is an error.
    """
    from congestion_lab.cli.plan.certificates import marking_line
    from congestion_lab.signals.planfile import read_plan_file
    from congestion_lab.signals.safety.rules import check as breaches_of

    if out is not None and not repair:
        raise click.UsageError("-o says where --repair writes; without --repair nothing is written")
    content = read_plan_file(file)
    if repair:
        target = file_for_results(out or file.with_name(f"{file.stem}-repaired.json"), file)
        content = _repaired(content, file, target)
    breaches = breaches_of(content.plans, content.intersections)
    errors = sum(breach.severity == "error" for breach in breaches)
    if as_json:
        say_json({"controllers": len(content.plans), "errors": errors, "breaches": [asdict(one) for one in breaches]})
    else:
        _say_breaches(content, breaches, errors)
        say(marking_line(content, target if repair else file))
    return Exit.BAD_INPUT if errors else Exit.OK


def _say_breaches(content: "PlanFile", breaches: Sequence["Breach"], errors: int) -> None:
    for breach in breaches:
        say(f"{breach.severity:<8} {breach.controller_id}: {breach.rule}: {breach.message}")
    others = len(breaches) - errors
    say(f"{len(content.plans)} controllers checked: {errors} errors, {others} warnings")


def _repaired(content: "PlanFile", file: Path, target: Path) -> "PlanFile":
    from dataclasses import replace

    from congestion_lab.core.errors import Fault, SignalPlanError
    from congestion_lab.optimization.study.proof import CONFIRMATION
    from congestion_lab.signals.plan import PlanSet
    from congestion_lab.signals.planfile import write_plan_file
    from congestion_lab.signals.safety.repair import repaired

    sites = {site.controller_id: site for site in content.intersections}
    homeless = [one.controller_id for one in content.plans if one.controller_id not in sites]
    if homeless:
        rule = f"the plans of {', '.join(homeless)} have no intersection, so nothing says what is safe there"
        raise SignalPlanError(Fault(rule, "write the plan file anew", str(file), key="intersections"))
    plans = PlanSet(tuple(repaired(one, sites[one.controller_id]) for one in content.plans))
    proven = {} if plans == content.plans else {CONFIRMATION}  # of other plans than these
    kept = {name: value for name, value in content.provenance.items() if name not in proven}
    mended = replace(content, plans=plans, provenance=kept)
    write_plan_file(target, mended)
    changed = sum(now != was for now, was in zip(plans, content.plans, strict=True))
    remark(f"repaired plan: {target}; plans changed: {changed} of {len(plans)}")
    return mended


@plan.command(epilog=example(f"plan show {_EXAMPLE} --controller baramkeh"))
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--controller", "controllers", multiple=True, metavar="ID", help="Only this controller; may be repeated.")
@json_option
@verbosity_options
def show(file: Path, *, controllers: Sequence[str], as_json: bool) -> int:
    """Draw the plans in FILE along the cycle.

    Each controller is shown with its rings, groups and phases, cycle and offset.
    """
    from congestion_lab.cli.plan.plans import plan_lines, plans_as_json
    from congestion_lab.cli.plan.rings import LEGEND, phases_table, plan_picture, ring_remarks
    from congestion_lab.cli.plan.runs import known_only
    from congestion_lab.optimization.study.proof import proof_line
    from congestion_lab.signals.planfile import read_plan_file

    content = read_plan_file(file)
    known_only(content, file, controllers)
    chosen = [one for one in content.plans if not controllers or one.controller_id in controllers]
    if as_json:
        say_json(plans_as_json(chosen))
        return Exit.OK
    sites = {site.controller_id: site for site in content.intersections}
    for one in chosen:
        site = sites.get(one.controller_id)
        for line in plan_lines(one, "" if site is None else site.name):
            say(line)
        say(plan_picture(one, site))
        for line in ring_remarks(one, site):
            say(line)
        say(phases_table(one, site) or "")
    say(LEGEND)
    if proof := proof_line(content.provenance):
        say(proof)
    return Exit.OK


@plan.command(help=_EXPORT_HELP, epilog=example(f"plan export {_EXAMPLE} --format sumo --format xlsx -o plans/"))
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--format", "formats", multiple=True, required=True, metavar="FORMAT", help="May be repeated.")
@click.option(
    "--network",
    "network_path",
    metavar="FOLDER|NET",
    type=click.Path(path_type=Path),
    help="The network that the plans were made for; utdf and gmns tell where its roads run.",
)
@variant_option
@click.option(
    "--scenario",
    "scenario_file",
    type=click.Path(path_type=Path),
    help="The scenario that the plans were made for, instead of its network: needed where it cuts an area.",
)
@period_option
@lang_option(help="Language of the timing sheets (xlsx): English, or Arabic from right to left.")
@click.option("--uncertified", is_flag=True, help="Export plans that are not certified too; every file says so.")
@out_option("Folder the files are written to. Default: plans.", default=Path("plans"), show_default=False)
@json_option
@verbosity_options
def export(
    file: Path,
    *,
    formats: Sequence[str],
    network_path: Path | None,
    variant: str | None,
    scenario_file: Path | None,
    period: str | None,
    lang: str,
    uncertified: bool,
    out: Path,
    as_json: bool,
) -> int:
    """Write the plans of FILE in the formats of the field; exit code 3 if they are not certified."""
    from congestion_lab.cli.plan.certificates import released
    from congestion_lab.core.files import files_written_together
    from congestion_lab.exporting.formats import FORMATS
    from congestion_lab.exporting.formats import export as exported
    from congestion_lab.exporting.wording import Language
    from congestion_lab.optimization.study.proof import proof_line
    from congestion_lab.reporting.borrowed import retold
    from congestion_lab.reporting.translation import _, direction, here, speaking
    from congestion_lab.signals.planfile import read_plan_file

    unknown = sorted(set(formats) - FORMATS.keys())
    if unknown:
        raise click.UsageError(f"no export format: {', '.join(unknown)}; choose from {', '.join(FORMATS)}")
    if variant is not None and network_path is None:
        raise click.UsageError("--variant chooses a variant of --network, which is not given")
    if period is not None and scenario_file is None:
        raise click.UsageError("--period chooses a time of day of --scenario, which is not given")
    if scenario_file is not None and network_path is not None:
        raise click.UsageError("name --scenario or --network, one of the two")
    folder_for_results(out)
    content = read_plan_file(file)
    mark = released(content, file, uncertified=uncertified)
    proof = proof_line(content.provenance)
    for line in (*([] if mark.certified else [mark.text]), *([proof] if proof else [])):
        remark(line)
    network = _roads(network_path, variant) if scenario_file is None else _scenario_roads(scenario_file, period)
    with progress() as bars, speaking(lang), files_written_together(out) as staged:
        bars.add_task(f"exporting {file}", total=None)
        language = Language(_, right_to_left=direction() == "rtl", here=here, retell=retold)
        written = [
            exported(content, one, staged, network=network, marking=mark.text, language=language, source=str(file))
            for one in dict.fromkeys(formats)
        ]
    for note in (note for one in written for note in one.remarks):
        remark(note)
    files = [str(out / path.relative_to(staged)) for one in written for path in one.files]
    if as_json:
        say_json(files)
    else:
        for path in files:
            say(path)
    return Exit.OK


def _roads(path: Path | None, variant: str | None) -> "Network | None":
    from congestion_lab.sumo.building.networkbuild import net_of
    from congestion_lab.sumo.nets.netfile import read_network

    return None if path is None else read_network(net_of(path, variant))


def _scenario_roads(path: Path, period: str | None) -> "Network":
    """Return the roads that a scenario simulates: those of its area, if it has one."""
    from congestion_lab.cli.periods import chosen_scenario
    from congestion_lab.cli.running import prepared
    from congestion_lab.sumo.nets.netfile import read_network

    return read_network(prepared(chosen_scenario(path, period)).net_file)
