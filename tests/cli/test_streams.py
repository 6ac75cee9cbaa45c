"""Where words go, and what happens when they cannot: closed pipes, full disks, narrow windows, places not to write."""

import io
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from rich.console import Console

from congestion_lab.cli import console, tables
from congestion_lab.experiments.comparison import PairedDifference
from congestion_lab.experiments.runset import RunSet
from congestion_lab.metrics.indicators import INDICATORS
from congestion_lab.simulation.result import Failure
from congestion_lab.simulation.spec import Controller
from tests import fakes
from tests.cli.conftest import Run, called

_SIDES = ("runs/town-signals/present", "runs/town-signals/best")


def _command(*arguments: str) -> list[str]:
    return [sys.executable, "-m", "congestion_lab", *arguments]


@pytest.mark.usefixtures("study")
@pytest.mark.parametrize("arguments", [("compare", *_SIDES), ("compare", *_SIDES, "--json"), ("scenario", "schema")])
def test_a_reader_that_leaves_early_is_no_error(arguments: tuple[str, ...]) -> None:
    reading, writing = os.pipe()
    os.close(reading)
    done = subprocess.run(_command(*arguments), stdout=writing, stderr=subprocess.PIPE, text=True, check=False)
    os.close(writing)
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs the device that is always full")
@pytest.mark.parametrize("arguments", [("scenario", "schema"), ("doctor",), ("--help",)])
def test_a_result_that_cannot_be_written_is_told(arguments: tuple[str, ...]) -> None:
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(_command(*arguments), stdout=full, stderr=subprocess.PIPE, text=True, check=False)
    assert done.returncode == 3
    assert "No space left on device" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_terminal_without_the_signs_gets_others(tmp_path: Path) -> None:
    command = _command("network", "show", "--help")
    done = subprocess.run(
        command, capture_output=True, check=False, env={**os.environ, "PYTHONIOENCODING": "ascii"}, cwd=tmp_path
    )
    assert done.returncode == 0
    shown = subprocess.run(
        _command("scenario", "validate", "ساحة.yaml"),
        capture_output=True,
        check=False,
        env={**os.environ, "PYTHONIOENCODING": "ascii"},
        cwd=tmp_path,
    )
    assert shown.returncode == 3
    assert b"????.yaml" in shown.stderr


