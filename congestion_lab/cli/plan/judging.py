"""`congestion-lab plan certify`, `analyze` and `corridors`: what plans are worth, by rules, formulas and runs."""

from collections.abc import Sequence
from pathlib import Path

import click

from congestion_lab.cli.console import Exit, remark, say, say_json, width
from congestion_lab.cli.options import (
    FiniteRange,
    example,
    file_for_results,
    json_option,
    out_option,
    verbosity_options,
)

_EXAMPLE = "runs/damascus-centre-signals/best-plan.json"


@click.command(epilog=example(f"plan certify {_EXAMPLE} -o certificate.json"))
@click.argument("file", type=click.Path(path_type=Path))
@click.option(
    "--controller", "controllers", multiple=True, metavar="ID", help="Only this one, rule by rule; repeatable."
)
@out_option("Also write the certificates to this file, as JSON.")
@json_option
@verbosity_options
def certify(file: Path, *, controllers: Sequence[str], out: Path | None, as_json: bool) -> int:
    """Hold every plan in FILE against every rule.

    Exit code 3 if a rule is breached or cannot be judged. With --controller the table of rules and the intergreens of
    that controller are printed too.
    """
    from congestion_lab.cli.plan.certificates import certificate_lines, intergreen_table, rules_table
    from congestion_lab.cli.plan.runs import known_only
    from congestion_lab.signals.certification.certificate import marking
    from congestion_lab.signals.certification.certificatefile import certificates_as_json, write_certificates
    from congestion_lab.signals.certification.certifying import certify as certificates_of
    from congestion_lab.signals.planfile import read_plan_file

    target = None if out is None else file_for_results(out, file)
    content = read_plan_file(file)
    known_only(content, file, controllers)
    every = certificates_of(content.plans, content.intersections)
    chosen = [one for one in every if not controllers or one.controller_id in controllers]
    if target is not None:
        write_certificates(target, chosen)
        remark(f"certificates: {target}")
    if as_json:
        say_json(certificates_as_json(chosen))
    else:
        for one in chosen:
            for line in certificate_lines(one):
                say(line)
            if controllers and one.program_id:
                say(rules_table(one))
                say(intergreen_table(one))
        say(marking(chosen).text)
    return Exit.OK if marking(chosen).certified else Exit.BAD_INPUT


@click.command(epilog=example(f"plan analyze {_EXAMPLE} --runs runs/damascus-centre-signals/best"))
@click.argument("file", type=click.Path(path_type=Path))
@click.option(
    "--runs", type=click.Path(path_type=Path), required=True, help="Run set: its flows, and what it measured."
)
@click.option("--controller", "controllers", multiple=True, metavar="ID", help="Only this controller; may be repeated.")
@click.option(
    "--hours",
    type=FiniteRange(min=0.0, min_open=True, max=24.0),
    default=0.25,
    show_default=True,
    help="Analysis period T of the HCM.",
)
@json_option
@verbosity_options
def analyze(file: Path, *, runs: Path, controllers: Sequence[str], hours: float, as_json: bool) -> int:
    """Print the capacity analysis (HCM) of FILE beside what RUNS saw.

    It gives v/c, delay, level of service and queues of each movement. Where RUNS ran FILE, arrivals on green are
    theirs; elsewhere they come at a constant rate. Movements are named of which formulas and simulation tell different
    stories.
    """
    from congestion_lab.cli.plan.analysis import analysis_as_json, analysis_heading, analysis_lines, disagreement_lines
    from congestion_lab.cli.plan.runs import judged_by, known_only, site_of
    from congestion_lab.metrics.analysing import Conditions, analysed
    from congestion_lab.metrics.disagreement import disagreements
    from congestion_lab.signals.planfile import read_plan_file

    content = read_plan_file(file)
    known_only(content, file, controllers)
    judged = judged_by(content, file, runs)
    for text in judged.remarks:
        remark(text)
    measured, found = judged.measured, []
    for plan in content.plans:
        if not controllers or plan.controller_id in controllers:
            site, arrivals = site_of(content, plan, file), judged.arrivals.get(plan.controller_id, {})
            one = analysed(plan, site, measured.flows, Conditions(hours, arrivals_on_green=arrivals))
            found.append((one, disagreements(one, measured, plan, site)))
    if as_json:
        say_json([analysis_as_json(one, measured, apart) for one, apart in found])
        return Exit.OK
    for one, apart in found:
        say(analysis_heading(one))
        for line in (*analysis_lines(one, measured, width()), "", *disagreement_lines(one, apart), ""):
            say(line)
    return Exit.OK


@click.command(epilog=example(f"plan corridors {_EXAMPLE} --runs runs/damascus-centre-signals/best"))
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--network", type=click.Path(path_type=Path), help="Network of FILE, where no runs are named.")
@click.option("--runs", type=click.Path(path_type=Path), help="Run set: also say who arrives on green.")
@click.option("--through", metavar="ID,ID...", help="The way past these controllers, in this order.")
@click.option("--speed", "speed_kmh", type=FiniteRange(min=1.0, max=150.0), help="km/h. Default: speed limits.")
@click.option("--most", type=click.IntRange(min=1), default=12, show_default=True, help="Ways to look for.")
@json_option
@verbosity_options
def corridors(
    file: Path,
    *,
    network: Path | None,
    runs: Path | None,
    through: str | None,
    speed_kmh: float | None,
    most: int,
    as_json: bool,
) -> int:
    """Print the green waves of FILE along its streets.

    They have bandwidth, efficiency, attainability and arrivals on green. Streets are found by name and going straight
    on past three signals or more. Bandwidths are exact for the plans and the speed; arrivals are those of simulated
    vehicles.
    """
    from congestion_lab.cli.plan.corridors import reasons, street_as_json, streets_table
    from congestion_lab.cli.plan.runs import roads_and_runs
    from congestion_lab.metrics.corridors import corridors as found_corridors
    from congestion_lab.metrics.greenwaves import arrivals_by_signal, streets
    from congestion_lab.metrics.waythrough import corridor_through
    from congestion_lab.signals.planfile import read_plan_file

    content = read_plan_file(file)
    roads, results, remarks = roads_and_runs(content, file, network, runs)
    for text in remarks:
        remark(text)
    named = through.split(",") if through else []
    ways = [corridor_through(roads, named)] if named else found_corridors(roads, most=most)
    found = streets(ways, content.plans, speed_mps=None if speed_kmh is None else speed_kmh / 3.6)
    judged = [
        (street, [arrivals_by_signal(wave, content.plans, results) if results else () for wave in street.waves])
        for street in found
    ]
    if as_json:
        say_json([street_as_json(*each) for each in judged])
    elif judged:
        say(streets_table(judged))
        for line in reasons(found):
            say(line)
    else:
        say("no street leads straight past three signals or more; name one with --through")
    return Exit.OK
