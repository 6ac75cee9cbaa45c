"""The one protocol that every engine follows."""

from pathlib import Path
from typing import Protocol

from congestion_lab.simulation.result import RunResult
from congestion_lab.simulation.spec import RunSpec


class Engine(Protocol):
    """Runs one specification at a time; state between runs is not allowed."""

    @property
    def name(self) -> str:
        """Name that results carry."""
        ...

    @property
    def version(self) -> str:
        """Version that results carry."""
        ...

    def run(self, spec: RunSpec, folder: Path) -> RunResult:
        """Simulate and write the result tables into an empty folder.

        Raises:
            EngineError: The run could not be finished.
            InputError: The specification's files cannot be used.
        """
        ...
