"""What is killed costs at most itself: parent, worker, SUMO process, full disk; running again completes."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="looks for processes under /proc")

_SEEDS = 6
_PATIENCE_S = 60.0


@pytest.fixture
def scenario(tmp_path: Path, bench_folder: Path) -> Path:
    file = tmp_path / "cologne3.yaml"
    folder = bench_folder / "cologne3"
    file.write_text(
        "name: cologne3\n"
        f"network: {{file: {folder / 'cologne3.net.xml.gz'}}}\n"
        f"demand: {{routes: [{folder / 'cologne3.rou.xml.gz'}]}}\n"
        'period: {begin: "07:00", end: "08:00"}\n'
    )
    return file


def _simulate(scenario: Path, out: Path) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "congestion_lab", "simulate", str(scenario), "--seeds", str(_SEEDS), "--json"]
    return subprocess.Popen(
        [*command, "--workers", "2", "-o", str(out)],
        cwd=scenario.parent,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )


def _finished(out: Path) -> set[Path]:
    return set(out.glob("runs/*/run.json"))


def _wait_for(condition: Callable[[], object]) -> None:
    deadline = time.monotonic() + _PATIENCE_S
    while not condition():
        assert time.monotonic() < deadline, "nothing happened"
        time.sleep(0.02)


def _descendants(pid: int) -> Iterator[int]:
    for child in Path(f"/proc/{pid}/task").glob("*/children"):
        for found in _read(child).split():
            yield int(found)
            yield from _descendants(int(found))


def _read(path: Path) -> str:
    try:
        return path.read_text()
    except OSError:
        return ""


def _running(pid: int, name: str) -> list[int]:
    """Descendants whose command line holds the name."""
    return [child for child in _descendants(pid) if name in _read(Path(f"/proc/{child}/cmdline"))]


def _completed(process: subprocess.Popen[str]) -> dict[str, object]:
    out, err = process.communicate(timeout=90)
    assert process.returncode == 0, err
    return json.loads(out)


def test_a_killed_parent_loses_no_finished_run_and_leaves_no_process(scenario: Path, tmp_path: Path) -> None:
    out = tmp_path / "set"
    process = _simulate(scenario, out)
    _wait_for(lambda: _finished(out) and _running(process.pid, "bin/sumo"))
    finished = {path: path.stat().st_mtime_ns for path in _finished(out)}
    children = list(_descendants(process.pid))
    process.kill()
    process.communicate(timeout=90)
    _wait_for(lambda: not any(Path(f"/proc/{child}/status").exists() and _alive(child) for child in children))
    result = _completed(_simulate(scenario, out))
    assert len(result["indicators"]["mean_delay_s"]) == _SEEDS  # type: ignore[index] -- JSON of our own
    assert finished.items() <= {path: path.stat().st_mtime_ns for path in _finished(out)}.items()


def _alive(pid: int) -> bool:
    return "Z (zombie)" not in _read(Path(f"/proc/{pid}/status"))


@pytest.mark.parametrize("victim", ["spawn_main", "bin/sumo"])
def test_a_killed_child_costs_one_try(scenario: Path, tmp_path: Path, victim: str) -> None:
    out = tmp_path / "set"
    process = _simulate(scenario, out)
    _wait_for(lambda: _finished(out) and _running(process.pid, victim) and _running(process.pid, "bin/sumo"))
    os.kill(_running(process.pid, victim)[0], signal.SIGKILL)
    result = _completed(process)
    assert len(result["indicators"]["mean_delay_s"]) == _SEEDS  # type: ignore[index] -- JSON of our own
    assert result["failures"] == []


def test_a_full_disk_stops_with_a_word_and_goes_on_when_there_is_room(scenario: Path, tmp_path: Path) -> None:
    disk = tmp_path / "disk"
    disk.mkdir()
    mounted = subprocess.run(
        ["/bin/mount", "-t", "tmpfs", "-o", "size=1500k", "tmpfs", str(disk)], check=False, capture_output=True
    )
    if mounted.returncode != 0:
        pytest.skip("needs the right to mount a small file system")
    try:
        process = _simulate(scenario, disk / "set")
        _, err = process.communicate(timeout=90)
        assert process.returncode != 0
        assert "is full" in err
        kept = _finished(disk / "set")
        subprocess.run(["/bin/mount", "-o", "remount,size=200m", str(disk)], check=True)
        result = _completed(_simulate(scenario, disk / "set"))
        assert len(result["indicators"]["mean_delay_s"]) == _SEEDS  # type: ignore[index] -- JSON of our own
        assert kept <= _finished(disk / "set")
    finally:
        subprocess.run(["/bin/umount", "-l", str(disk)], check=True)
