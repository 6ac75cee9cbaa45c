"""The command line as a user calls it, in this process, and a town small enough to simulate in a second."""

import importlib.util
import json
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from congestion_lab.cli import main
from tests import roads

SCENARIO = """\
name: town
network: {file: roads.net.xml}
demand: {routes: [demand.rou.xml]}
period: {begin: "00:00", end: "00:06"}
"""
EXPERIMENT = """\
name: town-signals
scenario: town.yaml
search: {sumo_runs: 14, seeds: [1, 2], min_cycle_s: 85, max_cycle_s: 95}
confirm: {seeds: [101, 102]}
"""


@dataclass(frozen=True)
class Ended:
    """How a command ended."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:  # noqa: ANN401 -- whatever a command prints
        """What it printed for machines; strict JSON, so NaN and Infinity are errors."""
        assert self.code == 0, self.err
        return json.loads(self.out, parse_constant=_no_json)


def _no_json(text: str) -> float:
    raise ValueError(f"{text} is no JSON")


Run = Callable[..., Ended]


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Run:
    """Run `congestion-lab` with arguments."""

    def call(*arguments: object) -> Ended:
        monkeypatch.setattr(sys, "argv", ["congestion-lab", *(str(argument) for argument in arguments)])
        with pytest.raises(SystemExit) as ended:
            main()
        output = capsys.readouterr()
        return Ended(int(ended.value.code or 0), output.out, output.err)

    return call


@pytest.fixture(scope="session")
def _built_town(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("built") / "town"
    roads.avenue(folder)
    roads.routes(
        folder,
        roads.flow("avenue", "w1 w2 w3", 140, end_s=300),
        roads.flow("first", "s1 n1", 20, end_s=300),
        roads.flow("second", "s2 n2", 20, end_s=300),
    )
    (folder / "town.yaml").write_text(SCENARIO)
    (folder / "search.yaml").write_text(EXPERIMENT)
    return folder


@pytest.fixture
def town(_built_town: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An avenue with two signals that favour the wrong streets, in a folder of its own, which is where we are."""
    folder = tmp_path / "town"
    shutil.copytree(_built_town, folder)
    monkeypatch.chdir(folder)
    return folder


@dataclass(frozen=True)
class Study:
    """A finished study.

    Attributes:
        folder: Its folder.
        town: Where it was made.
        told: What `optimize --json` printed.
    """

    folder: Path
    town: Path
    told: Any


@pytest.fixture(scope="session")
def made_study(_built_town: Path, tmp_path_factory: pytest.TempPathFactory) -> Study:
    town = tmp_path_factory.mktemp("studied") / "town"
    shutil.copytree(_built_town, town)
    done = called(town, "optimize", "search.yaml", "--workers", "2", "--json")
    return Study(town / "runs" / "town-signals", town, done.json)


@pytest.fixture
def study(made_study: Study, monkeypatch: pytest.MonkeyPatch) -> Study:
    """A study of the town, shared by all tests, which leave it as it is; we are in its town."""
    monkeypatch.chdir(made_study.town)
    return made_study


def called(folder: Path, *arguments: str) -> Ended:
    """Run `congestion-lab` in a folder, as a process of its own."""
    command = [sys.executable, "-m", "congestion_lab", *arguments]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False, timeout=600)
    return Ended(done.returncode, done.stdout, done.stderr)


@pytest.fixture
def toy_model(tmp_path: Path) -> Path:
    """The folder of a small authored road model, not built."""
    source = Path(__file__).parents[1] / "unit" / "network" / "authored.py"
    spec = importlib.util.spec_from_file_location("authored_for_the_command_line", source)
    assert spec is not None
    assert spec.loader is not None
    authored = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(authored)
    folder = tmp_path / "toy"
    folder.mkdir()
    written: Path = authored.written(folder)
    return written
