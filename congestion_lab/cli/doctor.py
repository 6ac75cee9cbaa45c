"""`congestion-lab doctor`: can this machine run everything?"""

import importlib.metadata
import os
import platform
import shutil
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path

import click

from congestion_lab import __version__
from congestion_lab.cli.console import Exit, say, say_json
from congestion_lab.cli.options import example, json_option, verbosity_options
from congestion_lab.core.errors import CongestionLabError

_PACKAGES = (
    *("numpy", "scipy", "pandas", "pyarrow", "numba", "optuna", "cmaes"),
    *("pydantic", "ruamel.yaml", "openpyxl"),
)
_DISK_WANTED_BYTES = 2 << 30  # a study of 200 runs of the whole city with room to spare


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at."""

    what: str
    ok: bool
    found: str


@click.command(epilog=example("doctor --json"))
@json_option
@verbosity_options
def doctor(*, as_json: bool) -> int:
    """Check Python, SUMO, libraries, disk, and a first tiny simulation step."""
    findings = list(_findings())
    if as_json:
        say_json([asdict(finding) for finding in findings])
    else:
        for finding in findings:
            say(f"{'ok  ' if finding.ok else 'FAIL'}  {finding.what:<22} {finding.found}")
    return Exit.OK if all(finding.ok for finding in findings) else Exit.ENGINE_FAILED


def _findings() -> Iterator[Finding]:
    yield Finding("congestion-lab", ok=True, found=__version__)
    yield Finding("Python", ok=True, found=f"{platform.python_version()} on {platform.system()} {platform.machine()}")
    yield Finding("processors", ok=True, found=str(os.cpu_count() or 1))
    yield _tried("SUMO", _sumo)
    yield _tried("SUMO simulates", _sumo_runs)
    yield _tried("libsumo", partial(importlib.metadata.version, "libsumo"))
    yield _tried("fast engine", _fast_engine)
    yield from (_tried(package, partial(importlib.metadata.version, package)) for package in _PACKAGES)
    free = shutil.disk_usage(Path.cwd()).free
    yield Finding("free disk here", ok=free > _DISK_WANTED_BYTES, found=f"{free / 2**30:.1f} GiB")


def _tried(what: str, look: Callable[[], str]) -> Finding:
    try:
        return Finding(what, ok=True, found=look())
    except (CongestionLabError, ImportError) as error:
        return Finding(what, ok=False, found=str(error))


def _sumo() -> str:
    from congestion_lab.sumo.installation import home, version

    return f"{version()} in {home()}"


def _fast_engine() -> str:
    from congestion_lab.cli.running import load_fast_engine

    done = load_fast_engine()
    return f"{'compiled before' if done.found else 'compiled now, for all uses to come'}, kept in {done.folder}"


def _sumo_runs() -> str:
    from congestion_lab.sumo.installation import binary
    from congestion_lab.sumo.process import run_program

    with tempfile.TemporaryDirectory() as name:
        net = Path(name) / "net.xml"
        run_program([binary("netgenerate"), "--grid", "--grid.number", "2", "-o", net], timeout_s=60)
        done = run_program([binary("sumo"), "-n", net, "-e", "10", "--no-step-log"], timeout_s=60)
    return f"yes, in {done.wall_s:.1f} s"
