"""Run sets as commands take them: by folder, each with a name that no other has."""

import os
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import click

from congestion_lab.core.errors import ExperimentError
from congestion_lab.experiments.runset import RUN_SET_FILE, RunSet, load_run_set


def run_set(folder: Path) -> RunSet:
    """Return the run set of a folder.

    Raises:
        ExperimentError: The folder holds none, or a damaged one, or is a study.
    """
    parts = [folder / name for name in ("present", "best")]
    if not (folder / RUN_SET_FILE).exists() and any((part / RUN_SET_FILE).exists() for part in parts):
        raise ExperimentError(f"{folder} is a study; name its sides: {parts[0]} {parts[1]}")
    return load_run_set(folder)


def named_run_sets(folders: Sequence[Path]) -> dict[str, RunSet]:
    """Return run sets by their labels or, where two share one, by their folders below what all of these lie in.

    Raises:
        UsageError: A folder stands twice.
        ExperimentError: A folder holds no run set.
    """
    found = [run_set(folder) for folder in folders]
    places = [folder.resolve() for folder in folders]
    for place, times in Counter(places).items():
        if times > 1:
            raise click.UsageError(f"{place} is named twice; name every run set once")
    labels = [each.label for each in found]
    above = os.path.commonpath([place.parent for place in places])
    names = labels if len(set(labels)) == len(labels) else [place.relative_to(above).as_posix() for place in places]
    return dict(zip(names, found, strict=True))
