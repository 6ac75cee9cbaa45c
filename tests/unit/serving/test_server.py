"""What a browser is given, and what it is refused."""

import json
import os
import re
import socket
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict
from pathlib import Path

import pytest

from congestion_lab.core.errors import ExperimentError
from congestion_lab.core.files import machine, write_json
from congestion_lab.optimization.shelf import Shelf
from congestion_lab.optimization.standing import Standing
from congestion_lab.reporting.gathering import Story
from congestion_lab.serving.reports import Reports
from congestion_lab.serving.server import Server
from tests.servedruns import candidate, write_history, write_run_set
from tests.stories import HOSTILE
from tests.unit.serving.conftest import Ask, Got

Id = Callable[[str], str]
DEAD = 2**22 + 1  # above the highest process number of Linux


def _standing(folder: Path, *, process: int, where: str = "", done: int = 3) -> None:
    standing = Standing("fast engine", "plans", done, 10, process, where or machine())
    write_json(folder / "standing.json", asdict(standing))


def _made(ask: Ask, address: str) -> Got:
    """Ask until the report is made."""
    for _ in range(500):
        answer = ask(address)
        if 'data-source="report.json"' not in answer.text:
            return answer
        time.sleep(0.02)
    raise AssertionError("the report is never made")


def test_the_address_alone_leads_to_the_list_in_the_language_asked_for(ask: Ask) -> None:
    answer = ask("/")
    assert (answer.status, answer.headers["Location"]) == (302, "/en/")


def test_an_empty_folder_says_how_to_fill_it(ask: Ask) -> None:
    assert "congestion-lab simulate" in ask("/en/").text


def test_the_list_tells_the_figures_of_run_sets_and_studies(ask: Ask, root: Path) -> None:
    write_run_set(root / "day" / "morning")
    (root / "search").mkdir()
    write_history(root / "search", candidate(0, 40.0), candidate(1, 31.5), candidate(2, 20.0, stopped=True))
    page = ask("/en/").text
    assert "<bdi>day/morning</bdi>" in page
    row = page[page.index("day/morning") :]
    assert re.search(r'>finished</span></td><td class="n" data-value="3', row)
    assert re.search(r'data-value="2">2</td><td class="n worse" data-value="1">1</td></tr>', row)
    assert "fake 1" in row
    assert 'data-value="31.5">31.5' in page
    assert "2 run sets and studies" in page
    arabic = ask("/ar/").text
    assert '<html lang="ar" dir="rtl"' in arabic
    assert "مجموعة التشغيلات" in arabic


@pytest.mark.parametrize(("process", "where", "state"), [
    (os.getpid(), "", "running"), (DEAD, "", "interrupted"), (-1, "", "interrupted"), (DEAD, "other", "elsewhere"),
], ids=("alive", "dead", "none", "elsewhere"))  # fmt: skip
def test_a_study_without_an_end_runs_as_long_as_its_process(
    ask: Ask, root: Path, process: int, where: str, state: str
) -> None:
    (root / "search").mkdir()
    write_history(root / "search", candidate(0, 40.0))
    _standing(root / "search", process=process, where=where)
    assert f'data-value="{state}"' in ask("/en/").text


def test_a_growing_study_is_followed_to_its_end(ask: Ask, root: Path, id_of: Id) -> None:
    folder = root / "search"
    folder.mkdir()
    write_history(folder, candidate(0, 40.0))
    _standing(folder, process=os.getpid())
    page = ask(f"/en/{id_of('search')}/").text
    assert 'data-source="standing.json"' in page
    source = f"/en/{id_of('search')}/standing.json"
    first = ask(source).json
    assert "plans judged: 3 of 10" in first["html"]
    assert first["goes_on"]
    write_history(folder, candidate(0, 40.0), candidate(1, 35.0), candidate(2, None))
    _standing(folder, process=os.getpid(), done=7)
    second = ask(source).json
    assert "plans judged: 7 of 10" in second["html"]
    assert "35.0" in second["html"]
    assert second["html"].count("<circle") == 2
    assert "number 1, fast engine" in second["html"]
    (folder / "standing.json").unlink()
    last = ask(source).json
    assert (last["goes_on"], last["reload"]) == (False, True)
    assert "interrupted" in last["told"]


