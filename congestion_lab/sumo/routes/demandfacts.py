"""What route files say of vehicles beside their departures: where they enter, and by which class they emit."""

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from congestion_lab.core.errors import DemandError
from congestion_lab.sumo.files.records import Record, records

_VEHICLES = ("vehicle", "trip", "flow")


def entry_links(files: Iterable[Path]) -> dict[str, str]:
    """Return the link on which each vehicle, trip or flow of route files enters, by its id.

    Those that start in a zone or at a junction, or draw their route, are left out: the file does not say where they
    enter. See `entry_of` for vehicles of flows.
    """
    routes: dict[str, str] = {}
    found: dict[str, str] = {}
    for record in _records(files, *_VEHICLES, "route"):
        if record.tag == "route":
            routes[record.get("id")] = _first(record)
        elif link := _entry(record, routes):
            found[record.get("id")] = link
    return found


def entry_of(vehicle_id: str, entries: Mapping[str, str]) -> str:
    """Return where a vehicle enters, "" if that is not known; one of a flow, or a copy, has a number behind a dot."""
    return entries.get(vehicle_id) or entries.get(vehicle_id.rpartition(".")[0], "")


def emission_classes(files: Iterable[Path]) -> dict[str, str]:
    """Return the emission class that each vehicle type of route files states, by its id; "" where it states none."""
    found: dict[str, str] = {}
    for record in _records(files, "vType", "vTypeDistribution"):
        types = [record] if record.tag == "vType" else [child for child in record.children if child.tag == "vType"]
        found |= {one.get("id"): one.get("emissionClass") for one in types}
    return found


def _records(files: Iterable[Path], *tags: str) -> Iterator[Record]:
    for path in files:
        yield from records(path, tags, roots=(), error=DemandError)


def _entry(record: Record, routes: Mapping[str, str]) -> str:
    own = next((child for child in record.children if child.tag == "route"), None)
    if own is not None:
        return _first(own)
    return routes.get(record.get("route"), "") or record.get("from")


def _first(route: Record) -> str:
    return next(iter(route.get("edges").split()), "")
