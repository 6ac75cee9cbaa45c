from pathlib import Path

import pytest

from congestion_lab.core.errors import NetworkError
from congestion_lab.network.maps.edits import Edits, JoinEdit, RoadEdit, SignalEdit, TurnEdit, read_edits, write_edits

EDITS = Edits(
    roads=(
        RoadEdit(way=101, lanes=2, lanes_back=1, why='seen: 3 May, "at noon"'),
        RoadEdit(way=102, direction="backward", speed_kmh=30),
        RoadEdit(way=103, closed=True),
    ),
    signals=(SignalEdit(node=11, signal=True), SignalEdit(node=12, signal=False, why="إشارة معطلة")),
    turns=(TurnEdit(from_way=101, via=11, to_way=201, allowed=False),),
    joins=(JoinEdit(nodes=(1, 2)), JoinEdit(nodes=(3, 4), join=False)),
)


@pytest.mark.parametrize("edits", [EDITS, Edits()])
def test_edits_survive_their_file(tmp_path: Path, edits: Edits) -> None:
    path = tmp_path / "edits.yaml"
    write_edits(path, edits)
    assert read_edits(path) == edits


def test_edits_are_counted_and_added() -> None:
    assert len(EDITS) == 8
    assert len(EDITS + EDITS) == 16


def test_every_fault_is_named_with_line_and_key(tmp_path: Path) -> None:
    path = tmp_path / "edits.yaml"
    path.write_text(
        "roads:\n  - {way: 1, lanes: 0}\n  - {way: 2}\n  - way: 3\n    lane: 2\n"
        "joins:\n  - {nodes: [1]}\nsignals:\n  - {node: x, signal: true}\n"
    )
    with pytest.raises(NetworkError) as caught:
        read_edits(path)
    told = str(caught.value)
    assert "edits.yaml:2: `roads.0.lanes`" in told
    assert "edits.yaml:3: `roads.1`" in told
    assert "says nothing: give lanes, direction, speed_kmh or closed" in told
    assert "edits.yaml:5: `roads.2.lane`" in told
    assert "edits.yaml:7: `joins.0.nodes`" in told
    assert "edits.yaml:9: `signals.0.node`" in told


def test_lanes_back_alone_say_nothing() -> None:
    with pytest.raises(ValueError, match="lanes_back needs lanes"):
        RoadEdit(way=1, lanes_back=2, speed_kmh=40)


@pytest.mark.parametrize("text", ["roads: [", "- 1", "roads: {a: b}", "[" * 5000])
def test_what_is_no_file_of_edits_is_refused(tmp_path: Path, text: str) -> None:
    path = tmp_path / "edits.yaml"
    path.write_text(text)
    with pytest.raises(NetworkError, match=r"edits\.yaml"):
        read_edits(path)


def test_a_missing_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(NetworkError, match="name a file of edits"):
        read_edits(tmp_path / "edits.yaml")


def test_the_edits_of_the_guide_can_be_copied(tmp_path: Path) -> None:
    guide = (Path(__file__).parents[3] / "docs" / "importing-a-map.md").read_text(encoding="utf-8")
    path = tmp_path / "edits.yaml"
    path.write_text(guide.split("```yaml\n")[1].split("```")[0], encoding="utf-8")
    assert len(read_edits(path)) == 8
