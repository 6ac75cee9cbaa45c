"""What is damaged, strange or gone is told, and hides nothing else."""

import json
import os
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from congestion_lab.optimization.shelf.shelf import Shelf
from tests.servedruns import candidate, write_history, write_run_set
from tests.unit.serving.conftest import Ask, Id, write_standing


def test_a_name_that_is_no_utf8_hides_no_other(ask: Ask, root: Path) -> None:
    write_run_set(root / "sound")
    strange = root / os.fsdecode(b"odd-\xff")
    strange.mkdir()
    write_history(strange, candidate(0, 40.0))
    (strange / os.fsdecode(b"\xfe.csv")).write_text("a,b")
    page = ask("/en/").text
    assert 'data-value="finished"' in page
    place = next(each for each in Shelf(root.resolve()).places() if each.is_study)
    link = re.search(r'href="(files/[0-9a-f]+)" download', ask(f"/en/{place.id}/").text)
    assert link is not None
    assert ask(f"/en/{place.id}/{link[1]}").body == b"a,b"


def test_a_folder_that_goes_while_it_is_looked_at_is_not_listed(
    ask: Ask, root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_run_set(root / "sound")
    (root / "going").mkdir()
    look = Path.iterdir

    def gone(folder: Path) -> Iterator[Path]:
        if folder.name == "going":
            raise FileNotFoundError(folder)
        return look(folder)

    monkeypatch.setattr(Path, "iterdir", gone)
    page = ask("/en/").text
    assert "sound" in page
    assert "going" not in page


@pytest.mark.parametrize("moment_s", [-1e5, 0.0, 4e9, 1e17])
def test_a_clock_that_ran_wild_hides_nothing(
    ask: Ask, root: Path, monkeypatch: pytest.MonkeyPatch, moment_s: float
) -> None:
    write_run_set(root / "toy")
    monkeypatch.setattr("congestion_lab.optimization.shelf.shelf._changed_s", lambda _folder: moment_s)
    assert 'data-value="finished"' in ask("/en/").text


def _truncated(folder: Path) -> None:
    (folder / "runset.json").write_text('{"format": 1')


def _no_list(folder: Path) -> None:
    (folder / "runset.json").write_text("[]")


def _nested(folder: Path) -> None:
    (folder / "runset.json").write_text("[" * 100_000)


def _pipe(folder: Path) -> None:
    (folder / "runset.json").unlink()
    os.mkfifo(folder / "runset.json")


def _leaving(folder: Path) -> None:
    text = (folder / "runset.json").read_text()
    (folder / "runset.json").write_text(re.sub(r'"runs/[0-9a-f]+"', '"../../elsewhere"', text))


def _table(folder: Path) -> None:
    next((folder / "runs").glob("*/trips.parquet")).write_bytes(b"PAR1 no table")


def _wrong_types(folder: Path) -> None:
    path = next((folder / "runs").glob("*/run.json"))
    path.write_text(path.read_text().replace('"seed": 1', '"seed": []').replace('"seed": 3', '"seed": []'))


def _endless(folder: Path) -> None:
    run = next((folder / "runs").iterdir()).name
    (folder / "runset.json").write_text(json.dumps({"runs": [f"runs/{run}"] * 10_001}))


def _no_path(folder: Path) -> None:
    (folder / "runset.json").write_text('{"runs": ["a\\u0000b"]}')


def _no_letter(folder: Path) -> None:
    (folder / "runset.json").write_text('{"runs": ["\\ud800"]}')


def _gone(folder: Path) -> None:
    next((folder / "runs").glob("*/run.json")).unlink()


def _linked(folder: Path) -> None:
    path = next((folder / "runs").glob("*/trips.parquet"))
    path.rename(folder.parents[1] / "trips.parquet")
    path.symlink_to(folder.parents[1] / "trips.parquet")


def _looping(folder: Path) -> None:
    path = next((folder / "runs").glob("*/trips.parquet"))
    path.unlink()
    path.symlink_to(path)


@pytest.mark.parametrize(
    "damage",
    [
        _truncated,
        _no_list,
        _nested,
        _pipe,
        _leaving,
        _table,
        _wrong_types,
        _endless,
        _no_path,
        _no_letter,
        _gone,
        _linked,
        _looping,
    ],
)
def test_what_is_damaged_is_listed_with_what_is_wrong(
    ask: Ask, root: Path, id_of: Id, damage: Callable[[Path], None]
) -> None:
    write_run_set(root / "toy")
    write_run_set(root / "sound")
    damage(root / "toy")
    answer = ask("/en/")
    assert answer.status == 200
    assert 'data-value="finished"' in answer.text
    assert 'data-value="damaged"' in answer.text
    fault = re.search(r'<p class="fault">([^<]*)</p>', answer.text)
    assert fault is not None
    assert "toy" in fault[1]
    assert str(root) not in fault[1]
    told = re.search(r'<p class="fault">(.*?)</p>', ask("/ar/").text)
    assert told is not None
    assert re.search("تالف|أكثر من|مفقود|تعذّرت قراءة|ليس ملفًا عاديًا|خارج المجلد", told[1])
    assert not re.search("[A-Za-z]{3}", re.sub("JSON|\u2068[^\u2069]*\u2069", "", told[1]))
    assert ask(f"/en/{id_of('toy')}/").status == 200
    assert ask(f"/en/{id_of('toy')}/report").status == 409


@pytest.mark.parametrize("key", ["done", "total", "process"])
def test_a_damaged_standing_is_told(ask: Ask, root: Path, key: str) -> None:
    (root / "search").mkdir()
    write_history(root / "search", candidate(0, 40.0))
    write_standing(root / "search", process=os.getpid())
    path = root / "search" / "standing.json"
    path.write_text(re.sub(f'"{key}": [0-9]+', f'"{key}": Infinity', path.read_text()))
    assert 'data-value="damaged"' in ask("/en/").text


@pytest.mark.parametrize("text", [
    "{}", "[]", '{"candidates": 1}', '{"candidates": [1]}', '{"candidates": [{"delays_s": {"1": 1e300}}]}',
    '{"candidates": [{"number": 0, "origin": "x", "delays_s": {"1": NaN}, "score": 1, "stopped": false}]}',
    '{"candidates": [], "trial": [{"number": 0, "delays_s": {}}]}',
    '{"candidates": [{"number": 0, "origin": "x", "delays_s": {}, "score": 1, "stopped": false}], "trial": [{}]}',
])  # fmt: skip
def test_a_damaged_history_is_told(ask: Ask, root: Path, id_of: Id, text: str) -> None:
    (root / "search").mkdir()
    (root / "search" / "history.json").write_text(text)
    assert 'data-value="damaged"' in ask("/en/").text
    assert "damaged" in ask(f"/en/{id_of('search')}/standing.json").json["told"]


def test_a_folder_that_nobody_may_look_into_is_damaged_and_hides_no_other(
    ask: Ask, root: Path, id_of: Id, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_run_set(root / "sound")
    (root / "shut").mkdir()
    look = Path.iterdir

    def refused(folder: Path) -> Iterator[Path]:
        if folder.name == "shut":
            raise PermissionError(13, "Permission denied", str(folder))
        return look(folder)

    monkeypatch.setattr(Path, "iterdir", refused)
    page = ask("/en/").text
    assert 'data-value="finished"' in page
    assert "Permission denied" in page
    assert "Permission denied" in ask(f"/en/{id_of('shut')}/").text


def test_a_folder_that_lies_elsewhere_is_not_listed(ask: Ask, root: Path, tmp_path: Path) -> None:
    write_run_set(tmp_path / "outside")
    (root / "link").symlink_to(tmp_path / "outside")
    assert "outside" not in ask("/en/").text
    assert "link</bdi>" not in ask("/en/").text
