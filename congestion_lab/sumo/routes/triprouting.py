"""Ways for vehicles that know only where they go: the fastest on empty roads.

SUMO sends such a vehicle around the queues of the moment: it weighs links by their mean speeds over the last 180 s (its
default, device.rerouting.adaptation-steps) when the vehicle departs, so the ways depend on the plans. Ways that were
driven under one plan mislead under another: the queues of poor plans push vehicles on detours that nobody takes under
better ones. Where plans keep queues short, SUMO's ways are those found here, so these are the ones to judge plans by.
"""

import tempfile
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from xml.sax.saxutils import quoteattr

from congestion_lab.core.digests import digest_of, digest_of_file
from congestion_lab.core.errors import DemandError
from congestion_lab.core.files import write_text, written_whole
from congestion_lab.sumo.files.records import Record, records
from congestion_lab.sumo.installation import binary
from congestion_lab.sumo.process import run_program

_ENDS = ("from", "to", "via", "fromTaz", "toTaz", "fromJunction", "toJunction", "type")

Trip = tuple[str, ...]  # its ends as in _ENDS, then its stops as XML


def trip_of(record: Record) -> Trip:
    """Return what decides the way of a vehicle, trip or flow; equal ones go the same way."""
    ends = (record.get(name) for name in _ENDS)
    return *ends, *(as_xml(child) for child in record.children if child.tag == "stop")


def named(trip: Trip) -> str:
    """Return where a trip goes, for people."""
    start, end, via, *zones = trip[: len(_ENDS) - 1]
    first, last = start or zones[0] or zones[2], end or zones[1] or zones[3]
    return f"from {first!r} to {last!r}" + (f" via {via!r}" if via else "")


def ways(net: Path, context: Iterable[Record], trips: Sequence[Trip], cache: Path) -> Mapping[Trip, str]:
    """Return the links of each trip's way, apart by blanks; trips that find no way are left out.

    The router weighs links as SUMO does while nobody is on them: lengths over speeds, and a little for turns that give
    way. What was found is kept in the cache, named by content.

    Args:
        net: SUMO network.
        context: Types, stopping places and zones that trips name.
        trips: Different trips.
        cache: Folder; made if needed.

    Raises:
        SumoFailedError: The router failed.
        DemandError: Its result cannot be read.
    """
    places = _document("additional", map(as_xml, context))
    wanted = _document("routes", (_trip_xml(index, trip) for index, trip in enumerate(trips)))
    target = cache / "ways" / f"{digest_of([digest_of_file(net), places, wanted])}.rou.xml"
    if not target.exists():
        with tempfile.TemporaryDirectory(prefix="ways-") as folder, written_whole(target) as temporary:
            write_text(Path(folder) / "places.add.xml", places)
            write_text(Path(folder) / "trips.rou.xml", wanted)
            run_program(_router(net, Path(folder), temporary))
    return {
        trips[int(one.get("id"))]: _found(one) for one in records(target, ("vehicle",), roots=(), error=DemandError)
    }


def as_xml(record: Record) -> str:
    """Return a record as SUMO wrote it."""
    attributes = "".join(f" {name}={quoteattr(text)}" for name, text in record.attributes.items())
    return f"<{record.tag}{attributes}>{''.join(map(as_xml, record.children))}</{record.tag}>"


def _document(root: str, lines: Iterable[str]) -> str:
    return f"<{root}>\n" + "".join(f"{line}\n" for line in lines) + f"</{root}>\n"


def _trip_xml(index: int, trip: Trip) -> str:
    ends = dict(zip(_ENDS, trip, strict=False))
    given = {name: text for name, text in ends.items() if text}
    stops = "".join(trip[len(_ENDS) :])
    attributes = "".join(f" {name}={quoteattr(text)}" for name, text in given.items())
    return f'<trip id="{index}" depart="0"{attributes}>{stops}</trip>'


def _router(net: Path, folder: Path, target: Path) -> Sequence[str | Path]:
    return (
        *(binary("duarouter"), "--net-file", net.resolve(), "--route-files", folder / "trips.rou.xml"),
        *("--additional-files", folder / "places.add.xml", "--output-file", target),
        *("--alternatives-output", "NUL", "--ignore-errors", "--no-step-log", "--no-warnings"),
    )


def _found(vehicle: Record) -> str:
    return next((child.get("edges") for child in vehicle.children if child.tag == "route"), "")
