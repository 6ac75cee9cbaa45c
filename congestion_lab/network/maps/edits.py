"""A planner's corrections of a map, by ids that last: applied again whenever the map is built anew."""

import json
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, model_validator

from congestion_lab.core.errors import NetworkError
from congestion_lab.core.files import write_text
from congestion_lab.core.yamlfile import Strict, read_yaml

EDITS = "edits.yaml"

_Lanes = Annotated[int, Field(ge=1, le=8)]


class RoadEdit(Strict):
    """What is to hold of a way.

    Attributes:
        way: Id of the way on the map.
        lanes: Lanes in each direction that is open.
        lanes_back: Lanes against the way's direction, where they are other than `lanes`.
        direction: `both`, `forward` (as the way is drawn) or `backward`.
        speed_kmh: Speed limit.
        closed: Whether the road is left out.
        why: What the planner knows, for those who read the file later.
    """

    way: int
    lanes: _Lanes | None = None
    lanes_back: _Lanes | None = None
    direction: Literal["both", "forward", "backward"] | None = None
    speed_kmh: Annotated[float, Field(ge=5, le=130)] | None = None
    closed: bool = False
    why: str = ""

    @model_validator(mode="after")
    def _says_something(self) -> "RoadEdit":
        said = (self.lanes, self.direction, self.speed_kmh)
        if not self.closed and all(one is None for one in said):
            raise ValueError("says nothing: give lanes, direction, speed_kmh or closed")
        if self.lanes_back is not None and self.lanes is None:
            raise ValueError("lanes_back needs lanes, which are those in the way's direction")
        return self


class SignalEdit(Strict):
    """Whether a signal stands at a junction.

    Attributes:
        node: Id of a node of the junction on the map.
        signal: Whether one stands there.
        why: What the planner knows.
    """

    node: int
    signal: bool
    why: str = ""


class TurnEdit(Strict):
    """Whether a turn may be made.

    Attributes:
        from_way: Way that is left.
        via: Node at which.
        to_way: Way that is turned into.
        allowed: Whether it may be.
        why: What the planner knows.
    """

    from_way: int
    via: int
    to_way: int
    allowed: bool
    why: str = ""


class JoinEdit(Strict):
    """Junctions that are one, or that must stay apart.

    Attributes:
        nodes: Their nodes on the map.
        join: Whether they are one.
        why: What the planner knows.
    """

    nodes: Annotated[tuple[int, ...], Field(min_length=2)]
    join: bool = True
    why: str = ""


class Edits(Strict):
    """The file of edits.

    Attributes:
        roads: What is to hold of ways.
        signals: Where signals stand and where not.
        turns: Turns that are forbidden, or allowed although the map forbids them.
        joins: Junctions that are one, or that stay apart.
    """

    roads: tuple[RoadEdit, ...] = ()
    signals: tuple[SignalEdit, ...] = ()
    turns: tuple[TurnEdit, ...] = ()
    joins: tuple[JoinEdit, ...] = ()

    def __add__(self, more: "Edits") -> "Edits":
        """Return these edits and more; where both speak of one thing, the later one holds."""
        return Edits(
            roads=self.roads + more.roads,
            signals=self.signals + more.signals,
            turns=self.turns + more.turns,
            joins=self.joins + more.joins,
        )

    def __len__(self) -> int:
        return len(self.roads) + len(self.signals) + len(self.turns) + len(self.joins)


def read_edits(path: Path) -> Edits:
    """Read a file of edits.

    Raises:
        NetworkError: The file is missing, is no YAML or breaks the schema; every fault is named.
    """
    return read_yaml(path, Edits, NetworkError, hint="name a file of edits, or leave it out")


def write_edits(path: Path, edits: Strict) -> None:
    """Write edits so that they can be read, changed and given back."""
    lines = []
    for part in type(edits).model_fields:
        entries = [one.model_dump(exclude_defaults=True, mode="json") for one in getattr(edits, part)]
        lines += [f"{part}:", *(f"  - {_flow(entry)}" for entry in entries)] if entries else []
    write_text(path, "\n".join(lines) + "\n" if lines else "{}\n")


def _flow(entry: dict[str, object]) -> str:
    """Return a mapping on one line; JSON is YAML too, and quotes whatever needs it."""
    return "{" + ", ".join(f"{key}: {json.dumps(value, ensure_ascii=False)}" for key, value in entry.items()) + "}"
