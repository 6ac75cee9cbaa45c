"""`congestion-lab demand cameras`: where counts tell most about who travels where."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from congestion_lab.cli.console import Exit, progress, remark, say, say_json
from congestion_lab.cli.languages import language_options
from congestion_lab.cli.options import (
    FiniteRange,
    example,
    file_for_results,
    json_option,
    out_option,
    verbosity_options,
)
from congestion_lab.cli.periods import period_option

if TYPE_CHECKING:
    from congestion_lab.cli.demand.cameratables import Placement
    from congestion_lab.demand.cameras.sites import Survey
    from congestion_lab.network.model import Network
    from congestion_lab.scenarios.schema import Scenario


@click.command(epilog=example("demand cameras scenarios/damascus-am-peak.yaml --budget 8 --at signal -o cameras.svg"))
@click.argument("scenario_file", metavar="SCENARIO", type=click.Path(path_type=Path))
@period_option
@click.option("--budget", type=click.IntRange(1, 200), required=True, help="Largest number of new cameras.")
@click.option(
    "--at",
    type=click.Choice(["link", "junction", "signal"]),
    default="junction",
    show_default=True,
    help="What a camera watches: one link, or all approaches of a junction or of a signal controller.",
)
@click.option("--existing", multiple=True, metavar="ID", help="Site with a camera already; may be given several times.")
@click.option(
    "--flow-weight",
    type=FiniteRange(0),
    default=1.0,
    show_default=True,
    help="Weight of the share of vehicles that pass a camera.",
)
@click.option(
    "--pair-weight",
    type=FiniteRange(0),
    default=1.0,
    show_default=True,
    help="Weight of the share of origin-destination pairs of which a vehicle passes a camera.",
)
@click.option(
    "--time-limit-s",
    type=FiniteRange(min=0.1),
    default=20.0,
    show_default=True,
    help="For each number of cameras; what may be better than the choice found then is said.",
)
@out_option("Map to write (SVG). Default: no map.")
@language_options
@json_option
@verbosity_options
def cameras(
    scenario_file: Path,
    *,
    period: str | None,
    budget: int,
    at: str,
    existing: tuple[str, ...],
    flow_weight: float,
    pair_weight: float,
    time_limit_s: float,
    out: Path | None,
    as_json: bool,
) -> int:
    """Choose where cameras tell most about the traffic of SCENARIO.

    Best are the sites that see most vehicles and most origin-destination pairs.

    For each number of cameras up to the budget, the best sites are the solution of an integer program; the table says
    what each further camera adds, and how much better a choice might be where time did not suffice to prove it best.
    """
    from congestion_lab.cli.demand.cameratables import Placement, camera_lines, cameras_as_json, curve_table
    from congestion_lab.cli.periods import chosen_scenario
    from congestion_lab.demand.cameras.cameraprogram import choices
    from congestion_lab.demand.cameras.sites import Weights

    if flow_weight + pair_weight == 0:
        raise click.UsageError("--flow-weight and --pair-weight are both 0, so no site is better than another")
    target = None if out is None else file_for_results(out, scenario_file)
    scenario = chosen_scenario(scenario_file, period)
    network, survey = _survey(scenario, at)
    standing = _indices(survey, existing, scenario_file)
    weights = Weights(flow_weight, pair_weight)
    with progress() as bars:
        task = bars.add_task("choosing sites", total=budget)
        found = choices(
            survey,
            budget,
            existing=standing,
            weights=weights,
            time_limit_s=time_limit_s,
            on_step=lambda _choice: bars.advance(task),
        )
    if len(found) < budget:
        remark(f"{len(found)} new cameras see all that any number of them would")
    placement = Placement(survey, found, standing, weights)
    if target is not None:
        _draw(target, network, placement, f"{scenario.name}: {len(placement.added)} new cameras")
    if as_json:
        say_json({"map": None if target is None else str(target), **cameras_as_json(placement)})
        return Exit.OK
    say(
        f"{survey.vehicles:.0f} vehicles, {len(survey.pairs)} origin-destination pairs, {len(survey.sites)} possible "
        f"sites, {len(standing)} existing cameras"
    )
    say(curve_table(placement))
    for line in camera_lines(placement):
        say(line)
    if target is not None:
        say(f"map: {target}")
    return Exit.OK


def _survey(scenario: "Scenario", at: str) -> "tuple[Network, Survey]":
    from congestion_lab.cli.running import CACHE, prepared
    from congestion_lab.experiments.zoning import zoning_of
    from congestion_lab.sumo.demand.camerasurvey import camera_survey
    from congestion_lab.sumo.nets.netfile import read_network
    from congestion_lab.sumo.traffic.reading import read_traffic

    inputs = prepared(scenario)
    with progress() as bars:
        bars.add_task(f"reading the routes of {scenario.name}", total=None)
        network = read_network(inputs.net_file)
        zoning = zoning_of(scenario)
        if zoning.why_none:
            remark(f"{zoning.why_none}: pairs are the first and last links of routes")
        traffic = read_traffic(inputs, cache=CACHE)
        for note in traffic.notes:
            remark(note)
        return network, camera_survey(network, traffic, inputs, zoning.of_link, at)


def _indices(survey: "Survey", existing: tuple[str, ...], source: Path) -> tuple[int, ...]:
    import difflib

    from congestion_lab.core.errors import DemandError, Fault

    places = {site.id: index for index, site in enumerate(survey.sites)}
    unknown = [name for name in existing if name not in places]
    close = {name: difflib.get_close_matches(name, places, n=1) for name in unknown}
    faults = [
        Fault(
            f"there is no site {name!r}",
            f"did you mean {close[name][0]!r}?" if close[name] else "choose what a camera watches by `--at`",
            str(source),
            key="--existing",
        )
        for name in unknown
    ]
    if faults:
        raise DemandError(*faults)
    return tuple(dict.fromkeys(places[name] for name in existing))


def _draw(target: Path, network: "Network", placement: "Placement", title: str) -> None:
    from congestion_lab.core.files import write_text
    from congestion_lab.demand.cameras.sites import vehicles_by_link
    from congestion_lab.reporting.maps.cameramap import Camera, camera_svg

    survey = placement.survey
    links = {site.id: site.links for site in survey.sites}
    old = [Camera(survey.sites[index].id, survey.sites[index].links, "", exists=True) for index in placement.existing]
    new = [
        Camera(name, links[name], f"+{100 * flow:.1f} % of vehicles, +{100 * pairs:.1f} % of pairs")
        for name, flow, pairs in placement.added
    ]
    write_text(target, camera_svg(network, [*old, *new], vehicles_by_link(survey), title=title))
