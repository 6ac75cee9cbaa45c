"""What a run gives back: tables on disk with provenance, or a failure that is data too."""

import enum
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from congestion_lab.core.errors import ExperimentError
from congestion_lab.core.files import written_whole
from congestion_lab.core.guarded import inner_file
from congestion_lab.core.tables import TableContract


class Status(enum.Enum):
    """How a run ended."""

    COMPLETED = "completed"  # reached its horizon, or all vehicles arrived
    GRIDLOCK = "gridlock"  # nothing moved any more; counted up to the horizon
    CUT_OFF = "cut_off"  # ran into the limit of a scenario without an end


@dataclass(frozen=True, slots=True)
class Provenance:
    """Where a result comes from.

    Attributes:
        engine: Engine name.
        engine_version: Engine version.
        program_version: Version of congestion_lab.
        command: Command line or call that was run.
        wall_s: Wall-clock seconds.
        cpu_s: CPU seconds of the engine.
    """

    engine: str
    engine_version: str
    program_version: str
    command: tuple[str, ...]
    wall_s: float
    cpu_s: float


@dataclass(frozen=True, slots=True)
class RunResult:
    """A finished run.

    Attributes:
        digest: Digest of its RunSpec.
        scenario: Name of the scenario.
        seed: Its seed.
        status: How it ended.
        ended_s: Simulated time at which it ended.
        horizon_s: Time up to which vehicles are counted.
        analysis_begin_s: Vehicles demanded from here on count.
        teleports: Vehicles the engine moved by force; 0 where teleports are off.
        collisions: Collisions the engine reported.
        folder: Where its tables are.
        provenance: How it was made.
        place: The link on which a gridlock began; "" where there was none, or the engine cannot tell.
        notes: What the engine left out or simplified, a sentence each.
    """

    digest: str
    scenario: str
    seed: int
    status: Status
    ended_s: float
    horizon_s: float
    analysis_begin_s: float
    teleports: int
    collisions: int
    folder: Path
    provenance: Provenance
    place: str = ""
    notes: tuple[str, ...] = ()

    def table(self, contract: TableContract) -> pd.DataFrame:
        """Read one of its tables.

        Raises:
            ExperimentError: The table is missing (see `has`), damaged, or no plain file of its folder.
        """
        path = inner_file(self.folder / f"{contract.name}.parquet", self.folder)
        remedy = f"remove the folder {self.folder} and run again"
        try:
            return contract.conform(pd.read_parquet(path))
        except FileNotFoundError:
            raise ExperimentError(f"{path} is missing; {remedy}") from None
        except (ValueError, KeyError, OSError) as error:  # no Parquet, another table, or not to be read
            raise ExperimentError(f"{path} is damaged ({error}); {remedy}") from error

    def has(self, contract: TableContract) -> bool:
        """Whether the run recorded that table."""
        return (self.folder / f"{contract.name}.parquet").exists()


@dataclass(frozen=True, slots=True)
class Failure:
    """A run that could not be finished.

    Attributes:
        digest: Digest of its RunSpec.
        scenario: Name of the scenario.
        seed: Its seed.
        error: Class of the error.
        message: What went wrong, with the log tail.
    """

    digest: str
    scenario: str
    seed: int
    error: str
    message: str


Outcome = RunResult | Failure


def write_table(folder: Path, contract: TableContract, frame: pd.DataFrame) -> None:
    """Write one result table of a run, whole.

    Raises:
        KeyError: The frame lacks a column of the contract.
    """
    with written_whole(folder / f"{contract.name}.parquet") as temporary:
        contract.conform(frame).to_parquet(temporary, index=False)
