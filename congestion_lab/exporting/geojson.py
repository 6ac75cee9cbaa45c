"""A network with what its runs say, as GeoJSON (RFC 7946) for geographic information systems.

Positions are longitude and latitude (WGS 84) with seven decimals, a centimetre. Links are lines in the direction of
travel, intersections are points. What was not measured is null. Whether the plans are certified stands in a foreign
member of the collection, and at each intersection, because information systems leave out the first.
"""

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from congestion_lab.core.errors import ExperimentError, Fault, NetworkError
from congestion_lab.core.files import write_json
from congestion_lab.core.geometry import Point
from congestion_lab.core.names import clean_name
from congestion_lab.experiments.pooling import plans_of, pooled_links, pooled_movements
from congestion_lab.experiments.runset import RunSet
from congestion_lab.metrics.service import intersection_service, level_of_service
from congestion_lab.network.geography import controller_places, earth_position
from congestion_lab.network.model import Link, Network
from congestion_lab.signals.certification.certificate import marking
from congestion_lab.signals.certification.certifying import certify
from congestion_lab.signals.cycle import within_cycle_s
from congestion_lab.signals.intersection import Intersection
from congestion_lab.signals.phases import phases
from congestion_lab.signals.plan import SignalPlan
from congestion_lab.signals.retiming import at_its_longest, is_timed_by_traffic
from congestion_lab.simulation.spec import Controller
from congestion_lab.sumo.nets.netfile import read_intersections, read_network

_DIGITS = 7
_KMH = 3.6
Properties = dict[str, Any]


@dataclass(frozen=True, slots=True)
class _Results:
    """What the runs of a set say.

    Attributes:
        links: By link id (`pooled_links`).
        approaches: By inbound link: vehicles, delay_s, signalised.
        intersections: By controller: vehicles, delay_s, los.
    """

    links: pd.DataFrame
    approaches: pd.DataFrame
    intersections: pd.DataFrame


def write_geojson(runs: RunSet, target: Path) -> None:
    """Write the network of a run set with means over its finished runs, and the plans that ran.

    Raises:
        NetworkError: The network cannot be read, or does not lie on earth.
        SignalPlanError: The plans cannot be read.
        ExperimentError: No run was finished.
    """
    if not runs.results:
        raise ExperimentError(f"no run of {runs.label!r} was finished, so there are no results to write")
    network = read_network(runs.net_file)
    sites = {site.controller_id: site for site in read_intersections(runs.net_file)}
    on_earth = earth_position(network)
    if on_earth is None:
        rule = "the network has no geographic projection, and GeoJSON holds longitudes and latitudes alone"
        raise NetworkError(Fault(rule, "use a network that was imported from a map", str(runs.net_file)))
    results = _results(runs, network)
    mark, signals = _signals(runs, sites)
    features = [
        *_links(network, results, on_earth),
        *_intersections(network, results, on_earth, sites=sites, signals=signals),
    ]
    about = {
        "scenario": clean_name(runs.inputs.name),
        "label": clean_name(runs.label),
        "seeds": sorted(runs.by_seed),
        "controller": runs.controller.value,
        "marking": mark,
    }
    write_json(target, {"type": "FeatureCollection", **about, "features": features})


def _results(runs: RunSet, network: Network) -> _Results:
    movements = pooled_movements(runs, network)
    weighted = movements.assign(
        total_s=movements["vehicles"] * movements["delay_s"], signalised=movements["controller_id"] != ""
    )
    grouped = weighted.groupby("from_link").agg({"vehicles": "sum", "total_s": "sum", "signalised": "any"})
    approaches = grouped.assign(delay_s=grouped["total_s"] / grouped["vehicles"].where(grouped["vehicles"] > 0))
    service = intersection_service(movements[["from_link", "to_link", "vehicles", "delay_s"]], network)
    return _Results(pooled_links(runs, network), approaches, service.set_index("controller_id"))


def _links(network: Network, results: _Results, on_earth: Callable[[Point], Point]) -> Iterator[Properties]:
    measured: Mapping[Any, Any] = results.links.to_dict("index")
    approaches: Mapping[Any, Any] = results.approaches.to_dict("index")
    for link in network.links.values():
        figures = _link_figures(measured.get(link.id, {}), approaches.get(link.id, {}))
        places = [_rounded(on_earth(point)) for point in link.shape]
        yield _feature("link", link.id, {"type": "LineString", "coordinates": places}, _road(link) | figures)


