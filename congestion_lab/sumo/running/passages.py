"""Who drove over which link when, from SUMO's vehicle routes with exit times: passages and the delay of movements."""

from collections.abc import Iterator, Mapping
from pathlib import Path

import numpy as np
import pandas as pd

from congestion_lab.core.errors import InputError
from congestion_lab.network.model import Network
from congestion_lab.simulation.tables import MOVEMENTS, PASSAGES
from congestion_lab.sumo.files.records import records

_COLUMNS = ["vehicle_id", "link_id", "to_link", "entered_s", "left_s", "driven_m", "outside_s"]
_Passage = tuple[str, str, str | None, float, float, float, float]


def read_passages(routes: Path, read: pd.DataFrame) -> pd.DataFrame:
    """Read SUMO's vehicle routes, a row per vehicle and link it came onto; the time in a junction belongs to none.

    Args:
        routes: SUMO's vehicle routes with junctions and exit times.
        read: The trips that SUMO wrote, from `outputs.read_trips`; vehicles that are not among them are left out.

    Returns:
        vehicle_id, link_id, to_link (None on the last), entered_s, left_s (NaN if it did not), driven_m (where on its
        first link it departed, else 0) and outside_s (its wait before that, else 0).
    """
    starts = read.set_index("vehicle_id")[["departed_s", "depart_delay_s", "depart_position_m"]]
    known = {str(key): tuple(row) for key, row in zip(starts.index, starts.to_numpy(), strict=True)}
    found = pd.DataFrame(list(_passages(routes, known)), columns=_COLUMNS)
    return found.astype(dict.fromkeys(_COLUMNS[3:], "float64"))


def passages_table(passages: pd.DataFrame, *, begin_s: float) -> pd.DataFrame:
    """Return PASSAGES: those that were not over before `begin_s`."""
    return PASSAGES.conform(passages[~(passages["left_s"] < begin_s)])


def movements_table(passages: pd.DataFrame, network: Network, *, begin_s: float, end_s: float) -> pd.DataFrame:
    """Return MOVEMENTS over movements made in [begin, end).

    A vehicle that still queues at the end counts with its delay so far, so that a blocked movement does not look empty.
    """
    moves = passages[passages["to_link"].notna()].rename(columns={"link_id": "from_link"})
    shapes = {link.id: (link.length_m, link.speed_mps) for link in network.links.values()}
    lengths_m, free_mps = (
        np.array([shapes.get(link, (np.nan, np.nan)) for link in moves["from_link"]], dtype=float).reshape(-1, 2).T
    )
    ended = moves["left_s"].fillna(end_s)
    free_s = (lengths_m - moves["driven_m"]) / free_mps
    delay_s = ended - moves["entered_s"] - free_s + moves["outside_s"]
    counted = (ended >= begin_s) & (moves["left_s"].notna() | (delay_s > 0)) & (ended <= end_s)
    grouped = moves.assign(delay_s=delay_s)[counted].groupby(["from_link", "to_link"], as_index=False)["delay_s"]
    return MOVEMENTS.conform(grouped.agg(["size", "mean"]).rename(columns={"size": "vehicles", "mean": "delay_s"}))


def _passages(routes: Path, starts: Mapping[str, tuple[float, float, float]]) -> Iterator[_Passage]:
    for vehicle in records(routes, ("vehicle",), roots=(), error=InputError):
        name = vehicle.get("id")
        if name in starts:
            route = next(child for child in vehicle.children if child.tag == "route")
            exits = [float(text) for text in route.get("exitTimes").split()]
            yield from _of_vehicle(name, route.get("edges").split(), exits, starts[name])


def _of_vehicle(
    name: str, links: list[str], exits: list[float], start: tuple[float, float, float]
) -> Iterator[_Passage]:
    entered_s, outside_s, driven_m = start
    for index, (link, left_s) in enumerate(zip(links, exits, strict=True)):
        if not link.startswith(":"):
            target = next((after for after in links[index + 1 :] if not after.startswith(":")), None)
            yield name, link, target, entered_s, left_s if left_s >= 0 else np.nan, driven_m, outside_s
            driven_m = outside_s = 0.0
        if left_s < 0:
            return
        entered_s = left_s
