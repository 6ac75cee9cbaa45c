from pathlib import Path
from types import ModuleType

import pytest

from congestion_lab.core.errors import Fault, NetworkError
from congestion_lab.network.roadmodel.roadtables import RoadTables, read_road_tables


def faults_of(folder: Path) -> tuple[Fault, ...]:
    with pytest.raises(NetworkError) as caught:
        read_road_tables(folder)
    return caught.value.faults


def test_rows_come_out_typed(toy_tables: RoadTables) -> None:
    first = toy_tables.links[0]
    assert (first.from_id, first.lanes_fwd, first.speed_kmh, first.median_m) == ("west", 3, 60.0, None)
    assert toy_tables.nodes[0].name_ar == "عقدة"


def test_every_fault_is_named_with_file_line_and_column(toy: ModuleType, tmp_path: Path) -> None:
    links = [*toy.LINKS, "west,nowhere,X,س,alley,2,x,500,,0,,Z"]
    nodes = [*toy.NODES, "cross,Again,مرة,square,95,36.3,A"]
    faults = faults_of(toy.written(tmp_path, links=links, nodes=nodes))
    places = {(fault.source.rsplit("/", 1)[1], fault.line, fault.key) for fault in faults}
    assert places == {
        ("nodes.csv", len(nodes), "kind"),
        ("nodes.csv", len(nodes), "lat"),
        ("links.csv", len(links), "lanes_bwd"),
        ("links.csv", len(links), "speed_kmh"),
        ("links.csv", len(links), "confidence"),
    }


@pytest.mark.parametrize(
    ("table", "row", "rule"),
    [
        ("links", "west,nowhere,X,س,street,2,2,50,,0,,A", "the node 'nowhere' is not in nodes.csv"),
        ("links", "west,south,X,س,alley,2,2,50,,0,,A", "the class 'alley' is not in network.yaml"),
        ("links", "cross,cross,X,س,street,2,2,50,,0,,A", "the link begins and ends at 'cross'"),
        ("links", "opening,west,X,س,street,2,2,50,,0,,A", "'opening-west' stands twice, first in line 2"),
        ("nodes", "cross,Again,مرة,junction,33.5,36.3,A", "'cross' stands twice, first in line 2"),
        ("controls", "mars,signal,,,,,,,90", "the node 'mars' is not in nodes.csv"),
        ("controls", "ring,signal,,,,,,,90", "'ring' stands twice, first in line 3"),
        ("controls", "south,interchange,,,cross,mars,60,160,90", "no link joins 'south' and 'mars'"),
        ("changes", "2025-08-10,cross,north,1,1", "links.csv has no link from 'cross' to 'north'"),
    ],
)
def test_rows_that_contradict_others(toy: ModuleType, tmp_path: Path, table: str, row: str, rule: str) -> None:
    lines = [*getattr(toy, table.upper()), row]
    faults = faults_of(toy.written(tmp_path, **{table: lines}))
    assert [fault.rule for fault in faults] == [rule]
    assert faults[0].line == len(lines)


def test_a_control_must_bring_what_it_needs(toy: ModuleType, tmp_path: Path) -> None:
    faults = faults_of(toy.written(tmp_path, controls=[toy.CONTROLS[0], "ring,roundabout,,,,,,,"]))
    assert {fault.key for fault in faults} == {"radius_m", "ring_lanes"}


def test_missing_columns_and_files_are_told(toy: ModuleType, tmp_path: Path) -> None:
    toy.written(tmp_path, nodes=["id,name_en"])
    (tmp_path / "changes.csv").unlink()
    rules = [fault.rule for fault in faults_of(tmp_path)]
    assert rules[0] == "columns are missing: name_ar, kind, lat, lon, confidence"
    assert rules[1].startswith("cannot be read")


def test_a_row_with_a_cell_too_many(toy: ModuleType, tmp_path: Path) -> None:
    faults = faults_of(toy.written(tmp_path, changes=[toy.CHANGES[0], toy.CHANGES[1] + ",1"]))
    assert [fault.rule for fault in faults] == ["the row has more or fewer cells than the header"]


@pytest.mark.parametrize("via", ["33.5,nan", "33.5,inf", "36.3,233.5", "33.5"])
def test_an_alignment_is_made_of_positions(toy: ModuleType, tmp_path: Path, via: str) -> None:
    links = [*toy.LINKS[:-1], 'west,ring,X,س,street,2,2,50,,0,"' + via + '",A']
    assert ("via", f"{via!r} is not a list like `33.51,36.27 33.52,36.28`") in {
        (fault.key, fault.rule) for fault in faults_of(toy.written(tmp_path, links=links))
    }


def test_a_ring_has_whole_lanes(toy: ModuleType, tmp_path: Path) -> None:
    faults = faults_of(toy.written(tmp_path, controls=[toy.CONTROLS[0], "ring,roundabout,30,2.7,,,,,"]))
    assert [(fault.key, fault.rule) for fault in faults] == [("ring_lanes", "'2.7' is not a whole number")]


def test_tables_may_begin_with_a_byte_order_mark(toy: ModuleType, tmp_path: Path) -> None:
    folder = toy.written(tmp_path)
    plain = read_road_tables(folder)
    for table in folder.glob("*.csv"):
        table.write_bytes(b"\xef\xbb\xbf" + table.read_bytes())
    assert read_road_tables(folder) == plain


def test_unknown_manifest_key_is_told_with_its_line(toy: ModuleType, tmp_path: Path) -> None:
    toy.written(tmp_path)
    manifest = tmp_path / "network.yaml"
    manifest.write_text(toy.MANIFEST + "colour: red\n", encoding="utf-8")
    (fault,) = faults_of(tmp_path)
    assert (fault.key, fault.line) == ("colour", len(toy.MANIFEST.splitlines()) + 1)


def test_a_projection_that_nobody_knows_is_told(toy: ModuleType, tmp_path: Path) -> None:
    toy.written(tmp_path)
    (tmp_path / "network.yaml").write_text(toy.MANIFEST.replace("+zone=37", "+zone=99"), encoding="utf-8")
    (fault,) = faults_of(tmp_path)
    assert (fault.key, "PROJ knows no projection" in fault.rule) == ("projection", True)


@pytest.mark.parametrize("text", ["name: [", "", "[" * 5000 + "]" * 5000])
def test_manifest_that_is_no_manifest(toy: ModuleType, tmp_path: Path, text: str) -> None:
    toy.written(tmp_path)
    (tmp_path / "network.yaml").write_text(text, encoding="utf-8")
    assert faults_of(tmp_path)


def test_folder_without_manifest(tmp_path: Path) -> None:
    (fault,) = faults_of(tmp_path)
    assert "network.yaml" in fault.source
    assert fault.hint == "name a folder that holds a network.yaml"
