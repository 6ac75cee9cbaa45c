"""Route choice: an equilibrium of drivers over the network, by SUMO's marouter."""

import re
import tempfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from xml.sax.saxutils import quoteattr

from defusedxml.ElementTree import iterparse

from congestion_lab.core.errors import DemandError, Fault, SumoFailedError
from congestion_lab.demand.trips.connectors import Connector, StreetFlow
from congestion_lab.demand.trips.sampling import RouteFlow
from congestion_lab.sumo.installation import binary
from congestion_lab.sumo.process import run_program

_S_PER_H = 3600
_UNREACHABLE = re.compile(r"No connection between edge '(.+?)-source' and edge '(.+?)-sink' found")
_LEAST_SHARE = 0.02  # routes that fewer than this share of a pair's drivers take are dropped: noise of the method

RouteShares = Mapping[tuple[str, str], Sequence[tuple[tuple[str, ...], float]]]


@dataclass(frozen=True, slots=True)
class Settings:
    """How the equilibrium is found.

    Attributes:
        method: marouter's method: SUE or incremental.
        iterations: Most iterations of the method.
        alternatives: Most routes per pair of streets.
        tls_penalty_s: Delay at a signal that the method does not see otherwise.
        minor_penalty_s: Delay of a movement that gives way.
        seed: Seed of the router.
    """

    method: str
    iterations: int
    alternatives: int
    tls_penalty_s: float
    minor_penalty_s: float
    seed: int


def assigned(
    net: Path,
    connectors: Iterable[Connector],
    flows: Sequence[StreetFlow],
    settings: Settings,
    *,
    peak_hour_share: float,
    pcu: Mapping[str, float],
) -> tuple[RouteFlow, ...]:
    """Return the route flows of the whole period, by the route choice of its busiest hour; see `route_shares`."""
    shares = route_shares(net, connectors, flows, settings, peak_hour_share=peak_hour_share, pcu=pcu)
    return on_routes(flows, shares)


def route_shares(
    net: Path,
    connectors: Iterable[Connector],
    flows: Sequence[StreetFlow],
    settings: Settings,
    *,
    peak_hour_share: float,
    pcu: Mapping[str, float],
) -> RouteShares:
    """Return the routes between streets with their shares, by the route choice of the busiest hour.

    Args:
        net: SUMO network.
        connectors: Streets on which trips begin and end.
        flows: Trips between them over the period.
        settings: How the equilibrium is found.
        peak_hour_share: Share of the busiest hour in the period.
        pcu: Passenger cars per vehicle by kind of flow; capacities are in passenger cars.

    Raises:
        SumoFailedError: marouter failed.
        DemandError: Pairs of streets have no route between them; every pair is named.
    """
    with tempfile.TemporaryDirectory(prefix="assignment-") as name:
        folder = Path(name)
        (folder / "streets.xml").write_text("\n".join(_street_lines(connectors)), encoding="utf-8")
        (folder / "matrix.xml").write_text("\n".join(_matrix_lines(flows, peak_hour_share, pcu)), encoding="utf-8")
        _run(_command(net, folder, settings))
        return read_route_shares(folder / "routes.xml")


def on_routes(flows: Iterable[StreetFlow], shares: RouteShares) -> tuple[RouteFlow, ...]:
    """Return trips between streets spread over their routes.

    Raises:
        DemandError: Pairs of streets have no route between them; every pair is named.
    """
    return tuple(_route_flows(flows, shares))


def read_route_shares(path: Path) -> RouteShares:
    """Return the routes with their shares by (origin, destination) from marouter's flows; shares add up to 1."""
    found: dict[tuple[str, str], tuple[tuple[tuple[str, ...], float], ...]] = {}
    for _, element in iterparse(path):
        if element.tag == "flow":
            routes = [
                (tuple(route.get("edges").split()), float(route.get("probability"))) for route in element.iter("route")
            ]
            found[element.get("fromTaz"), element.get("toTaz")] = _pruned(routes)
            element.clear()
    return found


def _run(command: Sequence[str | Path]) -> None:
    try:
        run_program(command)
    except SumoFailedError as error:
        if unreachable := dict.fromkeys(_UNREACHABLE.findall(error.log_tail)):
            hint = "look for missing connections or one-way traps in the network"
            faults = (Fault(f"no route leads from {first!r} to {last!r}", hint) for first, last in unreachable)
            raise DemandError(*faults) from error
        raise


def _pruned(
    routes: Sequence[tuple[tuple[str, ...], float]],
) -> tuple[tuple[tuple[str, ...], float], ...]:
    total = sum(weight for _, weight in routes)
    kept = [(links, weight) for links, weight in routes if links and weight >= _LEAST_SHARE * total]
    whole = sum(weight for _, weight in kept)
    return tuple(sorted((links, weight / whole) for links, weight in kept)) if whole > 0 else ()


def _route_flows(flows: Iterable[StreetFlow], shares: RouteShares) -> Iterator[RouteFlow]:
    faults = []
    for flow in flows:
        routes = shares.get((flow.origin, flow.destination), ())
        if not routes:
            rule = f"no route leads from {flow.origin!r} to {flow.destination!r}"
            faults.append(Fault(rule, "look for missing connections or one-way traps in the network"))
        for links, share in routes:
            yield RouteFlow(links, share * flow.vehicles, flow.kind)
    if faults:
        raise DemandError(*faults)


def _street_lines(connectors: Iterable[Connector]) -> Iterator[str]:
    yield "<additional>"
    for one in connectors:
        yield f"<taz id={quoteattr(one.id)}>"
        yield from (f'<tazSource id={quoteattr(link)} weight="1"/>' for link in one.origins)
        yield from (f'<tazSink id={quoteattr(link)} weight="1"/>' for link in one.destinations)
        yield "</taz>"
    yield "</additional>"


def _matrix_lines(flows: Iterable[StreetFlow], peak_hour_share: float, pcu: Mapping[str, float]) -> Iterator[str]:
    yield f'<data><interval id="car" begin="0" end="{_S_PER_H}">'
    for flow in flows:
        count = flow.vehicles * peak_hour_share * pcu[flow.kind]
        yield f'<tazRelation from={quoteattr(flow.origin)} to={quoteattr(flow.destination)} count="{count:.6f}"/>'
    yield "</interval></data>"


def _command(net: Path, folder: Path, settings: Settings) -> list[str | Path]:
    return [
        *(binary("marouter"), "--net-file", net.resolve(), "--additional-files", folder / "streets.xml"),
        *("--tazrelation-files", folder / "matrix.xml", "--output-file", folder / "routes.xml"),
        *("--begin", "0", "--end", str(_S_PER_H), "--with-taz", "--no-step-log"),
        *(
            "--capacities.default",
        ),  # capacities by speed and lanes: priorities would be read as another model's classes
        *("--assignment-method", settings.method, "--max-iterations", str(settings.iterations)),
        *("--max-alternatives", str(settings.alternatives), "--seed", str(settings.seed)),
        *("--weights.tls-penalty", f"{settings.tls_penalty_s:g}"),
        *("--weights.minor-penalty", f"{settings.minor_penalty_s:g}"),
    ]
