"""A run set: the same scenario and signals on several seeds. What `simulate` leaves and `compare` takes."""

import json
import os
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from congestion_lab.core.errors import ExperimentError
from congestion_lab.core.files import write_json
from congestion_lab.core.guarded import inner_file, plain_file
from congestion_lab.experiments.store import read_run
from congestion_lab.simulation.result import Failure, Outcome, RunResult
from congestion_lab.simulation.spec import Controller, SimulationInputs

RUN_SET_FORMAT = 1
RUN_SET_FILE = "runset.json"
_PATHS = ("net_file", "route_files", "additional_files")


@dataclass(frozen=True, slots=True)
class RunSet:
    """Replications of one scenario under one plan set.

    Attributes:
        label: What people call it, e.g. "present".
        inputs: The scenario's files and times.
        controller: Who decided the signals.
        outcomes: One per seed.
        plan_file: The plan file that replaced the shipped plans, if any.
    """

    label: str
    inputs: SimulationInputs
    controller: Controller
    outcomes: tuple[Outcome, ...]
    plan_file: Path | None = None

    @property
    def results(self) -> tuple[RunResult, ...]:
        """The runs that were finished."""
        return tuple(outcome for outcome in self.outcomes if isinstance(outcome, RunResult))

    @property
    def failures(self) -> tuple[Failure, ...]:
        """The runs that could not be finished."""
        return tuple(outcome for outcome in self.outcomes if isinstance(outcome, Failure))

    @property
    def net_file(self) -> Path:
        """The road network of its runs.

        Raises:
            ExperimentError: It is gone, as cut areas are that nobody has asked for longest.
        """
        if not self.inputs.net_file.is_file():
            raise ExperimentError(
                f"{self.inputs.net_file} is missing, the network of these runs; put it back, or make the runs by the "
                "same command again: areas are then cut anew, and finished runs are kept"
            )
        return self.inputs.net_file

    @property
    def by_seed(self) -> Mapping[int, RunResult]:
        """Finished runs by seed."""
        return {result.seed: result for result in self.results}

    @property
    def engines(self) -> frozenset[str]:
        """The engines that its runs were simulated by."""
        return frozenset(result.provenance.engine for result in self.results)

    def save(self, folder: Path) -> Path:
        """Write `runset.json` into the folder; the runs stay where they are and are named relative to it."""
        raw = {
            "format": RUN_SET_FORMAT,
            "label": self.label,
            "controller": self.controller.value,
            "plan_file": None if self.plan_file is None else _relative(self.plan_file, folder),
            "inputs": _inputs_to_json(self.inputs, folder),
            "runs": [_relative(result.folder, folder) for result in self.results],
            "failures": [asdict(failure) for failure in self.failures],
        }
        write_json(folder / RUN_SET_FILE, raw)
        return folder / RUN_SET_FILE


def load_run_set(folder: Path) -> RunSet:
    """Read a run set from its folder.

    Its runs lie in that folder or beside it. The files of the scenario may lie anywhere, but are plain files.

    Raises:
        ExperimentError: The folder holds no run set, a damaged one, one that another version wrote, or one that names
            something else.
    """
    path = inner_file(folder / RUN_SET_FILE, folder)
    try:
        raw: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    except (FileNotFoundError, NotADirectoryError):
        raise ExperimentError(
            f"{folder} holds no runs ({RUN_SET_FILE} is missing); make some with `simulate`"
        ) from None
    except (json.JSONDecodeError, UnicodeDecodeError) as error:
        raise ExperimentError(f"{path} is damaged ({error}); simulate again") from error
    found = raw.get("format") if isinstance(raw, dict) else None
    if found != RUN_SET_FORMAT:
        rule = f"{path} was written in run-set format {found!r}; this version reads format {RUN_SET_FORMAT}"
        raise ExperimentError(f"{rule}. Simulate again")
    try:
        return _run_set_from_json(raw, folder)
    except (KeyError, TypeError, ValueError) as error:
        raise ExperimentError(f"{path} is damaged ({error!r}); simulate again") from error


def _run_set_from_json(raw: dict[str, Any], folder: Path) -> RunSet:
    results = [read_run(_run_folder(folder, run)) for run in raw["runs"]]
    failures = [Failure(**failure) for failure in raw["failures"]]
    return RunSet(
        label=raw["label"],
        inputs=_inputs_from_json(raw["inputs"], folder),
        controller=Controller(raw["controller"]),
        outcomes=(*results, *failures),
        plan_file=None if raw["plan_file"] is None else plain_file(folder / raw["plan_file"]),
    )


def _run_folder(folder: Path, run: str) -> Path:
    place, around = (folder / run).resolve(), folder.resolve().parent
    if not place.is_relative_to(around):
        raise ExperimentError(f"{place} leaves the folder {around}; it is not read")
    return place


def _relative(path: Path, folder: Path) -> str:
    return Path(os.path.relpath(path.resolve(), folder.resolve())).as_posix()


def _inputs_to_json(inputs: SimulationInputs, folder: Path) -> dict[str, Any]:
    raw = asdict(inputs)
    raw["net_file"] = _relative(inputs.net_file, folder)
    for key in _PATHS[1:]:
        raw[key] = [_relative(path, folder) for path in raw[key]]
    return raw


def _inputs_from_json(raw: dict[str, Any], folder: Path) -> SimulationInputs:
    paths = {key: tuple(plain_file((folder / path).resolve()) for path in raw[key]) for key in _PATHS[1:]}
    texts = {key: tuple(raw.get(key, ())) for key in ("closed_links", "notes")}
    net_file = plain_file((folder / raw["net_file"]).resolve())
    return SimulationInputs(**{**raw, **paths, **texts, "net_file": net_file})
