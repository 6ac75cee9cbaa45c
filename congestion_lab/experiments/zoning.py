"""Zones of a scenario's trips: those of its network folder, where the trips are between these."""

from collections.abc import Mapping
from dataclasses import dataclass

from congestion_lab.scenarios.schema import Scenario
from congestion_lab.sumo.demand.demandbuild import zones_of_links
from congestion_lab.sumo.nets.netfile import read_network


@dataclass(frozen=True, slots=True)
class Zoning:
    """Zones of a scenario.

    Attributes:
        of_link: Zone of each link on which trips may begin or end; empty where no zones are known.
        why_none: Why none are known; "" where they are.
    """

    of_link: Mapping[str, str]
    why_none: str


def zoning_of(scenario: Scenario) -> Zoning:
    """Return the zones of a scenario.

    Raises:
        DemandError: The folder's zones or demand model are faulty, or do not fit the network.
        NetworkError: The network cannot be read.
    """
    folder, model = scenario.network.folder, scenario.demand.model
    if folder is None or model is None:
        return Zoning({}, "the demand comes without zones")
    if scenario.area is not None:
        return Zoning({}, "the demand of an area has no zones, as trips enter it anywhere")
    if found := zones_of_links(read_network(scenario.network.net_file), folder, model):
        return Zoning(found, "")
    held = f"{folder / 'demand'} holds the vehicles of the demand model {model!r}, but not {model}.yaml and its zones"
    return Zoning({}, held)
