"""A scenario as a file again."""

import io
import os
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.scalarstring import DoubleQuotedScalarString

from congestion_lab.core.files import write_text
from congestion_lab.core.times import clock_from_seconds
from congestion_lab.scenarios.schema import Scenario

_TIMES = ("begin", "end", "warm_up", "limit")
_WIDEST = 4096  # columns: no line is folded


def write_scenario(target: Path, scenario: Scenario, *, heading: str = "") -> None:
    """Write a scenario; files in it are named relative to the target, and what is left at its default is left out.

    Args:
        target: YAML file.
        scenario: The scenario.
        heading: A comment that stands above it.
    """
    plain = scenario.model_dump(exclude_defaults=True)
    plain["period"] = {name: _clock(value) for name, value in plain["period"].items() if name in _TIMES}
    text = io.StringIO()
    yaml = YAML()
    yaml.width = _WIDEST
    yaml.dump(_relative(plain, target.parent.resolve()), text)
    comment = "".join(f"# {line}\n" for line in heading.splitlines())
    write_text(target, comment + text.getvalue())


def _clock(seconds: float) -> DoubleQuotedScalarString:
    quoted: DoubleQuotedScalarString = DoubleQuotedScalarString(clock_from_seconds(seconds))
    return quoted


def _relative(value: Any, folder: Path) -> Any:  # noqa: ANN401 -- a part of a document
    if isinstance(value, Path):
        return Path(os.path.relpath(value, folder)).as_posix()
    if isinstance(value, dict):
        return {key: _relative(item, folder) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_relative(item, folder) for item in value]
    return value
