"""Roads and routes compiled into what the kernel reads; built once per scenario and shared by all runs."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from congestion_lab.core.errors import DemandError, Fault, NetworkError
from congestion_lab.queueing.lanechoice import MAX_LANES, fill_legs
from congestion_lab.simulation.traffic import Demand, Ints, Roads

_SPARE_SLOTS = 6
"""Places more than vehicles that fit: those that roll through short lanes stand on none."""
_SHORTEST_VEHICLE_M = 2.0
"""Room per vehicle that rings are made for; motorcycles need no less."""
_TWO_WAIT_M = 12.0
"""Length before the waiting place inside a junction that holds two vehicles."""

Records = NDArray[np.void]


class Roadbed(NamedTuple):
    """The network as the kernel reads it: arrays of records; see `simulation.traffic.Roads`.

    Attributes:
        links: Their lanes.
        lanes: Where each lies, how long and fast it is, its paths, and its ring among the slots of all queues.
        paths: Where each leads, and how one passes it.
        yields: Paths that each path gives way to, with the gap that drivers want before the next vehicle there and the
            time they leave after the last one.
        controllers: Their signal heads.
        heads: The lanes that each releases.
        head_lanes: Their indices.
        slots: Number of slots of all rings.
    """

    links: Records
    lanes: Records
    paths: Records
    yields: Records
    controllers: Records
    heads: Records
    head_lanes: Ints
    slots: int


class Legs(NamedTuple):
    """Routes by the class of those who drive them.

    Attributes:
        offsets: Legs of each itinerary, shape (itineraries + 1,).
        legs: The link of each leg, and the lanes of it on which one may queue for the next, a bit each.
    """

    offsets: Ints
    legs: Records


_LINK = np.dtype([("first_lane", "i4"), ("end_lane", "i4")])
_LANE = np.dtype(
    [
        *(("link", "i4"), ("first_slot", "i4"), ("ring", "i4"), ("first_path", "i4"), ("end_path", "i4")),
        *(("length_m", "f8"), ("speed_mps", "f8")),
    ],
    align=True,
)
_PATH = np.dtype(
    [
        *(("from_lane", "i4"), ("to_lane", "i4"), ("head", "i4"), ("first_yield", "i4"), ("end_yield", "i4")),
        *(("wait", "i4"), ("minor", "?"), ("length_m", "f8"), ("speed_mps", "f8"), ("room_m", "f8")),
    ],
    align=True,
)
_YIELD = np.dtype([("path", "i4"), ("gap_s", "f8"), ("clear_s", "f8")], align=True)
_CONTROLLER = np.dtype([("first_head", "i4"), ("end_head", "i4")])
_HEAD = np.dtype([("first_lane", "i4"), ("end_lane", "i4")])
_LEG = np.dtype([("link", "i4"), ("lanes", "u4")])


def records(dtype: np.dtype[np.void], **columns: NDArray[np.generic]) -> Records:
    """Return an array of records from its columns."""
    made = np.zeros(len(next(iter(columns.values()))), dtype=dtype)
    for name, column in columns.items():
        made[name] = column
    return made


def roadbed(roads: Roads) -> Roadbed:
    """Compile a network.

    Raises:
        NetworkError: A link has more lanes than a leg has bits for.
    """
    if (wide := np.flatnonzero(np.diff(roads.lane_offsets) > MAX_LANES)).size:
        rule = f"{roads.link_ids[wide[0]]!r} has more than {MAX_LANES} lanes"
        raise NetworkError(Fault(rule, "simulate this network with SUMO"))
    lanes = len(roads.lane_length_m)
    lane_link = np.repeat(np.arange(len(roads.link_ids), dtype=np.int32), np.diff(roads.lane_offsets))
    ring = (np.ceil(roads.lane_length_m / _SHORTEST_VEHICLE_M) + _SPARE_SLOTS).astype(np.int32)
    path_from = np.repeat(np.arange(lanes, dtype=np.int32), np.diff(roads.path_offsets))
    heads = np.concatenate([[0], np.cumsum(_heads_per_controller(roads))]).astype(np.int32)
    signalled = roads.path_head >= 0
    path_head = np.where(signalled, heads[roads.path_controller] + roads.path_head, -1).astype(np.int32)
    yields = np.diff(roads.yield_offsets) > 0
    released, head_lanes = _lanes_by_head(path_head, path_from, int(heads[-1]))
    return Roadbed(
        links=records(_LINK, first_lane=roads.lane_offsets[:-1], end_lane=roads.lane_offsets[1:]),
        lanes=records(
            _LANE,
            link=lane_link,
            first_slot=np.cumsum(ring) - ring,
            ring=ring,
            first_path=roads.path_offsets[:-1],
            end_path=roads.path_offsets[1:],
            length_m=roads.lane_length_m,
            speed_mps=roads.lane_speed_mps,
        ),
        paths=records(
            _PATH,
            from_lane=path_from,
            to_lane=roads.path_to_lane,
            head=path_head,
            first_yield=roads.yield_offsets[:-1],
            end_yield=roads.yield_offsets[1:],
            wait=np.where(roads.path_wait_m > 0, 1 + (roads.path_wait_m > _TWO_WAIT_M), 0),
            minor=yields & ~signalled,
            length_m=np.maximum(roads.path_length_m, 0.1),
            speed_mps=roads.path_speed_mps,
            room_m=np.where(roads.path_kept_clear & (np.diff(roads.foe_offsets) > 0), 0.0, roads.path_length_m),
        ),
        yields=_yields(roads, path_from),
        controllers=records(_CONTROLLER, first_head=heads[:-1], end_head=heads[1:]),
        heads=records(_HEAD, first_lane=released[:-1], end_lane=released[1:]),
        head_lanes=head_lanes,
        slots=int(ring.sum()),
    )


def _yields(roads: Roads, path_from: Ints) -> Records:
    """Return whom each path gives way to; gaps as measured in SUMO 1.28 (see `kernel._gap`)."""
    paths = np.repeat(np.arange(len(roads.path_to_lane)), np.diff(roads.yield_offsets))
    foes = roads.yield_paths
    speed = roads.lane_speed_mps[path_from[foes]]
    merges = roads.path_to_lane[paths] == roads.path_to_lane[foes]
    gap_s = np.where(merges, 6.2 + 0.2 * speed, 4.35 + 21.5 / speed)
    return records(_YIELD, path=foes, gap_s=gap_s, clear_s=np.where(merges, 1.4, 0.5))


def _heads_per_controller(roads: Roads) -> NDArray[np.int64]:
    heads = np.zeros(len(roads.controller_ids), dtype=np.int64)
    signalled = roads.path_head >= 0
    np.maximum.at(heads, roads.path_controller[signalled], roads.path_head[signalled] + 1)
    return heads


def _lanes_by_head(path_head: Ints, path_from: Ints, heads: int) -> tuple[Ints, Ints]:
    pairs = np.unique(np.stack([path_head, path_from])[:, path_head >= 0], axis=1)
    counts = np.bincount(pairs[0], minlength=heads)
    return np.concatenate([[0], np.cumsum(counts)]).astype(np.int32), pairs[1].astype(np.int32)


def itineraries(roads: Roads, bed: Roadbed, demand: Demand) -> tuple[Legs, Ints]:
    """Return the legs of every route by vehicle class, and which of them each vehicle drives.

    Raises:
        DemandError: A vehicle drives over a link of which no lane leads on for its class.
    """
    classes = [demand.types[mixture[0][0]].class_bit for mixture in demand.mixtures]
    key = demand.route.astype(np.int64) * 64 + np.array(classes, dtype=np.int64)[demand.mixture]
    distinct, mine = np.unique(key, return_inverse=True)
    routes, bits = (distinct // 64).astype(np.int32), (distinct % 64).astype(np.uint64)
    lengths = np.diff(demand.route_offsets)[routes]
    offsets = np.concatenate([[0], np.cumsum(lengths)]).astype(np.int32)
    legs = np.zeros(int(offsets[-1]), dtype=_LEG)
    fill_legs(
        *(bed.links, bed.lanes, bed.paths, roads.lane_classes, demand.route_offsets, demand.route_links),
        *(routes, bits, offsets, legs),
    )
    if (dead := np.flatnonzero(legs["lanes"] == 0)).size:
        rule = f"no lane of {roads.link_ids[legs['link'][dead[0]]]!r} leads on for a vehicle that drives over it"
        raise DemandError(Fault(rule, "mend the route or the permissions of the lanes"))
    return Legs(offsets, legs), mine.astype(np.int32)
