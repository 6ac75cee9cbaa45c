"""Corridors: ways straight on past several signals, and how vehicles travelled along them."""

import itertools
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from congestion_lab.core.geometry import Turn
from congestion_lab.network.model import Link, Network

LEAST_SIGNALS = 3
_NEAREST_S = 120.0  # a section's time is taken from the vehicle nearest in time, if there is one within so much

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class StopLine:
    """A signal on the way.

    Attributes:
        controller_id: Its controller.
        heads: Indices of the heads that release the way onwards.
        distance_m: From the start of the corridor.
    """

    controller_id: str
    heads: tuple[int, ...]
    distance_m: float


@dataclass(frozen=True, slots=True)
class Corridor:
    """A way through the network, in one direction, from the start of its first link to the start of its last.

    The last link is where it leads. Vehicles end their trips somewhere on it, so that only their coming is known.

    Attributes:
        links: Links in driving order, at least two.
        ends_m: Where each but the last ends, from the start of the first; insides of junctions have no length here.
        stop_lines: Signals in driving order.
        free_flow_s: Time to drive it at the speed limits.
    """

    links: tuple[Link, ...]
    ends_m: tuple[float, ...]
    stop_lines: tuple[StopLine, ...]
    free_flow_s: float

    @property
    def length_m(self) -> float:
        """Length of all links but the last."""
        return self.ends_m[-1]

    @property
    def speed_mps(self) -> float:
        """Mean speed limit along it."""
        return self.length_m / self.free_flow_s


def corridors(network: Network, *, most: int) -> tuple[Corridor, ...]:
    """Return the ways that pass at least three signals, those with most signals first.

    A way goes on where a movement leads onto a link of the same name, and straight on where the name ends there. Both
    directions of a street count as two.
    """
    found = [made for way in _ways(network) if (made := _corridor(way, network)) is not None]
    ranked = sorted(found, key=lambda each: (-len(each.stop_lines), -each.length_m, each.links[0].id))
    return tuple(ranked[:most])


def section_times(passages: pd.DataFrame, corridor: Corridor) -> list[tuple[Floats, Floats]]:
    """Return for each link of a corridor but the last when vehicles came onto it and how long they took to the next.

    Only vehicles that go on along the corridor count.

    Args:
        passages: PASSAGES of one run.
        corridor: The way.
    """
    inside = passages[passages["link_id"].isin([link.id for link in corridor.links])]
    by_link = {str(name): rows.set_index("vehicle_id") for name, rows in inside.groupby("link_id", sort=False)}
    nobody = passages.iloc[:0].set_index("vehicle_id")
    rows = [_first_of_each(by_link.get(link.id, nobody)) for link in corridor.links]
    found = []
    for here, after in itertools.pairwise(rows):
        ended_s = after["entered_s"].reindex(here.index)
        took = pd.DataFrame({"entered_s": here["entered_s"], "took_s": ended_s - here["entered_s"]})
        took = took[took["took_s"] > 0].sort_values("entered_s")
        found.append((took["entered_s"].to_numpy(dtype=float), took["took_s"].to_numpy(dtype=float)))
    return found


def probe_times_s(sections: Sequence[tuple[Floats, Floats]], starts_s: Floats) -> Floats:
    """Return how long probes take that start at given times; NaN where nobody drove a section about then.

    A probe takes on each section the time of the vehicle that came onto it nearest to its own arrival there: few
    vehicles drive all of a corridor, but its sections are driven all the time.

    Args:
        sections: From `section_times`.
        starts_s: When probes start, shape (probes,).
    """
    now_s = starts_s.astype(np.float64)
    for entered_s, took_s in sections:
        if not entered_s.size:
            return np.full(starts_s.shape, np.nan)
        after = np.clip(np.searchsorted(entered_s, now_s), 1 if entered_s.size > 1 else 0, entered_s.size - 1)
        before = np.maximum(after - 1, 0)
        nearest = np.where(np.abs(entered_s[before] - now_s) <= np.abs(entered_s[after] - now_s), before, after)
        near = np.abs(entered_s[nearest] - now_s) <= _NEAREST_S
        now_s = np.where(near, now_s + took_s[nearest], np.nan)
    return now_s - starts_s


def knowing_who_goes_on(passages: pd.DataFrame) -> pd.DataFrame:
    """Return PASSAGES of one run with a column `goes_on`: whether the vehicle drove on from the link to another."""
    return passages.assign(goes_on=passages.duplicated("vehicle_id", keep="last"))


