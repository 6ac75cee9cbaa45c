"""Gridlock, seen while SUMO runs and counted to the end instead of waited for."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

PATIENCE_S = 300.0  # longer than any signal cycle; a queue that is going to move has moved by then

_ATTRIBUTE = re.compile(rb'(\w+)="([^"]*)"')


@dataclass(frozen=True, slots=True)
class Moment:
    """The state of a simulation at one time.

    Attributes:
        time_s: Simulated time.
        inserted: Vehicles that have entered so far.
        arrived: Vehicles that have left so far.
        waiting: Vehicles that wait outside for room.
        running: Vehicles in the network.
        halting: Vehicles that stand.
        stopped: Vehicles that stand because they are to, at a bus stop or in a parking place.
    """

    time_s: float
    inserted: int
    arrived: int
    waiting: int
    running: int
    halting: int
    stopped: int

    @property
    def frozen(self) -> bool:
        """Whether all vehicles stand against their will and keep others out; one that is stuck alone keeps nobody."""
        stands = self.running > 0 and self.stopped == 0 and self.halting >= self.running
        return stands and self.waiting > 0


def moments(lines: Iterable[bytes]) -> Iterator[Moment]:
    """Yield the moments of SUMO's summary output while it is being written."""
    for line in lines:
        if line.lstrip().startswith(b"<step "):
            values = {name.decode(): float(value) for name, value in _ATTRIBUTE.findall(line)}
            yield Moment(
                time_s=values["time"],
                inserted=int(values["inserted"]),
                arrived=int(values["ended"]),
                waiting=int(values["waiting"]),
                running=int(values["running"]),
                halting=int(values["halting"]),
                stopped=int(values["stopped"]),
            )


def gridlock_time_s(seen: Iterable[Moment], *, patience_s: float = PATIENCE_S) -> float | None:
    """Return when nothing has moved for the patience, or None when that never happens.

    Nothing moves when, at every moment seen, all running vehicles stand, others wait outside, and none has entered or
    arrived since.
    """
    since: Moment | None = None
    for moment in seen:
        if not moment.frozen:
            since = None
        elif since is None or (moment.inserted, moment.arrived) != (since.inserted, since.arrived):
            since = moment
        elif moment.time_s - since.time_s >= patience_s:
            return moment.time_s
    return None
