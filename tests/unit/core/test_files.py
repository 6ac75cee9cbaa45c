from pathlib import Path

import pytest

from congestion_lab.core.files import folder_replaced_whole


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
