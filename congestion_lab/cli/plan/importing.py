"""`congestion-lab plan import` and `plan template`: present plans from the tables and files of others."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import click

from congestion_lab.cli.console import Exit, progress, remark, say, say_json
from congestion_lab.cli.options import example, file_for_results, json_option, out_option, verbosity_options

if TYPE_CHECKING:
    from congestion_lab.signals.safety.rules import Breach
    from congestion_lab.sumo.controllers.planmatching import PlanImport
    from congestion_lab.sumo.controllers.plansite import PlanSite

_scenario_option = click.option("--scenario", type=click.Path(path_type=Path), help="Scenario whose signals are meant.")
_network_option = click.option(
    "--network", type=click.Path(path_type=Path), metavar="FOLDER|NET", help="Network, where there is no scenario yet."
)
_XML = (".xml", ".xml.gz")
_SCENARIO = "scenarios/damascus-centre-am-peak.yaml"


@click.command("import", epilog=example(f"plan import present.xlsx --scenario {_SCENARIO} -o present.json"))
@click.argument("source", type=click.Path(path_type=Path))
@_scenario_option
@_network_option
@out_option("Plan file to write. Default: named after SOURCE.")
@click.option("--plan", "wanted", default="", metavar="NAME", help="Which plan of SOURCE, where it holds several.")
@click.option("--sheet", default="", help="Sheet of a workbook. Default: the first.")
@click.option("--match", "matches", multiple=True, metavar="THEIRS=OURS", help="Controllers that are the same.")
@json_option
@verbosity_options
def import_plans(
    source: Path,
    *,
    scenario: Path | None,
    network: Path | None,
    out: Path | None,
    wanted: str,
    sheet: str,
    matches: Sequence[str],
    as_json: bool,
) -> int:
    """Make a plan file of the present plans in SOURCE.

    That is a table (CSV or XLSX, see `plan template`), a UTDF file of Synchro, a folder of GMNS tables, or SUMO's
    programmes (.xml). Controllers that SOURCE does not hold keep the plan that they have.

    Every breach of the safety rules is told and left as it is: these are the plans that run.
    """
    from congestion_lab.cli.plan.certificates import marking_line
    from congestion_lab.signals.planfile import PlanFile, write_plan_file
    from congestion_lab.signals.safety.rules import check

    pairs = _pairs(matches)
    target = file_for_results(
        out or Path(f"{source.stem.partition('.')[0]}-plans.json"), *_files(source), scenario, network
    )
    site = _site(scenario, network)
    with progress() as bars:
        bars.add_task(f"reading {source.name}", total=None)
        kind, made = _imported(source, site, pairs, wanted, sheet)
        breaches = check(made.plans, site.intersections)
    provenance = {"source": source.name, "kind": kind, "matches": [asdict(one) for one in made.matches]}
    content = PlanFile(site.name, site.network.digest, site.intersections, made.plans, provenance)
    write_plan_file(target, content)
    if as_json:
        say_json({"plans": str(target), "kind": kind, **_told(made), "breaches": [asdict(one) for one in breaches]})
    else:
        _say(made, breaches)
        say(marking_line(content, target))
        say(str(target))
    return Exit.OK


@click.command(epilog=example(f"plan template --scenario {_SCENARIO} -o present.xlsx"))
@_scenario_option
@_network_option
@out_option("Table to write, .xlsx or .csv. Default: present-plans.xlsx.", default=Path("present-plans.xlsx"))
@json_option
@verbosity_options
def template(*, scenario: Path | None, network: Path | None, out: Path, as_json: bool) -> int:
    """Write the table that `plan import` reads.

    It is filled with the signals of a scenario and the plans they have now. Correct it by what runs in the street, and
    import it.
    """
    from congestion_lab.exporting.plantable import write_plan_table

    if out.suffix.lower() not in {".csv", ".xlsx"}:
        raise click.UsageError(f"-o {out}: the table is .csv or .xlsx")
    file_for_results(out)
    site = _site(scenario, network)
    inexact = write_plan_table(out, site.present, site.intersections)
    if as_json:
        say_json({"table": str(out), "controllers": len(site.present), "inexact": list(inexact)})
        return Exit.OK
    say(f"{out}: {len(site.present)} controllers")
    if inexact:
        say(f"plans that the table cannot hold exactly: {', '.join(inexact)}")
    return Exit.OK


def _files(source: Path) -> Sequence[Path]:
    return tuple(source.iterdir()) if source.is_dir() else (source,)


def _pairs(matches: Sequence[str]) -> Mapping[str, str]:
    pairs = {}
    for match in matches:
        theirs, sign, ours = match.partition("=")
        if not (theirs and sign and ours):
            raise click.UsageError(f"--match {match}: write THEIRS=OURS")
        pairs[theirs] = ours
    return pairs


def _site(scenario: Path | None, network: Path | None) -> "PlanSite":
    from congestion_lab.cli.running import prepared, scenario_signals
    from congestion_lab.scenarios.schema import load_scenario
    from congestion_lab.sumo.controllers.plansite import PlanSite, site_of_network

    if (scenario is None) == (network is None):
        raise click.UsageError("name --scenario or --network, one of the two")
    if scenario is None:
        return site_of_network(network or Path())
    loaded = load_scenario(scenario)
    inputs = prepared(loaded)
    signals = scenario_signals(loaded, inputs)
    return PlanSite(loaded.name, inputs.net_file, signals.network, signals.intersections, signals.present)


def _imported(
    source: Path, site: "PlanSite", pairs: Mapping[str, str], wanted: str, sheet: str
) -> "tuple[str, PlanImport]":
    from congestion_lab.signals.present.plansources import read_plan_source
    from congestion_lab.sumo.controllers.planmatching import place_plans
    from congestion_lab.sumo.controllers.plansite import place_programmes

    if source.name.lower().endswith(_XML):
        if pairs or wanted or sheet:
            raise click.UsageError("SUMO's programmes go by the ids of the net: leave out --match, --plan and --sheet")
        return "sumo", place_programmes(source, site)
    kind, read = read_plan_source(source, plan=wanted, sheet=sheet)
    return kind, place_plans(read, site.network, site.intersections, site.present, pairs=pairs, origin=str(source))


def _told(made: "PlanImport") -> dict[str, object]:
    return {
        "matches": [asdict(one) for one in made.matches],
        "unused": dict(made.unused),
        "kept": list(made.kept),
        "notes": list(made.notes),
    }


def _say(made: "PlanImport", breaches: Sequence["Breach"]) -> None:
    for one in made.matches:
        say(f"{one.theirs} -> {one.ours} ({one.how})")
        for note in one.notes:
            say(f"  {note}")
    for theirs, why in made.unused:
        say(f"not used: {theirs}: {why}")
    for note in made.notes:
        say(note)
    if made.kept:
        say(f"not in the source, present plan kept: {', '.join(made.kept)}")
    for breach in breaches:
        say(f"{breach.severity:<8} {breach.controller_id}: {breach.rule}: {breach.message}")
    errors = sum(breach.severity == "error" for breach in breaches)
    say(
        f"{len(made.matches)} plans taken over, {len(made.unused)} not used, {len(made.kept)} kept; "
        f"{errors} errors, {len(breaches) - errors} warnings by the safety rules"
    )
    if errors:
        remark("the plans run like that in the street; `plan check --repair` mends what can be mended")
