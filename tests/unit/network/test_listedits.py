from pathlib import Path

import pytest

from congestion_lab.core.errors import NetworkError
from congestion_lab.network.lists.listedits import ListEdits, edited, list_edits_told, read_list_edits
from congestion_lab.network.lists.roadlist import LaneChange, ListedLink, ListedNode, ListedTurn, RoadList

NODES = {name: ListedNode(name, (100.0 * at, 0.0), name == "2") for at, name in enumerate("123")}
LINKS = (
    ListedLink("1-2", ("1", "2"), 3, 10.0, begin=(0, 1), changes=(LaneChange(40, (0, 1, 2)),)),
    ListedLink("2-3", ("2", "3"), 2, 10.0),
    ListedLink("3-2", ("3", "2"), 2, 10.0),
    ListedLink("2-1", ("2", "1"), 2, 10.0),
)
TURNS = (ListedTurn("1-2", "2-3", ((0, 0), (1, 1))), ListedTurn("1-2", "2-1", ((2, 1),)))
ROADS = RoadList(NODES, LINKS, TURNS, (), degrees=False)


def edits(folder: Path, text: str) -> ListEdits:
    path = folder / "edits.yaml"
    path.write_text(text, encoding="utf-8")
    return read_list_edits(path)


def test_every_kind_of_edit(tmp_path: Path) -> None:
    some = edits(
        tmp_path,
        "links:\n  - {link: 1-2, lanes: 1, speed_kmh: 36, why: seen}\n  - {link: 2-1, closed: true}\n"
        "signals:\n  - {node: 2, signal: false}\n  - {node: 3, signal: true}\n"
        "turns:\n  - {from_link: 3-2, to_link: 2-3, allowed: false}\n",
    )
    after = edited(ROADS, some)
    assert [link.id for link in after.links] == ["1-2", "2-3", "3-2"]
    assert after.links[0] == ListedLink("1-2", ("1", "2"), 1, 10.0)
    assert after.turns == (ListedTurn("1-2", "2-3"),)
    assert after.banned == (("3-2", "2-3"),)
    assert {name: node.signal for name, node in after.nodes.items()} == {"1": False, "2": False, "3": True}
    assert list_edits_told(some) == (
        "link 1-2: 1 lanes, 36 km/h",
        "link 2-1: closed",
        "node 2: no signal",
        "node 3: a signal",
        "turn 3-2 > 2-3: forbidden",
    )
    assert len(some) == 5


def test_turns_that_are_told(tmp_path: Path) -> None:
    off = edits(tmp_path, "turns:\n  - {from_link: 1-2, to_link: 2-1, allowed: false}\n")
    assert edited(ROADS, off).turns == TURNS[:1]
    on = edits(tmp_path, "turns:\n  - {from_link: 1-2, to_link: 2-1, allowed: true}\n")
    assert edited(edited(ROADS, off), on).turns == (TURNS[0], ListedTurn("1-2", "2-1"))
    assert edited(ROADS, on) == ROADS, "what is allowed already keeps its lanes"


def test_edits_that_find_nothing_are_named(tmp_path: Path) -> None:
    some = edits(
        tmp_path,
        "links:\n  - {link: 9-9, closed: true}\nsignals:\n  - {node: 9, signal: true}\n"
        "turns:\n  - {from_link: 1-2, to_link: 3-2, allowed: false}\n"
        "  - {from_link: 3-2, to_link: 2-1, allowed: true}\n",
    )
    with pytest.raises(NetworkError) as told:
        edited(ROADS, some)
    assert [fault.rule for fault in told.value.faults] == [
        "there is no link '9-9' any more",
        "there is no node '9' any more",
        "3-2 does not begin where 1-2 ends",
        "the tables list no turns from 3-2, so that all usual ones are allowed",
    ]


def test_a_file_that_breaks_the_schema(tmp_path: Path) -> None:
    with pytest.raises(NetworkError) as told:
        edits(tmp_path, "links:\n  - {link: 1-2}\n  - {link: 1-2, lanes: 0}\n  - {link: 1_2, lanes: 1}\nroads: []\n")
    assert [(fault.line, fault.rule) for fault in told.value.faults] == [
        (2, "says nothing: give lanes, speed_kmh or closed"),
        (3, "should be greater than or equal to 1, not 0"),
        (4, "write an id with underscores in quotation marks: YAML takes it for a number"),
        (5, "unknown key"),
    ]
