"""Content digests: the names under which inputs and results are found again."""

import dataclasses
import enum
import hashlib
import json
import os
from pathlib import Path

import numpy as np

_BLOCK_BYTES = 1 << 20
_HEX_DIGITS = 20  # 80 bits: no two runs of a planner's lifetime collide


def digest_of(value: object) -> str:
    """Return the digest of a value made of dataclasses, mappings, sequences, enums, paths, numbers and text.

    Paths count by their text, so inputs are to be named by content (`digest_of_file`) before they get here.

    Raises:
        TypeError: The value holds something that has no canonical form.
    """
    text = json.dumps(value, default=_plain, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()[:_HEX_DIGITS]


def digest_of_file(path: Path) -> str:
    """Return the digest of a file's bytes."""
    sha = hashlib.sha256()
    with path.open("rb") as stream:
        while block := stream.read(_BLOCK_BYTES):
            sha.update(block)
    return sha.hexdigest()[:_HEX_DIGITS]


def encodable(path: Path) -> str:
    """Return a path as text that has a digest, also where its name is no UTF-8."""
    return os.fsencode(path.as_posix()).decode("utf-8", "backslashreplace")


def _plain(value: object) -> object:
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {field.name: getattr(value, field.name) for field in dataclasses.fields(value)}
    if isinstance(value, enum.Enum):
        return value.value
    if isinstance(value, Path):
        return value.as_posix()
    if isinstance(value, (set, frozenset)):
        return sorted(value)
    if isinstance(value, np.generic):
        return value.item()
    raise TypeError(f"{type(value).__name__} has no canonical form")
