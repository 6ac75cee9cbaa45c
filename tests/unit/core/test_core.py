"""Digests, files, times, seeds, tables and errors."""

import enum
import pickle
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import defusedxml.ElementTree
import numpy as np
import pandas as pd
import pytest

from congestion_lab.core.digests import digest_of, digest_of_file
from congestion_lab.core.errors import Fault, InputError, ScenarioError, SumoFailedError
from congestion_lab.core.files import folder_written_whole, inside, remove_abandoned, write_json, written_whole
from congestion_lab.core.names import xml_comment
from congestion_lab.core.seeds import derived_seed
from congestion_lab.core.tables import contract
from congestion_lab.core.times import clock_from_seconds, seconds_from_clock


class Colour(enum.Enum):
    RED = "red"


@dataclass(frozen=True)
class Value:
    number: float
    colour: Colour


def test_a_digest_depends_on_content_only() -> None:
    assert digest_of({"a": 1, "b": Value(2.0, Colour.RED)}) == digest_of({"b": Value(2.0, Colour.RED), "a": 1})
    assert digest_of(Value(2.0, Colour.RED)) != digest_of(Value(2.5, Colour.RED))
    assert digest_of({3, 1, 2}) == digest_of({1, 2, 3})
    assert digest_of(np.float64(1.5)) == digest_of(1.5)


def test_a_value_without_a_canonical_form_has_no_digest() -> None:
    with pytest.raises(TypeError, match="canonical"):
        digest_of(object())


def test_the_digest_of_a_file_is_that_of_its_bytes(tmp_path: Path) -> None:
    first, second = tmp_path / "a", tmp_path / "b"
    first.write_bytes(b"x" * 3_000_000)
    second.write_bytes(b"x" * 3_000_000)
    assert digest_of_file(first) == digest_of_file(second)


def test_of_two_folders_written_at_once_the_first_stays(tmp_path: Path) -> None:
    target = tmp_path / "run"
    with folder_written_whole(target) as late:
        (late / "file").write_text("late")
        with folder_written_whole(target) as early:
            (early / "file").write_text("early")
    assert (target / "file").read_text() == "early"
    assert list(tmp_path.iterdir()) == [target]


def test_a_folder_does_not_take_the_place_of_a_file(tmp_path: Path) -> None:
    target = tmp_path / "run"
    target.touch()
    with pytest.raises(OSError, match="run"), folder_written_whole(target):
        pass
    assert list(tmp_path.iterdir()) == [target]


def test_a_file_is_written_whole_or_not_at_all(tmp_path: Path) -> None:
    target = tmp_path / "deep" / "file.json"
    write_json(target, {"a": "ش"})
    with pytest.raises(RuntimeError), written_whole(target) as temporary:
        temporary.write_text("half")
        raise RuntimeError
    assert target.read_text(encoding="utf-8") == '{\n  "a": "ش"\n}\n'
    assert list(target.parent.iterdir()) == [target]


def test_a_folder_is_written_whole_or_not_at_all(tmp_path: Path) -> None:
    target = tmp_path / "folder"
    with pytest.raises(RuntimeError), folder_written_whole(target) as temporary:
        (temporary / "x").touch()
        raise RuntimeError
    assert list(tmp_path.iterdir()) == []
    with folder_written_whole(target) as temporary:
        (temporary / "x").touch()
    assert (target / "x").exists()


@pytest.mark.parametrize("path", ["../out", "/etc/passwd", "a/../../out", "link/out"])
def test_paths_stay_inside(tmp_path: Path, path: str) -> None:
    root = tmp_path / "root"
    root.mkdir()
    (root / "link").symlink_to(tmp_path)
    with pytest.raises(InputError, match="leaves the folder"):
        inside(root, path)
    assert inside(root, "a/b") == root / "a" / "b"


@pytest.mark.parametrize(("text", "seconds"), [("07:30", 27_000), ("7:30:05", 27_005), ("24:00", 86_400), ("00:00", 0)])
def test_clock(text: str, seconds: int) -> None:
    assert seconds_from_clock(text) == seconds
    assert seconds_from_clock(clock_from_seconds(seconds)) == seconds


@pytest.mark.parametrize("text", ["7.5", "07:60", "27000", "", "07:30pm", "-1:00"])
def test_what_is_no_clock_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="is not a time"):
        seconds_from_clock(text)


def test_derived_seeds_differ_by_purpose_and_fit_a_signed_integer() -> None:
    seeds = {derived_seed(seed, label) for seed in range(50) for label in ("search", "demand")}
    assert len(seeds) == 100
    assert all(0 <= seed < 2**31 for seed in seeds)


def test_a_contract_orders_and_casts() -> None:
    table = contract("t", ("name", "string", ""), ("time_s", "float64", "seconds"))
    frame = table.conform(pd.DataFrame({"extra": [0], "time_s": ["1.5"], "name": ["a"]}))
    assert list(frame.columns) == ["name", "time_s"]
    assert frame["time_s"].tolist() == [1.5]
    assert table.empty().dtypes.astype(str).to_dict() == {"name": "string", "time_s": "float64"}
    with pytest.raises(KeyError, match="time_s"):
        table.conform(pd.DataFrame({"name": ["a"]}))


def test_a_fault_tells_place_rule_and_next_step() -> None:
    fault = Fault("must be positive, not -1", "give a number above 0", source="a.yaml", line=3, key="search.sumo_runs")
    assert str(fault) == "a.yaml:3: `search.sumo_runs`: must be positive, not -1 — give a number above 0"


def test_errors_cross_process_borders() -> None:
    error = pickle.loads(pickle.dumps(ScenarioError(Fault("rule", line=1), Fault("other"))))  # noqa: S301
    assert [fault.rule for fault in error.faults] == ["rule", "other"]
    failed = pickle.loads(pickle.dumps(SumoFailedError(["sumo"], 1, "tail")))  # noqa: S301
    assert (failed.command, failed.returncode, failed.log_tail) == (("sumo",), 1, "tail")


def test_what_a_killed_process_left_unfinished_is_removed_and_nothing_else(tmp_path: Path) -> None:
    program = (
        "import os, pathlib, sys\n"
        "from congestion_lab.core.files import folder_written_whole\n"
        "with folder_written_whole(pathlib.Path(sys.argv[1]) / 'run') as folder:\n"
        "    (folder / 'half').touch()\n"
        "    os.kill(os.getpid(), 9)\n"
    )
    subprocess.run([sys.executable, "-c", program, str(tmp_path)], check=False)
    assert [path.name for path in tmp_path.rglob("*") if path.is_file()] == ["half"]
    (tmp_path / "finished").mkdir()
    with folder_written_whole(tmp_path / "mine") as mine:
        remove_abandoned(tmp_path)
        assert {path.name for path in tmp_path.iterdir()} == {"finished", mine.name}


@pytest.mark.parametrize("text", ["a--b", "a---b", "----", "-", "ends -", "-->"])
def test_no_text_ends_a_comment(text: str) -> None:
    said = xml_comment(text)
    assert defusedxml.ElementTree.fromstring(f"{said}<root/>").tag == "root"
    assert said.count("-->") == 1
