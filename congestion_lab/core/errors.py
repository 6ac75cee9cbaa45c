"""Everything the program can say went wrong.

CongestionLabError
├── InputError (ValueError)          what was given cannot be used; carries every fault found
│   ├── ScenarioError                scenario and experiment files
│   ├── NetworkError                 road networks, tables and maps
│   ├── DemandError                  routes, zones, matrices, counts
│   └── SignalPlanError              plans that are illegal or do not fit their intersection
├── EngineError (RuntimeError)       a simulation engine could not do its work
│   ├── SumoNotFoundError            SUMO is missing, or of another version
│   ├── SumoFailedError              a SUMO program ended with an error; carries command and log tail
│   └── RunTimeoutError              a run took longer than it was given
└── ExperimentError (RuntimeError)   a run store, study or comparison is inconsistent
"""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing wrong with an input, told so that it can be mended.

    Attributes:
        rule: What should hold, with the offending value.
        hint: What to do next.
        source: File or object the fault is in.
        line: 1-based line in the source, if known.
        key: Dotted path of the key or the attribute, if there is one.
    """

    rule: str
    hint: str = ""
    source: str = ""
    line: int | None = None
    key: str = ""

    def __str__(self) -> str:
        place = ":".join(str(part) for part in (self.source, self.line) if part)
        head = " ".join(part for part in (f"{place}:" if place else "", f"`{self.key}`:" if self.key else "") if part)
        body = f"{head} {self.rule}".strip()
        return f"{body} — {self.hint}" if self.hint else body


class CongestionLabError(Exception):
    """Root of every error the program raises on purpose."""


class InputError(CongestionLabError, ValueError):
    """What was given cannot be used.

    Attributes:
        faults: Every fault found, in the order of the input.
    """

    def __init__(self, *faults: Fault) -> None:
        self.faults: tuple[Fault, ...] = faults
        super().__init__("\n".join(str(fault) for fault in faults))

    def __reduce__(self) -> tuple[type["InputError"], tuple[Fault, ...]]:
        return type(self), self.faults


class ScenarioError(InputError):
    """A scenario or experiment file breaks its schema or names something that is not there."""


class NetworkError(InputError):
    """A road network, its tables or a map cannot be used."""


class DemandError(InputError):
    """Routes, zones, matrices or counts cannot be used."""


class SignalPlanError(InputError):
    """A signal plan is illegal or does not fit its intersection."""


class EngineError(CongestionLabError, RuntimeError):
    """A simulation engine could not do its work."""


class SumoNotFoundError(EngineError):
    """SUMO is missing, or of another version than the program was made for."""


class SumoFailedError(EngineError):
    """A SUMO program ended with an error.

    Attributes:
        command: The command line that was run.
        returncode: Its exit code; negative for a signal.
        log_tail: The last lines it wrote.
    """

    def __init__(self, command: Sequence[str], returncode: int, log_tail: str) -> None:
        self.command = tuple(command)
        self.returncode = returncode
        self.log_tail = log_tail
        super().__init__(f"{command[0]} ended with code {returncode}:\n{log_tail}\ncommand: {' '.join(command)}")

    def __reduce__(self) -> tuple[type["SumoFailedError"], tuple[tuple[str, ...], int, str]]:
        return type(self), (self.command, self.returncode, self.log_tail)


class RunTimeoutError(EngineError):
    """A run took longer than it was given."""


class ExperimentError(CongestionLabError, RuntimeError):
    """A run store, study or comparison is inconsistent."""
