"""From a scenario to what its simulations share: every file vetted, the area cut out, everything named by content."""

import dataclasses
import math
from collections.abc import Collection, Iterable, Iterator
from pathlib import Path

from congestion_lab.core.errors import Fault, InputError, NetworkError, ScenarioError
from congestion_lab.network.roadmodel.manifest import MANIFEST, read_manifest
from congestion_lab.scenarios.schema import Scenario
from congestion_lab.simulation.spec import SimulationInputs
from congestion_lab.sumo.files.cleaning import cleaned
from congestion_lab.sumo.files.outline import NetOutline, net_outline, with_digest
from congestion_lab.sumo.routes.demandsurvey import Survey, survey
from congestion_lab.sumo.running.control import refuse_time_switches

_CLEARING_S = 7200.0  # given to the last vehicle where the scenario sets neither end nor limit


def prepare(scenario: Scenario, *, cache: Path) -> SimulationInputs:
    """Return what all runs of a scenario share.

    Args:
        scenario: The scenario.
        cache: Folder for cleaned copies and cut areas, named by content; made if needed.

    Raises:
        InputError: With every fault: no SUMO file, unsafe, links that do not exist, no vehicle in the period.
        EngineError: A SUMO program failed while an area was cut out.
    """
    cache = cache.resolve()
    vetted = _vetted(scenario, cache)
    outline = net_outline(vetted.net_file)
    traffic = _surveyed(vetted, outline)
    faults = [*_unknown_closures(scenario, outline), *traffic.faults(), *_no_vehicles(scenario, traffic)]
    if faults:
        raise ScenarioError(*faults)
    whole = with_digest(dataclasses.replace(vetted, limit_s=_limit_s(scenario, traffic)))
    if scenario.area is None:
        return whole
    from congestion_lab.sumo.preparing.subarea import cut  # noqa: PLC0415 -- geometry libraries are loaded when an area is cut

    return cut(whole, scenario.area, cache)


def require_signals(inputs: SimulationInputs) -> None:
    """Make sure that there is a signal whose timing can be searched.

    Raises:
        NetworkError: The network has no signals.
        ScenarioError: The scenario switches their programmes by the clock.
    """
    refuse_time_switches(inputs)
    if not net_outline(inputs.net_file).controllers:
        hint = "signals can only be searched on a network that has some: build it with signal controllers"
        raise NetworkError(Fault("the network has no signals", hint, str(inputs.net_file)))


def _vetted(scenario: Scenario, cache: Path) -> SimulationInputs:
    """Return the inputs with harmless files; the faults of all files come together."""
    faults: list[Fault] = []
    nets = _clean((scenario.network.net_file,), cache, faults)
    routes = _clean(scenario.route_files, cache, faults)
    additional = _clean(scenario.additional_files, cache, faults)
    if faults:
        raise ScenarioError(*faults)
    period = scenario.period
    return SimulationInputs(
        name=scenario.name,
        net_file=nets[0],
        route_files=routes,
        additional_files=additional,
        begin_s=period.begin - period.warm_up,
        analysis_begin_s=period.begin,
        end_s=period.end,
        limit_s=period.end or math.inf,
        scale=scenario.demand.scale,
        closed_links=scenario.closures,
        step_s=scenario.simulation.step_s,
        mesoscopic=scenario.simulation.mesoscopic,
        teleport_s=scenario.simulation.teleport_s,
        blocked_junction_s=scenario.simulation.blocked_junction_s,
        depart_jitter_s=scenario.demand.depart_jitter_s,
        notes=_notes(scenario),
    )


def _notes(scenario: Scenario) -> tuple[str, ...]:
    """Return what a network folder says that it rests on; a net of somebody else says nothing."""
    folder = scenario.network.folder
    if folder is None or not (folder / MANIFEST).is_file():
        return ()
    return read_manifest(folder / MANIFEST).assumptions


def _clean(paths: Iterable[Path], cache: Path, faults: list[Fault]) -> tuple[Path, ...]:
    harmless = []
    for path in paths:
        try:
            harmless.append(cleaned(path, cache))
        except InputError as error:
            faults += error.faults
    return tuple(harmless)


def _surveyed(inputs: SimulationInputs, outline: NetOutline) -> Survey:
    end_s = math.inf if inputs.end_s is None else inputs.end_s
    files = (*inputs.route_files, *inputs.additional_files)
    return survey(files, outline.links, inputs.analysis_begin_s, end_s)


def _unknown_closures(scenario: Scenario, outline: NetOutline) -> Iterator[Fault]:
    source = str(scenario.network.net_file)
    for link in _missing(scenario.closures, outline.links):
        yield Fault(f"the closed link {link!r} is not in the network", "check its id", source, key="closures")
    if scenario.area is not None and scenario.area.links is not None:
        for link in _missing(scenario.area.links, outline.links):
            yield Fault(f"the link {link!r} is not in the network", "check its id", source, key="area.links")


def _missing(wanted: Iterable[str], known: Collection[str]) -> list[str]:
    return [link for link in wanted if link not in known]


def _no_vehicles(scenario: Scenario, traffic: Survey) -> Iterator[Fault]:
    if traffic.vehicles == 0:
        files = ", ".join(str(path) for path in scenario.route_files)
        rule = f"no vehicle departs in the period ({files})"
        yield Fault(rule, "are the period's times those of the route files?", key="period")


def _limit_s(scenario: Scenario, traffic: Survey) -> float:
    period = scenario.period
    if period.end is not None:
        return period.end
    if period.limit is not None:
        return period.begin + period.limit
    return max(traffic.last_departure_s, period.begin) + _CLEARING_S
