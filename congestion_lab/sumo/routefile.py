"""Route files: explicit vehicles written small and the same each time, and read for what they load onto the network."""

import gzip
import io
import itertools
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from xml.etree.ElementTree import Element, ParseError  # values only: parsing is defusedxml's
from xml.sax.saxutils import quoteattr

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import iterparse

from congestion_lab.core.errors import DemandError, Fault
from congestion_lab.core.files import written_whole
from congestion_lab.demand.sampling import Vehicle
from congestion_lab.demand.vehicles import VehicleClass
from congestion_lab.sumo.demanded import departures as demanded_departures

_S_PER_H = 3600.0
_UNITS_S = (1, 60, 3600, 86400)  # [[days:]hours:]minutes:seconds
_TRIGGERED = frozenset({"triggered", "containerTriggered", "split", "begin"})
_EMISSIONS = {  # the nearest class of the Handbook of Emission Factors (HBEFA 4) that SUMO ships, by vehicle shape
    "passenger": "HBEFA4/PC_petrol_Euro-3",
    "taxi": "HBEFA4/PC_petrol_Euro-3",
    "delivery": "HBEFA4/LCV_diesel_N1-III_Euro-3",
    "bus": "HBEFA4/UBus_Std_gt15-18t_Euro-III",
    "truck": "HBEFA4/RT_gt12-14t_Euro-III",
}

RouteShares = Mapping[tuple[str, ...], float]


@dataclass(frozen=True, slots=True)
class Placement:
    """Where and how vehicles join and leave their links.

    Attributes:
        depart_lane: SUMO's rule for the lane.
        depart_speed: SUMO's rule for the speed.
        arrival_m: Distance from the start of the last link at which a trip ends.
    """

    depart_lane: str = "best"
    depart_speed: str = "max"
    arrival_m: float = 45.0


def write_routes(
    target: Path, vehicles: Sequence[Vehicle], classes: Iterable[VehicleClass], placement: Placement
) -> None:
    """Write vehicles with their types and shared routes; `.gz` by the name, the same bytes each time.

    Raises:
        DemandError: There is no vehicle.
    """
    if not vehicles:
        raise DemandError(Fault("demand is zero: there is no vehicle to write", source=str(target)))
    text = "\n".join(_lines(vehicles, classes, placement)) + "\n"
    with written_whole(target) as temporary:
        temporary.write_bytes(_packed(text.encode(), zipped=target.suffix == ".gz"))


def turning_flows(route_files: Iterable[Path], begin_s: float, end_s: float) -> dict[tuple[str, str], float]:
    """Return the vehicles per (inbound link, outbound link) that depart in [begin, end), by their routes.

    Flows count by their number, rate or period; route distributions by their probabilities.

    Raises:
        DemandError: A file cannot be read, or vehicles carry no route (trips, which have to be routed first).
    """
    turns: defaultdict[tuple[str, str], float] = defaultdict(float)
    shared: dict[str, RouteShares] = {}
    for path in route_files:
        for element in _elements(path):
            if element.tag in ("route", "routeDistribution"):
                shared[element.get("id", "")] = _shares(element, shared)
                continue
            number = _departing(element, begin_s, end_s, path)
            if number > 0:
                _load(turns, _shares_of(element, shared, path), number)
    return dict(turns)


