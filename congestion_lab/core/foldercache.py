"""Folders that are made once and found again under the digest of what they are made from, up to a bound on the disk."""

import os
import shutil
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from congestion_lab.core.files import folder_written_whole, machine, remove_abandoned

_IN_USE_S = 86_400.0  # a study that rests on a folder may run for hours


@dataclass(frozen=True, slots=True)
class FolderCache:
    """Folders under one root. Several processes may use it at once; what two make at once, the first of them keeps.

    Attributes:
        root: Holds one folder per digest.
        most_bytes: Beyond this the folders that nobody has asked for longest go; never those of the last day.
    """

    root: Path
    most_bytes: int

    def folder(self, digest: str, make: Callable[[Path], None]) -> Path:
        """Return the folder of a digest, made now if there is none: whole or not at all."""
        found = self.root / digest
        if not _is_there(found):
            remove_abandoned(self.root)
            with folder_written_whole(found) as temporary:
                make(temporary)
            self.trim()
        return found

    def ask_for(self, digests: Iterable[str]) -> None:
        """Count those of some folders that are there as asked for now."""
        for digest in digests:
            _is_there(self.root / digest)

    def trim(self) -> None:
        """Remove what is beyond the bound, but for what belongs to somebody else."""
        with suppress(FileNotFoundError, PermissionError):  # another process trims too; what cannot be seen stays
            self._trim()

    def _trim(self) -> None:
        unused_since_s, held = time.time() - _IN_USE_S, 0
        for used_s, folder in sorted(self._used(), reverse=True):
            held += sum(file.stat().st_size for file in folder.rglob("*"))
            if held > self.most_bytes and used_s < unused_since_s and folder.stat().st_mtime == used_s:
                with suppress(PermissionError):  # it is somebody else's
                    gone = folder.rename(folder.with_name(f".{folder.name}.{machine()}.{os.getpid()}.gone"))
                    shutil.rmtree(gone, ignore_errors=True)

    def _used(self) -> Iterator[tuple[float, Path]]:
        """Yield when each folder was last asked for, in seconds of the epoch."""
        for folder in self.root.iterdir():
            if folder.is_dir() and not folder.name.startswith("."):
                yield folder.stat().st_mtime, folder


def _is_there(folder: Path) -> bool:
    """Return whether there is a folder, which counts as asked for now: looked for first, it might go before that."""
    try:
        os.utime(folder)
    except FileNotFoundError:
        return False
    except PermissionError:  # somebody else's folder serves too
        return folder.is_dir()
    return True