def sampled_ways(
    passages: pd.DataFrame, corridor: Corridor, *, begin_s: float, end_s: float, most: int
) -> tuple[tuple[tuple[float, float], ...], ...]:
    """Return vehicles along a corridor as (time, distance): when they came onto its links and when they turned off.

    Vehicles that drove at least two links of it in the period are taken, evenly in the order of their coming if there
    are more than wanted. Between two points nothing is known of them but that they drove; where on a link a trip
    ended is not known either.

    Args:
        passages: PASSAGES of one run, from `knowing_who_goes_on`.
        corridor: The way.
        begin_s: Start of the period.
        end_s: Its end.
        most: Number of vehicles wanted.
    """
    names = [link.id for link in corridor.links]
    starts_m = dict(zip(names, [0.0, *corridor.ends_m], strict=True))
    ends_m = dict(zip(names[:-1], corridor.ends_m, strict=True))
    rows = passages[passages["link_id"].isin(starts_m)]
    rows = rows[(rows["entered_s"] < end_s) & ~(rows["left_s"] < begin_s)].sort_values(["vehicle_id", "entered_s"])
    found = []
    for _vehicle, way in rows.groupby("vehicle_id", sort=False):
        points = list(_points(way, starts_m, ends_m))
        forward = all(after[1] >= before[1] for before, after in itertools.pairwise(points))
        if len(way) > 1 and forward:
            found.append(tuple(points))
    found.sort()
    step = max(len(found) / most, 1.0)
    return tuple(found[int(place * step)] for place in range(min(most, len(found))))


def _points(
    way: pd.DataFrame, starts_m: Mapping[str, float], ends_m: Mapping[str, float]
) -> Iterator[tuple[float, float]]:
    columns = (way[name] for name in ("link_id", "entered_s", "left_s", "goes_on"))
    for link, entered_s, left_s, goes_on in zip(*columns, strict=True):
        yield float(entered_s), starts_m[link]
        if goes_on and link in ends_m:
            yield float(left_s), ends_m[link]


def arrivals_on_green(
    section: tuple[Floats, Floats],
    free_s: float,
    windows: Sequence[tuple[float, float]],
    *,
    begin_s: float,
    end_s: float,
) -> tuple[int, int]:
    """Return how many vehicles of a section reached the stop line within green had nobody stood there, and of how many.

    Args:
        section: From `section_times`: when vehicles came onto the link.
        free_s: Time to drive the link freely.
        windows: Green at its end, from begin to end; where there is none, nothing is known of it and nobody counted.
        begin_s: Vehicles that reach the stop line earlier are not counted.
        end_s: Nor are those that reach it then or later.
    """
    if not windows:
        return 0, 0
    arrived_s = section[0] + free_s
    arrived_s = arrived_s[(arrived_s >= begin_s) & (arrived_s < end_s)]
    starts, ends = (np.array(edge) for edge in zip(*windows, strict=True))
    place = np.searchsorted(starts, arrived_s, side="right") - 1
    on_green = (place >= 0) & (arrived_s < ends[place])
    return int(on_green.sum()), int(arrived_s.size)


def _first_of_each(rows: pd.DataFrame) -> pd.DataFrame:
    return rows[~rows.index.duplicated()]


def _ways(network: Network) -> Iterator[tuple[str, ...]]:
    after = dict(_successors(network.for_cars))
    begun_by = set(after.values())
    seen: set[str] = set()
    for start in [*sorted(set(network.links) - begun_by), *sorted(network.links)]:  # loops have no start of their own
        way, here = [], start
        while here not in seen:
            seen.add(here)
            way.append(here)
            here = after.get(here, here)
        if way:
            yield tuple(way)


def _successors(network: Network) -> Iterator[tuple[str, str]]:
    """Yield where each link goes on: by name first, else straight; no two links go on to the same."""
    offers: list[tuple[tuple[bool, bool], str, str]] = []
    for (start, end), paths in network.movements.items():
        straight = paths[0].turn is Turn.STRAIGHT
        name = _street(network.links[start])
        same = bool(name) and name == _street(network.links[end])
        if (same or straight) and paths[0].turn is not Turn.U_TURN:
            offers.append(((not same, not straight), start, end))
    starts: set[str] = set()
    ends: set[str] = set()
    for _rank, start, end in sorted(offers):
        if start not in starts and end not in ends:
            starts.add(start)
            ends.add(end)
            yield start, end


def _street(link: Link) -> str:
    return link.name_en or link.name_ar


def _corridor(way: Sequence[str], network: Network) -> Corridor | None:
    made = corridor_of(way, network)
    return made if len({line.controller_id for line in made.stop_lines}) >= LEAST_SIGNALS else None


def corridor_of(way: Sequence[str], network: Network) -> Corridor:
    """Return the corridor along some links, each of which a movement joins to the next."""
    links = [network.links[name] for name in way]
    ends_m = np.cumsum([link.length_m for link in links[:-1]]).tolist()
    lines = []
    for here, after, end_m in zip(links[:-1], links[1:], ends_m, strict=True):
        paths = network.movements[here.id, after.id]
        controller = next((path.controller_id for path in paths if path.controller_id), None)
        if controller is not None:
            heads = {path.signal_index for path in paths if path.controller_id == controller}
            lines.append(StopLine(controller, tuple(sorted(head for head in heads if head is not None)), end_m))
    free_s = sum(link.length_m / link.speed_mps for link in links[:-1])
    return Corridor(tuple(links), tuple(ends_m), tuple(lines), free_s)
