"""netconvert: from plain XML to a net, with the same bytes each time."""

import gzip
import re
from pathlib import Path

from congestion_lab.core.files import written_whole
from congestion_lab.sumo.building.plainnet import PlainFiles
from congestion_lab.sumo.installation import binary
from congestion_lab.sumo.process import Completed, run_program

_HEADER = re.compile(r"<!-- generated on .*?-->\s*", re.DOTALL)  # date, paths and options of this very run
_TIMEOUT_S = 300.0

# What netconvert is not to guess, because the plan says it, and how finely it draws junctions.
_OPTIONS = (
    "--no-turnarounds=true",
    "--roundabouts.guess=false",
    "--offset.disable-normalization=true",
    "--junctions.corner-detail=5",
    "--junctions.internal-link-detail=6",
    "--tls.default-type=static",
    "--tls.group-signals=false",
    "--no-warnings=false",
)


def convert(files: PlainFiles, target: Path, *options: str) -> Completed:
    """Build a net (plain XML, uncompressed) from plain files.

    Raises:
        SumoFailedError: netconvert refused the files.
    """
    command: list[str | Path] = [
        *(binary("netconvert"), f"--node-files={files.nodes}", f"--edge-files={files.edges}"),
        *(f"--type-files={files.types}", f"--connection-files={files.connections}", f"--output-file={target}"),
        *_OPTIONS,
        *options,
    ]
    return run_program(command, timeout_s=_TIMEOUT_S)


def without_header(text: str) -> str:
    """Return a net's text without the comment that tells when and how it was made."""
    return _HEADER.sub("", text, count=1)


def pack(text: str, target: Path, *, level: int = 9) -> None:
    """Write text gzipped, whole, with neither time nor file name inside.

    Args:
        text: What is written.
        target: Where to.
        level: How hard to press; the last levels cost much time for few bytes.
    """
    with (
        written_whole(target) as temporary,
        temporary.open("wb") as raw,
        gzip.GzipFile(filename="", mode="wb", fileobj=raw, mtime=0, compresslevel=level) as stream,
    ):
        stream.write(text.encode())