def departures(route_files: Iterable[Path], interval_s: float, *, begin_s: float, end_s: float) -> dict[float, int]:
    """Return the number of departures per interval in [begin, end), by the interval's start.

    Raises:
        DemandError: The interval is not positive.
    """
    if interval_s <= 0:
        raise DemandError(Fault(f"an interval of {interval_s:g} s", "give a length above 0"))
    times = demanded_departures(route_files, begin_s=begin_s, end_s=end_s)["demanded_s"]
    counted = Counter(((times - begin_s) // interval_s).astype(int).tolist())
    starts = range(int(-(-(end_s - begin_s) // interval_s)))
    return {begin_s + index * interval_s: counted[index] for index in starts}


def _lines(vehicles: Sequence[Vehicle], classes: Iterable[VehicleClass], placement: Placement) -> Iterator[str]:
    numbers = {links: number for number, links in enumerate(dict.fromkeys(sorted(one.links for one in vehicles)))}
    used = {one.vehicle_class for one in vehicles}
    yield "<routes>"
    for vehicle_class in classes:
        if vehicle_class.id in used:
            yield _type_line(vehicle_class)
    for links, number in numbers.items():
        yield f'<route id="{number}" edges={quoteattr(" ".join(links))}/>'
    how = (
        f'departLane="{placement.depart_lane}" departSpeed="{placement.depart_speed}"'
        f' arrivalPos="{placement.arrival_m:g}"'
    )
    for index, one in enumerate(sorted(vehicles, key=lambda vehicle: vehicle.depart_s)):
        name = quoteattr(one.vehicle_class)
        yield f'<vehicle id="{index}" type={name} route="{numbers[one.links]}" depart="{one.depart_s}" {how}/>'
    yield "</routes>"


def _type_line(one: VehicleClass) -> str:
    mean, deviation = one.speed_factor
    return (
        f'<vType id={quoteattr(one.id)} vClass="{one.shape}" length="{one.length_m:g}" minGap="{one.min_gap_m:g}"'
        f' accel="{one.accel_mps2:g}" decel="{one.decel_mps2:g}" sigma="{one.sigma:g}" tau="{one.tau_s:g}"'
        f' speedFactor="normc({mean:g},{deviation:g},0.5,1.5)" emissionClass="{_EMISSIONS[one.shape]}"/>'
    )


def _packed(content: bytes, *, zipped: bool) -> bytes:
    if not zipped:
        return content
    packed = io.BytesIO()
    with gzip.GzipFile(filename="", mode="wb", compresslevel=9, fileobj=packed, mtime=0) as stream:
        stream.write(content)
    return packed.getvalue()


def _elements(path: Path) -> Iterator[Element]:
    try:
        with gzip.open(path) if path.suffix == ".gz" else path.open("rb") as stream:
            events = iterparse(stream, events=("start", "end"))
            _, root = next(events)
            depth = 0
            for event, element in events:
                depth += 1 if event == "start" else -1
                if event == "end" and depth == 0:
                    if element.tag in ("vehicle", "trip", "flow", "route", "routeDistribution"):
                        yield element
                    root.clear()
    except (OSError, EOFError, ParseError, DefusedXmlException, StopIteration) as error:
        raise DemandError(Fault(f"the route file cannot be read: {error}", source=str(path))) from None


def _shares(element: Element, shared: Mapping[str, RouteShares]) -> RouteShares:
    if element.tag == "route":
        return {tuple(element.get("edges", "").split()): 1.0}
    weighted: defaultdict[tuple[str, ...], float] = defaultdict(float)
    for route, weight in _alternatives(element):
        known = shared.get(route.get("refId", ""))
        for links, share in (known or _shares(route, shared)).items():
            weighted[links] += weight * share
    total = sum(weighted.values())
    return {links: weight / total for links, weight in weighted.items()} if total > 0 else {}


def _alternatives(element: Element) -> Iterator[tuple[Element, float]]:
    if names := element.get("routes"):
        weights = element.get("probabilities", "").split() or itertools.repeat("1")
        for name, weight in zip(names.split(), weights, strict=False):
            yield Element("route", {"refId": name}), float(weight)
    for route in element.findall("route"):
        yield route, float(route.get("probability", "1"))


def _shares_of(element: Element, shared: Mapping[str, RouteShares], path: Path) -> RouteShares:
    nested = element.find("routeDistribution")
    nested = element.find("route") if nested is None else nested
    found = _shares(nested, shared) if nested is not None else shared.get(element.get("route", ""))
    if found is None:
        rule = f"the {element.tag} {element.get('id', '')!r} carries no route"
        raise DemandError(Fault(rule, "route trips first, for example with duarouter", str(path)))
    return found


def _load(turns: defaultdict[tuple[str, str], float], shares: RouteShares, number: float) -> None:
    for links, share in shares.items():
        for pair in itertools.pairwise(links):
            turns[pair] += number * share


def _departing(element: Element, begin_s: float, end_s: float, path: Path) -> float:
    try:
        if element.tag != "flow":
            depart = element.get("depart", "")
            return 0.0 if depart in _TRIGGERED else float(begin_s <= _seconds(depart) < end_s)
        first_s, last_s = _seconds(element.get("begin", "0")), _seconds(element.get("end", str(end_s)))
        return _flow_rate(element, first_s, last_s) * max(0.0, min(end_s, last_s) - max(begin_s, first_s))
    except ValueError as error:
        rule = f"the {element.tag} {element.get('id', '')!r} has no readable time: {error}"
        raise DemandError(Fault(rule, source=str(path))) from None


def _flow_rate(flow: Element, first_s: float, last_s: float) -> float:
    if (number := flow.get("number")) is not None:
        return float(number) / (last_s - first_s) if last_s > first_s else 0.0
    if (hourly := flow.get("vehsPerHour") or flow.get("perHour")) is not None:
        return float(hourly) / _S_PER_H
    if (probability := flow.get("probability")) is not None:
        return float(probability)
    period = flow.get("period", "")
    return float(period[4:-1]) if period.startswith("exp(") else 1.0 / float(period)


def _seconds(text: str) -> float:
    parts = reversed(text.split(":"))
    return sum(float(part) * unit for part, unit in zip(parts, _UNITS_S, strict=False))
