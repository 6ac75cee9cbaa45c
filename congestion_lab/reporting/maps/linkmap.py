"""Maps of a report: the same streets coloured by speed before, speed after, and change of delay."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

from markupsafe import Markup

from congestion_lab.core.geometry import Point
from congestion_lab.core.names import clean_name
from congestion_lab.network.geography import controller_places
from congestion_lab.network.model import Link, Network
from congestion_lab.reporting.drawing.mapframe import MapFrame, frame_of, line_of, paired_links
from congestion_lab.reporting.drawing.svg import element, path_data
from congestion_lab.reporting.maps.networkmap import junction_paths
from congestion_lab.reporting.scales import NO_DATA, Scale
from congestion_lab.reporting.translation import _, here, isolated
from congestion_lab.reporting.wording import number

_MOST_LANES = 4
_SIGNAL_RADIUS = 2.6


@dataclass(frozen=True)
class LinkMap:
    """A network laid out once, to be coloured several times.

    Attributes:
        network: What is drawn.
        lost: Lines of streets that the network lacks, which the frame shows as well.
    """

    network: Network
    lost: tuple[tuple[Point, ...], ...] = ()

    @cached_property
    def frame(self) -> MapFrame:
        """The frame that all its maps share."""
        return frame_of(self.network, self.lost)

    @cached_property
    def ids(self) -> tuple[str, ...]:
        """Links in the order by which maps number them."""
        return tuple(sorted(self.network.links))

    @cached_property
    def _lines(self) -> Mapping[str, str]:
        paired = paired_links(self.network)
        links = self.network.links.values()
        return {link.id: path_data(line_of(link, self.frame, paired=link.id in paired)) for link in links}

    @cached_property
    def _ground(self) -> Markup:
        return element("path", {"class": "through", "d": junction_paths(self.network, self.frame)})

    def coloured(
        self, values: Mapping[str, float], scale: Scale, label: str, *, weight: Callable[[float], float]
    ) -> Markup:
        """Return the map with each link in the colour of its value; what weighs most is drawn last, on top."""
        known = {link: values.get(link, float("nan")) for link in self.ids}
        keys = {link: scale.key_of(value) for link, value in known.items()}
        order = sorted(
            range(len(self.ids)), key=lambda place: _rank(known[self.ids[place]], keys[self.ids[place]], weight)
        )
        paths = (self._path(place, keys[self.ids[place]]) for place in order)
        box = {"class": "map", "viewBox": self.frame.view_box, "role": "img", "aria-label": label}
        return element("svg", box, self._ground, *paths, *self._signals())

    def plain(self) -> Iterator[Markup]:
        """Yield the links without a value, all of one width in one line, narrow ones first."""
        by_width: dict[int, list[str]] = {}
        for link in self.network.links.values():
            by_width.setdefault(min(len(link.lanes), _MOST_LANES), []).append(self._lines[link.id])
        for width, lines in sorted(by_width.items()):
            yield element("path", {"class": f"link w{width}", "d": "".join(lines)})

    def missing(self) -> Iterator[Markup]:
        """Yield the lines of streets that the network lacks, all in one."""
        if self.lost:
            lines = (path_data(tuple(map(self.frame.place, line))) for line in self.lost)
            yield element("path", {"class": "missing", "d": "".join(lines)})

    def _path(self, place: int, key: str) -> Markup:
        link = self.network.links[self.ids[place]]
        classes = f"link w{min(len(link.lanes), _MOST_LANES)} {key}"
        return element("path", {"class": classes, "data-link": place, "d": self._lines[link.id]})

    def _signals(self) -> Iterator[Markup]:
        for place in controller_places(self.network).values():
            x, y = self.frame.place(place)
            yield element("circle", {"class": "signal", "cx": x, "cy": y, "r": _SIGNAL_RADIUS})

    def scale_bar(self, *, alone: bool = False) -> str:
        """Return what the width of the maps, or of the one map, is in kilometres, in words."""
        text = _("The map is {width} km wide.") if alone else _("The maps are {width} km wide.")
        return text.format(width=number(1 / self.frame.units_per_m))


def link_name(link: Link) -> str:
    """Return a link's street in the language spoken, or its id where it has no name."""
    name = here(clean_name(link.name_en), clean_name(link.name_ar))
    return name or _("link {id}").format(id=isolated(clean_name(link.id)))


def _rank(value: float, key: str, weight: Callable[[float], float]) -> float:
    return float("-inf") if key == NO_DATA else weight(value)
