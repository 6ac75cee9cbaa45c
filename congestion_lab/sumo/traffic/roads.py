"""The lanes and paths of a SUMO network as flat arrays."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from congestion_lab.simulation.traffic import Ints, Roads
from congestion_lab.sumo.files.records import Record
from congestion_lab.sumo.nets.inside import Inside, Row, lane_from, lanes_of, marked_rows
from congestion_lab.sumo.nets.netrecords import NetRecords, converted, net_records
from congestion_lab.sumo.nets.vehicleclasses import permitted

_FALSE = frozenset({"0", "false", "False"})
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
    request: Row | None
    record: Record


def read_roads(path: Path) -> Roads:
    """Return the roads of a SUMO network; tracks of other kinds inside junctions are left out.

    Args:
        path: SUMO network.

    Raises:
        NetworkError: The file is no SUMO network or is damaged; every fault is named.
    """
    net = net_records(path)
    lanes = [lane for link in net.links for lane in lanes_of(link)]
    paths = _paths(net, {lane.get("id"): index for index, lane in enumerate(lanes)})
    controllers = {name: index for index, name in enumerate(sorted({_controller(path) for path in paths} - {""}))}
    foes, yields = _right_of_way(net, paths)
    return Roads(
        link_ids=tuple(link.get("id") for link in net.links),
        lane_offsets=offsets(len(lanes_of(link)) for link in net.links),
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
        path_kept_clear=np.array([path.record.get("keepClear") not in _FALSE for path in paths], dtype=np.bool_),
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
    inside = Inside(net)
    links = {link.get("id") for link in net.links}
    between = (one for one in net.connections if one.get("from") in links and one.get("to") in links)
    return sorted(converted(net, between, lambda one: _path(one, lanes, inside)), key=lambda path: path.start)


def _path(record: Record, lanes: Mapping[str, int], inside: Inside) -> _Path:
    ends = lane_from(record), f"{record.get('to')}_{record.get('toLane')}"
    if missing := [lane for lane in ends if lane not in lanes]:
        raise ValueError(f"the connection joins lane {missing[0]!r}, which the network does not have")
    return _Path(lanes[ends[0]], lanes[ends[1]], inside.lanes(record), inside.row(record), record)


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
                foes[mine] = [at[name, one] for one in marked_rows(row.get("foes")) if (name, one) in at]
                yields[mine] = [at[name, one] for one in marked_rows(row.get("response")) if (name, one) in at]
    return foes, yields
