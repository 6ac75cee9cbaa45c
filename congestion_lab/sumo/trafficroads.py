"""The lanes and paths of a SUMO network as flat arrays."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np

from congestion_lab.core.errors import Fault, NetworkError
from congestion_lab.simulation.traffic import Ints, Roads
from congestion_lab.sumo.netrecords import NetRecords, net_records
from congestion_lab.sumo.records import Record
from congestion_lab.sumo.vehicleclasses import permitted

_STOP_STATES = frozenset("sw")  # SUMO: a stop sign, all must stop


@dataclass(frozen=True, slots=True)
class _Path:
    """A connection from one lane of a link to one of the next.

    Attributes:
        start: Index of its first lane.
        end: Index of its last lane.
        inside: Lanes inside the junction, in order.
        request: Junction and row of its right-of-way table, or None.
        record: The connection.
    """

    start: int
    end: int
    inside: tuple[Record, ...]
    request: tuple[str, int] | None
    record: Record


def read_roads(path: Path) -> Roads:
    """Return the roads of a SUMO network; tracks of other kinds inside junctions are left out.

    Args:
        path: SUMO network.

    Raises:
        NetworkError: The file is no SUMO network or is damaged; every fault is named.
    """
    net = net_records(path)
    lanes = [lane for link in net.links for lane in _lanes(link)]
    paths = _paths(net, {lane.get("id"): index for index, lane in enumerate(lanes)})
    controllers = {name: index for index, name in enumerate(sorted({_controller(path) for path in paths} - {""}))}
    foes, yields = _right_of_way(net, paths)
    return Roads(
        link_ids=tuple(link.get("id") for link in net.links),
        lane_offsets=offsets(len(_lanes(link)) for link in net.links),
        lane_length_m=np.array([lane.number("length") for lane in lanes]),
        lane_speed_mps=np.array([lane.number("speed") for lane in lanes]),
        lane_classes=np.array([permitted(lane.attributes) for lane in lanes], dtype=np.uint64),
        path_offsets=offsets(np.bincount([path.start for path in paths], minlength=len(lanes))),
        path_to_lane=np.array([path.end for path in paths], dtype=np.int32),
        path_length_m=np.array([sum(lane.number("length") for lane in path.inside) for path in paths]),
        path_speed_mps=np.array([_speed_mps(path, lanes) for path in paths]),
        path_wait_m=np.array([path.inside[0].number("length") if len(path.inside) > 1 else 0.0 for path in paths]),
        path_controller=np.array([controllers.get(_controller(path), -1) for path in paths], dtype=np.int32),
        path_head=np.array(
            [int(path.record.number("linkIndex")) if _controller(path) else -1 for path in paths], dtype=np.int32
        ),
        path_stops=np.array([path.record.get("state") in _STOP_STATES for path in paths], dtype=np.bool_),
        yield_offsets=offsets(map(len, yields)),
        yield_paths=_joined(yields),
        foe_offsets=offsets(map(len, foes)),
        foe_paths=_joined(foes),
        controller_ids=tuple(controllers),
    )


def offsets(lengths: Iterable[int]) -> Ints:
    """Return where each entry of a ragged list begins, and where the last one ends."""
    return np.concatenate([[0], np.cumsum(list(lengths), dtype=np.int64)]).astype(np.int32)


def _joined(lists: Sequence[Sequence[int]]) -> Ints:
    return np.array([one for some in lists for one in some], dtype=np.int32)


def _lanes(link: Record) -> list[Record]:
    return [child for child in link.children if child.tag == "lane"]


def _controller(path: _Path) -> str:
    return path.record.get("tl") if path.record.get("linkIndex") else ""


def _speed_mps(path: _Path, lanes: Sequence[Record]) -> float:
    """Return the slowest speed inside the junction; without lanes inside, that of the lane it leads to."""
    return min((lane.number("speed") for lane in path.inside), default=lanes[path.end].number("speed"))


def _paths(net: NetRecords, lanes: Mapping[str, int]) -> list[_Path]:
    """Return the paths between lanes of links, ordered by the lane that they leave.

    Raises:
        NetworkError: Some name lanes that are not there; each is named with its line.
    """
    inner = {lane.get("id"): lane for edge in net.inner.values() for lane in _lanes(edge)}
    follows = {_from(record): record.get("via") for record in net.connections if record.get("from").startswith(":")}
    links = {link.get("id") for link in net.links}
    outer = [record for record in net.connections if record.get("from") in links and record.get("to") in links]
    rows = _rows(net, outer)
    found, faults = [], []
    for record in outer:
        try:
            inside = _inside(record.get("via"), inner, follows)
            start, end = lanes[_from(record)], lanes[f"{record.get('to')}_{record.get('toLane')}"]
        except KeyError as missing:
            rule = f"a connection leads over lane {missing.args[0]!r}, which the network does not have"
            faults.append(Fault(rule, "rebuild the network with netconvert", str(net.path), record.line))
        else:
            found.append(_Path(start, end, inside, rows.get(inside[-1].get("id") if inside else id(record)), record))
    if faults:
        raise NetworkError(*faults)
    return sorted(found, key=lambda path: path.start)


def _from(record: Record) -> str:
    return f"{record.get('from')}_{record.get('fromLane')}"


def _inside(via: str, inner: Mapping[str, Record], follows: Mapping[str, str]) -> tuple[Record, ...]:
    """Return the lanes from the stop line to the next link."""
    passed: dict[str, Record] = {}
    while via and via not in passed:
        passed[via] = inner[via]
        via = follows.get(via, "")
    return tuple(passed.values())


def _rows(net: NetRecords, outer: Iterable[Record]) -> dict[str | int, tuple[str, int]]:
    """Return the junction and row of the right-of-way table of each last lane inside a junction.

    A network without such lanes has its rows in the order of the arriving lanes and their connections; the key is then
    the identity of the connection.
    """
    leaving: dict[str, list[int]] = {}
    for record in outer:
        leaving.setdefault(_from(record), []).append(id(record))
    rows: dict[str | int, tuple[str, int]] = {}
    for junction in net.junctions:
        name = junction.get("id")
        keys: list[str | int] = [*junction.get("intLanes").split()] or [
            key for lane in junction.get("incLanes").split() for key in leaving.get(lane, ())
        ]
        rows |= {key: (name, row) for row, key in enumerate(keys)}
    return rows


def _right_of_way(net: NetRecords, paths: Sequence[_Path]) -> tuple[list[list[int]], list[list[int]]]:
    """Return the foes of each path, and those among them that it gives way to."""
    at = {path.request: index for index, path in enumerate(paths) if path.request}
    foes: list[list[int]] = [[] for _ in paths]
    yields: list[list[int]] = [[] for _ in paths]
    for junction in net.junctions:
        name = junction.get("id")
        for row in (child for child in junction.children if child.tag == "request"):
            mine = at.get((name, int(row.number("index"))))
            if mine is not None:
                foes[mine] = [at[name, one] for one in _marked(row.get("foes")) if (name, one) in at]
                yields[mine] = [at[name, one] for one in _marked(row.get("response")) if (name, one) in at]
    return foes, yields


@lru_cache(maxsize=4096)
def _marked(bits: str) -> tuple[int, ...]:
    """Return the rows whose bit is set; the table's last character is row 0."""
    return tuple(row for row, bit in enumerate(reversed(bits)) if bit == "1")