@pytest.mark.usefixtures("study")
def test_a_comparison_reads_well_in_80_columns(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(console._out, "width", 80)
    lines = run("compare", *_SIDES).out.splitlines()
    assert max(map(len, lines)) <= 80
    (delay,) = [line for line in lines if line.lstrip().startswith("Mean delay per")]
    assert re.search(r"\d+\.\d +\d+\.\d +-\d+\.\d +-\d+\.\d +-\d+\.\d … -\d+\.\d +better", delay)
    assert "…" not in "".join(lines).replace(" … ", ""), "a figure was cut"


@pytest.mark.parametrize("columns", [40, 80])
@pytest.mark.parametrize("size", [0.1, 1, 100])
def test_figures_are_never_cut(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, columns: int, size: float
) -> None:
    monkeypatch.setattr(console._out, "width", columns)
    low, high = -3123.45 * size, -1814.81 * size
    change = PairedDifference((1, 2), 8345.67 * size, 5876.54 * size, 1.0, 1.0, -2469.13 * size, low, high)
    shown = [one for one in INDICATORS if one.decimals <= 1]
    console.say(tables.comparison_table("a → b", [(one, change) for one in shown]))
    printed = capsys.readouterr().out
    for digits in {0} if size > 1 else {one.decimals for one in shown}:
        assert f"{low:+.{digits}f} … {high:+.{digits}f}" in printed
    assert len(re.findall(r" … \S+ +(better|worse|changed) *$", printed, re.MULTILINE)) == len(shown)
    if columns == 80:
        assert max(map(len, printed.splitlines())) <= columns


def test_a_small_change_of_a_count_stands_beside_the_mean_that_it_is_a_share_of() -> None:
    change = PairedDifference((1, 2), 0.2, 9.2, 1.0, 1.0, 9.0, -16.0, 34.0)
    window = io.StringIO()
    counts = [one for one in INDICATORS if not one.decimals][:1]
    Console(file=window, width=80).print(tables.comparison_table("a → b", [(one, change) for one in counts]))
    assert re.search(r"0\.2 +9\.2 +\+9\.0 +\+4500\.0 ", window.getvalue())


def test_one_seed_has_no_interval() -> None:
    lone = PairedDifference((1,), 0.0, 2.0, float("nan"), float("nan"), 2.0, float("-inf"), float("inf"))
    told = tables.difference_as_json(lone)
    assert (told["low"], told["high"], told["significant"]) == (None, None, False)
    window = io.StringIO()
    Console(file=window, width=80).print(tables.comparison_table("a → b", [(INDICATORS[0], lone)]))
    assert "one seed" in window.getvalue()
    assert not re.search(r"\b(nan|inf)\b", window.getvalue())


def test_json_has_neither_nan_nor_infinity(capsys: pytest.CaptureFixture[str]) -> None:
    console.say_json({"a": [float("nan"), (float("inf"), 1.5)], "b": {"c": float("-inf")}, "d": "ساحة"})
    printed = capsys.readouterr().out
    assert "NaN" not in printed
    assert "Infinity" not in printed
    assert printed.count("null") == 3
    assert "ساحة" in printed


def test_what_befell_several_seeds_is_told_once() -> None:
    failures = [Failure("d", "town", seed, "SumoFailedError", "no room") for seed in (1, 2, 3)]
    other = Failure("d", "town", 4, "RunTimeoutError", "too long")
    assert list(tables.failure_lines([*failures, other])) == [
        "seeds 1, 2, 3 failed (SumoFailedError): no room",
        "seed 4 failed (RunTimeoutError): too long",
    ]
    runs = RunSet("town", fakes.inputs(), Controller.PLANS, tuple(failures))
    assert tables.unpaired_note(runs, runs) == ""
    assert tables.indicators_as_json(runs)["status"] == {}


def test_failed_runs_are_told_and_counted(run: Run, town: Path) -> None:
    jump = '<vehicle id="v" depart="1"><route edges="w1 n2"/></vehicle>'
    (town / "demand.rou.xml").write_text(f"<routes>{jump}</routes>")
    ended = run("simulate", "town.yaml", "--seeds", "2", "--workers", "1", "-q")
    assert ended.code == 4
    assert "seeds 1, 2 failed (SumoFailedError)" in ended.err
    assert "Runs: 2 failed" in ended.out
    assert not list(town.glob("runs/town/runs/*")), "a failed run left something behind"


@pytest.fixture
def forbidden(tmp_path: Path) -> Path:
    """A folder that even an administrator cannot write to: the kernel's."""
    kernel = Path("/proc/sys")
    if os.name == "posix" and os.geteuid() == 0:
        if not kernel.is_dir():
            pytest.skip("the administrator may write everywhere here")
        return kernel
    folder = tmp_path / "forbidden"
    folder.mkdir()
    folder.chmod(0o555)
    return folder


def test_places_that_cannot_be_written_to_are_refused_before_anything_is_done(
    run: Run, town: Path, forbidden: Path
) -> None:
    (town / "taken").write_text("something else")
    before = {*town.rglob("*")}
    for command in (("simulate", "town.yaml"), ("optimize", "search.yaml")):
        _refused_place(run, *command, "-o", "taken")
        _refused_place(run, *command, "-o", "taken/inside")
        _refused_place(run, *command, "-o", forbidden / "new")
    assert {*town.rglob("*")} == before


def _refused_place(run: Run, *arguments: object) -> None:
    ended = run(*arguments)
    assert ended.code == 3, ended
    assert ended.out == ""
    assert "error: " in ended.err
    assert "Traceback" not in ended.err


@pytest.mark.usefixtures("study")
def test_files_that_cannot_be_written_are_refused(run: Run, tmp_path: Path, forbidden: Path) -> None:
    plan = "runs/town-signals/best-plan.json"
    (tmp_path / "taken").write_text("something else")
    for target in (tmp_path, tmp_path / "taken" / "x", forbidden / "x"):
        _refused_place(run, "report", "runs/town-signals", "-o", target)
        _refused_place(run, "plan", "check", plan, "--repair", "-o", target)
        _refused_place(run, "network", "show", "roads.net.xml", "-o", target)
    for target in (tmp_path / "taken", forbidden / "x"):
        _refused_place(run, "plan", "export", plan, "--format", "csv", "-o", target)
    assert (tmp_path / "taken").read_text() == "something else"
    assert {path.name for path in tmp_path.iterdir()} <= {"taken", "forbidden"}


@pytest.mark.usefixtures("study")
def test_wrong_usage_of_the_right_files_is_2(run: Run) -> None:
    plan = "runs/town-signals/best-plan.json"
    for arguments, told in (
        (("optimize", "search.yaml", "--sumo-runs", "2"), "too few"),
        (("simulate", "town.yaml", "--seed", str(2**31 - 1), "--seeds", "2"), "no room"),
        (("plan", "export", plan, "--format", "sumo", "--format", "dwg", "-o", "plans"), "choose from sumo, csv, xlsx"),
        (("plan", "check", plan, "-o", "x.json"), "--repair"),
        (("plan", "show", plan, "--controller", "nowhere"), "no controller nowhere"),
        (("compare", "runs/town-signals/best"), "at least two"),
    ):
        ended = run(*arguments)
        assert ended.code == 2, ended
        assert ended.out == ""
        assert told in ended.err
    assert not Path("plans").exists()


def test_quiet_says_errors_only_and_verbose_more(town: Path) -> None:
    quiet = called(town, "simulate", "town.yaml", "--seeds", "1", "-q")
    assert (quiet.code, quiet.err) == (0, "")
    verbose = called(town, "simulate", "town.yaml", "--seeds", "1", "-v")
    assert "digest" in verbose.err
    assert verbose.out == quiet.out
    assert "town.yaml" in called(town, "simulate", "town.yaml", "--plan", "town.yaml", "-q").err
