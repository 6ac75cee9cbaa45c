"""What a place of a network is called by those who live there, in the language of the page."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from congestion_lab.core.names import clean_name
from congestion_lab.network.model import Link, Network
from congestion_lab.reporting.translation import language, onward

_ARABIC = "ar"
_MOST_STREETS = 3  # that name a junction


@dataclass(frozen=True, slots=True)
class Named:
    """A place as a page shows it: its name large, its id small.

    Attributes:
        name: Street, or streets that meet; "" where the map has no name.
        id: What the program's files call it.
    """

    name: str
    id: str

    @property
    def text(self) -> str:
        """The name with the id behind it, in one line; the id alone where there is no name."""
        return f"{self.name} ({self.id})" if self.name else self.id


@dataclass(frozen=True)
class PlaceNames:
    """Names of the places of a network.

    Attributes:
        network: Its links carry street names.
    """

    network: Network

    @cached_property
    def _links_at(self) -> Mapping[str, tuple[str, ...]]:
        """Links that lead to a node, or to a signal controller, and those that leave a node."""
        found: dict[str, list[str]] = {}
        for link in sorted(self.network.links.values(), key=lambda each: (-len(each.lanes), each.id)):
            for node in (link.to_node, link.from_node):
                found.setdefault(node, []).append(link.id)
        return {name: tuple(links) for name, links in (found | dict(self.network.controllers)).items()}

    def of(self, place: str) -> Named:
        """Return the name of a link, a node or a signal controller; a place that the network lacks has none."""
        link = self.network.links.get(place)
        if link is not None:
            return Named(street_name(link), clean_name(place))
        meeting = (street_name(self.network.links[each]) for each in self._links_at.get(place, ()))
        streets = list(dict.fromkeys(filter(None, meeting)))[:_MOST_STREETS]
        return Named(" × ".join(streets), clean_name(place))

    def of_movement(self, link: str, onto: str) -> Named:
        """Return the name of a movement: the street that it leaves and the one that it reaches."""
        first, second = self.of(link), self.of(onto)
        name = onward(first.name or first.id, second.name or second.id) if first.name or second.name else ""
        return Named(name, f"{first.id} → {second.id}")


def street_name(link: Link) -> str:
    """Return a link's street in the language of the page, in the other where the map has only that, or ""."""
    names = (link.name_en, link.name_ar)
    return next(filter(None, map(clean_name, names[::-1] if language() == _ARABIC else names)), "")
