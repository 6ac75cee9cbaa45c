"""What lies inside the junctions of a SUMO network: lanes, and rows of the right-of-way tables."""

from functools import lru_cache

from congestion_lab.sumo.files.records import Record
from congestion_lab.sumo.nets.netrecords import NetRecords

Row = tuple[str, int]  # a junction and the number of a row in its table


class Inside:
    """Follows connections through the junctions of a network."""

    def __init__(self, net: NetRecords) -> None:
        self._lanes = {lane.get("id"): lane for edge in net.inner.values() for lane in lanes_of(edge)}
        self._next = {lane_from(one): one.get("via") for one in net.connections if one.get("from").startswith(":")}
        self._rows = {
            lane: (junction.get("id"), row)
            for junction in net.junctions
            for row, lane in enumerate(junction.get("intLanes").split())
        }
        self._bare_rows = _bare_rows(net)

    def lanes(self, connection: Record) -> tuple[Record, ...]:
        """Return the lanes from the stop line to the next link; none in a network without lanes inside junctions.

        Raises:
            ValueError: One of them is missing.
        """
        passed: dict[str, Record] = {}
        via = connection.get("via")
        while via and via not in passed:
            if via not in self._lanes:
                raise ValueError(f"the connection leads over lane {via!r}, which the network does not have")
            passed[via] = self._lanes[via]
            via = self._next.get(via, "")
        return tuple(passed.values())

    def row(self, connection: Record) -> Row | None:
        """Return the row of a connection, or None where the tables do not know it.

        Raises:
            ValueError: A lane that it leads over is missing.
        """
        lanes = self.lanes(connection)
        return self.row_of_lane(lanes[-1].get("id")) if lanes else self._bare_rows.get(id(connection))

    def row_of_lane(self, lane: str) -> Row | None:
        """Return the row of the last lane of a connection, or of a crossing."""
        return self._rows.get(lane)


def lanes_of(edge: Record) -> list[Record]:
    """Return the lanes of an edge, from the right."""
    return [child for child in edge.children if child.tag == "lane"]


def lane_from(connection: Record) -> str:
    """Return the id of the lane that a connection leaves."""
    return f"{connection.get('from')}_{connection.get('fromLane')}"


@lru_cache(maxsize=4096)  # the tables of a city repeat few patterns
def marked_rows(bits: str) -> tuple[int, ...]:
    """Return the rows whose bit is set; a table's last character is row 0."""
    return tuple(row for row, bit in enumerate(reversed(bits)) if bit == "1")


def _bare_rows(net: NetRecords) -> dict[int, Row]:
    """Return rows by the identity of connections, for junctions without lanes inside.

    Such a table has its rows in the order of the arriving lanes and their connections.
    """
    bare = {
        lane: (junction.get("id"), position)
        for junction in net.junctions
        if not junction.get("intLanes")
        for position, lane in enumerate(junction.get("incLanes").split())
    }
    found = [(*bare[lane_from(one)], id(one)) for one in net.connections if lane_from(one) in bare]
    rows: dict[int, Row] = {}
    counts: dict[str, int] = {}
    for junction, _, connection in sorted(found, key=lambda one: one[:2]):
        rows[connection] = (junction, counts.setdefault(junction, 0))
        counts[junction] += 1
    return rows
