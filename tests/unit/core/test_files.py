from pathlib import Path

import pytest

from congestion_lab.core.files import files_written_together, folder_replaced_whole


def test_a_folder_is_replaced_whole(tmp_path: Path) -> None:
    target = tmp_path / "out"
    for text in ("first", "second"):
        with folder_replaced_whole(target) as fresh:
            (fresh / "a").write_text(text)
    assert (target / "a").read_text() == "second"
    assert [path.name for path in tmp_path.iterdir()] == ["out"]


def test_a_folder_stays_when_its_replacement_fails(tmp_path: Path) -> None:
    target = tmp_path / "out"
    with folder_replaced_whole(target) as fresh:
        (fresh / "a").write_text("first")
    with pytest.raises(ValueError, match="no"), folder_replaced_whole(target) as fresh:
        (fresh / "a").write_text("second")
        raise ValueError("no")
    assert (target / "a").read_text() == "first"
    assert [path.name for path in tmp_path.iterdir()] == ["out"]


def test_a_folder_comes_back_when_the_new_one_does_not_get_its_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    target = tmp_path / "out"
    with folder_replaced_whole(target) as fresh:
        (fresh / "a").write_text("first")
    rename = Path.rename

    def failing(path: Path, to: Path) -> Path:
        if path.name == "new":
            raise PermissionError(13, "in use")
        return rename(path, to)

    monkeypatch.setattr(Path, "rename", failing)
    with pytest.raises(PermissionError), folder_replaced_whole(target) as fresh:
        (fresh / "a").write_text("second")
    assert (target / "a").read_text() == "first"
    assert [path.name for path in tmp_path.iterdir()] == ["out"]


def test_files_come_together_beside_what_is_there(tmp_path: Path) -> None:
    (tmp_path / "mine").write_text("mine")
    with files_written_together(tmp_path) as staged:
        (staged / "a").write_text("a")
        (staged / "deep").mkdir()
        (staged / "deep" / "b").write_text("b")
    assert {path.relative_to(tmp_path).as_posix() for path in tmp_path.rglob("*")} == {"mine", "a", "deep", "deep/b"}


def test_no_file_comes_where_one_fails(tmp_path: Path) -> None:
    (tmp_path / "there").mkdir()
    for folder in (tmp_path / "there", tmp_path / "new"):
        with pytest.raises(ValueError, match="no"), files_written_together(folder) as staged:
            (staged / "a").write_text("a")
            raise ValueError("no")
    assert [path.name for path in tmp_path.rglob("*")] == ["there"]
