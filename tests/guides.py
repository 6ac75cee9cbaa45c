"""Guides that run: the `console` blocks of a document as a reader would type them, and what the program then prints.

A line that begins with `$ ` is a command, one that begins with `> ` goes on with it, and the lines below are what it
prints, on both streams. `…` stands for any text within a line, and a line of `…` alone for any number of lines. Every
command must end well: where a guide shows one that does not, it goes on with `; echo $?`, and the code is part of it.

`python -m tests.guides docs/some-guide.md` writes what the program prints today into the guide, where it differs.
"""

import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[1]
NEEDED = ("docs/examples", "networks/damascus", "scenarios")  # what a reader has in the folder where he types
_BLOCK = re.compile(r"^```console\n(.*?)^```$", re.DOTALL | re.MULTILINE)
_WIDTH = 100  # of the reader's terminal


@dataclass(frozen=True, slots=True)
class Step:
    """A command of a guide.

    Attributes:
        line: 1-based line of the guide.
        command: What a reader types.
        shown: What the guide says that the program prints.
    """

    line: int
    command: str
    shown: str

    def agrees(self, printed: str) -> bool:
        """Return whether the program printed what the guide shows."""
        parts = (r"(?:.*\n)*?" if line.strip() == "…" else f"{_pattern(line)}\n" for line in self.shown.splitlines())
        return re.fullmatch("".join(parts), _trimmed(printed)) is not None


def steps(text: str) -> Iterator[Step]:
    """Yield the commands of a guide in their order."""
    for block in _BLOCK.finditer(text):
        line = text.count("\n", 0, block.start(1)) + 1
        for part in re.split(r"^(?=\$ )", block[1], flags=re.MULTILINE):
            if part:
                lines = part.splitlines()
                typed = [lines[0], *_continued(lines[1:])]
                command = "\n".join(each[2:] for each in typed)
                yield Step(line, command, "\n".join(lines[len(typed) :]))
            line += part.count("\n")


def run(step: Step, folder: Path) -> tuple[int, str]:
    """Return the exit code of a command and what it printed."""
    environment = os.environ | {
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
        "PYTHONPATH": str(ROOT),
        "COLUMNS": str(_WIDTH),
    }
    command = [shutil.which("bash") or "bash", "-c", step.command]
    done = subprocess.run(
        command, cwd=folder, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False
    )
    return done.returncode, done.stdout


def furnish(folder: Path) -> None:
    """Give a reader's folder what ships with the program."""
    for name in NEEDED:
        shutil.copytree(ROOT / name, folder / name)


def renewed(text: str, printed: Mapping[Step, str]) -> str:
    """Return a guide with what the program printed in place of what it shows."""
    for step, output in printed.items():
        typed = "\n> ".join(step.command.split("\n"))
        text = text.replace(f"$ {typed}\n{_lines(step.shown)}", f"$ {typed}\n{_trimmed(output)}", 1)
    return text


def main(guide: Path) -> None:
    """Renew a guide."""
    text = guide.read_text(encoding="utf-8")
    printed = {}
    with tempfile.TemporaryDirectory() as name:
        furnish(Path(name))
        for step in steps(text):
            code, output = run(step, Path(name))
            sys.stdout.write(f"{guide}:{step.line}: {step.command} [{code}]\n")
            if not step.agrees(output):
                printed[step] = output
    guide.write_text(renewed(text, printed), encoding="utf-8")


def _continued(lines: list[str]) -> Iterator[str]:
    for line in lines:
        if not line.startswith("> "):
            return
        yield line


def _pattern(line: str) -> str:
    return ".*".join(map(re.escape, line.rstrip().split("…")))


def _trimmed(printed: str) -> str:
    return _lines("\n".join(line.rstrip() for line in printed.splitlines()))


def _lines(text: str) -> str:
    return f"{text}\n" if text else ""


if __name__ == "__main__":
    main(Path(sys.argv[1]))
