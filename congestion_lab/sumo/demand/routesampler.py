"""SUMO's routeSampler: vehicles on given routes that meet counts, without travel times and without trust in a prior.

It counts a vehicle on all links of its route in the interval in which it departs, and makes no vehicle on routes that
no count sees.
"""

import itertools
import sys
import tempfile
from collections.abc import Collection, Iterator, Mapping, Sequence
from pathlib import Path
from statistics import fmean
from xml.sax.saxutils import quoteattr

import numpy as np

from congestion_lab.core.errors import DemandError, Fault
from congestion_lab.core.files import write_text
from congestion_lab.demand.counts.counts import Count
from congestion_lab.demand.estimation.realising import Realised, recreated
from congestion_lab.simulation.traffic import Demand, Roads
from congestion_lab.sumo.files.records import Record, records
from congestion_lab.sumo.installation import tool
from congestion_lab.sumo.process import run_program

Route = tuple[str, ...]
Interval = tuple[float, float]
_TIMEOUT_S = 1800.0
_MOST_CHANGE = "10"  # by how much its optimisation may change the use of a route after sampling


def resampled_vehicles(demand: Demand, roads: Roads, counts: Sequence[Count], seed: int) -> Realised:
    """Return a demand of which routeSampler draws anew all whom the counts may have seen.

    The tool makes nobody else. So vehicles stay as they are that pass no counted link, depart before the first interval
    or after the last, or call at stops.

    Raises:
        DemandError: The tool cannot use the counts.
        SumoFailedError: The tool failed.
    """
    bounds = zip(demand.route_offsets[:-1].tolist(), demand.route_offsets[1:].tolist(), strict=True)
    routes = [tuple(roads.link_ids[link] for link in demand.route_links[a:b]) for a, b in bounds]
    stopping, route = np.diff(demand.stop_offsets) > 0, demand.route.astype(np.int64)
    used = np.bincount(route[~stopping], minlength=len(routes))
    prior = {links: float(number) for links, number in zip(routes, used, strict=True) if number}
    found = sampled(prior, counts, seed)
    index = {links: number for number, links in enumerate(routes) if used[number]}
    watched = {(one.link, one.onto) for one in counts}
    passes = np.array([_passes(links, watched) for links in routes])
    begin_s, end_s = min(one.begin_s for one in counts), max(one.end_s for one in counts)
    outside = (demand.demanded_s < begin_s) | (demand.demanded_s >= end_s)
    return recreated(
        np.where(stopping, -1, route),
        demand.demanded_s,
        ~passes[route] | outside | stopping,
        np.array([index[links] for _, links in found], dtype=np.int64),
        np.array([depart_s for depart_s, _ in found], dtype=np.float64),
    )


def _passes(links: Route, watched: Collection[tuple[str, str]]) -> bool:
    turns = itertools.pairwise((*links, ""))
    return any((link, "") in watched or (link, onto) in watched for link, onto in turns)


def sampled(routes: Mapping[Route, float], counts: Sequence[Count], seed: int) -> tuple[tuple[float, Route], ...]:
    """Return departures, in seconds after midnight, with the routes that routeSampler draws for counts.

    Args:
        routes: Routes to draw from, and how many vehicles the prior has on each.
        counts: Counts of all classes together; several of one place and interval are averaged.
        seed: Seed of the draws.

    Raises:
        DemandError: Counts are by class, or their intervals overlap.
        SumoFailedError: The tool failed.
    """
    if faults := [*_unusable(counts)]:
        raise DemandError(*faults)
    with tempfile.TemporaryDirectory(prefix="routesampler-") as name:
        folder = Path(name)
        write_text(folder / "routes.xml", "\n".join(_route_lines(routes)))
        files = [*_count_files(counts, folder)]
        run_program(_command(folder, files, seed), cwd=folder, timeout_s=_TIMEOUT_S)
        found = records(folder / "sampled.rou.xml", ("vehicle",), roots=(), error=DemandError)
        return tuple((vehicle.number("depart"), _links(vehicle)) for vehicle in found)


def _links(vehicle: Record) -> Route:
    return next(tuple(child.get("edges").split()) for child in vehicle.children if child.tag == "route")


def _unusable(counts: Sequence[Count]) -> Iterator[Fault]:
    if kinds := sorted({one.kind for one in counts if one.kind}):
        rule = f"routeSampler knows no classes, and counts are of {', '.join(kinds)}"
        yield Fault(rule, "leave `class` empty, or take another `--method`", key="class")
    intervals = sorted({(one.begin_s, one.end_s) for one in counts})
    if any(first[1] > second[0] for first, second in itertools.pairwise(intervals)):
        rule = "routeSampler needs intervals that do not overlap"
        yield Fault(rule, "give counts in equal intervals, or take another `--method`", key="begin")


def _command(folder: Path, files: Sequence[tuple[str, Path]], seed: int) -> list[str | Path]:
    return [
        *(sys.executable, tool("routeSampler.py"), "--route-files", folder / "routes.xml"),
        *(part for pair in files for part in pair),
        *("--edgedata-attribute", "entered", "--turn-attribute", "count"),
        *("--weighted", "--optimize", _MOST_CHANGE, "--seed", str(seed)),
        *("--output-file", folder / "sampled.rou.xml"),
    ]


def _route_lines(routes: Mapping[Route, float]) -> Iterator[str]:
    yield "<routes>"
    for number, (links, vehicles) in enumerate(sorted(routes.items())):
        edges = quoteattr(" ".join(links))
        yield f'<route id="{number}" edges={edges} probability="{max(vehicles, 1e-6):g}"/>'
    yield "</routes>"


def _count_files(counts: Sequence[Count], folder: Path) -> Iterator[tuple[str, Path]]:
    links = {(one.link, one.onto) for one in counts}
    for option, name, turning in (("--edgedata-files", "links.xml", False), ("--turn-files", "turns.xml", True)):
        if any(bool(onto) is turning for _, onto in links):
            write_text(folder / name, "\n".join(_count_lines([one for one in counts if bool(one.onto) is turning])))
            yield option, folder / name


def _count_lines(counts: Sequence[Count]) -> Iterator[str]:
    found: dict[Interval, dict[tuple[str, str], list[float]]] = {}
    for one in counts:
        places = found.setdefault((one.begin_s, one.end_s), {})
        places.setdefault((one.link, one.onto), []).append(one.vehicles)
    yield "<data>"
    for (begin_s, end_s), places in sorted(found.items()):
        yield f'<interval id="counts" begin="{begin_s:g}" end="{end_s:g}">'
        for (link, onto), volumes in sorted(places.items()):
            number = round(fmean(volumes))
            if onto:
                yield f'<edgeRelation from={quoteattr(link)} to={quoteattr(onto)} count="{number}"/>'
            else:
                yield f'<edge id={quoteattr(link)} entered="{number}"/>'
        yield "</interval>"
    yield "</data>"
