"""Files written whole or not at all, and paths that stay where they belong."""

import json
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from congestion_lab.core.errors import Fault, InputError


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
    temporary = Path(tempfile.mkdtemp(prefix=f".{target.name}.", dir=target.parent))
    try:
        yield temporary
        temporary.chmod(0o755)
        if not target.exists():
            temporary.rename(target)
    finally:
        shutil.rmtree(temporary, ignore_errors=True)


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
