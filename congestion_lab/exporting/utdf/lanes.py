"""Lane groups of Synchro's combined CSV: one column per movement, with its lanes and the phases that release it."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from congestion_lab.core.errors import Fault, SignalPlanError
from congestion_lab.core.movementcodes import FROM_INSIDE, HEADINGS_DEG
from congestion_lab.exporting.cells import Cell
from congestion_lab.exporting.ringtimes import RingPlan, greens_of
from congestion_lab.exporting.turnings import Turning, turnings_at
from congestion_lab.exporting.utdf.nodes import SIGNAL, Place, Row
from congestion_lab.network.model import Connection, Network

_USUAL = tuple(f"{direction}{turn}" for direction in ("NB", "SB", "EB", "WB") for turn in "LTR")
_MOST_PHASES = 4  # Phase1 to Phase4, PermPhase1 to PermPhase4
_UNCONTROLLED = -1  # in Phase1: the signal never stops the movement
_NOT_SHARED, _WITH_LEFT, _WITH_RIGHT = 0, 1, 2  # codes of `Shared`; both together 3
_IDEAL_FLOW = 1900
_KMH = 3.6
_HINT = "export the plan as sumo, vissig, csv or xlsx"


@dataclass(frozen=True, slots=True)
class LaneGroups:
    """The movements at all signals, and the columns that they need.

    Attributes:
        by_node: Movements by node of the network, no two of one node in the same column.
        columns: Names of the columns, people on foot and `HOLD` last.
        notes: Which movements have no column of their own.
    """

    by_node: Mapping[str, tuple[Turning, ...]]
    columns: tuple[str, ...]
    notes: tuple[str, ...]


def lane_groups(network: Network, nodes: Mapping[str, Place], plans: Sequence[RingPlan]) -> LaneGroups:
    """Return the movements at the signals among some nodes, those of lanes with different greens apart.

    Beyond two turns to one side, others take a free column or share one.
    """
    greens = greens_of(plans)

    def service(path: Connection) -> object:
        return greens(path.controller_id, path.signal_index)

    every = {name: turnings_at(network, name, service) for name, place in nodes.items() if place.kind == SIGNAL}
    columns = {node: _columns(turnings, greens) for node, turnings in every.items()}
    by_node = {node: tuple(_merged(*each) for each in some.items()) for node, some in columns.items()}
    notes = [
        f"node {node}: movement {one.code} from {one.from_link} to {one.to_link} is told as {code}"
        for node, some in columns.items()
        for code, turnings in some.items()
        for one in turnings
        if one.code != code
    ]
    known = [f"{direction}{turn}" for direction in HEADINGS_DEG for turn in FROM_INSIDE]
    used = {one.code for turnings in by_node.values() for one in turnings} | set(_USUAL)
    return LaneGroups(by_node, (*(code for code in known if code in used), "PED", "HOLD"), tuple(notes))


def _columns(
    turnings: Sequence[Turning], greens: Callable[[str | None, int | None], object]
) -> dict[str, list[Turning]]:
    """Return which movements each column tells.

    A third turn to one side takes the nearest column that is free; where none is, it goes with one of the same greens,
    and the column tells where that one leads.
    """
    columns = {one.code: [one] for one in turnings if one.turn in FROM_INSIDE}
    for one in (one for one in turnings if one.turn not in FROM_INSIDE):
        place = FROM_INSIDE.index({"L": "L2", "R": "R2"}.get(one.turn[0], "U"))
        nearest = sorted(FROM_INSIDE, key=lambda turn: abs(FROM_INSIDE.index(turn) - place))
        codes = [one.direction + turn for turn in nearest]
        alike = [code for code in codes if code in columns and _green(columns[code][0], greens) == _green(one, greens)]
        free = [code for code in codes if code not in columns]
        columns.setdefault((free or alike or codes)[0], []).append(one)
    return columns


def _green(turning: Turning, greens: Callable[[str | None, int | None], object]) -> object:
    return greens(turning.controller_id, next(iter(turning.heads), None))


def _merged(code: str, some: Sequence[Turning]) -> Turning:
    """Return what a column tells, as a movement of its name."""
    lanes = {lane for one in some for lane in one.lanes}
    heads = {head for one in some for head in one.heads}
    turn = code.removeprefix(some[0].direction)
    return replace(some[0], turn=turn, lanes=tuple(sorted(lanes)), heads=tuple(sorted(heads)))


def lane_records(
    network: Network, nodes: Mapping[str, Place], groups: LaneGroups, plans: Sequence[RingPlan]
) -> Iterator[Row]:
    """Yield the rows of `[Lanes]`.

    Movements that are always red have no column: one without a phase counts as released with a lane that it shares, or
    as held by no signal.

    Raises:
        SignalPlanError: A movement has lanes that are never green together, or more phases than the format lists, or
            numbers of lanes cannot tell which lanes to one node have which green.
    """
    by_controller = {one.plan.controller_id: one for one in plans}
    for node, turnings in groups.by_node.items():
        place, plan = nodes[node], by_controller[nodes[node].controller_id]
        records: dict[str, dict[str, Cell]] = {}
        _check_parts(network, turnings, plan)
        for one in (one for one in turnings if not _is_closed(plan, one)):
            for name, value in _values(network, nodes, turnings, one, plan).items():
                records.setdefault(name, {})[one.code] = value
        walking = sorted({phase.number for phase in plan.rings.phases if phase.walking and not phase.protected})
        for number, phase in enumerate(walking[:_MOST_PHASES], start=1):
            records.setdefault(f"Phase{number}", {})["PED"] = phase
        for name, cells in records.items():
            if any(cell != "" for cell in cells.values()):
                yield name, place.number, *(cells.get(column, "") for column in groups.columns)


def _values(
    network: Network, nodes: Mapping[str, Place], turnings: Sequence[Turning], one: Turning, plan: RingPlan
) -> dict[str, Cell]:
    link = network.links[one.from_link]
    lanes, shared = _lanes(turnings, one)
    values: dict[str, Cell] = {
        "Up Node": nodes[link.from_node].number,
        "Dest Node": nodes[network.links[one.to_link].to_node].number,
        "Lanes": lanes,
        "Shared": shared,
        "Width": round(sum(lane.width_m for lane in link.lanes) / len(link.lanes), 2),
        "Speed": round(_KMH * link.speed_mps),
        "IdealFlow": _IDEAL_FLOW,
        "Distance": round(link.length_m, 1),
        "TravelTime": round(link.free_flow_s, 1),
        "Allow RTOR": int(plan.turns_on_red(one.heads)),
    }
    protected, permitted = _phases(plan, one)
    for name, numbers in (("Phase", protected), ("PermPhase", permitted)):
        values |= {f"{name}{place}": number for place, number in enumerate(numbers, start=1)}
    return values


def _check_parts(network: Network, turnings: Sequence[Turning], plan: RingPlan) -> None:
    """Let pass movements that lead to one node only if the numbers of their lanes, from the kerb, tell them apart."""
    alike: dict[tuple[str, str], list[Turning]] = {}
    for one in sorted(turnings, key=lambda one: FROM_INSIDE.index(one.turn), reverse=True):
        alike.setdefault((one.from_link, network.links[one.to_link].to_node), []).append(one)
    for (link, node), parts in alike.items():
        lanes = [lane for part in parts for lane in part.lanes]
        counted = all(max(1, _lanes(turnings, part)[0]) == len(part.lanes) for part in parts)
        told = counted and lanes == sorted(set(lanes)) and not any(_is_closed(plan, part) for part in parts)
        if len({_phases(plan, part) for part in parts}) > 1 and not told:
            rule = f"lanes from {link} to node {node} have different greens, and not side by side or shared with others"
            raise SignalPlanError(Fault(rule, _HINT, plan.source))


def _is_closed(plan: RingPlan, one: Turning) -> bool:
    return one.controller_id == plan.plan.controller_id and plan.is_closed(one.heads)


def _phases(plan: RingPlan, one: Turning) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """Return the numbers of the phases in which every lane of a movement is released, protected and permitted."""
    heads = [head for head in one.heads if head not in plan.rings.free and one.controller_id == plan.plan.controller_id]
    if not heads:
        return (_UNCONTROLLED,), ()
    greens = [phase for phase in plan.rings.phases if set(heads) <= {*phase.protected, *phase.permitted}]
    protected = tuple(phase.number for phase in greens if set(heads) <= set(phase.protected))
    permitted = tuple(phase.number for phase in greens if not set(heads) <= set(phase.protected))
    name = f"movement {one.code} from {one.from_link} to {one.to_link}"
    if not greens and any(set(heads) & set(phase.serves) for phase in plan.rings.phases):
        rule = f"{name} has lanes that are never green together; the format knows one green per movement"
        raise SignalPlanError(Fault(rule, _HINT, plan.source))
    if max(len(protected), len(permitted)) > _MOST_PHASES:
        raise SignalPlanError(Fault(f"{name} is green in more than {_MOST_PHASES} phases", _HINT, plan.source))
    return protected, permitted


def untold(groups: LaneGroups, plans: Sequence[RingPlan]) -> Iterator[str]:
    """Yield which movements are left out, and which are told green only where all of their lanes are."""
    by_controller = {one.plan.controller_id: one for one in plans}
    for turnings in groups.by_node.values():
        for one in (one for one in turnings if one.controller_id in by_controller):
            plan = by_controller[one.controller_id]
            if _is_closed(plan, one):
                yield f"{one.controller_id}: movement {one.code} from {one.from_link} is always red, so it is left out"
            seen = {tuple(phase.number for some in plan.phases_of(head) for phase in some) for head in one.heads}
            if len(seen) > 1:
                what = f"lanes of movement {one.code} from {one.from_link} have different greens"
                yield f"{one.controller_id}: {what}; the movement is green where all of them are"


def _lanes(turnings: Sequence[Turning], one: Turning) -> tuple[int, int]:
    """Return lanes and sharing code: a lane for several movements counts for the one through, else for the one left."""
    mine = [other for other in turnings if other.from_link == one.from_link]
    rank = {other.code: place for place, other in enumerate(sorted(mine, key=_claim))}
    counted = [
        lane for lane in one.lanes if all(rank[one.code] <= rank[other.code] for other in mine if lane in other.lanes)
    ]
    beside = {other.turn[0] for other in mine if other is not one and set(counted) & set(other.lanes)}
    left, right = bool(beside & {"L", "U"}), "R" in beside
    return len(counted), (_WITH_LEFT if left else _NOT_SHARED) + (_WITH_RIGHT if right else _NOT_SHARED)


def _claim(turning: Turning) -> tuple[int, str]:
    return "TLRU".index(turning.turn[0]), turning.turn
