"""A reader of Synchro's combined CSV of its own, as plain as the format: sections, records, columns."""

from dataclasses import dataclass
from pathlib import Path

from tests.ringclock import RingClock, Slot

Record = dict[str, str]


@dataclass(frozen=True)
class Utdf:
    """Sections by name; `[Nodes]` row by row, all others as values by (record, INTID)."""

    network: Record
    nodes: list[Record]
    tables: dict[str, dict[tuple[str, str], Record]]

    def phases(self, node: str) -> dict[int, dict[str, float]]:
        """Figures of each phase of a controller, by number."""
        found: dict[int, dict[str, float]] = {}
        for (name, number), row in self.tables["Phases"].items():
            if number == node:
                for column, text in row.items():
                    if text:
                        found.setdefault(int(column[1:]), {})[name] = float(text)
        return found

    def plan(self, node: str) -> dict[str, float]:
        """Settings of a controller."""
        rows = self.tables["Timeplans"].items()
        return {name: float(row["DATA"]) for (name, number), row in rows if number == node}

    def clock(self, node: str) -> RingClock:
        """The phases of a controller, from their starts and ends."""
        cycle = self.plan(node)["Cycle Length"]
        slots, order = {}, {}
        for number, row in self.phases(node).items():
            length = (row["End"] - row["Start"]) % cycle or cycle
            green = length - row["Yellow"] - row["AllRed"]
            slots[number] = Slot(row["Start"], green, row["Yellow"], row["AllRed"])
            barrier, ring, position = f"{row['BRP']:.0f}"
            order.setdefault(ring, []).append((barrier, position, number))
        return RingClock(cycle, slots, [[number for *_, number in sorted(ring)] for ring in order.values()])

    def movement(self, node: str, column: str) -> tuple[list[int], list[int]]:
        """Phases of a movement, protected and permitted."""
        rows = self.tables["Lanes"]
        named = [
            [rows.get((f"{name}{place}", node), {}).get(column, "") for place in range(1, 5)]
            for name in ("Phase", "PermPhase")
        ]
        protected, permitted = ([int(text) for text in texts if text] for texts in named)
        return protected, permitted


def read_utdf(path: Path) -> Utdf:
    sections: dict[str, list[list[str]]] = {}
    lines = path.read_text(encoding="utf-8").splitlines()
    for place, line in enumerate(lines):
        if line.startswith("["):
            name = line.strip("[]")
            body = lines[place + 2 :]
            end = next((count for count, each in enumerate(body) if each.startswith("[")), len(body))
            sections[name] = [each.split(",") for each in body[:end] if each]
    tables: dict[str, dict[tuple[str, str], Record]] = {}
    for name in ("Links", "Lanes", "Timeplans", "Phases"):
        head, *rows = sections[name]
        assert all(len(row) == len(head) for row in rows), name
        tables[name] = {(row[0], row[1]): dict(zip(head[2:], row[2:], strict=True)) for row in rows}
        assert len(tables[name]) == len(rows), name
    head, *rows = sections["Nodes"]
    nodes = [dict(zip(head, row, strict=True)) for row in rows]
    return Utdf({row[0]: row[1] for row in sections["Network"][1:]}, nodes, tables)