def test_runs_that_are_being_made_are_running(ask: Ask, root: Path) -> None:
    (root / "made" / "runs" / f".abc.{machine()}.{os.getpid()}.x").mkdir(parents=True)
    (root / "given-up" / "runs" / f".abc.{machine()}.{DEAD}.x").mkdir(parents=True)
    page = ask("/en/").text
    assert 'data-value="running"' in page[page.index("<bdi>made") : page.index("<bdi>made") + 400]
    assert 'data-value="interrupted"' in page[page.index("<bdi>given-up") : page.index("<bdi>given-up") + 400]


def test_a_report_is_made_once_and_anew_when_the_runs_change(
    ask: Ask, root: Path, id_of: Id, story: Story, monkeypatch: pytest.MonkeyPatch
) -> None:
    calls = []
    monkeypatch.setattr("congestion_lab.serving.reports.story_of", lambda folders: calls.append(folders) or story)
    write_run_set(root / "toy")
    address = f"/en/{id_of('toy')}/report"
    page = _made(ask, address)
    assert page.status == 200
    assert "Traffic simulation report" in page.text
    assert f'href="/ar/{id_of("toy")}/report"' in page.text
    assert "تقرير محاكاة مرورية" in ask(address.replace("/en/", "/ar/")).text
    assert ask(f"/en/{id_of('toy')}/report.json").json["reload"]
    assert len(calls) == 1
    table = next((root / "toy" / "runs").glob("*/trips.parquet"))
    os.utime(table, (1, 1))
    _made(ask, address)
    assert len(calls) == 2


def test_what_is_exported_beside_the_runs_makes_no_new_report(root: Path, tmp_path: Path, story: Story) -> None:
    write_run_set(root / "toy")
    shelf = Shelf(root)
    reports, place = Reports(shelf, tmp_path), next(shelf.places())
    first = reports.ask(place)
    (root / "toy" / "report.html").write_text("growing")
    assert reports.ask(place) is first
    (root / "toy" / "plan.json").write_text("{}")
    assert reports.ask(place) is not first


def test_a_report_that_failed_is_tried_again_after_a_while(
    ask: Ask, root: Path, id_of: Id, story: Story, monkeypatch: pytest.MonkeyPatch
) -> None:
    calls = []

    def first_failing(folders: object) -> Story:
        calls.append(folders)
        if len(calls) == 1:
            raise ExperimentError("the net is gone")
        return story

    monkeypatch.setattr("congestion_lab.serving.reports.story_of", first_failing)
    write_run_set(root / "toy")
    address = f"/en/{id_of('toy')}/report"
    assert _made(ask, address).status == _made(ask, address).status == 409
    assert len(calls) == 1
    monkeypatch.setattr("congestion_lab.serving.reports._RETRIED_S", 0.0)
    assert _made(ask, address).status == 200


def test_why_a_report_could_not_be_made_is_told(
    ask: Ask, root: Path, id_of: Id, monkeypatch: pytest.MonkeyPatch
) -> None:
    def failing(_folders: object) -> Story:
        raise ExperimentError("the net is gone")

    monkeypatch.setattr("congestion_lab.serving.reports.story_of", failing)
    write_run_set(root / "toy")
    answer = _made(ask, f"/en/{id_of('toy')}/report")
    assert answer.status == 409
    assert "the net is gone" in answer.text


def test_why_a_report_could_not_be_made_is_told_in_arabic(ask: Ask, root: Path, id_of: Id) -> None:
    write_run_set(root / "toy")
    answer = _made(ask, f"/ar/{id_of('toy')}/report")
    assert answer.status == 409
    assert "لا ملف أو مجلد بهذا الاسم — تحقق من المسار ومن أن الملف كامل" in answer.text
    assert "net.xml" in answer.text


