import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import congestion_lab
from congestion_lab.queueing.compiling import cache_folder, compile_now, is_compiled

_FOLDER = "from congestion_lab.queueing.compiling import cache_folder; print(cache_folder())"


def test_code_that_was_compiled_is_found_again() -> None:
    compile_now()
    assert is_compiled()
    assert compile_now().folder == cache_folder()
    found = "from congestion_lab.queueing.compiling import compile_now; from congestion_lab.queueing import kernel"
    where = {name: kept for name, kept in os.environ.items() if name == "NUMBA_CACHE_DIR"}
    told = _told(f"{found}; compile_now(); print(sum(kernel.run.stats.cache_misses.values()))", Path.cwd(), where)
    assert told == "0"


@pytest.fixture
def program(tmp_path: Path) -> Path:
    """A copy of the program in which compiled code cannot be kept beside its source."""
    source = Path(congestion_lab.__file__).parent
    copy = tmp_path / "program" / "congestion_lab"
    shutil.copytree(source, copy, ignore=shutil.ignore_patterns("__pycache__"))
    (copy / "queueing" / "__pycache__").touch()  # nobody can make that folder, not even root
    return copy.parent


def test_the_cache_is_elsewhere_where_the_program_must_not_be_written_to(program: Path, tmp_path: Path) -> None:
    home, named = tmp_path / "home", tmp_path / "named"
    home.mkdir()
    assert Path(_told(_FOLDER, program, {"HOME": str(home), "XDG_CACHE_HOME": str(home)})).is_relative_to(home)
    assert Path(_told(_FOLDER, program, {"NUMBA_CACHE_DIR": str(named)})).is_relative_to(named)


def test_nowhere_to_keep_it_is_told_with_the_remedy(program: Path) -> None:
    catching = (
        "from congestion_lab.core.errors import EngineError",
        "from congestion_lab.queueing.compiling import cache_folder",
        "try:\n    cache_folder()",
        "except EngineError as error:\n    print(error)",
    )
    nowhere = {"HOME": "/dev/null", "XDG_CACHE_HOME": "/dev/null"}
    assert "set NUMBA_CACHE_DIR" in _told("\n".join(catching), program, nowhere)


def _told(program: str, folder: Path, environment: dict[str, str]) -> str:
    done = subprocess.run(
        [sys.executable, "-B", "-c", program],
        cwd=folder,
        env={"PATH": "/usr/bin:/bin", "HOME": "/", **environment},
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()
