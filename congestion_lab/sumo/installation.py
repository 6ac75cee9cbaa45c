"""Where SUMO is: the version that the installed wheel brings, and nothing else."""

import importlib.metadata
import importlib.util
import os
import sys
from collections.abc import Mapping
from functools import cache
from pathlib import Path

from congestion_lab.core.errors import SumoNotFoundError

SUPPORTED = "1.28"  # results are pinned to this version: another one simulates differently
_WHEEL = "eclipse-sumo"
_REMEDY = f"install it with `make setup`, or `pip install '{_WHEEL}=={SUPPORTED}.*'`"


@cache
def home() -> Path:
    """Return SUMO's folder, with `bin` and `tools` in it.

    Raises:
        SumoNotFoundError: The wheel is not installed, or is of another version.
    """
    version()
    found = importlib.util.find_spec("sumo")
    if found is None or found.origin is None:
        raise SumoNotFoundError(f"the package {_WHEEL!r} is installed without its files; {_REMEDY}")
    return Path(found.origin).parent


@cache
def version() -> str:
    """Return SUMO's version, e.g. `1.28.0`.

    Raises:
        SumoNotFoundError: The wheel is not installed, or is of another version.
    """
    try:
        installed = importlib.metadata.version(_WHEEL)
    except importlib.metadata.PackageNotFoundError:
        raise SumoNotFoundError(f"SUMO is not installed; {_REMEDY}") from None
    if not installed.startswith(f"{SUPPORTED}."):
        raise SumoNotFoundError(f"SUMO {installed} is installed, but {SUPPORTED} is needed; {_REMEDY}")
    return installed


def binary(name: str) -> Path:
    """Return the path of a SUMO program: sumo, sumo-gui, netconvert, duarouter, marouter, ….

    Raises:
        SumoNotFoundError: SUMO is missing, of another version, or has no such program.
    """
    suffix = ".exe" if sys.platform == "win32" else ""
    return _existing(home() / "bin" / f"{name}{suffix}")


def tool(relative: str) -> Path:
    """Return the path of a script in SUMO's `tools` folder; run it with `sys.executable`.

    Raises:
        SumoNotFoundError: SUMO is missing, of another version, or has no such script.
    """
    return _existing(home() / "tools" / relative)


def environment() -> Mapping[str, str]:
    """Return the environment for SUMO's programs: ours, with SUMO's own schemas and projection data.

    SUMO would otherwise take them from whatever SUMO_HOME the user once set, or from the web.
    """
    projections = str(home() / "data" / "proj")
    return {**os.environ, "SUMO_HOME": str(home()), "PROJ_DATA": projections, "PROJ_LIB": projections}


def _existing(path: Path) -> Path:
    if not path.is_file():
        raise SumoNotFoundError(f"{path} is missing from the installed SUMO; {_REMEDY}")
    return path
