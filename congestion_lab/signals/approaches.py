"""What a signal group releases, as a person at the kerb would say it: from which street, in which directions."""

from dataclasses import dataclass

from congestion_lab.core.geometry import Turn
from congestion_lab.core.names import clean_name
from congestion_lab.signals.intersection import Intersection
from congestion_lab.signals.plan import SignalGroup

_ORDER = tuple(Turn)


@dataclass(frozen=True, slots=True)
class Approach:
    """Directions that a group releases from one inbound link.

    Attributes:
        from_link: Inbound link; "" for pedestrians.
        name: Street name without anything harmful in it; the link's id where it has none; "" for pedestrians.
        name_ar: Arabic street name, likewise; "" where it has none.
        turns: Directions without repeats, straight first; none for pedestrians.
    """

    from_link: str
    name: str
    name_ar: str
    turns: tuple[Turn, ...]


def served(group: SignalGroup, intersection: Intersection) -> tuple[Approach, ...]:
    """Return the approaches that a group releases, in the order of their heads."""
    turns: dict[tuple[str, str, str], set[Turn]] = {}
    heads = set(group.heads)
    for head in intersection.heads:
        if head.index in heads:
            name = clean_name(head.approach_name) or clean_name(head.from_link)
            place = ("", "", "") if head.is_crossing else (head.from_link, name, clean_name(head.approach_name_ar))
            known = turns.setdefault(place, set())
            known |= set() if head.turn is None else {head.turn}
    return tuple(Approach(*place, tuple(sorted(kept, key=_ORDER.index))) for place, kept in turns.items())
