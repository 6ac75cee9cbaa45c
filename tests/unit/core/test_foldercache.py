"""Folders made once: whole or not at all, by whoever is first, and no more of them than the disk is to hold."""

import multiprocessing
import os
import signal
import time
from pathlib import Path

import pytest

from congestion_lab.core.foldercache import FolderCache

_DAY_S = 86_400


def fill(folder: Path) -> None:
    (folder / "file").write_bytes(bytes(100))


def never(_folder: Path) -> None:
    pytest.fail("made again")


def names(root: Path) -> set[str]:
    return {path.name for path in root.iterdir()}


def test_a_folder_is_made_once(tmp_path: Path) -> None:
    cache = FolderCache(tmp_path / "cache", 1000)
    made = cache.folder("a", fill)
    assert (made / "file").stat().st_size == 100
    assert cache.folder("a", never) == made


def test_what_fails_leaves_nothing(tmp_path: Path) -> None:
    def broken(folder: Path) -> None:
        fill(folder)
        raise OSError(28, "No space left on device")

    with pytest.raises(OSError, match="No space left"):
        FolderCache(tmp_path, 1000).folder("a", broken)
    assert names(tmp_path) == set()


def test_those_that_nobody_asked_for_longest_go_but_none_of_the_last_day(tmp_path: Path) -> None:
    cache, now = FolderCache(tmp_path, 250), time.time()
    for number, name in enumerate("abcd"):
        os.utime(FolderCache(tmp_path, 10**9).folder(name, fill), (0, now - (10 - number) * _DAY_S))
    cache.folder("a", never)  # asked for now
    cache.folder("e", fill)
    assert names(tmp_path) == {"a", "e"}
    for name in "fg":
        cache.folder(name, fill)
    assert names(tmp_path) == {"a", "e", "f", "g"}


def test_folders_that_are_asked_for_by_name_stay(tmp_path: Path) -> None:
    cache = FolderCache(tmp_path, 0)
    for name in "ab":
        os.utime(FolderCache(tmp_path, 10**9).folder(name, fill), (0, 0))
    cache.ask_for(["b", "c"])
    cache.trim()
    assert names(tmp_path) == {"b"}


def test_a_folder_of_somebody_else_keeps_none_of_ones_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for number, name in enumerate("abc"):
        os.utime(FolderCache(tmp_path, 10**9).folder(name, fill), (0, number))
    rename = Path.rename

    def of_others(folder: Path, target: Path) -> Path:
        if folder.name == "b":
            raise PermissionError(13, "Permission denied")
        return rename(folder, target)

    monkeypatch.setattr(Path, "rename", of_others)
    FolderCache(tmp_path, 0).trim()
    assert names(tmp_path) == {"b"}


def _slowly(root: Path, mark: str) -> None:
    def make(folder: Path) -> None:
        (folder / "file").write_text(mark)
        (root / f"{mark}.begun").touch()
        while len(list(root.glob("*.begun"))) < 2:
            time.sleep(0.01)

    FolderCache(root / "cache", 1000).folder("a", make)


def test_two_processes_that_make_the_same_at_once_leave_one_whole_folder(tmp_path: Path) -> None:
    context = multiprocessing.get_context("spawn")
    processes = [context.Process(target=_slowly, args=(tmp_path, mark)) for mark in ("one", "other")]
    for process in processes:
        process.start()
    for process in processes:
        process.join(60)
    assert [process.exitcode for process in processes] == [0, 0]
    assert names(tmp_path / "cache") == {"a"}
    assert (tmp_path / "cache/a/file").read_text() in {"one", "other"}


def _killed(root: Path) -> None:
    def make(folder: Path) -> None:
        fill(folder)
        os.kill(os.getpid(), signal.SIGKILL)

    FolderCache(root, 1000).folder("a", make)


def test_what_a_killed_process_left_is_no_folder_and_goes(tmp_path: Path) -> None:
    process = multiprocessing.get_context("spawn").Process(target=_killed, args=(tmp_path,))
    process.start()
    process.join(60)
    assert process.exitcode == -signal.SIGKILL
    assert len(names(tmp_path)) == 1
    made: list[Path] = []
    FolderCache(tmp_path, 1000).folder("a", made.append)
    assert len(made) == 1
    assert names(tmp_path) == {"a"}


def test_a_folder_that_goes_while_it_is_asked_for_is_made_again(tmp_path: Path) -> None:
    cache = FolderCache(tmp_path, 1000)
    (cache.folder("a", fill) / "file").unlink()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Path, "is_dir", lambda _path: True)  # what was true a moment ago
        (tmp_path / "a").rmdir()
        made = cache.folder("a", fill)
    assert (made / "file").stat().st_size == 100


def test_a_folder_that_is_asked_for_while_others_go_stays(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    cache, now = FolderCache(tmp_path, 50), time.time()
    os.utime(cache.folder("a", fill), (0, now - 9 * _DAY_S))
    listed = FolderCache._used

    def used_meanwhile(self: FolderCache) -> list[tuple[float, Path]]:
        found = list(listed(self))
        os.utime(tmp_path / "a")
        return found

    monkeypatch.setattr(FolderCache, "_used", used_meanwhile)
    cache.folder("b", fill)
    assert names(tmp_path) == {"a", "b"}
