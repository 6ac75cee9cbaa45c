"""The server as a user starts and ends it."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.cli.conftest import Run


@pytest.fixture
def taken_port() -> Iterator[int]:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        yield listening.getsockname()[1]


def test_a_port_in_use_is_told(run: Run, tmp_path: Path, taken_port: int) -> None:
    ended = run("serve", tmp_path, "--port", taken_port)
    assert ended.code == 3
    assert f"cannot listen at port {taken_port}" in ended.err
    assert "--port" in ended.err
    assert ended.err.count("error:") == 1


def test_a_host_of_another_computer_is_told(run: Run, tmp_path: Path) -> None:
    ended = run("serve", tmp_path, "--host", "192.0.2.1", "--port", 0)  # RFC 5737: nobody's address
    assert ended.code == 3
    assert "--host" in ended.err


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "", "0", "0:0::0"])  # noqa: S104 -- to be refused
def test_all_addresses_at_once_are_refused(run: Run, tmp_path: Path, host: str) -> None:
    assert run("serve", tmp_path, "--host", host, "--port", 0).code == 2


def test_a_folder_that_is_none_is_told(run: Run, tmp_path: Path) -> None:
    ended = run("serve", tmp_path / "nothing")
    assert ended.code == 3
    assert "this is no folder" in ended.err


@pytest.mark.skipif(sys.platform == "win32", reason="ends the server by a signal")
def test_runs_are_served_until_it_is_interrupted(run: Run, town: Path) -> None:
    assert run("simulate", "town.yaml", "--seeds", 2, "--engine", "queue", "-q", "-o", "runs/town").code == 0
    before = sorted(path.relative_to(town) for path in town.rglob("*"))
    # A shell starts what runs in its background deaf to Ctrl-C; a terminal's foreground listens.
    listening = "import signal; signal.signal(signal.SIGINT, signal.default_int_handler)"
    program = f"{listening}; from congestion_lab.cli import main; main()"
    command = [sys.executable, "-c", program, "serve", "--port", "0", "--lang", "ar", "--numerals", "arabic", "--json"]
    with _killed_at_last(command, town) as served:
        assert served.stdout is not None
        lines = [served.stdout.readline() for _ in range(4)]
        address = json.loads("".join(lines))["address"]
        listed = _page(address)
        assert '<html lang="ar" dir="rtl" data-numerals="arabic">' in listed
        report = next(part for part in listed.split('"') if part.endswith("/report")).removeprefix("/")
        made = _made(address + report)
        assert "تقرير محاكاة مرورية" in made
        assert 'data-numerals="arabic"' in made
        served.send_signal(signal.SIGINT)
        assert served.wait(timeout=120) == 0
        assert served.stderr is not None
        assert "Traceback" not in served.stderr.read()
    assert sorted(path.relative_to(town) for path in town.rglob("*")) == before


@pytest.mark.skipif(sys.platform == "win32", reason="ends the server by a signal")
def test_two_servers_show_one_folder_and_leave_nothing_when_they_are_ended(tmp_path: Path) -> None:
    runs, pages = tmp_path / "runs", tmp_path / "pages"
    runs.mkdir()
    pages.mkdir()
    command = [sys.executable, "-m", "congestion_lab", "serve", str(runs), "--port", "0", "-q"]
    with _killed_at_last(command, tmp_path, TMPDIR=str(pages)) as one, _killed_at_last(command, tmp_path) as other:
        for served in (one, other):
            assert served.stdout is not None
            assert "congestion-lab simulate" in _page(served.stdout.readline().strip())
        assert any(pages.iterdir())
        one.send_signal(signal.SIGTERM)
        assert one.wait(timeout=120) == 0
    assert not any(pages.iterdir())


@contextmanager
def _killed_at_last(command: list[str], folder: Path, **environment: str) -> Iterator[subprocess.Popen[str]]:
    """A process that does not outlive a failed test."""
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    with subprocess.Popen(command, cwd=folder, env={**os.environ, **environment}, text=True, **pipes) as process:
        try:
            yield process
        finally:
            process.kill()


def _page(address: str) -> str:
    with urllib.request.urlopen(address, timeout=120) as answer:  # noqa: S310 -- our own server
        return answer.read().decode()


def _made(address: str) -> str:
    for _ in range(300):
        page = _page(address)
        if 'data-source="report.json"' not in page:
            return page
        time.sleep(0.1)
    raise AssertionError("the report is never made")
