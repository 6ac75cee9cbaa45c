import json
from pathlib import Path

import pytest

from congestion_lab.core.errors import NetworkError
from congestion_lab.network.maps.edits import Edits, RoadEdit, SignalEdit, read_edits
from congestion_lab.network.maps.quality import Quality
from congestion_lab.sumo.building.importfolder import (
    NET,
    Imported,
    Origin,
    check_target,
    imported_net,
    is_import,
    write_import,
)
from congestion_lab.sumo.building.importsettings import SETTINGS, type_map
from congestion_lab.sumo.building.networkbuild import check, net_of
from congestion_lab.sumo.files.xmlfiles import tree
from tests import roads


def made(folder: Path) -> Imported:
    text = roads.crossing(folder).read_text()
    edits = Edits(roads=(RoadEdit(way=1, lanes=2),))
    fixes = Edits(signals=(SignalEdit(node=2, signal=True),))
    origin = Origin("osm", "town.osm", "d1", "a test")
    return Imported(
        text, origin, Quality(()), SETTINGS, {"fix": True}, edits, fixes, {"links": 4}, {"area": 1}, ("said",)
    )


def test_a_folder_holds_all_that_a_reader_needs(tmp_path: Path) -> None:
    folder = tmp_path / "out"
    net = write_import(made(tmp_path / "built"), folder, "<html></html>")
    assert net == folder / NET
    assert {path.name for path in folder.iterdir()} == {
        *("roads.net.xml.gz", "provenance.json", "quality.html", "quality.json", "LICENSE", "edits.yaml", "fixes.yaml")
    }
    assert "ODbL" in (folder / "LICENSE").read_text()
    told = json.loads((folder / "provenance.json").read_text())
    assert told["origin"] == {
        "kind": "osm",
        "source": "town.osm",
        "digest": "d1",
        "made_by": "a test",
        "licence": "ODbL-1.0",
    }
    assert told["left_out"] == {"area": 1}
    assert told["settings"][0]["reason"]
    assert read_edits(folder / "edits.yaml").roads == (RoadEdit(way=1, lanes=2),)
    assert imported_net(folder) == (net, True)


def test_the_folder_can_be_checked_and_drawn_like_any_network(tmp_path: Path) -> None:
    folder = tmp_path / "out"
    net = write_import(made(tmp_path / "built"), folder, "")
    assert net_of(folder) == net
    before = check(folder)
    assert [finding.rule for finding in before if finding.rule == "stale"] == []
    net.write_bytes(roads.avenue(tmp_path / "other").read_bytes())
    assert check(folder)[0].rule == "stale"


def test_an_earlier_import_is_replaced_whole(tmp_path: Path) -> None:
    folder = tmp_path / "out"
    write_import(made(tmp_path / "built"), folder, "first")
    write_import(made(tmp_path / "built"), folder, "second")
    assert (folder / "quality.html").read_text() == "second"
    assert [path.name for path in tmp_path.iterdir() if path.name.startswith(".")] == []


def test_what_no_import_wrote_is_not_replaced(tmp_path: Path) -> None:
    folder = tmp_path / "out"
    folder.mkdir()
    (folder / "thesis.txt").write_text("years of work")
    with pytest.raises(NetworkError, match="holds files that no import wrote"):
        write_import(made(tmp_path / "built"), folder, "")
    assert [path.name for path in folder.iterdir()] == ["thesis.txt"]
    (tmp_path / "file").write_text("")
    with pytest.raises(NetworkError, match="there is a file of that name"):
        check_target(tmp_path / "file")


def test_a_failure_leaves_the_earlier_import(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "out"
    write_import(made(tmp_path / "built"), folder, "first")
    before = {path.name: path.read_bytes() for path in folder.iterdir()}

    def full(*_arguments: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("congestion_lab.sumo.building.importfolder.write_json", full)
    with pytest.raises(OSError, match="No space"):
        write_import(made(tmp_path / "built"), folder, "second")
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == before
    assert [path.name for path in tmp_path.iterdir() if path.name.startswith(".")] == []


@pytest.mark.parametrize("text", ["", "[]", "{}", "[" * 100_000])
def test_a_damaged_provenance_is_refused(tmp_path: Path, text: str) -> None:
    (tmp_path / "provenance.json").write_text(text)
    assert is_import(tmp_path)
    with pytest.raises(NetworkError, match="import the map again"):
        imported_net(tmp_path)


def test_every_setting_has_a_reason_and_stands_once() -> None:
    assert all(setting.reason for setting in SETTINGS)
    assert len({setting.option for setting in SETTINGS}) == len(SETTINGS)


def test_the_type_map_is_well_formed(tmp_path: Path) -> None:
    path = tmp_path / "types.typ.xml"
    path.write_text(type_map())
    speeds = {kind.get("id"): float(kind.get("speed", "0")) for kind in tree(path)}
    assert max(speeds.values()) < 28
