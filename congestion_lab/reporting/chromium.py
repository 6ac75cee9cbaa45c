"""The system's Chromium, which prints a report as PDF."""

import os
import shutil
import subprocess
import tempfile
from pathlib import Path

from congestion_lab.core.errors import EngineError
from congestion_lab.core.files import written_whole

_PROGRAMS = ("chromium", "chromium-browser", "google-chrome-stable", "google-chrome", "chrome", "msedge")
_LONGEST_S = 300.0
_TAIL = 800  # letters of what it said that a message repeats


def find_chromium() -> str | None:
    """Return the path of the system's Chromium, Chrome or Edge; None where none is on the path."""
    return next(filter(None, map(shutil.which, _PROGRAMS)), None)


def needed_chromium() -> str:
    """Return the path of the system's Chromium.

    Raises:
        EngineError: There is none.
    """
    found = find_chromium()
    if found is None:
        raise EngineError(
            "no Chromium, Chrome or Edge is installed, so no PDF can be made — install one, "
            "or leave out `--pdf` and print the page from any browser"
        )
    return found


def print_pdf(program: str, page: Path, target: Path) -> None:
    """Print a page as it stands on A4, without a network.

    Args:
        program: Chromium.
        page: The HTML file.
        target: The PDF file.

    Raises:
        EngineError: Chromium failed, or took longer than five minutes.
    """
    with tempfile.TemporaryDirectory(prefix="congestion-lab-") as profile, written_whole(target) as temporary:
        command = [
            program, "--headless", "--disable-gpu", "--no-first-run", "--disable-background-networking",
            *_as_root(), f"--user-data-dir={profile}", "--no-pdf-header-footer", f"--print-to-pdf={temporary}",
            page.resolve().as_uri(),
        ]  # fmt: skip
        try:
            ended = subprocess.run(
                command, capture_output=True, text=True, errors="replace", timeout=_LONGEST_S, check=False
            )
        except subprocess.TimeoutExpired:
            raise EngineError(f"{program} did not print {page} within {_LONGEST_S:.0f} s") from None
        if ended.returncode or not temporary.stat().st_size:
            raise EngineError(
                f"{program} did not print {page} (code {ended.returncode}):\n{ended.stderr[-_TAIL:].strip()}"
            )


def _as_root() -> tuple[str, ...]:
    """Return what Chromium asks for where root runs it, as in containers; our pages may run no script but their own."""
    return ("--no-sandbox",) if hasattr(os, "geteuid") and os.geteuid() == 0 else ()
