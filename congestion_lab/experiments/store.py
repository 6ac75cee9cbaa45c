"""Finished runs on disk, each in a folder named by the digest of its specification."""

import dataclasses
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from congestion_lab.core.errors import ExperimentError
from congestion_lab.core.files import folder_written_whole, write_json
from congestion_lab.core.guarded import inner_file
from congestion_lab.simulation.result import Provenance, RunResult, Status
from congestion_lab.simulation.spec import RunSpec

RUN_FORMAT = 1
RUN_FILE = "run.json"


@dataclasses.dataclass(frozen=True, slots=True)
class RunStore:
    """Runs under one folder. Several processes may read and write it at once.

    Attributes:
        root: Folder that holds one folder per run.
    """

    root: Path

    def find(self, spec: RunSpec) -> RunResult | None:
        """Return the finished run of a specification, if there is one.

        Raises:
            ExperimentError: Its folder is damaged, or another version wrote it.
        """
        folder = self.root / spec.digest
        if not folder.exists():
            return None
        if not (folder / RUN_FILE).exists():
            raise ExperimentError(f"{folder} holds no finished run ({RUN_FILE} is missing); remove it and run again")
        return read_run(folder)

    def add(self, spec: RunSpec, simulate: Callable[[Path], RunResult]) -> RunResult:
        """Run `simulate` in a fresh folder and keep the folder only if it ends well."""
        target = self.root / spec.digest
        with folder_written_whole(target) as folder:
            write_json(folder / RUN_FILE, _run_to_json(simulate(folder)))
        return read_run(target)


def read_run(folder: Path) -> RunResult:
    """Read a run back from its folder.

    Raises:
        ExperimentError: The folder holds no run, a damaged one, one that another version wrote, or no plain file.
    """
    try:
        raw: dict[str, Any] = json.loads(inner_file(folder / RUN_FILE, folder).read_text(encoding="utf-8"))
    except (FileNotFoundError, NotADirectoryError):
        raise ExperimentError(f"{folder} holds no finished run ({RUN_FILE} is missing); simulate again") from None
    except (json.JSONDecodeError, UnicodeDecodeError) as error:
        raise ExperimentError(f"{folder / RUN_FILE} is damaged ({error}); remove the folder and run again") from error
    found = raw.pop("format", None) if isinstance(raw, dict) else None
    if found != RUN_FORMAT:
        rule = f"{folder} was written in run format {found!r}; this version reads format {RUN_FORMAT}"
        raise ExperimentError(f"{rule}. Use another folder (-o), or remove this one and run again")
    try:
        provenance = Provenance(**{**raw.pop("provenance"), "command": tuple(raw.pop("command"))})
        told = {"status": Status(raw["status"]), "notes": tuple(raw.get("notes", ()))}
        return RunResult(**{**raw, **told}, folder=folder, provenance=provenance)
    except (KeyError, TypeError, ValueError) as error:
        raise ExperimentError(f"{folder / RUN_FILE} is damaged ({error}); remove the folder and run again") from error


def _run_to_json(result: RunResult) -> dict[str, Any]:
    raw = dataclasses.asdict(result)
    del raw["folder"]
    command = raw["provenance"].pop("command")
    return {"format": RUN_FORMAT, **raw, "status": result.status.value, "command": list(command)}
