"""A net in outline, and the digest under which a scenario's files are known."""

import dataclasses
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from congestion_lab.core.digests import digest_of, digest_of_file
from congestion_lab.core.errors import Fault, NetworkError
from congestion_lab.simulation.spec import SimulationInputs
from congestion_lab.sumo.files.xmlfiles import starts


@dataclass(frozen=True, slots=True)
class NetOutline:
    """What vetting needs of a net: its links and how many signal controllers it has."""

    links: frozenset[str]
    controllers: frozenset[str]


def net_outline(path: Path) -> NetOutline:
    """Return the links and controllers of a SUMO net.

    Raises:
        NetworkError: It is no SUMO net, or has no link.
        InputError: It is no harmless XML.
    """
    links: set[str] = set()
    controllers: set[str] = set()
    for start in starts(path):
        if start.depth == 0 and start.tag != "net":
            rule = f"this is no SUMO net: its root element is <{start.tag}>, not <net>"
            raise NetworkError(
                Fault(rule, "name a .net.xml file; netconvert makes one from a map", str(path), start.line)
            )
        if start.tag == "edge" and start.attributes.get("function", "normal") in {"normal", "connector"}:
            links.add(start.attributes.get("id", ""))
        elif start.tag == "tlLogic":
            controllers.add(start.attributes.get("id", ""))
    if not links:
        raise NetworkError(Fault("the net has no link", "is this the right file?", str(path)))
    return NetOutline(frozenset(links), frozenset(controllers))


def with_digest(inputs: SimulationInputs) -> SimulationInputs:
    """Return the inputs with the digest of their contents and settings; where the files lie does not count."""
    settings = {
        field.name: getattr(inputs, field.name)
        for field in dataclasses.fields(inputs)
        if field.name not in {"digest", "notes"} and not field.name.endswith(("_file", "_files"))
    }
    return dataclasses.replace(inputs, digest=digest_of([file_digests(inputs), settings]))


def file_digests(inputs: SimulationInputs) -> list[str | list[str]]:
    """Return the digests of the net and of the route and additional files, in the order in which SUMO reads them."""
    return [digest_of_file(inputs.net_file), *map(_digests, (inputs.route_files, inputs.additional_files))]


def _digests(paths: Iterable[Path]) -> list[str]:
    return [digest_of_file(path) for path in paths]
