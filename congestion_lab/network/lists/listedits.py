"""A planner's corrections of roads that come as tables (GMNS, UTDF), by the tables' own ids; applied on each import."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Annotated

from pydantic import BeforeValidator, Field, model_validator

from congestion_lab.core.errors import Fault, NetworkError
from congestion_lab.core.yamlfile import Strict, read_yaml
from congestion_lab.network.lists.roadlist import ListedLink, ListedNode, ListedTurn, RoadList


def _text(value: object) -> object:
    """Return an id that YAML took for a number as text; one with underscores has lost them."""
    if isinstance(value, int) and getattr(value, "_underscore", None):
        raise ValueError("write an id with underscores in quotation marks: YAML takes it for a number")
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else value


_Id = Annotated[str, BeforeValidator(_text), Field(min_length=1)]


class LinkEdit(Strict):
    """What is to hold of a link.

    Attributes:
        link: Its id.
        lanes: Its lanes, all along; turning bays, and lanes told for its turns, no longer hold.
        speed_kmh: Speed limit.
        closed: Whether it is left out.
        why: What the planner knows, for those who read the file later.
    """

    link: _Id
    lanes: Annotated[int, Field(ge=1, le=12)] | None = None
    speed_kmh: Annotated[float, Field(ge=5, le=130)] | None = None
    closed: bool = False
    why: str = ""

    @model_validator(mode="after")
    def _says_something(self) -> "LinkEdit":
        if not self.closed and self.lanes is None and self.speed_kmh is None:
            raise ValueError("says nothing: give lanes, speed_kmh or closed")
        return self


class NodeEdit(Strict):
    """Whether a signal stands at a node."""

    node: _Id
    signal: bool
    why: str = ""


class LinkTurnEdit(Strict):
    """Whether a turn from one link into another may be made."""

    from_link: _Id
    to_link: _Id
    allowed: bool
    why: str = ""


class ListEdits(Strict):
    """The file of edits.

    Attributes:
        links: What is to hold of links.
        signals: Where signals stand and where not.
        turns: Turns that are forbidden, or allowed although the tables do not list them.
    """

    links: tuple[LinkEdit, ...] = ()
    signals: tuple[NodeEdit, ...] = ()
    turns: tuple[LinkTurnEdit, ...] = ()

    def __len__(self) -> int:
        return len(self.links) + len(self.signals) + len(self.turns)


def read_list_edits(path: Path) -> ListEdits:
    """Read a file of edits of tables.

    Raises:
        NetworkError: The file is missing, is no YAML or breaks the schema; every fault is named.
    """
    return read_yaml(path, ListEdits, NetworkError, hint="name a file of edits, or leave it out")


def edited(roads: RoadList, edits: ListEdits) -> RoadList:
    """Return roads to which edits are applied, in their order.

    Raises:
        NetworkError: An edit names what is not there, or allows a turn beside ones that are not told; each is named.
    """
    faults = [*_lost(roads, edits)]
    if faults:
        raise NetworkError(*faults)
    links = {link.id: link for link in roads.links}
    nodes = dict(roads.nodes)
    plain: set[str] = set()
    for edit in edits.links:
        links[edit.link] = _link(links[edit.link], edit)
        plain |= {edit.link} if edit.lanes is not None else set()
    for one in edits.signals:
        nodes[one.node] = _node(nodes[one.node], one)
    closed = {edit.link for edit in edits.links if edit.closed}
    turns = [turn for turn in roads.turns if not closed & {turn.from_link, turn.to_link}]
    turns, banned = _turns(turns, edits)
    loose = {turn.from_link for turn in turns if plain & {turn.from_link, turn.to_link}}
    return RoadList(
        nodes=nodes,
        links=tuple(link for link in links.values() if link.id not in closed),
        turns=tuple(replace(turn, lanes=()) if turn.from_link in loose else turn for turn in turns),
        banned=(*roads.banned, *banned),
        degrees=roads.degrees,
    )


def list_edits_told(edits: ListEdits) -> tuple[str, ...]:
    """Return edits in words."""
    return tuple(_told(edits))


def _told(edits: ListEdits) -> Iterator[str]:
    for edit in edits.links:
        said = [] if edit.lanes is None else [f"{edit.lanes} lanes"]
        said += [] if edit.speed_kmh is None else [f"{edit.speed_kmh:g} km/h"]
        said += ["closed"] if edit.closed else []
        yield f"link {edit.link}: {', '.join(said)}"
    for one in edits.signals:
        yield f"node {one.node}: {'a signal' if one.signal else 'no signal'}"
    for turn in edits.turns:
        yield f"turn {turn.from_link} > {turn.to_link}: {'allowed' if turn.allowed else 'forbidden'}"


def _lost(roads: RoadList, edits: ListEdits) -> Iterator[Fault]:
    links = {link.id: link for link in roads.links}
    named = [("links", edit.link) for edit in edits.links]
    named += [("turns", name) for turn in edits.turns for name in (turn.from_link, turn.to_link)]
    for part, name in dict.fromkeys(named):
        if name not in links:
            yield Fault(f"there is no link {name!r} any more", "take the edit out, or mend its id", key=f"edits.{part}")
    for one in edits.signals:
        if one.node not in roads.nodes:
            yield Fault(
                f"there is no node {one.node!r} any more", "take the edit out, or mend its id", key="edits.signals"
            )
    told = {turn.from_link for turn in roads.turns}
    for turn in edits.turns:
        if turn.from_link in links and turn.to_link in links:
            if links[turn.from_link].ends[1] != links[turn.to_link].ends[0]:
                rule = f"{turn.to_link} does not begin where {turn.from_link} ends"
                yield Fault(rule, "mend the ids", key="edits.turns")
            elif turn.allowed and turn.from_link not in told:
                rule = f"the tables list no turns from {turn.from_link}, so that all usual ones are allowed"
                yield Fault(rule, "take the edit out, or list the turns in the tables", key="edits.turns")


def _link(link: ListedLink, edit: LinkEdit) -> ListedLink:
    if edit.lanes is not None:
        link = replace(link, lanes=edit.lanes, begin=(), changes=())
    return link if edit.speed_kmh is None else replace(link, speed_mps=edit.speed_kmh / 3.6)


def _node(node: ListedNode, edit: NodeEdit) -> ListedNode:
    return replace(node, signal=edit.signal)


def _turns(turns: list[ListedTurn], edits: ListEdits) -> tuple[list[ListedTurn], list[tuple[str, str]]]:
    """Return turns after edits, and those that are forbidden from links whose turns are not told."""
    told = {turn.from_link for turn in turns}
    banned: list[tuple[str, str]] = []
    for edit in edits.turns:
        ends = (edit.from_link, edit.to_link)
        kept = [turn for turn in turns if (turn.from_link, turn.to_link) != ends]
        if edit.allowed:
            turns = turns if len(kept) < len(turns) else [*turns, ListedTurn(*ends)]
        elif edit.from_link in told:
            turns = kept
        else:
            banned.append(ends)
    return turns, banned
