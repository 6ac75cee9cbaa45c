"""Names of files that are made from names in maps and plans."""

import re

_UNSAFE = re.compile(r"[^\w-]+")
_LONGEST_STEM = 50  # characters of up to four bytes, with room for endings: file systems take 255 bytes


def file_stem(name: str) -> str:
    """Return a name that every file system takes; it never leaves its folder."""
    return _UNSAFE.sub("-", name).strip("-")[:_LONGEST_STEM] or "plan"