def _road(link: Link) -> Properties:
    return {
        "name_en": clean_name(link.name_en),
        "name_ar": clean_name(link.name_ar),
        "from_node": link.from_node,
        "to_node": link.to_node,
        "road_class": link.kind,
        "lanes": len(link.lanes),
        "speed_limit_kmh": round(_KMH * link.speed_mps, 1),
        "length_m": round(link.length_m, 1),
    }


def _link_figures(link: Mapping[str, float], approach: Mapping[str, float]) -> Properties:
    """Return figures of a link, and of its movements at the next junction: their delay is what HCM grades."""
    delay = approach.get("delay_s", math.nan)
    return {
        "vehicles": _told(link.get("vehicles"), 1),
        "speed_kmh": _told(link.get("speed_kmh"), 1),
        "delay_s_per_veh": _told(link.get("delay_s"), 1),
        "max_queue_m": _told(link.get("max_queue_m"), 1),
        "spillback_share": _told(link.get("spillback_share"), 4),
        "approach_delay_s_per_veh": _told(delay, 1),
        "approach_los": level_of_service(delay, signalised=bool(approach.get("signalised"))) or None,
    }


def _intersections(
    network: Network,
    results: _Results,
    on_earth: Callable[[Point], Point],
    *,
    sites: Mapping[str, Intersection],
    signals: Mapping[str, Properties],
) -> Iterator[Properties]:
    queues = results.links["max_queue_m"]
    service: Mapping[Any, Any] = results.intersections.to_dict("index")
    for controller, place in controller_places(network).items():
        figures, site = service.get(controller, {}), sites.get(controller)
        inbound = queues.reindex(list(network.controllers[controller]))
        properties = {
            "name_en": clean_name(site.name) if site else "",
            "name_ar": clean_name(site.name_ar) if site else "",
            **signals.get(controller, {}),
            "vehicles": _told(figures.get("vehicles"), 1),
            "delay_s_per_veh": _told(figures.get("delay_s"), 1),
            "los": figures.get("los") or None,
            "max_queue_m": _told(float(inbound.max()), 1),
        }
        point = {"type": "Point", "coordinates": _rounded(on_earth(place))}
        yield _feature("intersection", controller, point, properties)


def _signals(runs: RunSet, sites: Mapping[str, Intersection]) -> tuple[str, Mapping[str, Properties]]:
    """Return the marking of the plans that ran, and by controller what they are and which rules are open."""
    if runs.controller is not Controller.PLANS:
        return "NOT CERTIFIED: traffic timed the signals of these runs; a certificate is about plans alone.", {}
    plans = plans_of(runs)
    certificates = certify(plans, sites.values())
    timings = {plan.controller_id: _timing(plan) for plan in plans}
    told = {
        one.controller_id: timings.get(one.controller_id, {})
        | {"certified": one.certified, "open_rules": list(dict.fromkeys(each.rule for each in one.open))}
        for one in certificates
    }
    return marking(certificates).text, told


def _timing(plan: SignalPlan) -> Properties:
    """Return figures of a plan; where traffic ends the greens, the longest ones."""
    longest = at_its_longest(plan)
    return {
        "programme": plan.program_id,
        "control": plan.control.value,
        "cycle_s": round(longest.cycle_s, 1),
        "offset_s": None if is_timed_by_traffic(plan) else within_cycle_s(plan.offset_s, plan.cycle_s),
        "phases": [{"groups": list(each.groups), "green_s": round(each.green_s, 1)} for each in phases(longest)],
    }


def _feature(kind: str, name: str, geometry: Properties, properties: Properties) -> Properties:
    return {"type": "Feature", "id": f"{kind}/{name}", "geometry": geometry, "properties": {"kind": kind} | properties}


def _rounded(place: Sequence[float]) -> list[float]:
    return [round(value, _DIGITS) for value in place]


def _told(value: float | None, digits: int) -> float | None:
    return None if value is None or math.isnan(value) else round(float(value), digits)
