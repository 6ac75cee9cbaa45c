"""Reading folders that others may have filled: only what lies inside, only plain files, only up to a size."""

import json
import os
import stat
from pathlib import Path
from typing import Any

from congestion_lab.core.errors import ExperimentError


def plain_file(path: Path) -> Path:
    """Return a path at which there is a plain file, or nothing: who opens a named pipe may wait for ever.

    Raises:
        ExperimentError: There is something else, or it cannot be looked at.
    """
    try:
        mode = path.stat().st_mode
    except (FileNotFoundError, NotADirectoryError):
        return path
    except (OSError, ValueError) as error:  # a link to itself, a letter that no path may hold
        raise _unreadable(path, error) from error
    if stat.S_ISDIR(mode):
        raise ExperimentError(f"{path} is a directory, no file")
    if not stat.S_ISREG(mode):
        raise ExperimentError(f"{path} is no plain file; it is not read")
    return path


def inner_file(path: Path, root: Path) -> Path:
    """Return a path at which there is a plain file inside a folder, or nothing.

    Raises:
        ExperimentError: It leaves the folder, or as `plain_file`.
    """
    try:
        within = path.resolve().is_relative_to(root.resolve())
    except (OSError, RuntimeError, ValueError) as error:  # a symbolic link to itself is either of the first
        raise _unreadable(path, error) from error
    if not within:
        raise ExperimentError(f"{path} leaves the folder {root}; it is not read")
    return plain_file(path)


def require_guarded(path: Path, root: Path, *, most_bytes: int) -> Path:
    """Return a path at which a plain file lies inside a folder.

    Raises:
        ExperimentError: It is missing, leaves the folder, is no plain file, or larger than allowed.
    """
    try:
        size = inner_file(path, root).stat().st_size
    except OSError as error:
        raise _unreadable(path, error) from error
    if size > most_bytes:
        raise ExperimentError(f"{path} is larger than {most_bytes / 1e6:g} MB; it is not read")
    return path


def guarded_json(path: Path, root: Path, *, most_bytes: int) -> Any:  # noqa: ANN401 -- whatever JSON holds
    """Return what a JSON file inside a folder holds.

    Raises:
        ExperimentError: As `require_guarded`, or it is no JSON.
    """
    require_guarded(path, root, most_bytes=most_bytes)
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except json.JSONDecodeError as error:
        raise ExperimentError(f"{path} is damaged (no JSON from line {error.lineno} on)") from error
    except (ValueError, RecursionError, OSError) as error:
        raise ExperimentError(f"{path} is damaged ({error})") from error


def require_contained(folder: Path, root: Path, *, most_bytes: int) -> None:
    """Make sure that everything in a folder lies inside another and is a plain file or a folder.

    Raises:
        ExperimentError: Something does not.
    """
    for place, folders, files in os.walk(folder):
        for name in folders:
            if not (Path(place) / name).resolve().is_relative_to(root.resolve()):
                raise ExperimentError(f"{Path(place) / name} leaves the folder {root}; it is not read")
        for name in files:
            require_guarded(Path(place) / name, root, most_bytes=most_bytes)


def _unreadable(path: Path, error: Exception) -> ExperimentError:
    reason = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
    return ExperimentError(f"{path} cannot be read ({reason})")