def test_there_is_no_report_of_what_is_not_finished(ask: Ask, root: Path, id_of: Id) -> None:
    (root / "search").mkdir()
    write_history(root / "search", candidate(0, 40.0))
    assert ask(f"/en/{id_of('search')}/report").status == 409
    assert ask(f"/en/{id_of('search')}/report.json").json["goes_on"] is False


def test_plans_and_exports_can_be_taken_but_nothing_else(ask: Ask, root: Path, id_of: Id, tmp_path: Path) -> None:
    folder = root / "search"
    (folder / "plans").mkdir(parents=True)
    write_history(folder, candidate(0, 40.0))
    (folder / "best-plan.json").write_text("plan")
    (folder / "plans" / 'sheet "1".csv').write_text("a,b")
    (folder / ".secret.csv").write_text("no")
    (tmp_path / "outside.csv").write_text("no")
    (folder / "leak.csv").symlink_to(tmp_path / "outside.csv")
    os.mkfifo(folder / "pipe.csv")
    page = ask(f"/en/{id_of('search')}/").text
    links = re.findall(r'href="(files/[0-9a-f]+)" download><bdi>([^<]*)', page)
    assert [name for _, name in links] == ["best-plan.json", "plans/sheet &#34;1&#34;.csv"]
    got = ask(f"/en/{id_of('search')}/{links[1][0]}")
    assert got.body == b"a,b"
    assert got.headers["Content-Disposition"] == 'attachment; filename="sheet__1_.csv"'
    assert got.headers["Content-Type"] == "application/octet-stream"


@pytest.mark.parametrize("target", [
    "/en/../../etc/passwd", "/en/%2e%2e/%2e%2e/etc/passwd", "//etc/passwd", "/en/..", "/fr/", "/en", "/en/toy/",
    "/en/{id}/files/..%2f..%2fsecret", "/en/{id}/files/runset.json", "/en/{id}/../toy/report", "/en/{id}/runset.json",
    "/en/{id}/files/", "/en/{id}/report/", "/en/\\..\\secret", "/en/{id}", "/%00", "http://evil.example/en/",
])  # fmt: skip
def test_no_address_becomes_a_path(ask: Ask, root: Path, id_of: Id, target: str) -> None:
    write_run_set(root / "toy")
    answer = ask(target.format(id=id_of("toy")))
    assert answer.status == 404
    assert "root:x:" not in answer.text


@pytest.mark.parametrize(
    "host",
    [
        "evil.example",
        "127.0.0.1.evil.example",
        "127.0.0.1:80.evil.example",
        "",
        "localhost@evil.example",
        "[::1",
        "10.0.0.1",
    ],
)
def test_a_host_that_is_not_ours_is_refused(ask: Ask, host: str) -> None:
    answer = ask("/en/", host=host)
    assert answer.status == 421
    assert "All runs" not in answer.text


@pytest.mark.parametrize("host", ["localhost", "LOCALHOST:1234", "127.0.0.1", "[::1]:8000"])
def test_this_computer_is_answered(ask: Ask, host: str) -> None:
    assert ask("/en/", host=host).status == 200


@pytest.mark.parametrize("site", ["cross-site", "same-site"])
def test_a_page_elsewhere_can_start_nothing(ask: Ask, root: Path, id_of: Id, site: str) -> None:
    write_run_set(root / "toy")
    address = f"/en/{id_of('toy')}/report"
    answer = ask(address, Sec_Fetch_Site=site, Sec_Fetch_Mode="no-cors")
    assert answer.status == 403
    assert "A page of another site asked for this" in answer.text
    assert ask("/en/", Sec_Fetch_Site=site, Sec_Fetch_Mode="navigate").status == 200
    assert ask("/en/", Sec_Fetch_Site="same-origin", Sec_Fetch_Mode="cors").status == 200


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE", "OPTIONS"])
def test_nothing_can_be_written(ask: Ask, method: str) -> None:
    answer = ask("/en/", method=method)
    assert (answer.status, answer.headers["Allow"]) == (405, "GET, HEAD")


