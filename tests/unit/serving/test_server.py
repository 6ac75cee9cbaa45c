"""What a browser is given, and what it is refused."""

import http.client
import os
import re
import socket
import time
from pathlib import Path

import pytest

from congestion_lab.core.files import machine, write_json
from congestion_lab.reporting.translation import ARABIC_INDIC
from congestion_lab.serving.server import Server
from tests.servedruns import candidate, id_within, serving, write_history, write_run_set
from tests.stories import HOSTILE
from tests.unit.serving.conftest import Ask, Id, write_standing

DEAD = 2**22 + 1  # above the highest process number of Linux


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


def test_all_pages_take_the_numerals_that_were_asked_for(root: Path, tmp_path: Path) -> None:
    write_run_set(root / "day" / "morning")
    with serving(root, tmp_path / "pages", ARABIC_INDIC) as server:
        entry = id_within(root, "day/morning")
        for language in ("en", "ar"):
            for page in ("", f"{entry}/", "nowhere/"):
                text = _asked(server, f"/{language}/{page}")
                assert 'data-numerals="arabic"' in text, page
        assert 'data-value="2">٢</td>' in _asked(server, "/en/")


def _asked(server: Server, target: str) -> str:
    connection = http.client.HTTPConnection("127.0.0.1", server.server_address[1], timeout=20)
    connection.request("GET", target)
    return connection.getresponse().read().decode()


@pytest.mark.parametrize(("process", "where", "state"), [
    (os.getpid(), "", "running"), (DEAD, "", "interrupted"), (-1, "", "interrupted"), (DEAD, "other", "elsewhere"),
], ids=("alive", "dead", "none", "elsewhere"))  # fmt: skip
def test_a_study_without_an_end_runs_as_long_as_its_process(
    ask: Ask, root: Path, process: int, where: str, state: str
) -> None:
    (root / "search").mkdir()
    write_history(root / "search", candidate(0, 40.0))
    write_standing(root / "search", process=process, where=where)
    assert f'data-value="{state}"' in ask("/en/").text


def test_a_growing_study_is_followed_to_its_end(ask: Ask, root: Path, id_of: Id) -> None:
    folder = root / "search"
    folder.mkdir()
    write_history(folder, candidate(0, 40.0))
    write_standing(folder, process=os.getpid())
    page = ask(f"/en/{id_of('search')}/").text
    assert 'data-source="standing.json"' in page
    source = f"/en/{id_of('search')}/standing.json"
    first = ask(source).json
    assert "plans judged: 3 of 10" in first["html"]
    assert first["goes_on"]
    write_history(folder, candidate(0, 40.0), candidate(1, 35.0), candidate(2, None))
    write_standing(folder, process=os.getpid(), done=7)
    second = ask(source).json
    assert "plans judged: 7 of 10" in second["html"]
    assert "35.0" in second["html"]
    assert second["html"].count("<circle") == 2
    assert "number 1, fast engine" in second["html"]
    (folder / "standing.json").unlink()
    stopped = ask(source).json
    assert (stopped["goes_on"], stopped["reload"]) == (True, False)
    assert "interrupted" in stopped["told"]
    write_standing(folder, process=os.getpid(), done=8)
    assert "plans judged: 8 of 10" in ask(source).json["html"]
    (folder / "standing.json").unlink()
    write_json(
        folder / "summary.json", {"confirmation": {"present": {}, "best": {}, "failures": [], "difference": None}}
    )
    last = ask(source).json
    assert (last["goes_on"], last["reload"]) == (False, True)
    assert "finished" in last["told"]
    seeds = "those of the confirmation, on seeds that the search never saw"
    assert [seeds in each["html"] for each in (second, last)] == [False, True]


def test_runs_that_are_being_made_are_running(ask: Ask, root: Path) -> None:
    (root / "made" / "runs" / f".abc.{machine()}.{os.getpid()}.x").mkdir(parents=True)
    (root / "given-up" / "runs" / f".abc.{machine()}.{DEAD}.x").mkdir(parents=True)
    page = ask("/en/").text
    assert 'data-value="running"' in page[page.index("<bdi>made") : page.index("<bdi>made") + 400]
    assert 'data-value="interrupted"' in page[page.index("<bdi>given-up") : page.index("<bdi>given-up") + 400]


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


@pytest.mark.parametrize(
    ("sent", "status"),
    [
        (b"GET /" + b"a" * 70_000 + b" HTTP/1.0\r\n\r\n", 414),
        (b"GET /en/ HTTP/9.9\r\n\r\n", 505),
        (b"GET <script>alert(1)</script> and more HTTP/1.0\r\n\r\n", 400),
        (b"BREW /en/ HTTP/1.0\r\n\r\n", 501),
        (b"GET /en/ HTTP/1.0\r\n" + b"X: y\r\n" * 200 + b"\r\n", 431),
    ],
    ids=lambda value: str(value) if isinstance(value, int) else "",
)
def test_what_is_no_request_is_answered_under_the_same_guard(server: Server, sent: bytes, status: int) -> None:
    with socket.create_connection(server.server_address[:2], timeout=20) as connection:
        connection.sendall(sent)
        got = bytearray()
        while part := connection.recv(1 << 16):
            got += part
            if b"</html>" in part:
                break
    head, _, page = got.decode().partition("\r\n\r\n")
    assert head.split()[1] == str(status)
    assert "Content-Security-Policy: default-src 'none'" in head
    assert "X-Frame-Options: DENY" in head
    assert "This request is malformed, too long" in page
    assert "alert" not in page


def test_connections_are_bounded_and_come_back(root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("congestion_lab.serving.server._MOST_AT_ONCE", 2)
    with serving(root, tmp_path / "few") as server:
        place = server.server_address[:2]
        with (
            socket.create_connection(place),
            socket.create_connection(place),
            socket.create_connection(place, timeout=20) as third,
        ):
            assert _answered(third) == b""
        deadline = time.monotonic() + 20
        while True:
            with socket.create_connection(place, timeout=20) as later:
                if _answered(later).startswith(b"HTTP/1.0 302"):
                    break
            assert time.monotonic() < deadline


def _answered(connection: socket.socket) -> bytes:
    try:
        connection.sendall(b"GET / HTTP/1.0\r\nHost: localhost\r\n\r\n")
        return connection.recv(1 << 16)
    except ConnectionError:
        return b""
