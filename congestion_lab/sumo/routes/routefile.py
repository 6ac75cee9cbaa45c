"""Route files: explicit vehicles, written small and the same each time."""

import gzip
import io
import itertools
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from xml.sax.saxutils import quoteattr

from congestion_lab.core.errors import DemandError, Fault
from congestion_lab.core.files import written_whole
from congestion_lab.demand.trips.dwell import Dwell
from congestion_lab.demand.trips.sampling import Vehicle
from congestion_lab.demand.trips.vehicles import VehicleClass

_EMISSIONS = {  # the nearest class of the Handbook of Emission Factors (HBEFA 4) that SUMO ships, by vehicle shape
    "passenger": "HBEFA4/PC_petrol_Euro-3",
    "taxi": "HBEFA4/PC_petrol_Euro-3",
    "delivery": "HBEFA4/LCV_diesel_N1-III_Euro-3",
    "bus": "HBEFA4/UBus_Std_gt15-18t_Euro-III",
    "truck": "HBEFA4/RT_gt12-14t_Euro-III",
    "motorcycle": "HBEFA4/MC_4S_le250cc_Euro-2",
}


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
        temporary.write_bytes(packed(text.encode(), zipped=target.suffix == ".gz"))


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
    free_names = itertools.count()
    for one in sorted(vehicles, key=lambda vehicle: vehicle.depart_s):
        name, kind = quoteattr(one.id or str(next(free_names))), quoteattr(one.vehicle_class)
        start = f'<vehicle id={name} type={kind} route="{numbers[one.links]}" depart="{one.depart_s}" {how}'
        yield f"{start}>{''.join(map(_stop, one.stops))}</vehicle>" if one.stops else f"{start}/>"
    yield "</routes>"


def _stop(one: Dwell) -> str:
    place = one.place
    lane = quoteattr(f"{place.link}_{place.lane}")
    beside = ' parking="true"' if one.in_bay else ""
    reach = f'startPos="{place.begin_m:.1f}" endPos="{place.end_m:.1f}"'
    return f'<stop lane={lane} {reach} duration="{one.duration_s}"{beside}/>'


def _type_line(one: VehicleClass) -> str:
    mean, deviation = one.speed_factor
    return (
        f'<vType id={quoteattr(one.id)} vClass="{one.shape}" length="{one.length_m:g}" minGap="{one.min_gap_m:g}"'
        f' accel="{one.accel_mps2:g}" decel="{one.decel_mps2:g}" sigma="{one.sigma:g}" tau="{one.tau_s:g}"'
        f' speedFactor="normc({mean:g},{deviation:g},0.5,1.5)" emissionClass="{_EMISSIONS[one.shape]}"/>'
    )


def packed(content: bytes, *, zipped: bool) -> bytes:
    """Return a file's content, compressed if it is to be, to the same bytes each time."""
    if not zipped:
        return content
    packed = io.BytesIO()
    with gzip.GzipFile(filename="", mode="wb", compresslevel=9, fileobj=packed, mtime=0) as stream:
        stream.write(content)
    return packed.getvalue()
