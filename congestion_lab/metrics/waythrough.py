"""The way past signals that a planner names."""

import heapq
import itertools
from collections.abc import Sequence

from congestion_lab.core.errors import Fault, NetworkError
from congestion_lab.metrics.corridors import Corridor, corridor_of
from congestion_lab.network.model import Network

_State = tuple[str, int]  # a link, and how many of the named signals were passed before it


def corridor_through(network: Network, controllers: Sequence[str]) -> Corridor:
    """Return the fastest way at the speed limits past some signals in their order, from the first stop line's link on.

    Other signals may lie between; those of the way are passed once each.

    Raises:
        NetworkError: A controller is unknown, fewer than two are named, or no way leads past them in this order.
    """
    unknown = [name for name in controllers if name not in network.controllers]
    if unknown:
        known = ", ".join(network.controllers)
        raise NetworkError(Fault(f"the network has no controller {', '.join(unknown)}", f"it has {known}"))
    if len(dict.fromkeys(controllers)) < max(2, len(controllers)):
        raise NetworkError(Fault("a corridor passes two signals or more, none of them twice", "name them in order"))
    way = _fastest(network.for_cars, controllers)
    if way is None:
        rule = f"no way leads past {', '.join(controllers)} in this order"
        raise NetworkError(Fault(rule, "name them in the order in which they are driven past"))
    return corridor_of(way, network)


def _fastest(network: Network, controllers: Sequence[str]) -> list[str] | None:
    after: dict[str, list[tuple[str, str | None]]] = {}
    for (start, end), paths in network.movements.items():
        after.setdefault(start, []).append(
            (end, next((path.controller_id for path in paths if path.controller_id), None))
        )
    begins = [link for link in network.controllers.get(controllers[0], ()) if link in network.links]
    serial = itertools.count()  # ties go to whoever came first
    waiting: list[tuple[float, int, _State, _State | None]] = [(0.0, next(serial), (link, 0), None) for link in begins]
    before: dict[_State, _State | None] = {}
    while waiting:
        time_s, _, state, origin = heapq.heappop(waiting)
        if state in before:
            continue
        before[state] = origin
        link, passed = state
        if passed == len(controllers):
            return _traced(before, state)
        for following, controller in after.get(link, ()):
            count = passed + (controller == controllers[passed])
            if count == passed and (not passed or controller in controllers):
                continue  # the way begins at the first signal, and passes none out of turn
            spent = time_s + network.links[following].length_m / network.links[following].speed_mps
            heapq.heappush(waiting, (spent, next(serial), (following, count), state))
    return None


def _traced(before: dict[_State, _State | None], last: _State) -> list[str]:
    way: list[str] = []
    state: _State | None = last
    while state is not None:
        way.append(state[0])
        state = before[state]
    return way[::-1]
