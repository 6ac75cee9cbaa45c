"""Roads in GMNS 0.96: `config`, `node`, `link`, and `movement` at signals. Lanes count from 1, the innermost first."""

from collections.abc import Callable, Iterator, Mapping, Sequence

from congestion_lab.core.geometry import Point
from congestion_lab.core.names import inert, shielded
from congestion_lab.exporting.cells import Cell
from congestion_lab.exporting.ringtimes import RingPlan, greens_of
from congestion_lab.exporting.turnings import Turning, turnings_at
from congestion_lab.network.geography import earth_position
from congestion_lab.network.model import Connection, Link, Network

VERSION = 0.96
CONFIG_COLUMNS = (
    "dataset_name",
    "short_length",
    "long_length",
    "speed",
    "crs",
    "geometry_field_format",
    "version_number",
    "id_type",
)
NODE_COLUMNS = ("node_id", "name", "x_coord", "y_coord", "ctrl_type")
LINK_COLUMNS = (
    "link_id",
    "name",
    "from_node_id",
    "to_node_id",
    "directed",
    "geometry",
    "dir_flag",
    "length",
    "facility_type",
    "free_speed",
    "lanes",
    "opt_name_ar",
)
MOVEMENT_COLUMNS = (
    "mvmt_id",
    "node_id",
    "ib_link_id",
    "start_ib_lane",
    "end_ib_lane",
    "ob_link_id",
    "start_ob_lane",
    "end_ob_lane",
    "type",
    "ctrl_type",
    "mvmt_code",
)
_TYPES = {"T": "thru", "L": "left", "R": "right", "U": "uturn"}
_KMH = 3.6
_FORWARDS = 1
Row = Sequence[Cell]


def config_row(network: Network, scenario: str) -> Row:
    """Return units and coordinates: degrees where the network lies on earth, else metres on a plane."""
    system = "EPSG:4326" if network.projection else ""
    return inert(scenario), "m", "m", "kph", system, "WKT", VERSION, "string"


def node_rows(network: Network) -> Iterator[Row]:
    """Yield all nodes that motor traffic reaches."""
    controlled = {network.links[link].to_node for links in network.controllers.values() for link in links}
    place = _placed(network)
    for node in network.for_cars.nodes.values():
        yield shielded(node.id), "", *place(node.position), "signal" if node.id in controlled else ""


def link_rows(network: Network) -> Iterator[Row]:
    """Yield all links of motor traffic."""
    place = _placed(network)
    for link in network.for_cars.links.values():
        line = ", ".join(f"{x} {y}" for x, y in map(place, link.shape))
        yield (
            shielded(link.id),
            inert(link.name_en or link.name_ar),
            *map(shielded, (link.from_node, link.to_node)),
            "true",
            f"LINESTRING ({line})",
            _FORWARDS,
            round(link.length_m, 2),
            inert(link.kind),
            round(_KMH * link.speed_mps, 1),
            sum(lane.for_cars for lane in link.lanes),
            inert(link.name_ar),
        )


def signal_turnings(network: Network, plans: Sequence[RingPlan]) -> dict[str, tuple[Turning, ...]]:
    """Return the movements at the nodes of some controllers, by node; lanes with other greens are movements apart."""
    greens = greens_of(plans)

    def service(path: Connection) -> object:
        return greens(path.controller_id, path.signal_index)

    controllers = [plan.plan.controller_id for plan in plans]
    links = (link for controller in controllers for link in network.controllers.get(controller, ()))
    nodes = dict.fromkeys(network.links[link].to_node for link in links)
    return {node: turnings_at(network, node, service) for node in nodes}


def movement_id(node: str, turning: Turning) -> str:
    """Return the id of a movement."""
    return shielded(f"{node}/{turning.code}")


def movement_rows(
    network: Network, turnings: Mapping[str, Sequence[Turning]], plans: Sequence[RingPlan]
) -> Iterator[Row]:
    """Yield the movements at signals; what is always released has no control."""
    free = {(plan.plan.controller_id, head) for plan in plans for head in plan.rings.free}
    for node, some in turnings.items():
        for one in some:
            stopped = any((one.controller_id, head) not in free for head in one.heads)
            yield (
                movement_id(node, one),
                shielded(node),
                shielded(one.from_link),
                *_lanes(network.links[one.from_link], one.lanes),
                shielded(one.to_link),
                *_lanes(network.links[one.to_link], one.to_lanes),
                _TYPES[one.turn[0]],
                "signal" if stopped else "no_control",
                one.code,
            )


def _lanes(link: Link, lanes: Sequence[int]) -> tuple[Cell, Cell]:
    """Return the innermost and the outermost lane; the latter empty where it is the same."""
    inner, outer = (len(link.lanes) - lane for lane in (max(lanes), min(lanes)))
    return inner, "" if inner == outer else outer


def _placed(network: Network) -> Callable[[Point], Point]:
    on_earth = earth_position(network)
    digits = 3 if on_earth is None else 7  # millimetres, centimetres

    def place(point: Point) -> Point:
        x, y = point if on_earth is None else on_earth(point)
        return round(x, digits), round(y, digits)

    return place
