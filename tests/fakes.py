"""An engine without a simulator, for tests of what stands above engines."""

import os
import signal
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from congestion_lab.core.errors import EngineError
from congestion_lab.simulation.result import Provenance, RunResult, Status
from congestion_lab.simulation.spec import RunSpec, SimulationInputs
from congestion_lab.simulation.tables import TRIPS


def inputs(name: str = "toy", folder: Path = Path()) -> SimulationInputs:
    """Inputs of a scenario that has no files."""
    return SimulationInputs(name, folder / "net.xml", (), (), 0.0, 0.0, 3600.0, 3600.0, digest=f"digest-of-{name}")


@dataclass(frozen=True)
class FakeEngine:
    """One vehicle per run, delayed by its seed.

    Attributes:
        marks: Folder that gets one file per simulation, so that tests can count them.
        fail_on: Seeds whose runs end in an error.
        die_once_on: Seeds whose first run kills its process.
        die_always_on: Seeds whose runs always kill their process.
    """

    marks: Path
    fail_on: frozenset[int] = frozenset()
    die_once_on: frozenset[int] = frozenset()
    die_always_on: frozenset[int] = frozenset()
    name: str = "fake"
    version: str = "1"

    def run(self, spec: RunSpec, folder: Path) -> RunResult:
        seen = sum(1 for _ in self.marks.glob(f"{spec.seed}-*"))
        (self.marks / f"{spec.seed}-{seen}").touch()
        if spec.seed in self.fail_on:
            raise EngineError("this seed fails")
        if spec.seed in self.die_always_on or (spec.seed in self.die_once_on and seen == 0):
            os.kill(os.getpid(), signal.SIGKILL)
        self._write_trips(spec, folder)
        provenance = Provenance(self.name, self.version, "0", ("fake",), 0.1, 0.1)
        times = (spec.inputs.horizon_s, spec.inputs.horizon_s, spec.inputs.analysis_begin_s)
        return RunResult(
            spec.digest, spec.inputs.name, spec.seed, Status.COMPLETED, *times, 0, 0, folder, provenance=provenance
        )

    def _write_trips(self, spec: RunSpec, folder: Path) -> None:
        row = dict.fromkeys(TRIPS.names, 1.0) | {"vehicle_id": "v", "vehicle_class": "car", "time_loss_s": spec.seed}
        TRIPS.conform(pd.DataFrame([row])).to_parquet(folder / "trips.parquet")
