"""Files written whole or not at all, and paths that stay where they belong."""

import json
import os
import platform
import re
import shutil
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from congestion_lab.core.errors import Fault, InputError

_UNSAFE = re.compile(r"[^A-Za-z0-9-]")


@contextmanager
def written_whole(target: Path) -> Iterator[Path]:
    """Yield a temporary path beside the target that replaces it only if the block ends well."""
    target.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(prefix=f".{target.name}.", dir=target.parent)
    os.close(handle)
    temporary = Path(name)
    try:
        yield temporary
        temporary.chmod(0o644)
        temporary.replace(target)
    finally:
        temporary.unlink(missing_ok=True)


@contextmanager
def folder_written_whole(target: Path) -> Iterator[Path]:
    """Yield a temporary folder beside the target that takes its place only if the block ends well.

    A target that appeared meanwhile is kept: folders are named by content, so both hold the same.
    """
    target.parent.mkdir(parents=True, exist_ok=True)
    temporary = Path(tempfile.mkdtemp(prefix=f".{target.name}.{machine()}.{os.getpid()}.", dir=target.parent))
    try:
        yield temporary
        temporary.chmod(0o755)
        try:
            temporary.rename(target)
        except OSError:
            if not target.is_dir():
                raise
    finally:
        shutil.rmtree(temporary, ignore_errors=True)


@contextmanager
def folder_replaced_whole(target: Path) -> Iterator[Path]:
    """Yield a temporary folder beside the target that takes its place only if the block ends well.

    A folder that stood there is moved aside first and comes back should the new one not get its name.
    """
    target.parent.mkdir(parents=True, exist_ok=True)
    scratch = Path(tempfile.mkdtemp(prefix=f".{target.name}.{machine()}.{os.getpid()}.", dir=target.parent))
    fresh, former = scratch / "new", scratch / "former"
    fresh.mkdir()
    try:
        yield fresh
        if target.exists():
            target.rename(former)
        try:
            fresh.rename(target)
        except OSError:
            if former.exists():
                former.rename(target)
            raise
    finally:
        shutil.rmtree(scratch, ignore_errors=True)


@contextmanager
def files_written_together(folder: Path) -> Iterator[Path]:
    """Yield a temporary folder whose files go into a folder, beside what is there, only if the block ends well."""
    is_new = not folder.exists()
    folder.mkdir(parents=True, exist_ok=True)
    try:
        with tempfile.TemporaryDirectory(prefix=".", dir=folder) as name:
            temporary = Path(name)
            yield temporary
            for file in sorted(path for path in temporary.rglob("*") if path.is_file()):
                target = folder / file.relative_to(temporary)
                target.parent.mkdir(parents=True, exist_ok=True)
                file.replace(target)
    except BaseException:
        if is_new:
            with suppress(OSError):  # it is not empty: somebody else put something there
                folder.rmdir()
        raise


def remove_abandoned(parent: Path) -> None:
    """Remove the temporary folders of `folder_written_whole` whose processes, of this machine, were killed."""
    for folder, process in _temporary(parent):
        if not is_alive(process):
            shutil.rmtree(folder, ignore_errors=True)


def is_being_written(parent: Path) -> bool:
    """Whether a living process of this machine is at work on a folder in there by `folder_written_whole`."""
    return any(is_alive(process) for _, process in _temporary(parent))


def machine() -> str:
    """Return the name of this machine as file names hold it."""
    return _UNSAFE.sub("-", platform.node()) or "here"


def is_alive(process: int) -> bool:
    """Whether a process of this machine is alive; always said of Windows, where asking would end it."""
    if sys.platform == "win32":
        return True
    try:
        os.kill(process, 0)
    except (ProcessLookupError, OverflowError):
        return False
    except PermissionError:  # it belongs to somebody else
        return True
    return True


def _temporary(parent: Path) -> Iterator[tuple[Path, int]]:
    for folder in parent.glob(f".*.{machine()}.*.*"):
        process = folder.name.split(".")[-2]
        if process.isdecimal():
            yield folder, int(process)


def write_text(target: Path, text: str) -> None:
    """Write UTF-8 text whole."""
    with written_whole(target) as temporary:
        temporary.write_text(text, encoding="utf-8")


def write_json(target: Path, value: object) -> None:
    """Write a value as indented UTF-8 JSON, whole."""
    write_text(target, json.dumps(value, indent=2, ensure_ascii=False) + "\n")


def inside(root: Path, relative: str | Path, *, key: str = "", source: str = "") -> Path:
    """Return `root / relative`, which must not leave root.

    Raises:
        InputError: The path is absolute, climbs out by `..`, or leaves through a symbolic link.
    """
    candidate = (root / relative).resolve()
    if Path(relative).is_absolute() or not candidate.is_relative_to(root.resolve()):
        rule = f"the path {str(relative)!r} leaves the folder {str(root)!r}"
        raise InputError(Fault(rule, "name a path inside that folder", source=source, key=key))
    return candidate