def test_a_head_is_a_page_without_its_body(ask: Ask) -> None:
    page, head = ask("/en/"), ask("/en/", method="HEAD")
    assert head.body == b""
    assert head.headers["Content-Length"] == page.headers["Content-Length"] == str(len(page.body))


@pytest.mark.parametrize("target", ["/en/", "/en/{id}/", "/en/{id}/standing.json", "/nothing"])
def test_every_answer_is_shut_against_other_pages(ask: Ask, root: Path, id_of: Id, target: str) -> None:
    write_run_set(root / "toy")
    headers = ask(target.format(id=id_of("toy"))).headers
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Cross-Origin-Resource-Policy"] == "same-origin"
    policy = headers["Content-Security-Policy"]
    assert policy.startswith("default-src 'none'")
    assert "script-src 'unsafe" not in policy


def test_hostile_names_are_text(ask: Ask, root: Path) -> None:
    name = "<script>alert(1)<x>\"'\u202e"
    (root / name).mkdir()
    write_history(root / name, candidate(0, 40.0), candidate(1, 30.0, origin=HOSTILE))
    write_run_set(root / "toy", name=HOSTILE)
    page = ask("/en/").text
    ids = re.findall(r'href="/en/([0-9a-f]{20})/"', page)
    assert len(ids) == 2
    for text in (page, *(ask(f"/en/{each}/").text for each in ids)):
        assert "<script>alert" not in text
        assert "\u202e" not in text
        assert "&lt;script&gt;" in text or "toy" in text


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
    monkeypatch.setattr("congestion_lab.optimization.shelf._changed_s", lambda _folder: moment_s)
    assert 'data-value="finished"' in ask("/en/").text


def test_a_fault_of_ours_is_told_and_not_hung_up_on(ask: Ask, monkeypatch: pytest.MonkeyPatch) -> None:
    def failing(*_anything: object, **_more: object) -> str:
        raise ArithmeticError("no such sum")

    monkeypatch.setattr("congestion_lab.serving.answers.runs_page", failing)
    answer = ask("/en/")
    assert answer.status == 500
    assert "no such sum" in answer.text


def test_a_slow_reader_gets_all_and_a_silent_one_blocks_nobody(
    ask: Ask, server: Server, root: Path, id_of: Id, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_run_set(root / "toy")
    large = b"a," * 10_000_000
    (root / "toy" / "table.csv").write_bytes(large)
    link = re.search(r'href="(files/[0-9a-f]+)"', ask(f"/en/{id_of('toy')}/").text)
    assert link is not None
    monkeypatch.setattr("congestion_lab.serving.server._Handler.timeout", 0.5)
    with (
        socket.create_connection(server.server_address[:2]) as slow,
        socket.create_connection(server.server_address[:2]) as silent,
    ):
        silent.sendall(b"GET /en/ HTTP/1.1\r\nHost: ")
        slow.sendall(f"GET /en/{id_of('toy')}/{link[1]} HTTP/1.0\r\nHost: localhost\r\n\r\n".encode())
        got = bytearray()
        while part := slow.recv(1 << 20):
            got += part
            time.sleep(0.05)
            if len(got) < 2 << 20:
                assert ask("/en/").status == 200
        assert silent.recv(1) == b""
    assert got.endswith(large[-100:])
    assert len(got) > len(large)


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
    _standing(root / "search", process=os.getpid())
    path = root / "search" / "standing.json"
    path.write_text(re.sub(f'"{key}": [0-9]+', f'"{key}": Infinity', path.read_text()))
    assert 'data-value="damaged"' in ask("/en/").text


@pytest.mark.parametrize("text", [
    "{}", "[]", '{"candidates": 1}', '{"candidates": [1]}', '{"candidates": [{"delays_s": {"1": 1e300}}]}',
    '{"candidates": [{"number": 0, "origin": "x", "delays_s": {"1": NaN}, "score": 1, "stopped": false}]}',
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
